"""What our own search says of a chunk: that it has no valid point, or that the solver is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from ..boxes.absence import Absence, absence
from ..boxes.search import MOST_STEPS, LimitReached, PointFound
from ..boxes.theorem import Proof, Statement, prove, statement
from ..errors import CheckFailed
from ..render.text import label, unit_sum_label
from ..specification import Specification

EASY_STEPS = 10_000
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
        instead = _valid(specification, found.point)
        raise CheckFailed(
            _wrong(specification, "that no point is valid", f"{instead}: it meets every constraint")
        ) from None


def refuse_wrong_balance(specification: Specification, most: int) -> None:
    """Raises CheckFailed where few steps find a valid point with the tracts further apart than the solver says."""
    with suppress(LimitReached):
        try:
            prove(statement(specification, most), EASY_STEPS)
        except PointFound as found:
            x = found.point
            apart = f"{_valid(specification, x)}: the tracts are {abs(sum(x[:4]) - sum(x[4:]))} apart there"
            raise CheckFailed(_wrong(specification, f"that the tracts are at most {most} apart", apart)) from None


def proved(specification: Specification, claim: Absence, said: str, most_steps: int) -> Proof | None:
    """A proof of a claim about all points that the solver makes, in the words said; None where there is none in about
    as many steps. Raises CheckFailed where a point refutes it.
    """
    try:
        return prove(absence(specification, claim), most_steps)
    except LimitReached:
        return None
    except PointFound as found:
        x = found.point
        if not claim.is_refuted_by(specification, x):
            raise AssertionError(f"the search says that {x} refutes: {said}") from None
        instead = f"x = {x} is a point, by our own evaluator, where that is not so"
        raise CheckFailed(_wrong(specification, f"`{said}`", instead)) from None


def _valid(specification: Specification, x: list[int]) -> str:
    if violated := specification.violations(x):
        raise AssertionError(f"the search calls {x} valid, which violates {violated}")
    return f"x = {x} is valid by our own evaluator"


def _wrong(specification: Specification, claim: str, instead: str) -> str:
    """The message that a claim of the solver is refuted."""
    return (
        f"chunk {specification.chunk.id}: THE SOLVER IS WRONG\nit says {claim}, but {instead}. Do not rely on it, "
        "ask another one (solver=), and report a defect of MiniZinc"
    )


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
    given = zip(specification.chunk.constraints, specification.statements, strict=True)
    formal = [label(constraint.name) for constraint, stated in given if stated.kind == "formal"]
    own = [name for name, _ in whole.definitions if name.startswith("Constraint.")]
    yield from zip(own, formal, strict=True)
    yield "unit_sum", unit_sum_label(constraint.name for constraint in specification.chunk.constraints)
