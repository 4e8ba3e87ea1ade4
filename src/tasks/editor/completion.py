"""What can be written at the cursor of a chunk file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..corpus.chunk import SCHEMA
from ..language.operators import INFIX
from .chunk_text import ChunkText
from .outline import Cursor, cursor_at, unescaped
from .schema import Rule, rules
from .words import Word, operator, vocabulary

_PLACE = re.compile(r"\\([\\$}])|\$\{\d+:((?:\\.|[^\\}])*)\}|\$\d+")
# The possessive quantifiers, and where a name may begin, keep hostile text linear.
_NAME = re.compile(r"(?<!\w)[^\W\d]\w*+\Z")
_NAMES = re.compile(r"(?<!\w)[^\W\d]\w*+(?:\s*+,\s*+[^\W\d]\w*+)*+")
_IN = re.compile(r"\s*+(?:in\b|∈)")
_SIGNS = {"and": "/\\", "or": "\\/", "implies": "->", "iff": "<->"}
"""Operators that are no words, by words that people type for them."""
_CONSTRAINT = '{\n  "name": "${1:name}",\n  "expr": "${2:x[1] >= 0}",\n  "notes": "$3"\n}'
_FILE = '{\n  "id": "$ID",\n  "title": "${1:Title}",\n  "goalType": "${2:proof}",\n  "constraints": [\n    $0\n  ]\n}'


@dataclass(frozen=True)
class Completion:
    """label is offered, insert is a snippet that replaces the text from start to end, detail and help explain it."""

    label: str
    insert: str
    kind: Literal["key", "value", "function", "word", "variable", "snippet"]
    start: int
    end: int
    detail: str = ""
    help: str = ""


def complete_in_chunk(chunk: ChunkText, offset: int) -> list[Completion]:
    if not chunk.outline.items:
        insert = _FILE.replace("$ID", plain(chunk.id or "01"))
        return [Completion("chunk", insert, "snippet", 0, len(chunk.text), "a chunk with its required keys")]
    cursor = cursor_at(chunk.text, offset)
    steps = [unescaped(step) for step in cursor.pointer.split("/")[1:]]
    if cursor.role == "value" and steps[:1] == ["constraints"] and steps[2:] == ["expr"]:
        return list(_in_formula(chunk, cursor, offset))
    if cursor.role == "key":
        return list(_keys(chunk, cursor, rules(SCHEMA).at(steps)))
    if cursor.role == "value":
        return list(_values(chunk, cursor, steps, rules(SCHEMA).at(steps)))
    return []


def plain(text: str) -> str:
    """A text for a snippet, in which nothing stands for anything else."""
    return re.sub(r"([\\$}])", r"\\\1", text)


def without_places(snippet: str) -> str:
    """The text that a snippet stands for where nothing is filled in."""
    return _PLACE.sub(lambda found: found[1] or without_places(found[2] or ""), snippet)


def value_snippet(rule: Rule) -> str:
    """A first value for a key."""
    default = rule.schema.get("default")
    if rule.values:
        choice = default if default is not None else rule.values[0]
        return f"${{1:{plain(json.dumps(choice))}}}"
    if default is not None:
        return f"${{1:{plain(json.dumps(default))}}}"
    return {"object": "{$1}", "array": "[$1]", "string": '"$1"'}.get(rule.kind, "$1")


def _keys(chunk: ChunkText, cursor: Cursor, rule: Rule | None) -> Iterator[Completion]:
    if rule is None:
        return
    written = chunk.outline.children(cursor.container)
    behind = chunk.text[cursor.end :].lstrip()
    here = chunk.text[cursor.start : cursor.end].strip('"')
    for key, inner in rule.keys.items():
        if key in written and key != here:
            continue
        value = "" if behind.startswith(":") else f": {value_snippet(inner)}"
        comma = "," if value and behind.startswith('"') else ""
        required = "required" if key in rule.required else ""
        detail = "; ".join(filter(None, (required, inner.summary())))
        insert = plain(json.dumps(key)) + value + comma
        yield Completion(key, insert, "key", cursor.start, cursor.end, detail, inner.description)


def _values(chunk: ChunkText, cursor: Cursor, steps: list[str], rule: Rule | None) -> Iterator[Completion]:
    if len(steps) == 2 and steps[0] == "constraints":
        snippet = "a constraint: name, expression, notes"
        yield Completion("constraint", _CONSTRAINT, "snippet", cursor.start, cursor.end, snippet)
    if steps == ["id"] and chunk.id:
        yield _value(chunk.id, cursor, "as in the file's name")
    if rule is None:
        return
    siblings: Mapping[str, Any] = chunk.outline.children(cursor.container) if steps[-1].isdecimal() else {}
    taken = {item.value for key, item in siblings.items() if key != steps[-1]}
    for value in rule.values:
        if value not in taken:
            yield _value(value, cursor, "the default" if value == rule.schema.get("default") else "")


def _value(value: Any, cursor: Cursor, detail: str) -> Completion:
    written = json.dumps(value)
    return Completion(written, plain(written), "value", cursor.start, cursor.end, detail)


def _in_formula(chunk: ChunkText, cursor: Cursor, offset: int) -> Iterator[Completion]:
    """The words of the language, and the variables that are bound before."""
    if not chunk.text.startswith('"', cursor.start) or offset <= cursor.start:
        yield Completion('""', '"$1"', "snippet", cursor.start, cursor.end, "a formula, or a claim in words")
        return
    before = chunk.text[cursor.start + 1 : offset]
    found = _NAME.search(before)
    start = offset - len(found[0]) if found else offset
    end = offset + len(re.match(r"\w*", chunk.text[offset : cursor.end])[0])  # type: ignore[index]
    listed = (match for match in _NAMES.finditer(before) if _IN.match(before, match.end()))
    bound = {name.strip() for match in listed for name in match[0].split(",")}
    for name in sorted(bound):
        yield Completion(name, name, "variable", start, end, f"{name} : int", "a variable that a quantifier binds")
    is_call = chunk.text[end:].lstrip().startswith("(")
    for word in vocabulary(chunk.total, chunk.primes):
        yield _word(word, start, end, is_call)
    for name, sign in _SIGNS.items():
        word = operator(INFIX[sign])
        yield Completion(name, plain(json.dumps(sign)[1:-1]), "word", start, end, word.signature, word.help)


def _word(word: Word, start: int, end: int, is_call: bool) -> Completion:
    is_function = "(" in word.insert
    insert = word.name if is_call else word.insert
    kind: Literal["function", "word"] = "function" if is_function else "word"
    return Completion(word.name, insert, kind, start, end, word.signature, word.help)
