"""One run of an external tool: under limits, and never longer than the build, with all that it started."""

from __future__ import annotations

import errno
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import util
from pathlib import Path
from typing import IO

from ..errors import ToolError
from . import supervisor
from .call import MOST_OUTPUT, MOST_PROCESSES, Ended, Run

# What programs say where the system gives them no more memory: C++, Lean and MiniZinc, Python, and the loader.
_NO_MEMORY = re.compile(
    r"std::bad_alloc|out of memory|memory exhausted|MemoryError|cannot allocate memory", re.IGNORECASE
)
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


@dataclass(frozen=True)
class Quota:
    """seconds of wall time; memory_mb of address space for each process, and in use by all of them together;
    reserved_mb: address space that a process may hold beyond that.
    """

    seconds: float
    memory_mb: int
    reserved_mb: int = 0


@dataclass(frozen=True)
class Library:
    """A program as shared libraries: paths, to be loaded in this order; the function `main` of the last one takes argc
    and argv, and initialize is called once, when they are loaded. advice: what to do where they cannot be.
    """

    name: str
    paths: Sequence[Path]
    main: str
    initialize: str = ""
    advice: str = ""


def run(
    command: Sequence[str], text: str, quota: Quota, environment: Mapping[str, str] | None = None,
    library: Library | None = None,
) -> Run:  # fmt: skip
    """Runs a command with text as standard input; or, as the command says, a library.

    environment: all that the tool gets; None for our own. Raises ToolError where the command cannot be started, OSError
    where the disk that it prints to is full.
    """
    name = library.name if library else command[0]
    request = {
        "command": [os.fsencode(word) for word in command],
        "libraries": [str(path) for path in library.paths] if library else [],
        "initialize": library.initialize if library else "",
        "main": library.main if library else "",
        "folder": os.getcwdb(),
        "environment": {os.fsencode(n): os.fsencode(v) for n, v in (environment or os.environ).items()},
        "seconds": quota.seconds,
        "memory": quota.memory_mb * 1024 * 1024,
        "addresses": (quota.memory_mb + quota.reserved_mb) * 1024 * 1024,
        "output": MOST_OUTPUT,
        "processes": MOST_PROCESSES,
    }
    started = time.monotonic()
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        _write(stdin, text)
        word, value = _supervise(name, request, [stream.fileno() for stream in (stdin, stdout, stderr)])
        if word == "not loaded":
            raise ToolError(f"{name} does not load here ({platform.platform()}): {value}; {library and library.advice}")
        if word == "refused":
            raise ToolError(f"{name} cannot be started: {os.strerror(int(value))}")
        status = int(value) if word == "exit" else None
        for stream in (stdout, stderr):
            refuse_full_disk(stream, tempfile.gettempdir(), ROOM_OF_A_FAILURE if status else _ROOM)
            stream.seek(0)
        most = _BABBLE if word == "output" else -1
        output, errors = (stream.read(most).decode("utf-8", errors="replace") for stream in (stdout, stderr))
    ended: Ended = "" if word == "exit" else word  # type: ignore[assignment]
    if status and _NO_MEMORY.search(errors[-_BABBLE:]):
        ended = "memory"
    return Run(status, output, errors, time.monotonic() - started, ended)


def _supervise(name: str, request: Mapping[str, object], streams: Sequence[int]) -> supervisor.Answer:
    """What a supervisor answers to a request. Raises ToolError where none can be started, and where it was killed."""
    while True:
        watcher = _free_supervisor(name)
        try:
            supervisor.send(watcher.control, request, streams)
            received = supervisor.receive(watcher.control)
        except ConnectionError:  # of send: it was killed while it was idle
            watcher.end()
            continue
        except BaseException:
            watcher.end()
            raise
        if received is None:
            watcher.end()
            raise ToolError(f"{name} has no verdict: the process that watches it was killed; run the build again")
        _idle.append(watcher)
        answer, _ = received
        return answer  # type: ignore[return-value]


def _free_supervisor(name: str) -> _Supervisor:
    try:
        return _idle.pop()
    except IndexError:  # none, or another thread has taken it
        pass
    try:
        return _Supervisor()
    except OSError as error:
        raise ToolError(f"{name} cannot be started: {error.strerror}") from None


_PROGRAM = "import sys; sys.path.append(sys.argv[1]); import supervisor; supervisor.main()"


class _Supervisor:
    """A supervisor of this process, which it leaves when this ends."""

    def __init__(self) -> None:
        given = {name: text for name, text in os.environ.items() if name == "LD_LIBRARY_PATH"}
        self.control, theirs = socket.socketpair()
        try:
            with theirs:
                words = [str(Path(supervisor.__file__).parent), str(theirs.fileno()), str(os.getpid())]
                process = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-B", "-c", _PROGRAM, *words],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/", env=given,
                    pass_fds=[theirs.fileno()], start_new_session=True,
                )  # fmt: skip
        except BaseException:
            self.control.close()
            raise
        process.returncode = 0  # or Popen, when it is forgotten, might be the one that is told the real one
        # So that what tools used counts as used by the build. It would end without this too.
        self.end = util.Finalize(None, self._end, (process.pid,), exitpriority=0)
        """Waits until it has ended its tool, with all that this started, and itself; once."""

    def _end(self, pid: int) -> None:
        with suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)  # closing it would not do, as siblings may hold copies of it
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)
        self.control.close()


_idle: list[_Supervisor] = []
"""Supervisors of this process that wait for a request: as many as there were threads that ran tools at a time."""


def _forget() -> None:
    """In a fork of this process, whose supervisors those are not."""
    for watcher in _idle:
        watcher.control.close()
    _idle.clear()


os.register_at_fork(after_in_child=_forget)


def dismiss_supervisors() -> None:
    """Ends those that are idle; what they and their tools have used counts as used by children of this process then."""
    while _idle:
        _idle.pop().end()


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
