"""The database as far as a build needs it that has nothing to do: it is locked, and never opened."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .lock import hold


class Open(Exception):
    """The database must be opened: it is another file than the last build closed."""


class Closed:
    """The database of a build that is not known to have anything to do (see snapshot.Records)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def state(self) -> str:
        return file_state(self.path)

    def lock(self) -> None:
        """Raises Held, and OSError."""
        hold(f"{self.path}.lock")

    def trust(self) -> None:
        """Nothing is read."""

    def own(self) -> None:
        raise Open

    def text(self, task_id: str) -> str:
        raise Open


def file_state(path: Path) -> str:
    """What a database is known by without being read: its signature; "" where there is none, or not all is in it."""
    try:
        found = os.lstat(path)
        if os.path.lexists(f"{path}-wal") or not stat.S_ISREG(found.st_mode):
            return ""
    except OSError:
        return ""
    return f"{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
