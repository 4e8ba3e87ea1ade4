"""The meaning of a formula: exact integers, and nothing but Python's own arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import product
from typing import Any

from . import syntax
from .operators import APPLIED, FUNCTIONS, INFIX, QUANTIFIERS, Operator
from .syntax import Expression, Visitor
from .vocabulary import COORDINATES, MOST_CANDIDATES, MOST_PARTS, MOST_TERMS

Value = int | bool | Sequence[int] | None


class Undefined(Exception):
    """A part of the formula has no value, at whatever point: node is that part, message says why."""

    def __init__(self, node: Expression, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.node, self.message, self.hint = node, message, hint


def evaluate(expression: Expression, x: Sequence[int] | None, total: int, primes: Iterable[int]) -> int | bool | None:
    """The value of expression at the point x (8 integers, x[1] first), with N = total and P = primes.

    With x None, the value where it does not depend on the point, else None: this is constant folding, and
    every part is looked at, so that whatever Undefined there is at any point is found.
    Raises Undefined.
    """
    value = Evaluator(x, total, tuple(sorted(set(primes)))).visit(expression)
    assert value is None or isinstance(value, int)
    return value


def join(row: Operator, *values: int | None) -> int | None:
    """The operator's value of operands of which some (None) are unknown: None unless the others decide it alone."""
    if None not in values:
        return row.meaning(*values)
    if "int" in row.operands:
        return None
    found = {row.meaning(*guess) for guess in product(*((False, True) if v is None else (v,) for v in values))}
    return found.pop() if len(found) == 1 else None


class Evaluator(Visitor):
    """None stands for "depends on x"; it spreads, except where the other operands decide alone."""

    def __init__(self, x: Sequence[int] | None, total: int, primes: tuple[int, ...]) -> None:
        self.x, self.total, self.primes = x, total, primes
        self.bound: dict[str, int] = {}
        self.parts = 0
        self.terms = 0
        self.candidates = 0

    def visit(self, node: Expression) -> Any:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise Undefined(node, f"with its quantifiers written out it has more than {MOST_PARTS:,} parts")
        return super().visit(node)

    def Integer(self, node: syntax.Integer) -> Value:
        return node.value

    def Boolean(self, node: syntax.Boolean) -> Value:
        return node.value

    def Total(self, node: syntax.Total) -> Value:
        return self.total

    def Variable(self, node: syntax.Variable) -> Value:
        return self.bound[node.name]

    def Coordinate(self, node: syntax.Coordinate) -> Value:
        index = self.visit(node.index)
        if not 1 <= index <= COORDINATES:
            shown = index if abs(index) < 10**9 else "out of all bounds"
            raise Undefined(node, f"the index of x is {shown}{self._where()}", "it goes from 1 to 8")
        return None if self.x is None else self.x[index - 1]

    def Chain(self, node: syntax.Chain) -> Value:
        value: int | None = self.visit(node.operands[0])
        for position, token in enumerate(node.operators):
            row, nodes = INFIX[token], node.operands[position : position + 2]
            right = self.visit(nodes[1])
            self.divides(row, nodes, (value, right))
            value = join(row, value, right)
        return value

    def divides(self, row: Operator, nodes: Sequence[Expression], values: Sequence[int | None]) -> None:
        if row.divisor is not None and values[row.divisor] == 0:
            raise Undefined(nodes[row.divisor], f"the divisor is 0{self._where()}", "it must be a non-zero constant")

    def Application(self, node: syntax.Application) -> Value:
        row = APPLIED[node.operator]
        values: list[int | None] = [self.visit(operand) for operand in node.operands]
        if row.many:
            return reduce(lambda a, b: join(row, a, b), values)
        self.divides(row, node.operands, values)
        return join(row, *values)

    def Comparison(self, node: syntax.Comparison) -> Value:
        return join(INFIX[node.operator], self.visit(node.left), self.visit(node.right))

    def Membership(self, node: syntax.Membership) -> Value:
        element, members = self.visit(node.element), self.visit(node.set)
        return None if element is None else element in members

    def Range(self, node: syntax.Range) -> Value:
        return range(self.visit(node.low), self.visit(node.high) + 1)

    def SetLiteral(self, node: syntax.SetLiteral) -> Value:
        return sorted({self.visit(element) for element in node.elements})

    def Primes(self, node: syntax.Primes) -> Value:
        return self.primes

    def Quantified(self, node: syntax.Quantified) -> Value:
        row = QUANTIFIERS[node.quantifier]
        values: list[int | None] = [self.visit(node.body) for _ in self.bindings(node)]
        if row.counts:
            values = [join(FUNCTIONS["bool2int"], value) for value in values]
        if not values:
            if row.empty is None:
                raise Undefined(node, f"`{node.quantifier}` of nothing has no value{self._where()}")
            return row.empty
        return reduce(lambda a, b: join(row.joined, a, b), values)

    def bindings(self, node: syntax.Quantified, depth: int = 0) -> Iterator[None]:
        """Yields once for every binding of the node's variables that meets its condition."""
        if depth == len(node.generators):
            if node.condition is None or self._aside(node.condition):
                self.terms += 1
                if self.terms > MOST_TERMS:
                    raise Undefined(node, f"the quantifiers unroll to more than {MOST_TERMS:,} terms")
                yield
            return
        generator = node.generators[depth]
        for value in self._aside(generator.domain):
            self.candidates += 1  # of every variable: the next one's domain may be empty
            if self.candidates > MOST_CANDIDATES:
                raise Undefined(node, f"the quantifier tries more than {MOST_CANDIDATES:,} bindings")
            self.bound[generator.variable] = value
            yield from self.bindings(node, depth + 1)
        self.bound.pop(generator.variable, None)

    def _aside(self, node: Expression) -> Any:
        """The value of a domain or a condition, which is no part of what is written out."""
        parts = self.parts
        value = self.visit(node)
        self.parts = parts
        return value

    def _where(self) -> str:
        return " where " + ", ".join(f"{k} = {v}" for k, v in self.bound.items()) if self.bound else ""
