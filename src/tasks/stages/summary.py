"""summary: what the build has shown, in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..layout import Layout
from ..summary import STAGES, stages_of, summarise, write_summary


def run(layout: Layout, chunks: Mapping[str, bool], notes: Sequence[str]) -> None:
    """Writes summary.json from the stamps of a build in which nothing failed."""
    remove_orphans(layout, chunks)
    write_summary(layout.summary, summarise(layout, chunks, notes, {}))


def remove_orphans(layout: Layout, chunks: Mapping[str, bool]) -> None:
    """Removes models and stamps of chunks that are gone, or that are no longer computational."""
    expected = {layout.model(chunk_id) for chunk_id, computational in chunks.items() if computational}
    for chunk_id, computational in chunks.items():
        expected.update(layout.stamp(stage, chunk_id) for stage in stages_of(computational))
    found = [*layout.out.glob("mzn/chunk-*.mzn")]
    for stage in STAGES:
        found += layout.out.glob(f"stamps/{stage}/*.json")
    for path in found:
        if path not in expected:
            path.unlink()
