"""The command `duality` answers a build with nothing to do before doit is loaded, and leaves all else to doit."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from conftest import Project
from tasks.forks import in_parts
from tasks.idle import variables
from tasks.state.lock import hold

# It tells whether doit was loaded. A file that changed a moment ago is read again; here its state counts at once.
DUALITY = """
import sys, tasks.snapshot
tasks.snapshot.YOUNG_NS = 0
from tasks.cli import main
code = main(sys.argv[1:])
sys.stderr.write(f"doit is {'loaded' if 'doit' in sys.modules else 'not loaded'}\\n")
sys.exit(code)
"""


def started(project: Project, *command: str, **more: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **project.environment, "PYTHONPATH": str(project.source)}
    more = {"stdout": subprocess.PIPE, **more}
    return subprocess.run(
        command, cwd=project.home, env=environment, stderr=subprocess.PIPE, text=True, check=False, **more
    )


def duality(project: Project, *arguments: str, **more: Any) -> tuple[int, str, str, bool]:
    """The exit code, what was printed to both streams (without times), and whether doit was loaded."""
    done = started(project, sys.executable, "-c", DUALITY, *arguments, **more)
    errors, loaded, _ = re.split(r"^doit is (.*)\n", done.stderr, flags=re.MULTILINE)
    return done.returncode, re.sub(r"[0-9.]+ s\n", "S\n", done.stdout or ""), errors, loaded == "loaded"


@pytest.fixture
def settled(built: Project) -> Project:
    """A project with nothing to do, the states of whose files are known."""
    duality(built)
    assert not duality(built)[3]
    return built


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("", {}), ("run", {}), ("summary", {}), ("-n 2", {}), ("-n4", {}), ("--process=2 summary", {}),
        ("run --process 2", {}), ("lean=off -n 2 out=a=b", {"lean": "off", "out": "a=b"}),
        *((words, None) for words in (
            "list", "06", "solve:06", "-r json", "summary solve:06", "summary summary", "run run", "-n", "-n two",
            "-n=2", "--process2", "summary -n 2", "-n 2 run", "-a", "-v 1", "--version", "-f=dodo.py", "why",
        )),
    ],
)  # fmt: skip
def test_only_a_command_that_builds_everything_is_answered(words: str, given: dict[str, str] | None) -> None:
    assert variables(words.split()) == given


def test_a_word_that_looks_like_several_is_for_doit_to_read() -> None:
    assert variables(["run summary"]) is variables([""]) is None


def test_what_is_shown_is_what_doit_shows(settled: Project) -> None:
    found = [duality(settled, *words) for words in ([], ["run", "-n", "2", "crosscheck=strict", "summary"])]
    done = started(settled, sys.executable, "-m", "doit")
    shown = re.sub(r"[0-9.]+ s\n", "S\n", done.stdout)
    assert "0 tasks run, 27 up to date: S" in shown
    assert found == 2 * [(done.returncode, shown, done.stderr, False)]


def test_what_has_changed_is_found(settled: Project) -> None:
    def restore() -> None:
        settled.copy(settled.home.with_name("copy"))
        settled.home.rename(settled.home.with_name("gone"))
        settled.home.with_name("copy").rename(settled.home)

    changes: list[tuple[Callable[[], object], int]] = [
        (lambda: (settled.rendered / "mzn" / "chunk-06.mzn").write_text("other"), 1),
        (lambda: (settled.rendered / ".doit.db").touch(), 0),
        (restore, 0),
    ]
    for change, ran in changes:
        change()
        code, output, errors, loaded = duality(settled)
        assert (code, errors, loaded) == (0, "", True)
        assert f"{ran} task{'s' * (ran != 1)} run" in output
        again = duality(settled)
        assert not again[3], (change, again)


def test_files_are_compared_once(settled: Project) -> None:
    """What was found before doit is loaded holds afterwards, as the database is locked."""
    settled.write("06", "x[1] >= 200")
    counting = DUALITY.replace(
        "code =",
        "look, times = tasks.snapshot._changed, []\n"
        "tasks.snapshot._changed = lambda *given: times.append(1) or look(*given)\ncode =",
    ).replace("doit is", "{len(times)} times; doit is")
    done = started(settled, sys.executable, "-c", counting, "-n", "0")
    assert done.stderr == "1 times; doit is loaded\n"
    assert "1 failed" in done.stdout
    failed = duality(settled)
    assert failed[3], "a build that failed is not done"
    assert failed[0] == done.returncode != 0


def test_what_is_unusual_is_for_doit_to_say(settled: Project) -> None:
    lock = hold(settled.rendered / ".doit.db.lock")
    try:
        code, output, errors, loaded = duality(settled)
        assert (code, output, loaded) == (3, "", True)
        assert f"process {os.getpid()} is building here" in errors
    finally:
        os.close(lock)
    settled.rendered.chmod(0o777)
    code, _, errors, loaded = duality(settled)
    assert (code, loaded) == (0, True)
    assert errors.startswith("WARNING: rendered: others can write to this folder")


def test_standard_output_that_takes_no_more_ends_it_in_a_line(settled: Project) -> None:
    with Path("/dev/full").open("w") as full:
        found = duality(settled, stdout=full)
    assert found == (3, "", "ERROR: standard output: cannot be written: No space left on device\n", False)
    reading, writing = os.pipe()
    os.close(reading)
    assert duality(settled, stdout=writing) == (128 + signal.SIGPIPE, "", "", False)
    os.close(writing)


def test_a_fork_that_dies_is_made_up_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)))
    here = os.getpid()

    def work(numbers: Sequence[int]) -> list[int]:
        if os.getpid() != here:
            (tmp_path / f"{numbers[0]}").write_text(f"{os.getpid()}")
            if numbers[0] == 50:
                os.kill(os.getpid(), signal.SIGKILL)
            if numbers[0] == 75:
                raise ValueError
        return [2 * number for number in numbers]

    with in_parts(work, range(100), 10) as parts:
        assert [number for part in parts for number in part] == list(range(0, 200, 2))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["25", "50", "75"]
    for path in tmp_path.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.read_text()), 0)
    with in_parts(work, range(19), 10) as parts:
        assert list(parts) == [list(range(0, 38, 2))]
