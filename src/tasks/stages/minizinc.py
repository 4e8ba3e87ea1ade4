"""The identity of the MiniZinc on PATH, on which every verdict of it depends."""

from __future__ import annotations

from ..check.minizinc import probe
from ..stamps import Engine


def run() -> dict[str, Engine]:
    """Raises ToolError where there is no usable MiniZinc."""
    return {"engine": probe()}
