"""The Lean that judges, and what it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..check.cache import CachingRunner
from ..check.engines import identify as identify_engine
from ..check.lean import Assertion
from ..check.lean_install import Form
from ..sample import Sample


def identify(choice: str, toolchain: str, runner: CachingRunner) -> dict[str, Any]:
    """How the files of the Lean that judges are now. Raises ToolError where there is none."""
    return {"files": identify_engine("lean", choice, toolchain, runner)["files"]}


def run(choice: str, toolchain: str, runner: CachingRunner) -> dict[str, Any]:
    """The engine that choice asks for. Raises ToolError where there is none."""
    found = identify_engine("lean", choice, toolchain, runner)
    if found["note"]:
        print(found["note"])
    return {"engine": found["engine"]}


@dataclass(frozen=True)
class Judged:
    """The rendered text of a chunk that a form of Lean judges: kind is certificate or module."""

    form: Form
    kind: str
    path: Path
    theorem: str
    question: str
    """What shows the axioms of the theorem, where the text itself does not."""
    simplex: tuple[str, str, str]
    """What bounds, unit sum and the whole are called behind it."""
    prefix: str
    """What stands before a constraint's identifier there."""

    def assertions(self, sample: Sample) -> list[Assertion]:
        """What the claims of a sample say of this text."""
        called = dict(zip(("bounds", "unit sum", "whole"), self.simplex, strict=True))
        return [
            Assertion(called.get(c.subject) or f"{self.prefix}{c.identifier}", c.points, c.expected)
            for c in sample.claims
        ]


def judged(form: Form, chunk_id: str, module: Path, certificate: Path) -> Judged:
    if form == "embedded kernel":
        simplex = ("bounds", "unit_sum", "valid")
        return Judged(form, "certificate", certificate, "witness_valid", "", simplex, "Constraint.")
    prefix = f"Duality.Chunk{chunk_id}."
    theorem = f"{prefix}witness_valid"
    simplex = (f"{prefix}Bounds", f"{prefix}UnitSum", f"{prefix}Valid")
    return Judged(form, "module", module, theorem, f"\n#print axioms {theorem}\n", simplex, prefix)
