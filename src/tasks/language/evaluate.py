"""The meaning of a formula: exact integers, and nothing but Python's own arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from . import syntax
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


def truncated_division(a: int, b: int) -> int:
    """a div b: the quotient rounded towards zero."""
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def truncated_remainder(a: int, b: int) -> int:
    """a mod b: a - b * (a div b), which has the sign of a."""
    return a - b * truncated_division(a, b)


def _all(values: Iterable[bool | None]) -> bool | None:
    seen = set(values)
    return False if False in seen else None if None in seen else True


def _any(values: Iterable[bool | None]) -> bool | None:
    seen = set(values)
    return True if True in seen else None if None in seen else False


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

    def Arithmetic(self, node: syntax.Arithmetic) -> Value:
        value = self.visit(node.operands[0])
        for operator, operand in zip(node.operators, node.operands[1:], strict=True):
            right = self.visit(operand)
            if operator in ("div", "mod") and right == 0:
                raise Undefined(operand, f"the divisor is 0{self._where()}", "it must be a non-zero constant")
            if value is None or right is None:
                value = None
            elif operator == "+":
                value += right
            elif operator == "-":
                value -= right
            elif operator == "*":
                value *= right
            elif operator == "div":
                value = truncated_division(value, right)
            else:
                value = truncated_remainder(value, right)
        return value  # type: ignore[no-any-return]

    def Negative(self, node: syntax.Negative) -> Value:
        value = self.visit(node.operand)
        return None if value is None else -value

    def Absolute(self, node: syntax.Absolute) -> Value:
        value = self.visit(node.operand)
        return None if value is None else abs(value)

    def Extremum(self, node: syntax.Extremum) -> Value:
        return self._extremum(node.function, [self.visit(operand) for operand in node.operands])

    def _extremum(self, function: str, values: list[int | None]) -> int | None:
        known = [v for v in values if v is not None]
        if len(known) < len(values):
            return None
        return min(known) if function == "min" else max(known)

    def BoolToInt(self, node: syntax.BoolToInt) -> Value:
        value = self.visit(node.operand)
        return None if value is None else int(value)

    def Comparison(self, node: syntax.Comparison) -> Value:
        left, right = self.visit(node.left), self.visit(node.right)
        if left is None or right is None:
            return None
        match node.operator:
            case "<":
                return bool(left < right)
            case "<=":
                return bool(left <= right)
            case ">":
                return bool(left > right)
            case ">=":
                return bool(left >= right)
            case "=":
                return bool(left == right)
            case _:
                return bool(left != right)

    def Membership(self, node: syntax.Membership) -> Value:
        element, members = self.visit(node.element), self.visit(node.set)
        return None if element is None else element in members

    def Not(self, node: syntax.Not) -> Value:
        value = self.visit(node.operand)
        return None if value is None else not value

    def Logic(self, node: syntax.Logic) -> Value:
        value = self.visit(node.operands[0])
        for operator, operand in zip(node.operators, node.operands[1:], strict=True):
            right = self.visit(operand)
            if operator == "/\\":
                value = _all((value, right))
            elif operator == "\\/":
                value = _any((value, right))
            elif operator == "->":
                value = _any((None if value is None else not value, right))
            elif value is None or right is None:
                value = None
            else:
                value = (value == right) == (operator == "<->")
        return value  # type: ignore[no-any-return]

    def Range(self, node: syntax.Range) -> Value:
        return range(self.visit(node.low), self.visit(node.high) + 1)

    def SetLiteral(self, node: syntax.SetLiteral) -> Value:
        return sorted({self.visit(element) for element in node.elements})

    def Primes(self, node: syntax.Primes) -> Value:
        return self.primes

    def Quantified(self, node: syntax.Quantified) -> Value:
        values = [self.visit(node.body) for _ in self.bindings(node)]
        match node.quantifier:
            case "forall":
                return _all(values)
            case "exists":
                return _any(values)
            case "sum" | "count":
                return None if None in values else sum(values)
        if not values:
            raise Undefined(node, f"`{node.quantifier}` of nothing has no value{self._where()}")
        return self._extremum(node.quantifier, values)

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
