"""A sample: points of a chunk and what our evaluator says there, as the stamp of the stage sample holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from .errors import CorpusError
from .stamps import read_stamp

Subject: TypeAlias = Literal["constraint", "bounds", "unit sum", "whole"]


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


def to_outcome(sample: Sample) -> dict[str, Any]:
    """The sample as plain data: a point is a text of 8 numbers, truth values are a text of 0 and 1."""
    return {
        "points": [_line(point) for point in sample.points],
        "verdicts": [{"name": name, "true": _bits(truths)} for name, truths in sample.verdicts.items()],
        "objective": " ".join(map(str, sample.objective)),
        "claims": [
            {
                "subject": claim.subject, "name": claim.name, "identifier": claim.identifier,
                "points": list(map(_line, claim.points)), "true": _bits(claim.expected),
            }
            for claim in sample.claims
        ],
    }  # fmt: skip


def read_sample(path: Path) -> Sample:
    """The sample in a stamp of the stage sample. Raises CorpusError where there is none."""
    stamp = read_stamp(path)
    if stamp is None or "claims" not in stamp["outcome"]:
        raise CorpusError(f"{path}: no stamp with a sample; `doit forget` the sample task and build again")
    outcome = stamp["outcome"]
    return Sample(
        points=[_point(line) for line in outcome["points"]],
        verdicts={row["name"]: _truths(row["true"]) for row in outcome["verdicts"]},
        objective=[int(value) for value in outcome["objective"].split()],
        claims=[
            Claim(r["subject"], r["name"], r["identifier"], [_point(line) for line in r["points"]], _truths(r["true"]))
            for r in outcome["claims"]
        ],
    )


def _line(point: Sequence[int]) -> str:
    return " ".join(map(str, point))


def _point(line: str) -> list[int]:
    return [int(value) for value in line.split()]


def _bits(truths: Sequence[bool]) -> str:
    return "".join("1" if truth else "0" for truth in truths)


def _truths(bits: str) -> list[bool]:
    return [bit == "1" for bit in bits]
