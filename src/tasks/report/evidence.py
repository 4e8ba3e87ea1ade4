"""What a report is made from: everything that a build has left, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..records.journal import Entry
from ..records.outcomes import Balanced, Compared, Proved
from ..records.report import Report

Kind: TypeAlias = Literal["formal", "vacuous", "informal", "unknown"]


@dataclass(frozen=True)
class Region:
    """A part of a text file: lines and columns from 1, in characters; the end is the column behind the last one."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Claim:
    """One constraint of a chunk. at: where its formula stands in the chunk's file.

    minizinc, lean: what the rendered model and module state, "" where they state nothing, or do not hold.
    """

    name: str
    kind: Kind
    text: str
    notes: str
    at: Region
    minizinc: str = ""
    lean: str = ""


@dataclass(frozen=True)
class Wrong:
    """A mistake in a chunk's file."""

    at: Region
    what: str


@dataclass(frozen=True)
class Dossier:
    """What is known of one chunk; title and what follows it are empty where its file cannot be read.

    source, model, module: its files, from the folder that the build ran in. mistakes: those of the file as it is now.
    Outcomes are None where they do not hold.
    """

    id: str
    source: str
    model: str
    module: str
    documentation: bool
    pilot: bool
    title: str = ""
    goal: str = ""
    tract: str = ""
    objective: str = ""
    total: int = 0
    primes: tuple[int, ...] = ()
    claims: tuple[Claim, ...] = ()
    mistakes: tuple[Wrong, ...] = ()
    proved: Proved | None = None
    compared: Compared | None = None
    balanced: Balanced | None = None


@dataclass(frozen=True)
class Step:
    """A stage as a report shows it: what it does, whose results it needs, and the tools that it asks."""

    name: str
    doc: str
    needs: tuple[str, ...]
    engines: tuple[str, ...]
    documentation: bool


@dataclass(frozen=True)
class Evidence:
    """report, and base, the one to compare it with: what travels. The rest is known only where the build was.

    out: the out folder, and page: the report's, from the folder that the build ran in.
    """

    report: Report
    base: Report | None = None
    chunks: Mapping[str, Dossier] | None = None
    steps: tuple[Step, ...] = ()
    journal: tuple[Entry, ...] = ()
    corpus: str = ""
    out: str = ""
    page: str = ""
    made: str = ""
