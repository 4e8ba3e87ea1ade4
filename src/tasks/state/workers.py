"""Parallel tasks, each in a worker process. A worker that dies fails its own task, and nothing waits for it."""

from __future__ import annotations

import gc
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import Process
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any

from doit.control import ExecNode, TaskDispatcher
from doit.exceptions import TaskFailed
from doit.runner import JobHold, MRunner, Runner

from .stopping import Stopped

_PULSE = 1.0
"""Seconds between two checks whether a worker is stopped."""
_A_WHILE = 0.02
"""Seconds in which a task that finds all its verdicts in the cache has ended, mostly."""
_FILES = 32
"""Files that a build, a worker or a tool has open at most; a worker is two more for the build."""


class Workers(MRunner):  # type: ignore[misc]
    """doit's parallel runner, with a pipe for each worker: a worker that dies may keep the lock of a shared queue.

    load loads what tasks need; it is called before the first worker is forked, so that they share it. While all
    workers are busy, the reporter's meanwhile is called now and then, with the tasks that run, until it returns True.
    """

    def __init__(self, *given: Any, load: Callable[[], object]) -> None:
        super().__init__(*given)
        self.load = load
        self.is_prepared = False

    def run_tasks(self, task_dispatcher: TaskDispatcher) -> None:
        self._run_tasks_init(task_dispatcher)
        idle: list[_Worker] = []
        busy: list[_Worker] = []
        every: list[_Worker] = []
        completed: ExecNode | None = None
        left, most = True, _most_workers()
        try:
            while True:
                while left and len(busy) < min(self.num_process, most):
                    job = self.get_next_job(completed)
                    completed = None
                    if isinstance(job, JobHold):  # what is left waits for what is running
                        break
                    left = job is not None
                    if job is not None:
                        self.reporter.execute_task(self.tasks[job.name])
                        if not every:
                            gc.freeze()  # what has been read stays: to search it takes long, here and in every worker
                            self.load()
                        if not idle:
                            every.append(_Worker(self))
                            idle.append(every[-1])
                        worker = idle.pop()
                        worker.give(job)
                        busy.append(worker)
                if not busy:
                    return
                worker = self._next_to_answer(busy)
                busy.remove(worker)
                completed = task_dispatcher.nodes[worker.task]
                if worker.died:
                    self.process_task_result(completed, TaskFailed(worker.died))
                else:
                    self._process_result(completed, completed.task, worker.answer)
                    idle.append(worker)
        except BaseException:
            for worker in every:
                worker.kill()
            raise
        finally:
            for worker in every:  # all are told before one is waited for
                worker.dismiss()
            for worker in every:
                worker.process.join()

    def _next_to_answer(self, busy: list[_Worker]) -> _Worker:
        pulse = min(_PULSE, self.reporter.pulse or _PULSE)
        checked = time.monotonic()
        while True:
            handles = [handle for worker in busy for handle in (worker.pipe, worker.process.sentinel)]
            ready = wait(handles, pulse if self.is_prepared else _A_WHILE)
            if not ready and not self.is_prepared:
                self.is_prepared = self.reporter.meanwhile([worker.task for worker in busy])
                continue
            for worker in busy:
                has_written = worker.pipe in ready
                if (has_written or worker.process.sentinel in ready) and worker.receive(has_written):
                    return worker
            if self.reporter.pulse:
                self.reporter.tick()
            if time.monotonic() - checked >= _PULSE:
                checked = time.monotonic()
                for worker in busy:
                    worker.end_if_stopped()


class _Worker:
    """A worker process, seen from the build. task: its current task; answer: its last answer; died: how it ended
    without one.
    """

    def __init__(self, runner: Runner) -> None:
        self.pipe, other = Pipe()
        self.process = Process(target=_work, args=(other, runner))
        try:
            self.process.start()
        except OSError as error:
            raise Stopped(
                f"no worker process can be started: {error.strerror}; finished tasks are kept: build with a smaller -n"
            ) from None
        other.close()
        self.task = ""
        self.answer: dict[str, Any] = {}
        self.died = ""
        self._was_stopped = False

    def give(self, job: Any) -> None:
        self.task, self._was_stopped = job.name, False
        with suppress(OSError):  # it has died meanwhile, which is seen soon
            self.pipe.send((job.name, job.task_dict))

    def receive(self, has_written: bool) -> bool:
        """Whether it has answered or died. Raises what ends the build."""
        try:
            if has_written or self.pipe.poll():
                self.answer = self.pipe.recv()
                if "exit" in self.answer:
                    raise self.answer["exit"](self.answer["exception"])
                return True
        except (EOFError, OSError):
            self.process.join()
        if self.process.is_alive():
            return False
        code = self.process.exitcode or 0
        how = (
            f"was killed by signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"ended with exit code {code}"
        )
        self.died = (
            self.died or f"the worker process {how}; perhaps it ran out of memory; the next build runs the task again"
        )
        return True

    def end_if_stopped(self) -> None:
        """Kills it if it is found stopped twice in a row; a build that was stopped as a whole continues."""
        stopped = False
        with suppress(OSError), open(f"/proc/{self.process.pid}/stat", "rb") as file:
            stopped = file.read().rpartition(b") ")[2][:1] == b"T"
        if stopped and self._was_stopped:
            self.died = (
                "the worker process was stopped by a signal, and then killed; the next build runs the task again"
            )
            self.process.kill()
        self._was_stopped = stopped

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    def dismiss(self) -> None:
        with suppress(OSError):  # closing the pipe would not do: workers that were started later hold its end too
            self.pipe.send(None)


def _most_workers() -> int:
    """How many workers leave enough of the files that this process may have open."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, (allowed - _FILES) // 2) if allowed != resource.RLIM_INFINITY else sys.maxsize


def _work(pipe: Connection, runner: Runner) -> None:
    """The loop of a worker: runs the tasks that it is given, until the build has no more."""
    for name, data in _jobs(pipe):
        task = runner.tasks[name]
        task.update_from_pickle(data)
        try:
            failure = task.execute(runner.stream)
        except (SystemExit, KeyboardInterrupt, Exception) as error:
            pipe.send({"exit": error.__class__, "exception": str(error)})
            return
        answer = {
            "task": task.pickle_safe_dict(),
            "out": [action.out for action in task.actions],
            "err": [action.err for action in task.actions],
        }
        pipe.send(answer | ({"failure": failure} if failure else {}))


def _jobs(pipe: Connection) -> Iterator[tuple[str, dict[str, Any]]]:
    with suppress(EOFError):
        while (job := pipe.recv()) is not None:
            yield job
