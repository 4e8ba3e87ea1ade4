"""A build that is stopped, by whatever, loses nothing that had finished and leaves nothing running."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from conftest import REPOSITORY, Project, contents, program

MARK = "LC_DUALITY_TEST_BUILD"  # of the few variables that a tool is given, see clean_environment


def finished_tasks(project: Project) -> set[str]:
    """The tasks that the database holds, read from a copy, so that it stays as the build left it."""
    with tempfile.TemporaryDirectory() as folder:
        for path in project.rendered.glob(".doit.db*"):
            if path.is_file():
                shutil.copy(path, folder)
        copy = Path(folder) / ".doit.db"
        if not copy.exists():
            return set()
        connection = sqlite3.connect(copy)
        try:
            return {name for (name,) in connection.execute("SELECT name FROM tasks")}
        finally:
            connection.close()


def performed(project: Project, after: int = 0) -> list[str]:
    """The tasks that came to their end, passed or failed, from the journal's line number after on."""
    journal = project.rendered / "journal.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    return [json.loads(line)["task"] for line in lines[after:]]


def marked(mark: str) -> set[int]:
    """The living processes that have mark in their environment."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(errors="replace")
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes() and stat.rpartition(")")[2][1] != "Z":
                found.add(int(folder.name))
        except OSError:
            continue
    return found


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


# As doit's own main, with another way of starting workers, such as that of Python 3.14.
STARTED_BY = (
    "import sys, multiprocessing; multiprocessing.set_start_method({!r}); "
    "from doit.doit_cmd import DoitMain; sys.exit(DoitMain().run(sys.argv[1:]))"
)


@contextmanager
def running(project: Project, *arguments: str, method: str = "") -> Iterator[subprocess.Popen[str]]:
    """A build in a process group of its own; in the end none of its processes lives."""
    environment = {
        **os.environ, "PYTHONPATH": str(project.source), **project.environment, MARK: str(project.home),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, *(["-c", STARTED_BY.format(method)] if method else ["-m", "doit"]), *arguments, "cache=off"],
        cwd=project.home, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
        wait_until(lambda: not marked(str(project.home)), 60.0)
    finally:
        for pid in marked(str(project.home)):
            os.kill(pid, signal.SIGKILL)
        process.communicate()


def kill_again_and_again(project: Project, times: int, lines: int) -> dict[str, int]:
    """Builds with -n 2, killing the build times times, at moments that are spread over its lines of the journal."""
    choose = random.Random(times)
    lost = 0
    for remaining in range(times, 0, -1):
        before, start = finished_tasks(project), len(performed(project))
        wanted = start + choose.randrange(0, 2 * max(1, (lines - start) // (remaining + 1)))
        with running(project, "-n", "2") as build:

            def far_enough(least: int = wanted, build: subprocess.Popen[str] = build) -> bool:
                return len(performed(project)) >= least or build.poll() is not None

            wait_until(far_enough)
            time.sleep(choose.uniform(0.0, 0.4 if wanted == start else 0.05))
            assert build.poll() is None, f"the build came to its end with {remaining} kills left"
            os.killpg(build.pid, signal.SIGKILL)
        ran = performed(project, start)
        assert not before & set(ran), "a task that had finished ran again"
        assert len(ran) == len(set(ran))
        unsaved = set(performed(project)) - finished_tasks(project)
        assert len(unsaved) <= 2, f"finished, and forgotten: {unsaved}"
        lost += len(unsaved)
    before, start = finished_tasks(project), len(performed(project))
    finished = project.doit("-n", "2")
    assert finished.status == 0, finished.text()
    assert "WARNING" not in finished.text()
    assert not before & set(performed(project, start))
    assert set(performed(project)) <= finished_tasks(project)
    assert project.doit().ran == set()
    return {"kills": times, "tasks": len(set(performed(project))), "run twice": lost}


def test_a_build_killed_again_and_again_runs_only_what_had_not_finished(project: Project, built_once: Project) -> None:
    kill_again_and_again(project, 4, len(performed(built_once)))
    assert contents(project.rendered) == contents(built_once.rendered)


def test_a_build_killed_while_it_writes_a_file_leaves_nothing_beside_it(built: Project) -> None:
    before, target = contents(built.rendered), built.rendered / "mzn" / "chunk-06.mzn"
    target.unlink()
    writing = built.own_package() / "files.py"
    text = writing.read_text()
    slow = text.replace(
        "        os.replace(", "        path.suffix != '.mzn' or __import__('time').sleep(300)\n        os.replace("
    )
    assert slow != text
    writing.write_text(slow)
    with running(built) as build:
        wait_until(lambda: list(target.parent.glob(".*")))
        os.killpg(build.pid, signal.SIGKILL)
    writing.write_text(text)
    assert built.doit().status == 0
    assert contents(built.rendered) == before


@pytest.mark.slow
def test_the_corpus_killed_fifty_times_comes_out_as_if_nobody_had(tmp_path: Path) -> None:
    undisturbed, killed = (Project(program(tmp_path / name)) for name in ("undisturbed", "killed"))
    for project in (undisturbed, killed):
        shutil.copytree(REPOSITORY / "chunks", project.chunks)
    assert undisturbed.doit("-n", "2").status == 0
    print(kill_again_and_again(killed, 50, len(performed(undisturbed))))
    assert contents(killed.rendered) == contents(undisturbed.rendered)


@pytest.fixture
def hanging(project: Project, stub: Callable[[str, str], Path]) -> Project:
    """The small corpus with a MiniZinc that never answers."""
    real = shutil.which("minizinc")
    folder = stub(
        "minizinc",
        f'#!/bin/sh\ncase "$1" in --version|--solvers-json|--config-dirs) exec {real} "$@";; esac\nexec sleep 300\n',
    )
    project.environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return project


def without_minizinc(names: Iterable[str]) -> list[str]:
    """The tasks that need no MiniZinc."""
    return sorted(name for name in names if name.startswith(("schema:", "render_mzn:")))


def asleep(project: Project) -> bool:
    """Whether the hanging MiniZinc has been started, and tasks beside it have finished.

    The database can be read once the build has ended: what the journal holds, but for its last task, is in it.
    """
    for pid in marked(str(project.home)) if len(without_minizinc(performed(project))) > 1 else ():
        with suppress(OSError):  # it may have ended by now
            if b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return True
    return False


def goes_on(project: Project) -> None:
    """What had finished does not run again, and no lock is in the way."""
    kept = without_minizinc(finished_tasks(project))
    assert kept
    again = project.doit(*kept)
    assert (again.status, again.ran) == (0, set()), again.text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
@pytest.mark.parametrize("arguments", [[], ["-n", "2"]], ids=["serial", "parallel"])
def test_a_signal_ends_a_build_in_one_line(hanging: Project, number: signal.Signals, arguments: list[str]) -> None:
    with running(hanging, *arguments) as build:
        wait_until(lambda: asleep(hanging))
        if number == signal.SIGINT:  # a terminal sends it to all of the group
            os.killpg(build.pid, number)
        else:
            build.send_signal(number)
        _, errors = build.communicate(timeout=60)
    name = "Ctrl-C" if number == signal.SIGINT else number.name
    assert errors == (f"ERROR: stopped by {name}; finished tasks are kept, and the next build continues from there\n")
    assert build.returncode == 128 + number
    goes_on(hanging)


@pytest.mark.parametrize("method", ["fork", "forkserver"])
def test_workers_and_tools_die_with_a_build_that_is_killed_alone(hanging: Project, method: str) -> None:
    with running(hanging, "-n", "12", method=method) as build:
        wait_until(lambda: asleep(hanging))
        build.kill()
    goes_on(hanging)


def test_workers_that_are_no_forks_end_with_ctrl_c_too(hanging: Project) -> None:
    with running(hanging, "-n", "2", method="forkserver") as build:
        wait_until(lambda: asleep(hanging))
        os.killpg(build.pid, signal.SIGINT)
        _, errors = build.communicate(timeout=60)
    assert (build.returncode, errors.count("\n")) == (130, 1), errors


def test_a_second_build_of_the_folder_is_refused_with_the_pid_of_the_first(hanging: Project) -> None:
    with running(hanging) as build:
        wait_until(lambda: asleep(hanging))
        for command in ([], ["-n", "2"], ["forget", "schema:06"], ["reset-dep"]):
            second = hanging.doit(*command)
            assert (second.status, second.ran) == (3, set())
            assert second.errors == (
                f"ERROR: rendered: process {build.pid} is building here; wait until it ends, or use out=DIR\n"
            )
        for command in (["list"], ["list", "--all", "--status"], ["info", "schema:01"], ["help", "list"], ["dumpdb"]):
            asked = hanging.doit(*command)
            assert (asked.status, asked.errors) == (0, ""), command
        assert hanging.doit("schema", "out=elsewhere").status == 0
        assert build.poll() is None
        build.terminate()
