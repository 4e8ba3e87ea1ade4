"""Draws the points at which a wrong translation of a chunk would show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import compress, islice, zip_longest
from operator import ne, sub
from random import Random

from .language import syntax
from .language.columns import Column, Columns, Point, Spent, Work, members_of
from .language.evaluate import Undefined, evaluate
from .language.mutate import changes, mutants, quantifier_mutants
from .language.syntax import Expression, children
from .language.unroll import Unroller
from .specification import Specification

MOST_COMPARISONS = 400
"""Of one constraint, whose boundaries are looked for; the others are only seen by chance."""
NEGATIVE: tuple[Point, ...] = ((-1,) * 8, tuple(range(-24, 0, 3)), tuple(range(-3, -27, -3)), (-5, -1, -4, -2) * 2)
"""Points far outside every simplex, where division and subtraction show their signs."""
MOST_FAULTS, MOST_FAR = 80, 160
"""Single faults of one constraint that are tried on the points, and points sought for them two changes away."""
FIRST = 64
"""Points that are looked at before the others: they show most faults."""
MOST_WORK = 7_000_000
"""Steps (see Work) to find the points of one chunk; of large formulas fewer faults are tried."""
MOST_VALUES = 3_000_000
"""Of parts of formulas at the points of one sample: that of large formulas has fewer points. Half of them are in memory
at a time.
"""
SMALL = 3_000
"""Parts of a constraint, times the formal constraints of its chunk, up to which its faults are tried evenly."""


@dataclass(frozen=True)
class Subject:
    """One formal constraint as it is sampled.

    verdicts are its truth at the points of the sample. own are the positions of those few of them that show every
    single fault which any point shows; faults counts the faults that are shown, and all that were tried; comparisons
    counts those that were seen both true and false, and all.
    """

    name: str
    verdicts: tuple[bool, ...]
    own: tuple[int, ...]
    faults: tuple[int, int]
    comparisons: tuple[int, int]


@dataclass(frozen=True)
class Drawn:
    """points are distinct, the witness first; subjects are the chunk's formal constraints in order."""

    points: tuple[Point, ...]
    subjects: tuple[Subject, ...]


def draw(specification: Specification, witness: Sequence[int], count: int) -> Drawn:
    """About count points for a chunk, the same ones for the same formulas and witness; fewer of very large formulas.

    The witness and its neighbours one unit away, on the simplex and off it; for every comparison points where its
    sides are equal and one apart either way; corners and centre; random points on the simplex, off it, and outside
    the bounds.
    """
    chunk = specification.chunk
    first = tuple(witness)
    random = Random("\n".join([str(chunk.total), *(constraint.text for constraint in chunk.constraints)]))
    centre = _centre(chunk.total)
    bases = [first, centre, *(_on_simplex(random, chunk.total) for _ in range(2))]
    corners = [tuple(chunk.total * (i == j) for i in range(8)) for j in range(8)]
    given = [first, centre, *corners, *_neighbours(first)]
    others = [_random_point(random, chunk.total, attempt) for attempt in range(count)]
    formal = [
        (constraint.name, _Constraint(statement.expression, statement.parts, specification))
        for constraint, statement in zip(chunk.constraints, specification.statements, strict=True)
        if statement.kind == "formal" and statement.expression is not None
    ]
    work = Work(MOST_WORK)
    searches: list[_Search] = []
    for k, (_, constraint) in enumerate(formal):
        with work.part(len(formal) - k) as share:
            searches.append(constraint.search(bases, given, others, share))
    turns = zip_longest(*(search.own for search in searches))
    telling = [point for turn in turns for point in turn if point is not None]
    wanted = dict.fromkeys([first, *telling, *given, *(p for search in searches for p in search.boundary), *others])
    most = MOST_VALUES // max(1, sum(constraint.size for _, constraint in formal))
    points = tuple(wanted)[: max(1, min(count, most))]
    subjects = [
        constraint.judged(name, points, search) for (name, constraint), search in zip(formal, searches, strict=True)
    ]
    return Drawn(points, tuple(subjects))


@dataclass(frozen=True)
class _Search:
    """What was found for one constraint: points at its boundaries, points of its own (see Subject), faults shown and
    tried.
    """

    boundary: tuple[Point, ...]
    own: tuple[Point, ...]
    faults: tuple[int, int]


