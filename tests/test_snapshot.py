"""A build with nothing to do makes no task; what it believes is what the full check would find."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Project, contents, duplicate
from tasks.project import Build
from tasks.snapshot import look
from tasks.stages import stages_of
from tasks.state.database import Database
from tasks.state.record import codec_of
from tasks.state.recorded import recorded_ledger

# A file that changed a moment ago is read again at the next build. Here that is turned off, so that signatures count.
DOIT = """
import sys, tasks.snapshot
tasks.snapshot.YOUNG_NS = 0
from doit.doit_cmd import DoitMain
sys.exit(DoitMain().run(sys.argv[1:]))
"""
FORMULAS = ("x[1] + x[2] >= 30", "x[1] + x[2] >= 31", "x[3] = 5", "x[3] <= 9", "x[4] + x[5] <= 40")


def build(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **project.environment, "PYTHONPATH": str(project.source)}
    command = [sys.executable, "-c", DOIT, *arguments]
    return subprocess.run(command, cwd=project.home, env=environment, capture_output=True, text=True, check=False)


def believed_and_true(project: Project) -> tuple[set[str], set[str]]:
    """The chunks that the snapshot shows to be up to date, and those all of whose stages hold by the full check."""
    command = Build({"chunks": str(project.chunks), "out": str(project.rendered)})
    database = Database(str(command.layout.database), codec_of(command.layout))
    try:
        seen = look(command, database)
    finally:
        database.dump()
        assert database._lock is not None
        os.close(database._lock)
    ledger = recorded_ledger(command.plan)
    plan = command.plan
    ignored = {
        name for name, record in Database(database.name, codec_of(plan.layout)).records().items() if "ignore:" in record
    }
    whole = {
        chunk_id
        for chunk_id in plan.corpus.ids
        if all(ledger.stamp(stage, chunk_id) for stage in stages_of(chunk_id, plan))
        and not any(name.endswith(f":{chunk_id}") for name in ignored)
    }
    return set(seen.fresh) if seen else set(), whole


class Changes:
    """What happens to a project between two builds, each by a method; earlier is a copy of an earlier moment."""

    def __init__(self, project: Project, chance: random.Random, earlier: Path) -> None:
        self.project, self.chance, self.earlier = project, chance, earlier

    def file(self) -> Path:
        found = [p for p in sorted(self.project.rendered.rglob("*")) if p.is_file() and not p.name.startswith(".doit")]
        return self.chance.choice(found) if found else self.source()

    def source(self) -> Path:
        return self.chance.choice(sorted(self.project.chunks.glob("chunk-*.json")))

    def edit_a_chunk(self) -> None:
        number = self.chance.choice(("06", "08", "19"))
        self.project.write(number, *self.chance.sample(FORMULAS, 2))

    def touch_a_source(self) -> None:
        os.utime(self.source())

    def touch_an_output(self) -> None:
        os.utime(self.file())

    def edit_an_output(self) -> None:
        with self.file().open("a") as file:
            file.write("\n")

    def edit_in_place_and_set_the_time_back(self) -> None:
        """Same size, same inode, same time of content."""
        path = self.file()
        status, content = path.stat(), path.read_bytes()
        at = self.chance.randrange(max(1, len(content)))
        with path.open("r+b") as file:
            file.seek(at)
            file.write(b"7" if content[at : at + 1] != b"7" else b"8")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def delete_an_output(self) -> None:
        self.file().unlink()

    def replace_by_a_copy(self) -> None:
        path = self.file()
        copy = path.with_name("copy")
        shutil.copy2(path, copy)
        os.replace(copy, path)

    def replace_by_a_link(self) -> None:
        path = self.file()
        elsewhere = self.project.home / "elsewhere"
        shutil.copy2(path, elsewhere)
        path.unlink()
        path.symlink_to(elsewhere)

    def swap_two_outputs(self) -> None:
        one, other = self.file(), self.file()
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)

    def restore_an_earlier_output(self) -> None:
        path = self.file()
        before = self.earlier / path.relative_to(self.project.home)
        if before.is_file():
            shutil.copy2(before, path)

    def restore_an_earlier_source(self) -> None:
        path = self.source()
        before = self.earlier / path.relative_to(self.project.home)
        if before.is_file():
            shutil.copy2(before, path)

    def restore_the_earlier_database(self) -> None:
        """With the snapshot that belonged to it, or without."""
        names = (".doit.db", ".doit.db.snapshot")[: self.chance.choice((1, 2))]
        for name in names:
            before = self.earlier / "rendered" / name
            if before.is_file():
                shutil.copy2(before, self.project.rendered / name)

    def clone(self) -> None:
        """All times and inodes new."""
        copy = self.project.home.with_name("clone")
        shutil.copytree(self.project.home, copy, symlinks=True, copy_function=duplicate)
        shutil.rmtree(self.project.home)
        copy.rename(self.project.home)

    def change_the_settings(self) -> None:
        pilots = self.chance.choice(('["06"]', '["08"]', "[]"))
        more = self.chance.choice(("", "tract_balance: {limit: 90%}\n", "crosscheck: {samples: 64}\n"))
        text = f'pilots: {pilots}\ndocumentation: ["01"]\ninformal: documentation\n{more}'
        (self.project.chunks / "corpus.yaml").write_text(text)

    def add_or_remove_a_chunk(self) -> None:
        path = self.project.chunks / "chunk-20.constraints.json"
        if path.exists():
            path.unlink()
        else:
            self.project.write("20", self.chance.choice(FORMULAS))

    def forget_a_task(self) -> None:
        build(self.project, "forget", self.chance.choice(("solve:06", "schema:08", "prove:19")))

    def ignore_a_task(self) -> None:
        build(self.project, "ignore", self.chance.choice(("solve:06", "balance:08")))
        if self.chance.random() < 0.7:
            build(self.project, "forget", "-a")

    def remove_the_database(self) -> None:
        (self.project.rendered / ".doit.db").unlink(missing_ok=True)

    def damage_the_snapshot(self) -> None:
        path = self.project.rendered / ".doit.db.snapshot"
        if path.is_file():
            content = bytearray(path.read_bytes())
            content[self.chance.randrange(len(content))] ^= 1
            path.write_bytes(content)

    def build_one_task(self) -> None:
        build(self.project, self.chance.choice(("solve:06", "chunk:08", "schema:19")))


CHANGES = sorted(name for name in vars(Changes) if not name.startswith("_") and name not in ("file", "source"))


def walk(project: Project, seed: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Random changes, and now and then a build: never is more believed than the full check finds, and after a build
    that succeeds no less. Returns how often something was believed after a change.
    """
    monkeypatch.setattr("tasks.snapshot.YOUNG_NS", 0)
    monkeypatch.setattr("tasks.freshness.YOUNG_NS", 10**18)  # the full check reads everything
    monkeypatch.setenv("DUALITY_TOOLCHAIN", str(project.home / "lean-toolchain"))
    chance = random.Random(seed)
    earlier = project.home.with_name("earlier")
    changes = Changes(project, chance, earlier)
    believed_once = 0
    build(project)
    for step in range(steps):
        if step % 10 == 0:
            shutil.rmtree(earlier, ignore_errors=True)
            shutil.copytree(project.home, earlier, symlinks=True, copy_function=duplicate)
        change = chance.choice(CHANGES)
        getattr(changes, change)()
        believed, true = believed_and_true(project)
        assert believed <= true, f"seed {seed}, step {step}: {change}: {sorted(believed - true)} is not up to date"
        believed_once += bool(believed)
        if chance.random() < 0.4:
            finished = build(project)
            assert "Traceback" not in finished.stderr, finished.stderr
            believed, true = believed_and_true(project)
            assert believed <= true, f"seed {seed}, step {step}: after the build"
            if finished.returncode == 0:
                assert believed == true, f"seed {seed}, step {step}: {sorted(true - believed)} is up to date"
    return believed_once


