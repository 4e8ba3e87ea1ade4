"""What a shell completes: the words for a line, and the scripts in real shells on a real terminal."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import REPOSITORY, Project
from tasks.commands import COMMANDS
from tasks.commands.completion import SCRIPTS, words
from tasks.files import data_text
from tasks.stages import STAGES
from tasks.variables import VARIABLES
from terminals import Terminal

Complete = Callable[[str], list[str]]


@pytest.fixture
def complete(built_once: Project, monkeypatch: pytest.MonkeyPatch) -> Complete:
    monkeypatch.chdir(built_once.home)
    return lambda line: [word for word, _ in words(line)]


def test_an_empty_line_offers_commands_tasks_chunks_and_variables(complete: Complete) -> None:
    found = complete("doit ")
    assert set(COMMANDS) | {"list", "run"} <= set(found)
    assert {stage.name for stage in STAGES} | {"summary", "chunk", "pilots", "primes", "report"} <= set(found)
    assert {"01", "06", "08", "19"} <= set(found)
    assert {f"{variable.name}=" for variable in VARIABLES} <= set(found)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("doit sum", ["summary"]),
        ("doit solve:", ["solve:06", "solve:08", "solve:19"]),
        ("doit chunk:0", ["chunk:01", "chunk:06", "chunk:08"]),
        ("doit schema:n", ["schema:names"]),
        ("doit lint:", ["lint:table", "lint:06", "lint:08", "lint:19"]),
        ("doit pilots:so", ["pilots:solve"]),
        ("doit 06 1", ["19"]),
        ("doit lean=", ["lean=auto", "lean=toolchain", "lean=kernel", "lean=off"]),
        ("doit lean=off lint=s", ["lint=strict"]),
        ("doit lean=off le", []),
        ("doit fmt 0", ["01", "06", "08"]),
        ("doit show 1", ["19"]),
        ("doit help sho", ["show"]),
        ("doit list sho", []),
        ("doit completion z", ["zsh"]),
        ("doit chunks=none 0", []),
        ("doit chunks=ch", []),
        ("doit chunks/ch", []),
        ("doit -", []),
        ("doit x=1 nothing", []),
        ("", list(COMMANDS)),
    ],
)
def test_words_are_those_that_may_stand_there(complete: Complete, line: str, expected: list[str]) -> None:
    found = complete(line)
    assert found == expected if line else set(expected) <= set(found)


def test_titles_of_chunks_are_shown_with_them(complete: Complete) -> None:
    assert ("chunk:06", "Chunk 06") in words("doit chunk:0")


def test_the_words_come_even_where_there_is_no_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [word for word, _ in words("duality ini")] == ["init"]


def test_another_shell_is_refused(built_once: Project) -> None:
    finished = built_once.doit("completion", "tcsh")
    assert (finished.status, finished.output) == (3, "")
    assert finished.errors == "ERROR: for which shell? `doit completion bash`, zsh or fish\n"


# Real shells. zsh and fish where they are installed; of a script that no shell here can read, nothing is known.

FUNCTION = {
    "bash": 'doit() { if [[ $1 == completion ]]; then command doit "$@"; else echo "RAN<$*>"; fi; }; PS1="ready "',
    "zsh": 'doit() { if [[ $1 == completion ]]; then command doit "$@"; else echo "RAN<$*>"; fi }; PS1="ready "',
    "fish": 'function doit; if test "$argv[1]" = completion; command doit $argv; else; echo "RAN<$argv>"; end; end; '
            "function fish_prompt; echo 'ready '; end",
}  # fmt: skip
START = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"], "fish": ["--no-config", "-i"]}
LOAD = {
    "bash": 'eval "$(command doit completion bash)"',
    "zsh": 'eval "$(command doit completion zsh)"',
    "fish": "command doit completion fish | source",
}


class Shell(Terminal):
    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def wait(self, pattern: str, times: int = 1) -> str:
        """The last of so many parts of the screen that the pattern describes, once there are so many."""
        ends = time.monotonic() + 60
        while len(found := re.findall(pattern, self.picture())) < times:
            if not select.select([self.master], [], [], ends - time.monotonic())[0]:
                raise AssertionError(f"{times} times {pattern} is not in\n{self.picture()}")
            self.stream.feed(os.read(self.master, 65536))
        return str(found[times - 1])

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture(params=SCRIPTS)
def shell(request: pytest.FixtureRequest, built_once: Project, tmp_path: Path) -> Iterator[Shell]:
    name = request.param
    if not shutil.which(name):
        assert "IN_NIX_SHELL" in os.environ, f"{name} is not installed; ./dev pytest installs it"
        pytest.skip(f"{name} is not installed")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "doit").write_text(f'#!/bin/sh\nexec {sys.executable} -m doit "$@"\n')
    (bin_ / "doit").chmod(0o755)
    environment = {
        **os.environ, "PATH": f"{bin_}:{os.environ['PATH']}", "PYTHONPATH": str(built_once.source),
        "TERM": "xterm", "HOME": str(tmp_path), "HISTFILE": "",
    }  # fmt: skip
    shell = Shell([name, *START[name]], built_once.home, environment, columns=120, rows=80)
    shell.type(f"{FUNCTION[name]}; {LOAD[name]}; echo lo''aded\n")
    shell.wait(r"(?m)^loaded")
    yield shell
    shell.close()


TYPED = {
    "prim\t": "primes",
    "solve:1\t": "solve:19",
    "sum\t solve:1\t lean=k\t": "summary solve:19 lean=kernel",
    "fmt 1\t": "fmt 19",
    "lea\toff": "lean=off",
    "out=rend\t": "out=rendered",  # zsh takes the slash away
    "lean=off chunks/chunk-1\t": "lean=off chunks/chunk-19.constraints.json",
}


def test_a_tab_completes_tasks_chunks_commands_variables_and_files(shell: Shell) -> None:
    for count, (typed, ran) in enumerate(TYPED.items(), start=1):
        shell.type(f"doit {typed}\n")
        assert shell.wait(r"(?m)^RAN<([^>]*?)/?>", count) == ran


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_script_can_be_read_by_its_shell(shell: str) -> None:
    if not shutil.which(shell):
        assert "IN_NIX_SHELL" in os.environ, f"{shell} is not installed; ./dev pytest installs it"
        pytest.skip(f"{shell} is not installed")
    script = data_text("tasks.commands", SCRIPTS[shell]).replace("PROGRAM", "doit")
    finished = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")


def test_the_scripts_are_part_of_the_package() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    for shell in SCRIPTS:
        assert f'"**/*.{shell}"' in text
