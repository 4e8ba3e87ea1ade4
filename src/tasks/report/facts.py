"""The facts of a report: gathered from a build's stamps and journal, kept as JSON, and read back as foreign data.

A report travels: a pull request's build leaves one, and a job that trusts nothing in it makes a comment of it.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ..errors import ReportError
from ..files import file_digest, write_whole
from ..layout import Layout
from ..stamps import read_journal, read_stamp, to_json
from ..summary import STAGES, stages_of, summarise

RESULTS = ("passed", "warned", "failed", "not run")
KINDS = ("formal", "vacuous", "informal")
_HOLDS = ("passed", "warned")
_AFTER = {
    "render_mzn": "schema", "solve": "render_mzn", "balance": "render_mzn",
    "render_lean": "solve", "prove": "render_lean", "crosscheck": "render_lean",
}  # fmt: skip
LARGEST = 16 * 1024 * 1024
"""Bytes of a report that is read; about forty thousand chunks."""

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One chunk. stages: the result of each stage that is meant for it; seconds: what its tasks took when they ran."""

    stages: Mapping[str, str]
    constraints: Mapping[str, int] = field(default_factory=dict)
    witness: tuple[int, ...] = ()
    balance: tuple[int, ...] = ()
    disagreements: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """chunks: a row for each id. failures: names of failed tasks with their messages. of: which chunks were asked
    about, "all" or "pilots". commit, ref: "" outside of CI.
    """

    chunks: Mapping[str, Row]
    failures: Mapping[str, str]
    engines: tuple[str, ...]
    of: str = "all"
    commit: str = ""
    ref: str = ""

    @property
    def failed(self) -> bool:
        results = {result for row in self.chunks.values() for result in row.stages.values()}
        return bool(self.failures) or not results <= {"passed", "warned"}


def gather(layout: Layout, chunks: Mapping[str, bool], proving: bool, of: str = "all") -> Report:
    """The report of what lies in an out folder; chunks maps each id to whether it is computational.

    A stage that was passed on other files than lie there now, or whose earlier stage is not passed, counts as not
    run. A failed task leaves no stamp, so its message is the journal's last word on it.
    """
    last = read_journal(layout.journal)
    names = {f"{stage}:{i}" for i, computed in chunks.items() for stage in stages_of(computed, proving)}
    failures = {
        name: str(line.get("message", ""))
        for name, line in last.items()
        if line["result"] == "failed" and (name in names or name.startswith("_"))
    }
    summary = summarise(layout, chunks, proving, (), failures)
    rows = {row["id"]: _gathered(layout, row, last) for row in summary["chunks"]}
    engines = tuple(" ".join(e.values()) for e in summary["engines"] if e["name"] != "duality")
    commit, ref = os.environ.get("GITHUB_SHA", ""), os.environ.get("GITHUB_REF", "")
    return Report(rows, {name.lstrip("_"): failures[name] for name in sorted(failures)}, engines, of, commit, ref)


def _gathered(layout: Layout, row: Mapping[str, Any], last: Mapping[str, Mapping[str, Any]]) -> Row:
    chunk_id, stages = row["id"], dict(row["stages"])
    for stage in stages:  # in the order of the pipeline
        earlier = stages.get(_AFTER.get(stage, ""), "passed")
        if stages[stage] in _HOLDS and not (earlier in _HOLDS and _is_fresh(layout, stage, chunk_id)):
            stages[stage] = "not run"

    def shown(stage: str, *names: str) -> dict[str, Any]:
        return {name: row[name] for name in names if stages.get(stage) in _HOLDS and name in row}

    seen = shown("crosscheck", "disagreements", "never seen to turn")
    lines = {stage: last.get(f"{stage}:{chunk_id}", {}) for stage, result in stages.items() if result in _HOLDS}
    return Row(
        stages,
        constraints=shown("schema", "constraints").get("constraints", {}),
        witness=tuple(shown("solve", "witness").get("witness", ())),
        balance=tuple(shown("balance", "balance").get("balance", ())),
        disagreements=tuple(seen.get("disagreements", ())),
        unseen=tuple(seen.get("never seen to turn", ())),
        seconds={s: float(line["seconds"]) for s, line in lines.items() if line.get("result") == "passed"},
    )


