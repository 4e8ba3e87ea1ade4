"""The three forms of a chunk compared by their values at points: the evaluator's, MiniZinc's and Lean's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..claims import Sample
from ..errors import CheckFailed
from ..render.model_reader import ModelText
from ..render.text import visible
from ..specification import Specification
from .agreement import Disagreement
from .call import Tool
from .lean import answer, first_difference, judge, question
from .lean_form import LeanForm
from .minizinc import verdicts


def in_minizinc(
    specification: Specification, sample: Sample, model: ModelText, minizinc: Tool
) -> Iterator[Disagreement]:
    """Where MiniZinc's verdict about a constraint of the model, or its objective, is not the evaluator's.

    Raises ToolError where MiniZinc does not answer exactly what it was asked.
    """
    truths, values = verdicts(model, sample.points, minizinc)
    chunk = specification.chunk
    subjects = [("constraint", name, expected) for name, expected in sample.verdicts.items()]
    if chunk.unit_sum:
        subjects.append(("unit_sum", "the unit sum", [sum(p) == chunk.total for p in sample.points]))
    if len(truths) != len(subjects):
        yield Disagreement("the model", f"has {len(truths)} constraints, expected {len(subjects)}")
        return
    for (subject, name, expected), truth in zip(subjects, truths, strict=True):
        for point, ours, theirs in zip(sample.points, expected, truth, strict=True):
            if ours != theirs:
                text = _source(specification, subject, name)
                yield Disagreement(name, _verdicts(text, point, ours, "MiniZinc", theirs))
                break
    if chunk.objective != "none":
        for point, wanted, value in zip(sample.points, sample.objective, values, strict=True):
            if value != wanted:
                yield Disagreement("the objective", f"is {wanted} at x = {list(point)}, MiniZinc says {value}")
                return


def in_lean(
    specification: Specification, sample: Sample, refused: Sequence[str] | None, form: LeanForm, text: str, lean: Tool
) -> Iterator[Disagreement]:
    """Where Lean's verdict about a definition is not the evaluator's.

    refused: the definitions that Lean does not share a claim about, as the proof's run said; None where it did not
    answer: then Lean is asked here. Raises CheckFailed where it has no answer within its limits.
    """
    asked = form.assertions(sample)
    if refused is None:
        judgement = judge(text, None, lean, question(form.form, asked))
        if not judgement.accepted:
            raise CheckFailed(f"Lean does not accept the text: {judgement.errors()[0].text}")
        refused = [assertion.definition for assertion in answer(form.form, asked, judgement)]
    for claim, assertion in zip(sample.claims, asked, strict=True):
        if assertion.definition in refused:
            index = first_difference(text, assertion, lean)
            truth = claim.expected[index]
            source = _source(specification, claim.subject, claim.name)
            yield Disagreement(claim.name, _verdicts(source, claim.points[index], truth, "Lean", not truth))


def _source(specification: Specification, subject: str, name: str) -> str:
    """For the reader: what a constraint, or what is beside them, says."""
    total = specification.chunk.total
    beside = {
        "bounds": f"every coordinate is in 0..{total}",
        "unit_sum": f"x[1] + ... + x[8] = {total}",
        "whole": "every constraint",
    }
    return beside.get(subject) or next(c.text for c in specification.chunk.constraints if c.name == name)


def _verdicts(text: str, point: Sequence[int], ours: bool, other: str, theirs: bool) -> str:
    told = {True: "true", False: "false"}
    return f"at x = {list(point)} the evaluator says {told[ours]}, {other} says {told[theirs]}\n        {visible(text)}"
