"""sample: the points of a chunk where a wrong translation would show, and what each constraint says there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..plan import Plan
from ..records.outcomes import Sampled, Solved
from .stage import Context, Result, Stage


def _settings(plan: Plan, chunk_id: str) -> Mapping[str, Any]:
    return {"samples": plan.corpus.settings.samples, "in_lean": plan.corpus.settings.in_lean}


def run(context: Context) -> Result[Sampled]:
    """Draws the points, and says what our evaluator finds at each."""
    from ..claims import make_sample, to_record
    from ..points import draw
    from ..specification import understand

    specification, witness = understand(*context.source()), context.outcome(Solved).witness
    settings = context.plan.corpus.settings
    drawn = draw(specification, witness, settings.samples)
    return Result(to_record(make_sample(drawn, specification.chunk, every=settings.in_lean == "all"), drawn))


STAGE = Stage(
    name="sample",
    doc="draw the points of each chunk where a wrong translation would show",
    asks="at which points would a wrong translation show? what does each constraint say there?",
    leaves="points and verdicts, in the stamp",
    outcome=Sampled,
    run=run,
    needs=("solve",),
    settings=_settings,
)
