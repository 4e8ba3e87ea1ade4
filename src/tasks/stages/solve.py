"""solve: is there a point that meets every constraint? which?"""

from __future__ import annotations

from ..records.outcomes import Solved
from .stage import Context, Result, Stage


def run(context: Context) -> Result[Solved]:
    """Solves the model as it lies on disk; our own evaluator must find the witness valid too.

    Raises Unsatisfiable (with a minimal conflict) where no point is valid; CheckFailed for no answer within the limit,
    and for a witness that is not valid or numbers that are too large; ToolError where MiniZinc crashes or rejects the
    model.
    """
    from ..check.ask import tool
    from ..check.canonical import solve_canonically
    from ..check.contradiction import easily_refuted, refuted
    from ..check.magnitude import certainly_too_large, too_large
    from ..check.witness import explain_unsatisfiable, no_answer, valid_point
    from ..errors import CheckFailed, NumberTooLarge, Unsatisfiable
    from ..specification import understand

    specification, model = understand(*context.source()), context.read("model")
    minizinc = tool(context.asking("minizinc"))
    if certain := certainly_too_large(specification, minizinc):
        raise CheckFailed(certain)
    # Where Lean is not there to judge what our search finds, the solver is asked.
    if context.plan.has("lean") and (proof := easily_refuted(specification)):
        raise Unsatisfiable(explain_unsatisfiable(specification, model, minizinc, proof), (specification, proof, True))
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
        raise Unsatisfiable(explain_unsatisfiable(specification, model, minizinc), (specification, proof, False))
    return Result(Solved(tuple(valid_point(answer, specification))))


STAGE = Stage(
    name="solve",
    doc="find each chunk's witness with MiniZinc, or the constraints that conflict",
    asks="is there a point that meets every constraint? which?",
    leaves="the witness, in the stamp",
    outcome=Solved,
    run=run,
    reads=("source", "model"),
    clears=("refutation",),
    engines=("minizinc",),
)
