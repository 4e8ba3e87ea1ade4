"""Files as the build writes and compares them: whole or not at all, and by content."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from io import FileIO
from pathlib import Path

_BLOCK = 1 << 20
"""Bytes that are read at a time."""
_LEFTOVER = ".tmp"
_BESIDE = re.compile(rf"\..+\.[0-9a-f]{{16}}{re.escape(_LEFTOVER)}")
"""The name of a file that is not whole yet; others have files that end so, too."""


def digest(content: bytes | str) -> str:
    """SHA-256 in hexadecimal; a text's is that of its UTF-8 bytes."""
    return sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()


def file_digest(path: str | os.PathLike[str], *, follow: bool = True) -> str | None:
    """SHA-256 of a file's content, None where there is no readable plain file; without follow, where there is a link.

    A small file takes four calls of the system: a restored clone reads every file of the build.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        total, read = sha256(), 0
        while block := os.read(descriptor, min(status.st_size, _BLOCK) + 1):  # one more, which shows the end
            total.update(block)
            read += len(block)
            if read == status.st_size:
                break
        return total.hexdigest()
    except OSError:
        return None
    finally:
        os.close(descriptor)


def open_plain(path: str | os.PathLike[str]) -> FileIO:
    """Opens a plain file to be read, without a buffer, as most files are read whole. Raises OSError, also for anything
    else: to read a pipe or a device could wait, or never end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "found a folder, pipe or device, expected a plain file", str(path))
        return open(descriptor, "rb", buffering=0)
    except BaseException:
        os.close(descriptor)
        raise


@cache
def data_text(package: str, *names: str) -> str:
    """The text of a data file of a package, read once a process."""
    from importlib.resources import files

    return files(package).joinpath(*names).read_text(encoding="utf-8")


def text_of(path: Path) -> str:
    """The text of a file, "" where there is none that can be read."""
    try:
        with open_plain(path) as file:
            return file.read().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def remove(path: str | os.PathLike[str]) -> None:
    """Removes a file or a link, where there is one."""
    Path(path).unlink(missing_ok=True)


def discard(paths: Iterable[str | os.PathLike[str]]) -> None:
    """Removes files as far as possible. A folder that cannot be written is reported by what writes there."""
    for path in paths:
        with suppress(OSError):
            remove(path)


def write_whole(path: Path, text: str) -> None:
    """Writes text beside path and renames, so that nobody ever sees half a file.

    The name beside cannot be guessed and is created by this call: a link that somebody planted is never followed.
    """
    folder, name = os.path.split(path)
    if not os.path.isdir(folder or "."):
        path.parent.mkdir(parents=True, exist_ok=True)
    beside = os.path.join(folder, f".{name}.{os.urandom(8).hex()}{_LEFTOVER}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        with open(descriptor, "wb") as file:
            file.write(text.encode("utf-8"))
        if os.path.exists(path):
            shutil.copymode(path, beside)
        os.replace(beside, path)
    except BaseException as error:
        if isinstance(error, OSError):  # which names the file beside, or none
            error.filename, error.filename2 = str(path), None
        with suppress(OSError):
            os.unlink(beside)
        raise


def remove_leftovers(folders: Iterable[Path]) -> None:
    """Removes what writes that were killed left beside their files. Nobody may be writing there."""
    for folder in folders:
        discard(path for path in folder.glob(f".*{_LEFTOVER}") if _BESIDE.fullmatch(path.name))


def append_line(path: Path, line: str) -> None:
    """Adds a line to a file, in one write; a link in its place is an error (ELOOP), and so is a pipe."""
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(path, flags, 0o666), "ab", buffering=0) as file:
        file.write(f"{line}\n".encode())


def open_to_others(folder: Path) -> str:
    """Who beside this user and root may write to a folder, or exchange it; "" for nobody. Raises OSError."""
    status = folder.stat()
    if status.st_uid not in (os.geteuid(), 0):
        return f"it is another user's (uid {status.st_uid})"
    if status.st_mode & 0o022:
        return f"others can write to this folder (mode {stat.filemode(status.st_mode)}; `chmod go-w` it)"
    for above in Path(os.path.realpath(folder)).parents:
        mode = above.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            return f"others can exchange this folder, as all may write to {above} (`chmod o-w` it)"
    return ""
