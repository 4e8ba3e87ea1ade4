"""A chunk: one file of named constraints, read and checked against the schema."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..errors import CorpusError
from .document import MOST_PROBLEMS, Document, parse_document, pointer_to, read_text, visible
from .primes import Tract, infer_tract

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

Objective: TypeAlias = Literal["none", "neighbor_distance_min", "projection_fit_min"]

ID = re.compile(r"[0-9]{2,}")
FILE_NAME = re.compile(rf"chunk-({ID.pattern})\.constraints\.json")


@dataclass(frozen=True)
class Constraint:
    name: str
    text: str
    """The expression as written."""
    notes: str


@dataclass(frozen=True)
class Chunk:
    """What one chunk file says, defaults filled in.

    total is N, primes is P (ascending), unit_sum whether x[1] + ... + x[8] = N is asked for.
    """

    id: str
    title: str
    goal: str
    tract: Tract
    total: int
    primes: tuple[int, ...]
    unit_sum: bool
    objective: Objective
    constraints: tuple[Constraint, ...]


def file_name(chunk_id: str) -> str:
    return f"chunk-{chunk_id}.constraints.json"


def read_chunk(path: Path) -> tuple[Chunk, Document]:
    """The chunk at path; as parse_chunk."""
    return parse_chunk(path, read_text(path))


def parse_chunk(path: Path, text: str) -> tuple[Chunk, Document]:
    """The chunk in text, which was read from path, and the document it was read from (for the places of later errors).

    Raises CorpusError that lists every violation of the format, one a line: file, line, pointer, found, expected.
    """
    document = parse_document(path, text)
    every = chain(_schema_problems(document), _naming_problems(document))
    # A dict and not a list, as the same one may come twice; in the order of the file's lines.
    problems = {_sentence(document, *found): document.line(found[0]) for found in islice(every, MOST_PROBLEMS)}
    if problems:
        more = [f"{path}: found more than {MOST_PROBLEMS} problems, the rest is not shown"] if any(every) else []
        raise CorpusError("\n".join(sorted(problems, key=problems.__getitem__) + more))
    return _chunk(document.data), document


def problem(document: Document, index: int, what: str) -> str:
    """The message that what is wrong with the expression of the constraint at index."""
    return _sentence(document, f"/constraints/{index}/expr", what)


def _sentence(document: Document, pointer: str, what: str) -> str:
    shown = visible(pointer) or "/"
    place = shown if len(shown) <= 200 else shown[:197] + "..."
    return f"{document.path}:{document.line(pointer)}: {place}: {what}"


def _chunk(data: dict[str, Any]) -> Chunk:
    parameters = data.get("parameters", {})
    return Chunk(
        id=data["id"],
        title=data["title"],
        goal=data["goalType"],
        tract=data.get("tract") or infer_tract(data["id"], data["title"]),
        total=int(parameters.get("scaleN", 100)),
        primes=tuple(sorted(int(p) for p in parameters.get("monsterPrimes", ()))),
        unit_sum=parameters.get("eightDimManifold", True),
        objective=parameters.get("similarityObjective", "none"),
        constraints=tuple(Constraint(c["name"], c["expr"], c.get("notes", "")) for c in data["constraints"]),
    )


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    schema = json.loads(files(__package__).joinpath("chunk.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _schema_problems(document: Document) -> Iterator[tuple[str, str]]:
    for error in _validator().iter_errors(document.data):
        yield from _explain(pointer_to(*error.absolute_path), error)


def _explain(pointer: str, error: ValidationError) -> Iterator[tuple[str, str]]:
    """Sentences "found ..., expected ..." for a violation of the schema, each with its pointer.

    jsonschema reports each missing key by itself and does not say which it means, so all are named every time.
    """
    found: Any = error.instance
    wanted: Any = error.validator_value
    schema: Any = error.schema
    match error.validator:
        case "required":
            for key in wanted:
                if key not in found:
                    yield pointer, f"found no key {key!r}, expected one"
        case "additionalProperties":
            from difflib import get_close_matches

            known = list(schema["properties"])
            for key in found:
                if key not in known:
                    near = get_close_matches(key, known, n=1)
                    expected = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(known)}"
                    yield pointer + pointer_to(key), f"found the unknown key {_shown(key)}, {expected}"
        case "type":
            yield pointer, f"found {_shown(found)}, expected {'an' if wanted[0] in 'aeio' else 'a'} {wanted}"
        case "enum":
            yield pointer, f"found {_shown(found)}, expected one of {', '.join(map(_shown, wanted))}"
        case "pattern":
            yield pointer, f"found {_shown(found)}, expected two or more digits in quotes"
        case "minLength":
            yield pointer, "found an empty string, expected some text"
        case "minimum":
            yield pointer, f"found {_shown(found)}, expected at least {wanted}"
        case "maximum":
            yield pointer, f"found {_shown(found)}, expected at most {wanted}"
        case "maxItems":
            yield pointer, f"found {len(found):,} items, expected at most {wanted:,}; split the chunk"
        case "maxLength":
            yield pointer, f"found {len(found):,} characters, expected at most {wanted:,}"
        case "uniqueItems":
            yield pointer, f"found {_shown(found)}, expected each item once"
        case _:
            yield pointer, error.message


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else text[:57] + "..."


def _naming_problems(document: Document) -> Iterator[tuple[str, str]]:
    """What a schema cannot say. Parts of a wrong type are passed over: the schema's problems name them."""
    path = document.path
    data = document.data if isinstance(document.data, dict) else {}
    named, chunk_id = FILE_NAME.fullmatch(path.name), data.get("id")
    if named and isinstance(chunk_id, str) and ID.fullmatch(chunk_id) and chunk_id != named.group(1):
        other = path.with_name(file_name(chunk_id))
        duplicate = f"; {other.name} has that id already" if os.path.exists(other) else ""
        yield "/id", f"found {_shown(chunk_id)}, expected {_shown(named.group(1))} as in the file's name{duplicate}"
    constraints = data.get("constraints")
    seen: dict[str, int] = {}
    for index, constraint in enumerate(constraints if isinstance(constraints, list) else ()):
        name = constraint.get("name") if isinstance(constraint, dict) else None
        if isinstance(name, str):
            if name in seen:
                first = f"/constraints/{seen[name]}/name"
                yield (
                    f"/constraints/{index}/name",
                    f"found {_shown(name)} a second time (first at {first}), expected unique names",
                )
            seen.setdefault(name, index)
