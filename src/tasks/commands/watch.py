"""`doit watch`: builds again whenever a file of the corpus is saved."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..corpus.names import SETTINGS
from ..errors import UsageError
from ..project import Build
from .command import Command

_QUIET_MS = 50
"""How long nothing must happen until a build begins: editors and git write files one after the other."""
_LOOK_MS = 500
"""How often it is looked whether the folder is another one."""
_CLEAR = "\x1b[H\x1b[2J\x1b[3J"


class Watch(Command):
    name = "watch"
    doc_purpose = "build again whenever a file of the corpus is saved (Ctrl-C ends it)"
    doc_usage = "[-n PROCESSES] [TASK or chunk ...]"
    doc_description = (
        "Builds what `doit` with the same tasks and variables builds, at once and after every change of a chunk, of "
        "corpus.yaml, of the toolchain file, or of the package's own code. A build that is outdated is stopped; tasks "
        "that it has finished are kept."
    )
    cmd_options = (
        {"name": "processes", "short": "n", "long": "process", "type": int, "default": 0,
         "help": "number of processes [default: all cores]"},
    )  # fmt: skip

    def run(self, build: Build, params: Any, args: Sequence[str]) -> None:
        build.names  # noqa: B018 # a corpus that is not there is an error, and nothing to wait for
        # Without a terminal builds follow each other; on one, each has the screen for itself.
        clear = sys.stdout.isatty() and os.environ.get("TERM") not in (None, "dumb")
        more = ["-n", str(params["processes"])] if params["processes"] else []
        command = [*_program(), "run", *more, *args, *(f"{name}={value}" for name, value in build.given.items())]
        changes = _changes(build)
        running: subprocess.Popen[bytes] | None = None
        reason = "first build"
        try:
            while True:
                _end(running)
                print(f"{_CLEAR * clear}{time.strftime('%H:%M:%S')}  {reason}", flush=True)
                running = subprocess.Popen(command)
                reason = next(changes)
        except KeyboardInterrupt:
            _end(running)
            print()


def _program() -> list[str]:
    """How this build is run by itself: with the dodo file of the folder, or the installed package's."""
    return [sys.executable, "-m", "doit" if Path("dodo.py").is_file() else "tasks"]


def _end(running: subprocess.Popen[bytes] | None) -> None:
    """Ends a build that goes on; it says itself that it was stopped."""
    if running is not None and running.poll() is None:
        running.terminate()
        running.wait()


def _changes(build: Build) -> Iterator[str]:
    """What was changed, each time that something was."""
    try:
        from watchfiles import watch
    except ImportError:
        raise UsageError("`watch` needs a package more: pip install 'duality[watch]'") from None

    chunks, package = build.layout.chunks, build.code.package
    toolchain = build.layout.toolchain
    while True:
        folder = _identity(chunks)
        places = [place for place in (chunks, package, toolchain) if place.exists()]
        for changed in watch(
            *places, watch_filter=_concerns, step=_QUIET_MS, rust_timeout=_LOOK_MS, yield_on_timeout=True,
            raise_interrupt=True,
        ):  # fmt: skip
            if changed:
                yield _named(path for _, path in changed)
            if _identity(chunks) != folder:  # another branch, or a folder that was moved here
                break
        while _identity(chunks) is None:
            time.sleep(_LOOK_MS / 1000)
        yield f"{chunks} is another folder"


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _concerns(_: object, path: str) -> bool:
    """Whether a file is one that a build reads; editors leave others beside it."""
    name = os.path.basename(path)
    if "__pycache__" in path:
        return False
    chunk = name.startswith("chunk-") and name.endswith(".json")
    return chunk or name in (SETTINGS, "lean-toolchain") or name.endswith((".py", ".lark", ".lean", ".toml", ".txt"))


def _named(paths: Iterator[str]) -> str:
    names = sorted({os.path.basename(path) for path in paths})
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"{shown} changed"
