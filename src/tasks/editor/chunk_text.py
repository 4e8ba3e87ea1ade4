"""A chunk file as it stands in an editor: what is written of it, and its formulas as far as they can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from ..corpus.names import FILE_NAME
from ..corpus.primes import MONSTER_PRIMES
from ..errors import LanguageError
from ..language import syntax
from ..language.budget import MOST_STEPS, Budget
from ..language.statement import Statement, interpret
from ..language.syntax import Expression, children
from .outline import Item, Outline, read_outline

LARGEST_N = 10_000_000


@dataclass(frozen=True)
class Formula:
    """The expression of the constraint at index: its text, where that stands in the file, and what it states or what is
    wrong with it; None for both where the formulas before have used up what a chunk may cost.
    """

    index: int
    name: str
    text: str
    item: Item
    statement: Statement | None
    error: LanguageError | None


@lru_cache(maxsize=2048)  # of a text that changes, most formulas stay the same
def _read(text: str, total: int, primes: tuple[int, ...]) -> tuple[Statement | None, LanguageError | None, int]:
    """What a formula states, or what is wrong with it; and how many steps that took."""
    budget, statement, error = Budget(), None, None
    try:
        statement = interpret(text, total, primes, budget)
    except LanguageError as found:
        error = found.with_traceback(None)
    return statement, error, budget.most - budget.left


@dataclass(frozen=True)
class ChunkText:
    """The text of the chunk file at path; it need not be valid."""

    path: Path
    text: str

    @cached_property
    def outline(self) -> Outline:
        return read_outline(self.text)

    @property
    def id(self) -> str:
        """As the file's name says."""
        found = FILE_NAME.fullmatch(self.path.name)
        return found[1] if found else ""

    @cached_property
    def total(self) -> int:
        """N; where none can be read, the default."""
        item = self.outline.items.get("/parameters/scaleN")
        is_valid = item is not None and type(item.value) is int and 1 <= item.value <= LARGEST_N
        return int(item.value) if item and is_valid else 100

    @cached_property
    def primes(self) -> tuple[int, ...]:
        """P, as far as it can be read."""
        items = self.outline.children("/parameters/monsterPrimes").values()
        return tuple(sorted({item.value for item in items if type(item.value) is int and item.value in MONSTER_PRIMES}))

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        """Of the constraints, those of which an expression is written."""
        return tuple(self._formulas())

    def _formulas(self) -> Iterator[Formula]:
        left = MOST_STEPS
        for index in self.outline.children("/constraints"):
            place = f"/constraints/{index}"
            item, text = self.outline.items.get(f"{place}/expr"), self.outline.string(f"{place}/expr")
            if item is None or text is None or not index.isdecimal():
                continue
            statement, error, steps = _read(text, self.total, self.primes) if left >= 0 else (None, None, 0)
            left -= steps
            yield Formula(int(index), self.outline.string(f"{place}/name") or "", text, item, statement, error)

    def formula_at(self, offset: int) -> Formula | None:
        """The formula of the constraint that the offset is in, at whatever key of it."""
        item = self.outline.at(offset)
        steps = item.pointer.split("/") if item else []
        index = steps[2] if len(steps) > 2 and steps[1] == "constraints" else ""
        return next((formula for formula in self.formulas if str(formula.index) == index), None)


def innermost(expression: Expression, start: int, end: int) -> list[Expression]:
    """The parts of an expression, from the whole to the smallest, that the text from start to end lies in."""
    path = [expression]
    while True:
        inner = next((c for c in children(path[-1]) if c.span[0] <= start and end <= c.span[1]), None)
        if inner is None:
            return path
        path.append(inner)


def binder(path: Sequence[Expression], name: str) -> tuple[syntax.Quantified, syntax.Generator] | None:
    """The quantifier of a path that binds a name, the nearest, and how it does."""
    for node in reversed(path):
        if isinstance(node, syntax.Quantified):
            for generator in node.generators:
                if generator.variable == name:
                    return node, generator
    return None
