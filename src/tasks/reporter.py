"""The output of a build: a line for each task that runs, complete messages of failures, the summary at the end."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from doit.exceptions import BaseFail, UnmetDependency
from doit.reporter import ConsoleReporter
from doit.task import Task

from . import build
from .state.stopping import Stopped

if TYPE_CHECKING:
    from .records.journal import Verdicts


class Reporter(ConsoleReporter):  # type: ignore[misc]
    """doit's console reporter without the tasks that do not run, and with each task's output in one piece."""

    desc = "tasks that run, complete messages of failures, the summary at the end"

    def __init__(self, outstream: TextIO, options: Mapping[str, Any]) -> None:
        super().__init__(outstream, options)
        self.started = time.monotonic()
        self.failed: list[str] = []
        self.table = ""
        current = build.current()
        self.ran = self.not_run = 0
        self.up_to_date = current.settled if current else 0
        self.journal: Path | None = current.layout.journal if current else None
        self.start = self.journal.stat().st_size if self.journal and self.journal.is_file() else 0

    def execute_task(self, task: Task) -> None:
        if _is_shown(task):
            self.ran += 1
            self.write(f".  {task.title()}\n")

    def skip_uptodate(self, task: Task) -> None:
        self.up_to_date += _is_shown(task)

    def skip_ignore(self, task: Task) -> None:
        self.not_run += _is_shown(task)

    def add_success(self, task: Task) -> None:
        if text := "".join(action.out or "" for action in task.actions):
            self.write(_indented(text))

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        if isinstance(fail, UnmetDependency):
            self.not_run += _is_shown(task)
            return
        message = fail.get_msg().rstrip() if fail.traceback else fail.message.rstrip()
        name = task.name.lstrip("_")
        self.failed.append(name)
        self.write(f"!! {name} failed\n{_indented(message)}")

    def show(self, table: str) -> None:
        """Takes the summary, which is shown at the end."""
        self.table = table

    def complete_run(self) -> None:
        if isinstance(sys.exc_info()[1], Stopped):  # doit comes here on its way out
            return
        if self.runtime_errors:
            self.write("\n".join(self.runtime_errors) + "\n")
        if self.table:
            self.write("\n" + self.table)
        seconds = time.monotonic() - self.started
        failed = f", {len(self.failed)} failed" if self.failed else ""
        waiting = f", {self.not_run} not run" if self.not_run else ""
        verdicts = self._verdicts() if self.ran else None
        found, all_ = (verdicts.found, verdicts.asked + verdicts.found) if verdicts else (0, 0)
        kept = f", {found} of {all_} verdicts from the cache" if found else ""
        ran = f"{self.ran} task{'' if self.ran == 1 else 's'} run"
        self.write(f"{ran}, {self.up_to_date} up to date{failed}{waiting}{kept}: {seconds:.1f} s\n")
        if verdicts and verdicts.lost:
            self.write(f"note: {verdicts.lost} verdicts could not be kept in the cache (disk full, or not writable?)\n")
        if self.failed:
            self.write("FAILED: " + ", ".join(sorted(self.failed)) + "\n")

    def _verdicts(self) -> Verdicts:
        """How many verdicts this build found in the cache, asked of tools, and could not keep."""
        from .records.journal import Verdicts, entries

        total = Verdicts()
        if self.journal:
            for entry in entries(self.journal, self.start):
                total += entry.verdicts
        return total


def _is_shown(task: Task) -> bool:
    return bool(task.actions and not task.name.startswith("_"))


def _indented(text: str) -> str:
    return "".join(f"   {_no_command(line)}\n" for line in text.rstrip().splitlines())


def _no_command(line: str) -> str:
    r"""line as no workflow command: GitHub obeys `::name::` where a line begins, and `##[name]` anywhere."""
    return re.sub(r"^(\s*):(?=:)", r"\1\\u003A", line).replace("##[", r"##\u005B")
