"""Corpora of any size: deterministic, every chunk satisfiable, no two alike."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

from tasks.corpus.names import file_name
from tasks.corpus.primes import Tract, assign_primes

FIRST = 100_000
"""The number of the first chunk: all ids have six digits, so that they occur in no other number of a chunk."""

_CEILING = re.compile(r"(max\(i in 1\.\.8\)\(x\[i\]\) <= )([0-9]+)")
_TRACTS: tuple[Tract, ...] = ("internal", "external", "bridge")
_GOALS = ("proof", "search", "refinement")
_OBJECTIVES = ("none", "none", "none", "neighbor_distance_min", "projection_fit_min")


def chunk_ids(size: int) -> list[str]:
    return [str(FIRST + number) for number in range(size)]


def source(chunk_id: str) -> str:
    """The name of a chunk's file, relative to the project."""
    return f"chunks/{file_name(chunk_id)}"


def write_corpus(home: Path, ids: list[str]) -> None:
    (home / "chunks").mkdir(parents=True, exist_ok=True)
    for chunk_id in ids:
        (home / source(chunk_id)).write_text(chunk_text(chunk_id), encoding="utf-8")


def chunk_text(chunk_id: str) -> str:
    """A chunk: constraints drawn at random that all hold at a hidden point, with some room."""
    random = Random(int(chunk_id))
    tract = random.choice(_TRACTS)
    primes = assign_primes(chunk_id, tract)
    scale = random.randrange(120, 360)
    point = _point(random, scale)
    texts = [f"max(i in 1..8)(x[i]) <= {max(point) + random.randrange(5, 20)}", _balanced(random, point)]
    texts += _floors(random, point)
    templates = random.sample(_TEMPLATES, random.randrange(3, 7))
    texts += [template(random, point, primes) for template in templates]
    data = {
        "id": chunk_id,
        "title": f"Section {chunk_id}",
        "goalType": random.choice(_GOALS),
        "tract": tract,
        "parameters": {
            "scaleN": scale,
            "monsterPrimes": primes,
            "similarityObjective": random.choice(_OBJECTIVES),
        },
        "constraints": [
            {"name": f"rule_{number}", "expr": text, "notes": f"Rule {number} of section {chunk_id}."}
            for number, text in enumerate(texts, start=1)
        ],
    }
    return json.dumps(data, indent=2) + "\n"


def raise_ceiling(text: str, by: int) -> str:
    """The text of a chunk with another bound in its first constraint: it stays satisfiable."""
    changed, count = _CEILING.subn(lambda found: f"{found[1]}{int(found[2]) + by}", text)
    assert count == 1
    return changed


Point = list[int]
Primes = tuple[int, ...]
Template = Callable[[Random, Point, Primes], str]


def _point(random: Random, scale: int) -> Point:
    """Eight coordinates of at least 5 that sum to scale, with both halves about as large."""
    left = scale // 2 + random.randrange(-15, 16)
    return [*_parts(random, left), *_parts(random, scale - left)]


def _parts(random: Random, total: int) -> Iterator[int]:
    room = total - 20
    cuts = sorted(random.randrange(room + 1) for _ in range(3))
    return (5 + high - low for low, high in zip([0, *cuts], [*cuts, room], strict=True))


def _balanced(random: Random, point: Point) -> str:
    """The balance of every valid point has to be at most 100."""
    bound = abs(sum(point[:4]) - sum(point[4:])) + random.randrange(10, 50)
    return f"abs(sum(i in 1..4)(x[i]) - sum(i in 5..8)(x[i])) <= {bound}"


def _floors(random: Random, point: Point) -> Iterator[str]:
    """A least value for each coordinate: together they leave a few units free, so that no solver has to search long."""
    low = [value - random.choice((0, 0, 1, 2)) for value in point]
    for half in (range(4), range(4, 8)):
        yield " /\\ ".join(f"x[{position + 1}] >= {low[position]}" for position in half)


def _sum(random: Random, point: Point, primes: Primes) -> str:
    i, j = random.sample(range(8), 2)
    return f"x[{i + 1}] + x[{j + 1}] >= {max(1, point[i] + point[j] - random.randrange(1, 12))}"


def _weighted(random: Random, point: Point, primes: Primes) -> str:
    i, j, factor = *random.sample(range(8), 2), random.randrange(2, 5)
    return f"{factor} * x[{i + 1}] - x[{j + 1}] <= {factor * point[i] - point[j] + random.randrange(1, 12)}"


def _count(random: Random, point: Point, primes: Primes) -> str:
    bound = random.choice(sorted(point)[2:6])
    return f"count(i in 1..8)(x[i] >= {bound}) >= {sum(value >= bound for value in point)}"


def _implication(random: Random, point: Point, primes: Primes) -> str:
    i, j = random.sample(range(8), 2)
    return f"x[{i + 1}] > {point[i] - 1} -> x[{j + 1}] >= {max(1, point[j] - random.randrange(6))}"


def _either(random: Random, point: Point, primes: Primes) -> str:
    i, j = random.sample(range(8), 2)
    return f"x[{i + 1}] <= {point[i] + random.randrange(3)} \\/ x[{j + 1}] = {point[j] + 7}"


def _quantum(random: Random, point: Point, primes: Primes) -> str:
    i, p = random.randrange(8), random.choice(primes)
    return f"exists(p in P)(x[{i + 1}] mod p = {point[i] % p})"


def _remainder(random: Random, point: Point, primes: Primes) -> str:
    i, divisor = random.randrange(8), random.randrange(2, 5)
    return f"x[{i + 1}] mod {divisor} = {point[i] % divisor}"


def _range(random: Random, point: Point, primes: Primes) -> str:
    i = random.randrange(8)
    return f"x[{i + 1}] in {max(0, point[i] - random.randrange(9))}..{point[i] + random.randrange(9)}"


def _motion(random: Random, point: Point, primes: Primes) -> str:
    widest = max(abs(b - a) for a, b in pairwise(point))
    return f"forall(i in 1..7)(abs(x[i + 1] - x[i]) <= {widest + random.randrange(10)})"


def _least(random: Random, point: Point, primes: Primes) -> str:
    return f"min(x[5], x[6], x[7], x[8]) <= {min(point[4:]) + random.randrange(4)}"


_TEMPLATES: list[Template] = [
    _sum, _weighted, _count, _implication, _either, _quantum, _remainder, _range, _motion, _least,
]  # fmt: skip
