"""The journal: one line for each task that ran, with when, how long and how it ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from ..files import append_line, open_plain

FORMAT = 3


@dataclass(frozen=True)
class Verdicts:
    """How many verdicts a task had from the cache (found), from tools (asked), and could not keep (lost)."""

    found: int = 0
    asked: int = 0
    lost: int = 0

    def __add__(self, other: Verdicts) -> Verdicts:
        return Verdicts(self.found + other.found, self.asked + other.asked, self.lost + other.lost)

    def __sub__(self, other: Verdicts) -> Verdicts:
        return Verdicts(self.found - other.found, self.asked - other.asked, self.lost - other.lost)


@dataclass(frozen=True)
class Entry:
    """time is when it ended, in UTC in ISO 8601; message says why a failed task failed.

    build: the same for all tasks of one build (see build_name); worker: the process that ran it; where: the workers
    of a cluster that ran tools for it, each as MACHINE:PORT.
    """

    task: str
    result: Literal["passed", "failed"]
    seconds: float
    message: str = ""
    verdicts: Verdicts = field(default_factory=Verdicts)
    time: str = ""
    build: str = ""
    worker: int = 0
    where: tuple[str, ...] = ()
    format: int = FORMAT


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def build_name(started: float) -> str:
    """The name of a build that began at a time (seconds of Unix): when that was. All steps of one run of a workflow of
    GitHub's are one build.
    """
    if run := os.environ.get("GITHUB_RUN_ID"):
        return f"run {run}.{os.environ.get('GITHUB_RUN_ATTEMPT', '1')}"
    return datetime.fromtimestamp(started, UTC).isoformat(timespec="milliseconds")


def append(journal: Path, entry: Entry) -> None:
    """Adds a line; one write, so that lines of parallel tasks do not mix."""
    from .codec import encode_line

    append_line(journal, encode_line(entry))


def entries(journal: Path, start: int = 0) -> Iterator[Entry]:
    """The entries from an offset on. A line that is torn, or of another format, is passed over."""
    from .codec import decode

    try:
        with open_plain(journal) as file:
            file.seek(start)
            lines = file.read().split(b"\n")
    except OSError:
        return
    for line in lines:
        try:
            entry = decode(Entry, line)
        except ValueError:
            continue
        if entry.format == FORMAT:
            yield entry


def last_entries(journal: Path) -> dict[str, Entry]:
    """The last entry of each task."""
    return {entry.task: entry for entry in entries(journal)}
