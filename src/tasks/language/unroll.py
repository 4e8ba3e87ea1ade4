"""A formula without quantifiers: for forms that have none."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from . import syntax
from .budget import MOST_STEPS, Budget
from .evaluate import Evaluator
from .operators import QUANTIFIERS
from .syntax import Expression, Visitor


def unroll(expression: Expression, total: int, primes: Iterable[int]) -> Expression:
    """An expression of the same meaning with N = total and P = primes written out.

    What is left: integers (negative ones too), booleans, x[1]..x[8], operators and functions, and membership in
    a literal set or range of integers. The order of the parts is kept.
    """
    return Unroller(total, primes).unroll(expression)


class Unroller(Visitor):
    """Binds variables as the evaluator does, by the evaluator.

    Equal parts of what one unroller returns are one object, so that they can be evaluated once.
    """

    def __init__(self, total: int, primes: Iterable[int]) -> None:
        self.total, self.primes = total, tuple(sorted(set(primes)))
        self._made: dict[tuple[object, ...], Expression] = {}

    def unroll(self, expression: Expression) -> Expression:
        self.constants = Evaluator(None, self.total, self.primes, Budget(2 * MOST_STEPS))
        unrolled: Expression = self.visit(expression)
        return unrolled

    def made(self, make: Callable[[], Expression], *key: object) -> Expression:
        """What was made before for an equal key, or is made now. The objects whose ids are in keys are all kept."""
        if (found := self._made.get(key)) is None:
            found = self._made[key] = make()
        return found

    def constant(self, node: Expression) -> Expression:
        return self.integer(self.constants.visit(node))

    def integer(self, value: int) -> Expression:
        return self.made(lambda: syntax.Integer(value), syntax.Integer, value)

    def Integer(self, node: syntax.Integer) -> Expression:
        return self.integer(node.value)

    def Boolean(self, node: syntax.Boolean) -> Expression:
        return self.made(lambda: node, syntax.Boolean, node.value)

    def Total(self, node: syntax.Total) -> Expression:
        return self.constant(node)

    def Variable(self, node: syntax.Variable) -> Expression:
        return self.constant(node)

    def Coordinate(self, node: syntax.Coordinate) -> Expression:
        index = self.constant(node.index)
        return self.made(lambda: syntax.Coordinate(index), syntax.Coordinate, id(index))

    def Chain(self, node: syntax.Chain) -> Expression:
        return self.chain(node.operators, self.each(node.operands), node.span)

    def chain(self, operators: tuple[str, ...], operands: tuple[Expression, ...], span: syntax.Span) -> Expression:
        return self.made(
            lambda: syntax.Chain(operators, operands, span=span), syntax.Chain, operators, *map(id, operands)
        )

    def Application(self, node: syntax.Application) -> Expression:
        return self.application(node.operator, self.each(node.operands), node.span)

    def application(self, operator: str, operands: tuple[Expression, ...], span: syntax.Span) -> Expression:
        return self.made(
            lambda: syntax.Application(operator, operands, span=span), syntax.Application, operator, *map(id, operands)
        )

    def each(self, nodes: tuple[Expression, ...]) -> tuple[Expression, ...]:
        return tuple(map(self.visit, nodes))

    def Comparison(self, node: syntax.Comparison) -> Expression:
        left, right = self.visit(node.left), self.visit(node.right)
        return self.made(
            lambda: syntax.Comparison(node.operator, left, right, span=node.span),
            syntax.Comparison, node.operator, id(left), id(right),
        )  # fmt: skip

    def Membership(self, node: syntax.Membership) -> Expression:
        element, members = self.visit(node.element), self.visit(node.set)
        return self.made(
            lambda: syntax.Membership(element, members, span=node.span), syntax.Membership, id(element), id(members)
        )

    def Range(self, node: syntax.Range) -> Expression:
        low, high = self.constant(node.low), self.constant(node.high)
        return self.made(lambda: syntax.Range(low, high, span=node.span), syntax.Range, id(low), id(high))

    def SetLiteral(self, node: syntax.SetLiteral) -> Expression:
        return self.set(self.constants.visit(node), node.span)

    def Primes(self, node: syntax.Primes) -> Expression:
        return self.set(self.primes, node.span)

    def set(self, members: Iterable[int], span: syntax.Span) -> Expression:
        elements = tuple(map(self.integer, members))
        return self.made(lambda: syntax.SetLiteral(elements, span=span), syntax.SetLiteral, *map(id, elements))

    def Quantified(self, node: syntax.Quantified) -> Expression:
        row = QUANTIFIERS[node.quantifier]
        bodies: tuple[Expression, ...] = tuple(self.visit(node.body) for _ in self.constants.bindings(node))
        if row.counts:
            bodies = tuple(self.application("bool2int", (body,), body.span) for body in bodies)
        if row.joined.many:
            return self.application(row.joined.token, bodies, node.span)
        if not bodies:
            return syntax.Boolean(bool(row.empty)) if node.type == "bool" else self.integer(int(row.empty or 0))
        if len(bodies) == 1:
            (only,) = bodies
            return only
        return self.chain((row.joined.token,) * (len(bodies) - 1), bodies, node.span)
