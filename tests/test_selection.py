"""What the words of a command line name, and what is said of a word that names nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Finished, Project
from tasks.errors import UsageError
from tasks.naming import commands
from tasks.project import Build
from tasks.selection import chunks_named, id_of, nearest_ids, task_named, unknown
from tasks.stages import PIPELINE

MORE = "(`doit list` shows the tasks, `doit help` the commands)"
PLACE = {stage.name: position for position, stage in enumerate(PIPELINE)}


@pytest.fixture
def build(built_once: Project) -> Build:
    return Build({"chunks": str(built_once.chunks), "out": str(built_once.rendered)})


@pytest.mark.parametrize("word", ["06", "chunk:06", "FOLDER/chunk-06.constraints.json", "chunk-06.constraints.json"])
def test_a_chunk_is_named_by_its_id_or_its_file(build: Build, word: str) -> None:
    word = word.replace("FOLDER", str(build.layout.chunks))
    assert id_of(word, build) == "06"
    assert task_named(word, build) == "chunk:06"
    assert chunks_named([word, "19"], build) == ["06", "19"]


def test_a_file_is_found_through_a_link_to_its_folder(build: Build, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(build.layout.chunks)
    assert id_of(str(tmp_path / "link" / "chunk-06.constraints.json"), build) == "06"
    assert id_of(str(tmp_path / "chunk-06.constraints.json"), build) is None


@pytest.mark.parametrize("word", ["solve:06", "summary", "63", "6", "chunk", "rendered/mzn/chunk-06.mzn", "060", "-x"])
def test_another_word_stays_what_it_is(build: Build, word: str) -> None:
    assert task_named(word, build) == word


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("6", "there is no chunk 6 in CHUNKS; did you mean 06?"),
        ("chunk:9", "there is no chunk 9 in CHUNKS; near it: 01, 06 and 08"),
        ("solve:06", "no chunk is named 'solve:06'; write its id: 06"),
        ("a\x1b[2Jb", r"no chunk is named 'a\x1b[2Jb'; write its id: 06"),
    ],
)
def test_a_chunk_that_is_not_there_is_told_with_those_that_are_near(build: Build, word: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        chunks_named([word], build)
    assert str(caught.value) == message.replace("CHUNKS", str(build.layout.chunks))


def test_the_nearest_ids_are_those_of_the_nearest_numbers() -> None:
    ids = [f"{number:02}" for number in range(1, 200)]
    assert nearest_ids("63", ids) == ["63"]
    assert nearest_ids("0063", ids) == ["63"]
    assert nearest_ids("900", ids) == ["197", "198", "199"]
    assert nearest_ids("9" * 10_000, ids) == ["197", "198", "199"]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("7", "there is no chunk 7 in CHUNKS; near it: 01, 06 and 08"),
        ("solve:09", "there is no chunk 09 in CHUNKS; near it: 01, 06 and 08"),
        ("solve:01",
         "there is no task solve:01: chunk 01 is documentation; `doit list --all solve` shows what there is"),
        ("sumary", f"nothing is named 'sumary'; did you mean summary? {MORE}"),
        ("solve-06", f"nothing is named 'solve-06'; did you mean solve? {MORE}"),
        ("lst", f"nothing is named 'lst'; did you mean the command `doit list`? {MORE}"),
        ("elsewhere/chunk-06.constraints.json",
         "'elsewhere/chunk-06.constraints.json' is no file of CHUNKS; see chunks=DIR"),
        ("qqq", f"nothing is named 'qqq': it is no command, task, chunk or file that a task writes {MORE}"),
        ("--all", "'--all' comes after a name; options stand before names: `doit list --all chunk`"),
        ("a\x1b[2J", rf"nothing is named 'a\x1b[2J': it is no command, task, chunk or file that a task writes {MORE}"),
    ],
)  # fmt: skip
def test_a_word_that_names_nothing_is_told_with_what_is_near(build: Build, word: str, message: str) -> None:
    tasks = [*PLACE, *(f"{stage}:06" for stage in PLACE), "chunk", "summary", "_lean"]
    assert unknown(word, build, tasks, commands()) == message.replace("CHUNKS", str(build.layout.chunks))


@pytest.mark.parametrize("command", ["", "info", "list", "help", "clean", "forget"])
def test_every_command_tells_it_in_one_line(built_once: Project, command: str) -> None:
    finished = built_once.doit(*command.split(), "solv:06")
    assert (finished.status, finished.output) == (3, "")
    assert finished.errors == f"ERROR: nothing is named 'solv:06'; did you mean solve:06? {MORE}\n"


def test_a_build_of_a_chunk_may_name_its_id_or_its_file(built: Project) -> None:
    assert built.doit("06", "chunks/chunk-08.constraints.json").status == 0
    built.write("06", "x[1] + x[2] >= 31", "x[3] = 5")
    built.write("08", "forall(i in 1..8)(x[i] >= 2)")
    finished = built.doit("chunks/chunk-06.constraints.json")
    assert {"schema:06", "solve:06", "prove:06"} <= finished.ran
    assert not [task for task in finished.ran if task.endswith(":08")]


def test_a_chunk_is_cleaned_forgotten_and_ignored_with_all_its_tasks(built: Project) -> None:
    stages = {"schema", "render_mzn", "solve", "render_lean", "sample", "prove", "crosscheck", "balance"}
    tasks = {f"{stage}:08" for stage in stages}
    assert built.doit("forget", "08").output.split() == [
        word for task in sorted(tasks, key=lambda t: PLACE[t[:-3]]) for word in ("forgetting", task)
    ]
    assert built.doit("08").ran == tasks
    assert built.doit("clean", "chunks/chunk-08.constraints.json").status == 0
    left = {path.relative_to(built.rendered).as_posix() for path in built.rendered.rglob("*08*")}
    assert left == set()
    assert (built.rendered / "mzn" / "chunk-06.mzn").is_file()
    assert built.doit("ignore", "08").status == 0
    assert not built.doit("08").ran


@pytest.fixture(scope="module")
def listed(small_build: Path) -> Finished:
    return Project(small_build / "project").doit("list", "--all")


def test_the_list_shows_the_titles_of_chunks(listed: Finished) -> None:
    lines = dict(line.split(None, 1) for line in listed.output.splitlines())
    assert lines["chunk:06"] == lines["solve:06"] == "Chunk 06"
    assert lines["solve"].startswith("find each chunk's witness")


def test_a_chunk_that_cannot_be_read_is_listed_without_a_title(project: Project) -> None:
    (project.chunks / "chunk-08.constraints.json").write_text("{")
    project.write("06", "x[1] > 1", title="A\u202e title\nof two lines")
    lines = dict(line.split(None, 1) for line in project.doit("list", "--all", "chunk").output.splitlines())
    assert lines["chunk:08"] == "everything for chunk 08"
    assert lines["chunk:06"] == r"A\u202e title\nof two lines"


def test_help_explains_a_task(built_once: Project) -> None:
    stage, chunk, job = (built_once.doit("help", name).output for name in ("solve", "06", "primes"))
    for line in (
        "solve  find each chunk's witness with MiniZinc, or the constraints that conflict",
        "  question     is there a point that meets every constraint? which?",
        "  reads        chunks/chunk-NN.constraints.json, rendered/mzn/chunk-NN.mzn",
        "  writes       rendered/stamps/solve/NN.json",
        "  waits for    render_mzn:NN",
        "  asks         minizinc",
        "  run it       doit solve",
        "  of a chunk   doit solve:06",
    ):
        assert line in stage.splitlines()
    assert chunk.startswith("chunk:06  everything for chunk 06: Chunk 06\n")
    assert "  run it       doit chunk:06\n" in chunk
    assert "  variable     write=no|yes  yes assigns the Monster primes instead of checking them\n" in job
