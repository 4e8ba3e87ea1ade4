"""What one run of a tool may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """seconds of wall time, memory_mb of address space in MB."""

    seconds: float
    memory_mb: int
