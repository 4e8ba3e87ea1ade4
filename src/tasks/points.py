"""Draws the points at which a wrong translation of a chunk would show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from random import Random
from typing import TypeAlias

from .language import syntax
from .language.compile import Function, compile_expression, members_of
from .language.evaluate import Undefined, evaluate
from .language.mutate import mutants, quantifier_mutants
from .language.syntax import Expression, children
from .language.unroll import unroll
from .specification import Specification

Point: TypeAlias = tuple[int, ...]
"""x[1]..x[8]."""

MOST_COMPARISONS = 400
"""Of one constraint, whose boundaries are looked for; the others are only seen by chance."""
NEGATIVE: tuple[Point, ...] = ((-1,) * 8, tuple(range(-24, 0, 3)), tuple(range(-3, -27, -3)), (-5, -1, -4, -2) * 2)
"""Points far outside every simplex, where division and subtraction show their signs."""
MOST_WORK = 60_000_000
"""Parts of formulas that are evaluated to find the points of one chunk: of large formulas fewer faults are tried."""
MOST_FAULTS, MOST_FAR = 80, 160
"""Single faults of one constraint that are tried on the points, and points sought for them two changes away."""


@dataclass(frozen=True)
class Subject:
    """One formal constraint as it is sampled.

    value and comparisons are functions of the point; boundary are the points that were sought for it; own are those
    few of the sample that show every single fault which any point of the sample shows; faults counts the faults that
    the sample shows, and all that were tried.
    """

    name: str
    text: str
    value: Function
    comparisons: tuple[Function, ...]
    boundary: tuple[Point, ...]
    own: tuple[Point, ...] = ()
    faults: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Drawn:
    """points are distinct, the witness first; subjects are the chunk's formal constraints in order."""

    points: tuple[Point, ...]
    subjects: tuple[Subject, ...]

    def seen(self) -> tuple[int, int]:
        """How many comparisons were seen both true and false on the points, of how many."""
        both = total = 0
        for subject in self.subjects:
            for comparison in subject.comparisons:
                total += 1
                both += len({bool(comparison(point)) for point in self.points}) == 2
        return both, total


