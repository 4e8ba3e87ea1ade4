"""The real tools, as tests ask them: without an identity, so that nothing is kept and stubs may take their place."""

from __future__ import annotations

import os
from pathlib import Path

from tasks.check.call import Limits, Tool
from tasks.check.local import LocalRunner


def runner(scratch: Path | None = None) -> LocalRunner:
    """A runner that shares what it finds out with all tests of the session, unless it has a folder of its own."""
    return LocalRunner(scratch or Path(os.environ["DUALITY_TOOLS"]))


def minizinc(seconds: float = 20, memory_mb: int = 4096) -> Tool:
    return Tool({"name": "minizinc", "version": "0"}, Limits(seconds, memory_mb), runner())


def lean(form: str = "embedded kernel", seconds: float = 60, memory_mb: int = 4096) -> Tool:
    return Tool({"name": "lean", "version": "4", "form": form}, Limits(seconds, memory_mb), runner())
