"""A formula without quantifiers: for forms that have none."""

from __future__ import annotations

from collections.abc import Iterable

from . import syntax
from .evaluate import Evaluator
from .syntax import Expression, Visitor


def unroll(expression: Expression, total: int, primes: Iterable[int]) -> Expression:
    """An expression of the same meaning with N = total and P = primes written out.

    What is left: integers (negative ones too), booleans, x[1]..x[8], arithmetic, abs, min, max, bool2int,
    comparisons, logic, and membership in a literal set or range of integers. The order of the parts is kept.
    """
    unrolled: Expression = _Unroller(total, tuple(sorted(set(primes)))).visit(expression)
    return unrolled


class _Unroller(Visitor):
    """Binds variables as the evaluator does, by the evaluator."""

    def __init__(self, total: int, primes: tuple[int, ...]) -> None:
        self.constants = Evaluator(None, total, primes)

    def constant(self, node: Expression) -> Expression:
        return syntax.Integer(self.constants.visit(node), span=node.span)

    def Integer(self, node: syntax.Integer) -> Expression:
        return node

    def Boolean(self, node: syntax.Boolean) -> Expression:
        return node

    def Total(self, node: syntax.Total) -> Expression:
        return self.constant(node)

    def Variable(self, node: syntax.Variable) -> Expression:
        return self.constant(node)

    def Coordinate(self, node: syntax.Coordinate) -> Expression:
        return syntax.Coordinate(self.constant(node.index), span=node.span)

    def Arithmetic(self, node: syntax.Arithmetic) -> Expression:
        return syntax.Arithmetic(node.operators, self.each(node.operands), span=node.span)

    def each(self, nodes: tuple[Expression, ...]) -> tuple[Expression, ...]:
        return tuple(map(self.visit, nodes))

    def Negative(self, node: syntax.Negative) -> Expression:
        return syntax.Negative(self.visit(node.operand), span=node.span)

    def Absolute(self, node: syntax.Absolute) -> Expression:
        return syntax.Absolute(self.visit(node.operand), span=node.span)

    def Extremum(self, node: syntax.Extremum) -> Expression:
        return syntax.Extremum(node.function, self.each(node.operands), span=node.span)

    def BoolToInt(self, node: syntax.BoolToInt) -> Expression:
        return syntax.BoolToInt(self.visit(node.operand), span=node.span)

    def Comparison(self, node: syntax.Comparison) -> Expression:
        return syntax.Comparison(node.operator, self.visit(node.left), self.visit(node.right), span=node.span)

    def Membership(self, node: syntax.Membership) -> Expression:
        return syntax.Membership(self.visit(node.element), self.visit(node.set), span=node.span)

    def Not(self, node: syntax.Not) -> Expression:
        return syntax.Not(self.visit(node.operand), span=node.span)

    def Logic(self, node: syntax.Logic) -> Expression:
        return syntax.Logic(node.operators, self.each(node.operands), span=node.span)

    def Range(self, node: syntax.Range) -> Expression:
        return syntax.Range(self.constant(node.low), self.constant(node.high), span=node.span)

    def SetLiteral(self, node: syntax.SetLiteral) -> Expression:
        members = self.constants.visit(node)
        return syntax.SetLiteral(tuple(syntax.Integer(m) for m in members), span=node.span)

    def Primes(self, node: syntax.Primes) -> Expression:
        return syntax.SetLiteral(tuple(syntax.Integer(p) for p in self.constants.primes), span=node.span)

    def Quantified(self, node: syntax.Quantified) -> Expression:
        bodies = tuple(self.visit(node.body) for _ in self.constants.bindings(node))
        match node.quantifier:
            case "forall":
                return _joined("/\\", bodies, syntax.Boolean(True), node.span)
            case "exists":
                return _joined("\\/", bodies, syntax.Boolean(False), node.span)
            case "count":
                return _joined("+", tuple(map(syntax.BoolToInt, bodies)), syntax.Integer(0), node.span)
            case "sum":
                return _joined("+", bodies, syntax.Integer(0), node.span)
        return syntax.Extremum(node.quantifier, bodies, span=node.span)  # type: ignore[arg-type]


def _joined(operator: str, parts: tuple[Expression, ...], empty: Expression, span: syntax.Span) -> Expression:
    if not parts:
        return empty
    if len(parts) == 1:
        return parts[0]
    chain = syntax.Arithmetic if operator == "+" else syntax.Logic
    return chain((operator,) * (len(parts) - 1), parts, span=span)
