"""balance: over all valid points, how far can the two tracts be apart?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ..plan import Plan
from ..records.outcomes import Balanced
from .stage import Context, Result, Stage


def _settings(plan: Plan, chunk_id: str) -> Mapping[str, Any]:
    return {"limit": plan.corpus.settings.balance_rule(chunk_id)}


def run(context: Context) -> Result[Balanced]:
    """Finds the interval of |T_int - T_ext|, T_int = x[1] + ... + x[4] and T_ext = x[5] + ... + x[8].

    Raises CheckFailed where its upper end is above the limit, where there is no valid point, or no answer in time;
    ToolError where MiniZinc crashes.
    """
    from ..check.ask import tool
    from ..check.contradiction import refuse_wrong_balance
    from ..check.tracts import imbalance
    from ..check.witness import no_answer, valid_point
    from ..errors import CheckFailed
    from ..specification import understand

    specification, model = understand(*context.source()), context.read("model")
    minizinc = tool(context.asking("minizinc"))
    chunk_id, chunk = context.chunk_id, specification.chunk
    limit = context.plan.corpus.settings.balance_limit(chunk_id, chunk.total)

    def extreme(end: Literal["least", "most"]) -> tuple[int, list[int]]:
        answer = imbalance(model, end, minizinc)
        if answer.status == "no answer":
            raise CheckFailed(no_answer(specification, answer, minizinc.limits))
        if answer.status == "unsatisfiable":
            raise CheckFailed(f"chunk {chunk_id}: the solver finds no valid point, though solve:{chunk_id} passed")
        point = valid_point(answer, specification)
        return abs(sum(point[:4]) - sum(point[4:])), point

    least, _ = extreme("least")
    most, point = extreme("most")
    refuse_wrong_balance(specification, most)
    if most > limit:
        raise CheckFailed(
            f"chunk {chunk_id}: the tracts can be {most} apart, the limit is {limit}, as at x = {point}; "
            "add a constraint, or raise tract_balance in corpus.yaml"
        )
    return Result(Balanced(least, most, limit))


STAGE = Stage(
    name="balance",
    doc="find how far the tracts can be apart, over all valid points of each chunk",
    asks="how far can x[1]+..+x[4] and x[5]+..+x[8] be apart?",
    leaves="the interval, in the stamp",
    outcome=Balanced,
    run=run,
    reads=("source", "model"),
    after=("solve",),
    engines=("minizinc",),
    settings=_settings,
)
