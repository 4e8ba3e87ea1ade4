"""Checks the points that the solver found, and explains where it found none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import CheckFailed, ToolError
from ..records.outcomes import UNSATISFIABLE
from ..render.text import label, visible
from ..specification import Specification
from .call import Limits, Tool
from .minizinc import Answer, conflict

if TYPE_CHECKING:
    from ..boxes.theorem import Proof


def valid_point(answer: Answer, specification: Specification) -> list[int]:
    """The point (8 integers) of a satisfied answer, once our own evaluator has found it valid.

    Raises ToolError where the answer holds no point, CheckFailed where the point is not valid.
    """
    chunk_id, point = specification.chunk.id, answer.values.get("x")
    if not isinstance(point, list) or len(point) != 8 or not all(type(value) is int for value in point):
        raise ToolError(f"chunk {chunk_id}: minizinc reports a solution without a point: {str(answer.values)[:200]}")
    if violated := specification.violations(point):
        raise CheckFailed(
            f"chunk {chunk_id}: minizinc and our evaluator disagree: the point {point} violates\n"
            + "\n".join(f"    {visible(line)}" for line in violated)
            + "\nthe point is rejected; compare the model with the chunk, and report a defect of Duality or MiniZinc"
        )
    return point


def no_answer(specification: Specification, answer: Answer, limits: Limits) -> str:
    """The message that the solver did not finish in time."""
    chunk_id = specification.chunk.id
    return (
        f"chunk {chunk_id}: no answer within {limits.seconds} s; raise the limit (solve_seconds=, or "
        f"limits.solve_seconds in corpus.yaml, also for chunk {chunk_id} alone), or bound the constraints more "
        f"tightly{answer.note}"
    )


def explain_unsatisfiable(specification: Specification, model: str, tool: Tool, proof: Proof | None = None) -> str:
    """The message that a chunk is unsatisfiable, with constraints that conflict, as few as it takes; with a proof, they
    are found without the tool.
    """
    from .contradiction import conflict as conflict_of  # here, as most chunks have a witness

    names, proven = conflict_of(specification, proof) if proof else conflict(model, tool)
    chunk = specification.chunk
    head = f"chunk {chunk.id} ({visible(chunk.title)}){UNSATISFIABLE}"
    if not names:
        return f"{head}no point has all coordinates in 0..{chunk.total}"
    places = {label(c.name): (specification.place(at), visible(c.text)) for at, c in enumerate(chunk.constraints)}
    own = [f"    {place}{name}: {text}" for name, (place, text) in places.items() if name in names]
    total = f"x[1] + ... + x[8] = {chunk.total}"
    sums_up = len(own) < len(names)
    if len(own) == 1:
        points = f"all coordinates in 0..{chunk.total}{f' and {total}' if sums_up else ''}"
        how = f"this constraint holds at no point with {points}"
        return f"{head}{how}, whatever the others say:\n{own[0]}"
    how = "these constraints conflict" + (", and without any one of them they do not" if proven else "")
    more = [f"    {name}: {total}" for name in names if name not in places]
    return "\n".join([f"{head}{how}:", *own, *more])
