"""What tools said before, kept by content: the same tool is never asked the same thing twice, in whatever clone.

An entry's name is the SHA-256 of the tool's identity, its arguments and its input text, each with its length, so that
no text can be written that is taken for another. Limits are no part of it, as only verdicts are kept that a limit
had no part in. An entry holds what the tool printed and is read by the very code that reads a tool's output.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

from ..errors import ToolError
from .process import Run

Mode: TypeAlias = Literal["use", "replay", "rebuild", "off"]
T = TypeVar("T")

MOST_DAYS = 60
MOST_BYTES = 1 << 30
_TRIMMED_EVERY = 24 * 3600.0
_FORMAT = "verdict 1"


@dataclass
class Count:
    """Of this process: verdicts that were found in the cache, that a tool was run for, and that could not be kept."""

    found: int = 0
    asked: int = 0
    lost: int = 0


COUNT = Count()
"""For the journal."""


@dataclass(frozen=True)
class Cache:
    """folder is where verdicts are kept; tool identifies the one that is asked, "" for one that cannot be identified.

    use: look first; rebuild: ask anew and keep that; replay: never run a tool; off: keep nothing, look nowhere.
    """

    mode: Mode = "off"
    folder: Path = field(default=Path("."))
    tool: str = ""

    def ask(
        self, arguments: Sequence[str], text: str, start: Callable[[], Run], read: Callable[[Run], T],
        definite: Callable[[T], bool] = lambda answer: True,
    ) -> T:  # fmt: skip
        """read(..) of what the tool says, from the cache where it is there.

        An answer is kept where it is definite: not for want of time, memory or anything else of the moment; one that
        read raises for is never kept. Raises ToolError for a miss where no tool may be run.
        """
        if self.mode == "off" or not self.tool:
            COUNT.asked += 1
            return read(start())
        name = _name(self.tool, *arguments, text)
        path = self.folder / name[:2] / name
        if self.mode != "rebuild" and (kept := _kept(path, name)) is not None:
            COUNT.found += 1
            return read(kept)
        if self.mode == "replay":
            raise ToolError(
                "cache=replay: no verdict is kept for this text and this tool; build once without cache=replay"
            )
        COUNT.asked += 1
        run = start()
        answer = read(run)
        if definite(answer):
            self._keep(path, name, run)
        return answer

    def _keep(self, path: Path, name: str, run: Run) -> None:
        content = json.dumps({"name": name, "status": run.status, "output": run.output, "errors": run.errors})
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, beside = tempfile.mkstemp(prefix=".new-", dir=path.parent)
            try:
                with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
                    file.write(f"{_FORMAT} {_digest(content)}\n{content}")
                os.replace(beside, path)
            except BaseException:
                os.unlink(beside)
                raise
        except OSError:  # a full disk or a folder that is not ours keeps nobody from building
            COUNT.lost += 1

    def trim(self, most_bytes: int = MOST_BYTES, most_days: float = MOST_DAYS) -> None:
        """Removes entries that were not used for most_days, then the least recently used down to most_bytes; looks at
        most once a day.
        """
        if self.mode not in ("use", "rebuild"):
            return
        marker = self.folder / "trimmed"
        now = time.time()
        with suppress(OSError):
            if now - marker.stat().st_mtime < _TRIMMED_EVERY:
                return
        with suppress(OSError):
            marker.touch()
            entries = []
            for path in self.folder.glob("??/*"):
                with suppress(OSError):  # another build may trim too
                    status = path.stat()
                    entries.append((status.st_mtime, status.st_size, path))
            total = sum(size for _, size, _ in entries)
            for used, size, path in sorted(entries):
                if now - used > most_days * 24 * 3600 or total > most_bytes:
                    path.unlink(missing_ok=True)
                    total -= size


def _name(*parts: str) -> str:
    total = sha256(_FORMAT.encode())
    for part in parts:
        content = part.encode("utf-8", "surrogatepass")
        total.update(b"%d:" % len(content) + content)
    return total.hexdigest()


def _digest(content: str) -> str:
    return sha256(content.encode("utf-8")).hexdigest()


def _kept(path: Path, name: str) -> Run | None:
    """The entry at path; None for one that is not there, was changed, or belongs elsewhere."""
    try:
        head, _, content = path.read_text(encoding="utf-8").partition("\n")
        if head != f"{_FORMAT} {_digest(content)}":
            return None
        data = json.loads(content)
        if data["name"] != name:
            return None
        run = Run(int(data["status"]), str(data["output"]), str(data["errors"]), 0.0)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    with suppress(OSError):
        os.utime(path)
    return run


OFF = Cache()
