"""Terms: what is known of a formula's value on a box. Each class computes as the term of Bounds.lean does.

A term of Lean is named by its function there and its arguments; several are made of the same few rules here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from . import linear
from .linear import Linear

Path: TypeAlias = int
"""Where something stands in what is joined by `and`: at each, the remainder by 2 is 0 for the left, 1 for the right."""


@dataclass
class Box:
    """low and high: the least and the most of each form, by its number."""

    low: list[int]
    high: list[int]


@dataclass(frozen=True, eq=False)
class Term:
    """text: the term in Lean, with {} for each of the parts."""

    text: str = field(default="", kw_only=True)
    parts: tuple[Term, ...] = field(default=(), kw_only=True)

    @cached_property
    def forms(self) -> frozenset[int]:
        """The forms that it depends on."""
        return frozenset().union(*(part.forms for part in self.inner))

    @cached_property
    def cost(self) -> int:
        """How many terms are computed to look at it on a box; a term that it is computed from twice counts twice."""
        return 1 + sum(part.cost for part in self.inner)

    @cached_property
    def inner(self) -> tuple[Term, ...]:
        """The terms that it is computed from: those among its fields, in order."""
        return tuple(value for value in vars(self).values() if isinstance(value, Term))


def is_known(term: Term) -> bool:
    """Whether something is known of every part of a term."""
    return not isinstance(term, Unknown) and all(map(is_known, term.inner))


def lean(term: Term) -> str:
    """The text of a term."""
    return term.text.format(*map(lean, term.parts))


class Number(Term):
    """An integer: range is its least and most on a box; under and over are linear forms that bound it there."""

    def range(self, box: Box) -> tuple[int, int]:
        raise NotImplementedError

    def under(self, box: Box) -> Linear:
        return linear.constant(self.range(box)[0])

    def over(self, box: Box) -> Linear:
        return linear.constant(self.range(box)[1])


@dataclass(frozen=True, eq=False)
class Affine(Number):
    """k and m times form j, which is the linear form whole."""

    j: int
    k: int
    m: int
    whole: Linear

    @cached_property
    def forms(self) -> frozenset[int]:
        return frozenset((self.j,)) if self.m else frozenset()

    def range(self, box: Box) -> tuple[int, int]:
        j, k, m = self.j, self.k, self.m
        return (k + m * box.high[j], k + m * box.low[j]) if m < 0 else (k + m * box.low[j], k + m * box.high[j])

    def under(self, box: Box) -> Linear:
        return self.whole

    over = under


@dataclass(frozen=True, eq=False)
class Sum(Number):
    left: Number
    right: Number

    def range(self, box: Box) -> tuple[int, int]:
        (a, b), (c, d) = self.left.range(box), self.right.range(box)
        return a + c, b + d

    def under(self, box: Box) -> Linear:
        return linear.plus(self.left.under(box), self.right.under(box))

    def over(self, box: Box) -> Linear:
        return linear.plus(self.left.over(box), self.right.over(box))


@dataclass(frozen=True, eq=False)
class Multiple(Number):
    """m times a term."""

    m: int
    of: Number

    def range(self, box: Box) -> tuple[int, int]:
        return _scaled(self.m, *self.of.range(box))

    def under(self, box: Box) -> Linear:
        return linear.times(self.m, self.of.over(box) if self.m < 0 else self.of.under(box))

    def over(self, box: Box) -> Linear:
        return linear.times(self.m, self.of.under(box) if self.m < 0 else self.of.over(box))


@dataclass(frozen=True, eq=False)
class Greater(Number):
    left: Number
    right: Number

    def range(self, box: Box) -> tuple[int, int]:
        (a, b), (c, d) = self.left.range(box), self.right.range(box)
        return a if a > c else c, b if b > d else d

    def _known(self, box: Box) -> Number | None:
        (a, b), (c, d) = self.left.range(box), self.right.range(box)
        return self.left if d <= a else self.right if b <= c else None

    def under(self, box: Box) -> Linear:
        known = self._known(box)
        return known.under(box) if known else super().under(box)

    def over(self, box: Box) -> Linear:
        known = self._known(box)
        return known.over(box) if known else super().over(box)


@dataclass(frozen=True, eq=False)
class Product(Number):
    left: Number
    right: Number

    def range(self, box: Box) -> tuple[int, int]:
        (a, b), (c, d) = self.left.range(box), self.right.range(box)
        ends = _scaled(c, a, b), _scaled(d, a, b)
        return min(low for low, _ in ends), max(high for _, high in ends)

    def under(self, box: Box) -> Linear:
        a, b = self.left.range(box)
        if b <= a:
            return linear.signed(a, self.right.over(box), self.right.under(box))
        return super().under(box)

    def over(self, box: Box) -> Linear:
        a, b = self.left.range(box)
        if b <= a:
            return linear.signed(a, self.right.under(box), self.right.over(box))
        return super().over(box)


@dataclass(frozen=True, eq=False)
class Quotient(Number):
    """By n > 0, rounded towards zero."""

    n: int
    of: Number

    def range(self, box: Box) -> tuple[int, int]:
        low, high = self.of.range(box)
        return _quotient(low, self.n), _quotient(high, self.n)


@dataclass(frozen=True, eq=False)
class Residue(Number):
    """What is known of a remainder by n > 0 from the sign of the dividend alone."""

    n: int
    of: Number

    def range(self, box: Box) -> tuple[int, int]:
        low, high = self.of.range(box)
        return (1 - self.n if low < 0 else 0), (0 if high < 0 else self.n - 1)


@dataclass(frozen=True, eq=False)
class Meet(Number):
    """Two terms of one value."""

    left: Number
    right: Number

    def range(self, box: Box) -> tuple[int, int]:
        (a, b), (c, d) = self.left.range(box), self.right.range(box)
        return max(a, c), min(b, d)

    def under(self, box: Box) -> Linear:
        return (self.left if self.right.range(box)[0] <= self.left.range(box)[0] else self.right).under(box)

    def over(self, box: Box) -> Linear:
        return (self.left if self.left.range(box)[1] <= self.right.range(box)[1] else self.right).over(box)


@dataclass(frozen=True, eq=False)
class Indicator(Number):
    """1 where a condition holds, else 0."""

    of: Truth

    def range(self, box: Box) -> tuple[int, int]:
        return int(not self.of.possible(False, box)), int(self.of.possible(True, box))


class Truth(Term):
    """A truth value: possible says whether it can be v on a box. If it is v, then 0 <= cut at the point; a path chooses
    where there are several.
    """

    def possible(self, v: bool, box: Box) -> bool:
        raise NotImplementedError

    def cut(self, v: bool, path: Path, box: Box) -> Linear:
        raise NotImplementedError

    def paths(self, v: bool, box: Box) -> Iterator[tuple[Path, int]]:
        """The paths of its cuts, with the lengths of these paths."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Known(Truth):
    value: bool

    def possible(self, v: bool, box: Box) -> bool:
        return v == self.value

    def cut(self, v: bool, path: Path, box: Box) -> Linear:
        return linear.ZERO

    def paths(self, v: bool, box: Box) -> Iterator[tuple[Path, int]]:
        return iter(())


