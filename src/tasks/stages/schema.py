"""schema: a chunk file says what the format and the language allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..corpus.settings import allows_informal
from ..plan import Plan
from ..records.outcomes import Kinds, Understood
from .stage import Context, Result, Stage


def _settings(plan: Plan, chunk_id: str) -> Mapping[str, Any]:
    settings = plan.corpus.settings
    return {"informal": allows_informal(settings.informal, chunk_id in settings.documentation)}


def run(context: Context) -> Result[Understood]:
    """Checks one chunk. Raises CorpusError with every mistake in it."""
    from ..specification import understand

    informal = _settings(context.plan, context.chunk_id)["informal"]
    return Result(Understood(Kinds(**understand(*context.source(), informal=informal).kinds())))


STAGE = Stage(
    name="schema",
    doc="check each chunk against the format and the language",
    asks="is the file valid: its format, and every expression in it?",
    leaves="",
    outcome=Understood,
    run=run,
    settings=_settings,
    documentation=True,
)
