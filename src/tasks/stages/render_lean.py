"""render_lean: a solved chunk as a Lean module and as a certificate."""

from __future__ import annotations

from dataclasses import dataclass

from ..records.outcomes import Solved
from .stage import Context, Result, Stage


@dataclass(frozen=True)
class Rendered:
    """witness: the point (8 integers) that the theorems are about."""

    witness: tuple[int, ...]


def run(context: Context) -> Result[Rendered]:
    """Renders the module and the certificate of a chunk from its source and its witness."""
    from ..render import certificate, lean_module
    from ..specification import understand

    specification, witness = understand(*context.source()), context.outcome(Solved).witness
    chunk, statements = specification.chunk, specification.statements
    texts = {
        "module": lean_module.render(chunk, statements, witness),
        "certificate": certificate.render(chunk, statements, witness),
    }
    return Result(Rendered(witness), texts)


STAGE = Stage(
    name="render_lean",
    doc="render each solved chunk as a Lean module and as a certificate",
    asks="",
    leaves="`lean/Duality/Chunk06.lean`, `certificate/Chunk06.lean`",
    outcome=Rendered,
    run=run,
    needs=("solve",),
    writes=("module", "certificate"),
)
