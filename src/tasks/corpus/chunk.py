"""A chunk: one file of named constraints, read and checked against the schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..errors import CorpusError
from .document import Document, read_document
from .primes import Tract, infer_tract

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

Objective: TypeAlias = Literal["none", "neighbor_distance_min", "projection_fit_min"]

FILE_NAME = re.compile(r"chunk-([0-9]{2,})\.constraints\.json")


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
    """The chunk at path, and the document it was read from (for the places of later errors).

    Raises CorpusError that lists every violation of the format, one a line: file, line, pointer, found, expected.
    """
    document = read_document(path)
    problems = list(_schema_problems(document)) or list(_naming_problems(document))
    if problems:
        raise CorpusError("\n".join(_sentence(document, pointer, what) for pointer, what in problems))
    return _chunk(document.data), document


def problem(document: Document, index: int, what: str) -> str:
    """The message that what is wrong with the expression of the constraint at index."""
    return _sentence(document, f"/constraints/{index}/expr", what)


def _sentence(document: Document, pointer: str, what: str) -> str:
    return f"{document.path}:{document.line(pointer)}: {pointer or '/'}: {what}"


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
    errors = sorted(_validator().iter_errors(document.data), key=lambda e: [str(part) for part in e.absolute_path])
    for error in errors:
        pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in error.absolute_path)
        yield from _explain(pointer, error)


def _explain(pointer: str, error: ValidationError) -> Iterator[tuple[str, str]]:
    """One or more sentences "found ..., expected ..." for a violation of the schema."""
    found, wanted = error.instance, error.validator_value
    match error.validator:
        case "required":
            for key in wanted:
                if key not in found:
                    yield pointer, f"found no key {key!r}, expected one"
                    break
        case "additionalProperties":
            from difflib import get_close_matches

            known = list(error.schema["properties"])
            for key in found:
                if key not in known:
                    near = get_close_matches(key, known, n=1)
                    expected = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(known)}"
                    yield f"{pointer}/{key}", f"found the unknown key {_shown(key)}, {expected}"
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
        case "uniqueItems":
            yield pointer, f"found {_shown(found)}, expected each item once"
        case _:
            yield pointer, error.message


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else text[:57] + "..."


def _naming_problems(document: Document) -> Iterator[tuple[str, str]]:
    data, path = document.data, document.path
    named = FILE_NAME.fullmatch(path.name)
    if named and named.group(1) != data["id"]:
        other = path.with_name(file_name(data["id"]))
        duplicate = f"; {other.name} has that id already" if other.exists() else ""
        yield "/id", f"found {_shown(data['id'])}, expected {_shown(named.group(1))} as in the file's name{duplicate}"
    seen: dict[str, int] = {}
    for index, constraint in enumerate(data["constraints"]):
        name = constraint["name"]
        if name in seen:
            yield (
                f"/constraints/{index}/name",
                f"found {_shown(name)} a second time (first at /constraints/{seen[name]}/name), expected unique names",
            )
        seen.setdefault(name, index)
