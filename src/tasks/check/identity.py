"""Digests of files, and states by which a change is seen without reading them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path


def state(path: str) -> str:
    """What a file is known by without being read: size, times of change of content and metadata, inode and device; ""
    where there is nothing.
    """
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino} {found.st_dev}"


def is_ours(status: os.stat_result) -> bool:
    """Whether a file or folder is this user's or root's, and nobody else can write to it."""
    return status.st_uid in (os.geteuid(), 0) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def files_below(folder: str, depth: int = 12) -> Iterator[str]:
    """The paths of all files in a folder and its folders, in order; links are followed."""
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry.name, entry.path, entry.is_dir()) for entry in found)
    except OSError:
        return
    for _, path, is_folder in entries:
        if not is_folder:
            yield path
        elif depth:
            yield from files_below(path, depth - 1)


def expand(paths: Iterable[str]) -> Iterator[str]:
    """Each path; in place of one that ends with a slash, the files of that folder."""
    for path in paths:
        if path.endswith("/"):
            yield from files_below(path)
        else:
            yield path


def states(paths: Iterable[str]) -> str:
    """SHA-256 over the states of the files, and of those in the folders (which end with a slash): no file is read."""
    return _digest(expand(paths))


def shallow_states(paths: Iterable[str]) -> str:
    """The same with each folder as one file: what is added to it, removed or renamed shows, an edit below does not."""
    return _digest(paths)


def _digest(paths: Iterable[str]) -> str:
    return sha256(os.fsencode("\n".join(f"{path}\0{state(path)}" for path in paths))).hexdigest()


class Digests:
    """SHA-256 of files by path and state, remembered in a file of this machine, so that each is read once."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._known: dict[str, object] = {}
        with suppress(OSError, ValueError):
            found = json.loads(memory.read_text(encoding="utf-8"))
            self._known = found if isinstance(found, dict) else {}
        self._new = False

    def digest(self, path: str) -> str:
        """SHA-256 of a file's content; "none" where there is no readable file."""
        now = state(path)
        known = self._known.get(path)
        if isinstance(known, list) and len(known) == 2 and known[0] == now and isinstance(known[1], str):
            return known[1]
        try:
            with open(path, "rb") as content:
                found = file_digest(content, "sha256").hexdigest()
        except OSError:
            return "none"
        self._known[path] = [now, found]
        self._new = True
        return found

    def save(self) -> None:
        """Remembers what was read; it is no error where that cannot be written."""
        if self._new:
            with suppress(OSError):
                write_beside(self._memory, json.dumps(self._known))


def write_beside(path: Path, text: str) -> None:
    """Writes text beside path and renames. Raises OSError."""
    import tempfile  # here, as a build with nothing to do writes nothing

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
