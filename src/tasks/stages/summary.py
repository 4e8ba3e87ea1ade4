"""summary: what the build has shown, in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..check.cache import CachingRunner
from ..layout import Layout
from ..summary import STAGES, stages_of, summarise, write_summary


def run(layout: Layout, chunks: Mapping[str, bool], proving: bool, notes: Sequence[str], runner: CachingRunner) -> None:
    """Writes summary.json from the stamps of a build in which nothing failed, and tidies up."""
    remove_orphans(layout, chunks)
    runner.trim()
    write_summary(layout.summary, summarise(layout, chunks, proving, notes, {}))


def remove_orphans(layout: Layout, chunks: Mapping[str, bool]) -> None:
    """Removes rendered files and stamps of chunks that are gone, or that are no longer computational."""
    expected: set[Path] = set()
    for chunk_id, computational in chunks.items():
        expected.update(layout.stamp(stage, chunk_id) for stage in stages_of(computational))
        if computational:
            expected.update((layout.model(chunk_id), layout.module(chunk_id), layout.certificate(chunk_id)))
    patterns = [layout.model("*"), layout.module("*"), layout.certificate("*")]
    for pattern in (*patterns, *(layout.stamp(stage, "*") for stage in STAGES)):
        for path in pattern.parent.glob(pattern.name):
            if path not in expected:
                path.unlink()
