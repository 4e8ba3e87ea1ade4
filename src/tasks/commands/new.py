"""new: a chunk to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..corpus.names import ID, file_name, read_names
from ..errors import CorpusError, UsageError, visible
from ..project import Build
from .command import Command


class New(Command):
    name = "new"
    doc_purpose = "make a chunk to begin with: doit new 63 title='What it is about'"
    doc_usage = "[ID] title=TEXT [tract=internal|external|bridge]"
    doc_description = (
        "The chunk is valid, has its Monster primes, and one constraint to replace. Without an id it has the next one; "
        "without a tract, that of its title or id."
    )

    def run(self, build: Build, params: Any, args: Sequence[str]) -> None:
        folder, values = build.layout.chunks, build.values
        if len(args) > 1:
            raise UsageError(f"a chunk has one id, found {len(args)}; write title='...' with quotes")
        if not folder.is_dir():
            raise UsageError(f"{folder}: there is no such folder; `{self.program} init` makes a corpus")
        chunk_id = args[0] if args else _next_id(folder)
        if not ID.fullmatch(chunk_id) or len(chunk_id) > 100:
            raise UsageError(f"found the id {visible(chunk_id)[:80]!r}, expected two or more digits, such as 63")
        if not values["title"].strip():
            raise UsageError(f"a chunk needs a title: `{self.program} new {chunk_id} title='What it is about'`")
        path = folder / file_name(chunk_id)
        write_draft(path, chunk_id, values["title"], values["tract"])
        print(f"{path}: made; edit its constraints, then `{self.program} {chunk_id}`")


def write_draft(path: Path, chunk_id: str, title: str, tract: str) -> None:
    """Makes the file of a new chunk. Raises UsageError where there is one, CorpusError where it would not be valid."""
    from ..corpus.document import parse_document
    from ..corpus.draft import draft, schema_beside
    from ..corpus.primes import TRACTS
    from ..formatting import formatted
    from ..specification import understand

    known = next((each for each in TRACTS if each == tract), None)
    text = formatted(parse_document(path, draft(chunk_id, title, known, schema_beside(path.parent))))
    understand(path, text)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path}: there is such a file already; choose another id, or edit it") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


def _next_id(folder: Path) -> str:
    """The id after the largest, 01 for the first."""
    try:
        ids = read_names(folder).ids
    except CorpusError:
        return "01"
    return f"{max(map(int, ids), default=0) + 1:02}"
