"""crosscheck: JSON, MiniZinc and Lean mean the same, shown by their values at points where a fault would show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..check.lean import Lean, first_difference
from ..check.limits import Limits
from ..check.minizinc import verdicts
from ..corpus.chunk import Chunk
from ..corpus.document import read_text
from ..errors import CheckFailed
from ..files import digest, file_digest
from ..render.model_reader import ModelText, read_model
from ..render.text import label, names, visible
from ..sample import Sample, read_sample
from ..specification import Specification, read_specification
from ..stamps import Engine, read_stamp, read_witness, write_stamp
from .lean import Judged, chosen, judged

MOST_SHOWN = 20


@dataclass(frozen=True)
class Disagreement:
    """where: the constraint's name, or what of the structure; the rest is for the reader."""

    where: str
    what: str


def run(
    chunk_id: str, source: Path, solved: Path, sampled: Path, proved: Path, model: Path, module: Path,
    certificate: Path, stamp: Path, toolchain: Path, folder: Path, strict: bool, solve_limits: Limits,
    prove_limits: Limits, engine: Engine, minizinc: Engine, library: str,
) -> dict[str, bool]:  # fmt: skip
    """Compares the three forms of a chunk as they lie on disk; returns whether it warned.

    The evaluator's verdicts stand in the stamp of sample, Lean's in that of prove. Raises CheckFailed with every
    disagreement (where strict) and where Lean had no verdict, ToolError where a tool crashes or rejects a text.
    """
    specification = read_specification(source)
    witness = read_witness(solved)
    sample, drawn, proof = read_sample(sampled), read_stamp(sampled), read_stamp(proved)
    lean = chosen(engine, toolchain)
    solve_limits, prove_limits = solve_limits.of(minizinc), prove_limits.of(engine, library)
    form = judged(lean.form, chunk_id, module, certificate)
    texts = {model: read_text(model), form.path: read_text(form.path)}
    text = texts[form.path]
    inputs = _digests(texts) | {"sample": str(file_digest(sampled))}
    about = {"sample": inputs["sample"], form.path.name: digest(text)}
    if drawn is None or proof is None or not about.items() <= proof["inputs"].items():
        raise CheckFailed(f"{proved}: no stamp about the text and the sample as they are now; build prove:{chunk_id}")
    surface = read_model(texts[model])
    found = [
        *_structure(specification, witness, surface, read_stated(text, form), form),
        *_in_minizinc(specification, sample, surface, solve_limits),
        *_in_lean(specification, sample, proof["outcome"], form, text, lean, folder, prove_limits),
    ]
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
        inputs={source.name: specification.sha256, "library": library} | inputs,
        outcome={
            "status": "disagree" if found else "agree",
            "points": len(sample.points),
            "verdicts in Lean": sum(len(c.points) for c in sample.claims if c.subject == "constraint"),
            "constraints": specification.kinds(),
            **{name: drawn["outcome"][name] for name in ("faults", "comparisons", "never seen to turn")},
            "disagreements": [f"{d.where}: {d.what}" for d in found],
        },
    )
    return {"warned": bool(found)}


def _digests(texts: Mapping[Path, str]) -> dict[str, str]:
    return {f"{path.parent.name}/{path.name}": digest(text) for path, text in texts.items()}


@dataclass(frozen=True)
class Stated:
    """The surface of a rendered Lean text, in the order of the text.

    conjuncts is None where the whole goes through helper definitions.
    """

    names: tuple[str, ...]
    conjuncts: tuple[str, ...] | None
    witness: tuple[int, ...]


