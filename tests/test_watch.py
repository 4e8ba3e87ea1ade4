"""`doit watch` builds again after every change, whatever happens to the files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import Project, contents


class Watching:
    """A watch that runs; its output is read from a file, from where it was last read."""

    def __init__(self, project: Project, *arguments: str) -> None:
        self.output = project.home / "watched.txt"
        self.read = 0
        environment = {**os.environ, **project.environment, "PYTHONPATH": str(project.source)}
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "doit", "watch", *arguments], cwd=project.home, env=environment, stdout=file,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def until(self, word: str, failed: bool = False) -> str:
        """What was written since it was last asked, once a build has ended with this word in its last line."""
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            text = self.output.read_text(encoding="utf-8")[self.read :]
            ends = [line for line in text.splitlines() if " up to date" in line]
            if any(word in line and failed == (" failed" in line) for line in ends):
                self.read += len(text)
                return text
            time.sleep(0.02)
        raise AssertionError(f"{word} did not come: {self.output.read_text(encoding='utf-8')}")


@pytest.fixture
def watching(built: Project) -> Iterator[tuple[Project, Watching]]:
    found = Watching(built)
    yield built, found
    found.process.send_signal(signal.SIGKILL)
    found.process.wait()


def test_every_change_is_built(watching: tuple[Project, Watching], tmp_path: Path) -> None:
    project, watch = watching
    assert "  first build\n" in watch.until("0 tasks run, 27 up to date")

    project.write("06", "x[1] + x[2] >= 31", "x[3] = 5")
    assert "  chunk-06.constraints.json changed\n" in watch.until("tasks run")
    assert project.summary()["status"] == "passed"

    path = project.chunks / "chunk-06.constraints.json"  # half of it, then the rest
    text = path.read_text()
    path.write_text(text[: len(text) // 2])
    assert "!! schema:06 failed\n" in watch.until("1 failed", failed=True)
    path.write_text(text)
    watch.until("up to date")
    assert project.summary()["status"] == "passed"

    path = project.chunks / "chunk-19.constraints.json"
    text = path.read_text()
    path = path.rename(project.chunks / "chunk-29.constraints.json")  # the file names another id
    assert "!! schema:29 failed" in watch.until("1 failed", failed=True)
    assert not (project.rendered / "mzn" / "chunk-19.mzn").exists(), "what is outdated is removed"
    path.write_text(text.replace('"id": "19"', '"id": "29"'))
    watch.until("up to date")
    assert project.summary()["status"] == "passed"

    (project.chunks / "notes.txt~").write_text("not a chunk")  # what an editor leaves is no change
    other = shutil.copytree(project.chunks, tmp_path / "branch")
    (other / "chunk-29.constraints.json").unlink()
    shutil.rmtree(project.chunks)
    other.rename(project.chunks)
    while (project.rendered / "mzn" / "chunk-29.mzn").exists():
        watch.until("up to date")
    assert project.summary()["status"] == "passed"

    before = contents(project.rendered)
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(timeout=60) == 0
    assert contents(project.rendered) == before


def test_what_it_watches_has_to_be_there(tmp_path: Path, project: Project) -> None:
    finished = project.doit("watch", f"chunks={tmp_path / 'none'}")
    assert finished.status == 3
    assert finished.errors.startswith(f"ERROR: {tmp_path / 'none'}: cannot be read as a folder of chunks: ")
