"""A chunk read and understood: its data, and what each of its constraints states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Literal

from .corpus.chunk import (
    Chunk,
    chunk_of,
    expression_place,
    expressions,
    format_problems,
    numbers_of,
    wrong_expression,
)  # fmt: skip
from .corpus.document import MOST_PROBLEMS, Document, parse_document, read_text
from .corpus.explain import Problem, mistake, refuse
from .errors import CorpusError, LanguageError, Mistake
from .files import digest, text_of, write_whole
from .language.budget import Budget
from .language.evaluate import evaluate
from .language.parse import load as load_parser
from .language.statement import Statement, interpret, read_formula


@dataclass(frozen=True)
class Specification:
    """statements are those of chunk.constraints, in order; sha256 is that of the text that was read, document what it
    was read to.
    """

    chunk: Chunk
    statements: tuple[Statement, ...]
    sha256: str
    document: Document | None = field(default=None, compare=False, repr=False)

    def place(self, index: int) -> str:
        """File and line of the expression of the constraint at index, with a colon each, for a message."""
        document = self.document
        return f"{document.path}:{document.line(expression_place(index))}: " if document else ""

    def kinds(self) -> dict[str, int]:
        """How many constraints of each kind there are."""
        counted = Counter(statement.kind for statement in self.statements)
        return {kind: counted[kind] for kind in ("formal", "vacuous", "informal")}

    def violations(self, x: Sequence[int]) -> list[str]:
        """What the point x (8 integers) violates by our own evaluator: names of constraints, and the simplex."""
        chunk = self.chunk
        found = [
            f"x[{i}] = {value} is not in 0..{chunk.total}"
            for i, value in enumerate(x, start=1)
            if not 0 <= value <= chunk.total
        ]
        if chunk.unit_sum and sum(x) != chunk.total:
            found.append(f"the unit sum: x[1] + ... + x[8] is {sum(x)}, not {chunk.total}")
        for constraint, statement in zip(chunk.constraints, self.statements, strict=True):
            if statement.kind != "formal" or statement.expression is None:
                continue
            if evaluate(statement.expression, x, chunk.total, chunk.primes) is not True:
                found.append(f"{constraint.name}: {constraint.text}")
        return found


def load(kept: Path) -> None:
    """Has the parser ready. kept: a file for its tables, in a folder that nobody else can write to; where it cannot be
    written, they are made each time.
    """
    if made := load_parser(text_of(kept)):
        with suppress(OSError):
            write_whole(kept, made)
    interpret("x[1] >= 0", 1, ())


def read_specification(path: Path, *, informal: bool = True) -> Specification:
    """The specification at path; as understand."""
    return understand(path, read_text(path), informal=informal)


def understand(path: Path, text: str, *, informal: bool = True) -> Specification:
    """The specification in text, which was read from path; informal says whether claims in words may stand in it.

    Raises CorpusError with every mistake of the file, up to MOST_PROBLEMS and to the first constraint for which the
    chunk's budget is too small. Where its format is not valid, the formulas are read all the same.
    """
    specification, problems = _interpreted(path, text)
    found = [wrong for kind, wrong in problems if kind == "formula" or not informal]
    if found:
        raise CorpusError(*found)
    return specification


@lru_cache(maxsize=64)  # seven stages of a chunk ask, mostly one after the other
def _interpreted(
    path: Path, text: str
) -> tuple[Specification, tuple[tuple[Literal["formula", "claim"], Mistake], ...]]:
    """The specification, and what is wrong with it: formulas, and claims where they may not stand."""
    document = parse_document(path, text)
    if misshapen := list(format_problems(document)):
        refuse(document, chain(misshapen, _formula_mistakes(document, {found.pointer for found in misshapen})))
    chunk = chunk_of(document)
    statements: list[Statement] = []
    problems: list[tuple[Literal["formula", "claim"], Mistake]] = []
    budget = Budget()
    for index, constraint in enumerate(chunk.constraints):
        try:
            statement = interpret(constraint.text, chunk.total, chunk.primes, budget)
        except LanguageError as error:
            problems.append(("formula", wrong_expression(document, index, error)))
            if budget.is_exceeded or len(problems) >= MOST_PROBLEMS:
                break
            continue
        if statement.kind == "informal" and len(problems) < MOST_PROBLEMS:
            problems.append(("claim", mistake(document, Problem(expression_place(index), _CLAIM))))
        statements.append(statement)
    return Specification(chunk, tuple(statements), digest(document.text), document), tuple(problems)


def _formula_mistakes(document: Document, misshapen: set[str]) -> Iterator[Mistake]:
    """What is wrong with the formulas of a document whose format is not valid at these places: as far as can be said
    without N and P where these are not valid.
    """
    budget = Budget()
    known = isinstance(document.data, dict) and not any(place.startswith("/parameters") for place in misshapen)
    numbers = numbers_of(document) if known else None
    for index, text in expressions(document):
        place = expression_place(index)
        if place in misshapen or budget.is_exceeded:
            continue
        try:
            if numbers:
                interpret(text, *numbers, budget)
            else:
                read_formula(text, budget)
        except LanguageError as error:
            yield wrong_expression(document, index, error)


_CLAIM = "found a claim in words, expected a formula; corpus.yaml (`informal`) says where claims may stand"
