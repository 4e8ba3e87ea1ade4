"""A file that changes while a build runs never gets a stamp, or a summary, for content that was not judged."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import Project, contents
from samples import make_chunk, write_chunk
from staged import Staged
from tasks import freshness
from tasks.digests import PACKAGE
from tasks.errors import RecordError
from tasks.jobs import write_package
from tasks.plan import make_plan
from tasks.stages import BY_NAME, PIPELINE, earlier
from tasks.state.recorded import recorded_ledger

CONSTRAINTS, OTHERS = ({"c1": "x[1] + x[2] >= 30", "c2": f"x[3] = {number}"} for number in (5, 6))


@pytest.fixture(scope="module")
def staged_once(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """A chunk of CONSTRAINTS with the results of every stage; not to be changed."""
    staged = Staged(tmp_path_factory.mktemp("staged"), make_chunk(CONSTRAINTS), "crosscheck: {samples: 16}\n")
    staged.run(*(stage.name for stage in PIPELINE))
    return staged


# By stage: a file that it reads, and one of the stages that read or wrote it before.
READ = [
    ("source", "render_mzn", "schema"), ("source", "solve", "render_mzn"), ("model", "solve", "render_mzn"),
    ("source", "render_lean", "solve"), ("source", "sample", "solve"), ("certificate", "prove", "render_lean"),
    ("source", "crosscheck", "render_mzn"), ("model", "crosscheck", "render_mzn"),
    ("certificate", "crosscheck", "render_lean"), ("source", "balance", "render_mzn"),
    ("model", "balance", "render_mzn"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "stage", "before"), READ)
def test_a_stage_refuses_a_file_that_earlier_stages_saw_otherwise(
    staged_once: Staged, tmp_path: Path, file: str, stage: str, before: str
) -> None:
    folder = shutil.copytree(staged_once.folder, tmp_path / "staged")
    staged = Staged(folder, staged_once.chunk, "crosscheck: {samples: 16}\n")
    if file == "source":
        write_chunk(folder / "chunks", make_chunk(OTHERS))
    else:
        path = staged.path(file)
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(RecordError, match=f": it changed between {before}:42 and {stage}:42: build again"):
        staged.run(stage)
    assert not staged.path(f"stamp of {stage}").exists()


def test_every_stage_is_held_to_all_that_come_before_it(staged_once: Staged) -> None:
    covered = {(stage, before) for _, stage, before in READ}
    assert {stage.name for stage in PIPELINE if earlier(stage, staged_once.plan)} == {stage for stage, _ in covered}


def test_stages_that_saw_different_contents_of_a_file_are_not_mixed(staged_once: Staged, tmp_path: Path) -> None:
    """Though the stage itself does not read that file."""
    folder = shutil.copytree(staged_once.folder, tmp_path / "staged")
    staged = Staged(folder, staged_once.chunk, "crosscheck: {samples: 16}\n")
    path = staged.path("stamp of sample")
    stamp = json.loads(path.read_text(encoding="utf-8"))
    stamp["inputs"]["chunks/chunk-42.constraints.json"] = "0" * 64
    path.write_text(json.dumps(stamp), encoding="utf-8")
    with pytest.raises(RecordError, match="it changed between render_lean:42 and sample:42: build again"):
        staged.run("prove")


def while_it_runs(project: Project, stage: str, before: str, after: str = "None") -> Path:
    """Has a stage of chunk 06 execute something before and after its work; returns its module."""
    module = project.own_package() / "stages" / f"{stage}.py"
    text = module.read_text()
    head, run, rest = text.partition("def run(")
    wrapper = f"""
def run(context):
    from pathlib import Path

    chunk = Path("chunks/chunk-06.constraints.json")
    settings = Path("chunks/corpus.yaml")
    if context.chunk_id != "06":
        return run_itself(context)
    {before}
    try:
        return run_itself(context)
    finally:
        {after}


