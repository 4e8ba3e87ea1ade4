"""balance: over all valid points, how far can the two tracts be apart?"""

from __future__ import annotations

from pathlib import Path

from ..check.call import Tool
from ..check.minizinc import imbalance
from ..corpus.document import read_text
from ..errors import CheckFailed
from ..files import digest
from ..specification import read_specification
from ..stamps import write_stamp
from .solve import believed, no_answer


def run(chunk_id: str, source: Path, model: Path, stamp: Path, minizinc: Tool, limit: int) -> None:
    """Finds the interval of |T_int - T_ext|, T_int = x[1] + ... + x[4] and T_ext = x[5] + ... + x[8].

    Raises CheckFailed where its upper end is above limit, where there is no valid point, or no answer in time;
    ToolError where MiniZinc crashes.
    """
    specification = read_specification(source)
    text = read_text(model)
    interval: dict[str, int] = {}
    for end in ("least", "most"):
        answer = imbalance(text, end, minizinc)
        if answer.status == "no answer":
            raise CheckFailed(no_answer(specification, minizinc, answer))
        if answer.status == "unsatisfiable":
            raise CheckFailed(f"chunk {chunk_id}: no balance, as the chunk is unsatisfiable (see solve:{chunk_id})")
        point = believed(answer, specification, source, model)
        interval[end] = abs(sum(point[:4]) - sum(point[4:]))
    if interval["most"] > limit:
        raise CheckFailed(
            f"chunk {chunk_id}: the tracts can be {interval['most']} apart, the limit is {limit}, as at x = {point}; "
            "add a constraint, or raise tract_balance.limit in corpus.yaml"
        )
    write_stamp(
        stamp,
        chunk=chunk_id,
        stage="balance",
        engine=minizinc.engine,
        inputs={source.name: specification.sha256, model.name: digest(text)},
        outcome={"status": "within limit", "limit": limit, **interval},
    )
