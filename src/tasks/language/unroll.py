"""A formula without quantifiers: for forms that have none."""

from __future__ import annotations

from collections.abc import Iterable

from . import syntax
from .evaluate import Evaluator
from .operators import QUANTIFIERS
from .syntax import Expression, Visitor


def unroll(expression: Expression, total: int, primes: Iterable[int]) -> Expression:
    """An expression of the same meaning with N = total and P = primes written out.

    What is left: integers (negative ones too), booleans, x[1]..x[8], operators and functions, and membership in
    a literal set or range of integers. The order of the parts is kept.
    """
    unrolled: Expression = _Unroller(total, tuple(sorted(set(primes)))).visit(expression)
    return unrolled


class _Unroller(Visitor):
    """Binds variables as the evaluator does, by the evaluator."""

    def __init__(self, total: int, primes: tuple[int, ...]) -> None:
        self.constants = Evaluator(None, total, primes)
        self.integers: dict[int, syntax.Integer] = {}
        self.coordinates: dict[int, syntax.Coordinate] = {}

    def constant(self, node: Expression) -> syntax.Integer:
        value = self.constants.visit(node)
        if value not in self.integers:
            self.integers[value] = syntax.Integer(value)
        return self.integers[value]

    def Integer(self, node: syntax.Integer) -> Expression:
        return node

    def Boolean(self, node: syntax.Boolean) -> Expression:
        return node

    def Total(self, node: syntax.Total) -> Expression:
        return self.constant(node)

    def Variable(self, node: syntax.Variable) -> Expression:
        return self.constant(node)

    def Coordinate(self, node: syntax.Coordinate) -> Expression:
        index = self.constant(node.index)
        if index.value not in self.coordinates:
            self.coordinates[index.value] = syntax.Coordinate(index)
        return self.coordinates[index.value]

    def Chain(self, node: syntax.Chain) -> Expression:
        return syntax.Chain(node.operators, self.each(node.operands), span=node.span)

    def Application(self, node: syntax.Application) -> Expression:
        return syntax.Application(node.operator, self.each(node.operands), span=node.span)

    def each(self, nodes: tuple[Expression, ...]) -> tuple[Expression, ...]:
        return tuple(map(self.visit, nodes))

    def Comparison(self, node: syntax.Comparison) -> Expression:
        return syntax.Comparison(node.operator, self.visit(node.left), self.visit(node.right), span=node.span)

    def Membership(self, node: syntax.Membership) -> Expression:
        return syntax.Membership(self.visit(node.element), self.visit(node.set), span=node.span)

    def Range(self, node: syntax.Range) -> Expression:
        return syntax.Range(self.constant(node.low), self.constant(node.high), span=node.span)

    def SetLiteral(self, node: syntax.SetLiteral) -> Expression:
        members = self.constants.visit(node)
        return syntax.SetLiteral(tuple(syntax.Integer(m) for m in members), span=node.span)

    def Primes(self, node: syntax.Primes) -> Expression:
        return syntax.SetLiteral(tuple(syntax.Integer(p) for p in self.constants.primes), span=node.span)

    def Quantified(self, node: syntax.Quantified) -> Expression:
        row = QUANTIFIERS[node.quantifier]
        bodies = tuple(self.visit(node.body) for _ in self.constants.bindings(node))
        if row.counts:
            bodies = tuple(syntax.Application("bool2int", (body,)) for body in bodies)
        if row.joined.many:
            return syntax.Application(row.joined.token, bodies, span=node.span)
        if not bodies:
            return syntax.Boolean(bool(row.empty)) if node.type == "bool" else syntax.Integer(int(row.empty or 0))
        return _joined(row.joined.token, bodies, node.span)


def _joined(token: str, parts: tuple[Expression, ...], span: syntax.Span) -> Expression:
    return parts[0] if len(parts) == 1 else syntax.Chain((token,) * (len(parts) - 1), parts, span=span)
