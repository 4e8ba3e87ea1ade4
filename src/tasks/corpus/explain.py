"""What a JSON Schema finds wrong in a file: sentences "found ..., expected ...", each with file, line and key."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..errors import CorpusError, Mistake
from ..files import data_text
from .document import MOST_PROBLEMS, pointer_to

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


class Problem(NamedTuple):
    """What is wrong with the value that the JSON pointer names or, where is_key says so, with its key."""

    pointer: str
    what: str
    is_key: bool = False


class Source(Protocol):
    """The file that data was read from."""

    @property
    def path(self) -> Path: ...

    def line(self, pointer: str) -> int:
        """1-based line of the value that the JSON pointer names, or of the nearest value around it."""

    def extent(self, pointer: str, is_key: bool = False) -> tuple[int, int]:
        """Start and end offset of what to mark for that value, or for its key."""

    def place(self, pointer: str) -> str:
        """The JSON pointer as the messages about such files write it, "" for none."""

    def shown(self, pointer: str, value: Any) -> str:
        """The value at the JSON pointer, on one line and not too long."""


def mistake(source: Source, problem: Problem) -> Mistake:
    """The problem with its place in the file."""
    pointer, what, is_key = problem
    start, end = source.extent(pointer, is_key)
    return Mistake(str(source.path), source.line(pointer), what, start, end, place=source.place(pointer))


def refuse(source: Source, problems: Iterable[Problem | Mistake]) -> None:
    """Raises CorpusError where there is a problem; it lists them in the order of the file's lines."""
    every = iter(problems)
    # A dict and not a list, as the same one may come twice.
    placed = (found if isinstance(found, Mistake) else mistake(source, found) for found in every)
    told = dict.fromkeys(islice(placed, MOST_PROBLEMS))
    if told:
        rest = f"{source.path}: found more than {MOST_PROBLEMS} problems, the rest is not shown"
        raise CorpusError(*sorted(told, key=lambda found: found.line), *[rest] * any(True for _ in placed))


@cache
def load_schema(name: str) -> Any:
    """The JSON Schema of that file name in this package."""
    return json.loads(data_text(__package__, name))


def violations(schema: str, source: Source, data: Any, *, yaml: bool = False) -> Iterator[Problem]:
    """Where data violates the schema of that name. yaml: data is YAML's, to which 1.0 is no integer."""
    if not yaml and satisfies(data, load_schema(schema)):  # as nearly all do: jsonschema takes 0.1 s to import
        return
    for error in _validator(schema, yaml).iter_errors(data):
        yield from _explain(source, load_schema(schema), pointer_to(*error.absolute_path), error)


def satisfies(data: Any, schema: Mapping[str, Any]) -> bool:
    """Whether data satisfies a schema for certain. False also where a keyword is not known here, or a number is not of
    the very type int: then jsonschema decides.
    """
    if "type" in schema and type(data) is not _TYPES.get(schema["type"]):
        return False
    return all(
        keyword in _KEYWORDS and _KEYWORDS[keyword](data, wanted, schema)
        for keyword, wanted in schema.items()
        if keyword not in _ANNOTATIONS
    )


_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
_ANNOTATIONS = {"$schema", "$comment", "title", "description", "default", "patternErrorMessage", "type"}
_KEYWORDS: dict[str, Callable[[Any, Any, Mapping[str, Any]], object]] = {
    "enum": lambda data, wanted, _: any(type(data) is type(value) and data == value for value in wanted),
    "pattern": lambda data, wanted, _: re.search(wanted, data),
    "minLength": lambda data, wanted, _: len(data) >= wanted,
    "maxLength": lambda data, wanted, _: len(data) <= wanted,
    "minimum": lambda data, wanted, _: data >= wanted,
    "maximum": lambda data, wanted, _: data <= wanted,
    "maxItems": lambda data, wanted, _: len(data) <= wanted,
    "uniqueItems": lambda data, wanted, _: all(type(item) is int for item in data) and len(set(data)) == len(data),
    "items": lambda data, wanted, _: all(satisfies(item, wanted) for item in data),
    "required": lambda data, wanted, _: all(key in data for key in wanted),
    "properties": lambda data, wanted, _: all(satisfies(data[key], wanted[key]) for key in wanted if key in data),
    "additionalProperties": lambda data, wanted, schema: not wanted and data.keys() <= schema["properties"].keys(),
}


