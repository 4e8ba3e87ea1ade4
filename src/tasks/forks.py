"""One function over many items, on all processors: what is independent item by item, and too short for workers."""

from __future__ import annotations

import marshal
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


@contextmanager
def in_parts(work: Callable[[Sequence[T]], R], items: Sequence[T], least: int) -> Iterator[Iterator[R]]:
    """The results of work for parts of items, in order; every part but the first is worked on from now on, in a fork of
    this process, while the caller may do something else.

    A part has at least so many items: a fork takes milliseconds. There is one part where this is the only processor, or
    no Linux. What a fork does not answer is worked on here. Results are plain data.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    count = max(1, min(processors, len(items) // least))
    bounds = [len(items) * at // count for at in range(count + 1)]
    parts = [items[start:end] for start, end in pairwise(bounds)]
    forks = [_fork(work, part) for part in parts[1:]]
    try:
        yield (_answer(fork, work, part) for fork, part in zip([None, *forks], parts, strict=True))
    finally:
        for fork in forks:
            if fork is not None:
                process, pipe = fork
                os.close(pipe)
                with suppress(ChildProcessError):
                    os.waitpid(process, 0)


def _fork(work: Callable[[Sequence[T]], R], part: Sequence[T]) -> tuple[int, int] | None:
    """A process that works on a part, and the pipe of its answer; None where there can be none."""
    try:
        reading, writing = os.pipe()
    except OSError:
        return None
    try:
        process = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if process:
        os.close(writing)
        return process, reading
    status = 1
    try:  # whatever happens here ends here
        answer = marshal.dumps(work(part))  # type: ignore[arg-type] # plain data
        with open(writing, "wb") as pipe:
            pipe.write(answer)
        status = 0
    finally:
        os._exit(status)


def _answer(fork: tuple[int, int] | None, work: Callable[[Sequence[T]], R], part: Sequence[T]) -> R:
    with suppress(OSError, ValueError, EOFError, TypeError):
        if fork is not None:
            with open(fork[1], "rb", closefd=False) as pipe:
                answer: R = marshal.loads(pipe.read())
            return answer
    return work(part)
