"""A build's output on a terminal: what matters, in colour, above one live region that says how far the build is."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.style import Style
from rich.text import Text

from ..state.output import Output
from .plain import Plain
from .progress import Progress, in_words
from .text import indented, place

STYLES = {
    "": "",
    "failed": "bold red",
    "passed": "green",
    "mark": "red",
    "place": "bold",
    "next": "cyan",
    "quiet": "dim",
}
_PERIOD = 0.2
"""Seconds between two pictures of the live region."""
_FULL, _EMPTY = "━#", "━-"
"""What a bar is drawn with: where the terminal's encoding has lines, and where it has not."""
_SLOW = 2.0
"""Seconds after which a task that is running is shown with its time."""


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Holds signals that end the build until all is drawn: what was drawn in part could not be taken back."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Terminal(Plain):
    """live: whether the region is drawn; else it is colour alone."""

    pulse = _PERIOD

    def __init__(self, stream: Output, progress: Progress, live: bool) -> None:
        super().__init__(stream, progress)
        self.is_live = live
        self.console = Console(
            file=stream,  # type: ignore[arg-type] # it asks for no more than an Output has
            highlight=False, markup=False, emoji=False, soft_wrap=True, force_terminal=True,
            legacy_windows=False,
        )  # fmt: skip
        self._live = Live(console=self.console, auto_refresh=False, transient=True, redirect_stdout=False,
                          redirect_stderr=False, vertical_overflow="crop") if live else None  # fmt: skip
        self._drawn = 0.0
        self._plain = not self.console.encoding.startswith("utf")

    def write(self, text: str, style: str = "") -> None:
        with _uninterrupted():
            self.console.print(Text(text, style=STYLES[style], end=""), end="", soft_wrap=True)
        self._last = time.monotonic()

    def cut(self, line: str) -> str:
        text = Text(line)
        text.truncate(max(20, self.console.width - 1), overflow="ellipsis")
        return text.plain

    def fail(self, task: str, message: str, file: str) -> None:
        shown = Text.assemble((f"!! {task} failed\n", STYLES["failed"]), *_marked(indented(message)))
        with _uninterrupted():
            self.console.print(shown, end="", soft_wrap=True)
        self._last = time.monotonic()

    def refresh(self) -> None:
        if self._live is None:
            super().refresh()
            return
        now = time.monotonic()
        if now - self._drawn < _PERIOD or not self.progress.total:
            return
        self._drawn = now
        with _uninterrupted():
            if not self._live.is_started:
                self._live.start()
            self._live.update(self._region(), refresh=True)

    def close(self) -> None:
        with _uninterrupted():
            if self._live and self._live.is_started:
                self._live.update(Text(""))
                self._live.stop()
            self._live = None

    def _region(self) -> Text:
        progress, width = self.progress, self.console.width - 4
        line = Text(no_wrap=True)
        if width >= 50:
            columns = min(60, width - 45)
            full = columns * progress.done // progress.total
            line.append(_FULL[self._plain] * full, style="red" if progress.failed else "cyan")
            line.append(_EMPTY[self._plain] * (columns - full) + "  ", style=STYLES["quiet"])
        line.append(f"{progress.done}/{progress.total}")
        if progress.failed:
            line.append(f"  {progress.failed} failed", style=STYLES["failed"])
        left = progress.seconds_left()
        if left is not None:
            line.append(f"  {in_words(left)} left", style=STYLES["quiet"])
        if progress.slots:
            line.append(f"  {progress.busy()}/{progress.slots} slots", style=STYLES["quiet"])
        running = Text("  ".join(self._running()), style=STYLES["quiet"], no_wrap=True)
        for part in (line, running):
            part.truncate(width, overflow="ellipsis")
        return Text("\n").join([line, running])

    def _running(self) -> Iterator[str]:
        now = time.monotonic()
        for name, began in self.progress.running.items():
            yield f"{name} {now - began:.0f} s" if now - began >= _SLOW else name


def _marked(text: str) -> Iterator[str | tuple[str, str | Style]]:
    """A message with its places and carets in colour."""
    for line in text.splitlines(keepends=True):
        found = place(line)
        if found and line.strip().startswith(f"{found[0]}:{found[1]}: "):
            end = line.index(f"{found[0]}:{found[1]}:") + len(f"{found[0]}:{found[1]}:")
            yield line[:end], STYLES["place"]
            yield line[end:]
        elif line.strip() and not line.strip().strip("^"):
            yield line, STYLES["mark"]
        else:
            yield line
