"""`doit why` says which tasks would run, and for which reasons; the next build runs those."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from conftest import Project, contents

CHUNK = "chunks/chunk-06.constraints.json"
SETTINGS = "corpus.yaml"
LIMIT = "tract_balance: {limit: 90%}"
STAMP = "rendered/stamps/solve/19.json"
CODE = "stages/balance.py"


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def named(text: str) -> tuple[set[str], set[str]]:
    """The tasks that would run, and those that may follow, where none is counted rather than named."""
    certain, _, follow = text.partition("these follow")
    task = re.compile(r"(?<=  )[a-z_]+:(?:[0-9]+|[a-z]+)")
    return set(task.findall(certain)), set(task.findall(follow))


Change: TypeAlias = tuple[str, Callable[[Project], object], str]


def the_changes() -> Iterator[Change]:
    """What happens to a project, how, and what is said of it. Each happens after the one before was built."""
    model = Path("rendered", "mzn", "chunk-06.mzn")
    yield "a formula", lambda p: edit(p.home / CHUNK, ">= 30", ">= 31"), f"{CHUNK} has changed"
    yield "a setting", lambda p: edit(p.chunks / SETTINGS, "informal", f"{LIMIT}\ninformal"), "limit has changed"
    yield "an edited target", lambda p: edit(p.home / model, "solve", "solve "), f"{model} was edited"
    yield "a missing stamp", lambda p: (p.home / STAMP).unlink(), f"{STAMP} is missing"
    yield "a link for a target", lambda p: replace_by_link(p.home / model), f"{model} is no plain file"
    yield "code", lambda p: edit(p.own_package() / CODE, '"""', '"""# '), "code has changed: stages/balance.py"
    yield "a task is forgotten", lambda p: p.doit("forget", "prove:08"), "nothing is recorded of it"
    yield "a new chunk", lambda p: p.write("20", "x[1] >= 3"), "never built successfully"
    yield "a failure", lambda p: p.write("20", "x[1] >= y"), "chunks/chunk-20.constraints.json has changed"
    yield "nothing, after a failure", lambda p: None, "it failed last time: chunks/chunk-20.constraints.json:"


def replace_by_link(path: Path) -> None:
    other = path.with_suffix(".other")
    path.rename(other)
    path.symlink_to(other.name)


def test_the_next_build_runs_what_was_said(built: Project) -> None:
    assert built.doit("why").output == "nothing would run: 27 tasks are up to date\n"
    for what, change, reason in the_changes():
        change(built)
        before = contents(built.home)
        said = built.doit("why")
        assert contents(built.home) == before, what
        assert said.status == 0, said.text()
        assert reason in said.output, what
        certain, follow = named(said.output)
        ran = built.doit().ran
        assert {task for task in certain if not task.endswith(":20")} <= ran, what  # a failure of 20 holds up others
        assert ran <= certain | follow, what
        counts = re.search(
            r"^(\d+) tasks? would run, (\d+) may follow, (\d+) are up to date$", said.output, re.MULTILINE
        )
        if counts:
            assert (len(certain), len(follow)) == (int(counts[1]), int(counts[2])), what


def test_each_reason_of_a_task_is_told_with_what_comes_before(built: Project) -> None:
    (built.rendered / "stamps" / "solve" / "06.json").unlink()
    said = built.doit("why", "prove:06", "schema:08")
    assert said.output == (
        "prove:06 would run if what it reads changes\n  after render_lean:06, sample:06\nschema:08 is up to date\n"
    )
    edit(built.home / CHUNK, ">= 30", ">= 31")
    assert built.doit("why", "solve:06").output == (
        f"solve:06 would run\n  {CHUNK} has changed\n  rendered/stamps/solve/06.json is missing\n"
        "  after render_mzn:06\n"
    )
    everything = built.doit("why", "06").output
    assert built.doit("why", CHUNK).output == built.doit("why", "chunk:06").output == everything
    assert everything.count(" would run") == 8


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["99"], "there is no chunk 99 in chunks; near it: "),
        (["slove:06"], "nothing is named 'slove:06'; did you mean solve:06?"),
        (["solve:01"], "there is no task solve:01: chunk 01 is documentation"),
    ],
)
def test_what_does_not_exist_is_named(built: Project, words: list[str], message: str) -> None:
    said = built.doit("why", *words)
    assert said.status == 3
    assert said.errors.startswith(f"ERROR: {message}")
    assert said.errors.count("\n") == 1
