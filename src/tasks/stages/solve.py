"""solve: is there a point that meets every constraint? which?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..records.outcomes import Solved
from ..records.stamp import without_identity
from .stage import Context, Result, Stage

if TYPE_CHECKING:
    from ..boxes.theorem import Proof
    from ..check.call import Tool
    from ..specification import Specification


def run(context: Context) -> Result[Solved]:
    """Solves the model as it lies on disk; our own evaluator must find the witness valid too.

    Raises CheckFailed for an unsatisfiable chunk (with a minimal conflict), for no answer within the limit, and
    for a witness that is not valid or numbers that are too large; ToolError where MiniZinc crashes or rejects the
    model.
    """
    from ..check.ask import tool
    from ..check.canonical import solve_canonically
    from ..check.magnitude import certainly_too_large, too_large
    from ..check.refutation import easily_refuted, refuted
    from ..check.witness import no_answer, valid_point
    from ..errors import CheckFailed, NumberTooLarge
    from ..files import remove
    from ..specification import understand

    specification, model = understand(*context.source()), context.read("model")
    minizinc = tool(context.asking("minizinc"))
    remove(context.plan.layout.refutation(context.chunk_id))
    if certain := certainly_too_large(specification, minizinc):
        raise CheckFailed(certain)
    if proof := easily_refuted(specification):
        raise CheckFailed(_unsatisfiable(context, specification, model, minizinc, proof, easy=True))
    try:
        answer = solve_canonically(model, minizinc)
    except NumberTooLarge:
        raise CheckFailed(too_large(specification, minizinc)) from None
    for warning in answer.warnings:
        print(f"chunk {context.chunk_id}: minizinc warns: {warning}")
    if answer.status == "no answer":
        raise CheckFailed(no_answer(specification, answer, minizinc.limits))
    if answer.status == "unsatisfiable":
        proof = refuted(specification)
        raise CheckFailed(_unsatisfiable(context, specification, model, minizinc, proof, easy=False))
    return Result(Solved(tuple(valid_point(answer, specification))))


def _unsatisfiable(
    context: Context, specification: Specification, model: str, minizinc: Tool, proof: Proof | None, *, easy: bool
) -> str:
    """The message that no point is valid: which constraints conflict, and whether Lean has proved it."""
    from ..check.refutation import text
    from ..check.witness import explain_unsatisfiable
    from ..files import write_whole

    message = explain_unsatisfiable(specification, model, minizinc, proof if easy else None)
    if proof is None:
        return f"{message}\nthe solver alone says so: no proof was found within the limit of the search"
    engine, problem = _judged(context, specification, proof)
    if problem:
        who = "our search" if easy else "the solver"
        return f"{message}\n{who} alone says so, Lean has not proved it: {problem}"
    path = context.plan.layout.refutation(context.chunk_id)
    write_whole(path, "\n".join(text(specification, proof)))
    return f"{message}\nproved by {engine}: {path}"


def _judged(context: Context, specification: Specification, proof: Proof) -> tuple[str, str]:
    """The Lean that judged the proof, and what there is against it; "" for nothing.

    Lean is no engine of this stage: it is asked where that fails, and a failure leaves nothing that could be stale.
    """
    from ..check.ask import identify, tool
    from ..check.lean import form_of
    from ..check.refutation import judged
    from ..errors import DualityError
    from ..records.summary import engine_text

    plan = context.plan
    if not plan.has("lean"):
        return "", "lean=off"
    try:
        engine = identify(plan, "lean")["engine"]
        lean = tool(plan.asking("lean", engine, context.chunk_id))
    except DualityError as error:
        return "", str(error)
    if form_of(lean) != "embedded kernel":
        return "", "the proof is for the embedded kernel (lean=kernel)"
    return engine_text(without_identity(engine)), judged(specification, proof, lean)


STAGE = Stage(
    name="solve",
    doc="find each chunk's witness with MiniZinc, or the constraints that conflict",
    asks="is there a point that meets every constraint? which?",
    leaves="the witness, in the stamp",
    outcome=Solved,
    run=run,
    reads=("source", "model"),
    engines=("minizinc",),
)
