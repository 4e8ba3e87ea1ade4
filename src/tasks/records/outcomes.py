"""What one stage finds out and others read. What no other reads is declared beside its stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

Subject: TypeAlias = Literal["constraint", "bounds", "unit_sum", "whole"]


@dataclass(frozen=True)
class Kinds:
    """How many constraints of each kind a chunk has."""

    formal: int = 0
    vacuous: int = 0
    informal: int = 0


@dataclass(frozen=True)
class Understood:
    """A chunk that is valid."""

    stage: ClassVar[str] = "schema"
    constraints: Kinds


@dataclass(frozen=True)
class Solved:
    """witness: 8 integers, x[1] first."""

    stage: ClassVar[str] = "solve"
    witness: tuple[int, ...]


@dataclass(frozen=True)
class ClaimText:
    """A claim as a stamp holds it: points are lines of 8 numbers, expected is a text of 0 and 1, one for each point.

    name is the constraint's, or says to a reader what is judged; identifier is the constraint's in Lean.
    """

    subject: Subject
    name: str
    identifier: str
    points: tuple[str, ...]
    expected: str


@dataclass(frozen=True)
class VerdictsText:
    """What our evaluator says of a constraint at each point: a text of 0 and 1."""

    name: str
    expected: str


@dataclass(frozen=True)
class Count:
    """found of all."""

    found: int
    all: int


@dataclass(frozen=True)
class Sampled:
    """Points and what our evaluator says there. points: lines of 8 numbers, the witness first.

    objective: its value at each point, in one line; claims: what Lean is asked. comparisons: how many were seen both
    true and false; faults: how many single faults the points show, of those tried. constant_on_sample: the constraints
    that have the same truth value at every point.
    """

    stage: ClassVar[str] = "sample"
    points: tuple[str, ...]
    verdicts: tuple[VerdictsText, ...]
    objective: str
    claims: tuple[ClaimText, ...]
    comparisons: Count
    faults: Count
    constant_on_sample: tuple[str, ...]


@dataclass(frozen=True)
class Proved:
    """theorem was accepted by Lean; judged names the file; axioms are those that it rests on.

    refused: the definitions about which Lean does not share a claim of the sample; None where Lean did not answer
    about the sample in the run that judged the proof. balanced: Lean also accepted that |T_int - T_ext| is at most
    this at every valid point; None where the solver alone says so, and unproved says why.
    """

    stage: ClassVar[str] = "prove"
    judged: Literal["certificate", "module"]
    theorem: str
    axioms: tuple[str, ...]
    claims: int
    refused: tuple[str, ...] | None
    balanced: int | None = None
    unproved: str = ""


@dataclass(frozen=True)
class Balanced:
    """|T_int - T_ext| lies in least..most over all valid points; limit is the largest that is allowed."""

    stage: ClassVar[str] = "balance"
    least: int
    most: int
    limit: int


@dataclass(frozen=True)
class Compared:
    """points and verdicts_in_lean: at how many points MiniZinc, and of how many verdicts Lean, was compared.

    verdicts_in_lean is None where Lean is turned off. disagreements: only where they are warnings.
    """

    stage: ClassVar[str] = "crosscheck"
    points: int
    verdicts_in_lean: int | None
    faults: Count
    comparisons: Count
    constant_on_sample: tuple[str, ...]
    disagreements: tuple[str, ...]


UNSATISFIABLE = " is unsatisfiable: "
"""In the first line of the message of a chunk that has no valid point."""


def is_unsatisfiable(message: str) -> bool:
    """Whether the message of a failed stage solve says that the chunk has no valid point."""
    return UNSATISFIABLE in message.partition("\n")[0]
