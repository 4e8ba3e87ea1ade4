"""The boundary of a constraint: where it holds with nothing to spare; and how much it has to spare elsewhere."""

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


def spare(expression: Expression) -> Expression | None:
    """What a constraint that has a boundary, and is none of equations, has to spare at a point: 0 at its boundary.

    None for another. It can lack a value, where a quantifier binds nothing.
    """
    match expression:
        case syntax.Comparison(operator="<=", left=left, right=right):
            return _difference(right, left)
        case syntax.Comparison(operator="<", left=left, right=right):
            return _difference(right, _next(left))
        case syntax.Comparison(operator=">=", left=left, right=right):
            return _difference(left, right)
        case syntax.Comparison(operator=">", left=left, right=right):
            return _difference(left, _next(right))
        case syntax.Chain(operators=operators, operands=operands) if set(operators) == {"/\\"}:
            parts = tuple(spare(operand) for operand in operands if not syntax.is_constant(operand))
            known = tuple(part for part in parts if part is not None)
            return syntax.Application("min", known) if known and len(known) == len(parts) else None
        case syntax.Quantified(quantifier="forall", generators=generators, condition=condition, body=body):
            part = spare(body)
            return None if part is None else syntax.Quantified("min", generators, condition, part)
    return None


def _difference(more: Expression, less: Expression) -> Expression:
    return syntax.Chain(("-",), (more, less))


def _next(expression: Expression) -> Expression:
    return syntax.Chain(("+",), (expression, syntax.Integer(1)))
