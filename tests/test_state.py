"""What a build remembers is kept, checked before it is believed, and worth the same wherever it is taken."""

from __future__ import annotations

import ctypes
import json
import os
import random
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Project, contents, program
from tasks.records.outcomes import Solved
from tasks.records.stamp import read_stamp
from tasks.state.database import Database
from tasks.state.record import RecordCodec
from tasks.state.staleness import ContentChecker

SCHEMAS = {"schema:01", "schema:06", "schema:08", "schema:19", "schema:names"}


def database_of(project: Project) -> Path:
    return project.rendered / ".doit.db"


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def change_a_word(path: Path) -> None:
    before = path.read_bytes()
    at = before.index(b'"version":"') + len(b'"version":"')
    path.write_bytes(before[:at] + b"9" + before[at + 1 :])


def another_program(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE tasks (name TEXT PRIMARY KEY, record TEXT NOT NULL, sha256 TEXT NOT NULL)")
    connection.close()


def another_version(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 1000")
    connection.close()


def a_trigger(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TRIGGER t AFTER INSERT ON tasks BEGIN DELETE FROM tasks; END")
    connection.close()


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "truncated": cut,
    "emptied": lambda path: path.write_bytes(b""),
    "random": lambda path: path.write_bytes(random.Random(1).randbytes(50_000)),
    "doit's JSON": lambda path: path.write_text('{"schema:06": {"_values_:": {}}}'),
    "one word changed": change_a_word,
    "another program's": another_program,
    "another version's": another_version,
    "with a trigger": a_trigger,
    "a folder": a_folder,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_database_that_is_not_as_written_is_set_aside_and_the_build_goes_on(built: Project, damage: str) -> None:
    database = database_of(built)
    DAMAGES[damage](database)
    found = database.read_bytes() if database.is_file() else None
    finished = built.doit("schema")
    kept = database.with_name(".doit.db.unusable-1")
    assert (finished.status, finished.ran) == (0, SCHEMAS)
    assert finished.errors.startswith("WARNING: rendered/.doit.db cannot be used (")
    assert finished.errors.endswith("): it is kept as rendered/.doit.db.unusable-1, and every task runs again\n")
    assert finished.errors.count("\n") == 1
    assert (kept.read_bytes() if kept.is_file() else None) == found
    again = built.doit("schema")
    assert (again.status, again.ran, again.errors) == (0, set(), "")


def test_no_changed_byte_of_the_database_is_believed(built: Project, tmp_path: Path) -> None:
    written = Database(str(database_of(built)), RecordCodec({})).records()
    assert len(written) >= 29
    sound = database_of(built).read_bytes()
    choose = random.Random(8)
    copy = tmp_path / "damaged.db"
    unnoticed = 0
    for _ in range(300):
        at = choose.randrange(len(sound))
        copy.write_bytes(sound[:at] + bytes([sound[at] ^ (1 << choose.randrange(8))]) + sound[at + 1 :])
        believed = Database(str(copy), RecordCodec({})).records()
        assert all(written.get(name) == record for name, record in believed.items())
        unnoticed += believed == written  # free space, which says nothing
    assert unnoticed < 300


def test_a_log_of_another_database_is_not_merged(tmp_path: Path) -> None:
    one, other = (Database(str(tmp_path / name), RecordCodec({})) for name in ("one.db", "other.db"))
    one.own()
    one.set("solve:06", "deps:", [])
    shutil.copy(tmp_path / "one.db-wal", tmp_path / "other.db-wal")
    other.own()
    assert set(one.records()) == {"solve:06"}
    assert other.records() == {}
    for database in (one, other):
        database.dump()


def test_asking_changes_nothing_of_a_damaged_database(built: Project) -> None:
    database_of(built).write_text("no database")
    asked = built.doit("info", "schema:06")
    assert "status     : run" in asked.output
    assert asked.errors == (
        "WARNING: rendered/.doit.db cannot be used (file is not a database); the next build sets it aside\n"
    )
    assert database_of(built).read_text() == "no database"


def test_a_build_that_moved_folder_by_folder_runs_nothing(built: Project, tmp_path: Path) -> None:
    assert built.doit(f"chunks={built.chunks}", f"out={built.rendered}").ran == set()
    clone = program(tmp_path / "clone")
    chunks, out = tmp_path / "some" / "chunks of mine", tmp_path / "other" / "out"
    for found, place in ((built.chunks, chunks), (built.rendered, out)):
        place.parent.mkdir()
        shutil.copytree(found, place)
        shutil.rmtree(found)
        for path in place.rglob("*"):
            os.utime(path, (1, 1))
    finished = Project(clone).doit(f"chunks={chunks}", f"out={out}")
    assert (finished.status, finished.ran) == (0, set()), finished.text()
    assert Project(clone).doit(f"chunks={os.path.relpath(chunks, clone)}", f"out={out}").ran == set()


LIBC = ctypes.CDLL(None)


def unprivileged() -> None:
    """For root, whom modes do not bind; others are so already."""
    for capability in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
        LIBC.prctl(24, capability)  # PR_CAPBSET_DROP


def test_a_folder_within_that_cannot_be_written_is_one_line_a_task(built: Project) -> None:
    built.write("06", "x[1] + x[2] >= 31", "x[3] = 5")
    (built.rendered / "mzn").chmod(0o555)
    finished = built.doit("-n", "2", "render_mzn", first=unprivileged)
    (built.rendered / "mzn").chmod(0o755)
    assert finished.ran == {"schema:06", "render_mzn:06"}
    assert "   rendered/mzn/chunk-06.mzn: Permission denied\n" in finished.output
    assert "Traceback" not in finished.text()
    assert built.doit("render_mzn").ran == {"render_mzn:06"}


def test_a_folder_that_cannot_be_written_is_one_line(built: Project) -> None:
    folders = [built.rendered, *(path for path in built.rendered.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    for path in built.rendered.glob(".doit.db*"):
        path.chmod(0o444)
    try:
        for arguments in ([], ["-n", "2"], ["forget", "schema:06"]):
            finished = built.doit(*arguments, first=unprivileged)
            assert (finished.status, finished.output) == (3, "")
            assert finished.errors == "ERROR: rendered: cannot be written: Permission denied; see out=DIR\n"
        asked = built.doit("list", "--all", "--status", first=unprivileged)
        assert (asked.status, asked.errors) == (0, "")
        assert "U schema:06" in asked.output
    finally:
        for folder in folders:
            folder.chmod(0o755)


@pytest.mark.parametrize("arguments", [[], ["-n", "2"]], ids=["serial", "parallel"])
def test_a_file_that_cannot_grow_ends_the_build_in_one_line(project: Project, arguments: list[str]) -> None:
    def limited() -> None:  # the nearest thing to a full disk that anybody may make
        resource.setrlimit(resource.RLIMIT_FSIZE, (48_000, resource.RLIM_INFINITY))

    finished = project.doit(*arguments, first=limited)
    assert finished.status == 3, finished.text()
    assert "cannot be written" in finished.errors
    assert finished.errors.count("\n") == 1
    assert finished.errors.startswith("ERROR: rendered/")
    assert "Traceback" not in finished.text()
    assert "!!" not in finished.output
    assert project.doit("schema", "render_mzn").status == 0


@pytest.fixture
def own_mounts() -> list[str]:
    """The beginning of a command that may mount file systems for itself."""
    for command in (["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"], ["sudo", "-n", "unshare", "-m"]):
        tried = subprocess.run([*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
        if tried.returncode == 0:
            return command
    pytest.skip("nobody may mount here; a file that cannot grow stands in for the full disk")


@pytest.mark.parametrize("kilobytes", [4, 60, 200])
def test_a_full_disk_ends_the_build_in_one_line_and_room_lets_it_go_on(
    project: Project, own_mounts: list[str], kilobytes: int
) -> None:
    doit = f'"{sys.executable}" -m doit -n 2 schema render_mzn render_lean'
    script = (
        f"mount -t tmpfs -o size={kilobytes}k,mode=755 tmpfs rendered && {doit} >first; echo $? >status;"
        f"mount -o remount,size=50m rendered && {doit} >second"
    )
    finished = subprocess.run(
        [*own_mounts, "sh", "-c", f'export PYTHONPATH="{project.source}"; {script}'],
        cwd=project.home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    assert (project.home / "status").read_text() == "3\n"
    assert "!!" not in (project.home / "first").read_text()
    assert finished.stderr.startswith("ERROR: rendered")
    assert "cannot be" in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_the_commands_of_doit_work_as_with_any_backend(built: Project) -> None:
    assert built.doit("list", "--all", "--status").output.count("U ") >= 25
    assert "up-to-date" in built.doit("info", "solve:06").output
    assert "'deps:': [   '{chunks}/" not in built.doit("dumpdb").output
    assert "solve:06 -> {" in built.doit("dumpdb").output
    assert built.doit("ignore", "solve:06").status == 0
    assert "I solve:06" in built.doit("list", "--all", "--status").output
    built.write("06", "x[1] + x[2] >= 31", "x[3] = 5")
    assert built.doit("solve:06").ran == {"schema:06", "render_mzn:06"}
    assert "processed solve:06" in built.doit("reset-dep", "solve:06").output
    assert "I solve:06" in built.doit("list", "--all", "--status").output
    assert built.doit("forget", "solve:06").status == 0
    assert built.doit("solve:06").ran == {"solve:06"}
    built.write("06", "x[1] + x[2] >= 31", "x[3] = 6")
    assert "processed schema:06" in built.doit("reset-dep", "schema:06").output
    assert built.doit("schema:06").ran == {"schema:06"}
    assert built.doit("clean", "--forget", "solve:06").status == 0
    assert "R solve:06" in built.doit("list", "--all", "--status").output
    assert built.doit("forget", "--all").status == 0
    assert built.doit("schema").ran == SCHEMAS


def test_a_target_replaced_by_a_link_is_made_again_even_if_it_reads_the_same(built: Project, tmp_path: Path) -> None:
    target = built.rendered / "mzn" / "chunk-06.mzn"
    kept = shutil.copy(target, tmp_path / "kept")
    target.unlink()
    target.symlink_to(kept)
    assert built.doit("render_mzn").ran == {"render_mzn:06"}
    assert stat.S_ISREG(target.lstat().st_mode)
    (tmp_path / "hard").hardlink_to(target)
    assert built.doit("render_mzn").ran == set()


def test_a_target_of_the_same_size_and_mtime_but_other_content_is_made_again(built: Project) -> None:
    target = built.rendered / "stamps" / "solve" / "06.json"
    text, before = target.read_text(), target.stat()
    target.write_text(text.replace("65", "56"))
    os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert target.stat().st_size == before.st_size
    assert "solve:06" in built.doit().ran
    assert target.read_text() == text


def test_a_file_that_changes_within_one_tick_of_the_clock_is_seen(tmp_path: Path) -> None:
    path, checker = tmp_path / "file", ContentChecker()
    path.write_text("0")
    for number in range(300):
        before = path.stat()
        state = checker.get_state(str(path), None)
        with open(path, "r+") as file:
            file.write(str((number + 1) % 10))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert state is not None
        assert checker.check_modified(str(path), path.stat(), state)


def test_a_target_edited_before_the_build_came_to_look_is_made_again(built: Project) -> None:
    perform = built.own_package() / "stages" / "perform.py"
    edit = "        with open(written[0], 'a') as file:\n            file.write('% edited')\n"
    written = "            write_whole(path, text)\n"
    assert perform.read_text().count(written) == 1
    perform.write_text(perform.read_text().replace(written, written + edit))
    assert "render_mzn:06" in built.doit("render_mzn").ran
    assert "render_mzn:06" in built.doit("render_mzn").ran


WHILE_IT_RUNS = """
    path, edit = context.path("source"), Path("edit")
    if edit.exists():
        text = path.read_text()
        edit.unlink()
        path.write_text(text.replace("30", "31"))
        if Path("restore").exists():
            path.write_text(text)
"""


@pytest.mark.parametrize("restore", [False, True])
def test_a_file_that_is_edited_while_its_task_runs_counts_as_it_was_read(built: Project, restore: bool) -> None:
    stage = built.own_package() / "stages" / "solve.py"
    code = stage.read_text().replace("    return Result(", f"{WHILE_IT_RUNS}    return Result(")
    stage.write_text(code.replace("from .stage", "from pathlib import Path\n\nfrom .stage"))
    (built.home / "edit").touch()
    if restore:
        (built.home / "restore").touch()
    assert "solve:06" in built.doit("-n", "1", "solve:06").ran
    assert not (built.home / "edit").exists()
    assert built.stamp("solve", "06")["outcome"]["witness"][1] == 30
    assert built.doit("solve:06").ran == (set() if restore else {"schema:06", "render_mzn:06", "solve:06"})
    assert built.stamp("solve", "06")["outcome"]["witness"][1] == (30 if restore else 31)


@pytest.mark.parametrize("key", ["chunk", "stage", "status", "outcome", "format", "more"])
def test_a_stamp_of_another_chunk_stage_or_format_is_not_valid(built: Project, key: str) -> None:
    path = built.rendered / "stamps" / "solve" / "06.json"
    stamp = json.loads(path.read_text())
    found = read_stamp(path, Solved)
    assert found is not None
    assert found.outcome == Solved((0, 30, 5, 0, 0, 0, 0, 65))
    stamp[key] = "08"
    path.write_text(json.dumps(stamp))
    assert read_stamp(path, Solved) is None


def test_a_stamp_copied_from_another_chunk_is_made_again(built: Project) -> None:
    before = contents(built.rendered)
    stamps = built.rendered / "stamps" / "solve"
    shutil.copy(stamps / "08.json", stamps / "06.json")
    assert "solve:06" in built.doit().ran
    assert contents(built.rendered) == before


def test_a_failure_does_not_count_an_edited_stamp_of_another_chunk_as_passed(built: Project) -> None:
    stamp = built.rendered / "stamps" / "prove" / "08.json"
    stamp.write_text(stamp.read_text().replace("4.", "5."))
    built.write("19", "x[8] in P")
    built.write("06", "x[1] + x[2] >= 29", "x[1] + x[2] <= 20")
    assert built.doit("solve:06").status != 0
    rows = {row["id"]: row["stages"] for row in built.summary()["chunks"]}
    assert rows["08"]["solve"] == "passed"
    assert rows["08"]["prove"] == rows["19"]["schema"] == rows["19"]["solve"] == "not_run"
    assert rows["06"]["solve"] == "failed"


def test_a_crash_of_our_own_leaves_no_target(built: Project) -> None:
    stage = built.own_package() / "stages" / "render_mzn.py"
    stage.write_text(stage.read_text().replace("    text = render(", "    raise KeyError(1)\n    text = render("))
    assert built.doit("-r", "console", "render_mzn:06").status != 0
    assert not (built.rendered / "mzn" / "chunk-06.mzn").exists()
    assert not (built.rendered / "stamps" / "render_mzn" / "06.json").exists()
