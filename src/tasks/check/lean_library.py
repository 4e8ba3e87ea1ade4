"""What every judged Lean text imports: compiled once for each Lean of this machine, and verified before it is used."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, TypeAlias

from ..errors import ToolError
from .call import Run, shorten
from .identity import write_beside

_FOLDER = Path(__file__).parent.parent / "render" / "library"
Library: TypeAlias = Literal["modules", "certificates"]
_SOURCES: Mapping[Library, tuple[tuple[str, str], ...]] = {
    "modules": (("Base.lean", "Duality.Base"),),
    "certificates": (
        ("Support.lean", "Support"),
        ("Order.lean", "Order"),
        ("Decide.lean", "Decide"),
        ("Bounds.lean", "Bounds"),
    ),
}
"""By who imports it: the library's sources in this package, and the modules that they are compiled as; each may import
those before it.
"""
_READ: Mapping[str, tuple[Library, ...]] = {
    "lean toolchain": ("modules", "certificates"),
    "lean embedded kernel": ("certificates",),
}


class NotCompiled(ToolError):
    """A Lean does not accept a library of ours."""


def library_of(text: str) -> Library:
    """What a text for Lean imports."""
    return "certificates" if text.startswith("prelude\n") else "modules"


def library_sources(tool: str) -> tuple[Path, ...]:
    """The sources of all that a Lean's texts import, by the name of the tool (see call.Tool.name)."""
    return tuple(_FOLDER / name for library in _READ[tool] for name, _ in _SOURCES[library])


@cache
def library_digest(tool: str) -> str:
    """SHA-256 of these sources."""
    return sha256(b"\0".join(path.read_bytes() for path in library_sources(tool))).hexdigest()


def compiled_library(
    scratch: Path, library: Library, identity: str, lean: Callable[[Sequence[str], Path], Run]
) -> Path:
    """The folder for LEAN_PATH in which the library lies compiled by the Lean of this identity.

    lean runs that Lean with arguments and a LEAN_PATH. What was compiled before is used if its SHA-256 is the one that
    was recorded then; only one process at a time compiles. Raises NotCompiled where that Lean does not accept it, which
    is remembered; ToolError where it does not come to an end or scratch cannot be written, OSError where its disk is
    full.
    """
    modules = _SOURCES[library]
    sources = [(_FOLDER / name).read_bytes() for name, _ in modules]
    name = sha256(b"\0".join((library.encode(), identity.encode(), *sources))).hexdigest()
    folder = scratch / "lean" / name
    compiled = [folder / _compiled(module) for _, module in modules]
    record, refusal = folder / "sha256", folder / "refused"
    try:
        if not _is_sound(compiled, record):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with alone(folder / "lock"):
                if refusal.exists():
                    raise NotCompiled(refusal.read_text("utf-8"))
                if not _is_sound(compiled, record):
                    known = set(record.read_text("ascii", "replace").split() if record.exists() else ())
                    for (_, module), source, olean in zip(modules, sources, compiled, strict=True):
                        if not olean.is_file() or _digest(olean) not in known:
                            try:
                                _compile(folder, module, source, lean)
                            except NotCompiled as error:
                                write_beside(refusal, str(error))
                                raise
                    write_beside(record, _digests(compiled))
    except OSError as error:
        from .process import FULL  # here, as a build with nothing to do starts no process

        if error.errno in FULL:
            raise
        raise ToolError(f"{error.filename or folder}: the Lean library cannot be kept: {error.strerror}") from None
    return folder


def _compiled(module: str) -> Path:
    return Path(*module.split(".")).with_suffix(".olean")


def _compile(folder: Path, module: str, source: bytes, lean: Callable[[Sequence[str], Path], Run]) -> None:
    import tempfile  # here, as a build with nothing to do compiles nothing

    from .process import ROOM_OF_A_FAILURE, refuse_full_disk

    olean = folder / _compiled(module)
    olean.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = olean.with_suffix(".lean")
    write_beside(text, source.decode("utf-8"))
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        made = Path(beside) / olean.name
        finished = lean(["-R", str(folder), "-o", str(made), str(text)], folder)
        if finished.status != 0 or not made.is_file():
            with tempfile.TemporaryFile(dir=beside) as probe:
                refuse_full_disk(probe, str(folder), ROOM_OF_A_FAILURE)
            said = (finished.errors.strip() or finished.output.strip() or "no message").splitlines()[0]
            why = " in time" if finished.ended == "time" else f": {shorten(said.replace(str(text), text.name))}"
            error = NotCompiled if finished.status == 1 and not finished.ended else ToolError
            raise error(f"lean does not compile its library {text.name}{why}")
        os.replace(made, olean)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Holds a lock that the operating system frees, whatever becomes of this process."""
    with open(path, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


_sound: dict[Path, tuple[object, ...]] = {}
"""What this process has verified, by its record, with the state of the files at the time."""


def _is_sound(compiled: Sequence[Path], record: Path) -> bool:
    """Whether the compiled library is there, and is what was compiled."""
    try:
        stats = [path.stat() for path in (*compiled, record)]
        state = tuple((s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for s in stats)
        if _sound.get(record) == state:
            return True
        if record.read_text("ascii") != _digests(compiled):
            return False
    except (OSError, ValueError):
        return False
    _sound[record] = state
    return True


def _digests(compiled: Sequence[Path]) -> str:
    return "".join(f"{_digest(path)}\n" for path in compiled)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
