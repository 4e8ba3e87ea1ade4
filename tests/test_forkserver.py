"""A run of doit by the tests' fork server is like one that starts by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import forkserver
from conftest import Project, fork_server
from forkserver import run


@pytest.mark.parametrize("arguments", [["list"], ["--version"], ["chunk=x"], ["info", "schema:06"], ["dumpdb"]])
def test_it_says_and_returns_what_a_run_of_its_own_does(built_once: Project, arguments: list[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(built_once.source)}
    own = subprocess.run(
        [sys.executable, "-m", "doit", *arguments],
        cwd=built_once.home, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    forked = built_once.doit(*arguments)
    assert (forked.status, forked.output, forked.errors) == (own.returncode, own.stdout, own.stderr)


def test_it_loads_the_package_of_the_folder(project: Project) -> None:
    broken = project.own_package() / "build.py"
    broken.write_text("raise RuntimeError(f'{__file__} is broken')\n")
    forked = project.doit("list")
    assert forked.status == 1
    assert f"{broken} is broken" in forked.text()


def test_what_hangs_is_killed(project: Project, tmp_path: Path) -> None:
    (project.home / "dodo.py").write_text("import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)\n")
    with (tmp_path / "output").open("w") as file, pytest.raises(TimeoutError):
        run(fork_server().address, ["list"], str(project.home), os.environ, file.fileno(), file.fileno(), timeout=2)
    process = Path("/proc") / (project.home / "pid").read_text()
    while process.exists():  # as long as nobody has asked how it ended
        time.sleep(0.01)


def test_it_prints_to_a_pipe_from_a_command_of_its_own(built_once: Project) -> None:
    environment = {**os.environ, "PYTHONPATH": str(built_once.source)}
    command = [sys.executable, "-S", forkserver.__file__, fork_server().address]
    for arguments, status in ((["schema"], 0), (["chunk=x"], 3)):
        forked = subprocess.run(
            [*command, *arguments], cwd=built_once.home, env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert forked.returncode == status
        assert ("0 tasks run" in forked.stdout, "unknown variable" in forked.stdout) == (status == 0, status == 3)
