"""What a stage found is kept by all that it is given: the same is not found out twice, and nothing else is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from conftest import contents
from samples import make_chunk
from staged import CODE, Staged
from tasks.check.ask import identify
from tasks.digests import Code
from tasks.plan import Plan
from tasks.records.codec import decode, encode
from tasks.records.outcomes import Kinds, Solved, Understood
from tasks.records.stamp import Engine
from tasks.stages import BY_NAME, PIPELINE
from tasks.stages.perform import Made, perform
from tasks.stages.stage import Context, Result, Stage

CHUNK = make_chunk({"c0": "x[1] >= 3", "c1": "x[2] + x[3] <= 40"})
SETTINGS = "crosscheck: {samples: 16}\n"


@dataclass
class Kept:
    """A memory, and what was recalled from it."""

    known: dict[tuple[str, str, str], str] = field(default_factory=dict)
    found: int = 0

    def recall(self, name: str, code: str, text: str) -> str:
        self.found += (name, code, text) in self.known
        return self.known.get((name, code, text), "")

    def remember(self, name: str, code: str, text: str, output: str) -> None:
        self.known[name, code, text] = output


class Ran(Exception):
    """A stage was run."""


def refuse(context: Context) -> Result[Any]:
    raise Ran(context.stage.name)


def engines(plan: Plan) -> dict[str, Engine]:
    return {engine: identify(plan, engine)["engine"] for engine in ("minizinc", "lean")}


def build(staged: Staged, memory: Kept, change: Callable[[Stage], Stage] = lambda stage: stage) -> list[dict[str, Any]]:
    """The records of all stages."""
    known = engines(staged.plan)
    return [perform(change(stage), staged.plan, staged.chunk.id, known, CODE, memory) for stage in PIPELINE]


@pytest.fixture(scope="module")
def built_stages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Staged, Kept, list[dict[str, Any]]]:
    staged, memory = Staged(tmp_path_factory.mktemp("once"), CHUNK, SETTINGS), Kept()
    return staged, memory, build(staged, memory)


Built = tuple[Staged, Kept, list[dict[str, Any]]]


def test_what_is_kept_leaves_what_the_stage_left(built_stages: Built, tmp_path: Path) -> None:
    staged, memory, records = built_stages
    assert len(memory.known) == len(PIPELINE)
    again = Staged(tmp_path, CHUNK, SETTINGS)
    found = build(again, memory, lambda stage: replace(stage, run=refuse))
    assert contents(again.folder / "out") == contents(staged.folder / "out")
    assert found == json.loads(json.dumps(records).replace(str(staged.folder), str(tmp_path)))


def is_kept(
    staged: Staged, memory: Kept, stage: str, given: dict[str, Engine] | None = None, code: Code = CODE
) -> bool:
    """Whether the stage need not be run."""
    asked = replace(BY_NAME[stage], run=refuse)
    try:
        perform(asked, staged.plan, CHUNK.id, given or engines(staged.plan), code, memory)
    except Ran:
        return False
    return True


@pytest.fixture
def staged(built_stages: Built, tmp_path: Path) -> Staged:
    """A chunk that is built, from what is kept of the same one."""
    again = Staged(tmp_path, CHUNK, SETTINGS)
    build(again, built_stages[1])
    return again


class Edited(Code):
    def digest(self, *modules: str) -> str:
        return "another version of it"


def test_other_code_and_another_tool_are_not_answered(built_stages: Built, staged: Staged) -> None:
    def kept(**more: Any) -> list[str]:
        found = []
        for stage in PIPELINE:
            build(staged, built_stages[1])
            found += [stage.name] * is_kept(staged, built_stages[1], stage.name, **more)
        return found

    assert kept() == [stage.name for stage in PIPELINE]
    assert kept(code=Edited()) == []
    known = engines(staged.plan)
    another = known | {"minizinc": {**known["minizinc"], "identity": "another"}}
    assert kept(given=another) == ["schema", "render_mzn", "render_lean", "sample", "prove"]
    unknown = known | {"lean": {**known["lean"], "identity": ""}}
    assert kept(given=unknown) == ["schema", "render_mzn", "solve", "render_lean", "sample", "balance"]


def test_another_setting_is_not_answered(built_stages: Built, staged: Staged) -> None:
    staged.plan = Staged(staged.folder, CHUNK, "crosscheck: {samples: 17}\n").plan
    assert is_kept(staged, built_stages[1], "render_lean")
    assert not is_kept(staged, built_stages[1], "sample")


def test_limits_have_no_part_in_what_is_kept(built_stages: Built, staged: Staged) -> None:
    staged.plan = Staged(staged.folder, CHUNK, f"{SETTINGS}limits: {{solve_seconds: 7, memory_mb: 3000}}\n").plan
    assert all(is_kept(staged, built_stages[1], stage.name) for stage in PIPELINE)


@pytest.mark.parametrize(
    ("stage", "file"),
    [
        ("schema", "source"),
        ("solve", "model"),
        ("prove", "certificate"),
        ("prove", "balance"),
        ("crosscheck", "module"),
    ],
)
def test_a_file_with_another_content_is_not_answered(
    built_stages: Built, staged: Staged, stage: str, file: str
) -> None:
    with staged.path(file).open("a", encoding="utf-8") as opened:
        opened.write("\n")
    for other in PIPELINE:
        if file in other.writes:  # whose stamp would show the change by itself
            staged.path(f"stamp of {other.name}").unlink()
    assert not is_kept(staged, built_stages[1], stage)


def test_another_outcome_of_an_earlier_stage_is_not_answered(built_stages: Built, staged: Staged) -> None:
    staged.put_witness([9, 9, 9, 9, 16, 16, 16, 16])
    assert not is_kept(staged, built_stages[1], "sample")


@pytest.mark.parametrize("damage", ["", "{", "{}", "another stage", "no files"])
def test_what_is_kept_in_another_form_is_not_believed(built_stages: Built, staged: Staged, damage: str) -> None:
    texts = {name: text for (name, _, _), text in built_stages[1].known.items()}
    if damage == "another stage":
        damage = texts["render_lean"]
    elif damage == "no files":
        damage = encode(replace(decode(Made, texts["render_mzn"]), texts={}))
    assert not is_kept(staged, Kept(dict.fromkeys(built_stages[1].known, damage)), "render_mzn")


def run(context: Context) -> Result[Understood]:
    return Result(Understood(Kinds()))


def say(context: Context) -> Result[Understood]:
    print("something")
    return run(context)


@pytest.mark.parametrize(
    ("run", "count"),
    [
        (run, 1),
        (say, 0),
        (lambda context: replace(run(context), warned=True), 0),
        (lambda context: replace(run(context), limited=True), 0),
    ],
    ids=["passed", "said something", "warned", "limited"],
)
def test_only_what_passed_without_a_word_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], run: Callable[[Context], Result[Understood]], count: int
) -> None:
    staged, memory = Staged(tmp_path, CHUNK), Kept()
    perform(replace(BY_NAME["schema"], run=run), staged.plan, CHUNK.id, {}, CODE, memory)
    assert len(memory.known) == count
    assert capsys.readouterr().out == "something\n" * (run is say)


def test_what_a_failure_left_goes_with_a_kept_result_too(built_stages: Built, staged: Staged) -> None:
    left = staged.path("refutation")
    left.write_text("that there is no valid point")
    assert is_kept(staged, built_stages[1], "solve")
    assert not left.exists()


def test_nothing_is_kept_of_a_tool_that_nobody_identified(staged: Staged) -> None:
    memory = Kept()
    found = replace(BY_NAME["solve"], run=lambda context: Result(Solved((1,) * 8)))
    for identity in ("", "known"):
        engine = {"name": "minizinc", "version": "0", "identity": identity}
        perform(found, staged.plan, CHUNK.id, {"minizinc": engine}, CODE, memory)
        assert len(memory.known) == (identity == "known")
