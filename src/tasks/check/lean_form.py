"""The rendered text of a chunk that a form of Lean judges, and what its definitions are called there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..claims import Sample
from .lean import Assertion
from .lean_install import Form


@dataclass(frozen=True)
class LeanForm:
    """kind: which of the chunk's files is judged; theorem: its full name.

    question: what shows the axioms of the theorem, where the text itself does not. bounds, unit_sum, whole: what these
    are called by whoever asks about the text; prefix: what stands before a constraint's identifier there.
    """

    form: Form
    kind: Literal["certificate", "module"]
    theorem: str
    question: str
    bounds: str
    unit_sum: str
    whole: str
    prefix: str

    @property
    def witness(self) -> str:
        """What the witness is called behind the text."""
        return "witness" if self.kind == "certificate" else f"{self.prefix}witness"

    def assertions(self, sample: Sample) -> list[Assertion]:
        """What the claims of a sample say of this text."""
        called = {"bounds": self.bounds, "unit_sum": self.unit_sum, "whole": self.whole}
        return [
            Assertion(called.get(c.subject) or f"{self.prefix}{c.identifier}", c.points, c.expected)
            for c in sample.claims
        ]


def lean_form(form: str, chunk_id: str) -> LeanForm:
    """What a form of Lean judges of a chunk: the embedded kernel its certificate, a full Lean its module."""
    if form == "embedded kernel":
        return LeanForm(
            "embedded kernel", "certificate", "witness_valid", "", "bounds", "unit_sum", "valid", "Constraint."
        )
    prefix = f"Duality.Chunk{chunk_id}."
    theorem = f"{prefix}witness_valid"
    question = f"\n#print axioms {theorem}\n"
    return LeanForm(
        "toolchain", "module", theorem, question, f"{prefix}Bounds", f"{prefix}UnitSum", f"{prefix}Valid", prefix
    )
