"""The results as one Markdown table."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .project import Run

HEADING = ("chunks", "scenario", "system", "steps run", "wall s", "min-max", "ratio", "min-max", "CPU s", "peak MB")


@dataclass(frozen=True)
class Row:
    """The runs of one system, a round each. late: what it was that took too long, "" where nothing did."""

    size: int
    scenario: str
    system: str
    runs: list[Run] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    def data(self) -> dict[str, Any]:
        return {"chunks": self.size, "scenario": self.scenario, "system": self.system, "late": self.late,
                "runs": [vars(run) for run in self.runs]}  # fmt: skip


def table(rows: Sequence[Row]) -> str:
    """Medians. ratio: the wall time over that of ours in the same round, or of the first system that was measured."""
    lines = [_line(HEADING), "|" + "---|" * len(HEADING)]
    for row in rows:
        beside = [other for other in rows if (other.size, other.scenario) == (row.size, row.scenario)]
        lines.append(_line(_cells(row, beside[0])))
    return "\n".join(lines) + "\n"


def _cells(row: Row, base: Row) -> Iterator[str]:
    yield from (f"{row.size:,}", row.scenario, row.system)
    if row.late or not row.runs:
        yield from ("", *row.late[:1], *[""] * (6 - bool(row.late)))
        return
    yield _of({f"{run.steps:,}" for run in row.runs})
    walls = [run.wall for run in row.runs]
    yield f"{statistics.median(walls):.3f}"
    yield f"{min(walls):.3f}-{max(walls):.3f}"
    ratios = [run.wall / other.wall for run, other in zip(row.runs, base.runs, strict=False)]
    yield f"{statistics.median(ratios):.2f}" if ratios else ""
    yield f"{min(ratios):.2f}-{max(ratios):.2f}" if ratios else ""
    yield f"{statistics.median(run.cpu for run in row.runs):.3f}"
    yield f"{statistics.median(run.peak for run in row.runs) / 1e6:.0f}"


def _of(values: set[str]) -> str:
    return " or ".join(sorted(values))


def _line(cells: Sequence[str] | Iterator[str]) -> str:
    return "| " + " | ".join(cells) + " |"
