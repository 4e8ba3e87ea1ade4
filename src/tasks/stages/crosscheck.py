"""crosscheck: JSON, MiniZinc and Lean mean the same, shown by their values at points where a fault would show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..check.agreement import Disagreement, message, structure
from ..check.lean import Lean, first_difference
from ..check.limits import Limits
from ..check.minizinc import verdicts
from ..corpus.document import read_text
from ..errors import CheckFailed
from ..files import digest, file_digest
from ..render.lean_reader import read_lean
from ..render.model_reader import ModelText, read_model
from ..render.text import visible
from ..sample import Sample, read_sample
from ..specification import Specification, read_specification
from ..stamps import Engine, read_stamp, read_witness, write_stamp
from .lean import Judged, chosen, judged


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
        *structure(specification, witness, surface, read_lean(text, form.kind)),
        *_in_minizinc(specification, sample, surface, solve_limits),
        *_in_lean(specification, sample, proof["outcome"], form, text, lean, folder, prove_limits),
    ]
    if found:
        if strict:
            raise CheckFailed(message(chunk_id, found))
        print(f"warning: {message(chunk_id, found)}")
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
