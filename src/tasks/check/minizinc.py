"""Verdicts of the real MiniZinc with Gecode about the text of a rendered model."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from ..errors import ToolError
from ..render.model_reader import UNIT_SUM, ModelText, question, read_model
from .cache import OFF, Cache
from .identity import identity_of
from .limits import IDENTITY, Limits
from .process import Run, run, told

COMMAND = "minizinc"

_BY_HAND = "try a model of rendered/mzn by hand: minizinc --solver gecode MODEL"
_REINSTALL = "is it a whole MiniZinc? `minizinc --solvers` shows Gecode in one"

# MiniZinc 2.6 to 2.8 half-reify some conditions under bool2int that they must reify whole, and then call points
# solutions that are none (libminizinc issues 719 and 810): sum(..)(bool2int(..)) >= 2 -> x[1] in {2, 7} is enough.
_SOUND = ("--no-half-reifications",)

Status: TypeAlias = Literal["satisfied", "unsatisfiable", "no answer"]

# Debian's MiniZinc says the first of its own library, for every model; the second only says "unsatisfiable" again.
_HARMLESS = re.compile(r'included file "count\.mzn" overrides a global constraint file|^model inconsistency detected')

# The tracts are variables of their own, bounded by what they share, and the search decides them first: without that
# the solver enumerates points to prove an optimum (measured: over 30 s instead of 0.06 s for x without constraints).
_TRACTS = """
var 0..{most}: t_int;
var 0..{most}: t_ext;
constraint x[1] + x[2] + x[3] + x[4] = t_int;
constraint x[5] + x[6] + x[7] + x[8] = {t_ext};
var 0..{most}: imbalance;
constraint imbalance = abs(t_int - {t_ext});
"""
_BALANCE_GOALS = {
    "least": ("indomain_split", "minimize"),
    "most": ("indomain_reverse_split", "maximize"),
}


@dataclass(frozen=True)
class Answer:
    """values: the solution's variables by name, {} without one; warnings: what else the tool had to say."""

    status: Status
    values: dict[str, Any]
    warnings: tuple[str, ...] = ()


def probe(cache: Cache = OFF) -> dict[str, str]:
    """Name, version and solver of the MiniZinc on PATH.

    Raises ToolError where there is none, or none with Gecode.
    """
    if shutil.which(COMMAND) is None:
        raise ToolError("minizinc is not installed: `apt-get install minizinc`, or see https://www.minizinc.org")
    limits = Limits(20, 4096, cache).of({"name": COMMAND, IDENTITY: identity()})

    def ask(option: str, read: Callable[[str], str]) -> str:
        return limits.cache.ask(
            [option], "", lambda: _start([COMMAND, option], "", limits), lambda finished: read(_said(option, finished))
        )

    version, gecode = ask("--version", _version), ask("--solvers-json", _gecode)
    return {"name": "minizinc", "version": version, "solver": f"gecode {gecode}"}


def identity() -> str:
    """Which files the MiniZinc on PATH is made of."""
    return identity_of(*(shutil.which(command) or "" for command in (COMMAND, "fzn-gecode")))


def _version(output: str) -> str:
    version = re.search(r"version (\d+(?:\.\d+)+)", output)
    if version is None:
        raise ToolError("`minizinc --version` names no version; is it MiniZinc?")
    return version.group(1)


def _gecode(output: str) -> str:
    try:
        return told(next(s["version"] for s in json.loads(output) if s["id"] == "org.gecode.gecode"))
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, RecursionError):
        raise ToolError(
            "minizinc has no solver Gecode (see `minizinc --solvers`); install MiniZinc with Gecode"
        ) from None


def solve(model: str, limits: Limits) -> Answer:
    """What the model's own solve item asks for.

    An optimum counts only with the solver's word that it is one. Raises ToolError where the tool crashes,
    rejects the model, or answers something that is none of satisfied, unsatisfiable and no answer.
    """
    arguments = ["--solver", "org.gecode.gecode", *_SOUND, "--json-stream", "--output-mode", "json"]
    command = [COMMAND, *arguments, "--time-limit", str(math.ceil(limits.seconds * 1000)), "-"]
    model = _without_comments(model)
    optimise = bool(re.search(r"^solve .*(min|max)imize \w+;$", model, re.MULTILINE))
    # MiniZinc keeps the limit itself; ours comes two seconds later, for the case that it does not.
    return limits.cache.ask(
        arguments,
        model,
        start=lambda: _start(command, model, replace(limits, seconds=limits.seconds + 2)),
        read=lambda finished: _answer(finished, limits, optimise=optimise),
        definite=lambda answer: answer.status != "no answer",
    )


def _without_comments(model: str) -> str:
    """The model with its lines of comment empty, so that a chunk's name and notes are no part of what is asked.

    Lines keep their numbers. A text with block comments, which the renderer does not write, is left as it is.
    """
    return model if "/*" in model else re.sub(r"^%.*$", "%", model, flags=re.MULTILINE)


def imbalance(model: str, end: Literal["least", "most"], limits: Limits) -> Answer:
    """The least or the most |T_int - T_ext| over all points that the model's constraints allow, as `imbalance`."""
    value_choice, direction = _BALANCE_GOALS[end]
    goal = (
        f"solve :: seq_search([int_search([imbalance, t_int], input_order, {value_choice}), "
        f"int_search(x, first_fail, indomain_split)]) {direction} imbalance;"
    )
    return solve(f"{with_tracts(read_model(model).body())}{goal}\n", limits)


