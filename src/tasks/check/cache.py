"""What tools said before, kept by content: the same tool is never asked the same thing twice, in whatever clone.

An entry's name is the SHA-256 of which tool is asked, its identity, its arguments and its input text, each with its
length, so that no text can be written that is taken for another. Limits are no part of it: a verdict is one that no
limit had a part in. That there was none within certain limits is an entry of its own, which answers calls with limits
that are not higher, and gives way to a verdict. An entry holds what the tool printed, and is read by the very code
that reads a tool's output.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ..errors import ToolError
from .call import Run, Runner, ToolCall

Mode: TypeAlias = Literal["use", "replay", "rebuild", "off"]

MOST_DAYS = 60
MOST_BYTES = 1 << 30
_TRIMMED_EVERY = 24 * 3600.0
_FORMAT = "verdict 2"


@dataclass
class Count:
    """Answers that were found in the cache, that a tool was run for, and that could not be kept."""

    found: int = 0
    asked: int = 0
    lost: int = 0


@dataclass(frozen=True)
class CachingRunner:
    """A runner that asks another one only for what is not in folder.

    use: look first; rebuild: ask anew and keep that; replay: never run a tool; off: keep nothing, look nowhere. A call
    without an identity is neither kept nor counted, as nobody knows yet whose answer it is.
    """

    runner: Runner
    mode: Mode
    folder: Path
    count: Count = field(default_factory=Count)

    @property
    def scratch(self) -> Path:
        """That of a runner of this machine."""
        return self.runner.scratch  # type: ignore[attr-defined, no-any-return]

    def run(self, call: ToolCall) -> Run:
        """As Runner.run. Raises ToolError for a miss where no tool may be run."""
        if self.mode in ("use", "replay") and call.identity and (kept := self._find(call)) is not None:
            self.count.found += 1
            return kept
        if self.mode == "replay":
            raise ToolError(
                "cache=replay: no verdict is kept for this text and this tool; build once without cache=replay"
            )
        self.count.asked += bool(call.identity)
        return self.runner.run(call)

    def keep(self, call: ToolCall, run: Run) -> None:
        if self.mode not in ("use", "rebuild") or not call.identity or run.remembered:
            return
        if not run.ended:
            self._write(_verdict(call), {"status": run.status, "output": run.output, "errors": run.errors})
        elif run.ended in ("time", "memory"):
            limits = call.limits
            kept = self._read(_exhaustion(call))
            if self.mode == "use" and kept and _covers(kept, call):
                return
            self._write(
                _exhaustion(call),
                {
                    "status": run.status, "ended": run.ended, "errors": run.errors[:1000],
                    "seconds": limits.seconds, "memory_mb": limits.memory_mb,
                },
            )  # fmt: skip

    def _find(self, call: ToolCall) -> Run | None:
        with suppress(ValueError, TypeError, KeyError):
            if verdict := self._read(_verdict(call)):
                return replace(
                    Run(int(verdict["status"]), str(verdict["output"]), str(verdict["errors"]), 0.0), remembered=True
                )
            if (limit := self._read(_exhaustion(call))) and _covers(limit, call):
                status = limit["status"]
                return Run(
                    None if status is None else int(status), "", str(limit["errors"]), 0.0,
                    "memory" if limit["ended"] == "memory" else "time", remembered=True,
                )  # fmt: skip
        return None

    def _read(self, name: str) -> dict[str, Any] | None:
        """The entry of that name; None for one that is not there, was changed, or belongs elsewhere."""
        path = self._path(name)
        try:
            head, _, content = path.read_text(encoding="utf-8").partition("\n")
            if head != f"{_FORMAT} {_digest(content)}":
                return None
            data = json.loads(content)
            if data["name"] != name:
                return None
        except (OSError, ValueError, TypeError, KeyError):
            return None
        with suppress(OSError):
            os.utime(path)
        return dict(data)

    def _write(self, name: str, data: dict[str, Any]) -> None:
        content = json.dumps({"name": name, **data})
        path = self._path(name)
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
            self.count.lost += 1

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name

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


def _verdict(call: ToolCall) -> str:
    return _name("verdict", call.tool, call.identity, *call.arguments, call.text)


def _exhaustion(call: ToolCall) -> str:
    return _name("no answer", call.tool, call.identity, *call.arguments, call.text)


def _covers(limit: dict[str, Any], call: ToolCall) -> bool:
    """Whether a call can do no better than a run that ended at a limit."""
    return call.limits.seconds <= float(limit["seconds"]) and call.limits.memory_mb <= int(limit["memory_mb"])


def _name(*parts: str) -> str:
    total = sha256(_FORMAT.encode())
    for part in parts:
        content = part.encode("utf-8", "surrogatepass")
        total.update(b"%d:" % len(content) + content)
    return total.hexdigest()


def _digest(content: str) -> str:
    return sha256(content.encode("utf-8")).hexdigest()
