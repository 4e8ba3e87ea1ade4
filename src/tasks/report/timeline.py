"""The builds that a journal tells of: when each task ran, in which worker, and what had to wait for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from ..records.journal import Entry
from .evidence import Step


@dataclass(frozen=True)
class Span:
    """A task that ran: start and end in seconds of Unix; where: the workers of a cluster that ran tools for it."""

    task: str
    result: str
    start: float
    end: float
    worker: int
    where: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def stage(self) -> str:
        """The stage, or the engine that was identified."""
        return self.task.partition(":")[0].lstrip("_")


@dataclass(frozen=True)
class BuildTime:
    """One build: its tasks in the order in which they began."""

    name: str
    spans: tuple[Span, ...]

    @cached_property
    def start(self) -> float:
        return self.spans[0].start

    @cached_property
    def seconds(self) -> float:
        return max(span.end for span in self.spans) - self.start

    @cached_property
    def failed(self) -> int:
        return sum(span.result == "failed" for span in self.spans)

    @cached_property
    def places(self) -> dict[str, list[Span]]:
        """The tasks that each worker of a cluster ran tools for, the busiest first."""
        found: dict[str, list[Span]] = {}
        for span in self.spans:
            for place in span.where:
                found.setdefault(place, []).append(span)
        return dict(sorted(found.items(), key=lambda each: (-len(each[1]), each[0])))

    @cached_property
    def workers(self) -> dict[int, list[Span]]:
        """The tasks of each worker here, in the order in which the workers began."""
        found: dict[int, list[Span]] = {}
        for span in self.spans:
            found.setdefault(span.worker, []).append(span)
        return found

    @cached_property
    def busy(self) -> float:
        """The share of the workers' time in which they had a task."""
        whole = self.seconds * len(self.workers)
        return sum(span.seconds for span in self.spans) / whole if whole else 0.0

    def slowest(self, count: int) -> list[Span]:
        return sorted(self.spans, key=lambda span: (-span.seconds, span.task))[:count]


def side_by_side(spans: Iterable[Span]) -> list[list[Span]]:
    """The tasks in as few rows as there were at a time."""
    rows: list[list[Span]] = []
    for span in sorted(spans, key=lambda span: (span.start, span.task)):
        row = next((row for row in rows if row[-1].end <= span.start), None)
        if row is None:
            rows.append(row := [])
        row.append(span)
    return rows


def builds(journal: Iterable[Entry], steps: Sequence[Step]) -> list[BuildTime]:
    """The builds in a journal, the last one last. Tasks of no stage, such as that of the report, are left out."""
    found: dict[str, list[Span]] = {}
    named = {step.name for step in steps}
    for entry in journal:
        if not entry.task.startswith("_") and entry.task.partition(":")[0] not in named:
            continue
        with suppress(ValueError):  # a time that nobody can read
            end = datetime.fromisoformat(entry.time).timestamp()
            span = Span(entry.task, entry.result, end - entry.seconds, end, entry.worker, entry.where)
            found.setdefault(entry.build, []).append(span)
    return [
        BuildTime(name, tuple(sorted(spans, key=lambda span: (span.start, span.task)))) for name, spans in found.items()
    ]


def critical_path(build: BuildTime, steps: Sequence[Step]) -> list[Span]:
    """The tasks, each waiting for the one before, that take longest together: no number of workers is faster."""
    ran = {span.task: span for span in build.spans}  # of a task that ran twice the last
    by_name = {step.name: step for step in steps}
    longest: dict[str, tuple[float, str]] = {}
    order = {step.name: position for position, step in enumerate(steps)}
    for task in sorted(ran, key=lambda task: order.get(ran[task].stage, -1)):
        needs = _needs(task, by_name)
        before = max(((longest[need][0], need) for need in needs if need in longest), default=(0.0, ""))
        longest[task] = (before[0] + ran[task].seconds, before[1])
    path: list[Span] = []
    task = max(longest, key=lambda task: longest[task][0], default="")
    while task:
        path.append(ran[task])
        task = longest[task][1]
    return path[::-1]


def _needs(task: str, steps: Mapping[str, Step]) -> list[str]:
    """The tasks that a task waits for."""
    stage, _, chunk_id = task.partition(":")
    step = steps.get(stage)
    if step is None:
        return []
    return [*(f"{need}:{chunk_id}" for need in step.needs), *(f"_{engine}" for engine in step.engines)]
