"""Strict JSON: text to data, and the place in the text of each part of the data."""

from __future__ import annotations

import errno
import json
import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from ..errors import CorpusError, Mistake, visible
from ..files import open_plain, write_whole
from .mistakes import explain_json

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes; a chunk of a thousand constraints takes a tenth of it."""

MOST_TOKENS = 50_000
"""Brackets, commas, strings, numbers and words of one file; a chunk of a thousand constraints has 11,000."""

DEEPEST = 64
"""Levels of brackets; a chunk needs five. Everything that walks a document may recurse on this account."""
MOST_PROBLEMS = 100
"""Problems of one file that are told; the rest would only push these off the screen."""
LONGEST_NUMBER = 4000
"""Digits; Python itself converts no more than 4300."""

_SPACE = re.compile(r"[ \t\n\r]*")
# A character of a string as JSON writes it; two escapes can make one character.
_CHARACTER = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.")
# The possessive quantifiers keep hostile text linear; a string that does not end is a token all the same.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]|-?(?:NaN|Infinity|[0-9]+)', re.DOTALL)


@dataclass(frozen=True)
class Document:
    """A JSON file: where it lies, its text, the data in it."""

    path: Path
    text: str
    data: Any

    def line(self, pointer: str) -> int:
        """1-based line of the value that the JSON pointer names, or of the nearest value around it."""
        return _line(self.text, self.span(self._nearest(pointer))[0])

    def extent(self, pointer: str, is_key: bool = False) -> tuple[int, int]:
        """Start and end offset of what to mark for that value, or for its key: no more than its first line."""
        pointer = self._nearest(pointer)
        if is_key and pointer in self._places.keys:
            start = self.key_start(pointer)
            return start, scanstring(self.text, start + 1)[1]
        start, end = self.span(pointer)
        return start, start + len(self.text[start:end].split("\n", 1)[0].rstrip())

    def inside(self, pointer: str, start: int, end: int) -> tuple[int, int]:
        """Start and end offset in the file of a part of the string that the JSON pointer names; at its end stands the
        quote.
        """
        opening, closing = self.span(pointer)
        offsets = character_offsets(self.text, opening + 1, closing - 1)
        return offsets[min(start, len(offsets) - 2)], offsets[min(end, len(offsets) - 1)]

    def span(self, pointer: str) -> tuple[int, int]:
        """Start and end offset of the value that the JSON pointer names. Raises KeyError where there is none."""
        return self._places.values[pointer]

    def key_start(self, pointer: str) -> int:
        """Offset of the key before the value that the JSON pointer names. Raises KeyError where there is none."""
        return self._places.keys[pointer]

    def place(self, pointer: str) -> str:
        """The JSON pointer for a message, "/" for the whole."""
        shown = visible(pointer) or "/"
        return shown if len(shown) <= 200 else shown[:197] + "..."

    def shown(self, pointer: str, value: Any) -> str:
        """The value at the JSON pointer for a message."""
        return as_json(value)

    def _nearest(self, pointer: str) -> str:
        while pointer and pointer not in self._places.values:
            pointer = pointer.rpartition("/")[0]
        return pointer

    @cached_property
    def _places(self) -> _Places:
        return _find_places(self.text)


def pointer_to(*parts: object) -> str:
    """The JSON pointer (RFC 6901) made of keys and indices."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def character_offsets(text: str, opening: int, closing: int) -> list[int]:
    """Where in text each character begins of the string whose JSON lies between opening and closing; then closing, and
    the offset behind.
    """
    offsets = [opening + found.start() for found in _CHARACTER.finditer(text[opening:closing])]
    return [*offsets, closing, closing + 1]


def as_json(value: Any) -> str:
    """A value as JSON in ASCII, on one line, cut where it is long."""
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else text[:57] + "..."


def read_text(path: Path) -> str:
    """The text of a UTF-8 file of at most LARGEST_FILE bytes.

    Raises CorpusError where it is missing, no plain file, too large, empty, or not UTF-8 without byte-order mark.
    """
    try:
        with open_plain(path) as file:
            size = os.fstat(file.fileno()).st_size
            raw = file.read(min(size, LARGEST_FILE) + 1)
            if len(raw) > size:  # it has grown meanwhile
                raw += file.read(LARGEST_FILE)
    except OSError as error:
        what = error.strerror if error.errno == errno.EINVAL else f"cannot be read: {error.strerror}"
        raise CorpusError(f"{path}: {what}") from None
    if len(raw) > LARGEST_FILE:
        raise CorpusError(f"{path}: found {size:,} bytes, expected at most {LARGEST_FILE:,}; split the file")
    if not raw.strip():
        raise CorpusError(f"{path}:1: found an empty file, expected its text")
    if raw.startswith(b"\xef\xbb\xbf"):
        raise CorpusError(f"{path}:1: found a byte-order mark, expected plain UTF-8; save the file without BOM")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise CorpusError(
            f"{path}:{line}: found the byte 0x{raw[error.start]:02x} at offset {error.start}, expected UTF-8"
        ) from None


