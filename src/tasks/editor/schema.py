"""What the JSON Schemas of the formats say to people: of a key, and of what may stand at a place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..corpus.explain import load_schema


@dataclass(frozen=True)
class Rule:
    """The schema of one place; whole is the one that it is part of."""

    whole: Mapping[str, Any]
    schema: Mapping[str, Any]

    def at(self, steps: Iterable[str]) -> Rule | None:
        """The rule for what lies there, by keys and indices; None where the schema says nothing of it."""
        found = self
        for step in steps:
            schema = found._inner(step)
            if schema is None:
                return None
            found = Rule(self.whole, schema)
        return found

    def _inner(self, step: str) -> Mapping[str, Any] | None:
        properties: Mapping[str, Any] = self.schema.get("properties", {})
        if step in properties:
            return self._resolved(properties[step])
        for pattern, schema in self.schema.get("patternProperties", {}).items():
            if re.search(pattern, step):
                return self._resolved(schema)
        return self._resolved(self.schema["items"]) if "items" in self.schema and step.isdecimal() else None

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if reference := schema.get("$ref"):
            return {**self.whole["$defs"][reference.rpartition("/")[2]], **schema}
        return schema

    @property
    def keys(self) -> dict[str, Rule]:
        """The rules of the keys that an object may have there."""
        return {
            key: Rule(self.whole, self._resolved(schema)) for key, schema in self.schema.get("properties", {}).items()
        }

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(self.schema.get("required", ()))

    @property
    def description(self) -> str:
        return str(self.schema.get("description", self.schema.get("title", "")))

    @property
    def kind(self) -> str:
        """The type, in the words of JSON; "" where any may stand there."""
        found = self.schema.get("type", "string" if self.values else "")
        return " or ".join(found) if isinstance(found, list) else str(found)

    @property
    def values(self) -> tuple[Any, ...]:
        """The values that may stand there; () where they are not listed."""
        if self.schema.get("type") == "boolean":
            return (True, False)
        return tuple(self.schema.get("enum", ()))

    def summary(self) -> str:
        """The type, the limits and the default, in one line."""
        parts = ["one of " + ", ".join(map(json.dumps, self.values)) if "enum" in self.schema else self.kind]
        if "minimum" in self.schema and "maximum" in self.schema:
            parts.append(f"{self.schema['minimum']:,} to {self.schema['maximum']:,}")
        if "default" in self.schema:
            parts.append(f"default {json.dumps(self.schema['default'])}")
        return "; ".join(filter(None, parts))


def rules(name: str) -> Rule:
    """The rules of the schema of that file name, for the whole of a file."""
    schema = load_schema(name)
    return Rule(schema, schema)
