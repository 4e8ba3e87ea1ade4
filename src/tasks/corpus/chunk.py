"""A chunk: one file of named constraints, read and checked against the schema."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Literal, TypeAlias

from ..errors import LanguageError, Mistake
from .document import Document, as_json, parse_document, pointer_to, read_text
from .explain import Problem, mistake, refuse, violations
from .mistakes import meant
from .names import FILE_NAME, ID, file_name
from .primes import Tract, infer_tract

Objective: TypeAlias = Literal["none", "neighbor_distance_min", "projection_fit_min"]

SCHEMA = "chunk.schema.json"


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


def read_chunk(path: Path) -> tuple[Chunk, Document]:
    """The chunk at path; as parse_chunk."""
    return parse_chunk(path, read_text(path))


def parse_chunk(path: Path, text: str) -> tuple[Chunk, Document]:
    """The chunk in text, which was read from path, and the document it was read from (for the places of later errors).

    Raises CorpusError that lists every violation of the format, one a line: file, line, pointer, found, expected.
    """
    document = parse_document(path, text)
    refuse(document, format_problems(document))
    return chunk_of(document), document


def format_problems(document: Document) -> Iterator[Problem]:
    """What of the format a document violates."""
    return chain(violations(SCHEMA, document, document.data), _naming_problems(document))


def expression_place(index: int) -> str:
    """The JSON pointer to the expression of the constraint at index."""
    return pointer_to("constraints", index, "expr")


def wrong_expression(document: Document, index: int, error: LanguageError) -> Mistake:
    """What is wrong in the expression of the constraint at index: where JSON took a backslash away, it says so."""
    pointer = expression_place(index)
    if error.text.startswith("/", error.start):
        opening, closing = document.span(pointer)
        error.hint = meant(document.text[opening:closing], error.text.count("/", 0, error.start)) or error.hint
    start, end = document.inside(pointer, error.start, error.end)
    whole = mistake(document, Problem(pointer, error.what))
    return replace(whole, start=start, end=end, within=error.where, excerpt=error.excerpt())


def expressions(document: Document) -> Iterator[tuple[int, str]]:
    """Index and text of every expression that can be found in a document of whatever format."""
    constraints = document.data.get("constraints") if isinstance(document.data, dict) else None
    for index, constraint in enumerate(constraints if isinstance(constraints, list) else ()):
        text = constraint.get("expr") if isinstance(constraint, dict) else None
        if isinstance(text, str):
            yield index, text


def chunk_of(document: Document) -> Chunk:
    """The chunk of a document that violates nothing."""
    data = document.data
    total, primes = numbers_of(document)
    parameters = data.get("parameters", {})
    return Chunk(
        id=data["id"],
        title=data["title"],
        goal=data["goalType"],
        tract=data.get("tract") or infer_tract(data["id"], data["title"]),
        total=total,
        primes=primes,
        unit_sum=parameters.get("eightDimManifold", True),
        objective=parameters.get("similarityObjective", "none"),
        constraints=tuple(Constraint(c["name"], c["expr"], c.get("notes", "")) for c in data["constraints"]),
    )


def numbers_of(document: Document) -> tuple[int, tuple[int, ...]]:
    """N and P of a document whose parameters violate nothing."""
    parameters = document.data.get("parameters", {})
    return int(parameters.get("scaleN", 100)), tuple(sorted(int(p) for p in parameters.get("monsterPrimes", ())))


def _naming_problems(document: Document) -> Iterator[Problem]:
    """What a schema cannot say. Parts of a wrong type are passed over: the schema's problems name them."""
    path = document.path
    data = document.data if isinstance(document.data, dict) else {}
    named, chunk_id = FILE_NAME.fullmatch(path.name), data.get("id")
    if named and isinstance(chunk_id, str) and ID.fullmatch(chunk_id) and chunk_id != named.group(1):
        other = path.with_name(file_name(chunk_id))
        duplicate = f"; {other.name} has that id already" if os.path.exists(other) else ""
        expected = f"expected {as_json(named.group(1))} as in the file's name{duplicate}"
        yield Problem("/id", f"found {as_json(chunk_id)}, {expected}")
    constraints = data.get("constraints")
    seen: dict[str, int] = {}
    for index, constraint in enumerate(constraints if isinstance(constraints, list) else ()):
        name = constraint.get("name") if isinstance(constraint, dict) else None
        if isinstance(name, str):
            if name in seen:
                first = f"/constraints/{seen[name]}/name"
                what = f"found {as_json(name)} a second time (first at {first}), expected unique names"
                yield Problem(f"/constraints/{index}/name", what)
            seen.setdefault(name, index)
