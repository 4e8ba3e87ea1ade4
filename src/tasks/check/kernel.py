"""The embedded kernel: a whole Lean as a shared library, which a process loads once and runs in forks of itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .lean_install import COMMAND, INSTALL, LIBRARIES
from .process import Library


def library(folder: Path) -> Library:
    """What is loaded. Most of a short run is what Lean's modules do when they are initialized; a fork of a process that
    has called lean_initialize finds it done, as each of them does it once.
    """
    paths = [folder / name for name in LIBRARIES]
    return Library("the embedded kernel", paths, "lean_main", "lean_initialize", INSTALL)


def command(arguments: Sequence[str]) -> list[str]:
    """The command line of Lean with these arguments.

    With one thread, as tasks run side by side already, and so nothing to be done later. Advice on style is not asked
    for.
    """
    return [COMMAND, "-j1", "-DElab.async=false", "-Dlinter.all=false", *arguments]
