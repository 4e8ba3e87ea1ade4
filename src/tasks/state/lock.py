"""One build at a time in an out folder."""

from __future__ import annotations

import contextlib
import fcntl
import os


class Held(Exception):
    """Another living process holds the lock; the text is its pid, or "unknown"."""


def hold(path: str | os.PathLike[str]) -> int:
    """Holds the lock file at path until this process ends, however it ends; returns the descriptor, to be kept open.

    A lock of fcntl belongs to this process alone: no worker and no tool inherits it, and none keeps it alive. The file
    itself stays, as whoever removed it could let two in. Raises Held, and OSError where it cannot be made.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        holder = os.pread(lock, 20, 0).decode("ascii", errors="replace").strip()
        os.close(lock)
        raise Held(holder or "unknown") from None
    # The pid is for the message alone, and a full disk has its own.
    with contextlib.suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock
