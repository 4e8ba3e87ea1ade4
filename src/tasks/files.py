"""Files as the build writes and compares them: whole or not at all, and by content."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

_PACKAGE = Path(__file__).parent


def digest(content: bytes | str) -> str:
    """SHA-256 in hexadecimal; a text's is that of its UTF-8 bytes."""
    return sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()


def file_digest(path: str | os.PathLike[str]) -> str | None:
    """SHA-256 of a file's content, None where there is no readable plain file."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # to open a pipe would wait for its other end
            return None
        with open(path, "rb", buffering=0) as file:
            return digest(file.read())
    except OSError:
        return None


_written: dict[str, str] = {}


def written(path: str | os.PathLike[str]) -> str | None:
    """SHA-256 of what this process last wrote whole to path; None where it did not, or took the file away again."""
    return _written.get(os.fspath(path))


def remove(path: str | os.PathLike[str]) -> None:
    """Removes a file or a link, where there is one."""
    _written.pop(os.fspath(path), None)
    Path(path).unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Writes text beside path and renames, so that nobody ever sees half a file.

    One process at a time writes a file; what a killed one left beside it, the next one replaces.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.tmp")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        if path.exists():
            shutil.copymode(path, beside)
        os.replace(beside, path)
        _written[str(path)] = digest(text)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename is None:  # a write does not know its file
            error.filename = str(path)
        beside.unlink(missing_ok=True)
        raise


def code_digest(parts: Iterable[str]) -> str:
    """SHA-256 over the source of the named modules, packages and data files of this package.

    parts are paths relative to the package, such as "language" (everything in it) or "check/minizinc.py".
    """
    total = sha256()
    for part in sorted(parts):
        path = _PACKAGE / part
        found = sorted(path.iterdir()) if path.is_dir() else [path]
        for file in found:
            if file.is_file():
                name = file.relative_to(_PACKAGE).as_posix()
                total.update(f"{name}\0{digest(file.read_bytes())}\n".encode())
    return total.hexdigest()
