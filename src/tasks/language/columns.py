"""The values of formulas at many points at once: the evaluator's meaning at a small part of its cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from operator import itemgetter
from typing import TypeAlias

from . import syntax
from .operators import APPLIED, INFIX
from .syntax import Expression, Visitor

Point: TypeAlias = tuple[int, ...]
"""x[1]..x[8]."""
Column: TypeAlias = Sequence[int]
"""The value, an integer or a truth value, at each of some points."""

_OF_A_NODE = 30
"""Steps that a node takes beside those of its values."""
_DEAR = {"->": 3, "min": 3, "max": 3, "div": 8, "mod": 14}
"""Steps of an operator for each value, where that is more than one."""


class Spent(Exception):
    """No steps are left."""


class Work:
    """Steps that may be spent, of about 30 ns: one for each value of a node at a point."""

    def __init__(self, left: int) -> None:
        self.left = left

    @contextmanager
    def part(self, of: int) -> Iterator[Work]:
        """One of so many equal shares of what is left; it ends the block where it is spent. The rest flows back."""
        share = self.left // of
        part = Work(share)
        with suppress(Spent):
            yield part
        self.left -= share - part.left

    def spend(self, steps: int) -> None:
        """Raises Spent where there are not so many left; none are left then."""
        self.left -= steps
        if self.left < 0:
            raise Spent


class Columns(Visitor):
    """The values of unrolled expressions (see unroll) at these points.

    What `of` has computed is kept for each node. So a formula in which one part was replaced costs only the way from
    that part to the root: all other nodes are the same objects.
    """

    def __init__(self, points: Sequence[Point], work: Work | None = None) -> None:
        self.points = points
        self._work = work
        self._coordinates: list[Column] = list(zip(*points, strict=True)) if points else [()] * 8
        self._kept: dict[int, tuple[Expression, Column]] = {}  # with the node: the id of one that is gone is free

    def of(self, node: Expression, *, keep: bool = True) -> Column:
        """The values of node. Raises Spent."""
        self._keep = keep
        column: Column = self.visit(node)
        return column

    def at(self, places: Sequence[int]) -> Columns:
        """The same at some of the points only, by their positions, with what is known there."""
        return _Part(self, places)

    def has(self, node: Expression) -> bool:
        """Whether the values of node, this very object, are kept."""
        return id(node) in self._kept

    def visit(self, node: Expression) -> Column:
        if kept := self._kept.get(id(node)):
            return kept[1]
        column: Column = getattr(self, node.__class__.__name__)(node)
        if self._keep:
            self._kept[id(node)] = (node, column)
        return column

    def _spend(self, values: int) -> None:
        if self._work:
            self._work.spend(_OF_A_NODE + values)

    def Integer(self, node: syntax.Integer) -> Column:
        return [node.value] * len(self.points)

    def Boolean(self, node: syntax.Boolean) -> Column:
        return [node.value] * len(self.points)

    def Coordinate(self, node: syntax.Coordinate) -> Column:
        assert isinstance(node.index, syntax.Integer)
        return self._coordinates[node.index.value - 1]

    def Chain(self, node: syntax.Chain) -> Column:
        column = self.visit(node.operands[0])
        for token, operand in zip(node.operators, node.operands[1:], strict=True):
            column = self._applied(token, INFIX[token].meaning, column, self.visit(operand))
        return column

    def Application(self, node: syntax.Application) -> Column:
        row = APPLIED[node.operator]
        columns = [self.visit(operand) for operand in node.operands]
        if not row.many:
            return self._applied(node.operator, row.meaning, *columns)
        first, *rest = columns
        for column in rest:
            first = self._applied(node.operator, row.meaning, first, column)
        return first

    def Comparison(self, node: syntax.Comparison) -> Column:
        return self._applied(node.operator, INFIX[node.operator].meaning, self.visit(node.left), self.visit(node.right))

    def Membership(self, node: syntax.Membership) -> Column:
        column, members = self.visit(node.element), members_of(node)
        self._spend(len(self.points) + len(members) * isinstance(members, list))
        return list(map((frozenset(members) if isinstance(members, list) else members).__contains__, column))

    def _applied(self, token: str, meaning, *columns: Column) -> Column:  # type: ignore[no-untyped-def]
        self._spend(len(self.points) * _DEAR.get(token, 1))
        return list(map(meaning, *columns))

    def Range(self, node: syntax.Range) -> Column:
        raise AssertionError("unrolled expressions have none")

    SetLiteral = Primes = Total = Variable = Quantified = Range


class _Part(Columns):
    """Some of the points of whole."""

    def __init__(self, whole: Columns, places: Sequence[int]) -> None:
        super().__init__([whole.points[place] for place in places], whole._work)
        self.whole = whole
        # Of one place alone it would give no sequence.
        self._pick = itemgetter(*places, places[0]) if places else lambda column: ()

    def visit(self, node: Expression) -> Column:
        if kept := self._kept.get(id(node)):
            return kept[1]
        if known := self.whole._kept.get(id(node)):
            column: Column = self._pick(known[1])[:-1]
            self._kept[id(node)] = (node, column)
            return column
        return super().visit(node)


def members_of(node: syntax.Membership) -> Sequence[int]:
    """The integers of an unrolled membership's set, ascending: a range, or a list."""
    match node.set:
        case syntax.Range(low=syntax.Integer(value=low), high=syntax.Integer(value=high)):
            return range(low, high + 1)
        case syntax.SetLiteral(elements=elements):
            return [element.value for element in elements if isinstance(element, syntax.Integer)]
    raise AssertionError("unrolled sets are ranges and literals of integers")
