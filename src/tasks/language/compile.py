"""A formula as a function of the point, for many points: the evaluator's meaning at a tenth of its cost."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from . import syntax
from .evaluate import truncated_division, truncated_remainder
from .syntax import Expression, Visitor

Point: TypeAlias = Sequence[int]
Function: TypeAlias = Callable[[Point], int]
"""From the point x (8 integers) to an integer or a truth value."""

_ARITHMETIC: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "div": truncated_division, "mod": truncated_remainder,
}  # fmt: skip
_COMPARISON: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip
_LOGIC: Mapping[str, Callable[[int, int], int]] = {
    "/\\": lambda a, b: bool(a and b), "\\/": lambda a, b: bool(a or b), "xor": operator.ne, "<->": operator.eq,
    "->": lambda a, b: bool(not a or b),
}  # fmt: skip


def compile_expression(expression: Expression) -> Function:
    """The function of an unrolled expression (see unroll)."""
    function: Function = _Compiler().visit(expression)
    return function


class _Compiler(Visitor):
    def Integer(self, node: syntax.Integer) -> Function:
        value = node.value
        return lambda x: value

    def Boolean(self, node: syntax.Boolean) -> Function:
        value = node.value
        return lambda x: value

    def Coordinate(self, node: syntax.Coordinate) -> Function:
        assert isinstance(node.index, syntax.Integer)
        return operator.itemgetter(node.index.value - 1)

    def Arithmetic(self, node: syntax.Arithmetic) -> Function:
        return self.chain(node.operators, node.operands, _ARITHMETIC)

    def Logic(self, node: syntax.Logic) -> Function:
        return self.chain(node.operators, node.operands, _LOGIC)

    def chain(
        self,
        operators: tuple[str, ...],
        operands: tuple[Expression, ...],
        meaning: Mapping[str, Callable[[int, int], int]],
    ) -> Function:
        first = self.visit(operands[0])
        rest = [(meaning[o], self.visit(operand)) for o, operand in zip(operators, operands[1:], strict=True)]
        if len(rest) == 1:
            only, second = rest[0]
            return lambda x: only(first(x), second(x))

        def fold(x: Point) -> int:
            value: int = first(x)
            for apply, operand in rest:
                value = apply(value, operand(x))
            return value

        return fold

    def Negative(self, node: syntax.Negative) -> Function:
        operand = self.visit(node.operand)
        return lambda x: -operand(x)

    def Absolute(self, node: syntax.Absolute) -> Function:
        operand = self.visit(node.operand)
        return lambda x: abs(operand(x))

    def Extremum(self, node: syntax.Extremum) -> Function:
        choose = min if node.function == "min" else max
        operands = [self.visit(operand) for operand in node.operands]
        return lambda x: choose(operand(x) for operand in operands)

    def BoolToInt(self, node: syntax.BoolToInt) -> Function:
        operand = self.visit(node.operand)
        return lambda x: int(operand(x))

    def Comparison(self, node: syntax.Comparison) -> Function:
        compare, left, right = _COMPARISON[node.operator], self.visit(node.left), self.visit(node.right)
        return lambda x: compare(left(x), right(x))

    def Membership(self, node: syntax.Membership) -> Function:
        element, members = self.visit(node.element), members_of(node)
        return lambda x: element(x) in members

    def Not(self, node: syntax.Not) -> Function:
        operand = self.visit(node.operand)
        return lambda x: not operand(x)

    def Range(self, node: syntax.Range) -> Function:
        raise AssertionError("unrolled expressions have none")

    SetLiteral = Primes = Total = Variable = Quantified = Range


def members_of(node: syntax.Membership) -> Sequence[int]:
    """The integers of an unrolled membership's set, ascending."""
    match node.set:
        case syntax.Range(low=syntax.Integer(value=low), high=syntax.Integer(value=high)):
            return range(low, high + 1)
        case syntax.SetLiteral(elements=elements):
            return [element.value for element in elements if isinstance(element, syntax.Integer)]
    raise AssertionError("unrolled sets are ranges and literals of integers")