def _is_fresh(layout: Layout, stage: str, chunk_id: str) -> bool:
    """Whether the files that a stamp names are the ones that lie there."""
    stamp = read_stamp(layout.stamp(stage, chunk_id))
    module = layout.module(chunk_id)
    named = {path.name: [path] for path in (layout.source(chunk_id), layout.model(chunk_id))}
    named[module.name] = [module, layout.certificate(chunk_id)]  # which of them was judged depends on the engine
    return stamp is not None and all(
        stamp["inputs"][name] in map(file_digest, paths) for name, paths in named.items() if name in stamp["inputs"]
    )


def write_report(path: Path, report: Report) -> None:
    write_whole(path, to_json(asdict(report)))


def read_report(path: Path) -> Report:
    """The report in a file, or in an out folder. Raises ReportError where it is none, whatever it is instead."""
    path = path / "report.json" if path.is_dir() else path
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise ReportError(f"{path}: cannot be read as a report: {error.strerror}") from None
    try:
        if len(content) > LARGEST:
            raise ValueError("it is too large")
        data = json.loads(content)
        return Report(
            chunks=_mapping(data["chunks"], _row, r"\d{2,9}"),
            failures=_mapping(data["failures"], _text, r"[a-z_]{1,30}(:[a-z0-9]{1,30})?"),
            engines=_several(data["engines"], _text),
            of=_one_of(data["of"], ("all", "pilots")),
            commit=_matching(data["commit"], r"([0-9a-f]{40})?"),
            ref=_matching(data["ref"], r"(refs/[!-~]{1,250})?"),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ReportError(f"{path}: is no report: {type(error).__name__}: {str(error)[:200]}") from None


def _row(data: Any) -> Row:
    return Row(
        stages=_mapping(data["stages"], lambda result: _one_of(result, RESULTS), "|".join(STAGES)),
        constraints=_mapping(data["constraints"], _count, "|".join(KINDS)),
        witness=_several(data["witness"], _count, (0, 8)),
        balance=_several(data["balance"], _count, (0, 2)),
        disagreements=_several(data["disagreements"], _text),
        unseen=_several(data["unseen"], _text),
        seconds=_mapping(data["seconds"], _seconds, "|".join(STAGES)),
    )


def _mapping(data: Any, read: Callable[[Any], T], keys: str) -> dict[str, T]:
    if not isinstance(data, dict):
        raise ValueError("an object is expected")
    return {_matching(key, keys): read(value) for key, value in data.items()}


def _several(data: Any, read: Callable[[Any], T], lengths: tuple[int, ...] | None = None) -> tuple[T, ...]:
    if not isinstance(data, list) or (lengths is not None and len(data) not in lengths):
        raise ValueError("an array of another length is expected")
    return tuple(read(value) for value in data)


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise ValueError("a string is expected")
    return data


def _matching(data: Any, pattern: str) -> str:
    if re.fullmatch(pattern, _text(data), re.ASCII) is None:
        raise ValueError(f"{data[:50]!r} is not what is expected here")
    return str(data)


def _one_of(data: Any, allowed: tuple[str, ...]) -> str:
    if data not in allowed:
        raise ValueError(f"one of {', '.join(allowed)} is expected")
    return str(data)


def _count(data: Any) -> int:
    if type(data) is not int or not 0 <= data < 10**12:
        raise ValueError("a count is expected")
    return data


def _seconds(data: Any) -> float:
    if type(data) not in (int, float) or not math.isfinite(data) or not 0 <= data < 10**7:
        raise ValueError("seconds are expected")
    return float(data)
