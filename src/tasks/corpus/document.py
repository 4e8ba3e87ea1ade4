"""Strict JSON: text to data, and the place in the text of each part of the data."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from ..errors import CorpusError

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes; a chunk of a thousand constraints takes a tenth of it."""

_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True)
class Document:
    """A JSON file: where it lies, its text, the data in it."""

    path: Path
    text: str
    data: Any

    def line(self, pointer: str) -> int:
        """1-based line of the value that the JSON pointer names, or of the nearest value around it."""
        places = _places(self.text)
        while pointer and pointer not in places.values:
            pointer = pointer.rpartition("/")[0]
        return _line(self.text, places.values.get(pointer, (0, 0))[0])

    def span(self, pointer: str) -> tuple[int, int]:
        """Start and end offset of the value that the JSON pointer names. Raises KeyError where there is none."""
        return _places(self.text).values[pointer]


def read_text(path: Path) -> str:
    """The text of a UTF-8 file of at most LARGEST_FILE bytes.

    Raises CorpusError where it is missing, no plain file, too large, empty, or not UTF-8 without byte-order mark.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CorpusError(f"{path}: expected a plain file, found a folder, pipe or device")
        if status.st_size > LARGEST_FILE:
            raise CorpusError(
                f"{path}: found {status.st_size:,} bytes, expected at most {LARGEST_FILE:,}; split the file"
            )
        raw = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from None
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


def read_document(path: Path) -> Document:
    """The JSON document at path.

    Raises CorpusError where the file is no strict JSON: as read_text, and duplicate keys, NaN, Infinity,
    unpaired surrogates, nesting or numbers beyond all use.
    """
    text = read_text(path)
    duplicates = False

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal duplicates
        result = dict(items)
        duplicates = duplicates or len(result) < len(items)
        return result

    def constant(word: str) -> Any:
        at = re.search(rf"(?<![\w\"]){re.escape(word)}(?!\w)", text)
        line = _line(text, at.start() if at else 0)
        raise CorpusError(f"{path}:{line}: found {word}, expected a number; JSON has no {word}")

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
        if duplicates:
            pointer, at = _places(text).duplicates[0]
            raise CorpusError(f"{path}:{_line(text, at)}: {pointer}: found the key a second time, expected each key once")
        _refuse_surrogates(path, text, data)
    except json.JSONDecodeError as error:
        raise CorpusError(f"{path}:{error.lineno}: column {error.colno}: no JSON: {error.msg}") from None
    except RecursionError:
        raise CorpusError(f"{path}: brackets nest too deeply; a chunk needs five levels") from None
    except ValueError as error:  # an integer of more digits than Python converts
        raise CorpusError(f"{path}: no usable number: {error}") from None
    return Document(path, text, data)


def _refuse_surrogates(path: Path, text: str, data: Any) -> None:
    try:
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        at = re.search(r"\\u[dD][89a-fA-F]", text)
        line = _line(text, at.start() if at else 0)
        raise CorpusError(f"{path}:{line}: found half of a surrogate pair, expected whole characters") from None


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


@dataclass
class _Places:
    values: dict[str, tuple[int, int]]
    duplicates: list[tuple[str, int]]


def _places(text: str) -> _Places:
    """Offsets of every value of a text that json.loads accepts."""
    places = _Places({}, [])

    def skip(at: int) -> int:
        found = _SPACE.match(text, at)
        return found.end() if found else at

    def scan(at: int, pointer: str) -> int:
        start = at = skip(at)
        if text[at] == "{":
            at = skip(at + 1)
            while text[at] != "}":
                key_at = at
                key, at = scanstring(text, at + 1)
                inner = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
                if inner in places.values:
                    places.duplicates.append((inner, key_at))
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
            _, at = json.JSONDecoder().raw_decode(text, at)
        places.values[pointer] = (start, at)
        return at

    scan(0, "")
    return places
