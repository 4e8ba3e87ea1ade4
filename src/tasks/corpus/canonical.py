"""The layout of a chunk file: keys in the order of the schema, two spaces a level, short lists of values in a line.

Texts and numbers stay as they are written, but for the expressions.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .chunk import SCHEMA, expression_place, expressions
from .document import Document, pointer_to
from .explain import load_schema

WIDTH = 120


def laid_out(document: Document, expression: Callable[[str], str]) -> str:
    """The document's text in that layout, each expression as the function writes it."""
    written = {}
    for index, text in expressions(document):
        if (new := expression(text)) != text:
            written[expression_place(index)] = _quoted(new)
    return _Layout(document, written).value(document.data, "", "", load_schema(SCHEMA)) + "\n"


class _Layout:
    """written: by JSON pointer, what stands instead of the source."""

    def __init__(self, document: Document, written: dict[str, str]) -> None:
        self.document = document
        self.written = written

    def value(self, value: Any, pointer: str, indent: str, schema: Any) -> str:
        if isinstance(value, dict):
            known = schema.get("properties", {})
            keys = [key for key in known if key in value] + [key for key in value if key not in known]
            inner = indent + "  "
            return _block("{}", indent, [
                f"{_quoted(key)}: {self.value(value[key], pointer + pointer_to(key), inner, known.get(key, {}))}"
                for key in keys
            ])  # fmt: skip
        if isinstance(value, list):
            of_each = schema.get("items", {})
            items = [self.value(v, f"{pointer}/{i}", indent + "  ", of_each) for i, v in enumerate(value)]
            line = f"[{', '.join(items)}]"
            plain = not any(isinstance(item, dict | list) for item in value)
            return line if plain and len(line) <= WIDTH - len(indent) else _block("[]", indent, items)
        start, end = self.document.span(pointer)
        return self.written.get(pointer, self.document.text[start:end])


def _block(brackets: str, indent: str, lines: list[str]) -> str:
    if not lines:
        return brackets
    inside = ",\n".join(f"{indent}  {line}" for line in lines)
    return f"{brackets[0]}\n{inside}\n{indent}{brackets[1]}"


def _quoted(text: str) -> str:
    """text as JSON, in which what does not print is escaped."""
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in json.dumps(text, ensure_ascii=False))
