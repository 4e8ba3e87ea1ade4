"""Chunks that cost much to understand, to render and to sample, or would: random ones of every kind that is known."""

from __future__ import annotations

import json
import os
import pickle
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tasks.boxes.theorem import balance_text
from tasks.check.agreement import structure
from tasks.check.contradiction import easily_refuted
from tasks.check.magnitude import certainly_too_large, too_large
from tasks.claims import make_sample, to_record
from tasks.errors import CorpusError
from tasks.points import draw
from tasks.render import certificate, lean_module, model
from tasks.render.boundary import boundary
from tasks.render.lean_reader import read_lean
from tasks.render.model_reader import read_model
from tasks.specification import Specification, understand
from tools import minizinc

HUGE = "1000000000000000000"


def text_of(random: Random) -> list[str]:
    """The constraints of one costly chunk, as random has it."""
    return random.choice(KINDS)(random)


def size(random: Random, most: int) -> int:
    """From 1 to most; of all orders of magnitude alike."""
    return int(most ** random.random())


def _coordinate(random: Random, bound: str = "") -> str:
    return f"x[1 + ({bound}) mod 8]" if bound and random.random() < 0.4 else f"x[{random.randint(1, 8)}]"


def _sum(random: Random, terms: int, of: Callable[[], str]) -> str:
    return "".join(f"{random.choice(['+', '+', '-', '*'])} {of()} " for _ in range(terms)).lstrip("+-* ") or "0"


def nested_quantifiers(random: Random) -> list[str]:
    depth = random.randint(1, 6)
    names = [f"i{k}" for k in range(depth)]
    text = (
        f"{_coordinate(random)} + {' * '.join(names[:3])} >= {random.choice(names)} - {_coordinate(random, names[-1])}"
    )
    for name, outer in zip(reversed(names), [*reversed(names[:-1]), "1"], strict=True):
        low = random.choice(["1", "1", outer, f"{outer} - 2"])
        high = random.choice([str(size(random, 30_000)), f"{outer} + {size(random, 20)}", str(size(random, 8))])
        quantifier = random.choice(["forall", "exists"])
        text = f"{quantifier}({name} in {low}..{high})({text})"
    return [text]


def deep_conditions(random: Random) -> list[str]:
    inner = _sum(random, size(random, 2_000), lambda: random.choice(["i", "i", "N", "7"]))
    condition = f"({inner}) mod 97 > {random.randint(-5, 90)}"
    for name in ("a", "b", "c")[: random.randint(0, 3)]:
        quantifier = random.choice(["exists", "forall", "count"])
        condition = f"{quantifier}({name} in 1..{size(random, 3_000)})({name} * i > 3 /\\ {condition})"
        condition += " > 1" if quantifier == "count" else ""
    high = size(random, 300_000)
    return [f"x[1] >= count(i in 1..{high} where {condition})({_coordinate(random, 'i')} >= i)"]


def dependent_ranges(random: Random) -> list[str]:
    high = size(random, 2_000)
    condition = random.choice(["", " where i + j = 7", " where i * i + j * j = k * k"])
    return [f"forall(i in 1..{high}, j in i..{high}, k in j..j + {size(random, 9)}{condition})(x[1] + i * j >= k)"]


def wide_sets(random: Random) -> list[str]:
    elements = ", ".join(str(random.randint(-9, 10 ** random.randint(1, 18))) for _ in range(size(random, 9_000)))
    match random.randrange(4):
        case 0:
            return [f"x[1] in {{{elements}}}"]
        case 1:
            return [f"forall(i in {{{elements}}})(x[1] != i)"]
        case 2:
            return [
                f"forall(i in 1..{size(random, 20_000)})(x[2] in {{i, i + 1, {elements[:60].rpartition(',')[0] or 1}}})"
            ]
        case _:
            return [f"x[1] + x[2] in -{HUGE}..{HUGE}", f"forall(i in -{HUGE}..{size(random, 10**18)})(x[1] >= i)"]


def huge_integers(random: Random) -> list[str]:
    product = " * ".join([HUGE] * size(random, 300))
    match random.randrange(5):
        case 0:
            return [f"forall(i in {{{product}}})(x[1] >= i)"]
        case 1:
            return [f"x[1] in {product}..{product}"]
        case 2:
            return [f"x[1] * {' * '.join(['x[2]'] * size(random, 600))} >= {HUGE}"]
        case 3:
            return [f"sum(i in 1..{size(random, 19_000)})({HUGE}) >= x[1]"]
        case _:
            return [f"x[1] * {product} >= x[2] * {product}", f"x[3] * x[4] * {HUGE} mod 7 = 1"]


