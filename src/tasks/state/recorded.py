"""The ledger of the database's records."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..check.ask import is_current
from ..digests import Code
from ..freshness import Values
from ..plan import Plan
from .database import Reader
from .record import codec_of

if TYPE_CHECKING:
    from ..ledger import Ledger


def recorded_ledger(plan: Plan) -> Ledger:
    """The ledger of the last committed records, for readers outside a build; nothing is locked or changed."""
    reader = Reader(str(plan.layout.database), codec_of(plan.layout))
    return make_ledger(plan, Code(plan.layout.code), lambda task: reader.get(task, "_values_:"))


def make_ledger(plan: Plan, code: Code, values: Callable[[str], Values | None]) -> Ledger:
    """The ledger of what tasks left as their values, None for nothing."""
    from ..ledger import Ledger

    return Ledger(
        plan, code, lambda task: values(task) or {}, lambda engine, left: is_current(plan, engine, left.get("files"))
    )
