"""Linear forms over a point: what Bounds.lean calls Linear."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import TypeAlias

Linear: TypeAlias = tuple[int, ...]
"""A constant and the coefficients of x[1] to x[8]."""

WIDTH = 9
ZERO: Linear = (0,) * WIDTH


def constant(value: int) -> Linear:
    return (value, *ZERO[1:])


def unit(index: int) -> Linear:
    """x[index], from 1."""
    return tuple(int(i == index) for i in range(WIDTH))


def plus(a: Linear, b: Linear) -> Linear:
    return tuple([x + y for x, y in zip(a, b, strict=True)])


def times(m: int, a: Linear) -> Linear:
    return tuple([m * x for x in a])


def minus(a: Linear, b: Linear) -> Linear:
    return tuple([x - y for x, y in zip(a, b, strict=True)])


def signed(m: int, negative: Linear, positive: Linear) -> Linear:
    """m times one of the two, by the sign of m."""
    return times(m, negative if m < 0 else positive)


def value(a: Linear, x: Sequence[int]) -> int:
    """The form at the point x (8 integers)."""
    return a[0] + sum(c * v for c, v in zip(a[1:], x, strict=True))


def extremes(a: Linear, total: int) -> tuple[int, int]:
    """The least and the most of the form where each coordinate is in 0..total."""
    low = a[0] + sum(c * total for c in a[1:] if c < 0)
    return low, a[0] + sum(c * total for c in a[1:] if c > 0)


class Forms:
    """The forms of a proof, numbered: x[1] to x[8] first. Each has no constant, no common factor, and a first
    coefficient that is positive.
    """

    def __init__(self) -> None:
        self.all: list[Linear] = []
        self._numbers: dict[Linear, int] = {}
        for index in range(1, WIDTH):
            self.number(unit(index))

    def number(self, form: Linear) -> int:
        if form not in self._numbers:
            self._numbers[form] = len(self.all)
            self.all.append(form)
        return self._numbers[form]

    def affine(self, a: Linear) -> tuple[int, int, int]:
        """(j, k, m): a is k and m times form j; m is 0 where a is constant."""
        factor = gcd(*a[1:])
        if factor == 0:
            return 0, a[0], 0
        if next(c for c in a[1:] if c) < 0:
            factor = -factor
        return self.number((0, *(c // factor for c in a[1:]))), a[0], factor
