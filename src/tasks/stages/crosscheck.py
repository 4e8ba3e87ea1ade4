"""crosscheck: JSON, MiniZinc and Lean mean the same, shown by their values at points where a fault would show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ..check.lean import Claim, Lean, disagreements
from ..check.lean_install import Form
from ..check.limits import Limits
from ..check.minizinc import verdicts
from ..check.model_text import ModelText, read_model
from ..corpus.chunk import Chunk
from ..corpus.document import read_text
from ..errors import CheckFailed
from ..files import digest
from ..render.lean_text import names
from ..render.text import label, visible
from ..sampling import Sample, Subject, sample
from ..specification import Specification, read_specification
from ..stamps import Engine, read_witness, write_stamp
from .lean import chosen

MOST_SHOWN = 20


@dataclass(frozen=True)
class Disagreement:
    """where: the constraint's name, or what of the structure; the rest is for the reader."""

    where: str
    what: str


def run(
    chunk_id: str, source: Path, solved: Path, model: Path, module: Path, certificate: Path, stamp: Path,
    toolchain: Path, folder: Path, samples: int, strict: bool, solve_limits: Limits, prove_limits: Limits,
    engine: Engine, minizinc: Engine, library: str,
) -> dict[str, bool]:  # fmt: skip
    """Compares the three forms of a chunk as they lie on disk; returns whether it warned.

    Raises CheckFailed with every disagreement (where strict), ToolError where a tool crashes or rejects a text.
    """
    specification = read_specification(source)
    witness = read_witness(solved)
    lean = chosen(engine, toolchain)
    form = certificate if lean.form == "embedded kernel" else module
    texts = {model: read_text(model), form: read_text(form)}
    drawn = sample(specification, witness, samples)
    surface = read_model(texts[model])
    stated = read_stated(texts[form], lean.form, chunk_id)
    found = [
        *_structure(specification, witness, surface, stated),
        *_in_minizinc(specification, drawn, surface, solve_limits),
        *_in_lean(specification, drawn, stated, lean, folder, prove_limits),
    ]
    both, comparisons = drawn.seen()
    constant = [
        visible(subject.name) for subject in drawn.subjects if len({bool(subject.value(p)) for p in drawn.points}) < 2
    ]
    faults = [subject.faults for subject in drawn.subjects]
    if found:
        message = _message(chunk_id, found)
        if strict:
            raise CheckFailed(message)
        print(f"warning: {message}")
    write_stamp(
        stamp,
        chunk=chunk_id,
        stage="crosscheck",
        status="warned" if found else "passed",
        engine={"name": "minizinc and lean", "version": f"{minizinc['version']} and {engine['version']}"},
        inputs={source.name: specification.sha256, "library": library} | _digests(texts),
        outcome={
            "status": "disagree" if found else "agree",
            "points": len(drawn.points),
            "verdicts in Lean": sum(len(s.own) for s in drawn.subjects),
            "faults": {"shown": sum(shown for shown, _ in faults), "tried": sum(tried for _, tried in faults)},
            "constraints": specification.kinds(),
            "comparisons": {"seen on both sides": both, "all": comparisons},
            "never seen to turn": constant,
            "disagreements": [f"{d.where}: {d.what}" for d in found],
        },
    )
    return {"warned": bool(found)}


def _digests(texts: Mapping[Path, str]) -> dict[str, str]:
    return {f"{path.parent.name}/{path.name}": digest(text) for path, text in texts.items()}


@dataclass(frozen=True)
class Stated:
    """The surface of a rendered Lean text. names and conjuncts are in the order of the text; prefix and simplex are how
    the constraints' definitions and those of bounds, unit sum and the whole are to be called.
    """

    text: str
    names: tuple[str, ...]
    conjuncts: tuple[str, ...] | None
    witness: tuple[int, ...]
    prefix: str
    simplex: tuple[str, str, str]