def long_chains(random: Random) -> list[str]:
    count = size(random, 12_000)
    match random.randrange(5):
        case 0:
            return [f"{_sum(random, count, lambda: _coordinate(random))} >= 3"]
        case 1:
            return [
                f" {random.choice(['->', 'xor', '<->'])} ".join(f"x[{k % 8 + 1}] >= {k}" for k in range(count // 3 + 2))
            ]
        case 2:
            return [f"max({', '.join(f'x[{k % 8 + 1}] - {k}' for k in range(count // 2 + 1))}) >= 3"]
        case 3:
            return [" /\\ ".join(f"x[{k % 8 + 1}] mod {k + 2} != 1" for k in range(count // 4 + 1))]
        case _:
            return ["A -> " * count + "B"]


def deep_brackets(random: Random) -> list[str]:
    depth = size(random, 90)
    opening = random.choice(["(", "abs(", "-(", "1 + 2 * (", "min(x[3], ", "(x[2] - 3) * ("])
    return [opening * depth + "x[1]" + ")" * depth + " >= 3"] * random.randint(1, 40)


def many_constraints(random: Random) -> list[str]:
    count = size(random, 1_000)
    terms = size(random, 60)
    return [f"{_sum(random, terms, lambda: _coordinate(random))} >= {k}" for k in range(count)]


def large_bodies(random: Random) -> list[str]:
    high = size(random, 20_000)
    body = _sum(random, size(random, 200), lambda: random.choice(["i", f"x[{random.randint(1, 8)}]", "(x[1] div 3)"]))
    quantifier, end = random.choice([("forall", ""), ("exists", ""), ("count", " >= 3")])
    return [f"{quantifier}(i in 1..{high})({body} {random.choice(['>=', '!=', '<'])} i){end}"] * random.randint(1, 3)


KINDS = (
    nested_quantifiers, deep_conditions, dependent_ranges, wide_sets, huge_integers, long_chains, deep_brackets,
    many_constraints, large_bodies,
)  # fmt: skip


def chunk_text(texts: list[str], total: int = 100) -> str:
    constraints = [{"name": f"c{k}", "expr": text} for k, text in enumerate(texts)]
    parameters = {"scaleN": total, "monsterPrimes": [2, 7, 17]}
    data = {"id": "42", "title": "C", "goalType": "proof", "parameters": parameters, "constraints": constraints}
    return json.dumps(data)


# What each stage computes for a chunk, without the tools.


@dataclass
class Cost:
    """error: why the chunk is refused, "" where it is not; seconds of CPU by stage; megabytes at the most."""

    error: str
    seconds: dict[str, float]
    megabytes: float


def in_a_child(texts: list[str]) -> Cost:
    """What our own part of every stage costs, each as in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            found = _measured(chunk_text(texts))
            with open(writing, "wb") as pipe:
                pickle.dump(found, pipe)
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        content = pipe.read()
    os.waitpid(child, 0)
    assert content, f"a traceback, above, for {str(texts)[:200]}"
    cost: Cost = pickle.loads(content)
    return cost


def _measured(text: str) -> Cost:
    seconds: dict[str, float] = {}

    @contextmanager
    def stage(name: str, before: float = 0) -> Iterator[None]:
        start = time.process_time()
        yield
        seconds[name] = time.process_time() - start + before

    error = ""
    with stage("schema"):
        try:
            specification = understand(Path("chunk-42.constraints.json"), text)
        except CorpusError as refused:
            error = str(refused)
    if not error:
        _stages(specification, lambda name: stage(name, seconds["schema"]))
    return Cost(error, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _stages(specification: Specification, stage: Callable[[str], object]) -> None:
    chunk, statements = specification.chunk, specification.statements
    witness = [5, 10, 15, 20, 5, 10, 15, 20]
    with stage("render_mzn"):  # type: ignore[attr-defined]
        text = model.render(chunk, statements)
    with stage("solve"):  # type: ignore[attr-defined]
        certainly_too_large(specification, minizinc())
        easily_refuted(specification)
        specification.violations(witness)
    with stage("solve, refused"):  # type: ignore[attr-defined]
        too_large(specification, minizinc())
    with stage("render_lean"):  # type: ignore[attr-defined]
        module = lean_module.render(chunk, statements, witness)
        proof = certificate.render(chunk, statements, witness)
    with stage("render_lean, balance"):  # type: ignore[attr-defined]
        balance_text(specification, 60)
    with stage("sample"):  # type: ignore[attr-defined]
        drawn = draw(specification, witness, 256)
        to_record(make_sample(drawn, chunk, every=False), drawn)
    with stage("crosscheck"):  # type: ignore[attr-defined]
        structure(specification, witness, read_model(text), read_lean(proof, "certificate"))
    with stage("crosscheck, full Lean"):  # type: ignore[attr-defined]
        structure(specification, witness, read_model(text), read_lean(module, "module"))
    with stage("lint"):  # type: ignore[attr-defined]
        for statement in statements:
            if statement.expression is not None and (edge := boundary(statement.expression)) is not None:
                model.formula(edge)
