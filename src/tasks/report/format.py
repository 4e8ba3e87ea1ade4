"""What a report format is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .evidence import Evidence


@dataclass(frozen=True)
class ReportFormat:
    """file: its name in the report's folder; render: its text."""

    file: str
    render: Callable[[Evidence], str]
