"""The output of a build: progress, complete messages of failures, and at the end what was done and what to do next."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.exceptions import BaseFail, UnmetDependency
from doit.reporter import ConsoleReporter
from doit.task import Task

from . import build
from .screen.plain import Plain
from .screen.progress import Progress
from .screen.text import counts, indented, safe
from .state.output import Output
from .state.stopping import Stopped

if TYPE_CHECKING:
    from .cluster.orders import Ready
    from .records.journal import Verdicts

_LISTED = 20
"""Failures that are named again at the end."""
_HISTORY = 4_000_000
"""Bytes of the journal's end from which the time left is estimated."""


class Reporter(ConsoleReporter):  # type: ignore[misc]
    """doit's console reporter without the tasks that succeed: they are counted, and listed with `-v 1`.

    pulse: seconds after which tick wants to be called while nothing else happens.
    """

    desc = "progress, complete messages of failures, the summary at the end"

    def __init__(self, outstream: Output, options: Mapping[str, Any]) -> None:
        super().__init__(outstream, options)
        current = build.current()
        self.journal: Path | None = current.layout.journal if current else None
        self.start = self.journal.stat().st_size if self.journal and self.journal.is_file() else 0
        self.progress = Progress(self._seconds, options.get("workers", 1))
        self.display = Plain(outstream, self.progress)
        self.lists = bool(options.get("verbosity"))
        self.failed: dict[str, str] = {}
        self.table = ""
        self.whole = False
        self._prepared = False
        self.ran = self.not_run = 0
        self.up_to_date = current.settled if current else 0

    @property
    def pulse(self) -> float:
        return self.display.pulse

    def initialize(self, tasks: Mapping[str, Task], selected_tasks: Sequence[str]) -> None:
        self.whole = "summary" in selected_tasks
        self.progress.plan(name for name in _closure(tasks, selected_tasks) if _is_shown(tasks[name]))

    def execute_task(self, task: Task) -> None:
        if not _is_shown(task):
            return
        self._prepare()
        self.ran += 1
        self.progress.begin(task.name)
        if self.lists:
            self.display.write(f".  {safe(task.title())}\n")
        self.display.refresh()

    def skip_uptodate(self, task: Task) -> None:
        self.up_to_date += _is_shown(task)
        self._end(task)

    def skip_ignore(self, task: Task) -> None:
        self.not_run += _is_shown(task)
        self._end(task)

    def add_success(self, task: Task) -> None:
        if text := "".join(action.out or "" for action in task.actions):
            self.display.write(indented(text))
        self._end(task)

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        if isinstance(fail, UnmetDependency):
            self.not_run += _is_shown(task)
            self._end(task)
            return
        message = (fail.get_msg() if fail.traceback else fail.message).rstrip()
        name = task.name.lstrip("_")
        self.failed[name] = message
        self._prepare()
        self.display.fail(name, message, _subject(task))
        self._end(task, failed=True)

    def tick(self) -> None:
        """While tasks run."""
        self.display.refresh()

    def close(self) -> None:
        """What is written from now on is not the reporter's."""
        self.display.close()

    def tell(self, line: str) -> None:
        """Shows a line that is about no task."""
        self._prepare()
        self.display.write(f"{safe(line)}\n")

    def spread(self, workers: int, ready: Ready, busy: Callable[[], int]) -> None:
        """Told that tools run elsewhere, and how many tasks run at a time from now on."""
        self.progress.workers = max(1, workers)
        self.progress.slots, self.progress.busy = ready.slots, busy
        places = f"on {', '.join(ready.where[:3])}" + f" and {len(ready.where) - 3} more" * (len(ready.where) > 3)
        self.tell(f"tools run {places}: {ready.slots} slot{'s' * (ready.slots != 1)}")

    def show(self, table: str) -> None:
        """Takes the summary, which is shown at the end."""
        self.table = table

    def complete_run(self) -> None:
        self.close()
        if isinstance(sys.exc_info()[1], Stopped):  # doit comes here on its way out
            return
        write = self.display.write
        if self.runtime_errors:
            write("\n".join(self.runtime_errors) + "\n")
        if self.table:
            write("\n" + self.table)
        failed = f", {len(self.failed)} failed" if self.failed else ""
        waiting = f", {self.not_run} not run" if self.not_run else ""
        verdicts = self._verdicts() if self.ran else None
        found, all_ = (verdicts.found, verdicts.asked + verdicts.found) if verdicts else (0, 0)
        kept = f", {found} of {all_} verdicts from the cache" if found else ""
        seconds, name = self.progress.slowest
        slowest = f", slowest {name} {seconds:.1f} s" if self.progress.ran > 1 and seconds >= 1 else ""
        write(
            counts(self.ran, self.up_to_date, self.progress.elapsed, f"{failed}{waiting}{kept}", slowest),
            "failed" if self.failed else "passed" if self.ran else "",
        )
        if verdicts and verdicts.lost:
            write(f"note: {verdicts.lost} verdicts could not be kept in the cache (disk full, or not writable?)\n")
        if self.failed:
            self._list_failures()
        if text := self._next():
            write(text, "next")

    def _list_failures(self) -> None:
        """Each failure again, in a line: what it said may be far up."""
        write = self.display.write
        write("FAILED: " + ", ".join(sorted(self.failed)) + "\n", "failed")
        width = max(map(len, self.failed))
        for name in sorted(self.failed)[:_LISTED] if self.table or len(self.failed) > 1 else ():
            first = next(iter(self.failed[name].splitlines()), "")
            write(self.display.cut(f"  {name:<{width}}  {safe(first)}") + "\n")
        if len(self.failed) > _LISTED:
            write(f"  and {len(self.failed) - _LISTED} more\n")

    def _next(self) -> str:
        """What to do next, where that is more than to correct what a message says; on a terminal also after success."""
        if unsolved := [name.removeprefix("solve:") for name in sorted(self.failed) if name.startswith("solve:")]:
            return f"next: `doit explain {unsolved[0]}` shows the point that violates fewest constraints\n"
        if self.display.is_live and self.ran and self.whole and not self.failed:
            return "next: `doit report` writes a page about it\n"
        return ""

    def _prepare(self) -> None:
        """Before the first task that runs: on a terminal, colours and a live region; elsewhere and in CI, lines.

        NO_COLOR and FORCE_COLOR are honoured (see https://no-color.org and https://force-color.org).
        """
        if self._prepared:
            return
        self._prepared = True
        terminal = self.outstream.isatty() and os.environ.get("TERM") not in (None, "dumb", "unknown")
        live = terminal and not os.environ.get("CI")
        if live or (os.environ.get("FORCE_COLOR") and not os.environ.get("NO_COLOR")):
            from .screen.terminal import Terminal

            self.display = Terminal(self.outstream, self.progress, live)

    def _end(self, task: Task, failed: bool = False) -> None:
        self.progress.end(task.name, failed)
        self.display.refresh()

    def _seconds(self) -> Mapping[str, float]:
        """How long each task took when it last ran."""
        from .records.journal import entries

        if self.journal is None:
            return {}
        return {entry.task: entry.seconds for entry in entries(self.journal, max(0, self.start - _HISTORY))}

    def _verdicts(self) -> Verdicts:
        """How many verdicts this build found in the cache, asked of tools, and could not keep."""
        from .records.journal import Verdicts, entries

        total = Verdicts()
        if self.journal:
            for entry in entries(self.journal, self.start):
                total += entry.verdicts
        return total


def _closure(tasks: Mapping[str, Task], names: Iterable[str]) -> Iterable[str]:
    """The tasks with these names, and all that they wait for."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += [*tasks[name].task_dep, *tasks[name].setup_tasks]
    return found


def _subject(task: Task) -> str:
    """The file that a task is about: the first that it reads, or the corpus's settings."""
    current = build.current()
    chunk_id = task.name.partition(":")[2]
    if current is None:
        return ""
    path = current.layout.source(chunk_id) if chunk_id.isdigit() else current.layout.settings
    return str(path)


def _is_shown(task: Task) -> bool:
    return bool(task.actions and not task.name.startswith("_"))
