"""One run of an external tool: in a process group of its own, under limits, and never longer than the build."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TypeAlias

from ..errors import ToolError

MOST_OUTPUT = 64 * 1024 * 1024
"""Bytes a tool may print before it is killed."""

Stream: TypeAlias = IO[bytes]
Reap: TypeAlias = Callable[[], int]
"""Waits for the child to be gone and returns its exit code, negative for a signal."""


@dataclass(frozen=True)
class Run:
    """status: exit code, negative for a signal; None where the time ran out."""

    status: int | None
    output: str
    errors: str
    seconds: float


def run(
    command: Sequence[str], text: str, *, seconds: float, memory_mb: int, environment: Mapping[str, str] | None = None
) -> Run:
    """Runs command with text as standard input for at most seconds of wall time and memory_mb of address space.

    environment is added to our own. Raises ToolError where the command cannot be started.
    """

    def start(stdin: Stream, stdout: Stream, stderr: Stream) -> tuple[int, Reap]:
        try:
            process = subprocess.Popen(
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
                preexec_fn=_limits(seconds, memory_mb),
                env={**os.environ, **(environment or {})},
            )
        except OSError as error:
            raise ToolError(f"{command[0]} cannot be started: {error.strerror}") from None
        return process.pid, process.wait

    return _observe(start, text, seconds)


def run_forked(
    entry: Callable[[], int], text: str, *, seconds: float, memory_mb: int, environment: Mapping[str, str] | None = None
) -> Run:
    """As run, of a function of this process in a fork of it; what the function returns is the exit code."""
    limit = _limits(seconds, memory_mb)

    def start(stdin: Stream, stdout: Stream, stderr: Stream) -> tuple[int, Reap]:
        child = os.fork()
        if child == 0:
            code = 127
            try:
                os.setsid()
                limit()
                for number, stream in enumerate((stdin, stdout, stderr)):
                    os.dup2(stream.fileno(), number)
                os.environ.update(environment or {})
                code = entry()
            finally:
                os._exit(code)
        return child, lambda: os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    return _observe(start, text, seconds)


def _observe(start: Callable[[Stream, Stream, Stream], tuple[int, Reap]], text: str, seconds: float) -> Run:
    """Starts a child with files for its streams, waits, and kills whatever is left of its group."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        stdin.write(text.encode("utf-8"))
        stdin.seek(0)
        child, reap = start(stdin, stdout, stderr)
        try:
            finished = _wait(child, seconds)
        finally:
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    kill(child, signal.SIGKILL)
            status = reap()
        stdout.seek(0)
        stderr.seek(0)
        output, errors = (stream.read().decode("utf-8", errors="replace") for stream in (stdout, stderr))
    return Run(status if finished else None, output, errors, time.monotonic() - started)


def _wait(child: int, seconds: float) -> bool:
    """True once the child has ended (it is not reaped yet), False when the time ran out first."""
    if hasattr(os, "pidfd_open"):
        descriptor = os.pidfd_open(child)
        try:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(seconds * 1000))
        finally:
            os.close(descriptor)
    end = time.monotonic() + seconds
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def _limits(seconds: float, memory_mb: int) -> Callable[[], None]:
    """What the child does first; everything it needs is made before the fork."""
    import resource

    memory = memory_mb * 1024 * 1024
    processor = int(seconds) + 5
    prctl = None
    if sys.platform == "linux":
        import ctypes

        prctl = ctypes.CDLL(None).prctl

    def apply() -> None:
        if prctl is not None:
            prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: die with the build
        for limit, value in (
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_FSIZE, MOST_OUTPUT),
            (resource.RLIMIT_CPU, processor),
            (resource.RLIMIT_CORE, 0),
        ):
            # macOS refuses some of them, and nobody may raise a limit that is lower already.
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(limit, (value, value))

    return apply
