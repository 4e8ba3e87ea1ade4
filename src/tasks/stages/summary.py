"""summary: what the build has shown, in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..layout import Layout
from ..summary import summarise, write_summary


def run(layout: Layout, chunks: Mapping[str, bool], notes: Sequence[str]) -> None:
    """Writes summary.json from the stamps of a build in which nothing failed."""
    write_summary(layout.summary, summarise(layout, chunks, notes, {}))
