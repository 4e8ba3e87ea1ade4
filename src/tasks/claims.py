"""What is claimed of a chunk at the points of its sample, for MiniZinc and Lean to confirm or to deny."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from .corpus.chunk import Chunk
from .records.outcomes import ClaimText, Count, Sampled, Subject, VerdictsText
from .render.text import names, visible

if TYPE_CHECKING:
    from .points import Drawn


@dataclass(frozen=True)
class Claim:
    """That what Lean's text says of a subject has these truth values at these points (8 integers each).

    name is the constraint's, or for the reader; identifier is what a constraint is called in Lean.
    """

    subject: Subject
    name: str
    identifier: str
    points: Sequence[Sequence[int]]
    expected: Sequence[bool]


@dataclass(frozen=True)
class Sample:
    """points are 8 integers each, the witness first; verdicts map the formal constraints, in order, to their truth at
    each point; objective is the objective's value at each; claims are what Lean is asked.
    """

    points: Sequence[Sequence[int]]
    verdicts: Mapping[str, Sequence[bool]]
    objective: Sequence[int]
    claims: Sequence[Claim]


def make_sample(drawn: Drawn, chunk: Chunk, *, every: bool) -> Sample:
    """What our evaluator says at the points that were drawn.

    every: whether Lean is asked about a constraint at all points, or at those alone that show its faults.
    """
    verdicts = {subject.name: subject.verdicts for subject in drawn.subjects}
    objective = [_objective(chunk, point) for point in drawn.points]
    return Sample(drawn.points, verdicts, objective, _claims(drawn, chunk, verdicts, every=every))


def to_record(sample: Sample, drawn: Drawn) -> Sampled:
    return Sampled(
        points=tuple(map(_line, sample.points)),
        verdicts=tuple(VerdictsText(name, _bits(truths)) for name, truths in sample.verdicts.items()),
        objective=" ".join(map(str, sample.objective)),
        claims=tuple(
            ClaimText(c.subject, c.name, c.identifier, tuple(map(_line, c.points)), _bits(c.expected))
            for c in sample.claims
        ),
        comparisons=_sum(subject.comparisons for subject in drawn.subjects),
        faults=_sum(subject.faults for subject in drawn.subjects),
        constant_on_sample=tuple(visible(name) for name, found in sample.verdicts.items() if len(set(found)) < 2),
    )


def from_record(record: Sampled) -> Sample:
    return Sample(
        points=[_point(line) for line in record.points],
        verdicts={row.name: _truths(row.expected) for row in record.verdicts},
        objective=[int(value) for value in record.objective.split()],
        claims=[
            Claim(c.subject, c.name, c.identifier, [_point(line) for line in c.points], _truths(c.expected))
            for c in record.claims
        ],
    )


def _claims(drawn: Drawn, chunk: Chunk, verdicts: Mapping[str, Sequence[bool]], *, every: bool) -> tuple[Claim, ...]:
    """What is claimed of each constraint at its own points, of bounds and unit sum, and of all of it together.

    The chunk as a whole is judged at its witness and at two points that one constraint alone excludes; that it joins
    all constraints is seen in the text.
    """
    first, total = drawn.points[0], chunk.total
    given = [constraint.name for constraint in chunk.constraints]
    called = dict(zip(given, names(given), strict=True))
    claims = []
    for subject in drawn.subjects:
        places = range(len(drawn.points)) if every else subject.own
        points, truths = [drawn.points[k] for k in places], [subject.verdicts[k] for k in places]
        claims.append(Claim("constraint", subject.name, called[subject.name], points, truths))
    beside = [(*first[:i], value, *first[i + 1 :]) for i in range(8) for value in (-1, total + 1)]
    beside += [(0,) * 8, (total,) * 8]
    inside = [all(0 <= value <= total for value in point) for point in beside]
    claims.append(Claim("bounds", "the bounds", "", beside, inside))
    if chunk.unit_sum:
        near = [first, *((*first[:i], first[i] + 1, *first[i + 1 :]) for i in range(8)), (first[0] - 1, *first[1:])]
        claims.append(Claim("unit_sum", "the unit sum", "", near, [sum(point) == total for point in near]))
    # At each point, how many constraints it violates.
    against = [sum(not truths[k] for truths in verdicts.values()) for k in range(len(drawn.points))]
    simplex = [
        all(0 <= value <= total for value in point) and (not chunk.unit_sum or sum(point) == total)
        for point in drawn.points
    ]
    alone = [k for k in range(1, len(drawn.points)) if simplex[k] and against[k] == 1][:2]
    whole = [0, *alone]
    valid = [simplex[k] and against[k] == 0 for k in whole]
    return (*claims, Claim("whole", "the whole chunk", "", [drawn.points[k] for k in whole], valid))


def _sum(counts: Iterable[tuple[int, int]]) -> Count:
    found, every = map(sum, zip((0, 0), *counts, strict=True))
    return Count(found, every)


def _objective(chunk: Chunk, x: Sequence[int]) -> int:
    match chunk.objective:
        case "none":
            return 0
        case "neighbor_distance_min":
            return sum(abs(b - a) for a, b in pairwise(x))
    return sum(abs(8 * value - chunk.total) for value in x)


def _line(point: Sequence[int]) -> str:
    return " ".join(map(str, point))


def _point(line: str) -> list[int]:
    return [int(value) for value in line.split()]


def _bits(truths: Sequence[bool]) -> str:
    return "".join("1" if truth else "0" for truth in truths)


def _truths(bits: str) -> list[bool]:
    return [bit == "1" for bit in bits]
