"""Has Lean judge the proof that a chunk has no valid point."""

from __future__ import annotations

from ..boxes.theorem import UNSATISFIABLE, Proof
from ..errors import DualityError
from ..plan import Plan
from ..records.stamp import without_identity
from ..records.summary import engine_text
from ..render import certificate
from ..specification import Specification
from . import theorem_reader
from .ask import identify, tool
from .identity import write_beside
from .lean import objections
from .theorem_reader import misstated


def word(plan: Plan, specification: Specification, proof: Proof | None, *, easy: bool) -> str:
    """Who says so, for a message that a chunk is unsatisfiable: Lean, in a text that is kept; or else why it does not.

    easy: whether the solver was not asked. Lean is no engine of the stage that finds out: it is asked where that has
    failed already, and a failure leaves nothing that could be stale.
    """
    if proof is None:
        return "the solver alone says so: no proof was found within the limit of the search"
    engine, problem = _judged(plan, specification, proof)
    if problem:
        return f"{'our search' if easy else 'the solver'} alone says so, Lean has not proved it: {problem}"
    path = plan.layout.refutation(specification.chunk.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_beside(path, "\n".join(_text(specification, proof)))
    return f"proved by {engine}: {path}"


def _text(specification: Specification, proof: Proof) -> tuple[str, str]:
    """The definitions of the chunk, and the proof, which stands behind them."""
    return certificate.render(specification.chunk, specification.statements, None), proof.text()


def _judged(plan: Plan, specification: Specification, proof: Proof) -> tuple[str, str]:
    """The Lean that judged the proof, and what there is against it; "" for nothing."""
    if not plan.has("lean"):
        return "", "lean=off"
    definitions, theorem = _text(specification, proof)
    if wrong := misstated(theorem, "unsatisfiable", theorem_reader.UNSATISFIABLE):
        return "", f"the text states something else: {wrong}"
    try:
        engine = identify(plan, "lean")["engine"]
        lean = tool(plan.asking("lean", engine, specification.chunk.id))
        (against,) = objections(definitions, [(theorem, UNSATISFIABLE)], lean)
    except DualityError as error:
        return "", str(error)
    return engine_text(without_identity(engine)), against
