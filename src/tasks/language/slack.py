"""How much a formula has to spare at a point."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import TypeAlias

from . import syntax
from .evaluate import evaluate
from .operators import FUNCTIONS
from .syntax import Expression, Visitor
from .unroll import unroll

Slack: TypeAlias = float
"""A whole number, or an infinite one where nothing depends on the point: 0 or more where the formula holds."""

_SPARE: dict[str, Callable[[int, int], int]] = {
    "<": lambda a, b: b - a - 1,
    "<=": lambda a, b: b - a,
    ">": lambda a, b: a - b - 1,
    ">=": lambda a, b: a - b,
    "=": lambda a, b: -abs(a - b),
    "!=": lambda a, b: abs(a - b) - 1,
}


def slack(expression: Expression, x: Sequence[int], total: int, primes: Iterable[int]) -> Slack:
    """By how much the sides of its comparisons may move at the point x (8 integers) until the formula ceases to hold;
    where it does not hold, the negative of by how much they must.

    Of a conjunction it is that of the tightest part, of a disjunction that of the loosest. 0 is a formula that just
    holds. The formula is one that interpret accepts. Raises as evaluate.
    """
    found: Slack = _Measure(x, total).visit(unroll(expression, total, primes))
    return found


def _not(spare: Slack) -> Slack:
    return -spare - 1


def _xor(a: Slack, b: Slack) -> Slack:
    return max(min(a, _not(b)), min(_not(a), b))


_JOINED: dict[str, Callable[[Slack, Slack], Slack]] = {
    "/\\": min,
    "\\/": max,
    "->": lambda a, b: max(_not(a), b),
    "xor": _xor,
    "<->": lambda a, b: _xor(_not(a), b),
}


class _Measure(Visitor):
    """Visits unrolled formulas of type bool."""

    def __init__(self, x: Sequence[int], total: int) -> None:
        self.x, self.total = x, total

    def value(self, node: Expression) -> int:
        found = evaluate(node, self.x, self.total, ())
        assert found is not None
        return found

    def Boolean(self, node: syntax.Boolean) -> Slack:
        return math.inf if node.value else -math.inf

    def Chain(self, node: syntax.Chain) -> Slack:
        first, *rest = map(self.visit, node.operands)
        found: Slack = first
        for token, spare in zip(node.operators, rest, strict=True):
            found = _JOINED[token](found, spare)
        return found

    def Application(self, node: syntax.Application) -> Slack:
        if node.operator != "not":
            assert node.operator in FUNCTIONS
            raise AssertionError(f"{node.operator} makes no condition")
        return _not(self.visit(node.operands[0]))

    def Comparison(self, node: syntax.Comparison) -> Slack:
        spare = _SPARE[node.operator](self.value(node.left), self.value(node.right))
        if syntax.is_constant(node):
            return math.inf if spare >= 0 else -math.inf
        return spare

    def Membership(self, node: syntax.Membership) -> Slack:
        if isinstance(node.set, syntax.Range):
            low, high = self.value(node.set.low), self.value(node.set.high)
            at = self.value(node.element)
            return -math.inf if low > high else min(at - low, high - at)
        assert isinstance(node.set, syntax.SetLiteral)
        members = {self.value(element) for element in node.set.elements}
        at = self.value(node.element)
        if at not in members:
            return reduce(max, (-abs(at - member) for member in members), -math.inf)
        return next(step for step in range(len(members) + 1) if not {at - step - 1, at + step + 1} <= members)

    def Integer(self, node: syntax.Integer) -> Slack:
        raise AssertionError("an integer makes no condition")

    Total = Coordinate = Variable = Range = SetLiteral = Primes = Quantified = Integer