def read_stated(text: str, form: Form, chunk_id: str) -> Stated:
    """What a certificate or a module states. conjuncts is None where `Valid` goes through helper definitions."""
    if form == "embedded kernel":
        section = text.partition("\nnamespace Constraint\n")[2].partition("\nend Constraint\n")[0]
        kind, prefix, simplex = "Bool", "Constraint.", ("bounds", "unit_sum", "valid")
        point = re.search(r"^def witness : Point :=\n  Point\.mk (.*)$", text, re.MULTILINE)
        whole = re.search(r"^def valid \(x : Point\) : Bool :=\n  (.*)$", text, re.MULTILINE)
        conjuncts = re.findall(r"\((?:Constraint\.)?(«[^»]*»|[\w']+) x\)", whole.group(1) if whole else "")
    else:
        section, kind, prefix = text, "Prop", f"Duality.Chunk{chunk_id}."
        simplex = ("Bounds", "UnitSum", "Valid")
        point = re.search(r"^def witness : Point :=\n  ⟨(.*)⟩$", text, re.MULTILINE)
        whole = re.search(r"^def Valid \(x : Point\) : Prop :=\n(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
        conjuncts = re.findall(r"(«[^»]*»|[\w']+) x(?: |$|\n)", whole.group(1) if whole else "")
    found = re.findall(rf"^def («[^»]*»|\S+) \(x : Point\) : {kind}", section, re.MULTILINE)
    numbers = re.findall(r"\(Int\.neg (\d+)\)|(-?\d+)", point.group(1) if point else "")
    return Stated(
        text=text,
        names=tuple(name for name in found if name not in simplex and not re.fullmatch(r"part\d+", name)),
        conjuncts=None if any(re.fullmatch(r"part\d+", name) for name in conjuncts) else tuple(conjuncts),
        witness=tuple(-int(negative) if negative else int(other) for negative, other in numbers),
        prefix=prefix,
        simplex=simplex if form == "embedded kernel" else tuple(prefix + name for name in simplex),  # type: ignore[arg-type]
    )


def _identifiers(chunk: Chunk) -> dict[str, str]:
    """What each constraint is called in Lean."""
    given = [constraint.name for constraint in chunk.constraints]
    return dict(zip(given, names(given), strict=True))


def _structure(specification: Specification, witness: list[int], model: ModelText, lean: Stated) -> list[Disagreement]:
    """What of names, parameters, goal and witness is not as the chunk and the solver have it."""
    chunk = specification.chunk
    formal = [c.name for c, s in zip(chunk.constraints, specification.statements, strict=True) if s.kind == "formal"]
    wanted = [label(name) for name in formal]
    labels = [text for text, _ in model.constraints]
    if chunk.unit_sum:
        own = labels.pop() if labels else ""
        if not re.fullmatch("unit sum_*", own):
            wanted.append("unit sum")
    everyone = _identifiers(chunk)
    simplex = [name.rpartition(".")[2] for name in lean.simplex[: 2 if chunk.unit_sum else 1]]
    identifiers = [everyone[name] for name in formal]
    joined = simplex + identifiers
    if chunk.objective == "none":
        goal = "solve :: int_search(x, input_order, indomain_min) satisfy;"
    else:
        goal = (
            "solve :: seq_search([int_search([objective], input_order, indomain_split), "
            "int_search(x, input_order, indomain_min)]) minimize objective;"
        )
    compared: list[tuple[str, object, object]] = [
        ("names in the model", labels, wanted),
        ("names in Lean", list(lean.names), identifiers),
        ("conjuncts in Lean", joined if lean.conjuncts is None else list(lean.conjuncts), joined),
        ("N in the model", model.total, chunk.total),
        ("P in the model", model.primes, chunk.primes),
        ("bounds in the model", model.domain, "0..N"),
        ("solve item", model.goal, goal),
        ("objective", model.objective is not None, chunk.objective != "none"),
        ("witness in Lean", list(lean.witness), witness),
    ]
    return [Disagreement(where, f"found {found}, expected {want}") for where, found, want in compared if found != want]


def _in_minizinc(specification: Specification, drawn: Sample, model: ModelText, limits: Limits) -> list[Disagreement]:
    """Where MiniZinc's verdict about a constraint of the model is not the evaluator's."""
    truths, values = verdicts(model, drawn.points, limits)
    found = []
    subjects: list[tuple[str, str, list[bool]]] = [
        (s.name, s.text, [bool(s.value(p)) for p in drawn.points]) for s in drawn.subjects
    ]
    chunk = specification.chunk
    if chunk.unit_sum:
        subjects.append(
            ("the unit sum", f"x[1] + ... + x[8] = {chunk.total}", [sum(p) == chunk.total for p in drawn.points])
        )
    for (name, text, expected), truth in zip(subjects, truths, strict=False):
        for point, ours, theirs in zip(drawn.points, expected, truth, strict=True):
            if ours != theirs:
                found.append(Disagreement(name, _verdicts(text, point, ours, "MiniZinc", theirs)))
                break
    if chunk.objective != "none":
        for point, value in zip(drawn.points, values, strict=False):
            if value != _objective(chunk, point):
                what = f"is {_objective(chunk, point)} at x = {list(point)}, MiniZinc says {value}"
                return [*found, Disagreement("the objective", what)]
    return found


def _in_lean(
    specification: Specification, drawn: Sample, stated: Stated, lean: Lean, folder: Path, limits: Limits
) -> list[Disagreement]:
    """Where Lean's verdict about a definition is not the evaluator's."""
    chunk = specification.chunk
    identifiers = _identifiers(chunk)
    subjects: dict[str, tuple[str, str]] = {}
    claims = []
    for subject in drawn.subjects:
        definition, points = stated.prefix + identifiers[subject.name], subject.own
        subjects[definition] = (subject.name, subject.text)
        claims.append(Claim(definition, points, [bool(subject.value(point)) for point in points]))
    for claim, name, text in _simplex(drawn, chunk, stated.simplex):
        subjects[claim.definition] = (name, text)
        claims.append(claim)
    found = []
    for claim, index in disagreements(lean, stated.text, claims, folder, limits):
        name, text = subjects[claim.definition]
        truth = claim.expected[index]
        found.append(Disagreement(name, _verdicts(text, claim.points[index], truth, "Lean", not truth)))
    return found


def _simplex(drawn: Sample, chunk: Chunk, called: tuple[str, str, str]) -> list[tuple[Claim, str, str]]:
    """What the Lean text says beside the constraints: bounds, unit sum, and all of it together, with name and text.

    The chunk as a whole is judged at its witness and at points that one constraint alone excludes; that it joins all
    constraints is seen in the text.
    """
    first, total = drawn.points[0], chunk.total
    beside = [(*first[:i], value, *first[i + 1 :]) for i in range(8) for value in (-1, total + 1)]
    beside += [(0,) * 8, (total,) * 8]
    inside = [all(0 <= value <= total for value in point) for point in beside]
    found = [(Claim(called[0], beside, inside), "the bounds", f"every coordinate is in 0..{total}")]
    if chunk.unit_sum:
        points = drawn.points[:10] + drawn.points[-4:]
        sums = [sum(point) == total for point in points]
        found.append((Claim(called[1], points, sums), "the unit sum", f"x[1] + ... + x[8] = {total}"))
    alone = []
    for subject in drawn.subjects:
        others = [s for s in drawn.subjects if s is not subject]
        alone += [p for p in drawn.points if not subject.value(p) and _valid(others, chunk, p)][:1]
    whole = list(dict.fromkeys([first, *alone]))
    valid = [_valid(drawn.subjects, chunk, point) for point in whole]
    return [*found, (Claim(called[2], whole, valid), "the whole chunk", "every constraint")]


def _valid(subjects: Sequence[Subject], chunk: Chunk, point: Sequence[int]) -> bool:
    inside = all(0 <= value <= chunk.total for value in point)
    return inside and (not chunk.unit_sum or sum(point) == chunk.total) and all(s.value(point) for s in subjects)


def _objective(chunk: Chunk, x: Sequence[int]) -> int:
    if chunk.objective == "neighbor_distance_min":
        return sum(abs(b - a) for a, b in pairwise(x))
    return sum(abs(8 * value - chunk.total) for value in x)


def _verdicts(text: str, point: Sequence[int], ours: bool, other: str, theirs: bool) -> str:
    told = {True: "true", False: "false"}
    return f"at x = {list(point)} the evaluator says {told[ours]}, {other} says {told[theirs]}\n        {visible(text)}"


def _message(chunk_id: str, found: Sequence[Disagreement]) -> str:
    lines = [f"    {visible(d.where)}: {d.what}" for d in found[:MOST_SHOWN]]
    if len(found) > MOST_SHOWN:
        lines.append(f"    and {len(found) - MOST_SHOWN} more")
    return "\n".join([f"chunk {chunk_id}: the forms of the chunk do not mean the same", *lines])
