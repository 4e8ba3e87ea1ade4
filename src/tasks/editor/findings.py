"""What is wrong in a file while it is written: what a build says of it, and more where it is no JSON yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..corpus.document import LARGEST_FILE, MOST_PROBLEMS, parse_document
from ..corpus.settings import parse_settings
from ..errors import CorpusError, Mistake
from ..specification import understand
from .chunk_text import ChunkText, Formula

_VACUOUS = "constantly true: it says nothing of x, and nothing is checked"


@dataclass(frozen=True)
class Finding:
    """start, end: offsets in the text. unused: it is shown as what has no effect."""

    start: int
    end: int
    message: str
    severity: Literal["error", "information"] = "error"
    unused: bool = False


def find_in_chunk(chunk: ChunkText, informal: bool) -> list[Finding]:
    """informal: whether claims in words may stand in the chunk."""
    if len(chunk.text.encode("utf-8", "replace")) > LARGEST_FILE:
        return [_whole(f"found more than {LARGEST_FILE:,} bytes; split the file")]
    try:
        understand(chunk.path, chunk.text, informal=informal)
    except CorpusError as error:
        found = list(_told(error, chunk.text))
        if not _is_json(chunk):
            found += [_formula_mistake(chunk, f) for f in chunk.formulas if f.item.ends and f.text and f.error]
    else:
        found = []
    for formula in chunk.formulas:
        if (statement := formula.statement) and statement.kind == "vacuous":
            found.append(Finding(formula.item.start, formula.item.end, _VACUOUS, "information", unused=True))
    return found[:MOST_PROBLEMS]


def find_in_settings(path: Path, text: str, ids: frozenset[str]) -> list[Finding]:
    """What is wrong in a corpus.yaml; ids are those of the chunks beside it."""
    if len(text.encode("utf-8", "replace")) > LARGEST_FILE:
        return [_whole(f"found more than {LARGEST_FILE:,} bytes; split the file")]
    if not text.strip():
        return [_whole("found an empty file, expected its text")]
    try:
        parse_settings(path, text, ids)
    except CorpusError as error:
        return list(_told(error, text))
    return []


def _whole(message: str) -> Finding:
    return Finding(0, 1, message)


def _told(error: CorpusError, text: str) -> Iterator[Finding]:
    for mistake in error.mistakes:
        if isinstance(mistake, Mistake):
            start = min(mistake.start, len(text))
            yield Finding(start, max(start, min(mistake.end, len(text))), mistake.what)
        else:
            yield _whole(mistake)


def _is_json(chunk: ChunkText) -> bool:
    try:
        parse_document(chunk.path, chunk.text)
    except CorpusError:
        return False
    return True


def _formula_mistake(chunk: ChunkText, formula: Formula) -> Finding:
    error = formula.error
    assert error is not None
    offsets = [*chunk.outline.offsets(formula.item), formula.item.end]
    start, end = offsets[min(error.start, len(offsets) - 2)], offsets[min(error.end, len(offsets) - 1)]
    return Finding(start, end, error.what)