@pytest.mark.parametrize("seed", [1])
def test_no_more_is_believed_than_the_full_check_finds(
    project: Project, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert walk(project, seed, 16, monkeypatch) >= 6


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_no_more_is_believed_over_long_walks(project: Project, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert walk(project, seed, 100, monkeypatch) >= 10


def test_a_changed_byte_is_seen_whatever_the_times_say(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every file of a chunk: same size, inode and time of content. With the byte back, the content tells."""
    monkeypatch.setattr("tasks.snapshot.YOUNG_NS", 0)
    monkeypatch.setenv("DUALITY_TOOLCHAIN", str(project.home / "lean-toolchain"))
    assert build(project).returncode == 0
    files = [path for path in sorted(project.home.rglob("*06*")) if path.is_file() and path.suffix != ".pyc"]
    assert len(files) == 13
    for path in files:
        status, content = path.stat(), path.read_bytes()
        for written, fresh in ((content[:-1] + b" ", {"01", "08", "19"}), (content, {"01", "06", "08", "19"})):
            with path.open("r+b") as file:
                file.write(written)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
            assert believed_and_true(project)[0] == fresh, path


@pytest.mark.parametrize(
    "name", ["summary.json", "lean/Duality.lean", "lean/lakefile.toml", "certificate/Support.lean"]
)
@pytest.mark.parametrize("change", ["edit", "delete"])
def test_a_file_that_belongs_to_no_chunk_is_made_again(built: Project, name: str, change: str) -> None:
    built.doit()
    before = contents(built.rendered)
    path = built.rendered / name
    path.write_text("other\n") if change == "edit" else path.unlink()
    finished = built.doit()
    assert finished.status == 0, finished.text()
    assert contents(built.rendered) == before
    assert "27 up to date" in finished.output or finished.ran == {"render_lean:package"}


def test_a_corpus_yaml_that_cannot_be_read_is_not_taken_for_none(project: Project) -> None:
    settings = project.chunks / "corpus.yaml"
    settings.unlink()
    (project.chunks / "chunk-01.constraints.json").unlink()
    assert project.doit().status == 0
    assert project.doit().ran == set()
    for link in (True, False):
        if link:
            settings.symlink_to("nowhere")
        else:
            settings.mkdir()
        for command in ([], ["why"]):
            finished = project.doit(*command)
            assert (finished.status, finished.output) == (3, "")
            assert "corpus.yaml" in finished.errors
        if link:
            settings.unlink()
        else:
            settings.rmdir()
    assert (project.doit().status, project.doit().ran) == (0, set())


def test_tasks_of_other_chunks_are_not_made(built: Project) -> None:
    """Neither where one is edited, nor where one is asked for."""
    built.doit()
    built.write("06", "x[1] >= 1")
    made = counted(built)["tasks"]
    assert made["chunk"] == {"chunk:06"}, made
    assert counted(built, "solve:08")["tasks"]["solve"] == {"solve:08"}
    assert counted(built, "list", "--all")["tasks"]["solve"] == {"solve:06", "solve:08", "solve:19"}


# What a build does where nothing, or one chunk, is to be done, counted: a time would depend on the machine.
# Each of these costs time at ten thousand chunks.

COUNTING = """
import atexit, collections, json, os, sqlite3, subprocess, sys, time
now = time.time_ns()
time.time_ns = lambda: now  # what the build writes is young to its end, on a slow machine too
counts, opened, tasks, here = collections.Counter(), [], {}, os.getcwd()
def heard(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        opened.append(arguments[0])
    elif event in ("os.listdir", "os.scandir") and isinstance(arguments[0], str):  # not those of the cache
        counts["folders listed"] += not arguments[0].startswith("/") or arguments[0].startswith(here)
    elif event in ("subprocess.Popen", "os.posix_spawn", "os.fork"):
        counts["processes started"] += 1
sys.addaudithook(heard)
def count(function):
    def counting(*given, **more):
        counts["stats"] += str(given[0]).startswith(("rendered/", "chunks/"))  # of all others some are chance
        return function(*given, **more)
    return counting
os.stat, os.lstat = count(os.stat), count(os.lstat)
connect = sqlite3.connect
def connected(*given, **more):
    connection = connect(*given, **more)
    connection.set_trace_callback(lambda statement: counts.update(["statements of SQL"]))
    return connection
sqlite3.connect = connected
import doit.task
made = doit.task.dict_to_task
import doit.loader
def making(given):
    task = made(given)
    tasks.setdefault(task.name.partition(":")[0], []).append(task.name)
    return task
doit.loader.dict_to_task = making
pid = os.getpid()
@atexit.register
def write():
    if os.getpid() == pid:
        loaded = sorted(name for name in sys.modules if name.partition(".")[0] == "tasks")
        with open(os.environ["COUNTS"], "w") as file:
            json.dump({"counts": counts, "opened": opened, "tasks": tasks, "loaded": loaded}, file)
from doit.doit_cmd import DoitMain
sys.exit(DoitMain().run(sys.argv[1:]))
"""


def counted(project: Project, *arguments: str) -> dict[str, Any]:
    """What a run of doit counted: counts, opened (names of files), loaded (modules), tasks (by group)."""
    path = project.home.with_name("counts.json")
    environment = {**os.environ, **project.environment, "PYTHONPATH": str(project.source)}
    command = [sys.executable, "-c", COUNTING, *arguments]
    environment["COUNTS"] = str(path)
    subprocess.run(command, cwd=project.home, env=environment, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(path.read_text())
    found["opened"] = [
        re.sub(r"[0-9a-f]{16}", "...", name)
        for name in found["opened"]
        if name.startswith(("rendered/", "chunks/", "lean-toolchain"))
    ]
    found["tasks"] = {group: {name for name in names if ":" in name} for group, names in found["tasks"].items()}
    return found


LOADED = """
tasks tasks.build tasks.check tasks.check.call tasks.check.engines tasks.check.identity tasks.check.lean_install
tasks.check.lean_library tasks.corpus tasks.corpus.names tasks.digests tasks.errors tasks.files tasks.forks
tasks.freshness tasks.layout tasks.project tasks.reporter tasks.run tasks.screen tasks.screen.plain
tasks.screen.progress tasks.screen.text tasks.snapshot tasks.state tasks.state.closed tasks.state.database
tasks.state.lock tasks.state.output tasks.state.plugin tasks.state.record tasks.state.staleness tasks.state.stopping
tasks.variables
"""


def test_what_a_build_with_nothing_to_do_costs(built: Project, say: Callable[[str], None]) -> None:
    built.doit()
    time.sleep(2.1)  # until files count as old
    built.doit()
    few = counted(built)
    assert few["tasks"] == {"summary": set()}
    assert few["loaded"] == LOADED.split()
    assert few["opened"] == [
        "rendered/.code.json", "rendered/.doit.db.lock", "rendered/.doit.db.snapshot", "chunks/corpus.yaml",
        "lean-toolchain", "rendered/.doit.db",
    ]  # fmt: skip
    for number in range(20, 26):
        built.write(str(number), "x[1] >= 1")
    assert built.doit().status == 0
    time.sleep(2.1)
    built.doit()
    many = counted(built)
    assert many["counts"].pop("stats") - few["counts"].pop("stats") == 6 * 13
    say(f"nothing to do: {few['counts']}, and 13 stats for each chunk")
    assert many["counts"] == few["counts"]
    assert many["opened"] == few["opened"]
    assert "processes started" not in many["counts"]


def test_the_dry_run_of_a_build_with_nothing_to_do_costs_no_more(built: Project) -> None:
    built.doit()
    time.sleep(2.1)
    built.doit()
    build, why = counted(built), counted(built, "why")
    assert why["tasks"] == {}
    assert all(count <= build["counts"][what] for what, count in why["counts"].items()), why["counts"]
    more = {
        "tasks.commands",
        "tasks.commands.chosen",
        "tasks.commands.command",
        "tasks.commands.why",
        "tasks.selection",
    }
    assert set(why["loaded"]) <= {*build["loaded"], *more}
    assert set(why["opened"]) <= set(build["opened"])


def test_what_a_build_of_one_edited_chunk_costs(built: Project) -> None:
    """Nothing that grows with the number of chunks, but for the state of their files and the summary."""
    for number in range(20, 26):
        built.write(str(number), "x[1] >= 1")
    found = []
    for more in ((), ("26", "27", "28")):
        for added in more:
            built.write(added, "x[1] >= 1")
        assert built.doit().status == 0
        time.sleep(2.1)
        built.doit()
        built.write("06", f"x[1] >= {len(more)}")
        time.sleep(2.1)  # until it counts as old: else it is read each time
        found.append(counted(built, "-n", "0"))
    few, many = (one["counts"] for one in found)
    assert many.pop("stats") - few.pop("stats") == 3 * 13
    assert sorted(found[1]["opened"]) == sorted(found[0]["opened"])
    assert many == few
    assert few["processes started"] <= 8


def test_what_a_build_costs_of_which_everything_is_kept(built: Project) -> None:
    """No tool is started, no chunk is parsed, and nothing is loaded that would render, draw or search."""
    before = contents(built.rendered)
    shutil.rmtree(built.rendered)
    found = counted(built, "-n", "0")
    assert found["tasks"]["balance"] == {"balance:06", "balance:08", "balance:19"}
    assert contents(built.rendered) == before
    assert "processes started" not in found["counts"]
    computing = ("specification", "points", "language.parse", "language.evaluate", "render.model", "boxes.search")
    assert not {f"tasks.{name}" for name in computing} & set(found["loaded"])
