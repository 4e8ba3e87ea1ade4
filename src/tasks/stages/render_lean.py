"""render_lean: a solved chunk as a Lean module and as a certificate, and the proof of its balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..plan import Plan
from ..records.outcomes import Solved
from .stage import Context, Result, Stage


@dataclass(frozen=True)
class Rendered:
    """witness: the point (8 integers) that the theorems are about. tree: how many nodes the tree has that proves the
    balance; None where none was found.
    """

    witness: tuple[int, ...]
    tree: int | None


def _settings(plan: Plan, chunk_id: str) -> Mapping[str, Any]:
    return {"limit": plan.corpus.settings.balance_rule(chunk_id)}


def run(context: Context) -> Result[Rendered]:
    """Renders the module and the certificate of a chunk from its source and its witness; and, to stand behind the
    certificate, the proof that the tracts are no further apart than the limit at any valid point.
    """
    from ..boxes.theorem import balance_text
    from ..render import certificate, lean_module
    from ..specification import understand

    specification, witness = understand(*context.source()), context.outcome(Solved).witness
    chunk, statements = specification.chunk, specification.statements
    limit = context.plan.corpus.settings.balance_limit(context.chunk_id, chunk.total)
    balance, tree = balance_text(specification, limit)
    texts = {
        "module": lean_module.render(chunk, statements, witness),
        "certificate": certificate.render(chunk, statements, witness),
        "balance": balance,
    }
    return Result(Rendered(witness, tree), texts)


STAGE = Stage(
    name="render_lean",
    doc="render each solved chunk as a Lean module and as a certificate, with the proof of its balance",
    asks="",
    leaves="`lean/Duality/Chunk06.lean`, `certificate/Chunk06.lean`, `certificate/Balance06.lean`",
    outcome=Rendered,
    run=run,
    needs=("solve",),
    writes=("module", "certificate", "balance"),
    settings=_settings,
)
