"""The MiniZinc on PATH, on which every verdict of it depends."""

from __future__ import annotations

from typing import Any

from ..check.cache import CachingRunner
from ..check.engines import identify as identify_engine


def identify(choice: str, toolchain: str, runner: CachingRunner) -> dict[str, Any]:
    """How its files are now. Raises ToolError where there is no usable MiniZinc."""
    return {"files": identify_engine("minizinc", choice, toolchain, runner)["files"]}


def run(choice: str, toolchain: str, runner: CachingRunner) -> dict[str, Any]:
    """Raises ToolError where there is no usable MiniZinc."""
    return {"engine": identify_engine("minizinc", choice, toolchain, runner)["engine"]}
