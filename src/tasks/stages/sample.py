"""sample: the points of a chunk where a wrong translation would show, and what each constraint says there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from ..corpus.chunk import Chunk
from ..files import digest
from ..render.text import names, visible
from ..sample import Claim, Sample, to_outcome
from ..sampling import Drawn, draw
from ..specification import read_specification
from ..stamps import OURSELVES, read_witness, to_json, write_stamp


def run(chunk_id: str, source: Path, solved: Path, stamp: Path, samples: int, in_lean: str) -> None:
    """Draws about that many points and has our evaluator judge every formal constraint at each of them.

    in_lean says at which of them Lean is to be asked about a constraint: at those that show its faults ("telling"), or
    at all.
    """
    specification = read_specification(source)
    witness = read_witness(solved)
    drawn = draw(specification, witness, samples)
    both, comparisons = drawn.seen()
    verdicts = {subject.name: [bool(subject.value(point)) for point in drawn.points] for subject in drawn.subjects}
    sample = Sample(
        points=drawn.points,
        verdicts=verdicts,
        objective=[_objective(specification.chunk, point) for point in drawn.points],
        claims=_claims(drawn, specification.chunk, verdicts, every=in_lean == "all"),
    )
    write_stamp(
        stamp,
        chunk=chunk_id,
        stage="sample",
        engine=OURSELVES,
        inputs={source.name: specification.sha256, "witness": digest(to_json(witness))},
        outcome={
            "status": "sampled",
            **to_outcome(sample),
            "comparisons": {"seen on both sides": both, "all": comparisons},
            "faults": {
                "shown": sum(shown for shown, _ in (s.faults for s in drawn.subjects)),
                "tried": sum(tried for _, tried in (s.faults for s in drawn.subjects)),
            },
            "never seen to turn": [visible(name) for name, found in verdicts.items() if len(set(found)) < 2],
        },
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
        points = drawn.points if every else subject.own
        truths = [bool(subject.value(point)) for point in points]
        claims.append(Claim("constraint", subject.name, called[subject.name], points, truths))
    beside = [(*first[:i], value, *first[i + 1 :]) for i in range(8) for value in (-1, total + 1)]
    beside += [(0,) * 8, (total,) * 8]
    inside = [all(0 <= value <= total for value in point) for point in beside]
    claims.append(Claim("bounds", "the bounds", "", beside, inside))
    if chunk.unit_sum:
        near = [first, *((*first[:i], first[i] + 1, *first[i + 1 :]) for i in range(8)), (first[0] - 1, *first[1:])]
        claims.append(Claim("unit sum", "the unit sum", "", near, [sum(point) == total for point in near]))
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


def _objective(chunk: Chunk, x: Sequence[int]) -> int:
    match chunk.objective:
        case "none":
            return 0
        case "neighbor_distance_min":
            return sum(abs(b - a) for a, b in pairwise(x))
    return sum(abs(8 * value - chunk.total) for value in x)