@cache
def _validator(schema: str, yaml: bool) -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    if not yaml:
        return Draft202012Validator(load_schema(schema))
    types = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: type(value) is int,
            # YAML writes .nan and .inf, which JSON has not.
            "number": lambda _, value: type(value) is int or (type(value) is float and math.isfinite(value)),
        }
    )
    return extend(Draft202012Validator, type_checker=types)(load_schema(schema))  # type: ignore[no-untyped-call]


def _explain(source: Source, whole: Any, pointer: str, error: ValidationError) -> Iterator[Problem]:
    """The problems that a violation of the schema stands for; whole is the schema from its root.

    jsonschema reports each missing key by itself and does not say which it means, so all are named every time.
    Where the schema states an errorMessage or a patternErrorMessage (editors show them too), that is what was expected.
    """
    found: Any = error.instance
    wanted: Any = error.validator_value
    schema: Any = error.schema
    shown = source.shown(pointer, found)
    match error.validator:
        case "required":
            for key in wanted:
                if key not in found:
                    yield Problem(pointer, f"found no key {key!r}, expected one")
        case "additionalProperties":
            for key in _unknown(found, schema):
                what = f"unknown key {_quoted(key)}; {_expected_key(key, schema, whole)}"
                yield Problem(pointer + pointer_to(key), what, is_key=True)
        case "maxItems":
            yield Problem(pointer, f"found {len(found):,} items, expected at most {wanted:,}; split the chunk")
        case "maxLength":
            yield Problem(pointer, f"found {len(found):,} characters, expected at most {wanted:,}")
        case "uniqueItems":
            yield Problem(pointer, f"found {shown}, expected each item once")
        case "pattern" if "patternErrorMessage" in schema:
            yield Problem(pointer, f"found {shown}, {schema['patternErrorMessage']}")
        case _ if "errorMessage" in schema:
            yield Problem(pointer, f"found {shown}, {schema['errorMessage']}")
        case "type":
            yield Problem(pointer, f"found {shown}, expected {'an' if wanted[0] in 'aeio' else 'a'} {wanted}")
        case "enum":
            yield Problem(pointer, f"found {shown}, expected one of {', '.join(map(json.dumps, wanted))}")
        case "minLength":
            yield Problem(pointer, "found an empty string, expected some text")
        case "minimum":
            yield Problem(pointer, f"found {shown}, expected at least {wanted}")
        case "maximum":
            yield Problem(pointer, f"found {shown}, expected at most {wanted}")
        case _:
            yield Problem(pointer, error.message)


def _unknown(found: dict[str, Any], schema: Any) -> Iterator[str]:
    patterns = schema.get("patternProperties", {})
    for key in found:
        if key not in schema.get("properties", {}) and not any(re.search(pattern, key) for pattern in patterns):
            yield key


def _expected_key(key: str, schema: Any, whole: Any) -> str:
    """What to write instead of a key that a schema for objects, part of the whole, does not know."""
    from difflib import get_close_matches

    known = list(schema.get("properties", {}))
    if not known:
        return str(schema["errorMessage"])
    if near := get_close_matches(key, known, n=1):
        return f"did you mean {near[0]!r}?"
    for section, inner in whole["properties"].items():
        if key in inner.get("properties", {}):
            return f"did you mean {key!r} in {section!r}?"
    return f"expected one of {', '.join(known)}"


def _quoted(key: str) -> str:
    text = ascii(key)
    return text if len(text) <= 60 else text[:57] + "..."
