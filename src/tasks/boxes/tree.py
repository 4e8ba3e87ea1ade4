"""Box trees, and the check of them: what Tree.check of Bounds.lean computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from . import linear
from .formula import Both, Conjunction, Part
from .linear import Forms
from .terms import Box, Path, Truth

MOST_LEVELS = 400
"""Of a tree: Lean and Python read trees by recursion."""


@dataclass(frozen=True)
class Split:
    """Form j is at most k on the left, and at least k + 1 on the right."""

    j: int
    k: int
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Refuted:
    """The part at the path is false on the box."""

    path: Path


@dataclass(frozen=True)
class Infeasible:
    """bounds: of forms, with factors: the lower bound where a factor is positive, else the upper one. cuts: of parts,
    by their paths, with factors. Their sum is a constant, and less than the least that it can be.
    """

    bounds: tuple[tuple[int, int], ...]
    cuts: tuple[tuple[Path, int], ...]


Tree: TypeAlias = Split | Refuted | Infeasible


@dataclass(frozen=True)
class Goal:
    """A formula that no point is to meet, of points with coordinates in 0..total."""

    conjunction: Conjunction
    forms: Forms
    total: int

    def start(self) -> Box:
        ends = [linear.extremes(form, self.total) for form in self.forms.all]
        return Box([low for low, _ in ends], [high for _, high in ends])


def check(goal: Goal, tree: Tree, box: Box | None = None) -> bool:
    """Whether the tree shows that no point of a box (by default all) meets the formula: exactly what Lean computes."""
    box = box or goal.start()
    match tree:
        case Split(j, k, left, right):
            high, box.high[j] = box.high[j], k
            holds = check(goal, left, box)
            box.high[j] = high
            if holds:
                low, box.low[j] = box.low[j], k + 1
                holds = check(goal, right, box)
                box.low[j] = low
            return holds
        case Refuted(path):
            truth, _ = _at(goal.conjunction, path)
            return truth is not None and not truth.possible(True, box)
        case Infeasible(bounds, cuts):
            total, least = linear.ZERO, 0
            for j, factor in bounds:
                total = linear.plus(total, linear.times(factor, goal.forms.all[j]))
                least += factor * (box.high[j] if factor < 0 else box.low[j])
            for path, factor in cuts:
                truth, rest = _at(goal.conjunction, path)
                if truth is None or factor < 0:
                    return False
                total = linear.plus(total, linear.times(factor, truth.cut(True, rest, box)))
            return not any(total[1:]) and total[0] + 1 <= least


def _at(conjunction: Conjunction, path: Path) -> tuple[Truth | None, Path]:
    """The part that a path leads to, and what is left of the path."""
    while isinstance(conjunction, Both):
        conjunction, path = (conjunction.right if path % 2 else conjunction.left), path // 2
    return (conjunction.truth if isinstance(conjunction, Part) else None), path
