"""Runs of doit by a process that has loaded what doit and the package import from elsewhere, and forks for each.

Importing that, and taking it apart at the end, is most of the time of a short run. A run is a process of its own all
the same, with its own environment, folder and output. It loads the package itself, from where its PYTHONPATH says:
no module of `tasks` is loaded here, unless the server is for runs of one package that nobody edits. `python
forkserver.py ADDRESS ARGUMENT...` is `doit ARGUMENT...` by the server at that address.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

LOADED = (
    "cloudpickle", "ctypes", "difflib", "doit.doit_cmd", "doit.plugin", "jinja2", "lark.load_grammar", "msgspec.json",
    "multiprocessing.connection", "sqlite3", "tomllib", "yaml",
)  # fmt: skip
NOT_LOADED = ("tasks.cluster", "tasks.editor")
"""Parts of the package that few runs load."""
READ_AT_START = ("PYTHON", "LANG", "LC_", "LD_", "TZ")
"""Variables that Python or the loader reads when a process starts begin so."""


class ForkServer:
    """The process, as the one that starts it sees it, with which it ends. address: where it takes requests.

    source: the folder of the package that is loaded before runs are forked, with its parser; all of them have it as
    their PYTHONPATH then.
    """

    def __init__(self, source: os.PathLike[str] | None = None) -> None:
        import subprocess
        import tempfile

        self.started_with = _read_at_start(os.environ)
        self.folder = tempfile.TemporaryDirectory(dir="/tmp")  # the path of a socket is short
        self.address = os.path.join(self.folder.name, "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.address)
            listener.listen(64)
            self.process = subprocess.Popen(
                [sys.executable, __file__],
                pass_fds=[listener.fileno()],
                env={**os.environ, "LISTENER": str(listener.fileno()), "SOURCE": str(source or "")},
                # As Python finds out of what kind they are when it starts, and forks may print to a pipe.
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        atexit.register(self.end)

    def is_like(self, environment: Mapping[str, str]) -> bool:
        """Whether a process of that environment would start as this one did."""
        return _read_at_start(environment) == self.started_with

    def end(self) -> None:
        self.process.communicate()
        self.folder.cleanup()


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    found = {name: environment[name] for name in environment if name.startswith(READ_AT_START)}
    found.pop("PYTHONPATH", None)
    return found


def run(
    address: str, arguments: Sequence[str], folder: str, environment: Mapping[str, str], output: int, errors: int,
    timeout: float | None = None,
) -> int:  # fmt: skip
    """Runs doit by the server at an address, printing to these descriptors; returns its exit code.

    Raises TimeoutError after so many seconds; it is killed then.
    """
    request = json.dumps([["doit", *arguments], folder, dict(environment)]).encode() + b"\n"
    with socket.socket(socket.AF_UNIX) as server, server.makefile("rb") as lines:
        server.settimeout(timeout)
        server.connect(address)
        socket.send_fds(server, [b"."], [output, errors])
        server.sendall(request)
        process = int(lines.readline())
        try:
            return int(lines.readline())
        except TimeoutError:
            os.kill(process, 9)
            raise


def _serve(listener: socket.socket) -> None:
    """Forks for each request, until the starter has ended. Returns in the forks, ready to be doit."""
    import select

    poll = select.poll()
    for descriptor in (0, listener.fileno()):
        poll.register(descriptor, select.POLLIN)
    while True:
        ready = dict(poll.poll())
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if 0 in ready:
            sys.exit()
        client = listener.accept()[0]
        if os.fork() == 0:
            break
        client.close()
    listener.close()
    _, (output, errors), _, _ = socket.recv_fds(client, 1, 2)
    with client.makefile("rb") as lines:
        sys.argv, folder, environment = json.loads(lines.readline())
    if process := os.fork():  # this one waits and answers
        client.sendall(b"%d\n" % process)
        _, status = os.waitpid(process, 0)
        with suppress(OSError):  # who asked is gone
            client.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    client.close()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, standard in ((nothing, 0), (output, 1), (errors, 2)):
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


def _load_package() -> None:
    import importlib
    import pkgutil

    import tasks

    for module in pkgutil.walk_packages(tasks.__path__, "tasks."):
        if not module.name.startswith(NOT_LOADED) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    sys.modules["tasks.specification"].interpret("x[1] >= 0", 1, ())  # which makes the parser


def main() -> None:
    global _status
    import gc
    import importlib
    import runpy
    import threading

    sys.argv = ["-m"]  # as it is while `python -m doit` loads doit
    atexit.register(_leave)  # before what is loaded registers anything, so as to be called last
    for path in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        if path in sys.path:
            sys.path.remove(path)
    for name in LOADED:
        importlib.import_module(name)
    sys.modules["lark"].Lark('start: "x"', parser="lalr")  # has it read how grammars are written
    assert "tasks" not in sys.modules
    if source := os.environ["SOURCE"]:
        sys.path.insert(1, source)
        _load_package()
        sys.path.remove(source)
    assert threading.active_count() == 1
    gc.collect()
    gc.freeze()  # a collection in a fork would copy all of it
    _serve(socket.socket(fileno=int(os.environ["LISTENER"])))
    try:
        runpy.run_module("doit", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        _status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        raise


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit(run(sys.argv[1], sys.argv[2:], os.getcwd(), os.environ, 1, 2))
    main()
