"""corpus.yaml as it stands in an editor; it need not be valid."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..corpus.names import ID
from ..corpus.settings import SCHEMA
from ..files import text_of
from .completion import Completion, plain
from .definition import Target, chunk_file
from .hover import Hover, escaped, key_help
from .outline import read_outline
from .schema import Rule, rules
from .yaml_outline import Word, YamlOutline

MOST_TITLES = 300
"""Chunks of a corpus, for their titles to be read from their files."""

_UNFINISHED = re.compile(r"(?<![\w\"'$-])[\w\"'$-]*+\Z")  # linear in any text


@dataclass(frozen=True)
class SettingsText:
    """The text of the corpus.yaml at path; ids are those of the chunks beside it."""

    path: Path
    text: str
    ids: tuple[str, ...]

    @cached_property
    def outline(self) -> YamlOutline:
        return YamlOutline(self.text)

    def hover(self, offset: int) -> Hover | None:
        word = self.outline.word(offset)
        if word is None:
            return None
        if self._is_id(word):
            title = escaped(self._title(word.text))
            return Hover(f"**chunk {word.text}**\n\n{title}", word.start, word.end)
        rule = rules(SCHEMA).at(word.steps)
        return Hover(key_help(word.steps[-1], rule), word.start, word.end) if rule and word.steps else None

    def definitions(self, offset: int) -> list[Target]:
        """The file of a chunk that is named."""
        word = self.outline.word(offset)
        return chunk_file(self.path.parent, word.text) if word and self._is_id(word) else []

    def completions(self, offset: int) -> list[Completion]:
        if self.outline.is_comment(offset):
            return []
        begin = self.outline.line_start(offset)
        found = _UNFINISHED.search(self.text[begin:offset])
        start = offset - len(found[0] if found else "")
        before = self.text[begin:start]
        if not before.strip(" "):
            return list(self._keys(self.outline.container(begin, len(before)), start, offset))
        rule = rules(SCHEMA).at(self.outline.steps(start))
        return list(self._values(rule, start, offset)) if rule else []

    def _is_id(self, word: Word) -> bool:
        """Whether a word names a chunk: as a key, or as an item of a list."""
        rule = rules(SCHEMA).at(word.steps[:-1] if word.is_key else word.steps)
        place = "patternProperties" if word.is_key else "items"
        return rule is not None and place in rule.schema and word.text in self.ids and bool(ID.fullmatch(word.text))

    def _keys(self, steps: tuple[str, ...], start: int, end: int) -> Iterator[Completion]:
        rule = rules(SCHEMA).at(steps)
        if rule is None:
            return
        written = {line.path[-1] for line in self.outline.lines if line.path[:-1] == steps and line.key_start != start}
        for key, inner in rule.keys.items():
            if key not in written:
                value = ":\n  $0" if inner.kind == "object" else f": {_first_value(inner)}"
                yield Completion(key, plain(key) + value, "key", start, end, inner.summary(), inner.description)
        for chunk_id in self.ids if "patternProperties" in rule.schema else ():
            if chunk_id not in written:
                yield Completion(f'"{chunk_id}"', f'"{chunk_id}": $0', "key", start, end, self._title(chunk_id))
        for chunk_id in self.ids if "items" in rule.schema else ():
            yield Completion(f'- "{chunk_id}"', f'- "{chunk_id}"', "value", start, end, self._title(chunk_id))

    def _values(self, rule: Rule, start: int, end: int) -> Iterator[Completion]:
        for value in rule.values:
            yield Completion(str(value), plain(str(value)), "value", start, end, rule.description)
        for chunk_id in self.ids if "items" in rule.schema else ():
            yield Completion(f'"{chunk_id}"', f'"{chunk_id}"', "value", start, end, self._title(chunk_id))
        for key, inner in rule.keys.items():
            yield Completion(key, f"{plain(key)}: $0", "key", start, end, inner.summary(), inner.description)

    def _title(self, chunk_id: str) -> str:
        if len(self.ids) > MOST_TITLES:
            return ""
        for target in chunk_file(self.path.parent, chunk_id):
            return read_outline(text_of(target.path)).string("/title") or ""
        return ""


def _first_value(rule: Rule) -> str:
    default = rule.schema.get("default")
    if rule.values:
        return f"${{1:{plain(str(default if default is not None else rule.values[0]))}}}"
    return "[$1]" if rule.kind == "array" else f"${{1:{plain(json.dumps(default))}}}" if default is not None else "$1"
