"""The built state of a large corpus: a few chunks are built with the real tools, and what was built is copied.

A copy has another id in all texts, and the digests that follow: in stamps, and in the records of the database. So it is
what a build of that chunk would have left. The caller lets ours check that: it must have nothing to do.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from tasks.files import digest

from .graph import LAYOUT

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Built:
    """What the build of one chunk left in a project."""

    def __init__(self, home: Path, chunk_id: str) -> None:
        self.chunk_id = chunk_id
        found = [path for folder in ("chunks", "rendered") for path in (home / folder).rglob(f"*{chunk_id}*")]
        names = sorted(path.relative_to(home).as_posix() for path in found)
        # Stamps last: they hold the digests of the others.
        names.sort(key=lambda name: "/stamps/" in name)
        self.texts = {name: (home / name).read_text(encoding="utf-8") for name in names}
        with closing(sqlite3.connect(home / LAYOUT.database)) as database:
            rows = database.execute("select name, record from tasks where name like ?", [f"%:{chunk_id}"])
            self.records: dict[str, str] = dict(rows.fetchall())

    def copy(self, home: Path, chunk_id: str) -> list[tuple[str, str, str]]:
        """Writes the files of a copy. Returns the rows for the database."""
        digests: dict[str, str] = {}

        def renamed(text: str) -> str:
            text = text.replace(self.chunk_id, chunk_id)
            return _SHA256.sub(lambda found: digests.get(found[0], found[0]), text)

        for name, text in self.texts.items():
            new = renamed(text)
            digests[digest(text)] = digest(new)
            (home / name.replace(self.chunk_id, chunk_id)).write_text(new, encoding="utf-8")
        rows = [(name.replace(self.chunk_id, chunk_id), renamed(record)) for name, record in self.records.items()]
        return [(name, record, digest(f"{name}\0{record}")) for name, record in rows]


def copy_built(seeds: Path, seed_ids: list[str], home: Path, ids: list[str]) -> None:
    """Fills a project with the built chunks of another, those of seed_ids in turn."""
    built = [Built(seeds, chunk_id) for chunk_id in seed_ids]
    (home / LAYOUT.database).write_bytes((seeds / LAYOUT.database).read_bytes())
    with closing(sqlite3.connect(home / LAYOUT.database)) as database, database:
        for number, chunk_id in enumerate(ids):
            rows = built[number % len(built)].copy(home, chunk_id)
            database.executemany("insert or replace into tasks values (?, ?, ?)", rows)
