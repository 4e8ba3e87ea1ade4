"""JSON as far as it is written: what an editor can say of a text that is no JSON yet.

Whether a text is valid is decided elsewhere (corpus/document.py). This reads every text, and takes what is there for
what it most likely is going to be.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ..corpus.document import DEEPEST, MOST_TOKENS, character_offsets, pointer_to
from .positions import whole_characters

Kind: TypeAlias = Literal["object", "array", "string", "scalar"]

# A string that does not end goes to the end of its line.
_TOKEN = re.compile(r'"(?:[^"\\\n\r]++|\\[^\n\r])*+"?|[\[\]{},:]|[^\s\[\]{},:"]+')


@dataclass
class Item:
    """A value: kind, offsets with quotes and brackets, those of its key (None where it has none), whether it ends."""

    pointer: str
    kind: Kind
    start: int
    end: int
    key: tuple[int, int] | None = None
    ends: bool = False
    value: Any = None
    """Of a string or a scalar, None where it cannot be read."""


@dataclass(frozen=True)
class Cursor:
    """Where a cursor stands: in which object or array (its pointer), whether a key or a value belongs there.

    pointer: of the value that stands there or is to be written; start, end: the token that it would replace.
    """

    container: str
    role: Literal["key", "value", "none"]
    pointer: str
    start: int
    end: int


@dataclass
class Outline:
    """items by JSON pointer, in the order of the text; the first where one stands twice."""

    text: str
    items: dict[str, Item]

    def string(self, pointer: str) -> str | None:
        """The text at the JSON pointer, None where no string stands there that can be read."""
        item = self.items.get(pointer)
        return item.value if item and isinstance(item.value, str) else None

    def children(self, pointer: str) -> dict[str, Item]:
        """What stands directly in the object or array, by key or index as text."""
        depth = pointer.count("/") + 1
        inside = (i for i in self.items.values() if i.pointer.startswith(f"{pointer}/"))
        return {unescaped(i.pointer.rpartition("/")[2]): i for i in inside if i.pointer.count("/") == depth}

    def at(self, offset: int) -> Item | None:
        """The innermost value that the offset is in, or at whose key it is."""
        found = None
        for item in self.items.values():
            start = item.key[0] if item.key else item.start
            if start <= offset <= item.end and (found is None or start >= (found.key or (found.start, 0))[0]):
                found = item
        return found

    def is_at_key(self, item: Item, offset: int) -> bool:
        return item.key is not None and item.key[0] <= offset <= item.key[1]

    def offsets(self, item: Item) -> list[int]:
        """Where each character of a string's text begins, then where it ends."""
        return character_offsets(self.text, item.start + 1, item.end - item.ends)[:-1]

    def place_in(self, item: Item, offset: int) -> int:
        """Which character of a string's text the offset is at or in; the number of them at its end."""
        return max(0, bisect_right(self.offsets(item), offset) - 1)


def unescaped(step: str) -> str:
    """The key that a step of a JSON pointer stands for."""
    return step.replace("~1", "/").replace("~0", "~")


