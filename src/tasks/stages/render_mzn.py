"""render_mzn: a chunk as a MiniZinc model."""

from __future__ import annotations

from dataclasses import dataclass

from ..records.outcomes import Kinds
from .stage import Context, Result, Stage


@dataclass(frozen=True)
class Rendered:
    """constraints: how many of each kind the model has, as constraints or as comments."""

    constraints: Kinds


def run(context: Context) -> Result[Rendered]:
    """Renders the model."""
    from ..render.model import render
    from ..specification import understand

    specification = understand(*context.source())
    text = render(specification.chunk, specification.statements)
    return Result(Rendered(Kinds(**specification.kinds())), {"model": text})


STAGE = Stage(
    name="render_mzn",
    doc="render each chunk as a MiniZinc model",
    asks="",
    leaves="`mzn/chunk-06.mzn`",
    outcome=Rendered,
    run=run,
    after=("schema",),
    writes=("model",),
)
