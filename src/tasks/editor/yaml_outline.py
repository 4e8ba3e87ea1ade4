"""YAML as far as it is written: which keys lead to a place, by indentation and braces.

Whether a text is valid is decided elsewhere (corpus/settings.py). This reads what corpus.yaml is made of, and takes
everything else for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

# The possessive quantifiers, and where a word may begin, keep hostile text linear.
_LINE = re.compile(r"^(?P<indent> *+)(?P<key>[\w$-]++|\"[^\"\n]*\"|'[^'\n]*')[ \t]*+:(?=[ \t\r]|$)", re.MULTILINE)
_WORD = re.compile(r"[\w$-]+|\"[^\"\n]*\"|'[^'\n]*'")
_COLON = re.compile(r"[ \t]*:(?=\s|\Z)")
_COMMENT = re.compile(r"(?:^|\s)#")
_FLOW = re.compile(r"[{},]|((?<![\w$-])[\w$-]++|\"[^\"\n]*\"|'[^'\n]*')[ \t]*:(?=\s)")


@dataclass(frozen=True)
class Line:
    """A line that begins with a key: where it and the key begin, how far it is indented, the keys to it and itself."""

    start: int
    key_start: int
    key_end: int
    indent: int
    path: tuple[str, ...]


@dataclass(frozen=True)
class Word:
    """A word of the text, with its quotes; steps are the keys that lead to the key that it is, or to its value."""

    text: str
    start: int
    end: int
    steps: tuple[str, ...]
    is_key: bool


@dataclass(frozen=True)
class YamlOutline:
    text: str

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        found: list[Line] = []
        around: list[Line] = []
        for match in _LINE.finditer(self.text):
            start = match.start()
            indent = len(match["indent"])
            while around and around[-1].indent >= indent:
                around.pop()
            path = (*(around[-1].path if around else ()), unquoted(match["key"]))
            around.append(Line(start, match.start("key"), match.end("key"), indent, path))
            found.append(around[-1])
        return tuple(found)

    def container(self, start: int, indent: int) -> tuple[str, ...]:
        """The keys around a line that starts there with this indentation."""
        before = (line for line in reversed(self.lines) if line.start < start and line.indent < indent)
        return next((line.path for line in before), ())

    def steps(self, offset: int) -> tuple[str, ...]:
        """The keys that lead to a value at the offset."""
        start = self.line_start(offset)
        line = next((line for line in self.lines if line.start == start and line.key_end < offset), None)
        if line:
            return (*line.path, *_flow(self.text[line.key_end + 1 : offset]))
        written = self.text[start : offset + 1]
        indent = len(written) - len(written.lstrip(" "))
        # The items of a list may stand as far left as its key.
        return self.container(start, indent + written.lstrip(" ").startswith("-"))

    def word(self, offset: int) -> Word | None:
        """The word at the offset, unless it is in a comment."""
        start = self.line_start(offset)
        end = self.text.find("\n", offset)
        if self.is_comment(offset):
            return None
        for found in _WORD.finditer(self.text, start, end if end >= 0 else len(self.text)):
            if found.start() <= offset <= found.end():
                break
        else:
            return None
        line = next((line for line in self.lines if line.key_start == found.start()), None)
        is_key = _COLON.match(self.text, found.end()) is not None
        steps = line.path if line else self.steps(found.start())
        if is_key and not line:
            steps = (*steps, unquoted(found[0]))
        return Word(unquoted(found[0]), *found.span(), steps, is_key)

    def is_comment(self, offset: int) -> bool:
        return _COMMENT.search(self.text[self.line_start(offset) : offset]) is not None

    def line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1


def _flow(text: str) -> list[str]:
    """The keys that are open at the end of a text such as `{a: {b: 1, c: `."""
    path: list[str] = []
    key = ""
    for found in _FLOW.finditer(text):
        if found[0] == "{":
            path.append(key)
        elif found[0] == "}":
            path = path[:-1]
        key = unquoted(found[1] or "")
    return [*(step for step in path if step), *([key] if key and path else [])]


def unquoted(word: str) -> str:
    return word[1:-1] if word[:1] in ("'", '"') and len(word) > 1 else word
