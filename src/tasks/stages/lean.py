"""The Lean that judges, and its compiled library: what every proof depends on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..check.lean import Lean, find
from ..check.lean_install import Form, Mode
from ..check.limits import Limits
from ..corpus.document import read_text
from ..errors import DualityError
from ..files import file_digest
from ..stamps import Engine


def probe(mode: Mode, toolchain: Path) -> dict[str, Engine]:
    """The engine that mode asks for, as a stamp names it.

    In mode auto a full Lean that does not answer is passed over for the embedded kernel. Raises ToolError where
    there is none.
    """
    wanted = read_text(toolchain)
    lean = find(mode, wanted)
    try:
        return {"engine": lean.engine()}
    except DualityError as error:
        if mode != "auto" or lean.form != "toolchain":
            raise
        print(f"{error}; the embedded kernel judges instead")
        return {"engine": find("kernel", wanted).engine()}


def chosen(engine: Engine, toolchain: Path) -> Lean:
    """The Lean that an engine names."""
    form: Form = engine["form"]  # type: ignore[assignment]
    return find("toolchain" if form == "toolchain" else "kernel", read_text(toolchain))


def library(
    engine: Engine, toolchain: Path, lean: Path, certificates: Path, folder: Path, limits: Limits
) -> dict[str, Any]:
    """Compiles what the judged files import; returns the SHA-256 of the file that it wrote, by path and alone.

    lean is the folder of the Lake package, certificates that of the certificates.
    """
    judge = chosen(engine, toolchain)
    root, module = (lean, "Duality.Base") if judge.form == "toolchain" else (certificates, "Support")
    olean = judge.compile(root, module, folder, limits)
    sha256 = file_digest(olean)
    return {"written": {str(olean): sha256}, "library": sha256}
