"""The stages of the pipeline, in order; one module each."""

from __future__ import annotations

from ..plan import Plan
from . import balance, crosscheck, lint, prove, render_lean, render_mzn, sample, schema, solve
from .stage import Stage

STAGES: tuple[Stage, ...] = (
    schema.STAGE,
    render_mzn.STAGE,
    solve.STAGE,
    render_lean.STAGE,
    sample.STAGE,
    prove.STAGE,
    crosscheck.STAGE,
    balance.STAGE,
    lint.STAGE,
)
PIPELINE = tuple(stage for stage in STAGES if not stage.advisory)
"""What a build runs."""
BY_NAME = {stage.name: stage for stage in STAGES}
_WRITER = {file: stage for stage in STAGES for file in stage.writes}


def earlier(stage: Stage, plan: Plan) -> list[Stage]:
    """The stages that must have passed before a stage: whose files or outcomes it reads, or that it names."""
    found = {_WRITER[file].name for file in stage.reads if file in _WRITER} | {*stage.needs, *stage.after}
    return [other for other in STAGES if other.name in found and other.is_on(plan)]


def stages_of(chunk_id: str, plan: Plan) -> list[Stage]:
    """The stages that a build runs for a chunk: those of documentation chunks, or all whose engines are on."""
    computational = plan.corpus.roles[chunk_id]
    return [stage for stage in PIPELINE if stage.is_on(plan) and (computational or stage.documentation)]
