"""A report as SARIF 2.1.0: each failure with the place in the chunk's file, for editors and for code scanning."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from .. import __version__
from ..errors import visible
from .evidence import Claim, Dossier, Evidence, Region
from .format import ReportFormat

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MISTAKE = re.compile(
    r"^(?P<path>[^\n]+?):(?P<line>\d+): (?:/constraints/(?P<index>\d+)/expr: )?"
    r"(?:(?:line (?P<row>\d+), )?column (?P<column>\d+): )?",
    re.MULTILINE,
)
"""How the message of a mistake in a chunk's file begins, and of a formula where in it."""
_CARETS = re.compile(r"^ +(\^+)$", re.MULTILINE)
_CHARACTER = re.compile(r"\\u[dD][89abAB]..\\u....|\\u....|\\.|.", re.DOTALL)
"""What stands for one character within a string of JSON."""
_LONGEST = 4000


def sarif(evidence: Evidence) -> str:
    """The failures, and the disagreements that are warnings, of a report."""
    report, chunks = evidence.report, evidence.chunks or {}
    docs = {step.name: step.doc for step in evidence.steps}
    rules = [{"id": stage, "shortDescription": {"text": docs.get(stage) or stage}} for stage in report.stages]
    results: list[dict[str, Any]] = []
    for task, text in report.failures.items():
        stage, _, chunk_id = task.partition(":")
        results += _failure(stage, text, chunks.get(chunk_id))
    for chunk_id, row in report.chunks.items():
        for text in row.disagreements:
            name = text.rpartition(": ")[0]
            results.append(_result("crosscheck", "warning", text, _places(chunks.get(chunk_id), [name, text])))
    run = {
        "tool": {"driver": {"name": "Duality", "semanticVersion": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _failure(stage: str, text: str, dossier: Dossier | None) -> Iterator[dict[str, Any]]:
    """The results of a failed task: one for each mistake of a file, else one with the constraints that it names."""
    mistakes = [found for found in _MISTAKE.finditer(text) if dossier and found["path"] == dossier.source]
    if not mistakes or dossier is None:
        yield _result(stage, "error", text, _places(dossier, [text]))
        return
    ends = [*(found.start() for found in mistakes[1:]), len(text)]
    for found, end in zip(mistakes, ends, strict=True):
        message = text[found.end() : end].strip()
        yield _result(stage, "error", message, [_location(dossier.source, _mistaken(found, message, dossier))])


def _mistaken(found: re.Match[str], message: str, dossier: Dossier) -> dict[str, int]:
    """Where a mistake is: characters of a formula, a formula, or a line."""
    index = int(found["index"]) if found["index"] else len(dossier.claims)
    if index >= len(dossier.claims):
        return {"startLine": int(found["line"])}
    claim = dossier.claims[index]
    if not found["column"]:
        return _region(claim.at)
    before = claim.text.split("\n")[: int(found["row"] or 1) - 1]
    start = sum(len(line) + 1 for line in before) + int(found["column"]) - 1
    carets = _CARETS.search(message)
    columns = [
        claim.at.column + _behind(claim.literal, at) for at in (start, start + len(carets[1] if carets else "^"))
    ]
    return {"startLine": claim.at.line, "startColumn": columns[0], "endLine": claim.at.line, "endColumn": columns[1]}


def _behind(literal: str, count: int) -> int:
    """How many characters of a string of JSON stand before the one that stands for the character number count."""
    pieces = _CHARACTER.findall(literal[1:-1])[:count]
    return 1 + sum(map(len, pieces))


def _places(dossier: Dossier | None, texts: list[str]) -> list[dict[str, Any]]:
    """Where the constraints of a chunk stand that a text names; its file where it names none."""
    if dossier is None:
        return []
    claims = [claim for claim in dossier.claims if any(_names(text, claim, dossier) for text in texts)]
    found = [_location(dossier.source, _region(claim.at), claim.name) for claim in claims]
    return found or [_location(dossier.source, {"startLine": 1})]


def _names(text: str, claim: Claim, dossier: Dossier) -> bool:
    """Whether a line of a text begins with the name of the constraint, perhaps behind its place, as in a list."""
    place = f"{dossier.source}:{claim.at.line}: "
    return any(line.strip().removeprefix(place).partition(": ")[0] == claim.name for line in text.split("\n"))


def _region(at: Region) -> dict[str, int]:
    return {"startLine": at.line, "startColumn": at.column, "endLine": at.end_line, "endColumn": at.end_column}


def _location(path: str, region: Mapping[str, int], name: str = "") -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(path)}, "region": dict(region)}
    location: dict[str, Any] = {"physicalLocation": physical}
    if name:
        location["logicalLocations"] = [{"name": visible(name)}]
    return location


def _result(stage: str, level: str, text: str, places: list[dict[str, Any]]) -> dict[str, Any]:
    message = "\n".join(map(visible, text[:_LONGEST].split("\n")))
    result: dict[str, Any] = {"ruleId": stage, "level": level, "message": {"text": message or "failed"},
                              "locations": places[:1]}  # fmt: skip
    if places[1:]:
        result["relatedLocations"] = [{**place, "message": {"text": "this one too"}} for place in places[1:]]
    return result


def _uri(path: str) -> str:
    """A path as a URI: relative to the folder that the build ran in, where it is."""
    return PurePath(path).as_uri() if PurePath(path).is_absolute() else quote(path)


FORMAT = ReportFormat(file="results.sarif", render=sarif)
