"""A reader of rendered Lean texts: the code of each command, and never a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal, TypeAlias

from ..errors import CheckFailed
from ..files import data_text

Kind: TypeAlias = Literal["certificate", "module"]

_LIBRARY: Mapping[Kind, str] = {"certificate": "Support.lean", "module": "Base.lean"}
_UNREADABLE = re.compile(r"""--|/-|-/|["'`«»\\…]""")
"""What begins or ends a comment, a string or a quoted name, where rendered texts have none; and the sign for what is
not compared.
"""
_COMMENT = re.compile(r"/-- [`A-Z]|/-!\n# ")
"""How a block comment begins. Right behind its sign Lean skips other comments: `/-- -- a -/` would not end there."""
_DEFINITION = re.compile(r"def (\S+) \(x : Point\) : \w+ := (.*)")
_HELPER = re.compile(r"(?:.*\.)?part[1-9]\d*", re.ASCII)
# A name behind a closing bracket and a dot is a field. Every other one counts, by what stands before its first dot.
_WORD = re.compile(r"\)\.[^\W\d]\w*|([^\W\d]\w*)(?:\.[^\W\d]\w*)*")
_AND = re.compile(r"(\.and\b|∧)|[()]|[^().∧]+|\.")


@dataclass(frozen=True)
class Definition:
    """A definition over a point: its full name and its body on one line."""

    name: str
    body: str

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that the body is made of; of a dotted name the first part."""
        return frozenset(_WORD.findall(self.body)) - {""}


@dataclass(frozen=True)
class LeanText:
    """A certificate or a module. commands: the text of each in their order, on one line and without comments."""

    kind: Kind
    commands: tuple[str, ...]

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        """The definitions over a point by their full names, in the order of the text; of one name the first."""
        found: dict[str, Definition] = {}
        spaces: list[str] = []
        for command in self.commands:
            if command.startswith("namespace "):
                spaces.append(command.removeprefix("namespace "))
            elif command.startswith("end ") and spaces:
                spaces.pop()
            elif match := _DEFINITION.fullmatch(command):
                name = ".".join([*spaces, match[1]])
                found.setdefault(name, Definition(name, match[2]))
        return found

    @cached_property
    def helpers(self) -> tuple[str, ...]:
        """The names of definitions that hold a part of another one, which is too long for one definition."""
        return tuple(filter(_HELPER.fullmatch, self.definitions)) if self.kind == "module" else ()

    def named(self, word: str, within: str) -> str:
        """The full name of what a word means in the body of the definition `within`."""
        near = f"{within.rpartition('.')[0]}.{word}"
        return near if near in self.definitions else word

    def conjuncts(self, name: str) -> list[str]:
        """What a definition joins by `and`, directly or through helpers: full names of definitions, in their order; as
        text what is applied to no point x.
        """
        found: list[str] = []
        followed = {name}
        waiting = [self.definitions[name].body] if name in self.definitions else []
        while waiting:
            parts = _conjuncts(waiting.pop())
            if len(parts) > 1:
                waiting += reversed(parts)
            elif (part := parts[0]) not in ("True", "Bool.true"):
                applied = re.fullmatch(r"(\S+) x", part)
                other = self.named(applied[1], within=name) if applied else part
                if other in self.helpers and other not in followed:
                    followed.add(other)
                    waiting.append(self.definitions[other].body)
                else:
                    found.append(other)
        return found


def read_lean(text: str, kind: Kind) -> LeanText:
    """The commands of a rendered text: each begins a line, and what belongs to it is indented.

    Raises CheckFailed where the text has something that only a whole reader of Lean can read: a comment, string or name
    in a form that the renderer does not write.
    """
    commands: list[list[str]] = []
    for number, line in _code(text):
        if found := _UNREADABLE.search(line):
            raise _unreadable(number, f"{found[0]} where it begins no comment")
        if not line.startswith(" "):
            commands.append([])
        elif not commands:
            raise _unreadable(number, "an indented line that belongs to no command")
        commands[-1] += line.split()
    return LeanText(kind, tuple(map(" ".join, commands)))


@cache
def vocabulary(kind: Kind) -> frozenset[str]:
    """The words that the body of a constraint may be made of: x, and what Lean and the library of this kind declare.

    None of them can begin a command, so nothing stands behind such a body unseen.
    """
    library = data_text(__package__, "library", _LIBRARY[kind])
    declared = re.findall(r"^(?:def|structure|inductive|class inductive) (\w+)", library, re.MULTILINE)
    return frozenset(declared) | {"x", "Int", "True", "False"}


def _code(text: str) -> Iterator[tuple[int, str]]:
    """The lines of code that are not empty, with their numbers. Comments of a rendered text have lines of their own."""
    depth, lines = 0, text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.isprintable():
            raise _unreadable(number, "a character that does not print")
        at = 0
        if not depth and line.startswith("/-") and _COMMENT.match("\n".join(lines[number - 1 : number + 1])):
            depth, at = 1, 3
        elif not depth:
            if line and not line.startswith("--"):
                yield number, line
            continue
        # As Lean does: block comments nest, and each of these ends before the next begins.
        for delimiter in re.finditer("/-|-/", line[at:]):
            depth += 1 if delimiter[0] == "/-" else -1
            if not depth:
                if line[at + delimiter.end() :]:
                    raise _unreadable(number, "text behind the end of a comment")
                break
    if depth:
        raise _unreadable(number, "a comment without an end")


def _conjuncts(text: str) -> list[str]:
    """text, less the brackets around the whole of it, cut at each `and` outside brackets."""
    parts, depth = [""], 0
    for token in _AND.finditer(_bare(text)):
        if token[1] and not depth:
            parts.append("")
            continue
        depth += (token[0] == "(") - (token[0] == ")")
        parts[-1] += token[0]
    return parts


def _bare(text: str) -> str:
    """text without spaces and brackets around the whole of it."""
    text = text.strip()
    while (inner := re.fullmatch(r"\((.*)\)", text)) and _is_balanced(inner[1]):
        text = inner[1].strip()
    return text


def _is_balanced(text: str) -> bool:
    depth = 0
    for bracket in re.findall(r"[()]", text):
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            return False
    return depth == 0


def _unreadable(line: int, what: str) -> CheckFailed:
    return CheckFailed(f"the Lean text is not one that the renderer writes: line {line}: found {what}")
