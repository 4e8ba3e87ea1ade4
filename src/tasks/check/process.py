"""One run of an external tool: under limits, and never longer than the build, with all that it started."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from ..errors import ToolError
from .call import Run
from .supervisor import Quota, supervised

# What programs say where the system gives them no more memory: C++, Lean and MiniZinc, Python, and the loader.
_NO_MEMORY = re.compile(r"std::bad_alloc|out of memory|MemoryError|cannot allocate memory", re.IGNORECASE)
_ROOM, ROOM_OF_A_FAILURE = 64 * 1024, 16 * 1024 * 1024
"""Bytes that must be free where tools print, when they have ended; more where they failed, as they also write files of
their own there, which are gone by then.
"""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Errors of a disk that has no room."""
_BABBLE = 64 * 1024
"""Bytes that are kept of a stream that was cut off for its length."""


_PASSED_ON = ("PATH", "TZ", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOCALE_ARCHIVE")


def clean_environment() -> dict[str, str]:
    """What a tool is started with: nothing that makes it read other settings, or run other programs, than those that
    count as the tool.

    Without a home, MiniZinc has no preferences and no solvers of the user's own. LD_LIBRARY_PATH is needed by MiniZinc
    as it is downloaded; the libraries that it leads to have their part in a tool's identity (see engines.py). Files of
    its own have their place where ours have, which Python chooses so that there is room.
    """
    kept = {name: text for name, text in os.environ.items() if name in _PASSED_ON or name.startswith("LC_")}
    return kept | {"HOME": "/nonexistent", "TMPDIR": tempfile.gettempdir()}


def run(
    command: Sequence[str], text: str, *, seconds: float, memory_mb: int, reserved_mb: int = 0,
    environment: Mapping[str, str] | None = None,
) -> Run:  # fmt: skip
    """Runs command with text as standard input, for at most seconds of wall time.

    memory_mb: of address space for each process, and in use by all of them together; reserved_mb: address space that a
    process may hold beyond that. environment: all that the tool gets; None for our own. Raises ToolError where the
    command cannot be started, OSError where the disk that it prints to is full.
    """

    def start(streams: Sequence[IO[bytes]], limit: Callable[[], None]) -> int:
        stdin, stdout, stderr = streams
        child = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr, preexec_fn=limit, env=environment)
        child.returncode = 0  # or Popen, when it is forgotten, might be the one that is told the real one
        return child.pid

    return _observe(start, command[0], text, Quota(seconds, memory_mb, reserved_mb))


def run_forked(
    entry: Callable[[], int], text: str, *, seconds: float, memory_mb: int, reserved_mb: int = 0,
    environment: Mapping[str, str] | None = None,
) -> Run:  # fmt: skip
    """As run, of a function of this process in a fork of it; what the function returns is the exit code."""

    def start(streams: Sequence[IO[bytes]], limit: Callable[[], None]) -> int:
        child = os.fork()
        if child == 0:
            code = 127
            try:
                limit()
                for number, stream in enumerate(streams):
                    os.dup2(stream.fileno(), number)
                if environment is not None:
                    os.environ.clear()
                    os.environ.update(environment)
                code = entry()
            finally:
                os._exit(code)
        return child

    return _observe(start, "the library", text, Quota(seconds, memory_mb, reserved_mb))


def _observe(
    start: Callable[[Sequence[IO[bytes]], Callable[[], None]], int], name: str, text: str, quota: Quota
) -> Run:
    started = time.monotonic()
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        _write(stdin, text)
        streams = (stdin, stdout, stderr)
        printed = (stdout.fileno(), stderr.fileno())
        try:
            end = supervised(lambda limit: start(streams, limit), printed, quota)
        except ChildProcessError as error:
            raise ToolError(f"{name} has no verdict: {error}; run the build again") from None
        except OSError as error:
            raise ToolError(f"{name} cannot be started: {error.strerror}") from None
        for stream in (stdout, stderr):
            refuse_full_disk(stream, tempfile.gettempdir(), ROOM_OF_A_FAILURE if end.status else _ROOM)
            stream.seek(0)
        most = _BABBLE if end.ended == "output" else -1
        output, errors = (stream.read(most).decode("utf-8", errors="replace") for stream in (stdout, stderr))
    ended = end.ended
    if end.status and _NO_MEMORY.search(errors[-_BABBLE:]):
        ended = "memory"
    return Run(end.status, output, errors, time.monotonic() - started, ended)


def _write(stream: IO[bytes], text: str) -> None:
    """Writes what a tool is to read."""
    try:
        stream.write(text.encode("utf-8"))
        stream.seek(0)
    except OSError as error:
        raise OSError(error.errno, error.strerror, tempfile.gettempdir()) from None


def refuse_full_disk(stream: IO[bytes], place: str, room: int) -> None:
    """Raises OSError, which names place, where less than room bytes can be written any more beside stream: what a tool
    wrote may lack its end, and not every tool notices, or says why it fails.
    """
    if not hasattr(os, "posix_fallocate"):  # macOS
        return
    size = os.fstat(stream.fileno()).st_size
    try:
        os.posix_fallocate(stream.fileno(), size, room)
    except OSError as error:
        if error.errno in FULL:
            raise OSError(error.errno, error.strerror, place) from None
    os.ftruncate(stream.fileno(), size)
