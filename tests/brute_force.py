"""Random chunks whose meaning is written down a second time, as Python, by what generates them: nothing here knows the
package. Small enough that all points can be looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

Point: TypeAlias = tuple[int, ...]
Both: TypeAlias = tuple[str, str]
"""An expression as a chunk has it, and as Python has it."""


def divided(a: int, b: int) -> int:
    """The quotient, cut off towards zero."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def rest(a: int, b: int) -> int:
    return a - b * divided(a, b)


@dataclass(frozen=True)
class Sample:
    """A chunk: expressions by the names of its constraints, and whether each holds at a point."""

    texts: Mapping[str, str]
    total: int
    primes: tuple[int, ...]
    unit_sum: bool
    objective: str
    holds: Mapping[str, Callable[[Point], bool]] = field(repr=False)

    def write(self, folder: Path, chunk_id: str) -> None:
        parameters = {
            "scaleN": self.total, "monsterPrimes": list(self.primes), "eightDimManifold": self.unit_sum,
            "similarityObjective": self.objective,
        }  # fmt: skip
        constraints = [{"name": name, "expr": text} for name, text in self.texts.items()]
        data = {"id": chunk_id, "title": "Random", "goalType": "search", "parameters": parameters}
        path = folder / f"chunk-{chunk_id}.constraints.json"
        path.write_text(json.dumps({**data, "constraints": constraints}), encoding="utf-8")

    @cached_property
    def cube(self) -> list[Point]:
        """Every point within the bounds, in lexicographic order."""
        return list(product(range(self.total + 1), repeat=8))

    @cached_property
    def candidates(self) -> list[Point]:
        """Those of them that have the unit sum, where the chunk asks for it."""
        return [x for x in self.cube if sum(x) == self.total] if self.unit_sum else self.cube

    def valid(self) -> list[Point]:
        return [x for x in self.candidates if all(holds(x) for holds in self.holds.values())]

    def best(self, valid: Sequence[Point]) -> Point:
        """The smallest by the objective, and among these by the coordinates."""
        return min(valid, key=lambda x: (self._cost(x), x))

    def _cost(self, x: Point) -> int:
        match self.objective:
            case "neighbor_distance_min":
                return sum(abs(x[i + 1] - x[i]) for i in range(7))
            case "projection_fit_min":
                return sum(abs(8 * each - self.total) for each in x)
        return 0

    def is_minimal(self, names: Sequence[str], unit_sum: bool) -> bool:
        """Whether these constraints (and the unit sum) conflict, and without any one of them they do not."""

        def satisfiable(some: Sequence[str], whole: bool) -> bool:
            points = (x for x in self.cube if not whole or sum(x) == self.total)
            return any(all(self.holds[name](x) for name in some) for x in points)

        fewer = [([other for other in names if other != name], unit_sum) for name in names]
        fewer += [(list(names), False)] * unit_sum
        return not satisfiable(names, unit_sum) and all(satisfiable(*each) for each in fewer)


def sample(seed: int) -> Sample:
    """The chunk of that number."""
    return _Maker(Random(seed)).sample()


