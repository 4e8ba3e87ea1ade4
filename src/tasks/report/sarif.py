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
from .evidence import Dossier, Evidence, Region
from .format import ReportFormat

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACE = re.compile(r"^\s*(?:\S.*?\.json:\d+: )?")
"""What stands before the name of a constraint in a line of a message."""
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
    if stage == "schema" and dossier and dossier.mistakes:
        for wrong in dossier.mistakes:
            yield _result(stage, "error", wrong.what, [_location(dossier.source, _region(wrong.at))])
    else:
        yield _result(stage, "error", text, _places(dossier, [text]))


def _places(dossier: Dossier | None, texts: list[str]) -> list[dict[str, Any]]:
    """Where the constraints of a chunk stand whose names begin a line of the texts; its file where none does."""
    if dossier is None:
        return []
    lines = [_PLACE.sub("", line) for text in texts for line in text.split("\n")]
    claims = [claim for claim in dossier.claims if any(f"{line}: ".startswith(f"{claim.name}: ") for line in lines)]
    found = [_location(dossier.source, _region(claim.at), claim.name) for claim in claims]
    return found or [_location(dossier.source, {"startLine": 1})]


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
