"""The search for a box tree: branch and bound, with linear programming where a part of the formula is linear on a box.

Nothing here is trusted: a tree is checked when it is found, and by Lean in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import gcd, lcm
from typing import TypeAlias

from . import linear, terms
from .formula import located
from .linear import Linear
from .simplex import COORDINATES, Multiples, Simplex
from .terms import Box, Number, Path, Term, Truth
from .tree import MOST_LEVELS, Goal, Infeasible, Refuted, Split, Tree, check


class PointFound(Exception):
    """There is a point that meets the formula, after all: point, 8 integers."""

    def __init__(self, point: list[int]) -> None:
        super().__init__(point)
        self.point = point


class LimitReached(Exception):
    """There is no answer in as many steps."""


@dataclass(frozen=True)
class _Bound:
    """A bound of a form: of which split it comes (0 for the start), and the bound before that."""

    value: int
    split: int
    before: _Bound | None


@dataclass(frozen=True, eq=False)
class _Part:
    path: Path
    length: int
    truth: Truth
    simple: bool
    """That a form is at most, or at least, a whole number: its cut says it all."""

    @property
    def steps(self) -> int:
        """What it takes to look at it once."""
        return 1 + self.truth.cost // _TERMS


MOST_STEPS = 200_000
"""Of a search in a build: about a second."""
_TERMS, _FORMS = 5, 16
"""That are computed in a step."""
_ROUNDS = 4


Proof: TypeAlias = tuple[Tree, frozenset[int]]
"""A tree, and the splits above that it needs."""


@dataclass(frozen=True)
class _Wrap:
    """A split of form j at k: the box below is one side, the left for direction 1, and other proves the other."""

    split: int
    j: int
    k: int
    direction: int
    other: Proof


@dataclass
class _State:
    """low and high: the bounds of each form. parts: those that can be false here. cuts: of each part, by its path."""

    low: list[_Bound]
    high: list[_Bound]
    parts: list[_Part]
    cuts: dict[Path, list[tuple[Path, Linear]]]

    def copy(self) -> _State:
        return _State(list(self.low), list(self.high), list(self.parts), dict(self.cuts))

    def box(self) -> Box:
        return Box([bound.value for bound in self.low], [bound.value for bound in self.high])


def refute(goal: Goal, most_steps: int) -> Tree:
    """A tree for the goal, checked. Raises PointFound, and LimitReached after about as many steps, each of which is a
    pivot or the evaluation of a part that is not large.
    """
    search = _Search(goal, most_steps)
    try:
        tree, _ = search.prove(search.start(), 0)
    except RecursionError:
        raise LimitReached from None
    if not check(goal, tree):
        raise LimitReached
    return tree


class _Search:
    def __init__(self, goal: Goal, most_steps: int) -> None:
        self.goal, self.left = goal, most_steps
        self.simplex = Simplex()
        self.variables = {form: at for at, form in enumerate(goal.forms.all[:COORDINATES])}
        self.form_of: dict[int, int] = {at: at for at in range(COORDINATES)}
        for j, form in enumerate(goal.forms.all[COORDINATES:], start=COORDINATES):
            self.form_of[self.variable(form)] = j
        self.splits = 0
        # A split looks at where all forms are, with numbers some times as long as their factors.
        digits = (max(map(abs, form)).bit_length() for form in goal.forms.all)
        self.of_split = 1 + sum(1 + bits // 64 for bits in digits) // _FORMS

    def variable(self, form: Linear) -> int:
        if form not in self.variables:
            self.variables[form] = self.simplex.add(form[1:])
        return self.variables[form]

    def start(self) -> _State:
        box = self.goal.start()
        parts = [
            _Part(path, length, truth, _is_linear(truth)) for path, length, truth in located(self.goal.conjunction)
        ]
        return _State([_Bound(v, 0, None) for v in box.low], [_Bound(v, 0, None) for v in box.high], parts, {})

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise LimitReached

    # One box

    def prove(self, state: _State, depth: int, changed: frozenset[int] | None = None) -> Proof:
        """changed: the forms whose bounds are not those of the box above; None for all."""
        if depth > MOST_LEVELS:
            raise LimitReached
        wraps: list[_Wrap] = []
        proof = self.look(state, changed) or self.shave(state, changed, wraps) or self.feasible(state)
        if proof is None:
            before = len(wraps)
            for j in sorted(set().union(*(part.truth.forms for part in state.parts if not part.simple))):
                for direction in (1, -1):
                    if narrower := self.narrow(state, j, direction):
                        self.wrap(state, wraps, j, direction, *narrower)
            if narrowed := frozenset(wrap.j for wrap in wraps[before:]):
                proof = self.look(state, narrowed) or self.shave(state, narrowed, wraps) or self.feasible(state)
        proof = proof or self.branch(state, depth + len(wraps))
        for wrap in reversed(wraps):
            tree, used = proof
            if wrap.split in used:
                other, needed = wrap.other
                pair = (tree, other) if wrap.direction > 0 else (other, tree)
                proof = Split(wrap.j, wrap.k, *pair), (used | needed) - {wrap.split}
        return proof

    def wrap(self, state: _State, wraps: list[_Wrap], j: int, direction: int, k: int, other: Proof) -> None:
        """Goes on with one side of a split, where there is a proof for the other."""
        self.splits += 1
        wraps.append(_Wrap(self.splits, j, k, direction, other))
        self.set(state, j, k, direction, self.splits)

    def shave(self, state: _State, changed: frozenset[int] | None, wraps: list[_Wrap]) -> Proof | None:
        """Bounds from each part alone: where it is false at an end of a form, as far as it is."""
        waiting = [part for part in state.parts if not part.simple]
        again = changed
        for _ in range(_ROUNDS):
            moved = set()
            for part in waiting:
                if again is not None and again.isdisjoint(part.truth.forms):
                    continue
                for j in sorted(part.truth.forms):
                    for direction in (1, -1):
                        if found := self.shaved(state, part, j, direction):
                            self.wrap(state, wraps, j, direction, *found)
                            moved.add(j)
            if not moved:
                return None
            again = frozenset(moved)
            if proof := self.look(state, again):
                return proof
            waiting = [part for part in state.parts if not part.simple]
        return None

    def shaved(self, state: _State, part: _Part, j: int, direction: int) -> tuple[int, Proof] | None:
        """The k of a split, and the proof for the side beyond; upper ends for direction 1."""
        box = state.box()
        ends, fixed = (box.low, box.high) if direction > 0 else (box.high, box.low)
        first, last = fixed[j], ends[j]  # from the end inwards
        room = abs(last - first)

        def is_false(steps: int) -> bool:
            """Whether the part is false on so many values from the end inwards."""
            self.spend(part.steps)
            ends[j] = first - direction * (steps - 1)
            return not part.truth.possible(True, box)

        if room == 0 or not is_false(1):
            return None
        good, bad = 1, room + 1
        step = 1
        while good + step < bad:
            if is_false(good + step):
                good, step = good + step, 2 * step
            else:
                bad = good + step
        while bad - good > 1:
            middle = (good + bad) // 2
            if is_false(middle):
                good = middle
            else:
                bad = middle
        k = first - good if direction > 0 else first + good - 1
        side = state.copy()
        self.set(side, j, k, -direction, self.splits + 1)
        return k, self.refuted(side, part)

    def set(self, state: _State, j: int, k: int, direction: int, split: int) -> None:
        """Form j is at most k where direction is 1, else at least k + 1."""
        if direction > 0:
            state.high[j] = _Bound(k, split, state.high[j])
        else:
            state.low[j] = _Bound(k + 1, split, state.low[j])

    def look(self, state: _State, changed: frozenset[int] | None) -> Proof | None:
        """Evaluates the parts that may have changed: a proof where one is false; those that are true are left out."""
        box, kept = state.box(), []
        for part in state.parts:
            if changed is None or not changed.isdisjoint(part.truth.forms):
                self.spend(part.steps)
                if not part.truth.possible(True, box):
                    return self.refuted(state, part)
                if not part.truth.possible(False, box):
                    state.cuts.pop(part.path, None)
                    continue
                state.cuts[part.path] = [
                    (part.path + (path << part.length), part.truth.cut(True, path, box))
                    for path, _ in part.truth.paths(True, box)
                ]
            kept.append(part)
        state.parts = kept
        return None

    def refuted(self, state: _State, part: _Part) -> Proof:
        """The leaf where a part is false."""
        forms = part.truth.forms
        return Refuted(part.path), self.needed(state, forms, lambda box: not part.truth.possible(True, box), part.steps)

    def needed(self, state: _State, forms: Iterable[int], holds: Callable[[Box], bool], steps: int) -> frozenset[int]:
        """The splits whose bounds of these forms are needed, so that something that depends on the box holds, which
        takes so many steps to see.
        """
        found, box = set(), state.box()
        for j in sorted(forms):
            for ends, bounds in ((box.low, state.low), (box.high, state.high)):
                chain, bound = [], bounds[j]
                while bound.split:
                    chain.append(bound)
                    bound = bound.before  # type: ignore[assignment]
                kept = ends[j]
                for candidate in [bound, *reversed(chain)]:
                    ends[j] = candidate.value
                    if candidate is bounds[j]:
                        ends[j] = kept
                        break
                    self.spend(steps)
                    if holds(box):
                        break
                if candidate.split:
                    found.add(candidate.split)
        return frozenset(found)

    # Linear programming

    def feasible(self, state: _State) -> Proof | None:
        """A proof where bounds and cuts have no common point at all."""
        low: dict[int, tuple[int, tuple[Path, int, int] | None]] = {}
        high: dict[int, tuple[int, tuple[Path, int, int] | None]] = {}
        for variable, j in self.form_of.items():
            low[variable], high[variable] = (state.low[j].value, None), (state.high[j].value, None)
        for part in state.parts:
            for path, cut in state.cuts.get(part.path, ()):
                form, k, m = _affine(cut)
                if m == 0:
                    if k < 0:
                        return self.leaf(state, [], [(path, 1)])
                    continue
                variable = self.variable(form)
                # 0 <= k + m * form; where that gives no whole number, the bound is the next one beyond.
                if m > 0:
                    bound = -k // m
                    if variable not in low or bound > low[variable][0]:
                        low[variable] = bound, (path, m, k)
                else:
                    bound = -(-k // -m)
                    if variable not in high or bound < high[variable][0]:
                        high[variable] = bound, (path, -m, k)
        self.reasons = low, high
        for variable in low.keys() & high.keys():
            if low[variable][0] > high[variable][0]:
                return self.combined(state, [(variable, 1), (variable, -1)])
        count = len(self.simplex.low)
        self.simplex.bound(
            [low[v][0] if v in low else None for v in range(count)],
            [high[v][0] if v in high else None for v in range(count)],
        )
        before = self.simplex.steps
        found = self.simplex.conflict()
        self.spend(self.simplex.steps - before + 1)
        return self.combined(state, found) if found else None

    def combined(self, state: _State, multiples: Multiples) -> Proof:
        """The leaf for a conflict."""
        low, high = self.reasons
        common = 1
        for variable, factor in multiples:
            reason = (low if factor > 0 else high)[variable][1]
            if reason:
                common = lcm(common, reason[1])
        bounds, cuts = [], []
        for variable, factor in multiples:
            reason = (low if factor > 0 else high)[variable][1]
            if reason is None:
                bounds.append((self.form_of[variable], factor * common))
            else:
                cuts.append((reason[0], abs(factor) * common // reason[1]))
        return self.leaf(state, bounds, cuts)

    def leaf(self, state: _State, bounds: list[tuple[int, int]], cuts: list[tuple[Path, int]]) -> Proof:
        used = {(state.low if factor > 0 else state.high)[j].split for j, factor in bounds}
        for path, _ in cuts:
            part = next(p for p in state.parts if path % (1 << p.length) == p.path)
            if not part.simple:
                used |= self.cut_needs(state, part, path >> part.length)
        return Infeasible(tuple(bounds), tuple(cuts)), frozenset(used - {0})

    def cut_needs(self, state: _State, part: _Part, path: Path) -> frozenset[int]:
        """The splits without which a part would have another cut."""
        kept = part.truth.cut(True, path, state.box())
        return self.needed(state, part.truth.forms, lambda box: part.truth.cut(True, path, box) == kept, part.steps)

    def narrow(self, state: _State, j: int, direction: int) -> tuple[int, Proof] | None:
        """A closer bound of form j, by linear programming: the k of a split, and the proof for the other side."""
        variable = self.variable(self.goal.forms.all[j])
        bound = state.high[j].value if direction > 0 else state.low[j].value
        numerator, denominator = self.simplex.value(variable)
        if numerator == bound * denominator:
            return None
        before = self.simplex.steps
        numerator, denominator, multiples = self.simplex.most(variable, direction)
        self.spend(self.simplex.steps - before + 1)
        most = numerator // denominator
        if most >= direction * bound:
            return None
        k = most if direction > 0 else -most - 1
        side = state.copy()
        self.set(side, j, k, -direction, self.splits + 1)
        low, high = self.reasons
        mine, other = (low, high) if direction > 0 else (high, low)
        kept, mine[variable] = mine[variable], (direction * (most + 1), None)
        proof = self.combined(side, [*multiples, (variable, direction * denominator)])
        mine[variable] = kept
        if not self.holds(side, proof[0]):
            # A part of it is another one where the form is there.
            proof = self.look(side, frozenset((j,)))  # type: ignore[assignment]
            if proof is None:
                return None
        other[variable] = direction * most, None
        return k, proof

    def holds(self, state: _State, tree: Tree) -> bool:
        return check(self.goal, tree, state.box())

    # Branching

    def branch(self, state: _State, depth: int) -> Proof:
        # Splits that could decide a part are sought in all of its terms, with their values.
        self.spend(self.of_split + 2 * sum(part.steps for part in state.parts if not part.simple))
        j, k = self.choose(state)
        self.splits += 1
        split = self.splits
        sides = []
        for direction in (1, -1):
            side = state.copy()
            self.set(side, j, k, direction, split)
            proof = self.prove(side, depth + 1, frozenset((j,)))
            if split not in proof[1]:
                return proof
            sides.append(proof)
        (left, first), (right, second) = sides
        return Split(j, k, left, right), (first | second) - {split}

    def choose(self, state: _State) -> tuple[int, int]:
        """A form and where to split it. Raises PointFound."""
        at = [_lowest(*self.simplex.value(self.variable(form))) for form in self.goal.forms.all]
        around = Box([n // d for n, d in at], [-(-n // d) for n, d in at])
        whole = all(d == 1 for _, d in at[:COORDINATES])
        if whole and all(truth.possible(True, around) for _, _, truth in located(self.goal.conjunction)):
            if not all(terms.is_known(truth) for _, _, truth in located(self.goal.conjunction)):
                raise LimitReached  # it need not meet what is not known
            raise PointFound([n for n, _ in at[:COORDINATES]])
        box = state.box()
        best: tuple[tuple[bool, bool, int, int], tuple[int, int]] | None = None
        for part in state.parts:
            if part.simple:
                continue
            violated = not part.truth.possible(True, around)
            for guess, (j, k) in _splits(part.truth, box, around):
                if not box.low[j] <= k < box.high[j]:
                    continue
                n, d = at[j]
                distance = abs(2 * n - (2 * k + 1) * d) // d
                rank = (not violated, guess, len(part.truth.forms), distance)
                if best is None or rank < best[0]:
                    best = rank, (j, k)
        if best and (not best[0][0] or whole):
            return best[1]
        # The form with the most room among those that are no whole number there: the trees are the smallest.
        if broken := [(box.low[j] - box.high[j], j) for j, (_, d) in enumerate(at) if d != 1]:
            j = min(broken)[1]
            return j, at[j][0] // at[j][1]
        if best:
            return best[1]
        for j in range(COORDINATES):
            if box.low[j] < box.high[j]:
                k = min(max(at[j][0], box.low[j]), box.high[j] - 1)
                return j, k
        raise LimitReached


def _is_linear(truth: Truth) -> bool:
    while isinstance(truth, terms.Not):
        truth = truth.of
    return isinstance(truth, terms.Sign) and [abs(m) for _, _, m in _affine_parts(truth.of)] == [1]


def _affine(a: Linear) -> tuple[Linear, int, int]:
    """(form, k, m): a is k and m times form, which has no constant and no common factor."""
    factor = gcd(*a[1:])
    if factor == 0:
        return linear.ZERO, a[0], 0
    if next(c for c in a[1:] if c) < 0:
        factor = -factor
    return (0, *(c // factor for c in a[1:])), a[0], factor


def _lowest(numerator: int, denominator: int) -> tuple[int, int]:
    common = gcd(numerator, denominator)
    return numerator // common, denominator // common


def _splits(truth: Truth, box: Box, at: Box) -> Iterator[tuple[bool, tuple[int, int]]]:
    """Splits that could decide a part, and whether each is only a guess."""
    for found in _thresholds(truth, box, at):
        yield False, found
    for j in truth.forms:
        if box.low[j] < box.high[j]:
            yield True, (j, min(max(at.low[j], box.low[j]), box.high[j] - 1))
            yield True, (j, (box.low[j] + box.high[j]) // 2)


def _thresholds(term: Term, box: Box, at: Box) -> Iterator[tuple[int, int]]:
    """Splits (a form, the most on the left) that decide a part of a term that is undecided on the box."""
    match term:
        case terms.Sign(of=of) if affine := list(_affine_parts(of)):
            for j, k, m in affine:
                # 0 <= k + m * form
                if m and term.possible(True, box) and term.possible(False, box):
                    yield j, (-(k // m) - 1 if m > 0 else k // -m)
            return
        case terms.Sign() | terms.Indicator() | terms.Not() | terms.And():
            if isinstance(term, Truth) and not (term.possible(True, box) and term.possible(False, box)):
                return
        case terms.Quotient(n=n, of=of) | terms.Residue(n=n, of=of):
            for j, k, m in _affine_parts(of):
                yield from _multiples(j, k, m, n, at)
        case terms.Greater(left=left, right=right):
            for j, k, m in _affine_parts(left):
                for other, n, o in _affine_parts(right):
                    if m and (other == j or not o) and m != o:
                        # k + m * form against n + o * form
                        yield j, -((k - n) // (m - o)) - 1
    for inner in term.inner:
        yield from _thresholds(inner, box, at)


def _affine_parts(term: Number) -> Iterator[tuple[int, int, int]]:
    match term:
        case terms.Affine(j=j, k=k, m=m):
            yield j, k, m
        case terms.Multiple(m=factor, of=of):
            for j, k, m in _affine_parts(of):
                yield j, factor * k, factor * m


def _multiples(j: int, k: int, m: int, n: int, at: Box) -> Iterator[tuple[int, int]]:
    """Where a quotient by n of k + m * form changes, near where the form is."""
    if not m:
        return
    value = k + m * at.low[j]
    for around in (value - value % n - 1, value - value % n, value - value % n + n - 1, value - value % n + n):
        # The greatest form with k + m * form <= around, or the other way round.
        yield j, (around - k) // m
