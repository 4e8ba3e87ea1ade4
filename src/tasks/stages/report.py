"""report: what the out folder shows, beside what another did."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import ReportError
from ..files import write_whole
from ..layout import Layout
from ..report.facts import gather, read_report, write_report
from ..report.markdown import markdown


def run(layout: Layout, chunks: Mapping[str, bool], proving: bool, of: str, base: Path | None) -> None:
    """Writes report.json and report.md. That a base is missing or damaged is said, and no failure."""
    found, lost = None, ""
    if base is not None:
        try:
            found = read_report(base)
        except ReportError as error:
            lost = f"report: {error}"
    report = gather(layout, chunks, proving, of)
    write_report(layout.report, report)
    write_whole(layout.report.with_suffix(".md"), markdown(report, found))
    if lost:
        print(lost)
