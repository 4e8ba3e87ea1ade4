"""The report of a build: what its summary and its journal show, for people elsewhere, and read back as foreign data.

A report travels: a pull request's build leaves one, and a job that trusts nothing in it makes a comment of it. So every
text, number and key of it has a range, and reading refuses whatever lies outside.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from ..errors import ReportError
from ..files import digest, open_plain, write_whole
from .codec import decode, encode
from .journal import Entry
from .summary import HOLDS, Outcome, Summary, engine_text

FORMAT = 3
LARGEST = 16 * 1024 * 1024
"""Bytes of a report that is read; about ten thousand chunks."""
_LONGEST = 400
"""Characters of a name or formula; of a longer one its digest tells it from others."""

_COUNT: TypeAlias = Annotated[int, Meta(ge=0, lt=10**12)]
_SECONDS: TypeAlias = Annotated[float, Meta(ge=0, lt=10**7)]
_NAME: TypeAlias = Annotated[str, Meta(pattern="^[a-z_]{1,30}\\Z")]
_TASK: TypeAlias = Annotated[str, Meta(pattern="^[a-z_]{1,30}(:[a-z0-9]{1,30})?\\Z")]
_ID: TypeAlias = Annotated[str, Meta(pattern="^[0-9]{2,9}\\Z")]


@dataclass(frozen=True)
class Row:
    """One chunk. stages: the result of each stage that is meant for it; seconds: what its tasks took when they ran.

    constraints: how many of each kind; witness: 8 integers; balance: least and most; empty where not known.
    formulas: each constraint's text by its name, both in brief.
    """

    stages: dict[_NAME, Outcome]
    constraints: dict[Literal["formal", "vacuous", "informal"], _COUNT] = field(default_factory=dict)
    witness: Annotated[tuple[_COUNT, ...], Meta(max_length=8)] = ()
    balance: Annotated[tuple[_COUNT, ...], Meta(max_length=2)] = ()
    disagreements: tuple[str, ...] = ()
    constant_on_sample: tuple[str, ...] = ()
    seconds: dict[_NAME, _SECONDS] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """chunks: a row for each id. failures: names of failed tasks with their messages. of: which chunks were asked
    about. stages: the names of all stages, in order. commit, ref: "" outside of CI.
    """

    chunks: dict[_ID, Row]
    failures: dict[_TASK, str]
    engines: tuple[str, ...]
    stages: tuple[_NAME, ...]
    of: Literal["all", "pilots"] = "all"
    commit: Annotated[str, Meta(pattern="^([0-9a-f]{40})?\\Z")] = ""
    ref: Annotated[str, Meta(pattern="^(refs/[!-~]{1,250})?\\Z")] = ""
    format: int = FORMAT

    @property
    def failed(self) -> bool:
        results = {result for row in self.chunks.values() for result in row.stages.values()}
        return bool(self.failures) or not results <= HOLDS


def make_report(
    summary: Summary, last: Mapping[str, Entry], order: tuple[str, ...], of: Literal["all", "pilots"],
    formulas: Mapping[str, Mapping[str, str]],
) -> Report:  # fmt: skip
    """The report of a summary.

    last holds the journal's last entry of each task, order the names of the stages, formulas the constraints of each
    chunk that can be read, name to text.
    """
    commit, ref = os.environ.get("GITHUB_SHA", ""), os.environ.get("GITHUB_REF", "")
    rows = {}
    for row in summary.chunks:
        entries = {stage: last.get(f"{stage}:{row.id}") for stage, result in row.stages.items() if result in HOLDS}
        kinds = row.constraints
        rows[row.id] = Row(
            dict(row.stages),
            constraints={} if kinds is None else
            {"formal": kinds.formal, "vacuous": kinds.vacuous, "informal": kinds.informal},
            witness=row.witness or (),
            balance=row.balance or (),
            disagreements=row.disagreements,
            constant_on_sample=row.constant_on_sample,
            seconds={s: entry.seconds for s, entry in entries.items() if entry and entry.result == "passed"},
            formulas={brief(name): brief(text) for name, text in formulas.get(row.id, {}).items()},
        )  # fmt: skip
    engines = tuple(engine_text(engine) for engine in summary.engines if engine["name"] != "duality")
    return Report(rows, dict(summary.failures), engines, order, of, commit, ref)


RESULTS: tuple[Outcome, ...] = ("passed", "warned", "failed", "not_run")
KINDS: tuple[Literal["formal", "vacuous", "informal"], ...] = ("formal", "vacuous", "informal")


def brief(text: str) -> str:
    """A name or formula as a report holds it: whole, or its beginning and a digest."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({digest(text)[:16]})"


def changed_formulas(new: Row, old: Row) -> dict[str, tuple[str, str]]:
    """The constraints that are not the same in two rows: the old text and the new one, "" where there is none.

    Nothing where one of the chunks could not be read.
    """
    if not (new.formulas and old.formulas):
        return {}
    names = [*old.formulas, *(name for name in new.formulas if name not in old.formulas)]
    pairs = {name: (old.formulas.get(name, ""), new.formulas.get(name, "")) for name in names}
    return {name: (before, after) for name, (before, after) in pairs.items() if before != after}


def write_report(path: Path, report: Report) -> None:
    write_whole(path, encode(report))


def read_report(path: Path) -> Report:
    """The report in a file, or in an out folder. Raises ReportError where there is no valid one."""
    path = path / "report.json" if path.is_dir() else path
    try:
        with open_plain(path) as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise ReportError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        if len(content) > LARGEST:
            raise ValueError("the file is too large")
        report = decode(Report, content)
        if any(len(row.witness) not in (0, 8) or len(row.balance) not in (0, 2) for row in report.chunks.values()):
            raise ValueError("a witness has 8 numbers, a balance 2")
        if report.format != FORMAT:
            raise ValueError(f"format {report.format}")
    except ValueError as error:
        raise ReportError(f"{path}: not a valid report: {error}") from None
    return report
