"""That a chunk has no valid point: found by our own search, judged by Lean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..boxes.search import MOST_STEPS, LimitReached, PointFound
from ..boxes.theorem import UNSATISFIABLE, Proof, Statement, prove, statement
from ..errors import CheckFailed, DualityError, NoVerdict
from ..render import certificate
from ..render.model import UNIT_SUM
from ..render.text import label
from ..specification import Specification
from . import theorem_reader
from .lean import judge, unproved
from .theorem_reader import misstated

if TYPE_CHECKING:
    from .call import Tool

EASY_STEPS = 3_000
"""Of a search before the solver is asked: some hundredths of a second."""
_FEW = 40
"""Definitions of which each is left out in turn."""


def easily_refuted(specification: Specification) -> Proof | None:
    """A proof that the chunk is unsatisfiable, where it takes few steps; else None."""
    try:
        return prove(statement(specification), EASY_STEPS)
    except (LimitReached, PointFound):
        return None


def refuted(specification: Specification) -> Proof | None:
    """A proof that a chunk is unsatisfiable, of which the solver says so; None where the search reaches its limit.

    Raises CheckFailed where there is a valid point.
    """
    try:
        return prove(statement(specification), MOST_STEPS)
    except LimitReached:
        return None
    except PointFound as found:
        if wrong := specification.violations(found.point):
            raise AssertionError(f"the search calls {found.point} valid, which violates {wrong}") from None
        raise CheckFailed(
            f"chunk {specification.chunk.id}: THE SOLVER IS WRONG\nit says that no point is valid, but "
            f"x = {found.point} meets every constraint by our own evaluator: do not rely on it, ask another one "
            "(solver=), and report a defect of MiniZinc"
        ) from None


def conflict(specification: Specification, proof: Proof) -> tuple[list[str], bool]:
    """Constraints that have no common solution, by their labels in the model, and whether the set is proven minimal.

    Later ones are left out first, one by one, as long as few steps refute what is left.
    """
    whole = statement(specification)
    every = [name for name, formula in whole.definitions if formula is not None]
    # In the model the unit sum stands last.
    order = [name for name in every if name != "unit_sum"] + [name for name in every if name == "unit_sum"]
    kept = order if len(order) <= _FEW else [name for name in order if name in proof.used()]
    proven = True
    for name in reversed(kept):
        rest = [other for other in kept if other != name]
        try:
            prove(statement(specification, only=rest), EASY_STEPS)
        except PointFound:
            continue
        except LimitReached:
            proven = False
            continue
        kept = rest
    labels = dict(_labels(specification, whole))
    return [labels[name] for name in order if name in kept], proven


def _labels(specification: Specification, whole: Statement) -> Iterator[tuple[str, str]]:
    """What the definitions of a certificate are called in the model."""
    yield "unit_sum", UNIT_SUM
    formal = [
        constraint
        for constraint, stated in zip(specification.chunk.constraints, specification.statements, strict=True)
        if stated.kind == "formal"
    ]
    own = [name for name, _ in whole.definitions if name.startswith("Constraint.")]
    for name, constraint in zip(own, formal, strict=True):
        yield name, label(constraint.name)


def text(specification: Specification, proof: Proof) -> tuple[str, str]:
    """The definitions of the chunk, and the proof, which stands behind them."""
    chunk = specification.chunk
    return certificate.render(chunk, specification.statements, None), proof.text()


def judged(specification: Specification, proof: Proof, lean: Tool) -> str:
    """What Lean has against the proof that a chunk is unsatisfiable; "" where it accepts it."""
    definitions, theorem = text(specification, proof)
    if wrong := misstated(theorem, "unsatisfiable", theorem_reader.UNSATISFIABLE):
        return f"the text states something else: {wrong}"
    try:
        judgement = judge(definitions, None, lean, theorem)
    except NoVerdict as error:
        return str(error)
    except DualityError as error:
        return str(error)
    if not judgement.accepted:
        return judgement.errors()[0].text
    return unproved(judgement.added, UNSATISFIABLE)
