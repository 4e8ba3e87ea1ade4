"""What every judged Lean text imports: compiled once for each Lean of this machine, and verified before it is used."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from ..errors import ToolError
from .call import Run, shorten
from .identity import write_beside

_FOLDER = Path(__file__).parent.parent / "render" / "library"
_MODULES = {"lean toolchain": ("Base.lean", "Duality.Base"), "lean embedded kernel": ("Support.lean", "Support")}
"""By tool: the library's source in this package, and the module that it is compiled as."""


def library_source(tool: str) -> Path:
    """The source of the library that a Lean's texts import, by the name of the tool (see call.Tool.name)."""
    return _FOLDER / _MODULES[tool][0]


@cache
def library_digest(tool: str) -> str:
    """SHA-256 of the library's source."""
    return sha256(library_source(tool).read_bytes()).hexdigest()


def compiled_library(scratch: Path, tool: str, identity: str, lean: Callable[[Sequence[str]], Run]) -> Path:
    """The folder for LEAN_PATH in which the library lies compiled by the Lean of this identity.

    lean runs that Lean with arguments. What was compiled before is used if its SHA-256 is the one that was recorded
    then; only one process at a time compiles. Raises ToolError where it does not compile or scratch cannot be written,
    OSError where its disk is full.
    """
    source, module = library_source(tool).read_bytes(), _MODULES[tool][1]
    name = sha256(b"\0".join((tool.encode(), identity.encode(), source))).hexdigest()
    folder = scratch / "lean" / name
    olean = folder / Path(*module.split(".")).with_suffix(".olean")
    record = folder / "sha256"
    try:
        if not _is_sound(olean, record):
            olean.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with alone(folder / "lock"):
                if not _is_sound(olean, record):
                    _compile(folder, olean, source, lean)
                    write_beside(record, _digest(olean))
    except OSError as error:
        from .process import FULL  # here, as a build with nothing to do starts no process

        if error.errno in FULL:
            raise
        raise ToolError(f"{error.filename or folder}: the Lean library cannot be kept: {error.strerror}") from None
    return folder


def _compile(folder: Path, olean: Path, source: bytes, lean: Callable[[Sequence[str]], Run]) -> None:
    import tempfile  # here, as a build with nothing to do compiles nothing

    text = olean.with_suffix(".lean")
    write_beside(text, source.decode("utf-8"))
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        made = Path(beside) / olean.name
        finished = lean(["-R", str(folder), "-o", str(made), str(text)])
        if finished.status != 0 or not made.is_file():
            said = (finished.errors.strip() or finished.output.strip() or "no message").splitlines()[0]
            why = "in time" if finished.ended == "time" else f": {shorten(said)}"
            raise ToolError(f"lean does not compile its library {text.name}{why}")
        os.replace(made, olean)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Holds a lock that the operating system frees, whatever becomes of this process."""
    with open(path, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


_sound: dict[Path, tuple[object, ...]] = {}
"""What this process has verified, with the state of the two files at the time."""


def _is_sound(olean: Path, record: Path) -> bool:
    """Whether the compiled library is there, and is what was compiled."""
    try:
        state = tuple((s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for s in (olean.stat(), record.stat()))
        if _sound.get(olean) == state:
            return True
        if record.read_text("ascii").strip() != _digest(olean):
            return False
    except (OSError, ValueError):
        return False
    _sound[olean] = state
    return True


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