@dataclass(frozen=True, eq=False)
class Unknown(Truth):
    """Of which nothing is known."""

    def possible(self, v: bool, box: Box) -> bool:
        return True

    def cut(self, v: bool, path: Path, box: Box) -> Linear:
        return linear.ZERO

    def paths(self, v: bool, box: Box) -> Iterator[tuple[Path, int]]:
        return iter(())


@dataclass(frozen=True, eq=False)
class Sign(Truth):
    """That a term is not negative."""

    of: Number

    def possible(self, v: bool, box: Box) -> bool:
        low, high = self.of.range(box)
        return high >= 0 if v else low <= -1

    def cut(self, v: bool, path: Path, box: Box) -> Linear:
        return self.of.over(box) if v else linear.minus(linear.constant(-1), self.of.under(box))

    def paths(self, v: bool, box: Box) -> Iterator[tuple[Path, int]]:
        yield 0, 0


@dataclass(frozen=True, eq=False)
class Not(Truth):
    of: Truth

    def possible(self, v: bool, box: Box) -> bool:
        return self.of.possible(not v, box)

    def cut(self, v: bool, path: Path, box: Box) -> Linear:
        return self.of.cut(not v, path, box)

    def paths(self, v: bool, box: Box) -> Iterator[tuple[Path, int]]:
        return self.of.paths(not v, box)


@dataclass(frozen=True, eq=False)
class And(Truth):
    left: Truth
    right: Truth

    def possible(self, v: bool, box: Box) -> bool:
        if v:
            return self.left.possible(True, box) and self.right.possible(True, box)
        return self.left.possible(False, box) or self.right.possible(False, box)

    def cut(self, v: bool, path: Path, box: Box) -> Linear:
        if v:
            return (self.right if path % 2 else self.left).cut(True, path // 2, box)
        if not self.left.possible(False, box):
            return self.right.cut(False, path, box)
        return linear.ZERO if self.right.possible(False, box) else self.left.cut(False, path, box)

    def paths(self, v: bool, box: Box) -> Iterator[tuple[Path, int]]:
        if v:
            for bit, side in enumerate((self.left, self.right)):
                for path, length in side.paths(True, box):
                    yield 2 * path + bit, length + 1
        elif not self.left.possible(False, box):
            yield from self.right.paths(False, box)
        elif not self.right.possible(False, box):
            yield from self.left.paths(False, box)


def _scaled(m: int, low: int, high: int) -> tuple[int, int]:
    return (m * high, m * low) if m < 0 else (m * low, m * high)


def _quotient(a: int, n: int) -> int:
    return a // n if a >= 0 else -(-a // n)
