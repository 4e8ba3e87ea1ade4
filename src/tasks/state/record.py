"""A task's record as text: the same wherever the chunks and the out folder lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


class RecordCodec:
    """Encodes and decodes doit's record of one task.

    roots: named folders. A file below one is written as `{name}/...`, so that a database is worth the same when the
    folders are named by another path, or moved one by one.
    """

    def __init__(self, roots: Mapping[str, Path]) -> None:
        # The longest first, as one root may lie in another.
        self.roots = sorted(((f"{path}/", f"{{{name}}}/") for name, path in roots.items()), key=lambda r: -len(r[0]))

    def encode(self, record: Mapping[str, Any]) -> str:
        return json.dumps(_mapped(record, self._stored), sort_keys=True, separators=(",", ":"))

    def decode(self, text: str) -> dict[str, Any]:
        """Raises ValueError for a text that is no record."""
        for root, name in self.roots:  # in the text, as a build with nothing to do decodes every record
            text = text.replace(f'"{name}', json.dumps(root)[:-1])
        record = json.loads(text)
        if not isinstance(record, dict):
            raise ValueError("not a record")
        return record

    def _stored(self, path: str) -> str:
        return next((name + path[len(root) :] for root, name in self.roots if path.startswith(root)), path)


def _mapped(data: Any, spell: Callable[[str], str]) -> Any:
    """data with its keys and doit's list of files spelled so; other texts are not paths, however they look."""
    if isinstance(data, Mapping):
        return {
            spell(key): [*map(spell, value)] if key == "deps:" else _mapped(value, spell) for key, value in data.items()
        }
    return [_mapped(value, spell) for value in data] if isinstance(data, list | tuple) else data