def read_stated(text: str, form: Judged) -> Stated:
    """What a certificate or a module states."""
    if form.kind == "certificate":
        section = text.partition("\nnamespace Constraint\n")[2].partition("\nend Constraint\n")[0]
        kind = "Bool"
        point = re.search(r"^def witness : Point :=\n  Point\.mk (.*)$", text, re.MULTILINE)
        whole = re.search(r"^def valid \(x : Point\) : Bool :=\n  (.*)$", text, re.MULTILINE)
        conjuncts = re.findall(r"\((?:Constraint\.)?(«[^»]*»|[\w']+) x\)", whole.group(1) if whole else "")
    else:
        section, kind = text, "Prop"
        point = re.search(r"^def witness : Point :=\n  ⟨(.*)⟩$", text, re.MULTILINE)
        whole = re.search(r"^def Valid \(x : Point\) : Prop :=\n(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
        conjuncts = re.findall(r"(«[^»]*»|[\w']+) x(?: |$|\n)", whole.group(1) if whole else "")
    found = re.findall(rf"^def («[^»]*»|\S+) \(x : Point\) : {kind}", section, re.MULTILINE)
    numbers = re.findall(r"\(Int\.neg (\d+)\)|(-?\d+)", point.group(1) if point else "")
    simplex = [name.rpartition(".")[2] for name in form.simplex]
    return Stated(
        names=tuple(name for name in found if name not in simplex and not re.fullmatch(r"part\d+", name)),
        conjuncts=None if any(re.fullmatch(r"part\d+", name) for name in conjuncts) else tuple(conjuncts),
        witness=tuple(-int(negative) if negative else int(other) for negative, other in numbers),
    )


def _identifiers(chunk: Chunk) -> dict[str, str]:
    """What each constraint is called in Lean."""
    given = [constraint.name for constraint in chunk.constraints]
    return dict(zip(given, names(given), strict=True))


def _structure(
    specification: Specification, witness: list[int], model: ModelText, lean: Stated, form: Judged
) -> list[Disagreement]:
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
    simplex = [name.rpartition(".")[2] for name in form.simplex[: 2 if chunk.unit_sum else 1]]
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


def _in_minizinc(specification: Specification, sample: Sample, model: ModelText, limits: Limits) -> list[Disagreement]:
    """Where MiniZinc's verdict about a constraint of the model is not the evaluator's."""
    truths, values = verdicts(model, sample.points, limits)
    chunk = specification.chunk
    subjects = [("constraint", name, expected) for name, expected in sample.verdicts.items()]
    if chunk.unit_sum:
        subjects.append(("unit sum", "the unit sum", [sum(p) == chunk.total for p in sample.points]))
    found = []
    for (subject, name, expected), truth in zip(subjects, truths, strict=False):
        for point, ours, theirs in zip(sample.points, expected, truth, strict=True):
            if ours != theirs:
                text = _source(specification, subject, name)
                found.append(Disagreement(name, _verdicts(text, point, ours, "MiniZinc", theirs)))
                break
    if chunk.objective != "none":
        for point, wanted, value in zip(sample.points, sample.objective, values, strict=False):
            if value != wanted:
                what = f"is {wanted} at x = {list(point)}, MiniZinc says {value}"
                return [*found, Disagreement("the objective", what)]
    return found


def _in_lean(
    specification: Specification, sample: Sample, proved: Mapping[str, Any], form: Judged, text: str, lean: Lean,
    folder: Path, limits: Limits,
) -> list[Disagreement]:  # fmt: skip
    """Where Lean's verdict about a definition, as the proof's run gave it, is not the evaluator's.

    Lean is run again only to say at which point.
    """
    asked = form.assertions(sample)
    said = proved["of the sample"]
    if said["unanswered"]:
        raise CheckFailed(f"Lean did not answer about the sample: {said['unanswered']}")
    found = []
    for claim, assertion in zip(sample.claims, asked, strict=True):
        if assertion.definition in said["refused"]:
            index = first_difference(lean, text, assertion, folder, limits)
            truth = claim.expected[index]
            source = _source(specification, claim.subject, claim.name)
            what = _verdicts(source, claim.points[index], truth, "Lean", not truth)
            found.append(Disagreement(claim.name, what))
    return found


def _source(specification: Specification, subject: str, name: str) -> str:
    """For the reader: what a constraint, or what is beside them, says."""
    total = specification.chunk.total
    beside = {
        "bounds": f"every coordinate is in 0..{total}",
        "unit sum": f"x[1] + ... + x[8] = {total}",
        "whole": "every constraint",
    }
    return beside.get(subject) or next(c.text for c in specification.chunk.constraints if c.name == name)


def _verdicts(text: str, point: Sequence[int], ours: bool, other: str, theirs: bool) -> str:
    told = {True: "true", False: "false"}
    return f"at x = {list(point)} the evaluator says {told[ours]}, {other} says {told[theirs]}\n        {visible(text)}"


def _message(chunk_id: str, found: Sequence[Disagreement]) -> str:
    lines = [f"    {visible(d.where)}: {d.what}" for d in found[:MOST_SHOWN]]
    if len(found) > MOST_SHOWN:
        lines.append(f"    and {len(found) - MOST_SHOWN} more")
    return "\n".join([f"chunk {chunk_id}: the forms of the chunk do not mean the same", *lines])
