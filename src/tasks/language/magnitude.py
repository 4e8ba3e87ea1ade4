"""How large the numbers of a formula can become, and which of them do not fit a solver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from . import syntax
from .operators import truncated_division
from .syntax import Expression, Visitor, children, is_constant

LARGEST = 2**31 - 2
"""Of Gecode, in size (Gecode::Int::Limits::max)."""
PRECISE = 10**7
"""Up to which a solver that computes with floating-point numbers tells integers apart.

MiniZinc lets those solvers be wrong by 10^-8 of a number. At 10^8 that is 1, and x[1] * x[2] * x[3] * x[4] >= 390625
with a sum of 100, which 25, 25, 25, 25 meets, is unsatisfiable to SCIP.
"""

Interval: TypeAlias = tuple[int, int]
"""The least and the greatest value, or bounds of them; a condition's are 0 and 1."""


@dataclass(frozen=True)
class Excess:
    """A part of a formula whose value can be beyond some number in size, though no value of a part of it can."""

    part: Expression
    interval: Interval

    @property
    def most(self) -> int:
        """The value that is furthest from 0."""
        return max(self.interval, key=lambda end: (abs(end), end))


def excesses(expression: Expression, total: int, largest: int = LARGEST) -> Iterator[Excess]:
    """What in an unrolled expression can be beyond largest where each x[i] is in 0..total; equal parts once."""

    def is_beyond(interval: Interval) -> bool:
        return interval[0] < -largest or interval[1] > largest

    bounds = Bounds(total)
    bounds.visit(expression)
    seen: set[int] = set()
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        inner = children(node)
        interval = bounds.known.get(id(node))
        if interval and is_beyond(interval) and not any(is_beyond(bounds.known.get(id(n)) or (0, 0)) for n in inner):
            yield Excess(node, interval)
        waiting.extend(reversed(inner))


class Bounds(Visitor):
    """The interval of an unrolled expression where each x[i] is in 0..total, None where nothing is known.

    Interval arithmetic: each operand is taken by itself, so the interval may be too large and is never too small. known
    are the intervals of all nodes that were visited, by id.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.known: dict[int, Interval | None] = {}

    def visit(self, node: Expression) -> Interval | None:
        if id(node) not in self.known:
            self.known[id(node)] = super().visit(node)
        return self.known[id(node)]

    def Integer(self, node: syntax.Integer) -> Interval | None:
        return (node.value, node.value)

    def Boolean(self, node: syntax.Boolean) -> Interval | None:
        return (int(node.value), int(node.value))

    def Coordinate(self, node: syntax.Coordinate) -> Interval | None:
        return (0, self.total)

    def Chain(self, node: syntax.Chain) -> Interval | None:
        found = [self.visit(operand) for operand in node.operands]
        result = found[0]
        for token, right in zip(node.operators, found[1:], strict=True):
            if node.type == "bool":
                result = (0, 1)
            elif result is not None and right is not None:
                result = _joined(token, result, right)
            else:
                result = None
        return result

    def Application(self, node: syntax.Application) -> Interval | None:
        found = [self.visit(operand) for operand in node.operands]
        if node.type == "bool" or node.operator == "bool2int":
            return (0, 1)
        intervals = [interval for interval in found if interval is not None]
        if len(intervals) < len(found):
            return None
        lows, highs = zip(*intervals, strict=True)
        match node.operator:
            case "-":
                return (-highs[0], -lows[0])
            case "abs":
                return (max(0, lows[0], -highs[0]), max(-lows[0], highs[0]))
            case "min":
                return (min(lows), min(highs))
            case "max":
                return (max(lows), max(highs))
        return None

    def Comparison(self, node: syntax.Comparison) -> Interval | None:
        self.visit(node.left)
        self.visit(node.right)
        return (0, 1)

    def Membership(self, node: syntax.Membership) -> Interval | None:
        self.visit(node.element)
        for member in children(node.set):
            self.visit(member)
        return (0, 1)

    def Range(self, node: syntax.Range) -> Interval | None:
        raise AssertionError("unrolled expressions have sets in memberships alone")

    SetLiteral = Primes = Total = Variable = Quantified = Range


def _joined(token: str, left: Interval, right: Interval) -> Interval | None:
    (a, b), (c, d) = left, right
    match token:
        case "+":
            return (a + c, b + d)
        case "-":
            return (a - d, b - c)
        case "*":
            products = (a * c, a * d, b * c, b * d)
            return (min(products), max(products))
        case "div" if c == d != 0:
            quotients = (truncated_division(a, c), truncated_division(b, c))
            return (min(quotients), max(quotients))
        case "mod" if c == d != 0:
            return (1 - abs(c), abs(c) - 1)  # as MiniZinc has it, whatever the signs
    return None


def conjuncts(expression: Expression) -> Iterator[Expression]:
    """What an unrolled expression joins by `and`, and what these join."""
    match expression:
        case syntax.Chain(operators=operators, operands=operands) if set(operators) == {"/\\"}:
            for operand in operands:
                yield from conjuncts(operand)
        case _:
            yield expression


def products(comparison: Expression) -> Iterator[tuple[Expression, ...]]:
    """The factors with x in them of each product of two or more of these that a comparison adds up.

    A solver that computes in integers of its own has a variable for such a product, whatever else it knows.
    """
    waiting = [comparison.left, comparison.right] if isinstance(comparison, syntax.Comparison) else []
    while waiting:
        match waiting.pop():
            case syntax.Chain(operators=operators, operands=operands) if set(operators) <= {"+", "-"}:
                waiting.extend(operands)
            case syntax.Application(operator="-", operands=operands):
                waiting.extend(operands)
            case syntax.Chain(operators=operators, operands=operands) if set(operators) == {"*"}:
                factors = tuple(operand for operand in operands if not is_constant(operand))
                constants = [Bounds(0).visit(operand) for operand in operands if is_constant(operand)]
                if len(factors) > 1 and (0, 0) not in constants:
                    yield factors
