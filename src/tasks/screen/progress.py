"""How far a build is, and how long the rest will take."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

_ENOUGH = 5
"""Tasks that must have run before their times say how fast this build is, compared with earlier ones."""


class Progress:
    """Counts the tasks of a build. history: the seconds that tasks took in earlier builds, read when first needed."""

    def __init__(
        self, history: Callable[[], Mapping[str, float]] = dict, workers: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._history = history
        self.workers = max(1, workers)
        self._clock = clock
        self.started = clock()
        self.total = self.done = self.ran = self.failed = 0
        self.running: dict[str, float] = {}
        """When each task that is running began."""
        self.slots = 0
        """Calls that a cluster can run at a time; 0 where tools run here."""
        self.busy: Callable[[], int] = int
        """How many it runs."""
        self.slowest: tuple[float, str] = (0.0, "")
        self._left: set[str] = set()
        self._estimate: _Estimate | None = None

    def plan(self, names: Iterable[str]) -> None:
        """names: the tasks that the build will look at."""
        self._left = set(names)
        self.total = len(self._left)

    def begin(self, name: str) -> None:
        self.running[name] = self._clock()

    def end(self, name: str, failed: bool = False) -> None:
        """A task has run, or is known not to run; or it failed."""
        began = self.running.pop(name, None)
        self.failed += failed
        if name not in self._left:
            return
        self._left.remove(name)
        self.done += 1
        seconds = None if began is None else self._clock() - began
        if seconds is not None:
            self.ran += 1
            self.slowest = max(self.slowest, (seconds, name))
        if self._estimate:
            self._estimate.end(name, seconds)

    @property
    def elapsed(self) -> float:
        return self._clock() - self.started

    def seconds_left(self) -> float | None:
        """An estimate; None where a kind of task is left that has never run."""
        if self._estimate is None:
            self._estimate = _Estimate(self._history(), self._left)
        total = self._estimate.total()
        if total is None:
            return None
        now = self._clock()
        total -= sum(self._estimate.spent(name, now - began) for name, began in self.running.items())
        return max(0.0, total) / self.workers


class _Estimate:
    """Seconds for the tasks that are left: each takes as long as the last time, or as others of its kind, and as many
    of a kind will run as ran so far. Earlier times are corrected by how fast this build is.
    """

    def __init__(self, history: Mapping[str, float], left: Iterable[str]) -> None:
        self._history = history
        self._known: Counter[str] = Counter()  # seconds of those that are left, by kind
        self._unknown: Counter[str] = Counter()  # how many of those that are left never ran
        for name in left:
            self._add(name, 1)
        earlier: dict[str, list[float]] = {}
        for name, seconds in history.items():
            earlier.setdefault(_kind(name), []).append(seconds)
        self._means = {kind: sum(found) / len(found) for kind, found in earlier.items()}
        self._done: Counter[str] = Counter()
        self._ran: Counter[str] = Counter()
        self._took: Counter[str] = Counter()
        self._compared, self._expected, self._actual = 0, 0.0, 0.0

    def end(self, name: str, seconds: float | None) -> None:
        kind = _kind(name)
        self._add(name, -1)
        self._done[kind] += 1
        if seconds is None:
            return
        self._ran[kind] += 1
        _sum(self._took, kind, seconds)
        if name in self._history:
            self._compared += 1
            self._expected += self._history[name]
            self._actual += seconds

    def total(self) -> float | None:
        """For all that are left; None where a kind is left of which none ever ran."""
        total = 0.0
        for kind in {*self._known, *self._unknown}:
            seconds = self._known[kind] * self._speed
            if count := self._unknown[kind]:
                mean = self._mean(kind)
                if mean is None:
                    return None
                seconds += count * mean
            seen = self._done[kind]
            total += seconds * (self._ran[kind] / seen if seen else 1.0)
        return total

    def spent(self, name: str, seconds: float) -> float:
        """How much of its time a task that is running has had."""
        return min(seconds, self._history.get(name, 0.0) * self._speed)

    @property
    def _speed(self) -> float:
        return self._actual / self._expected if self._compared >= _ENOUGH and self._expected else 1.0

    def _mean(self, kind: str) -> float | None:
        if self._ran[kind]:
            return self._took[kind] / self._ran[kind]
        return self._means.get(kind, 0.0 if self._done[kind] else None)

    def _add(self, name: str, sign: int) -> None:
        if name in self._history:
            _sum(self._known, _kind(name), sign * self._history[name])
        else:
            self._unknown[_kind(name)] += sign


def _sum(counter: Counter[str], key: str, seconds: float) -> None:
    counter[key] += seconds  # type: ignore[assignment] # a Counter adds any numbers


def _kind(name: str) -> str:
    return name.partition(":")[0]


def in_words(seconds: float) -> str:
    """A time that is left: "8 s", "3 min", "1 h 20 min"."""
    minutes = round(seconds / 60)
    if seconds < 99.5:
        return f"{max(1, round(seconds))} s"
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
