"""Lines and columns as an editor counts them, and offsets as we do."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Literal, TypeAlias

Encoding: TypeAlias = Literal["utf-8", "utf-16", "utf-32"]
"""What a column counts: bytes, units of UTF-16, or characters."""

_BREAK = re.compile(r"\r\n|\n|\r")


class Positions:
    """The positions of one text. Lines and columns are 0-based, as the protocol has them."""

    def __init__(self, text: str, encoding: Encoding = "utf-16") -> None:
        self.text = text
        self.encoding = encoding
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]
        self._ends = [*(found.start() for found in _BREAK.finditer(text)), len(text)]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset; an offset beyond the text is its end."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._starts, offset) - 1
        part = self.text[self._starts[line] : min(offset, self._ends[line])]
        return line, sum(map(self._width, part))

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column; beyond the line's end it is that end, beyond the last line the text's."""
        if line >= len(self._starts):
            return len(self.text)
        at, end = self._starts[max(0, line)], self._ends[max(0, line)]
        while at < end and column > 0:
            column -= self._width(self.text[at])
            at += column >= 0  # a column in the midst of a character is its start
        return at

    def end(self) -> tuple[int, int]:
        """Line and column of the end of the text."""
        return self.position(len(self.text))

    def _width(self, character: str) -> int:
        if self.encoding == "utf-16":
            return 1 + (character > "\uffff")
        return 1 if self.encoding == "utf-32" else len(character.encode("utf-8"))


def whole_characters(text: str) -> str:
    """text with halves of surrogate pairs replaced: an editor may send them, and no file can hold them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
