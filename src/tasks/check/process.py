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
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import ToolError

MOST_OUTPUT = 64 * 1024 * 1024
"""Bytes a tool may print before it is killed."""


@dataclass(frozen=True)
class Run:
    """status: exit code, negative for a signal; None where the time ran out."""

    status: int | None
    output: str
    errors: str
    seconds: float


def run(command: Sequence[str], text: str, *, seconds: float, memory_mb: int) -> Run:
    """Runs command with text as standard input for at most seconds of wall time and memory_mb of address space.

    Raises ToolError where the command cannot be started.
    """
    started = time.monotonic()
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        stdin.write(text.encode("utf-8"))
        stdin.seek(0)
        try:
            process = subprocess.Popen(
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
                preexec_fn=_limits(seconds, memory_mb),
            )
        except OSError as error:
            raise ToolError(f"{command[0]} cannot be started: {error.strerror}") from None
        try:
            finished = _wait(process, seconds)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        texts = []
        for stream in (stdout, stderr):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", errors="replace"))
    return Run(process.returncode if finished else None, *texts, time.monotonic() - started)


def _wait(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """True once the process has ended, False when the time ran out first."""
    if hasattr(os, "pidfd_open"):  # Popen.wait with a timeout polls, which costs up to 50 ms a run
        descriptor = os.pidfd_open(process.pid)
        try:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(seconds * 1000))
        finally:
            os.close(descriptor)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _limits(seconds: float, memory_mb: int) -> Callable[[], None]:
    """What the child does between fork and exec; everything it needs is made before the fork."""
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
