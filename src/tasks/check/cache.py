"""What tools said before, kept by content: the same tool is never asked the same thing twice, in whatever clone.

An entry's name is the SHA-256 of which tool is asked for which step, its identity, its arguments and its input text,
each with its length, so that no text can be written that is taken for another. Limits are no part of it: a verdict is
one that no limit had a part in. That there was none within certain limits is an entry of its own, which answers calls
with limits that are not higher, and gives way to a verdict. An entry holds what the tool printed, and is read by the
very code that reads a tool's output.
"""

from __future__ import annotations

import hmac
import json
import os
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ..errors import ToolError
from ..plan import user_folder
from .cache_folder import CacheFolder, open_cache
from .call import Run, Runner, ToolCall

Mode: TypeAlias = Literal["use", "replay", "rebuild", "off"]

MOST_DAYS = 60
MOST_BYTES = 1 << 30
_FORMAT = "verdict 2"
_FAMILY = b"verdict "
"""How entries of all formats begin."""
KEY = "DUALITY_CACHE_KEY"
"""The environment variable with the key of a shared folder: whoever knows it can write entries that are believed."""
READ_ONLY = "DUALITY_CACHE_READONLY"
"""The environment variable that, where it is set, keeps this user from writing."""


@dataclass
class Count:
    """Answers that were found in the cache, that a tool was run for, and that could not be kept."""

    found: int = 0
    asked: int = 0
    lost: int = 0


@dataclass(frozen=True)
class CachingRunner:
    """A runner that asks another one only for what is not in folder.

    shared: others may write to folder too; then entries are signed, and only signed ones are believed.
    use: look first; rebuild: ask anew and keep that; replay: never run a tool; off: keep nothing, look nowhere. A call
    without an identity is neither kept nor counted, as nobody knows yet whose answer it is; FlatZinc is not counted, as
    it is no verdict.
    """

    runner: Runner
    mode: Mode
    folder: Path
    shared: bool = False
    count: Count = field(default_factory=Count)

    @property
    def scratch(self) -> Path:
        """That of a runner of this machine."""
        return self.runner.scratch  # type: ignore[attr-defined, no-any-return]

    def run(self, call: ToolCall) -> Run:
        """As Runner.run. Raises ToolError for a miss where no tool may be run."""
        if self.mode in ("use", "replay") and call.identity and (kept := self._find(call)) is not None:
            self.count.found += call.step != "flatten"
            return kept
        if self.mode == "replay":
            raise ToolError(
                "cache=replay: no verdict is kept for this text and this tool; build once without cache=replay"
            )
        self.count.asked += bool(call.identity) and call.step != "flatten"
        return self.runner.run(call)

    def recall(self, call: ToolCall) -> str:
        """What is kept of a call to our own code, which identity names by its digest; "" where nothing is."""
        kept = self._find(call) if self.mode in ("use", "replay") else None
        return kept.output if kept else ""

    def keep(self, call: ToolCall, run: Run) -> None:
        if self.mode not in ("use", "rebuild") or not call.identity or run.remembered or os.environ.get(READ_ONLY):
            return
        with self._open(create=True) as folder:
            if folder is None:
                self.count.lost += 1
            else:
                self._keep(folder, call, run)

    def _keep(self, folder: CacheFolder, call: ToolCall, run: Run) -> None:
        if not run.ended:
            self._write(
                folder, _name("verdict", call), {"status": run.status, "output": run.output, "errors": run.errors}
            )
        elif run.ended in ("time", "memory") and not self.shared:  # which another machine may have in plenty
            limits = call.limits
            kept = self._read(folder, _name("no answer", call))
            if self.mode == "use" and kept and _covers(kept, call):
                return
            self._write(
                folder,
                _name("no answer", call),
                {
                    "status": run.status, "ended": run.ended, "errors": run.errors[:1000],
                    "seconds": limits.seconds, "memory_mb": limits.memory_mb,
                },
            )  # fmt: skip

    def _find(self, call: ToolCall) -> Run | None:
        with self._open(create=False) as folder, suppress(ValueError, TypeError, KeyError):
            if folder is None:
                return None
            if verdict := self._read(folder, _name("verdict", call)):
                return replace(
                    Run(int(verdict["status"]), str(verdict["output"]), str(verdict["errors"]), 0.0), remembered=True
                )
            if not self.shared and (limit := self._read(folder, _name("no answer", call))) and _covers(limit, call):
                status = limit["status"]
                return Run(
                    None if status is None else int(status), "", str(limit["errors"]), 0.0,
                    "memory" if limit["ended"] == "memory" else "time", remembered=True,
                )  # fmt: skip
        return None

    def _read(self, folder: CacheFolder, name: str) -> dict[str, Any] | None:
        """The entry of that name; None for one that is not there, was changed, or belongs elsewhere."""
        try:
            head, _, content = (folder.read(name) or b"").partition(b"\n")
            if not hmac.compare_digest(head, self._head(content)):
                return None
            data = json.loads(content)
            return dict(data) if data["name"] == name else None
        except (ValueError, TypeError, KeyError):
            return None

    def _write(self, folder: CacheFolder, name: str, data: dict[str, Any]) -> None:
        content = json.dumps({"name": name, **data}).encode()
        try:
            folder.write(name, self._head(content) + b"\n" + content)
        except OSError:  # a full disk or a folder that we may not write to keeps nobody from building
            self.count.lost += 1

    def _head(self, content: bytes) -> bytes:
        """An entry's first line: its format, and what shows that content is as it was written; in a shared folder,
        that it was written by one who knows the key.
        """
        key = _key() if self.shared else b""
        proof = hmac.digest(key, content, "sha256").hex() if key else sha256(content).hexdigest()
        return f"{_FORMAT} {proof}".encode()

    def _open(self, create: bool) -> AbstractContextManager[CacheFolder | None]:
        if self.shared and not _key():
            raise ToolError(f"cache=shared:{self.folder} needs the key that its entries are signed with in {KEY}")
        return open_cache(self.folder, self.shared, create and not os.environ.get(READ_ONLY))

    def refuse_bad_folder(self) -> None:
        """Raises ToolError for a folder that is not to be used as a cache."""
        if self.mode != "off":
            with self._open(create=False):
                pass

    def trim(self, most_bytes: int = MOST_BYTES, most_days: float = MOST_DAYS) -> None:
        """Removes entries that were not used for most_days, then the least recently used down to most_bytes; looks at
        most once a day. In a shared folder, only those that this user wrote.
        """
        if self.mode in ("use", "rebuild") and not os.environ.get(READ_ONLY):
            with self._open(create=False) as folder, suppress(OSError):
                if folder and folder.is_due():
                    folder.trim(most_bytes, most_days, _FAMILY)


