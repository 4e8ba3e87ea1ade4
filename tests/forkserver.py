"""Runs of doit by a process that has loaded what doit and the package import from elsewhere, and forks for each.

Importing that, and taking it apart at the end, is most of the time of a short run. A run is a process of its own all
the same, with its own environment, folder and output, and it loads the package itself: no module of `tasks` is loaded
here.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

LOADED = (
    "cloudpickle", "ctypes", "difflib", "doit.doit_cmd", "doit.plugin", "jinja2", "lark.load_grammar", "msgspec.json",
    "multiprocessing.connection", "sqlite3", "tomllib", "yaml",
)  # fmt: skip
READ_AT_START = ("PYTHON", "LANG", "LC_", "LD_", "TZ")
"""Variables that Python or the loader reads when a process starts begin so."""


class ForkServer:
    """The process, as its clients see it. It ends with this one."""

    def __init__(self) -> None:
        self.started_with = _read_at_start(os.environ)
        self.requests, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            command = [sys.executable, __file__, str(other.fileno())]
            self.process = subprocess.Popen(command, pass_fds=[other.fileno()], stdin=subprocess.DEVNULL)

    def is_like(self, environment: Mapping[str, str]) -> bool:
        """Whether a process of that environment would start as this one did."""
        return _read_at_start(environment) == self.started_with

    def doit(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """As subprocess.run of `python -m doit` with what it prints captured."""
        command = ["doit", *arguments]
        answers, other = socket.socketpair()
        with answers, other, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            request = json.dumps([command, str(folder), dict(environment)]).encode()
            with tempfile.TemporaryFile() as text:  # a datagram has its limits
                text.write(request)
                text.flush()
                handed = [text.fileno(), other.fileno(), output.fileno(), errors.fileno()]
                socket.send_fds(self.requests, [b"."], handed)
            other.close()
            answers.settimeout(timeout)
            with answers.makefile("r") as lines:
                process = int(lines.readline())
                try:
                    status = int(lines.readline())
                except TimeoutError:
                    os.kill(process, signal.SIGKILL)
                    raise subprocess.TimeoutExpired(command, timeout) from None
            output.seek(0)
            errors.seek(0)
            printed, told = output.read().decode(), errors.read().decode()
        return subprocess.CompletedProcess(command, status, printed, told)

    def end(self) -> None:
        self.requests.close()
        self.process.wait()


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    found = {name: environment[name] for name in environment if name.startswith(READ_AT_START)}
    found.pop("PYTHONPATH", None)
    return found


def serve(requests: socket.socket) -> None:
    """Forks for each request, until nobody can make one any more. Returns in the forks, ready to be doit."""
    while True:
        found, handed, _, _ = socket.recv_fds(requests, 1, 4)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not found:
            sys.exit()
        if os.fork() == 0:
            break
        for descriptor in handed:
            os.close(descriptor)
    requests.close()
    text, answers, output, errors = handed
    if process := os.fork():  # this one waits and answers
        os.write(answers, b"%d\n" % process)
        _, status = os.waitpid(process, 0)
        os.write(answers, b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    os.lseek(text, 0, os.SEEK_SET)
    with open(text, "rb") as file:
        sys.argv, folder, environment = json.load(file)
    os.close(answers)
    for descriptor, standard in ((output, 1), (errors, 2)):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder
    sys.path[1:1] = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]


def _leave() -> None:
    """Ends a run that was asked to end, when all that is to be done then has been done, but for taking it apart."""
    if _status is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_status)


_status: int | None = None

if __name__ == "__main__":
    atexit.register(_leave)  # before what is loaded registers anything, so as to be called last
    for path in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        if path in sys.path:
            sys.path.remove(path)
    for name in LOADED:
        importlib.import_module(name)
    assert "tasks" not in sys.modules
    assert threading.active_count() == 1
    gc.collect()
    gc.freeze()  # a collection in a fork would copy all of it
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        serve(channel)
    try:
        runpy.run_module("doit", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        _status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        raise