def with_tracts(body: str) -> str:
    """What stands before a model's solve item, with the tracts t_int and t_ext and their imbalance as variables."""
    if f'" {UNIT_SUM};\n' in body:
        tracts = _TRACTS.format(most="N", t_ext="(N - t_int)").replace("var 0..N: t_ext;\n", "")
    else:
        tracts = _TRACTS.format(most="(4 * N)", t_ext="t_ext")
    return f"{body}\n{tracts}"


def verdicts(model: ModelText, points: Sequence[Sequence[int]], limits: Limits) -> tuple[list[list[bool]], list[int]]:
    """For each constraint of the model its truth at each point (8 integers), and the objective's value at each.

    Raises ToolError where the tool crashes, rejects the text or has no answer in time.
    """
    answer = solve(question(model, [list(point) for point in points]), limits)
    if answer.status != "satisfied":
        raise ToolError(f"minizinc has no verdicts within {limits.seconds} s; see limits.solve_seconds in corpus.yaml")
    names = [f"asked_{position}" for position in range(1, len(model.constraints) + 1)]
    truths = [answer.values.get(name) for name in names]
    values = answer.values.get("asked_objective") if model.objective is not None else []
    for found, kind in (*((truth, bool) for truth in truths), (values or [], int)):
        if not isinstance(found, list) or len(found) not in (len(points), 0) or any(type(v) is not kind for v in found):
            raise ToolError(f"minizinc answered something that is no list of verdicts: {told(str(found))}; {_BY_HAND}")
    return truths, values  # type: ignore[return-value]


def conflict(model: str, limits: Limits) -> tuple[list[str], bool]:
    """A minimal set of the model's named constraints that have no common solution, and whether it is proven minimal.

    QuickXplain (Junker 2004): with c of n constraints in conflict, about c * log2(n / c) runs. A run without an
    answer counts as "no conflict", so the set is a conflict in any case, but perhaps not a minimal one.
    """
    surface = read_model(model)
    goal = re.sub(r"(min|max)imize \w+", "satisfy", surface.goal)
    proven = True

    def consistent(kept: Iterable[str]) -> bool:
        nonlocal proven
        keep = set(kept)
        status = solve(f"{surface.body(lambda label, _: label in keep)}{goal};\n", limits).status
        proven = proven and status != "no answer"
        return status != "unsatisfiable"

    def explain(background: list[str], added: bool, candidates: list[str]) -> list[str]:
        if added and not consistent(background):
            return []
        if len(candidates) == 1:
            return candidates
        left, right = candidates[: len(candidates) // 2], candidates[len(candidates) // 2 :]
        from_right = explain([*background, *left], bool(left), right)
        from_left = explain([*background, *from_right], bool(from_right), left)
        return from_left + from_right

    every = [label for label, _ in surface.constraints]
    core = explain([], False, every) if every else []
    return [label for label in every if label in core], proven


def _start(command: Sequence[str], text: str, limits: Limits) -> Run:
    finished = run(command, text, seconds=limits.seconds, memory_mb=limits.memory_mb)
    if fault := finished.fault(limits.memory_mb):
        raise ToolError(f"minizinc {fault}; {_BY_HAND}")
    return finished


def _said(option: str, finished: Run) -> str:
    if finished.status is None:
        raise ToolError(f"`minizinc {option}` does not answer in time; {_REINSTALL}")
    return finished.output


def _answer(finished: Run, limits: Limits, *, optimise: bool) -> Answer:
    if finished.status is None:  # killed in the middle of whatever it was saying
        return Answer("no answer", {})
    values: dict[str, Any] | None = None
    status = ""
    warnings: list[str] = []
    for line in finished.output.split("\n"):
        if not line.strip():
            continue
        try:
            message = json.loads(line)
            kind = message["type"]
            if kind == "solution":
                values = dict(message["output"]["json"])
            elif kind == "status":
                status = str(message["status"])
        except (ValueError, TypeError, KeyError, RecursionError):
            ended = f" (its exit code is {finished.status})" if finished.status else ""
            raise ToolError(
                f"minizinc answered something that is no answer: {told(line)!r}{ended}; {_BY_HAND}"
            ) from None
        if kind == "error":
            if message.get("message") == "out of memory":
                raise ToolError(f"minizinc {replace(finished, ended='memory').fault(limits.memory_mb)}")
            raise ToolError(_rejection(message))
        if kind == "warning" and not _HARMLESS.search(said := str(message.get("message", ""))):
            warnings.append(told(said))
    if status == "UNKNOWN":
        return Answer("no answer", {}, tuple(warnings))
    if finished.status != 0:
        raise ToolError(
            f"minizinc failed with exit code {finished.status}: {told(finished.errors) or 'no message'}; {_BY_HAND}"
        )
    if status == "UNSATISFIABLE":
        return Answer("unsatisfiable", {}, tuple(warnings))
    if values is not None and (not optimise or status == "OPTIMAL_SOLUTION"):
        return Answer("satisfied", values, tuple(warnings))
    if finished.seconds >= limits.seconds:
        return Answer("no answer", {}, tuple(warnings))
    raise ToolError(
        f"minizinc ended without an answer (status {told(status) or 'none'!r}): "
        f"{told(finished.errors) or 'no message'}; {_BY_HAND}"
    )


def _rejection(message: dict[str, Any]) -> str:
    place = message.get("location")
    first = place.get("firstLine") if isinstance(place, dict) else None
    line = f" (line {first} of the model)" if isinstance(first, int) else ""
    what = f"{message.get('what', 'error')}: {message.get('message') or 'no message'}"
    return f"minizinc rejects the model{line}: {told(what, 2000)}"
