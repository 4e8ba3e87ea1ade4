"""solve: is there a point that meets every constraint? which?"""

from __future__ import annotations

from pathlib import Path

from ..check.call import Tool
from ..check.minizinc import Answer, conflict
from ..check.minizinc import solve as ask
from ..corpus.document import read_text
from ..errors import CheckFailed, ToolError
from ..files import digest
from ..render.text import label, visible
from ..specification import Specification, read_specification
from ..stamps import write_stamp


def run(chunk_id: str, source: Path, model: Path, stamp: Path, minizinc: Tool) -> None:
    """Solves the model as it lies on disk; the witness must stand before our own evaluator too.

    Raises CheckFailed for an unsatisfiable chunk (with a minimal conflict), for no answer within the limit, and
    for a witness that is none; ToolError where MiniZinc crashes or rejects the model.
    """
    specification = read_specification(source)
    text = read_text(model)
    answer = ask(text, minizinc)
    for warning in answer.warnings:
        print(f"chunk {chunk_id}: minizinc warns: {warning}")
    if answer.status == "no answer":
        raise CheckFailed(no_answer(specification, minizinc, answer))
    if answer.status == "unsatisfiable":
        raise CheckFailed(_unsatisfiable(specification, text, minizinc))
    witness = believed(answer, specification, source, model)
    write_stamp(
        stamp,
        chunk=chunk_id,
        stage="solve",
        engine=minizinc.engine,
        inputs={source.name: specification.sha256, model.name: digest(text)},
        outcome={"status": "satisfied", "witness": witness},
    )


def believed(answer: Answer, specification: Specification, source: Path, model: Path) -> list[int]:
    """The point of a satisfied answer, once our own evaluator has found it valid.

    Raises ToolError where the answer holds no point, CheckFailed where the point is none of the chunk's.
    """
    chunk_id, point = specification.chunk.id, answer.values.get("x")
    if not isinstance(point, list) or len(point) != 8 or not all(type(value) is int for value in point):
        raise ToolError(f"chunk {chunk_id}: minizinc says satisfied without a point: {str(answer.values)[:200]}")
    if violated := specification.violations(point):
        raise CheckFailed(
            f"chunk {chunk_id}: minizinc and our evaluator disagree: the point {point} violates\n"
            + "\n".join(f"    {visible(line)}" for line in violated)
            + f"\nno verdict is given; `{model}` is the model, `{source}` the source"
        )
    return point


def no_answer(specification: Specification, minizinc: Tool, answer: Answer) -> str:
    """The message that the solver had not finished in time."""
    return (
        f"chunk {specification.chunk.id}: no answer within {minizinc.limits.seconds} s; "
        f"raise limits.solve_seconds in corpus.yaml, or bound the constraints more tightly{answer.note}"
    )


def _unsatisfiable(specification: Specification, text: str, minizinc: Tool) -> str:
    names, proven = conflict(text, minizinc)
    chunk = specification.chunk
    head = f"chunk {chunk.id} ({visible(chunk.title)}) is unsatisfiable"
    if not names:
        return f"{head}: no point has all coordinates in 0..{chunk.total}"
    how = (
        "these constraints conflict, and without any one of them they do not"
        if proven
        else "these constraints conflict"
    )
    texts = {label(c.name): visible(c.text) for c in chunk.constraints}
    shown = "\n".join(f"    {name}: {texts.get(name, f'x[1] + ... + x[8] = {chunk.total}')}" for name in names)
    return f"{head}: {how}:\n{shown}"