def replace_text(path: Path, text: str, new: str) -> None:
    """Writes new in the place of text, which was read from path; where path is a link, into what it points to.

    Raises CorpusError where that is not possible, or the file has another text by now.
    """
    if read_text(path) != text:
        raise CorpusError(f"{path}: was saved meanwhile, and is left alone; do it again")
    try:
        write_whole(path.resolve(), new)
    except OSError as error:
        raise CorpusError(f"{path}: cannot be written: {error.strerror}") from None


def read_document(path: Path) -> Document:
    """The JSON document at path. Raises as read_text and parse_document do."""
    return parse_document(path, read_text(path))


def parse_document(path: Path, text: str) -> Document:
    """The JSON document in text, which was read from path.

    Raises CorpusError where the file is not strict JSON: as read_text, and duplicate keys, NaN, Infinity,
    unpaired surrogates, nesting or numbers beyond all use.
    """
    _refuse_deep_or_many(path, text)
    duplicates = False

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal duplicates
        result = dict(items)
        duplicates = duplicates or len(result) < len(items)
        return result

    def wrong(word: str, what: str) -> CorpusError:
        at = next((token.start() for token in _TOKEN.finditer(text) if token[0] == word), 0)
        return CorpusError(_mistake(path, text, at, at + len(word), what))

    def constant(word: str) -> Any:
        raise wrong(word, f"found {word}, expected a number; JSON has no {word}")

    def integer(digits: str) -> int:
        if len(digits) > LONGEST_NUMBER:
            raise wrong(digits, f"found a number of {len(digits):,} digits, expected at most {LONGEST_NUMBER:,}")
        return int(digits)

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=integer)
    except json.JSONDecodeError as error:
        raise CorpusError(explain_json(path, text, error)) from None
    _refuse_surrogates(path, text)
    if duplicates:
        what = "found the key a second time, expected each key once"
        raise CorpusError(
            *(
                _mistake(path, text, at, scanstring(text, at + 1)[1], what, place=visible(pointer))
                for pointer, at in _find_places(text).duplicates[:MOST_PROBLEMS]
            )
        )
    return Document(path, text, data)


def _mistake(path: Path, text: str, start: int, end: int, what: str, **more: str) -> Mistake:
    return Mistake(str(path), _line(text, start), what, start, end, **more)


def _refuse_deep_or_many(path: Path, text: str) -> None:
    depth = 0
    for count, token in enumerate(_TOKEN.finditer(text)):
        if count == MOST_TOKENS:
            what = f"found more than {MOST_TOKENS:,} brackets, commas, texts and numbers; split the file"
            raise CorpusError(_mistake(path, text, token.start(), token.start() + 1, what))
        if token[0] in ("[", "{"):
            depth += 1
            if depth > DEEPEST:
                what = f"excessive nesting: more than {DEEPEST} levels, expected five"
                raise CorpusError(_mistake(path, text, token.start(), token.end(), what))
        elif token[0] in ("]", "}"):
            depth -= 1


def _refuse_surrogates(path: Path, text: str) -> None:
    # UTF-8 holds none, so that only an escape can bring one in.
    for token in _TOKEN.finditer(text) if "\\u" in text else ():
        if token[0].startswith('"'):
            try:
                json.loads(token[0]).encode("utf-8")
            except UnicodeEncodeError:
                what = "found half of a surrogate pair, expected whole characters"
                raise CorpusError(_mistake(path, text, token.start(), token.end(), what)) from None


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


@dataclass
class _Places:
    """By JSON pointer: where values start and end, where keys start; duplicates holds keys that came before."""

    values: dict[str, tuple[int, int]] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    duplicates: list[tuple[str, int]] = field(default_factory=list)


def _find_places(text: str) -> _Places:
    """Offsets of every value of a text that json.loads accepts."""
    places = _Places()
    scalar = json.JSONDecoder().raw_decode

    def skip(at: int) -> int:
        found = _SPACE.match(text, at)
        return found.end() if found else at

    def scan(at: int, pointer: str) -> int:
        start = at = skip(at)
        if text[at] == "{":
            at = skip(at + 1)
            seen = set()
            while text[at] != "}":
                key_at = at
                key, at = scanstring(text, at + 1)
                inner = pointer + pointer_to(key)
                if key in seen:
                    places.duplicates.append((inner, key_at))
                seen.add(key)
                places.keys[inner] = key_at
                at = skip(scan(skip(at) + 1, inner))
                at = skip(at + 1) if text[at] == "," else at
            at += 1
        elif text[at] == "[":
            at = skip(at + 1)
            index = 0
            while text[at] != "]":
                at = skip(scan(at, f"{pointer}/{index}"))
                index += 1
                at = skip(at + 1) if text[at] == "," else at
            at += 1
        else:
            _, at = scalar(text, at)
        places.values[pointer] = (start, at)
        return at

    scan(0, "")
    return places
