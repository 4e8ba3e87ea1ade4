"""Constraints whose numbers are too large for the solver: before it is asked where that is certain, else afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from math import prod
from random import Random

from ..corpus.chunk import Chunk
from ..language import syntax
from ..language.columns import Columns, Point, Spent, Work
from ..language.display import display
from ..language.magnitude import LARGEST, PRECISE, Bounds, conjuncts, excesses, products
from ..language.syntax import Expression
from ..language.unroll import unroll
from ..render.text import label, visible
from ..specification import Specification
from .call import Tool
from .engines import DEFAULT_SOLVER

_MOST_SHOWN = 5
_MOST_WORK = 10_000_000
_MOST_PARTS = 50_000
_RANDOM_POINTS = 200


def too_large(specification: Specification, tool: Tool) -> str:
    """What to say where the solver refused a number: which constraints can have one that does not fit."""
    lines = _large(specification, LARGEST) or _large(specification, LARGEST // 100)
    return _message(specification.chunk, lines, tool)


def certainly_too_large(specification: Specification, tool: Tool) -> str | None:
    """The same where it is certain without the solver, None where it is not, or nobody knows the solver's limits.

    For Gecode that is where a product of coordinates does not fit at a valid point: its variable for that product would
    have to hold this value. There is such a variable, unless the solver knows a factor, or knows that the comparison
    holds: so two valid points have different factors, and at a point only this comparison fails. The points are a few
    that are likely; none of them need be valid. Large chunks are left to the solver.

    A solver that computes with floating-point numbers refuses none: it says that there is no point, and there is one.
    So a number that can be too large for it is.
    """
    if not tool.is_exact:
        lines = _large(specification, PRECISE)
        return _message(specification.chunk, lines, tool) if lines else None
    return _certain(specification, tool) if tool.solver in ("", DEFAULT_SOLVER) else None


def _large(specification: Specification, largest: int) -> list[str]:
    """What can be beyond largest, of each constraint one part."""
    lines = []
    for name, formula in _formulas(specification):
        if found := next(excesses(formula, specification.chunk.total, largest), None):
            verb = "is" if found.interval[0] == found.interval[1] else "can be"
            lines.append(f"{name}: {_shown(found.part)} {verb} {found.most:,}")
    rest = [f"and {len(lines) - _MOST_SHOWN} more"] if len(lines) > _MOST_SHOWN else []
    return [*lines[:_MOST_SHOWN], *rest]


def _certain(specification: Specification, tool: Tool) -> str | None:
    chunk = specification.chunk
    if sum(statement.parts for statement in specification.statements) > _MOST_PARTS:
        return None
    every = [(name, conjunct) for name, formula in _formulas(specification) for conjunct in conjuncts(formula)]
    suspect = {k: found for k, (_, conjunct) in enumerate(every) if (found := _large_products(conjunct, chunk.total))}
    if not suspect:
        return None
    points = _points(chunk)
    columns = Columns(points, Work(_MOST_WORK))
    try:
        truths = [list(map(bool, columns.of(conjunct))) for _, conjunct in every]
        failing = [sum(not truth for truth in at) for at in zip(*truths, strict=True)]
        valid = columns.at([k for k, count in enumerate(failing) if not count])
        for k, found in suspect.items():
            if not any(count == 1 and not truth for truth, count in zip(truths[k], failing, strict=True)):
                continue
            for factors in found:
                values = [valid.of(factor) for factor in factors]
                most = max(map(prod, zip(*values, strict=True)), key=abs, default=0)
                if abs(most) > LARGEST and all(len(set(of_one)) > 1 for of_one in values):
                    product = syntax.Chain(("*",) * (len(factors) - 1), factors)
                    return _message(chunk, [f"{every[k][0]}: {_shown(product)} is {most:,} at a valid point"], tool)
    except Spent:
        pass
    return None


def _large_products(conjunct: Expression, total: int) -> list[tuple[Expression, ...]]:
    """The products of a comparison (see products), where one may not fit; none, where two are of the same coordinates
    and so might cancel.
    """
    found = list(products(conjunct))
    if len(set(map(_coordinates, found))) < len(found):
        return []
    bounds = Bounds(total)
    largest = [prod(max(map(abs, bounds.visit(factor) or (0, 0))) for factor in factors) for factors in found]
    return [factors for factors, most in zip(found, largest, strict=True) if most > LARGEST]


def _formulas(specification: Specification) -> list[tuple[str, Expression]]:
    chunk = specification.chunk
    return [
        (label(constraint.name), unroll(statement.expression, chunk.total, chunk.primes))
        for constraint, statement in zip(chunk.constraints, specification.statements, strict=True)
        if statement.kind == "formal" and statement.expression is not None
    ]


def _message(chunk: Chunk, lines: Sequence[str], tool: Tool) -> str:
    advice = "write it with smaller numbers, or take a smaller scaleN"
    if tool.solver in ("", DEFAULT_SOLVER):
        solver = f"the solver, whose integers go to {LARGEST:,}"
    else:
        solver = f"the solver {tool.solver}"
        solver += "" if tool.is_exact else f", whose floating-point numbers tell integers apart up to {PRECISE:,}"
        advice += ", or another solver="
    listed = "".join(f"\n    {line}" for line in lines)
    return (
        f"chunk {chunk.id}: a number is too large for {solver}, for N = {chunk.total:,}{':' * bool(lines)}{listed}\n"
        f"{advice}"
    )


def _shown(part: Expression) -> str:
    text = visible(display(part))
    return text if len(text) <= 60 else f"{text[:57]}..."


def _coordinates(factors: Sequence[Expression]) -> frozenset[int]:
    found: set[int] = set()
    waiting = list(factors)
    while waiting:
        node = waiting.pop()
        if isinstance(node, syntax.Coordinate) and isinstance(node.index, syntax.Integer):
            found.add(node.index.value)
        waiting.extend(syntax.children(node))
    return frozenset(found)


def _points(chunk: Chunk) -> list[Point]:
    """Points of the simplex: its corners; those with nearly all in two coordinates, and little in the others or
    nothing; and random ones. Without a unit sum, points with each coordinate at an end.
    """
    total, random = chunk.total, Random(chunk.total)
    if not chunk.unit_sum:
        ends = [tuple(random.choice((0, 1, total - 1, total)) for _ in range(8)) for _ in range(_RANDOM_POINTS)]
        return [(total,) * 8, (total - 1,) * 8, (0,) * 8, *ends]
    found = [tuple(total * (i == j) for i in range(8)) for j in range(8)]
    for pair in combinations(range(8), 2):
        for little in (0, total // 1000, total // 50):
            for shift in (0, 1, total // 8):
                rest = total - 6 * little
                large = dict(zip(pair, (rest // 2 - shift, rest - rest // 2 + shift), strict=True))
                found.append(tuple(large.get(k, little) for k in range(8)))
    for _ in range(_RANDOM_POINTS):
        cuts = sorted(random.randint(0, total) for _ in range(7))
        found.append(tuple(b - a for a, b in pairwise([0, *cuts, total])))
    return found