def draw(specification: Specification, witness: Sequence[int], count: int) -> Drawn:
    """About count points for a chunk, the same ones for the same formulas and witness.

    The witness and its neighbours one unit away, on the simplex and off it; for every comparison points where its
    sides are equal and one apart either way; corners and centre; random points on the simplex, off it, and outside
    the bounds.
    """
    chunk = specification.chunk
    first = tuple(witness)
    random = Random("\n".join([str(chunk.total), *(constraint.text for constraint in chunk.constraints)]))
    centre = _centre(chunk.total)
    formal = sum(statement.kind == "formal" for statement in specification.statements)
    bases = [first, centre, *(_on_simplex(random, chunk.total) for _ in range(2))]
    subjects: list[Subject] = []
    formulas: list[Expression] = []
    faults: list[list[Expression]] = []
    for constraint, statement in zip(chunk.constraints, specification.statements, strict=True):
        if statement.kind == "formal" and statement.expression is not None:
            expression = unroll(statement.expression, chunk.total, chunk.primes)
            leaves = list(_leaves(expression))
            formulas.append(expression)
            times = MOST_WORK // formal // statement.parts  # that the whole formula may be evaluated
            most = max(2, min(MOST_FAULTS, times // 250))
            faults.append(_faults(expression, statement.expression, specification, most))
            sought = leaves[: max(4, min(MOST_COMPARISONS, times // 30))]
            boundary = dict.fromkeys(p for leaf in sought for p in _around(leaf, bases, chunk.total))
            comparisons = tuple(compile_expression(leaf) for leaf in leaves)
            value = compile_expression(expression)
            subjects.append(Subject(constraint.name, constraint.text, value, comparisons, tuple(boundary)))
            if turned := _turned(subjects[-1], leaves, bases, chunk.total, times):
                subjects[-1] = replace(subjects[-1], boundary=(turned, *subjects[-1].boundary))
    corners = [tuple(chunk.total * (i == j) for i in range(8)) for j in range(8)]
    given = [first, centre, *corners, *_neighbours(first)]
    others = [_random_point(random, chunk.total, attempt) for attempt in range(count)]
    for i, (subject, formula) in enumerate(zip(subjects, formulas, strict=True)):
        near = dict.fromkeys([*subject.boundary, *given[:40], *NEGATIVE, *others])
        verges = [first, *subject.boundary[:6], *others[2:12:4], *NEGATIVE[:2]]
        own = dict.fromkeys(_leaves(formula))
        foreign = dict.fromkeys(leaf for fault in faults[i] for leaf in _leaves(fault) if leaf not in own)
        far = [p for leaf in [*foreign][:24] for p in _around(leaf, [first], chunk.total, 0)]
        far += (p for leaf in [*own][:16] for base in verges for p in _around(leaf, [base], chunk.total, 0))
        subjects[i] = _telling(subject, faults[i], tuple(near), tuple(dict.fromkeys(far)))
    turns = zip_longest(*(subject.own for subject in subjects))
    telling = [point for turn in turns for point in turn if point is not None]
    points = dict.fromkeys([first, *telling, *given, *(p for s in subjects for p in s.boundary), *others])
    drawn = tuple(points)[: max(count, 1)]
    kept = set(drawn)
    return Drawn(drawn, tuple(replace(s, own=tuple(p for p in s.own if p in kept)) for s in subjects))


def _faults(unrolled: Expression, formula: Expression, specification: Specification, most: int) -> list[Expression]:
    """Unrolled formulas with one fault in them, at most about as many as told, and as many of the quantifiers."""
    chunk = specification.chunk
    if most == MOST_FAULTS:
        single = list(mutants(unrolled))
        found = single[:: max(1, len(single) // most)]
    else:  # of a large formula to make them all takes too long
        found = list(islice(mutants(unrolled), most))
    for fault in islice(quantifier_mutants(formula), most):
        with suppress(Undefined):  # an index of x beyond 8, or more terms than the language allows
            evaluate(fault, None, chunk.total, chunk.primes)
            found.append(unroll(fault, chunk.total, chunk.primes))
    return found


def _telling(subject: Subject, tried: Sequence[Expression], near: Sequence[Point], far: Sequence[Point]) -> Subject:
    """The subject with the points of its own: of near, and where those do not do of far, the few that show every single
    fault in its formula which can be shown there.
    """
    points = (*near, *far[:MOST_FAR])
    values = {point: bool(subject.value(point)) for point in points}
    own: dict[Point, None] = {}
    shown = 0
    for fault in tried:
        changed = compile_expression(fault)
        telling = next((p for p in (*own, *points) if bool(changed(p)) != values[p]), None)
        if telling is not None:
            shown += 1
            own[telling] = None
    own |= dict.fromkeys(NEGATIVE)
    for wanted in (True, False):
        own |= dict.fromkeys([p for p in points if values[p] is wanted][:2])
    return replace(subject, own=tuple(own), faults=(shown, len(tried)))


def _leaves(expression: Expression) -> Iterator[Expression]:
    """The comparisons and memberships of an unrolled expression."""
    if isinstance(expression, syntax.Comparison | syntax.Membership):
        yield expression
    for child in children(expression):
        yield from _leaves(child)


def _around(leaf: Expression, bases: Sequence[Point], total: int, reach: int = 12) -> Iterator[Point]:
    """Points where the sides of a comparison are equal, and one apart either way; see _reached."""
    if isinstance(leaf, syntax.Comparison):
        left, right = compile_expression(leaf.left), compile_expression(leaf.right)
        targets = [(lambda x: left(x) - right(x), d) for d in (0, -1, 1)]
    else:
        assert isinstance(leaf, syntax.Membership)
        element, members = compile_expression(leaf.element), members_of(leaf)
        ends = sorted({*members[:2], *members[-2:]})
        targets = [(element, value + d) for value in ends for d in (0, -1, 1)]
    for difference, target in targets:
        point = _reached(difference, target, bases, total, reach)
        if point is not None:
            yield point


def _reached(
    function: Callable[[Point], int], target: int, bases: Sequence[Point], total: int, reach: int
) -> Point | None:
    """A point where function has the value target, one coordinate away from one of bases.

    Tried are the step that a linear function would need, and all steps up to reach.
    """
    for base in bases:
        value = function(base)
        if value == target:
            return base
        for i in range(8):
            slope = function(_moved(base, i, 1)) - value
            if slope and (target - value) % slope == 0:
                found = _moved(base, i, (target - value) // slope)
                if -1 <= found[i] <= total + 1 and function(found) == target:
                    return found
    for base in bases:
        for i in range(8):
            for step in range(-reach, reach + 1):
                found = _moved(base, i, step)
                if -1 <= found[i] <= total + 1 and function(found) == target:
                    return found
    return None


def _turned(
    subject: Subject, leaves: Sequence[Expression], bases: Sequence[Point], total: int, times: int
) -> Point | None:
    """Where the points sought so far all give the same value: one that gives the other, two changes away, if one is
    found in so many tries.
    """
    known = (*bases, *subject.boundary)
    values = {bool(subject.value(point)) for point in known}
    if len(values) == 2:
        return None
    for base in known[:40]:
        for leaf in leaves[:40]:
            for point in _around(leaf, [base], total):
                times -= 1
                if times < 0:
                    return None
                if bool(subject.value(point)) not in values:
                    return point
    return None


def _moved(point: Point, i: int, step: int) -> Point:
    return (*point[:i], point[i] + step, *point[i + 1 :])


def _neighbours(point: Point) -> Iterator[Point]:
    """One unit more or less of each coordinate, and one unit moved from each to its successors."""
    for i in range(8):
        yield _moved(point, i, 1)
        yield _moved(point, i, -1)
    for distance in range(1, 8):
        for i in range(8):
            yield _moved(_moved(point, i, 1), (i + distance) % 8, -1)


def _centre(total: int) -> Point:
    return tuple(total // 8 + (i < total % 8) for i in range(8))


def _on_simplex(random: Random, total: int) -> Point:
    cuts = sorted(random.randint(0, total) for _ in range(7))
    return tuple(b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True))


def _random_point(random: Random, total: int, attempt: int) -> Point:
    match attempt % 4:
        case 0 | 1:
            return _on_simplex(random, total)
        case 2:
            return tuple(random.randint(-total // 8 if attempt % 8 == 2 else 0, total // 4 + 1) for _ in range(8))
    return _moved(_on_simplex(random, total), random.randrange(8), random.choice((-1, 1, total)))