class _Maker:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.names = 0

    def sample(self) -> Sample:
        random = self.random
        unit_sum = random.random() < 0.75
        total = random.choice((1, 2, 2)) if unit_sum else 1
        primes = random.choice(((2, 3, 5), (2, 7, 17), (3,), ()))
        # The more there are, the less is satisfiable.
        written = {f"c{k}": self.truth(random.choice((1, 2, 2, 3)), ()) for k in range(random.choice((1, 1, 2, 2, 3)))}
        objective = random.choice(("none", "none", "neighbor_distance_min", "projection_fit_min"))
        known: dict[str, Any] = {"N": total, "P": frozenset(primes), "divided": divided, "rest": rest}
        holds = {name: eval(f"lambda x: {python}", known) for name, (_, python) in written.items()}
        texts = {name: text for name, (text, _) in written.items()}
        return Sample(texts, total, primes, unit_sum, objective, holds)

    def pick(self, *of: Callable[[], Both]) -> Both:
        return self.random.choice(of)()

    # Integers

    def number(self, depth: int, bound: Sequence[str]) -> Both:
        if depth <= 0:
            return self.pick(
                lambda: self.coordinate(bound), lambda: self.coordinate(bound), lambda: self.constant(bound)
            )
        makers = [self.arithmetic, self.arithmetic, self.division, self.call, self.total_of]
        at = self.random.randint(0, len(makers))
        return makers[at](depth, bound) if at < len(makers) else self.coordinate(bound)

    def constant(self, bound: Sequence[str]) -> Both:
        small = str(self.random.randint(0, 4))
        return self.random.choice([(small, small), ("N", "N"), *((name, name) for name in bound)])

    def coordinate(self, bound: Sequence[str]) -> Both:
        if bound and self.random.random() < 0.6:
            name = self.random.choice(bound)
            return f"x[1 + abs({name}) mod 8]", f"x[abs({name}) % 8]"
        i = self.random.randint(1, 8)
        return f"x[{i}]", f"x[{i - 1}]"

    def arithmetic(self, depth: int, bound: Sequence[str]) -> Both:
        (a, one), (b, other) = self.number(depth - 1, bound), self.number(depth - 1, bound)
        if self.random.random() < 0.15:
            return f"-({a})", f"(-({one}))"
        sign = self.random.choice("+-*")
        text = f"({a}) {sign} ({b})"
        return text if self.random.random() < 0.5 else f"({text})", f"(({one}) {sign} ({other}))"

    def division(self, depth: int, bound: Sequence[str]) -> Both:
        a, one = self.number(depth - 1, bound)
        by = self.random.choice((1, 2, 3, 5, -2, -3))
        word, function = self.random.choice((("div", "divided"), ("mod", "rest"), ("%", "rest")))
        return f"(({a}) {word} {by if by > 0 else f'({by})'})", f"{function}({one}, {by})"

    def call(self, depth: int, bound: Sequence[str]) -> Both:
        match self.random.choice(("abs", "min", "max", "bool2int")):
            case "abs":
                a, one = self.number(depth - 1, bound)
                return f"abs({a})", f"abs({one})"
            case "bool2int":
                a, one = self.truth(depth - 1, bound)
                return f"bool2int({a})", f"int({one})"
            case name:
                several = [self.number(depth - 1, bound) for _ in range(self.random.randint(2, 3))]
                texts, pythons = zip(*several, strict=True)
                return f"{name}({', '.join(texts)})", f"{name}({', '.join(pythons)})"

    def total_of(self, depth: int, bound: Sequence[str]) -> Both:
        match self.random.choice(("sum", "sum of truths", "count", "min", "max")):
            case "count":
                head, loop, inner = self.generators(bound)
                a, one = self.truth(depth - 1, inner)
                return f"count({head})({a})", f"sum(int({one}) {loop})"
            case "sum of truths":
                head, loop, inner = self.generators(bound)
                a, one = self.truth(depth - 1, inner)
                return f"sum({head})({a})", f"sum(int({one}) {loop})"
            case "sum":
                head, loop, inner = self.generators(bound)
                a, one = self.number(depth - 1, inner)
                return f"sum({head})({a})", f"sum(({one}) {loop})"
            case name:
                head, loop, inner = self.generators(bound, may_be_empty=False)
                a, one = self.number(depth - 1, inner)
                return f"{name}({head})({a})", f"{name}(({one}) {loop})"

    def generators(self, bound: Sequence[str], may_be_empty: bool = True) -> tuple[str, str, list[str]]:
        """What stands in the brackets of a quantifier, the same in Python, and the names that are bound inside."""
        heads, loops, names = [], [], list(bound)
        for _ in range(self.random.choice((1, 1, 1, 2))):
            self.names += 1
            name = f"i{self.names}"
            low = self.random.randint(-1, 3)
            high = low + self.random.randint(-1 if may_be_empty else 0, 3)
            if may_be_empty and self.random.random() < 0.2:
                heads.append(f"{name} in P")
                loops.append(f"for {name} in P")
            elif self.random.random() < 0.15:
                listed = ", ".join(map(str, range(low, low + 3)))
                heads.append(f"{name} in {{{listed}}}")
                loops.append(f"for {name} in {{{listed}}}")
            else:
                outer = names[-1] if len(names) > len(bound) and may_be_empty and self.random.random() < 0.5 else None
                heads.append(f"{name} in {outer or low}..{high}")
                loops.append(f"for {name} in range({outer or low}, {high} + 1)")
            names.append(name)
        if may_be_empty and self.random.random() < 0.35:
            kind, value = self.random.choice(("mod", "!=", "<")), self.random.randint(0, 2)
            text = f"{names[-1]} mod 2 = {value % 2}" if kind == "mod" else f"{names[-1]} {kind} {value}"
            python = f"rest({names[-1]}, 2) == {value % 2}" if kind == "mod" else text
            heads[-1] += f" where {text}"
            loops[-1] += f" if {python}"
        return ", ".join(heads), " ".join(loops), names

    # Truth

    def truth(self, depth: int, bound: Sequence[str]) -> Both:
        if depth <= 0:
            return self.pick(lambda: self.comparison(0, bound), lambda: self.membership(0, bound))
        return self.pick(
            lambda: self.comparison(depth, bound), lambda: self.comparison(depth, bound),
            lambda: self.membership(depth, bound), lambda: self.connective(depth, bound),
            lambda: self.connective(depth, bound), lambda: self.quantifier(depth, bound),
        )  # fmt: skip

    def comparison(self, depth: int, bound: Sequence[str]) -> Both:
        (a, one), (b, other) = self.number(depth - 1, bound), self.number(depth - 2, bound)
        spellings = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "="}
        sign = self.random.choice(("<", ">", "<=", ">=", "==", "==", "!="))
        shown = self.random.choice((sign, spellings.get(sign, sign)))
        return f"{a} {shown} {b}", f"(({one}) {sign} ({other}))"

    def membership(self, depth: int, bound: Sequence[str]) -> Both:
        a, one = self.number(depth - 1, bound)
        word, no = self.random.choice((("in", ""), ("∈", ""), ("∉", "not ")))
        low = self.random.randint(-2, 2)
        high = low + self.random.randint(0, 2)
        listed = f"{{{low}, {high}, 4}}"
        ranged = f"{low}..{high}", f"range({low}, {high} + 1)"
        text, python = self.random.choice((ranged, (listed, listed), ("P", "P")))
        return f"{a} {word} {text}", f"(({one}) {no}in {python})"

    def connective(self, depth: int, bound: Sequence[str]) -> Both:
        (a, one), (b, other) = self.truth(depth - 1, bound), self.truth(depth - 1, bound)
        kinds: tuple[tuple[Sequence[str], str], ...] = (
            (("/\\", "&&", "∧"), f"({one} and {other})"), (("\\/", "||", "∨"), f"({one} or {other})"),
            (("->", "→"), f"(not {one} or {other})"), (("<->",), f"({one} == {other})"),
            (("xor",), f"({one} != {other})"), (("not", "!", "¬"), f"(not {one})"),
        )  # fmt: skip
        spellings, python = self.random.choice(kinds)
        sign = self.random.choice(spellings)
        return (f"{sign} ({a})" if sign in ("not", "!", "¬") else f"({a}) {sign} ({b})"), python

    def quantifier(self, depth: int, bound: Sequence[str]) -> Both:
        head, loop, inner = self.generators(bound)
        a, one = self.truth(depth - 1, inner)
        word, function = self.random.choice((("forall", "all"), ("exists", "any")))
        return f"{word}({head})({a})", f"{function}({one} {loop})"


def samples(first: int, count: int) -> Iterator[tuple[str, Sample]]:
    """So many chunks with their ids."""
    for seed in range(first, first + count):
        yield f"{seed + 10:02}", sample(seed)
