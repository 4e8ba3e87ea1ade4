"""sample: the points of a chunk where a wrong translation would show, and what each constraint says there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ..plan import Plan
from ..records.outcomes import Sampled, Solved
from .stage import Context, Result, Stage


def _settings(plan: Plan, chunk_id: str) -> Mapping[str, Any]:
    return {"samples": plan.corpus.settings.samples, "in_lean": plan.corpus.settings.in_lean}


def run(context: Context) -> Result[Sampled]:
    """Draws the points, and says what our evaluator finds at each.

    That takes the most of our own time in a build. So it is kept, by the chunk's text, the witness, the settings and
    the code.
    """
    from ..claims import make_sample, to_record
    from ..points import draw
    from ..records.codec import decode, encode
    from ..specification import understand

    (path, text), witness = context.source(), context.outcome(Solved).witness
    settings = context.plan.corpus.settings
    given = json.dumps([text, witness, settings.samples, settings.in_lean])
    if kept := context.recall(given):
        with suppress(ValueError):
            return Result(decode(Sampled, kept))
    specification = understand(path, text)
    drawn = draw(specification, witness, settings.samples)
    record = to_record(make_sample(drawn, specification.chunk, every=settings.in_lean == "all"), drawn)
    return Result(record, keep=lambda: context.remember(given, encode(record)))


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
