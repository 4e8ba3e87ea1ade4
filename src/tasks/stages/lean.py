"""The Lean that judges, and its compiled library: what every proof depends on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..check.cache import Cache
from ..check.lean import Assertion, Lean, find
from ..check.lean_install import Form, Mode
from ..check.limits import Limits
from ..corpus.document import read_text
from ..errors import DualityError
from ..files import file_digest
from ..render.lean_reader import Kind
from ..sample import Sample
from ..stamps import Engine


def identify(mode: Mode, toolchain: Path) -> dict[str, str]:
    """Which files the Lean is made of that mode asks for. Raises as probe does."""
    return {"identity": find(mode, read_text(toolchain)).identity()}


def probe(mode: Mode, toolchain: Path, cache: Cache) -> dict[str, Engine]:
    """The engine that mode asks for, as a stamp names it.

    In mode auto a full Lean that does not answer is passed over for the embedded kernel. Raises ToolError where
    there is none.
    """
    wanted = read_text(toolchain)
    lean = find(mode, wanted)
    try:
        return {"engine": lean.engine(cache)}
    except DualityError as error:
        if mode != "auto" or lean.form != "toolchain":
            raise
        print(f"{error}; the embedded kernel judges instead")
        return {"engine": find("kernel", wanted).engine(cache)}


def chosen(engine: Engine, toolchain: Path) -> Lean:
    """The Lean that an engine names."""
    form: Form = engine["form"]  # type: ignore[assignment]
    return find("toolchain" if form == "toolchain" else "kernel", read_text(toolchain))


@dataclass(frozen=True)
class Judged:
    """The rendered text of a chunk that a form of Lean judges: kind is certificate or module."""

    form: Form
    kind: Kind
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


def library(
    engine: Engine, toolchain: Path, lean: Path, certificates: Path, folder: Path, limits: Limits
) -> dict[str, Any]:
    """Compiles what the judged files import; returns the SHA-256 of what it wrote, by path, and of the source.


    lean is the folder of the Lake package, certificates that of the certificates. Where no tool may be run, nothing
    is compiled, as nothing will be judged.
    """
    judge = chosen(engine, toolchain)
    root, module = (lean, "Duality.Base") if judge.form == "toolchain" else (certificates, "Support")
    source = file_digest(root / Path(*module.split(".")).with_suffix(".lean"))
    if limits.cache.mode == "replay":
        return {"written": {}, "library": source}
    olean = judge.compile(root, module, folder, limits)
    return {"written": {str(olean): file_digest(olean)}, "library": source}
