"""What is measured: each scenario brings a project into a state, and then one build is timed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from .corpus import raise_ceiling
from .graph import CODE
from .project import Project, chunks_of

Prepare = Callable[[Project, int, float], Iterator[Project]]


@dataclass(frozen=True)
class Scenario:
    """prepare gets a built project, the number of the round, from 1, and the limit in seconds; it yields the project
    that is to be timed, and cleans up after it. cold: whether it builds from nothing.
    """

    name: str
    prepare: Prepare
    doc: str
    cold: bool = False


def _no_op(project: Project, number: int, limit: float) -> Iterator[Project]:
    yield project


def _edit(project: Project, number: int, limit: float) -> Iterator[Project]:
    _change(chunks_of(project)[project.size // 2], number)
    yield project


def _clone(project: Project, number: int, limit: float) -> Iterator[Project]:
    """At the same path, as some systems keep absolute paths."""
    kept = project.home.with_name(f"{project.home.name}.kept")
    project.home.rename(kept)
    try:
        replace(project, home=kept).copy(project.home)
        yield project
    finally:
        shutil.rmtree(project.home, ignore_errors=True)
        kept.rename(project.home)


def _renderer(project: Project, number: int, limit: float) -> Iterator[Project]:
    with (project.home / CODE["render_mzn"]).open("a", encoding="utf-8") as file:
        file.write(f"# Edited {number} times.\n")
    yield project


def _branch(project: Project, number: int, limit: float) -> Iterator[Project]:
    """Another branch has other contents of every tenth chunk; it is built before the switch back, which is timed.

    In the first round both were built before, so that ours has kept the verdicts of both.
    """
    changed = chunks_of(project)[::10]
    texts = [path.read_text(encoding="utf-8") for path in changed]
    for switch in range(2 if number == 1 else 1):
        if switch:
            project.run(limit)
        for path in changed:
            _change(path, 1000)
        project.run(limit)
        for path, text in zip(changed, texts, strict=True):
            path.write_text(text, encoding="utf-8")
    yield project


def _cold(project: Project, number: int, limit: float) -> Iterator[Project]:
    new = replace(project, home=project.home.with_name(f"{project.home.name}.new"))
    try:
        new.make()
        yield new
    finally:
        shutil.rmtree(new.home, ignore_errors=True)


def _killed(project: Project, number: int, limit: float) -> Iterator[Project]:
    with contextmanager(_cold)(project, number, limit) as new:
        new.run_half(limit)
        yield new


def _change(path: Path, by: int) -> None:
    path.write_text(raise_ceiling(path.read_text(encoding="utf-8"), by), encoding="utf-8")


SCENARIOS = (
    Scenario("no-op", _no_op, "nothing has changed"),
    Scenario("edit", _edit, "a bound in one chunk has changed"),
    Scenario("clone", _clone, "the built project was copied: new times and inodes for every file"),
    Scenario("renderer", _renderer, "a comment was added to the renderer of models"),
    Scenario("branch", _branch, "a branch with other contents of every tenth chunk was built; then back"),
    Scenario("killed", _killed, "a cold build was killed when half of the steps had run; it is resumed", cold=True),
    Scenario("cold", _cold, "nothing is built", cold=True),
)
