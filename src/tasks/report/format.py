"""What a report format is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..records.report import Report


@dataclass(frozen=True)
class ReportFormat:
    """file: its name in the out folder; render: the text of a report, compared with another where there is one."""

    file: str
    render: Callable[[Report, Report | None], str]
