"""The identity of the MiniZinc on PATH, on which every verdict of it depends."""

from __future__ import annotations

from ..check.cache import Cache
from ..check.minizinc import identity, probe
from ..stamps import Engine


def identify() -> dict[str, str]:
    return {"identity": identity()}


def run(cache: Cache) -> dict[str, Engine]:
    """Raises ToolError where there is no usable MiniZinc."""
    return {"engine": probe(cache)}
