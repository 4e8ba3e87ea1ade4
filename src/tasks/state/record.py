"""A task's record as text: the same wherever the chunks and the out folder lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..layout import Layout

_VALUES, _RESULT = "_values_:", "result:"


class RecordCodec:
    """Encodes and decodes doit's record of one task. The result is left out where it is in the values.

    roots: named folders. A file below one is written as `{name}/...`, so that a database is worth the same when the
    folders are named by another path, or moved one by one.
    """

    def __init__(self, roots: Mapping[str, Path]) -> None:
        # The longest first, as one root may lie in another.
        self.roots = sorted(((f"{path}/", f"{{{name}}}/") for name, path in roots.items()), key=lambda r: -len(r[0]))

    def encode(self, record: Mapping[str, Any]) -> str:
        stored = dict(record)
        if _RESULT in stored and stored[_RESULT] == _result_of(stored.get(_VALUES)):
            stored[_RESULT] = None
        return json.dumps(_mapped(stored, self._stored), sort_keys=True, separators=(",", ":"))

    def decode(self, text: str) -> dict[str, Any]:
        """Raises ValueError for a text that is no record."""
        for root, name in self.roots:  # in the text, as a build with nothing to do decodes every record
            text = text.replace(f'"{name}', json.dumps(root)[:-1])
        record = json.loads(text)
        if not isinstance(record, dict):
            raise ValueError("not a record")
        if _RESULT in record and record[_RESULT] is None:
            record[_RESULT] = _result_of(record.get(_VALUES))
        return record

    def _stored(self, path: str) -> str:
        for root, name in self.roots:
            if path.startswith(root):
                return name + path[len(root) :]
        return path


def codec_of(layout: Layout) -> RecordCodec:
    """How records are written down for a build's folders."""
    return RecordCodec({"chunks": layout.chunks, "out": layout.out})


def _result_of(values: Any) -> Any:
    """What doit keeps as the result of a task whose last action returned values; it adds those of other tasks."""
    if not isinstance(values, Mapping):
        return None
    return {key: value for key, value in values.items() if not key.startswith("_result:")}


def _mapped(data: Any, spell: Callable[[str], str]) -> Any:
    """data with its keys and doit's list of files spelled so; other texts are not paths, however they look."""
    if isinstance(data, dict):
        return {
            spell(key): value
            if isinstance(value, str)
            else [*map(spell, value)]
            if key == "deps:"
            else _mapped(value, spell)
            for key, value in data.items()
        }
    return [_mapped(value, spell) for value in data] if isinstance(data, list | tuple) else data
