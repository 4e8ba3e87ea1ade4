"""A formula as a function of the point, for many points: the evaluator's meaning at a tenth of its cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import itemgetter
from typing import TypeAlias

from . import syntax
from .operators import APPLIED, INFIX
from .syntax import Expression, Visitor

Point: TypeAlias = Sequence[int]
Function: TypeAlias = Callable[[Point], int]
"""From the point x (8 integers) to an integer or a truth value."""


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
        return itemgetter(node.index.value - 1)

    def Chain(self, node: syntax.Chain) -> Function:
        first = self.visit(node.operands[0])
        rest = [(INFIX[o].meaning, self.visit(e)) for o, e in zip(node.operators, node.operands[1:], strict=True)]
        if len(rest) == 1:
            only, second = rest[0]
            return lambda x: only(first(x), second(x))

        def fold(x: Point) -> int:
            value: int = first(x)
            for apply, operand in rest:
                value = apply(value, operand(x))
            return value

        return fold

    def Application(self, node: syntax.Application) -> Function:
        row, operands = APPLIED[node.operator], [self.visit(operand) for operand in node.operands]
        meaning = row.meaning
        if row.many:
            return lambda x: reduce(meaning, [operand(x) for operand in operands])
        if len(operands) == 1:
            (only,) = operands
            return lambda x: meaning(only(x))
        return lambda x: meaning(*[operand(x) for operand in operands])

    def Comparison(self, node: syntax.Comparison) -> Function:
        compare, left, right = INFIX[node.operator].meaning, self.visit(node.left), self.visit(node.right)
        return lambda x: compare(left(x), right(x))

    def Membership(self, node: syntax.Membership) -> Function:
        element, members = self.visit(node.element), members_of(node)
        return lambda x: element(x) in members

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
