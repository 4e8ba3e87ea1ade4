"""The process that stands between a build and its tools: it ends a tool's whole tree, whatever ends the build.

A tool's children may leave its process group, and a build that is killed can do nothing any more. So a build starts a
supervisor, in a session of its own, and that starts the tools, one after the other. On Linux it adopts whatever a tool
leaves behind (PR_SET_CHILD_SUBREAPER), so that a daemon that forked twice is its child in the end; it sees the build's
end by a descriptor of the process (pidfd), which is about the process however many siblings hold a copy of the socket.
Elsewhere (macOS) it asks for its parent's id a hundred times a second, and of the tool's descendants it ends those
alone that are in the tool's process group, and does not count what they use.

It is a program of its own (see process.py, which starts it) that imports the standard library alone, so that it is
small: a fork of it takes a millisecond, and one of a build several. For the same reason a library that is run as a tool
is loaded here.

What it cannot do: outlive a SIGKILL of itself. The tool dies then too, its children run into their limits of
processor time. A tool that hunts for it under the same user is not kept from that; that takes a container.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence

_PULSE = 0.1
"""Seconds between two looks at output, memory and processes; a run that is shorter is never looked at."""
_PATIENCE = 5.0
"""Seconds after which a tree that does not die (in an uninterruptible system call) is left to the kernel."""
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_HEAD = 4
"""Bytes before a message that say how long it is."""

Answer = tuple[str, "int | str"]
"""How a run ended: ("exit", the tool's exit code, negative for a signal), or (the limit that ended it, 0), or it did
not begin: ("refused", the number of the error), ("not loaded", why)."""


class Request:
    """One run of a tool; numbers are of seconds of wall time, and of bytes.

    command: the tool's command line; or, for a library that is run as a tool, the arguments of its function `main`.
    libraries: the paths of what is loaded, `main` is in the last; initialize: a function that is called once. folder
    and environment are the tool's. memory: what the tree may occupy; addresses: what a process may; output: of each
    stream and file; processes: of the tree.
    """

    command: list[bytes]
    libraries: list[str]
    initialize: str
    main: str
    folder: bytes
    environment: dict[bytes, bytes]
    seconds: float
    memory: int
    addresses: int
    output: int
    processes: int

    def __init__(self, values: dict[str, object]) -> None:
        for name in self.__annotations__:
            setattr(self, name, values[name])


def send(control: socket.socket, message: object, streams: Sequence[int] = ()) -> None:
    """Sends what marshal can write, with descriptors. Raises OSError where nobody hears it any more."""
    data = marshal.dumps(message)  # type: ignore[arg-type]
    frame = len(data).to_bytes(_HEAD, "big") + data
    sent = socket.send_fds(control, [frame], list(streams)) if streams else 0
    control.sendall(frame[sent:])


def receive(control: socket.socket, most_streams: int = 0) -> tuple[object, list[int]] | None:
    """A message, and the descriptors that came with it; None where none comes any more."""
    data = b""
    streams: list[int] = []
    while len(data) < _HEAD or len(data) < _HEAD + int.from_bytes(data[:_HEAD], "big"):
        more = b""
        with contextlib.suppress(ConnectionError):
            if streams or not most_streams:
                more = control.recv(1 << 16)
            else:
                more, streams, _, _ = socket.recv_fds(control, 1 << 16, most_streams)
        if not more:
            return None
        data += more
    for stream in streams:
        os.set_inheritable(stream, False)
    return marshal.loads(data[_HEAD:]), streams


def main() -> None:
    """Runs tools for the process whose socket and id are the last two arguments, until it ends or says anything while
    a tool runs.
    """
    number, build_id = (int(word) for word in sys.argv[-2:])
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    prctl = _prctl()
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
    control, build = socket.socket(fileno=number), _Process(build_id)
    control.set_inheritable(False)  # a tool has no part in what is said here
    with contextlib.suppress(ConnectionError):  # nobody is there any more
        while _is_asked(control, build) and (received := receive(control, 3)):
            values, streams = received
            answer = _run(Request(values), streams, control, build, mask, prctl)  # type: ignore[arg-type]
            if answer is None:
                break
            for stream in streams:
                os.close(stream)
            send(control, answer)
    os._exit(0)  # as there is nothing to put in order


def _is_asked(control: socket.socket, build: _Process) -> bool:
    """Waits for a request; False where the build has ended."""
    poll = select.poll()
    poll.register(control, select.POLLIN)
    if build.descriptor is not None:
        poll.register(build.descriptor, select.POLLIN)
    while not build.over():
        ready = poll.poll(None if build.descriptor is not None else 10)
        if any(number == control.fileno() for number, _ in ready):
            return True
    return False


def _run(
    request: Request, streams: list[int], control: socket.socket, build: _Process,
    mask: set[int | signal.Signals], prctl: Callable[[int, int], object],
) -> Answer | None:  # fmt: skip
    """Runs a tool until it ends or exceeds its quota; none of its descendants is left then. None where nobody waits
    for it any more.
    """
    limit = _limits(request, mask, prctl)
    try:
        child = _start_library(request, streams, limit) if request.libraries else _start(request, streams, limit)
    except _NotLoadedError as error:
        return "not loaded", str(error)
    except OSError as error:
        return "refused", error.errno or 0
    tool, ended = _Process(child), None
    try:
        ended = _wait(tool, build, control, streams[1:], request)
    finally:
        status = _end_tree(tool)
        tool.close()
    if ended is None:
        return None
    if _overflowed(streams[1:], request):
        ended = "output"
    return (ended, 0) if ended else ("exit", status)


def _start(request: Request, streams: Sequence[int], limit: Callable[[], None]) -> int:
    """The process id of a child that runs a command. Raises OSError where it cannot be run."""
    told, tell = os.pipe()  # closed by exec, where that succeeds
    child = os.fork()
    if child == 0:
        try:
            limit()
            _give(request, streams)
            os.execvpe(request.command[0], request.command, request.environment)
        except OSError as error:
            os.write(tell, str(error.errno).encode())
        finally:
            os._exit(127)
    os.close(tell)
    failed = os.read(told, 20)
    os.close(told)
    if failed:
        os.waitpid(child, 0)
        raise OSError(int(failed), os.strerror(int(failed)))
    return child


_libraries: dict[str, object] = {}
"""What is loaded, by the path of the last one."""


class _NotLoadedError(Exception):
    pass


def _start_library(request: Request, streams: Sequence[int], limit: Callable[[], None]) -> int:
    """The process id of a child that runs a function of a library, as main(argc, argv); what that returns is the exit
    code. Raises _NotLoadedError where the library cannot be loaded.
    """
    from ctypes import CDLL, RTLD_GLOBAL, c_char_p

    path = request.libraries[-1]
    try:
        if path not in _libraries:
            loaded = [CDLL(each, mode=RTLD_GLOBAL) for each in request.libraries]
            if request.initialize:
                getattr(loaded[-1], request.initialize)()  # its threads, if any, handle no signals: all are blocked
            _libraries[path] = loaded[-1]
        function = getattr(_libraries[path], request.main)
    except (OSError, AttributeError) as error:
        raise _NotLoadedError(str(error)) from None
    child = os.fork()
    if child == 0:
        code = 127
        try:
            limit()
            _give(request, streams)
            os.environb.clear()
            os.environb.update(request.environment)
            code = int(function(len(request.command), (c_char_p * (len(request.command) + 1))(*request.command, None)))
            CDLL(None).fflush(None)  # as the child ends without exit(), and C's output is buffered where Python's is
        finally:
            os._exit(code)
    return child


def _give(request: Request, streams: Sequence[int]) -> None:
    """Makes a child of us what a tool begins as."""
    os.chdir(request.folder)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # by Python
        signal.signal(ignored, signal.SIG_DFL)


def _wait(
    tool: _Process, build: _Process, control: socket.socket, streams: Sequence[int], request: Request
) -> str | None:
    """Waits until the tool has ended, "", or exceeds its quota: which. None where nobody waits for it any more."""
    poll = select.poll()
    poll.register(control, select.POLLIN)
    blind = False
    for process in (tool, build):
        if process.descriptor is None:
            blind = True
        else:
            poll.register(process.descriptor, select.POLLIN)
    end = time.monotonic() + request.seconds
    pulse = time.monotonic() + _PULSE
    while not tool.over():
        now = time.monotonic()
        if now >= end:
            return "time"
        if now >= pulse:
            if exceeded := _exceeded(streams, request):
                return exceeded
            # Where a thousand processes run a look takes longer, and there are fewer.
            pulse = time.monotonic() + max(_PULSE, 20 * (time.monotonic() - now))
        left = min(end, pulse) - time.monotonic()
        ready = poll.poll(max(0.0, min(left, 0.01) if blind else left) * 1000)
        if any(descriptor == control.fileno() for descriptor, _ in ready) or build.over():
            return None
    return ""


class _Process:
    """The build, or the tool, as the supervisor sees it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.descriptor: int | None = None
        self.code: int | None = None
        """As waitpid gave it, where it has been reaped."""
        # An old kernel or a strict sandbox has none; then it goes as on macOS.
        with contextlib.suppress(AttributeError, OSError):
            self.descriptor = os.pidfd_open(pid)

    def over(self) -> bool:
        """Whether it has ended."""
        if self.descriptor is not None:
            poll = select.poll()
            poll.register(self.descriptor, select.POLLIN)
            return bool(poll.poll(0))
        if self.code is None:
            try:
                reaped, code = os.waitpid(self.pid, os.WNOHANG)  # macOS has no waitid, which would not reap
                self.code = code if reaped else None
            except ChildProcessError:  # no child of the supervisor, so its parent
                return os.getppid() != self.pid
        return self.code is not None

    def close(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)


def _overflowed(streams: Sequence[int], request: Request) -> bool:
    return any(os.fstat(stream).st_size > request.output for stream in streams)


def _exceeded(streams: Sequence[int], request: Request) -> str:
    if _overflowed(streams, request):
        return "output"
    tree = _tree()
    if len(tree) > request.processes:
        return "processes"
    # What processes share is counted for each of them: a fork that only reads is charged too much, none too little.
    pages = sum(_resident_pages(pid) for pid in tree)
    return "memory" if pages * os.sysconf("SC_PAGE_SIZE") > request.memory else ""


def _end_tree(tool: _Process) -> int:
    """Kills the tool and all that came of it; returns the tool's exit code, negative for a signal."""
    until = time.monotonic() + _PATIENCE
    _kill(os.killpg, tool.pid)
    if tool.code is None:
        _kill(os.kill, tool.pid)  # it may not have come as far as having a group
    with contextlib.suppress(ChildProcessError):  # none is left
        while time.monotonic() < until:
            reaped, code = os.waitpid(-1, os.WNOHANG)
            if reaped == tool.pid:
                tool.code = code
            elif reaped == 0:
                # By group first: that takes all of its processes at once, where one by one they may fork faster.
                tree = _tree()
                for group in set(tree.values()) - {os.getpgrp()}:
                    _kill(os.killpg, group)
                for pid in tree:
                    _kill(os.kill, pid)
                time.sleep(0.001)
    return -signal.SIGKILL if tool.code is None else os.waitstatus_to_exitcode(tool.code)


def _kill(how: Callable[[int, int], None], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        how(number, signal.SIGKILL)


def _tree() -> dict[int, int]:
    """The process groups of our descendants, by process id; {} without a /proc."""
    children: dict[int, list[int]] = {}
    groups: dict[int, int] = {}
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
                    # After the name, which may hold anything: state, parent, group.
                    _, parent, group = file.read().rpartition(b")")[2].split()[:3]
                    children.setdefault(int(parent), []).append(int(name))
                    groups[int(name)] = int(group)
    found: dict[int, int] = {}
    waiting = [os.getpid()]
    while waiting:
        for pid in children.get(waiting.pop(), ()):
            found[pid] = groups[pid]
            waiting.append(pid)
    return found


def _resident_pages(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1])
    except (OSError, IndexError):
        return 0


def _prctl() -> Callable[[int, int], object]:
    """Linux's prctl; elsewhere it does nothing."""
    if sys.platform != "linux":
        return lambda option, value: None
    from ctypes import CDLL

    return CDLL(None).prctl


def _limits(
    request: Request, mask: set[int | signal.Signals], prctl: Callable[[int, int], object]
) -> Callable[[], None]:
    """What the tool's process does first: a session, its limits, and to die with the supervisor."""
    supervisor = os.getpid()
    # Wall time is the supervisor's concern; this is for what outlives it. Threads may use all processors.
    processor = (int(request.seconds) + 5) * (os.cpu_count() or 1)

    def apply() -> None:
        os.setsid()
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:
            os._exit(127)
        for limit, value in (
            (resource.RLIMIT_AS, request.addresses),
            (resource.RLIMIT_FSIZE, request.output + 1),  # one more, which tells too much from just enough
            (resource.RLIMIT_CPU, processor),
            (resource.RLIMIT_CORE, 0),
        ):
            # macOS refuses some of them, and nobody may raise a limit that is lower already.
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(limit, (value, value))
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    return apply
