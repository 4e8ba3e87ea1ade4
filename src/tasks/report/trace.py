"""The last build as trace events, which Perfetto and chrome://tracing show: a track for each worker."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import visible
from .evidence import Evidence
from .format import ReportFormat
from .timeline import BuildTime, Span, builds, side_by_side

_BUILD, _CLUSTER = 1, 2
"""The processes that tracks belong to. A task that asked a worker of a cluster is on a track of each of them."""


def trace(evidence: Evidence) -> str:
    """The tasks of the last build as complete events; times are microseconds from its start."""
    built = builds(evidence.journal, evidence.steps)
    events = list(_events(built[-1])) if built else []
    return json.dumps({"displayTimeUnit": "ms", "traceEvents": events}, indent=0) + "\n"


def _events(build: BuildTime) -> Iterator[dict[str, Any]]:
    yield _name("process", _BUILD, 0, f"build {build.name}")
    for number, (worker, spans) in enumerate(build.workers.items(), start=1):
        yield from _track(build, _BUILD, number, f"worker {number} (process {worker})", spans)
    if build.places:
        yield _name("process", _CLUSTER, 0, "workers of the cluster: the tasks that asked them")
    tracks = [(place, row) for place, spans in build.places.items() for row in side_by_side(spans)]
    for number, (place, row) in enumerate(tracks, start=1):
        yield from _track(build, _CLUSTER, number, visible(place), row)


def _track(build: BuildTime, process: int, thread: int, name: str, spans: Sequence[Span]) -> Iterator[dict[str, Any]]:
    yield _name("thread", process, thread, name)
    for span in spans:
        where = {"where": visible(", ".join(span.where))} if span.where else {}
        yield {
            "name": visible(span.task.lstrip("_")), "cat": span.stage, "ph": "X", "pid": process, "tid": thread,
            "ts": round((span.start - build.start) * 1e6), "dur": round(span.seconds * 1e6),
            "args": {"result": span.result} | where,
        }  # fmt: skip


def _name(what: str, process: int, thread: int, name: str) -> dict[str, Any]:
    return {"name": f"{what}_name", "ph": "M", "pid": process, "tid": thread, "args": {"name": name}}


FORMAT = ReportFormat(file="trace.json", render=trace)
