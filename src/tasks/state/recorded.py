"""The ledger of the database's records, for readers outside a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..check.ask import is_current
from ..digests import Code
from ..plan import Plan
from .database import Database
from .record import RecordCodec

if TYPE_CHECKING:
    from ..ledger import Ledger


def codec_of(plan: Plan) -> RecordCodec:
    """How records are written down for a plan's folders."""
    return RecordCodec({"chunks": plan.layout.chunks, "out": plan.layout.out})


def recorded_ledger(plan: Plan) -> Ledger:
    """The ledger of the last committed records; nothing is locked or changed."""
    from ..ledger import Ledger

    records = Database(str(plan.layout.database), codec_of(plan)).records()
    return Ledger(
        plan, Code(plan.layout.code), lambda task: records.get(task, {}).get("_values_:") or {},
        lambda engine, values: is_current(plan, engine, values.get("files")),
    )  # fmt: skip
