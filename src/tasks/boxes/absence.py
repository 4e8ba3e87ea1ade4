"""That no point meets some constraints of a chunk and a condition beside, as a statement to prove."""

from __future__ import annotations

from dataclasses import dataclass

from ..language import syntax
from ..language.evaluate import evaluate
from ..language.syntax import Expression
from ..language.unroll import unroll
from ..specification import Specification
from .theorem import Statement, formal_constraints, simplex, usable


@dataclass(frozen=True)
class Absence:
    """No point of the simplex meets these constraints, does not meet the denied one, and meets the condition.

    constraints, denied: by their names, of formal ones; "" and None for nothing.
    """

    constraints: tuple[str, ...]
    denied: str = ""
    condition: Expression | None = None

    def is_refuted_by(self, specification: Specification, x: list[int]) -> bool:
        """Whether the point x is one, by our own evaluator."""
        chunk = specification.chunk
        if not all(0 <= value <= chunk.total for value in x) or (chunk.unit_sum and sum(x) != chunk.total):
            return False
        met = {name: evaluate(e, x, chunk.total, chunk.primes) for name, _, e in formal_constraints(specification)}
        beside = self.condition is None or evaluate(self.condition, x, chunk.total, chunk.primes) is True
        return all(met[name] is True for name in self.constraints) and met.get(self.denied) is not True and beside


def absence(specification: Specification, claim: Absence) -> Statement:
    """The statement that a claim is. Formulas that are very large or deep are not used."""
    chunk = specification.chunk
    formulas = []
    for name, identifier, expression in formal_constraints(specification):
        if name in claim.constraints:
            formulas.append((f"Constraint.{identifier}", unroll(expression, chunk.total, chunk.primes)))
        elif name == claim.denied:
            formulas.append(("denied", syntax.Application("not", (unroll(expression, chunk.total, chunk.primes),))))
    if claim.condition is not None:
        formulas.append(("condition", unroll(claim.condition, chunk.total, chunk.primes)))
    found, complete = usable(formulas)
    return Statement(chunk.total, None, (*simplex(specification), *found), complete)
