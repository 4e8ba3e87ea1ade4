"""How a tool is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .cache import OFF, Cache

IDENTITY = "identity"
"""What of an engine says which files the tool is made of; for the cache alone."""


@dataclass(frozen=True)
class Limits:
    """seconds of wall time, memory_mb of address space in MB; cache is where verdicts are kept."""

    seconds: float
    memory_mb: int
    cache: Cache = OFF

    def of(self, engine: Mapping[str, str], library: str = "") -> Limits:
        """The same for a certain tool, and for the library that it reads (its SHA-256)."""
        identity = engine.get(IDENTITY, "")
        named = " ".join(f"{key}={value}" for key, value in sorted(engine.items()))
        return replace(self, cache=replace(self.cache, tool=f"{named} library={library}" if identity else ""))
