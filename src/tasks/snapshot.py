"""What held when a build ended, in a file beside the database: the next build makes no task of what still holds.

A snapshot names every chunk all of whose stages held: the records of its tasks, the content of its files, and the
states of these files (see state_of) as they were when the content was seen. What is in it still holds while

- the circumstances are the same: the package's code, corpus.yaml, the toolchain file, the variables, the engines;
- the database holds the same records;
- each file has the same state, or else the same content.

It decides nothing that freshness would decide otherwise: a snapshot that is missing, damaged or outdated costs time.
"""

from __future__ import annotations

import json
import marshal
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from operator import attrgetter, call, itemgetter
from pathlib import Path
from typing import Any, Protocol

from .corpus.names import Names
from .digests import Code
from .files import digest, file_digest, text_of, write_whole
from .forks import in_parts
from .freshness import YOUNG_NS, digest_of, written_digest_of
from .layout import Layout
from .variables import VARIABLES

FORMAT = 3
# Variables that no result depends on: those of single tasks, and where files and verdicts are.
_VALUES = tuple(v.name for v in VARIABLES if not v.task and v.name not in ("chunks", "out", "cache", "runner"))
Data = dict[str, Any]
Ask = Callable[[str], os.stat_result]


class Records(Protocol):
    """What is asked of the database."""

    def text(self, task_id: str) -> str: ...
    def state(self) -> str: ...
    def lock(self) -> None: ...
    def trust(self) -> None: ...
    def own(self) -> None: ...


class Command(Protocol):
    """What is asked of the command that looks (see project.Build)."""

    @property
    def layout(self) -> Layout: ...
    @property
    def names(self) -> Names: ...
    @property
    def code(self) -> Code: ...
    @property
    def values(self) -> Mapping[str, str]: ...


class Seen:
    """What of a snapshot still holds.

    ids: the chunks that there are; known: those that there were; kept: what the snapshot says of those that hold;
    shared: of the files that belong to no chunk those that hold, with content and state; renewed: whether files, or the
    database, have other states than in the snapshot, though the same content.
    """

    def __init__(self, snapshot: Data, ids: Sequence[str]) -> None:
        self.snapshot = snapshot
        self.ids = ids
        self.known = frozenset(snapshot["ids"])
        self.kept: dict[str, list[Any]] = {}
        self.shared: dict[str, list[str]] = {}
        self.renewed = False

    @property
    def fresh(self) -> frozenset[str]:
        """The chunks all of whose stages hold."""
        return frozenset(self.kept)

    @property
    def whole(self) -> bool:
        """Whether the last build was a complete one, and all of it holds."""
        all_chunks = self.kept.keys() == self.known == frozenset(self.ids)
        return bool(self.snapshot["whole"]) and all_chunks and self.shared.keys() == self.snapshot["shared"].keys()

    def count_tasks(self) -> int:
        """How many tasks of the last build hold: those of fresh chunks, and of the corpus where all holds."""
        kinds = self.snapshot["kinds"]
        found = sum(len(kinds[entry[0]]["stages"]) for entry in self.kept.values())
        return found + int(self.snapshot["jobs"]) * self.whole

    def data(self) -> Data:
        """The snapshot with what was renewed."""
        return {**self.snapshot, "chunks": self.kept, "shared": self.shared}


def look(command: Command, database: Records) -> Seen | None:
    """Compares the snapshot with what is there; None where there is no snapshot that could hold.

    Holds the database's lock from then on, and reads the database only where it is another file than it was.
    Raises as the database does.
    """
    layout, names = command.layout, command.names
    database.lock()
    snapshot = _read(layout.snapshot)
    if snapshot is None or snapshot["circumstances"] != circumstances(command):
        return None
    from .check.engines import is_current

    toolchain = snapshot["circumstances"]["toolchain"]
    if not all(is_current(name, choice, toolchain, files) for name, (choice, files) in snapshot["engines"].items()):
        return None
    seen = Seen(snapshot, names.ids)
    unchanged = database.state() == snapshot["database"] != ""
    seen.renewed = not unchanged
    if unchanged:
        database.trust()
    else:
        database.own()
    kinds = [Kind(layout, **kind) for kind in snapshot["kinds"]]
    entries = [(chunk_id, snapshot["chunks"][chunk_id]) for chunk_id in names.ids if chunk_id in snapshot["chunks"]]
    with in_parts(partial(_changed, kinds), entries, _MANY) as parts:
        for chunk_id, entry in entries:
            if unchanged or kinds[entry[0]].records(database, chunk_id) == entry[1]:
                seen.kept[chunk_id] = entry
        for part in parts:
            for chunk_id, now in part.items():
                if now is None:
                    seen.kept.pop(chunk_id, None)
                elif chunk_id in seen.kept:
                    seen.renewed |= now != seen.kept[chunk_id][3]
                    seen.kept[chunk_id] = [*seen.kept[chunk_id][:3], now]
    for name, (content, state) in snapshot["shared"].items():
        path = str(layout.path(name))
        now = state_of(map(os.lstat, [path]))
        if (now and now == state) or written_digest_of(path) == content:
            seen.renewed |= now != state
            seen.shared[name] = [content, now]
    return seen