class _Constraint:
    """A formal constraint of so many parts; formula is its expression unrolled."""

    def __init__(self, expression: Expression, parts: int, specification: Specification) -> None:
        self.expression, self.parts, self.chunk = expression, parts, specification.chunk
        self.formal = specification.kinds()["formal"]
        self.unroller = Unroller(self.chunk.total, self.chunk.primes)
        self.formula = self.unroller.unroll(expression)
        self.leaves = list(_leaves(self.formula))
        self.nodes = _nodes(self.formula)
        self.size = len(self.nodes)

    def search(self, bases: Sequence[Point], given: Sequence[Point], others: Sequence[Point], work: Work) -> _Search:
        boundary: dict[Point, None] = {}
        with work.part(3) as share:
            near = _Neighbourhood(bases, self.chunk.total, share)
            for leaf in self.leaves[:MOST_COMPARISONS]:
                boundary |= dict.fromkeys(near.around(leaf, reach=12))
        with work.part(2) as share:
            if turned := self.turned((*bases, *boundary), share):
                boundary = {turned: None} | boundary
        return self.telling(tuple(boundary), given, others, work)

    def turned(self, known: Sequence[Point], work: Work) -> Point | None:
        """Where the known points all give the same value: one that gives the other, two changes away, if there is one.

        Raises Spent.
        """
        values = set(map(bool, Columns(known, work).of(self.formula)))
        if len(values) == 2:
            return None
        for base in known[:40]:
            near = _Neighbourhood([base], self.chunk.total, work)
            points = [point for leaf in self.leaves[:40] for point in near.around(leaf, reach=12)]
            for point, value in zip(points, Columns(points, work).of(self.formula), strict=True):
                if bool(value) not in values:
                    return point
        return None

    def telling(
        self, boundary: tuple[Point, ...], given: Sequence[Point], others: Sequence[Point], work: Work
    ) -> _Search:
        """The points of its own: of those nearby, and where these do not do of some far ones, the few that show every
        single fault in its formula which can be shown there.
        """
        faults = self.faults(work)
        points = list(dict.fromkeys([*boundary, *given[:40], *NEGATIVE, *others]))
        verges = [given[0], *boundary[:6], *others[2:12:4], *NEGATIVE[:2]]
        far: dict[Point, None] = {}
        with work.part(2) as share:
            for point in self.far(faults, verges, share):
                far[point] = None
                if len(far) == MOST_FAR:
                    break
        points += far
        del points[max(0, work.left // 2 // self.size) :]
        own: list[int] = []
        shown = tried = 0
        columns = Columns(points, work)
        with suppress(Spent):
            columns.of(self.formula)  # known at each of the parts below
            here = columns.at(own)
            blocks = (columns.at(range(FIRST)), columns) if len(points) > FIRST else (columns,)
            for fault in faults:
                if any(map(ne, here.of(fault, keep=False), here.of(self.formula))):
                    shown += 1
                elif (tells := self.tells(fault, blocks)) is not None:
                    shown += 1
                    own.append(tells)
                    here = columns.at(own)
                tried += 1
        found = dict.fromkeys([*(points[k] for k in own), *NEGATIVE])
        with suppress(Spent):
            values = columns.of(self.formula)
            for wanted in (True, False):
                alike = (point for point, value in zip(points, values, strict=True) if bool(value) is wanted)
                found |= dict.fromkeys(islice(alike, 2))
        return _Search(boundary, tuple(found), (shown, tried))

    def tells(self, fault: Expression, blocks: Sequence[Columns]) -> int | None:
        """The position of the first point that shows a fault; each of the blocks begins with the one before it."""
        for block in blocks:
            differs = map(ne, block.of(fault, keep=False), block.of(self.formula))
            if (first := next(compress(range(len(block.points)), differs), None)) is not None:
                return first
        return None

    def faults(self, work: Work) -> list[Expression]:
        """Unrolled formulas with one fault in them, at most about MOST_FAULTS, and as many of the quantifiers."""
        if self.parts * self.formal <= SMALL:
            most = MOST_FAULTS
            single = list(changes(self.formula))
            found = [change.formula() for change in single[:: max(1, len(single) // most)]]
        else:  # of a large formula to find them all takes too long
            most = max(2, MOST_FAULTS * SMALL // self.formal // self.parts)
            found = list(islice(mutants(self.formula), most))
        chunk = self.chunk
        for fault in islice(quantifier_mutants(self.expression), most):
            if (affordable := work.left // 2 // _OF_A_STEP) < self.parts:
                break
            with suppress(Undefined):  # an index of x beyond 8, or more terms than the language allows
                evaluate(fault, None, chunk.total, chunk.primes, most=affordable)
                found.append(self.unroller.unroll(fault))
            work.left -= self.parts * _OF_A_STEP
        return found

    def far(self, faults: Sequence[Expression], verges: Sequence[Point], work: Work) -> Iterator[Point]:
        """Points around comparisons that only a fault has, and around its own ones from further points."""
        total = self.chunk.total
        own = dict.fromkeys(self.leaves)
        foreign = (leaf for fault in faults for leaf in _leaves(fault, self.nodes) if leaf not in own)
        near = _Neighbourhood(verges[:1], total, work)
        for leaf in islice(dict.fromkeys(foreign), 24):
            yield from near.around(leaf)
        near = _Neighbourhood(verges, total, work)
        for leaf in islice(own, 16):
            yield from near.around_each(leaf)

    def judged(self, name: str, points: Sequence[Point], search: _Search) -> Subject:
        verdicts: list[bool] = []
        seen: list[set[int]] = [set() for _ in self.leaves]
        for block in _blocks(points, max(1, MOST_VALUES // 2 // self.size)):
            columns = Columns(block)
            verdicts += map(bool, columns.of(self.formula))
            for values, leaf in zip(seen, self.leaves, strict=True):
                values.update(columns.of(leaf))
        place = {point: k for k, point in enumerate(points)}
        own = tuple(place[point] for point in search.own if point in place)
        both = sum(len(values) == 2 for values in seen)
        return Subject(name, tuple(verdicts), own, search.faults, (both, len(seen)))


def _blocks(points: Sequence[Point], most: int) -> Iterator[Sequence[Point]]:
    """points in their order, at most so many at a time."""
    return (points[start : start + most] for start in range(0, len(points), most))


_OF_A_STEP = 100
"""Steps of Work to evaluate and to unroll a part of a formula with quantifiers."""


def _nodes(expression: Expression) -> dict[int, Expression]:
    """The nodes of an expression by their ids."""
    found: dict[int, Expression] = {}
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if id(node) not in found:
            found[id(node)] = node
            waiting.extend(children(node))
    return found


def _leaves(expression: Expression, but: dict[int, Expression] | None = None) -> Iterator[Expression]:
    """The comparisons and memberships of an unrolled expression in their order, without what is in the nodes `but`."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if but is not None and id(node) in but:
            continue
        if isinstance(node, syntax.Comparison | syntax.Membership):
            yield node
        waiting.extend(reversed(children(node)))


class _Sides:
    """A comparison as a function of the point, the difference of its sides or the element of its set, and the values of
    it that are sought.
    """

    def __init__(self, leaf: Expression) -> None:
        self.parts: tuple[Expression, ...]
        if isinstance(leaf, syntax.Comparison):
            self.parts = (leaf.left, leaf.right)
            self.targets = [0, -1, 1]
        else:
            assert isinstance(leaf, syntax.Membership)
            self.parts, members = (leaf.element,), members_of(leaf)
            self.targets = [value + d for value in sorted({*members[:2], *members[-2:]}) for d in (0, -1, 1)]

    @cached_property
    def coordinates(self) -> list[int]:
        """The positions 0 to 7 of the coordinates that occur."""
        found: set[int] = set()
        waiting = list(self.parts)
        while waiting:
            node = waiting.pop()
            if isinstance(node, syntax.Coordinate):
                assert isinstance(node.index, syntax.Integer)
                found.add(node.index.value - 1)
            else:
                waiting.extend(children(node))
        return sorted(found)

    @cached_property
    def is_straight(self) -> bool:
        """Whether it is linear in each single coordinate, whatever the others are."""
        return all(_straight(part) is not None for part in self.parts)

    def values(self, columns: Columns) -> Column:
        sides = [columns.of(part, keep=False) for part in self.parts]
        return list(map(sub, *sides)) if len(sides) == 2 else sides[0]


class _Neighbourhood:
    """The points that are one coordinate away from one of some bases. Its methods raise Spent."""

    def __init__(self, bases: Sequence[Point], total: int, work: Work) -> None:
        self.bases, self.total, self.work = bases, total, work
        # Each base, and behind it the eight points one unit further.
        self.columns = Columns([p for base in bases for p in (base, *(_moved(base, i, 1) for i in range(8)))], work)

    def around(self, leaf: Expression, reach: int = 0) -> Iterator[Point]:
        """Points where the sides of a comparison are equal, and one apart either way, as far as they are found.

        Tried are, for one coordinate, the step that a linear function would need, and all steps up to reach.
        """
        sides = _Sides(leaf)
        values = sides.values(self.columns)
        everywhere = range(len(self.bases))
        scanned: dict[int, tuple[list[Point], Column]] = {}
        found = self._reached(sides, values, [(target, everywhere) for target in sides.targets])
        for target, point in zip(sides.targets, found, strict=True):
            if point is None and reach and not sides.is_straight:
                steps = (p for base in everywhere for p in self._scanned(sides, target, base, reach, scanned))
                point = next(steps, None)
            if point is not None:
                yield point

    def around_each(self, leaf: Expression) -> Iterator[Point]:
        """The same of each of the bases by itself, without steps."""
        sides = _Sides(leaf)
        values = sides.values(self.columns)
        wanted = [(target, [base]) for base in range(len(self.bases)) for target in sides.targets]
        return (point for point in self._reached(sides, values, wanted) if point is not None)

    def _reached(
        self, sides: _Sides, values: Column, wanted: Sequence[tuple[int, Sequence[int]]]
    ) -> Iterator[Point | None]:
        """For each target, with the bases to go from: the first point found where the sides have that value."""
        tried = [self._tried(sides, values, target, bases) for target, bases in wanted]
        doubtful = [point for points, _ in tried for point in points]
        there = iter(sides.values(Columns(doubtful, self.work)) if doubtful else ())
        for (target, _), (points, certain) in zip(wanted, tried, strict=True):
            found = zip(points, list(islice(there, len(points))), strict=True)
            yield next((point for point, value in found if value == target), certain)

    def _tried(
        self, sides: _Sides, values: Column, target: int, bases: Sequence[int]
    ) -> tuple[list[Point], Point | None]:
        """The points that may have the target's value, and the one behind them that has it."""
        doubtful: list[Point] = []
        for k in bases:
            base, value = self.bases[k], values[9 * k]
            if value == target:
                return doubtful, base
            for i in sides.coordinates:
                slope = values[9 * k + 1 + i] - value
                if slope and (target - value) % slope == 0:
                    step = (target - value) // slope
                    if -1 <= base[i] + step <= self.total + 1:
                        point = _moved(base, i, step)
                        if sides.is_straight:
                            return doubtful, point
                        doubtful.append(point)
        return doubtful, None

    def _scanned(
        self, sides: _Sides, target: int, base: int, reach: int, scanned: dict[int, tuple[list[Point], Column]]
    ) -> Iterator[Point]:
        if base not in scanned:
            every = (_moved(self.bases[base], i, step) for i in sides.coordinates for step in range(-reach, reach + 1))
            points = [p for p in every if all(-1 <= v <= self.total + 1 for v in p)]
            scanned[base] = points, sides.values(Columns(points, self.work))
        points, values = scanned[base]
        return (point for point, value in zip(points, values, strict=True) if value == target)


def _straight(expression: Expression) -> frozenset[int] | None:
    """The coordinates of an unrolled expression that is linear in each of them, None for another one."""
    match expression:
        case syntax.Integer():
            return frozenset()
        case syntax.Coordinate(index=syntax.Integer(value=index)):
            return frozenset([index])
        case syntax.Application(operator="-", operands=(part,)):
            return _straight(part)
        case syntax.Chain(operators=operators, operands=parts) if (used := set(operators)) <= {"+", "-"} or used == {
            "*"
        }:
            found: frozenset[int] = frozenset()
            for part in parts:
                inner = _straight(part)
                if inner is None or (used == {"*"} and found & inner):
                    return None
                found |= inner
            return found
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
    cuts = sorted([random.randrange(total + 1) for _ in range(7)])
    return tuple(b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True))


def _random_point(random: Random, total: int, attempt: int) -> Point:
    match attempt % 4:
        case 0 | 1:
            return _on_simplex(random, total)
        case 2:
            return tuple(random.randint(-total // 8 if attempt % 8 == 2 else 0, total // 4 + 1) for _ in range(8))
    return _moved(_on_simplex(random, total), random.randrange(8), random.choice((-1, 1, total)))
