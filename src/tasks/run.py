"""The command `run` of doit for a build of ours: what belongs to the build, whatever reporter shows it.

It holds the lock of the out folder from before the first task is looked at, removes what failed tasks and chunks that
are gone left behind, and writes the summary when the build ends.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from doit.action import PythonAction
from doit.cmd_run import Run as DoitRun
from doit.control import TaskControl
from doit.dependency import DatabaseException
from doit.exceptions import BaseFail, InvalidCommand, InvalidDodoFile, UnmetDependency
from doit.runner import Runner
from doit.task import Stream, Task

from . import build
from .errors import ToolError
from .files import discard, open_to_others
from .project import Build
from .snapshot import Data, look, write_snapshot
from .state.database import Database
from .state.output import Output
from .state.stopping import Stopped

if TYPE_CHECKING:
    from .cluster.connection import Cluster

_OF_A_CHUNK = re.compile(r"[a-z_]+:([0-9]{2,})")

_FEW = 4
"""Chunks that are shown at the end of a build of these alone."""

OWN_DATABASE = "the build keeps its own database: do not use --backend and --db-file; see out=DIR"


class Watch:
    """Stands between doit and a reporter: notes what becomes of each task, and ends the build.

    failures: messages of failed tasks; unmet: tasks that could not run for another's failure; ignored: tasks that
    `doit ignore` keeps from running.
    """

    def __init__(self, reporter: Any, current: Build, database: Database) -> None:
        self.reporter = reporter
        self.build = current
        self.database = database
        self.failures: dict[str, str] = {}
        self.unmet: list[str] = []
        self.ignored: list[str] = []
        self.selected: set[str] = set()
        self.changed = False
        self.passed = True
        self.snapshot: Data | None = None
        self.before: Callable[[Task], None] | None = None
        """Told of each task before it runs."""

    def initialize(self, tasks: Mapping[str, Task], selected_tasks: list[str]) -> None:
        self.selected = set(selected_tasks)
        if hasattr(self.reporter, "initialize"):
            self.reporter.initialize(tasks, selected_tasks)

    def get_status(self, task: Task) -> None:
        self.reporter.get_status(task)

    def execute_task(self, task: Task) -> None:
        if task.actions and not task.name.startswith("_"):
            self._begin(task)
        if self.before:
            self.before(task)
        self.reporter.execute_task(task)

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        self._begin(task)
        # What the task showed earlier does not hold any more.
        discard(task.targets)
        if isinstance(fail, UnmetDependency):
            self.unmet.append(task.name)
        else:
            self.failures[task.name.lstrip("_")] = (fail.get_msg() if fail.traceback else fail.message).rstrip()
        self.reporter.add_failure(task, fail)

    def add_success(self, task: Task) -> None:
        self.reporter.add_success(task)

    def skip_uptodate(self, task: Task) -> None:
        self.reporter.skip_uptodate(task)

    def skip_ignore(self, task: Task) -> None:
        self._begin(task)
        if self.database.get(task.name, "ignore:"):  # not one that is skipped because of another
            self.ignored.append(task.name)
        self.reporter.skip_ignore(task)

    def cleanup_error(self, exception: BaseFail) -> None:
        self.reporter.cleanup_error(exception)

    @property
    def pulse(self) -> float | None:
        """After how many seconds the reporter wants to be called while nothing happens; None for never."""
        return getattr(self.reporter, "pulse", None)

    def tick(self) -> None:
        self.reporter.tick()

    def meanwhile(self, running: Iterable[str]) -> bool:
        """Does what has to be done before the end and takes long, if one of the tasks that run asks a tool: while it
        waits for the tool, that takes no time of the build's. Returns whether it is done.
        """
        from .stages import BY_NAME

        stages = [BY_NAME.get(task.partition(":")[0]) for task in running]
        if not any(stage and stage.engines for stage in stages):
            return False
        _ = self.kept
        return True

    def close(self) -> None:
        """Before somebody else writes to the screen."""
        if hasattr(self.reporter, "close"):
            self.reporter.close()

    def runtime_error(self, message: str) -> None:
        self.passed = False
        self.reporter.runtime_error(message)

    def teardown_task(self, task: Task) -> None:
        self.reporter.teardown_task(task)

    def complete_run(self) -> None:
        of_the_corpus = self.changed or "summary" in self.selected
        if sys.exc_info()[1] is None and of_the_corpus:  # a build that is stopped has no summary
            table, passed = self._conclude()
            self.passed = self.passed and not self.ignored and (passed or "summary" not in self.selected)
            of_chunks = all(_OF_A_CHUNK.fullmatch(name) for name in self.selected)
            if "summary" in self.selected or self.ignored or (self.failures and not of_chunks):
                self._show(table)
        if sys.exc_info()[1] is None and not self.failures:
            self._show_chunks()
        self.reporter.complete_run()

    def tell(self, line: str) -> None:
        """A line for the user while tasks run."""
        if hasattr(self.reporter, "tell"):
            self.reporter.tell(line)
        else:
            sys.stderr.write(f"{line}\n")

    def _show(self, text: str) -> None:
        if hasattr(self.reporter, "show"):
            self.reporter.show(text)

    def _show_chunks(self) -> None:
        """Where chunks are all that was asked for: their witnesses, with what the constraints have to spare there."""
        chunks = [name.partition(":")[2] for name in sorted(self.selected) if name.startswith("chunk:")]
        if not 0 < len(chunks) == len(self.selected) <= _FEW:
            return
        from .commands.show import brief
        from .state.recorded import make_ledger

        ledger = make_ledger(self.build.plan, self.build.code, lambda task: self.database.get(task, "_values_:"))
        self._show("".join(f"{line}\n" for chunk_id in chunks for line in brief(ledger, chunk_id)))

    def _conclude(self) -> tuple[str, bool]:
        """The summary for the screen, and whether all passed."""
        seen = self.build.seen
        if seen and self.build.is_done:
            return str(seen.snapshot["table"]), bool(seen.snapshot["passed"])
        from .lifecycle import conclude

        failures = {name: message for name, message in self.failures.items() if not _is_job(name)}
        found, self.snapshot = conclude(self.build, self.database, failures, self.ignored, self.kept)
        return found.table, found.passed

    @cached_property
    def last(self) -> bytes:
        """The file of the last summary, as it was before anything changed."""
        from .lifecycle import last_summary

        return last_summary(self.build)

    @cached_property
    def kept(self) -> Any:
        """What the last summary says of chunks that nobody looks at again (see lifecycle.keep)."""
        from .lifecycle import keep

        return keep(self.build, self.last)

    def _begin(self, task: Task) -> None:
        """Before the first thing that happens: what the summary says does not hold any more."""
        if not self.changed and not _is_job(task.name):
            self.last  # noqa: B018 # it is read now
            self.changed = True
            discard([self.build.layout.summary])


def _is_job(task: str) -> bool:
    """Whether the summary says nothing of a task."""
    from .jobs import JOBS

    return task.partition(":")[0] in {job.name for job in JOBS if not job.beside}


class Run(DoitRun):  # type: ignore[misc]
    """doit's run, for a build of ours; for any other dodo file it is doit's own."""

    _processes_given = False
    """Whether the command line says how many tasks run at a time."""

    def execute(self, params: Any, args: list[str]) -> int:
        self._processes_given = "num_process" in params._non_default_keys  # which doit asks too
        build.leave_out = lambda current: self._left_out(current, params, args)
        try:
            return int(super().execute(params, args))
        except DatabaseException:
            raise InvalidCommand(OWN_DATABASE) from None
        except InvalidCommand as error:
            current = build.current()
            if current is None or not error.not_found:
                raise
            from .naming import commands
            from .selection import unknown

            raise InvalidCommand(unknown(error.not_found, current, set(self.control.tasks), commands())) from None

    def _left_out(self, current: Build, params: Any, args: list[str]) -> frozenset[str]:
        """The chunks of which no task is made: nobody asks for them, or they are known to be up to date."""
        if args:
            from .selection import task_named

            args[:] = [task_named(word, current) for word in args]
        current.asked = tuple(args)
        database = self.dep_manager.backend
        if not isinstance(database, Database) or database.path != current.layout.database:
            return frozenset()
        if current.seen is None:
            current.seen = look(current, database)
        else:  # looked at before doit was loaded (see idle.py), with the database as it was
            database.lock()
            database.trust()
        ids = frozenset(current.names.ids)
        asked = [found[1] for found in map(_OF_A_CHUNK.fullmatch, args) if found]
        if asked and len(asked) == len(args) and ids.issuperset(asked):
            return ids.difference(asked)
        everything = params["always"] or params["single"] or params["reporter"] != "duality"
        if args not in ([], ["summary"]) or everything or not current.seen:
            return frozenset()
        current.settled = current.seen.count_tasks()
        return current.seen.fresh

    def _execute(
        self, outfile: Any, verbosity: Any = None, always: bool = False, continue_: bool = False,
        reporter: Any = "console", num_process: int = 0, par_type: str = "process", single: bool = False,
        auto_delayed_regex: bool = False, force_verbosity: bool = False, failure_verbosity: int = 0,
        pdb: bool = False,
    ) -> int:  # fmt: skip
        current = build.current()
        if current is None:
            return int(
                super()._execute(
                    outfile, verbosity, always, continue_, reporter, num_process, par_type, single, auto_delayed_regex,
                    force_verbosity, failure_verbosity, pdb,
                )
            )  # fmt: skip
        database = self.dep_manager.backend
        if not isinstance(database, Database) or database.path != current.layout.database:
            raise InvalidCommand(OWN_DATABASE)
        if not current.is_done and (current.values["cache"] or os.environ.get("DUALITY_CACHE")):
            from .check.ask import refuse_bad_cache

            try:
                refuse_bad_cache(current.plan)
            except ToolError as error:
                raise InvalidDodoFile(str(error)) from None
        PythonAction.pm_pdb = pdb
        self.control = TaskControl(self.task_list)
        self.control.process(self.sel_tasks)
        if single:
            _without_dependencies(self.control)
        if found := open_to_others(current.layout.out):
            sys.stderr.write(
                f"WARNING: {current.layout.out}: {found}, and what they put there could be taken for the build's; see "
                "out=DIR\n"
            )
        if not current.is_done:
            from .lifecycle import begin

            database.own()
            begin(current, database)
        with _output(outfile) as stream:
            shown = (self.reporters[reporter] if isinstance(reporter, str) else reporter)(
                stream, {"failure_verbosity": failure_verbosity, "verbosity": verbosity, "workers": num_process}
            )
            watch = Watch(shown, current, database)
            given = (self.dep_manager, watch, continue_, always, Stream(0))
            runner = _runner(current, given, 0 if current.is_done else num_process)
            cluster = None if current.is_done else _cluster(current, num_process)
            if cluster:
                watch.before = lambda task: _connect(cluster, task, watch, runner, not self._processes_given)
            # From here on a closed pipe is an error, as a worker that died may have been at its other end.
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)
            try:
                dispatcher = self.control.task_dispatcher()
                if not current.is_done:
                    from .graph import numbers
                    from .state.order import Ready

                    dispatcher.ready = Ready(numbers(current))
                try:
                    code = runner.run_all(dispatcher)
                finally:
                    if cluster:
                        cluster.close()
                stream.flush()
            except BrokenPipeError:  # nobody reads any more (`doit | head`)
                stream.drop()
                return 128 + signal.SIGPIPE
            except Stopped as stopped:
                watch.close()
                sys.stderr.write(f"ERROR: {stopped.text}\n")
                raise
        code = int(code) or int(not watch.passed)
        if watch.snapshot is None and current.seen and current.seen.renewed:
            watch.snapshot = current.seen.data()
        if watch.snapshot is not None and not current.code.has_changed():
            database.dump()
            whole = code == 0 and "summary" in watch.selected
            write_snapshot(current.layout.snapshot, {"whole": whole, **watch.snapshot, "database": database.state()})
        return code


def _runner(current: Build, given: Any, processes: int) -> Runner:
    if not processes:
        return Runner(*given)
    from .stages.perform import load
    from .state.workers import Workers

    return Workers(*given, processes, load=partial(load, current.plan.scratch))


def _cluster(current: Build, processes: int) -> Cluster | None:
    """Where tools run other than here, which the plan says from now on; nothing is started yet."""
    if current.values["runner"] == "local":
        return None
    from .cluster.connection import Cluster, Unreachable, warning

    try:
        cluster = Cluster(current.values["runner"], max(1, processes))
    except Unreachable as error:
        raise InvalidDodoFile(str(error)) from None
    if text := warning(cluster.address):
        sys.stderr.write(f"WARNING: {text}\n")
    current.plan = current.plan.through(cluster.socket, current.code.package_digest())
    return cluster


def _connect(cluster: Cluster, task: Task, watch: Watch, runner: Runner, scale: bool) -> None:
    """Connects to the cluster before the first task that may ask a tool; from then on, if that is wanted, as many tasks
    run at a time as it has slots.
    """
    from .stages import BY_NAME

    stage = BY_NAME.get(task.name.partition(":")[0])
    if cluster.ready or not stage or not stage.engines:
        return
    from .cluster.connection import Unreachable
    from .graph import ENGINES

    try:
        ready = cluster.open(watch.build.plan, ENGINES)
    except Unreachable as error:
        raise Stopped(f"{error}; finished tasks are kept") from None
    if scale and hasattr(runner, "num_process"):
        runner.num_process = ready.slots
    for note in ready.notes:
        watch.tell(f"note: not all tools are asked there: {note}")
    if hasattr(watch.reporter, "spread"):
        watch.reporter.spread(runner.num_process if hasattr(runner, "num_process") else 1, ready, cluster.busy)


def _without_dependencies(control: TaskControl) -> None:
    """Makes the selected tasks run alone; of a group its members."""
    for name in control.selected_tasks:
        task = control.tasks[name]
        for each in [control.tasks[member] for member in task.task_dep] if task.has_subtask else [task]:
            each.task_dep = []


@contextlib.contextmanager
def _output(outfile: Any) -> Iterator[Output]:
    """Where a reporter writes: a file that is named, standard output, or nowhere where that is closed."""
    if outfile is None:
        outfile = os.devnull
    if not isinstance(outfile, str):
        yield Output(outfile, "standard output", _KEPT)
        return
    with open(outfile, "w", encoding="utf-8") as file:
        yield Output(file, outfile, _KEPT)


_KEPT = "; finished tasks are kept"
