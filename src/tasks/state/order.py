"""The order in which tasks that are ready run: chunk by chunk."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from typing import Any


class Ready:
    """doit's queue of tasks that are ready, by a number for each: the least comes first, then what waits longest.

    So a chunk is finished before the next one begins, as far as there is a choice, and a process that has read a chunk
    goes on with it.
    """

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self._heap: list[tuple[int, int, Any]] = []
        self._count = 0

    def append(self, node: Any) -> None:
        self._count += 1
        heapq.heappush(self._heap, (self._numbers.get(node.task.name, -1), self._count, node))

    def popleft(self) -> Any:
        return heapq.heappop(self._heap)[2]

    def __len__(self) -> int:
        return len(self._heap)
