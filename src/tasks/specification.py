"""A chunk read and understood: its data, and what each of its constraints states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from .corpus.chunk import Chunk, parse_chunk, problem
from .corpus.document import MOST_PROBLEMS, read_text
from .errors import CorpusError, LanguageError
from .files import digest
from .language.budget import Budget
from .language.evaluate import evaluate
from .language.statement import Statement, interpret


@dataclass(frozen=True)
class Specification:
    """statements are those of chunk.constraints, in order; sha256 is that of the text that was read."""

    chunk: Chunk
    statements: tuple[Statement, ...]
    sha256: str

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


def read_specification(path: Path, *, informal: bool = True) -> Specification:
    """The specification at path; as understand."""
    return understand(path, read_text(path), informal=informal)


def understand(path: Path, text: str, *, informal: bool = True) -> Specification:
    """The specification in text, which was read from path; informal says whether claims in words may stand in it.

    Raises CorpusError with every mistake of the file: of its format, or else of its expressions, up to MOST_PROBLEMS
    and to the first constraint for which the chunk's budget is too small.
    """
    specification, problems = _interpreted(path, text)
    found = [message for kind, message in problems if kind == "formula" or not informal]
    if found:
        raise CorpusError("\n".join(found))
    return specification


@lru_cache(maxsize=64)  # seven stages of a chunk ask, mostly one after the other
def _interpreted(path: Path, text: str) -> tuple[Specification, tuple[tuple[Literal["formula", "claim"], str], ...]]:
    """The specification, and what is wrong with it: formulas, and claims where they may not stand."""
    chunk, document = parse_chunk(path, text)
    statements: list[Statement] = []
    problems: list[tuple[Literal["formula", "claim"], str]] = []
    budget = Budget()
    for index, constraint in enumerate(chunk.constraints):
        try:
            statement = interpret(constraint.text, chunk.total, chunk.primes, budget)
        except LanguageError as error:
            problems.append(("formula", problem(document, index, str(error))))
            if budget.is_exceeded or len(problems) >= MOST_PROBLEMS:
                break
            continue
        if statement.kind == "informal" and len(problems) < MOST_PROBLEMS:
            problems.append(("claim", problem(document, index, _CLAIM)))
        statements.append(statement)
    return Specification(chunk, tuple(statements), digest(document.text)), tuple(problems)


_CLAIM = "found a claim in words, expected a formula; corpus.yaml (`informal`) says where claims may stand"