def caching_runner(runner: Runner, setting: str, count: Count) -> CachingRunner:
    """A runner with a cache as the command line's cache= asks for: "" where it is not given, use, off, replay, rebuild,
    DIR, or shared:DIR. Without a folder it is that of the variable DUALITY_CACHE, or the user's own.
    """
    mode, place = ("use", setting) if setting not in ("", "use", "off", "replay", "rebuild") else (setting or "use", "")
    place = place or os.environ.get("DUALITY_CACHE") or str(user_folder() / "verdicts")
    folder = place.removeprefix("shared:")
    return CachingRunner(runner, mode, Path(folder).absolute(), folder != place, count)  # type: ignore[arg-type]


def _key() -> bytes:
    return os.environ.get(KEY, "").encode("utf-8", "surrogateescape")


def _covers(limit: dict[str, Any], call: ToolCall) -> bool:
    """Whether a call can do no better than a run that ended at a limit."""
    return call.limits.seconds <= float(limit["seconds"]) and call.limits.memory_mb <= int(limit["memory_mb"])


def _name(kind: Literal["verdict", "no answer"], call: ToolCall) -> str:
    """The name of the entry of that kind about a call."""
    total = sha256(_FORMAT.encode())
    tool = f"{call.tool}: {call.step}" if call.step else call.tool
    for part in (kind, tool, call.identity, *call.arguments, call.text):
        content = part.encode("utf-8", "surrogatepass")
        total.update(b"%d:" % len(content) + content)
    return total.hexdigest()
