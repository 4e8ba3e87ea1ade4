"""A build's output as lines: for files, pipes and the logs of CI."""

from __future__ import annotations

import os
import time

from ..state.output import Output
from .progress import Progress, in_words
from .text import annotation, indented, safe

HEARTBEAT = 10.0
"""Seconds of silence after which a line says how far the build is."""


class Plain:
    """Writes what matters, and a line when nothing else was written for a while. pulse: see Reporter."""

    pulse = 1.0
    is_live = False

    def __init__(self, stream: Output, progress: Progress) -> None:
        self.stream = stream
        self.progress = progress
        self._last = time.monotonic()

    def write(self, text: str, style: str = "") -> None:
        """Writes lines; style is one of terminal.STYLES."""
        self.stream.write(text)
        self._last = time.monotonic()

    def cut(self, line: str) -> str:
        """line, without its end where it is longer than lines can be."""
        return line

    def fail(self, task: str, message: str, file: str) -> None:
        """Shows a failure; file: what the task is about."""
        self.write(f"!! {task} failed\n{indented(message)}")
        if os.environ.get("GITHUB_ACTIONS") == "true":
            self.write(annotation(task, message, file))

    def refresh(self) -> None:
        progress = self.progress
        if time.monotonic() - self._last < HEARTBEAT or not progress.total:
            return
        failed = f", {progress.failed} failed" * bool(progress.failed)
        left = progress.seconds_left()
        rest = f", about {in_words(left)} left" if left is not None else ""
        names = safe(", ".join(sorted(progress.running)[:4]))
        running = f"; running: {names}" if names else ""
        slots = f"; {progress.busy()} of {progress.slots} slots busy" if progress.slots else ""
        self.write(f"   {progress.done} of {progress.total} tasks{failed}{rest}{slots}{running}\n")

    def close(self) -> None:
        """Nothing more is refreshed."""