@dataclass
class _Frame:
    """An object or array that is open; waits for what comes next in it. key: that of the value to come."""

    item: Item
    waits: Literal["key", "colon", "value", "comma"]
    index: int = 0
    key: tuple[int, int] | None = None
    name: str = ""
    pointer: str = field(default="")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.items: dict[str, Item] = {}
        self.frames: list[_Frame] = []

    def read(self, before: int | None = None) -> re.Match[str] | None:
        """Takes every token that starts before that offset; returns the last."""
        last = None
        for count, token in enumerate(_TOKEN.finditer(self.text)):
            if count == MOST_TOKENS or (before is not None and token.start() >= before):
                break
            last = token
            self.take(token)
        for frame in self.frames:
            frame.item.end = len(self.text)
        return last

    def take(self, token: re.Match[str]) -> None:
        frame = self.frames[-1] if self.frames else None
        match token[0]:
            case "{" | "[":
                if len(self.frames) < DEEPEST:
                    item = self.value(token, "object" if token[0] == "{" else "array")
                    self.frames.append(_Frame(item, "key" if token[0] == "{" else "value"))
            case "}" | "]":
                self.close("object" if token[0] == "}" else "array", token.end())
            case ",":
                if frame:
                    frame.index += frame.item.kind == "array"
                    frame.waits = "key" if frame.item.kind == "object" else "value"
            case ":":
                if frame and frame.waits == "colon":
                    frame.waits = "value"
            case word if word.startswith('"') and frame and frame.item.kind == "object" and frame.waits != "value":
                # Also where a comma is missing.
                frame.key, frame.name, frame.waits = token.span(), str(_decoded(word) or ""), "colon"
            case word if not frame or frame.item.kind == "array" or frame.waits == "value":
                self.value(token, "string" if word.startswith('"') else "scalar")

    def value(self, token: re.Match[str], kind: Kind) -> Item:
        frame = self.frames[-1] if self.frames else None
        pointer, key = "", None
        if frame and frame.item.kind == "array":
            frame.index += frame.waits == "comma"
            pointer = f"{frame.item.pointer}/{frame.index}"
        elif frame:
            pointer, key = frame.item.pointer + pointer_to(frame.name), frame.key
        if frame:
            frame.waits = "comma"
        item = Item(pointer, kind, token.start(), token.end(), key)
        if kind in ("string", "scalar"):
            item.value = _decoded(token[0])
            item.ends = kind == "scalar" or (len(token[0]) > 1 and _is_closed(token[0]))
        return self.items.setdefault(pointer, item) and item

    def close(self, kind: Kind, end: int) -> None:
        """Closes the innermost frame of that kind, and what is open in it; where there is none, nothing."""
        if any(frame.item.kind == kind for frame in self.frames):
            while self.frames:
                item = self.frames.pop().item
                item.end = end
                if item.kind == kind:
                    item.ends = True
                    return


def _is_closed(string: str) -> bool:
    return string.endswith('"') and (len(string[:-1]) - len(string[:-1].rstrip("\\"))) % 2 == 0


def _decoded(token: str) -> Any:
    if token.startswith('"') and not (len(token) > 1 and _is_closed(token)):
        token += '"'
    with suppress(ValueError, RecursionError):
        value = json.loads(token, strict=False)
        return whole_characters(value) if isinstance(value, str) else value
    return None


def read_outline(text: str) -> Outline:
    reader = _Reader(text)
    reader.read()
    return Outline(text, reader.items)


def cursor_at(text: str, offset: int) -> Cursor:
    """What the text before the offset makes of the place there."""
    reader = _Reader(text)
    last = reader.read(before=offset)
    start = end = offset
    if last and last[0] not in "[]{},:" and last.end() >= offset:
        is_string = last[0].startswith('"')
        # Behind its closing quote a string is done.
        if last.end() > offset or not is_string or not (len(last[0]) > 1 and _is_closed(last[0])):
            start, end = last.span()
    if not reader.frames:
        return Cursor("", "none", "", start, end)
    frame = reader.frames[-1]
    is_inside = start < offset
    if frame.item.kind == "object":
        here = frame.item.pointer + pointer_to(frame.name)
        if frame.waits == "key" or (frame.waits == "colon" and is_inside):
            return Cursor(frame.item.pointer, "key", frame.item.pointer, start, end)
        if frame.waits == "value" or (frame.waits == "comma" and is_inside):
            return Cursor(frame.item.pointer, "value", here, start, end)
    elif frame.waits == "value" or is_inside:
        return Cursor(frame.item.pointer, "value", f"{frame.item.pointer}/{frame.index}", start, end)
    return Cursor(frame.item.pointer, "none", frame.item.pointer, start, end)
