"""What a build says while it runs: a line a task that runs, a failure whole, and the summary at the end."""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from doit.exceptions import BaseFail, UnmetDependency
from doit.globals import Globals
from doit.reporter import ConsoleReporter
from doit.task import Task

from .state.database import Database
from .state.stopping import Stopped


class Reporter(ConsoleReporter):  # type: ignore[misc]
    """doit's console reporter, less the tasks that do not run, plus each task's output in one piece."""

    desc = "tasks that run, failures whole, the summary at the end"

    def __init__(self, outstream: TextIO, options: Mapping[str, Any]) -> None:
        super().__init__(outstream, options)
        self.started = time.monotonic()
        self.messages: dict[str, str] = {}
        self.ran = self.up_to_date = self.not_run = 0
        self.tasks: Mapping[str, Task] = {}
        self.selected: set[str] = set()
        self.journal: Journal | None = None
        # Of doit's commands only a build has a reporter, and it has one before it asks for the first record.
        if isinstance(Globals.dep_manager.backend, Database):
            Globals.dep_manager.backend.own()

    def initialize(self, tasks: Mapping[str, Task], selected_tasks: list[str]) -> None:
        self.tasks = tasks
        self.selected = set(selected_tasks)
        self.journal = Journal(tasks["summary"].meta["layout"].journal) if "summary" in tasks else None

    def execute_task(self, task: Task) -> None:
        if task.actions and not _hidden(task):
            self.ran += 1
            self.write(f".  {task.title()}\n")

    def skip_uptodate(self, task: Task) -> None:
        self.up_to_date += bool(task.actions and not _hidden(task))

    def add_success(self, task: Task) -> None:
        if text := "".join(action.out or "" for action in task.actions):
            self.write(_indented(text))

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        # What a failed task, or one that could not run, had shown earlier does not hold any more.
        for target in task.targets:
            with suppress(OSError):  # a folder that cannot be written has said so
                Path(target).unlink(missing_ok=True)
        if isinstance(fail, UnmetDependency):
            self.not_run += bool(task.actions and not _hidden(task))
            return
        message = fail.get_msg().rstrip() if fail.traceback else fail.message.rstrip()
        name = task.name.lstrip("_")
        self.messages[name] = message
        self.write(f"!! {name} failed\n{_indented(message)}")

    def complete_run(self) -> None:
        stopped = sys.exc_info()[1]
        if isinstance(stopped, Stopped):  # doit comes here on its way out
            sys.stderr.write(f"ERROR: {stopped.text}\n")
            return
        if self.runtime_errors:
            self.write("\n".join(self.runtime_errors) + "\n")
        summary_task = self.tasks.get("summary")
        if summary_task is not None and (not self.messages or any(map(_of_the_corpus, self.messages))):
            self._show_summary(summary_task)
        seconds = time.monotonic() - self.started
        failed = f", {len(self.messages)} failed" if self.messages else ""
        waiting = f", {self.not_run} not run because of that" if self.not_run else ""
        verdicts = self.journal.verdicts() if self.journal else Counter()
        asked, found = verdicts["asked"], verdicts["found"]
        kept = f", {found} of {asked + found} verdicts from the cache" if found else ""
        self.write(f"{self.ran} tasks run, {self.up_to_date} up to date{failed}{waiting}{kept}: {seconds:.1f} s\n")
        if lost := verdicts["not kept"]:
            self.write(f"note: {lost} verdicts could not be kept in the cache (is its disk full, or not yours?)\n")
        if self.messages:
            self.write("FAILED: " + ", ".join(sorted(self.messages)) + "\n")

    def _show_summary(self, task: Task) -> None:
        from .summary import read_summary, summarise, table, write_summary

        layout = task.meta["layout"]
        if self.messages:
            try:
                write_summary(layout.summary, summarise(**task.meta, failures=self.messages, stands=self._stands))
            except OSError as error:
                self.write(f"{layout.summary}: cannot be written: {error.strerror}\n")
                return
        if self.messages or "summary" in self.selected:
            summary = read_summary(layout.summary)
            if summary is not None:
                self.write("\n" + table(summary))

    def _stands(self, task_name: str) -> bool:
        """Whether a task is up to date, asked for stamps that this build may not have looked at."""
        return bool(Globals.dep_manager.get_status(self.tasks[task_name], self.tasks).status == "up-to-date")


class Journal:
    """What this build adds to the journal."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.start = path.stat().st_size if path.is_file() else 0

    def verdicts(self) -> Counter[str]:
        """How many verdicts were found in the cache, asked of tools, and could not be kept."""
        total: Counter[str] = Counter()
        if self.path.is_file():
            with open(self.path, "rb") as file:
                file.seek(self.start)
                for line in file:
                    with suppress(ValueError, TypeError, AttributeError):  # a torn line
                        total.update(json.loads(line).get("verdicts", {}))
        return total


def _of_the_corpus(name: str) -> bool:
    """Whether the summary speaks of a task of that name."""
    return name.partition(":")[0] not in ("secrets", "primes", "report")


def _hidden(task: Task) -> bool:
    return bool(task.name.startswith("_"))


def _indented(text: str) -> str:
    return "".join(f"   {_no_command(line)}\n" for line in text.rstrip().splitlines())


def _no_command(line: str) -> str:
    r"""line as no workflow command: GitHub obeys `::name::` where a line begins, and `##[name]` anywhere."""
    return re.sub(r"^(\s*):(?=:)", r"\1\\u003A", line).replace("##[", r"##\u005B")
