"""The boundary of a constraint: where it holds with nothing to spare."""

from __future__ import annotations

from ..language import syntax
from ..language.syntax import Expression


def boundary(expression: Expression) -> Expression | None:
    """A condition that holds, at a point that meets the constraint, where one of its comparisons just holds.

    That is with both sides equal, and for < and > with the neighbouring integer. None for a constraint of another
    shape than a comparison (!= has no boundary), a conjunction of such, or a forall over one. What does not depend
    on x bounds nothing: it is nowhere at its boundary.
    """
    if syntax.is_constant(expression):
        return syntax.Boolean(False)
    match expression:
        case syntax.Comparison(operator="<=" | ">=" | "=", left=left, right=right):
            return syntax.Comparison("=", left, right)
        case syntax.Comparison(operator="<", left=left, right=right):
            return syntax.Comparison("=", _next(left), right)
        case syntax.Comparison(operator=">", left=left, right=right):
            return syntax.Comparison("=", left, _next(right))
        case syntax.Chain(operators=operators, operands=operands) if set(operators) == {"/\\"}:
            parts = tuple(part for part in map(boundary, operands) if part is not None)
            return syntax.Chain(("\\/",) * len(operators), parts) if len(parts) == len(operands) else None
        case syntax.Quantified(quantifier="forall", generators=generators, condition=condition, body=body):
            part = boundary(body)
            return None if part is None else syntax.Quantified("exists", generators, condition, part)
    return None


def _next(expression: Expression) -> Expression:
    return syntax.Chain(("+",), (expression, syntax.Integer(1)))
