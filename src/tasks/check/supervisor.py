"""The process that stands between the build and one tool: it ends the tool's whole tree, whatever ends the build.

A tool's children may leave its process group, and a build that is killed can do nothing any more. So the build forks a
supervisor, in a session of its own, and that starts the tool. On Linux it adopts whatever the tool leaves behind
(PR_SET_CHILD_SUBREAPER), so that a daemon that forked twice is its child in the end; it sees the build's end by a
descriptor of the process (pidfd), which is about the process whatever thread forked, and however many siblings hold a
copy. Elsewhere (macOS) it asks for its parent's id a hundred times a second, and of the tool's descendants it ends
those alone that are in the tool's process group, and does not count what they use.

What it cannot do: outlive a SIGKILL of itself. The tool dies then too, its children run into their limits of
processor time. A tool that hunts for it under the same user is not kept from that; that takes a container.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .call import MOST_OUTPUT, MOST_PROCESSES, Ended

_PULSE = 0.1
"""Seconds between two looks at output, memory and processes; a run that is shorter is never looked at."""
_PATIENCE = 5.0
"""Seconds after which a tree that does not die (in an uninterruptible system call) is left to the kernel."""
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


@dataclass(frozen=True)
class Quota:
    """seconds of wall time; memory_mb that the tree may occupy; reserved_mb of addresses a process may hold unused."""

    seconds: float
    memory_mb: int
    reserved_mb: int = 0


@dataclass(frozen=True)
class End:
    """status: the tool's exit code, negative for a signal; None where a limit ended it."""

    status: int | None
    ended: Ended


def supervised(start: Callable[[Callable[[], None]], int], streams: Sequence[int], quota: Quota) -> End:
    """Runs what start starts until it ends or exceeds its quota; none of its descendants is left then.

    start, which runs in the supervisor, returns the process id of a child that calls the function given, to limit
    itself, before anything else. streams: the descriptors of the files that the child prints to.
    Raises OSError where start does, ChildProcessError where the supervisor was killed.
    """
    control = _prctl()
    build = _Process(os.getpid())
    stop, tell = os.pipe()
    hear, report = os.pipe()
    os.set_blocking(hear, False)
    # No handler of the build may run in the supervisor, not even once.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    supervisor = 0
    try:
        supervisor = os.fork()
        if supervisor == 0:
            try:
                os.setsid()
                control(_PR_SET_CHILD_SUBREAPER, 1)
                said = _watch(lambda: start(_limits(quota, mask, control)), build, stop, streams, quota)
                os.write(report, said.encode())
            finally:
                os._exit(0)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.waitpid(supervisor, 0)
        with contextlib.suppress(BlockingIOError):  # it said nothing, and siblings forked meanwhile keep the pipe open
            word, number = os.read(hear, 100).decode().split() or ("", 0)
            if word == "refused":
                raise OSError(int(number), os.strerror(int(number)))
            if word:
                return End(int(number), "") if word == "exit" else End(None, word)  # type: ignore[arg-type]
        raise ChildProcessError("the process that watches it was killed")
    except BaseException:
        if supervisor:
            os.write(tell, b".")  # closing the pipe would not do, for the same reason
            with contextlib.suppress(ChildProcessError):
                os.waitpid(supervisor, 0)
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for descriptor in (stop, tell, hear, report):
            os.close(descriptor)
        build.close()


def _watch(start: Callable[[], int], build: _Process, stop: int, streams: Sequence[int], quota: Quota) -> str:
    """What the supervisor does; returns what it has to report: a word and a number."""
    try:
        child = start()
    except OSError as error:
        return f"refused {error.errno}"
    ended: Ended = ""
    tool = _Process(child)
    try:
        ended = _wait(tool, build, stop, streams, quota)
    finally:
        status = _end_tree(tool)
    if _overflowed(streams):
        ended = "output"
    return f"{ended} 0" if ended else f"exit {status}"


def _wait(tool: _Process, build: _Process, stop: int, streams: Sequence[int], quota: Quota) -> Ended:
    """Waits until the tool has ended or exceeds its quota, or nobody waits for it any more."""
    poll = select.poll()
    poll.register(stop, select.POLLIN)
    blind = False
    for process in (tool, build):
        if process.descriptor is None:
            blind = True
        else:
            poll.register(process.descriptor, select.POLLIN)
    end = time.monotonic() + quota.seconds
    pulse = time.monotonic() + _PULSE
    while not tool.over():
        now = time.monotonic()
        if now >= end:
            return "time"
        if now >= pulse:
            if exceeded := _exceeded(streams, quota):
                return exceeded
            # Where a thousand processes run a look takes longer, and there are fewer.
            pulse = time.monotonic() + max(_PULSE, 20 * (time.monotonic() - now))
        left = min(end, pulse) - time.monotonic()
        ready = poll.poll(max(0.0, min(left, 0.01) if blind else left) * 1000)
        if any(descriptor == stop for descriptor, _ in ready) or build.over():
            break
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


def _overflowed(streams: Sequence[int]) -> bool:
    return any(os.fstat(stream).st_size > MOST_OUTPUT for stream in streams)


def _exceeded(streams: Sequence[int], quota: Quota) -> Ended:
    if _overflowed(streams):
        return "output"
    tree = _tree()
    if len(tree) > MOST_PROCESSES:
        return "processes"
    # What processes share is counted for each of them: a fork that only reads is charged too much, none too little.
    pages = sum(_resident_pages(pid) for pid in tree)
    return "memory" if pages * os.sysconf("SC_PAGE_SIZE") > quota.memory_mb * 1024 * 1024 else ""


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
    """Linux's prctl, looked up before the fork; elsewhere it does nothing."""
    if sys.platform != "linux":
        return lambda option, value: None
    import ctypes  # here, as a build with nothing to do starts no tool

    return ctypes.CDLL(None).prctl


def _limits(quota: Quota, mask: set[int | signal.Signals], control: Callable[[int, int], object]) -> Callable[[], None]:
    """What the tool's process does first: a session, its limits, and to die with the supervisor."""
    supervisor = os.getpid()
    # Wall time is the supervisor's concern; this is for what outlives it. Threads may use all processors.
    processor = (int(quota.seconds) + 5) * (os.cpu_count() or 1)
    addresses = (quota.memory_mb + quota.reserved_mb) * 1024 * 1024

    def apply() -> None:
        os.setsid()
        control(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:
            os._exit(127)
        for limit, value in (
            (resource.RLIMIT_AS, addresses),
            (resource.RLIMIT_FSIZE, MOST_OUTPUT + 1),  # one more, which tells too much from just enough
            (resource.RLIMIT_CPU, processor),
            (resource.RLIMIT_CORE, 0),
        ):
            # macOS refuses some of them, and nobody may raise a limit that is lower already.
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(limit, (value, value))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # which Python ignores
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    return apply
