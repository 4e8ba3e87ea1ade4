"""The last build as trace events, which Perfetto and chrome://tracing show: a track for each worker."""

from __future__ import annotations

import json
from typing import Any

from ..errors import visible
from .evidence import Evidence
from .format import ReportFormat
from .timeline import builds


def trace(evidence: Evidence) -> str:
    """The tasks of the last build as complete events; times are microseconds from its start."""
    built = builds(evidence.journal, evidence.steps)
    events: list[dict[str, Any]] = []
    if built:
        last = built[-1]
        events.append(_name("process", 0, f"build {last.name}"))
        for number, (worker, spans) in enumerate(last.workers.items(), start=1):
            events.append(_name("thread", number, f"worker {number} (process {worker})"))
            events += [
                {
                    "name": visible(span.task.lstrip("_")), "cat": span.stage, "ph": "X", "pid": 1, "tid": number,
                    "ts": round((span.start - last.start) * 1e6), "dur": round(span.seconds * 1e6),
                    "args": {"result": span.result} | ({"where": visible(", ".join(span.where))} if span.where else {}),
                }
                for span in spans
            ]  # fmt: skip
    return json.dumps({"displayTimeUnit": "ms", "traceEvents": events}, indent=0) + "\n"


def _name(what: str, thread: int, name: str) -> dict[str, Any]:
    return {"name": f"{what}_name", "ph": "M", "pid": 1, "tid": thread, "args": {"name": name}}


FORMAT = ReportFormat(file="trace.json", render=trace)