STAGE = Stage("""
    module.write_text(head + "def run_itself(" + rest.replace("\nSTAGE = Stage(", wrapper))
    assert run
    return module


FIVE_TO_SIX = 'chunk.write_text(chunk.read_text().replace("= 5", "= 6"))'
SIX_TO_FIVE = 'chunk.write_text(chunk.read_text().replace("= 6", "= 5"))'


def test_a_chunk_that_is_edited_for_one_stage_and_back_gets_no_stamp_of_a_mixture(project: Project) -> None:
    module = project.own_package() / "stages" / "render_mzn.py"
    text = module.read_text()
    while_it_runs(project, "schema", "None", FIVE_TO_SIX)
    while_it_runs(project, "render_mzn", "None", SIX_TO_FIVE)
    finished = project.doit()
    assert finished.status == 2
    assert (
        "!! render_mzn:06 failed\n   chunks/chunk-06.constraints.json: it changed between schema:06 and render_mzn:06: "
        "build again\n"
    ) in finished.output
    assert project.summary()["failures"].keys() == {"render_mzn:06"}
    assert not list(project.rendered.glob("stamps/[!s]*/06.json"))
    module.write_text(text)
    module.with_name("schema.py").write_text((PACKAGE / "stages" / "schema.py").read_text())
    assert project.doit().status == 0


def test_what_is_edited_after_its_last_stage_has_read_it_has_not_passed(project: Project) -> None:
    while_it_runs(project, "balance", "None", FIVE_TO_SIX)  # the last
    finished = project.doit("-n", "1")
    assert finished.status == 1
    assert project.summary()["status"] == "incomplete"
    assert project.summary()["stages"]["balance"] == {"passed": 2, "warned": 0, "failed": 0, "not_run": 1}


def test_a_corpus_that_is_another_at_the_end_has_not_passed(project: Project, built_once: Project) -> None:
    settings = project.chunks / "corpus.yaml"
    before = settings.read_text()
    while_it_runs(project, "balance", 'settings.write_text(settings.read_text() + "tract_balance: {limit: 3}\\n")')
    finished = project.doit()
    assert finished.status == 1, finished.text()
    assert project.summary()["status"] == "incomplete"
    note = "note          chunks: corpus.yaml, or which chunks there are, changed during the build: build again"
    assert note in finished.output
    settings.write_text(before)
    again = project.doit()
    assert (again.status, again.ran) == (0, set())
    assert contents(project.rendered) == contents(built_once.rendered)


def test_any_change_of_settings_or_of_which_chunks_there_are_makes_a_plan_outdated(project: Project) -> None:
    plan = make_plan({"chunks": str(project.chunks), "out": str(project.rendered)})
    settings = project.chunks / "corpus.yaml"
    text = settings.read_text()
    more = project.chunks / "chunk-07.constraints.json"
    changes: list[tuple[Callable[[], object], Callable[[], object]]] = [
        (lambda: settings.write_text(text + "crosscheck: {samples: 3}\n"), lambda: settings.write_text(text)),
        (lambda: settings.write_text(text + "["), lambda: settings.write_text(text)),
        (settings.unlink, lambda: settings.write_text(text)),
        (more.touch, more.unlink),
    ]
    for change, undo in changes:
        assert not plan.is_outdated()
        change()
        assert plan.is_outdated()
        undo()


def test_all_stages_are_held_to_one_content_of_a_file(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a file that changes to and fro meanwhile is not a different one for each of them."""
    monkeypatch.chdir(built.home)
    looked: list[str] = []
    digest_of = freshness.digest_of

    def look(path: str, *how: Callable[[str], os.stat_result]) -> str | None:
        looked.extend([path] * (not how))  # what a stage wrote is looked at otherwise
        return digest_of(path, *how)

    monkeypatch.setattr(freshness, "digest_of", look)
    assert recorded_ledger(make_plan({})).summarise({}).status == "passed"
    assert len([path for path in looked if path.endswith("chunk-06.constraints.json")]) == 1
    assert len(looked) == len(set(looked))


def test_a_stamp_that_is_replaced_between_two_looks_tells_the_summary_nothing(
    built: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built.home)
    stamp = Path("rendered/stamps/solve/06.json")
    other = json.loads(stamp.read_text(encoding="utf-8"))
    other["outcome"]["witness"].reverse()
    reasons = freshness.reasons

    def replace_it(*given: Any) -> list[str]:
        found = reasons(*given)
        stamp.write_text(json.dumps(other), encoding="utf-8")
        return found

    ledger = recorded_ledger(make_plan({}))
    assert ledger.stamp(BY_NAME["render_mzn"], "06")
    assert not ledger.reasons(BY_NAME["solve"], "06")
    monkeypatch.setattr(freshness, "reasons", replace_it)
    assert ledger.stamp(BY_NAME["solve"], "06") is None


def test_the_toolchain_s_file_is_read_once_in_a_build(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "lean-toolchain"
    file.write_text("one")
    plan = make_plan({"chunks": str(project.chunks), "out": str(tmp_path / "out")})
    plan = replace(plan, toolchain=file)
    assert write_package.JOB.settings(plan) == {"toolchain": "one"}
    file.write_text("other")
    write_package.run(plan)
    assert (plan.layout.lean / "lean-toolchain").read_text() == "one"
