"""Feasibility of linear forms within bounds, exactly: the simplex method of B. Dutertre and L. de Moura, A Fast
Linear-Arithmetic Solver for DPLL(T) (2006).

Variables are the eight coordinates of x and further forms over them. A conflict is a sum of multiples of variables that
is 0 in any case, and cannot be 0 within the bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

Multiples = list[tuple[int, int]]
"""Variables with factors. A positive factor stands for the lower bound, a negative one for the upper bound."""

COORDINATES = 8
_ROWS, _BITS = 64, 128
"""That are computed in a step of the usual size."""


class Simplex:
    """low and high are the bounds of each variable, None for none. Columns are independent variables, within their
    bounds; each row is another variable: denominator, then the factor of each column.
    """

    def __init__(self) -> None:
        self.columns = list(range(COORDINATES))
        self.values = [0] * COORDINATES
        self.rows: dict[int, list[int]] = {}
        self.low: list[int | None] = [None] * COORDINATES
        self.high: list[int | None] = [None] * COORDINATES
        self.steps = 0

    def add(self, factors: Sequence[int]) -> int:
        """A variable that is the sum of the coordinates by these factors."""
        row = [1] + [0] * COORDINATES
        for coordinate, factor in enumerate(factors):
            if not factor:
                continue
            if coordinate in self.rows:
                other = self.rows[coordinate]
                scale = row[0]
                row = [a * other[0] for a in row]
                for i in range(1, COORDINATES + 1):
                    row[i] += factor * scale * other[i]
            else:
                row[1 + self.columns.index(coordinate)] += factor * row[0]
        self.low.append(None)
        self.high.append(None)
        self.rows[len(self.low) - 1] = _reduced(row)
        return len(self.low) - 1

    def bound(self, low: list[int | None], high: list[int | None]) -> None:
        """Sets all bounds; of no variable is the lower above the upper."""
        self.low, self.high = low, high
        for place, variable in enumerate(self.columns):
            least, most = low[variable], high[variable]
            if least is not None and self.values[place] < least:
                self.values[place] = least
            elif most is not None and self.values[place] > most:
                self.values[place] = most

    def value(self, variable: int) -> tuple[int, int]:
        """Numerator and denominator."""
        if variable in self.rows:
            row = self.rows[variable]
            return self._numerator(row), row[0]
        return self.values[self.columns.index(variable)], 1

    def _numerator(self, row: list[int]) -> int:
        return sum([a * v for a, v in zip(row[1:], self.values, strict=True)])

    def conflict(self) -> Multiples | None:
        """Finds values within all bounds, or why there are none."""
        while True:
            wrong = self._outside()
            if wrong is None:
                return None
            variable, goal, direction = wrong
            row = self.rows[variable]
            best = None
            for place, other in enumerate(self.columns):
                factor = row[1 + place] * direction
                if factor and self._can_move(place, 1 if factor > 0 else -1) and (best is None or other < best[1]):
                    best = place, other
            if best is None:
                found = [(variable, direction * row[0])]
                return found + [
                    (other, -direction * row[1 + place]) for place, other in enumerate(self.columns) if row[1 + place]
                ]
            self._exchange(variable, best[0], goal)

    def most(self, variable: int, direction: int) -> tuple[int, int, Multiples]:
        """The most of direction (1 or -1) times a variable, as numerator and denominator > 0, from values within all
        bounds; and the factors by which bounds give it: denominator * direction * variable is at most the numerator.
        """
        while True:
            if variable in self.rows:
                row = self.rows[variable]
                entering = None
                for place, other in enumerate(self.columns):
                    factor = row[1 + place] * direction
                    way = 1 if factor > 0 else -1
                    if factor and self._can_move(place, way) and (entering is None or other < entering[2]):
                        entering = place, way, other
                if entering is None:
                    numerator, denominator = self.value(variable)
                    given = [(o, -direction * row[1 + p]) for p, o in enumerate(self.columns) if row[1 + p]]
                    return direction * numerator, denominator, given
                self._move(entering[0], entering[1])
            else:
                place = self.columns.index(variable)
                if not self._can_move(place, direction):
                    return direction * self.values[place], 1, [(variable, -direction)]
                self._move(place, direction)

    def _can_move(self, place: int, way: int) -> bool:
        variable, value = self.columns[place], self.values[place]
        end = self.high[variable] if way > 0 else self.low[variable]
        return end is None or (value < end if way > 0 else value > end)

    def _outside(self) -> tuple[int, int, int] | None:
        """The first dependent variable beyond a bound, with that bound, and where to move it."""
        for variable, row in sorted(self.rows.items()):
            numerator, denominator = self._numerator(row), row[0]
            low, high = self.low[variable], self.high[variable]
            if low is not None and numerator < low * denominator:
                return variable, low, 1
            if high is not None and numerator > high * denominator:
                return variable, high, -1
        return None

    def _move(self, place: int, way: int) -> None:
        """Moves an independent variable as far as all bounds allow."""
        variable = self.columns[place]
        end = self.high[variable] if way > 0 else self.low[variable]
        step: tuple[int, int] | None = None if end is None else (abs(end - self.values[place]), 1)
        leaving: tuple[int, int] | None = None
        for other, row in sorted(self.rows.items()):
            if not (factor := row[1 + place] * way):
                continue
            stop = self.high[other] if factor > 0 else self.low[other]
            if stop is None:
                continue
            room = abs(stop * row[0] - self._numerator(row)), abs(factor)
            if step is None or room[0] * step[1] < step[0] * room[1]:
                step, leaving = room, (other, stop)
        if leaving is None:
            assert end is not None, "every form is bounded"
            self.values[place] = end
            self.steps += 1
        else:
            self._exchange(leaving[0], place, leaving[1])

    def _exchange(self, variable: int, place: int, value: int) -> None:
        """Makes a dependent variable independent, with that value, in the place of a column."""
        row = self.rows.pop(variable)
        entering, pivot = self.columns[place], row[1 + place]
        new = [-a for a in row]
        new[0], new[1 + place] = pivot, row[0]
        if pivot < 0:
            new = [-a for a in new]
        new = _reduced(new)
        digits = max(map(abs, new)).bit_length() // _BITS
        self.steps += 1 + len(self.rows) * (1 + digits**2) // _ROWS
        scale, added = new[0], [0, *new[1:]]
        for other, old in self.rows.items():
            if factor := old[1 + place]:
                old[1 + place] = 0
                self.rows[other] = _reduced([a * scale + factor * b for a, b in zip(old, added, strict=True)])
        self.rows[entering] = new
        self.columns[place], self.values[place] = variable, value


def _reduced(row: list[int]) -> list[int]:
    factor = gcd(*row)
    return [a // factor for a in row] if factor > 1 else row
