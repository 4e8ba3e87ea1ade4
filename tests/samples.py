"""Small chunks for tests, as values and as files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from tasks.corpus.chunk import Chunk, Constraint
from tasks.language.evaluate import evaluate
from tasks.language.statement import interpret
from tasks.render.model import render
from tasks.specification import Specification


def make_chunk(constraints: dict[str, str], notes: dict[str, str] | None = None, **settings: Any) -> Chunk:
    """A chunk of constraints {name: text}; settings are fields of Chunk."""
    given: dict[str, Any] = {
        "id": "42", "title": "A sample", "goal": "proof", "tract": "bridge", "total": 100, "primes": (2, 7, 17),
        "unit_sum": True, "objective": "none",
    } | settings  # fmt: skip
    listed = tuple(Constraint(name, text, (notes or {}).get(name, "")) for name, text in constraints.items())
    return Chunk(**given, constraints=listed)


def model_of(chunk: Chunk) -> str:
    return render(chunk, [interpret(c.text, chunk.total, chunk.primes) for c in chunk.constraints])


def specified(chunk: Chunk) -> Specification:
    """The chunk with its constraints interpreted."""
    statements = tuple(interpret(c.text, chunk.total, chunk.primes) for c in chunk.constraints)
    return Specification(chunk, statements, "")


def write_chunk(folder: Path, chunk: Chunk) -> Path:
    """The chunk's file in folder."""
    data = {
        "id": chunk.id, "title": chunk.title, "goalType": chunk.goal, "tract": chunk.tract,
        "parameters": {
            "scaleN": chunk.total, "monsterPrimes": chunk.primes, "eightDimManifold": chunk.unit_sum,
            "similarityObjective": chunk.objective,
        },
        "constraints": [{"name": c.name, "expr": c.text, "notes": c.notes} for c in chunk.constraints],
    }  # fmt: skip
    path = folder / f"chunk-{chunk.id}.constraints.json"
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    return path


def all_points(total: int, unit_sum: bool) -> Iterator[list[int]]:
    """Every candidate in lexicographic order; only for a small total."""
    if not unit_sum:
        yield from map(list, product(range(total + 1), repeat=8))
        return

    def split(left: int, parts: int) -> Iterator[list[int]]:
        if parts == 1:
            yield [left]
            return
        for first in range(left + 1):
            yield from ([first, *rest] for rest in split(left - first, parts - 1))

    yield from split(total, 8)


def valid_points(chunk: Chunk) -> list[list[int]]:
    """The chunk's valid points by brute force and our own evaluator, in lexicographic order."""
    found = [interpret(c.text, chunk.total, chunk.primes).expression for c in chunk.constraints]
    formulas = [expression for expression in found if expression is not None]
    return [
        point
        for point in all_points(chunk.total, chunk.unit_sum)
        if all(evaluate(formula, point, chunk.total, chunk.primes) for formula in formulas)
    ]


def objective(chunk: Chunk, x: list[int]) -> int:
    """What the chunk's witness minimises, 0 for none."""
    match chunk.objective:
        case "neighbor_distance_min":
            return sum(abs(b - a) for a, b in pairwise(x))
        case "projection_fit_min":
            return sum(abs(8 * value - chunk.total) for value in x)
    return 0


def best_point(chunk: Chunk) -> list[int] | None:
    """The canonical witness by brute force, None for an unsatisfiable chunk."""
    return min(valid_points(chunk), key=lambda x: (objective(chunk, x), x), default=None)