_MANY = 1000
"""Chunks for which another process is worth its start."""


def _changed(kinds: Sequence[Kind], entries: Iterable[tuple[str, list[Any]]]) -> dict[str, str | None]:
    """The chunks whose files have other states than in the snapshot, or have changed a moment ago: their states now,
    None where the content is another, too.
    """
    found: dict[str, str | None] = {}
    for chunk_id, (number, _, content, state) in entries:
        now = kinds[number].state(chunk_id)
        if not now or now != state:
            found[chunk_id] = now if kinds[number].content(chunk_id) == content else None
    return found


def circumstances(command: Command, settings: str | None = None, toolchain: str | None = None) -> Data:
    """What all results depend on beside chunks and engines, as JSON data.

    settings: SHA-256 of corpus.yaml, toolchain: the text of the toolchain file, as they were read; else as they are.
    """
    return {
        "format": FORMAT,
        "code": command.code.package_digest(),
        "settings": _settings(command.layout.settings) if settings is None else settings,
        "toolchain": text_of(command.layout.toolchain) if toolchain is None else toolchain,
        "ignored": list(command.names.ignored),
        "misnamed": list(command.names.misnamed),
        "values": {name: command.values[name] for name in _VALUES},
    }


def _settings(path: Path) -> str:
    """SHA-256 of corpus.yaml, "" where there is none; of one that cannot be read, what no digest is."""
    return digest_of(str(path)) or ("unreadable" if os.path.lexists(path) else "")


class Kind:
    """The stages and the files of computational chunks, or of documentation chunks.

    files: the names of files as in Layout.file, or `stamp of STAGE`.
    """

    def __init__(self, layout: Layout, stages: Sequence[str], files: Sequence[str]) -> None:
        self.stages = stages
        # A path is put together from its two ends: that takes a twentieth of the time.
        self._ends = [tuple(str(_path(layout, name, "\0")).split("\0")) for name in files]
        self._asks: list[Ask] = [os.stat if name == "source" else os.lstat for name in files]

    def paths(self, chunk_id: str) -> dict[str, Ask]:
        """The paths of a chunk's files, with the function that asks for the status of each."""
        return dict(zip(self._paths(chunk_id), self._asks, strict=True))

    def state(self, chunk_id: str) -> str:
        """What the files are known by without being read (see state_of)."""
        return state_of(map(call, self._asks, self._paths(chunk_id)))

    def content(self, chunk_id: str) -> str:
        """A digest of the content of the files, as it is now."""
        return content_of(file_digest(path, follow=ask is os.stat) or "" for path, ask in self.paths(chunk_id).items())

    def _paths(self, chunk_id: str) -> list[str]:
        return [start + chunk_id + end for start, end in self._ends]

    def records(self, database: Records, chunk_id: str) -> str:
        """A digest of the records of a chunk's tasks."""
        return _short("\0".join(database.text(f"{stage}:{chunk_id}") for stage in self.stages))


def _path(layout: Layout, name: str, chunk_id: str) -> Path:
    stamp = name.removeprefix("stamp of ")
    return layout.file(name, chunk_id) if stamp == name else layout.stamp(stamp, chunk_id)


def content_of(digests: Iterable[str]) -> str:
    """A digest of the content of files, from the SHA-256 of each."""
    return _short("\0".join(digests))


_known_by = attrgetter("st_dev", "st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")


def state_of(statuses: Iterable[os.stat_result]) -> str:
    """A digest of what files are known by without being read: device, inode, size, times of content and metadata.

    statuses are asked for here. "" where that is an OSError, as a file is missing, or where one has changed a moment
    ago (or in the future): it could change again without a trace.
    """
    try:
        states = list(map(_known_by, statuses))
    except OSError:
        return ""
    newest = max(states, key=_LAST)[-1]
    # The digest is compared on the machine that made it: a form that no other reads is good enough, and the fastest.
    return "" if time.time_ns() - newest < YOUNG_NS else _short(marshal.dumps(states, 2))


_LAST = itemgetter(-1)


def _read(path: Path) -> Data | None:
    with suppress(OSError, ValueError):
        sha256, _, text = text_of(path).partition("\n")
        if digest(text) == sha256:
            found: Data = json.loads(text)
            return found if found["circumstances"]["format"] == FORMAT else None
    return None


def write_snapshot(path: Path, data: Data) -> None:
    """Writes a snapshot. Where that is not possible, the next build does without."""
    text = json.dumps(data)
    with suppress(OSError):
        write_whole(path, f"{digest(text)}\n{text}")


def _short(content: str | bytes) -> str:
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    return blake2b(data, digest_size=16).hexdigest()
