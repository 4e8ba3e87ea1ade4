"""A small corpus in versions, builds of it that are interfered with, and what must hold after each of them."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from conftest import REPOSITORY, contents
from interference import NO_FAULT, OPEN, RENAME, Build, Change, Fault, Interfered
from tasks.errors import DualityError
from tasks.files import text_of
from tasks.plan import make_plan
from tasks.records.summary import decode_summary
from tasks.stages import stages_of
from tasks.state.recorded import recorded_ledger

CHUNK = "chunks/chunk-06.constraints.json"
SETTINGS = "chunks/corpus.yaml"
SUMMARY = "summary.json"

# The versions differ in all that stages find out, and have the same size.
ONE, OTHER = (
    json.dumps(
        {
            "id": "06", "title": "A chunk", "goalType": "proof",
            "constraints": [{"name": "a", "expr": "x[1] + x[2] >= 30"}, {"name": "b", "expr": f"x[3] = {number}"}],
        },
        indent=1,
    )
    for number in (5, 6)
)  # fmt: skip
WORDS = '{"id": "01", "title": "Words", "goalType": "proof", "constraints": [{"name": "w", "expr": "p(X, Y)"}]}'
ONE_SETTING, OTHER_SETTING = (
    f'documentation: ["01"]\ninformal: documentation\ncrosscheck: {{samples: {samples}}}\n'
    f"tract_balance: {{limit: {limit}}}\n"
    for samples, limit in ((16, 100), (17, 120))
)


@dataclass(frozen=True)
class Clean:
    """What an undisturbed build leaves, and its exit code."""

    status: int
    files: Mapping[str, bytes]


class Sweep:
    """folder: for everything; base: a corpus of the first version, of which each build gets a copy."""

    def __init__(self, folder: Path, build: Build) -> None:
        self.folder = folder
        self._build = build
        self.base = folder / "base"
        (self.base / "chunks").mkdir(parents=True)
        for name in ("dodo.py", "pyproject.toml", "lean-toolchain"):
            shutil.copy(REPOSITORY / name, self.base)
        (self.base / "chunks" / "chunk-01.constraints.json").write_text(WORDS)
        self.versions = folder / "versions"  # names of files: what they are replaced by
        self._clean: dict[tuple[tuple[str, bytes], ...], Clean] = {}
        put(self.base, ONE, ONE_SETTING)
        self.empty, self.built, self.other = (folder / name for name in ("empty", "built", "other"))
        shutil.copytree(self.base, self.built)
        # By one process, which remembers all digests of code.
        assert self.build(self.built, "-n", "0").status == 0
        shutil.copytree(self.base, self.empty)
        (self.empty / "rendered").mkdir()
        shutil.copy(self.built / "rendered" / ".code.json", self.empty / "rendered")
        shutil.copytree(self.empty, self.other)
        put(self.other, OTHER, OTHER_SETTING)
        shutil.copytree(self.other / "chunks", self.versions / "chunks")
        assert self.build(self.other).status == 0
        shutil.copytree(self.other / "rendered", self.versions / "rendered")
        put(self.other, ONE, ONE_SETTING)
        self.know((ONE, OTHER), (ONE_SETTING, OTHER_SETTING))

    def know(self, chunks: Sequence[str | None], settings: Sequence[str | None]) -> None:
        """Builds these versions of the corpus, undisturbed, as builds that are interfered with may build them."""
        for chunk, setting in itertools.product(chunks, settings):
            put(self.base, chunk, setting)
            self.clean(self.base / "chunks")

    def build(
        self, home: Path, *arguments: str, kinds: int = OPEN | RENAME, changes: Sequence[Change] = (),
        fault: Fault = NO_FAULT,
    ) -> Interfered:  # fmt: skip
        kept = {"DUALITY_CACHE": str(self.folder / "verdicts"), "DUALITY_TOOLS": os.environ["DUALITY_TOOLS"]}
        return self._build(home, *arguments, environment=kept, kinds=kinds, changes=changes, fault=fault)

    def copy(self, start: Path) -> Path:
        """A copy of a starting point: empty, built, or other (built for the other version)."""
        home = self.folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        return shutil.copytree(start, home)

    def change(self, at: int, kind: int, name: str, version: str = "other") -> Change:
        """A change of a file of self.folder/home."""
        source = (self.versions if version == "other" else self.built) / name
        return Change(at, kind, str(self.folder / "home" / name), str(source))

    def clean(self, chunks: Path) -> Clean:
        """What an undisturbed build of that corpus leaves."""
        key = tuple((path.name, path.read_bytes()) for path in sorted(chunks.iterdir()))
        if key not in self._clean:
            home = self.folder / "clean"
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(self.empty, home)
            shutil.rmtree(home / "chunks")
            shutil.copytree(chunks, home / "chunks")
            self._clean[key] = Clean(self.build(home).status, contents(home / "rendered"))
        return self._clean[key]

    def problems(self, home: Path, interfered: Interfered, touched: set[str]) -> list[str]:
        """What is wrong after a build that was interfered with, and after the build that follows; [] where nothing is.

        touched: the files of home that were changed from outside.
        """
        return [*self._of_the_build(home, interfered, touched), *self._of_the_next(home)]

    def _of_the_build(self, home: Path, interfered: Interfered, touched: set[str]) -> list[str]:
        found = []
        if "Traceback" in interfered.output or interfered.status not in (0, 1, 2, 3):
            found.append(f"exit code {interfered.status}: {interfered.output}")
        now, there = self.clean(home / "chunks"), contents(home / "rendered")
        every = list(self._clean.values())
        for name, content in there.items():
            # What a worker that was killed left beside a file begins with a dot; the next build removes it.
            if re.fullmatch(r"stamps/\w+/\d+\.json", name) and content not in {
                clean.files.get(name) for clean in every
            }:
                found.append(f"{name} is about content that no version has")
        for name in believed(home):
            if there[name] != now.files.get(name):
                found.append(f"{name} is believed, and is not about what lies there")
        summary = decode_summary(text_of(home / "rendered" / SUMMARY))
        if interfered.status == 0 and (summary is None or summary.status != "passed"):
            found.append("exit code 0 without a summary that says passed")
        if summary and summary.status == "passed":
            left = {name: content for name, content in there.items() if f"rendered/{name}" not in touched}
            if not any(
                left == {name: content for name, content in clean.files.items() if f"rendered/{name}" not in touched}
                for clean in every
            ):
                found.append("passed, and the files are those of no version")
        return found

    def _of_the_next(self, home: Path) -> list[str]:
        clean = self.clean(home / "chunks")
        again = self.build(home)
        found = []
        if "Traceback" in again.output or again.status != clean.status:
            found.append(f"the next build: exit code {again.status}: {again.output}")
        there = contents(home / "rendered")
        for name in sorted({*clean.files, *there}):
            if clean.files.get(name) != there.get(name):
                what = "is missing" if name not in there else "is left" if name not in clean.files else "differs"
                found.append(f"after the next build {name} {what}")
        return found


def put(home: Path, chunk: str | None, settings: str | None) -> None:
    """Makes the corpus one of a version; None stands for a file that is not there."""
    for name, text in ((CHUNK, chunk), (SETTINGS, settings)):
        if text is None:
            (home / name).unlink(missing_ok=True)
        else:
            (home / name).write_text(text)


def believed(home: Path) -> list[str]:
    """The stamps that the records make believe, by name below the out folder."""
    found: list[str] = []
    with suppress(DualityError):
        plan = make_plan({"chunks": str(home / "chunks"), "out": str(home / "rendered")})
        ledger = recorded_ledger(plan)
        found += [
            f"stamps/{stage.name}/{chunk_id}.json"
            for chunk_id in plan.corpus.ids
            for stage in stages_of(chunk_id, plan)
            if ledger.stamp(stage, chunk_id)
        ]
    return found
