"""Where what stands at the cursor is rendered, or written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..corpus.names import file_name
from ..files import text_of
from ..layout import Layout
from ..render.text import names
from .chunk_text import ChunkText


@dataclass(frozen=True)
class Target:
    """line is 0-based; start and end are columns of plain ASCII."""

    path: Path
    line: int = 0
    start: int = 0
    end: int = 0


def definitions(chunk: ChunkText, offset: int, layout: Layout) -> list[Target]:
    """The rendered model and the Lean module: of a constraint its lines in them, elsewhere their first lines."""
    formula = chunk.formula_at(offset)
    identifier = ""
    if formula:
        every = [chunk.outline.string(f"/constraints/{index}/name") or "" for index in range(formula.index + 1)]
        identifier = names(every)[formula.index]
    return [
        *_found(layout.model(chunk.id), "predicate ", identifier),
        *_found(layout.module(chunk.id), "def ", identifier),
    ]


def _found(path: Path, before: str, identifier: str) -> Iterator[Target]:
    """The line that defines the identifier; the first one for ""; none where no such line or file is there."""
    text = text_of(path)
    if text and not identifier:
        yield Target(path)
    start = len(before)
    for number, line in enumerate(text.split("\n") if identifier else ()):
        if line.startswith(before + identifier) and line[start + len(identifier) :].startswith(("(", " (")):
            yield Target(path, number, start, start + len(identifier))
            return


def chunk_file(folder: Path, chunk_id: str) -> list[Target]:
    """The file of a chunk, where there is one."""
    path = folder / file_name(chunk_id)
    return [Target(path)] if path.is_file() else []
