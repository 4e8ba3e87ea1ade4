"""The folder in which verdicts are kept: only what is ours is read, written or removed, and no link is followed.

Everything is opened relative to a descriptor of the folder, so that nobody who replaces a part of the path meanwhile
leads us elsewhere. An entry is a plain file `ab/ab...` named by 64 hexadecimal digits.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import ToolError
from .identity import is_ours

_TAG = "CACHEDIR.TAG"
_CONTENT = b"""Signature: 8a477f597d28d172789f06886806bc55
# Verdicts that Duality keeps (docs/build.md). They can be removed at any time; nothing else belongs here.
"""
_TRIMMED = "trimmed"
_TRIMMED_EVERY = 24 * 3600.0
_MOST = 256 * 1024 * 1024
"""Bytes of an entry: two streams of a tool as JSON."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class CacheFolder:
    """An open folder. shared: others may write to it too, and what is read must prove by itself that it is ours."""

    descriptor: int
    shared: bool

    def read(self, name: str) -> bytes | None:
        """The content of an entry, None where there is none that is to be believed; counts as a use of it."""
        try:
            with self._subfolder(name) as inside, _opened(name, os.O_RDONLY | _FILE, inside) as file:
                status = os.fstat(file)
                if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST or not self._trusts(status):
                    return None
                with open(file, "rb", buffering=0, closefd=False) as content:
                    found = content.read()
                with suppress(OSError):  # another's
                    os.utime(file)
                return found
        except OSError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Writes an entry beside and renames. Raises OSError."""
        with suppress(FileExistsError):
            os.mkdir(name[:2], 0o777 if self.shared else 0o700, dir_fd=self.descriptor)
        with self._subfolder(name) as inside:
            beside = f".new-{os.urandom(8).hex()}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE
            try:
                mode = 0o666 if self.shared else 0o600
                with _opened(beside, flags, inside, mode) as file, open(file, "wb", closefd=False) as stream:
                    stream.write(content)
                os.rename(beside, name, src_dir_fd=inside, dst_dir_fd=inside)
            except BaseException:
                with suppress(OSError):
                    os.unlink(beside, dir_fd=inside)
                raise

    def is_due(self) -> bool:
        """Whether the last trim was long ago; if so, the next one is due as long after now. Raises OSError."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE
        with suppress(FileExistsError), _opened(_TRIMMED, flags, self.descriptor, 0o666 if self.shared else 0o600):
            return True
        with _opened(_TRIMMED, os.O_RDONLY | _FILE, self.descriptor) as file:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
                return False
            if time.time() - status.st_mtime < _TRIMMED_EVERY:
                return False
            os.utime(file)
            return True

    def trim(self, most_bytes: int, most_days: float, begins: bytes) -> None:
        """Removes our own entries that were not used for most_days, then the least recently used down to most_bytes;
        of those, only such as begin so.
        """
        now = time.time()
        found = list(self._entries())
        total = sum(size for _, size, _ in found)
        for used, size, name in sorted(found):
            if now - used > most_days * 24 * 3600 or total > most_bytes:
                with suppress(OSError):  # another build may trim too
                    self._remove(name, begins)
                total -= size

    def _remove(self, name: str, begins: bytes) -> None:
        with self._subfolder(name) as inside:
            with _opened(name, os.O_RDONLY | _FILE, inside) as file:
                if os.read(file, len(begins)) != begins:
                    return
            os.unlink(name, dir_fd=inside)

    def _entries(self) -> Iterator[tuple[float, int, str]]:
        """When each of our own entries was used last, its size in bytes, and its name."""
        with os.scandir(self.descriptor) as folders:
            names = [folder.name for folder in folders if re.fullmatch("[0-9a-f]{2}", folder.name)]
        for folder in names:
            with suppress(OSError), self._subfolder(folder) as inside, os.scandir(inside) as files:
                for file in files:
                    if re.fullmatch("[0-9a-f]{64}", file.name) and file.name.startswith(folder):
                        with suppress(OSError):
                            status = file.stat(follow_symlinks=False)
                            if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():
                                yield status.st_mtime, status.st_size, file.name

    @contextmanager
    def _subfolder(self, name: str) -> Iterator[int]:
        with _opened(name[:2], _FOLDER, self.descriptor) as inside:
            if not self._trusts(os.fstat(inside)):
                raise PermissionError
            yield inside

    def _trusts(self, status: os.stat_result) -> bool:
        return self.shared or is_ours(status)


@contextmanager
def open_cache(path: Path, shared: bool, create: bool) -> Iterator[CacheFolder | None]:
    """The folder of kept verdicts at path; None where there is none and it cannot be made, or is not to be.

    Raises ToolError for a folder that is no cache of ours, and for one that others can write to unless it is shared.
    """
    try:
        if create:
            path.mkdir(parents=True, exist_ok=True, mode=0o777 if shared else 0o700)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        if not shared and not is_ours(os.fstat(descriptor)):
            raise ToolError(
                f"cache: {path} is another user's, or others can write to it: chmod go-w it, name another folder, or "
                "say cache=shared:DIR (docs/build.md)"
            )
        marked = _is_marked(path, descriptor, shared, create)
        yield CacheFolder(descriptor, shared) if marked else None
    finally:
        os.close(descriptor)


def _is_marked(path: Path, descriptor: int, shared: bool, create: bool) -> bool:
    """Whether the folder is a cache of ours, and made one now if it is empty.

    Raises ToolError where it is something else.
    """
    for _ in range(2):  # another build may mark it, and fill it, between our two looks
        content = _tag(descriptor, shared)
        if content == _CONTENT:
            return True
        others = set(os.listdir(descriptor)) - {_TAG}
        if not content and not others:
            break
    else:
        raise ToolError(f"cache: {path} is neither empty nor a cache of Duality; name another folder with cache=DIR")
    if not create:
        return False
    try:
        with _opened(_TAG, os.O_WRONLY | os.O_CREAT | _FILE, descriptor, 0o666 if shared else 0o600) as file:
            os.pwrite(file, _CONTENT, 0)
    except OSError:
        return False
    return True


def _tag(descriptor: int, shared: bool) -> bytes:
    """What the folder says it is; nothing where it says nothing, or another user does."""
    try:
        with _opened(_TAG, os.O_RDONLY | _FILE, descriptor) as file:
            status = os.fstat(file)
            if stat.S_ISREG(status.st_mode) and (shared or is_ours(status)):
                return os.read(file, len(_CONTENT) + 1)
    except FileNotFoundError:
        return b""
    except OSError:
        pass
    return b"-"


@contextmanager
def _opened(name: str, flags: int, folder: int, mode: int = 0) -> Iterator[int]:
    descriptor = os.open(name, flags, mode, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
