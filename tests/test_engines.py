"""A tool is all that its answers depend on: whatever of that changes, it is another tool; nothing else makes it one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import Project
from tasks.check import engines, lean_library, parts
from tasks.check.cache import CachingRunner
from tasks.check.call import Limits, Run, Tool, ToolCall
from tasks.check.flatzinc import ask
from tasks.check.lean import judge
from tasks.check.lean_install import LIBRARIES, kernel_folder
from tasks.check.local import LocalRunner
from tasks.check.minizinc import solve
from tasks.check.parts import parts_of
from tasks.check.process import clean_environment
from tasks.check.solvers import Solver, own_program
from tasks.errors import ToolError
from tools import runner

MODEL = "var 0..3: y;\nconstraint y * y = 4;\nsolve satisfy;\n"
# A solver that says of every model that it has no solution.
LIAR = "#!/bin/sh\necho =====UNSATISFIABLE=====\n"


def identify(scratch: Path, name: str = "minizinc", choice: str = "", toolchain: str = "") -> dict[str, Any]:
    return engines.identify(name, choice, toolchain, runner(scratch))


def known_gecode() -> dict[str, Any]:
    """What the system's MiniZinc says of its Gecode."""
    known = json.loads(subprocess.check_output(["minizinc", "--solvers-json"]))
    return next(dict(entry) for entry in known if entry["id"] == "org.gecode.gecode")


def copy_minizinc(home: Path, solver: Path, library: Path) -> None:
    """A MiniZinc in home, whose Gecode is in the folder solver, with its library in another; from wherever the system's
    own says that they are, which in a Nix shell are two packages, the solver not on PATH.
    """
    real = Path(json.loads(subprocess.check_output(["minizinc", "--config-dirs"]))["mznStdlibDir"])
    gecode = known_gecode()
    for folder in (home / "bin", home / "share" / "minizinc" / "solvers", solver):
        folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(os.path.realpath(str(shutil.which("minizinc"))), home / "bin" / "minizinc")
    shutil.copy(os.path.realpath(gecode["extraInfo"]["executable"]), solver / "fzn-gecode")
    shutil.copytree(real / "std", home / "share" / "minizinc" / "std")
    shutil.copytree(gecode["extraInfo"]["mznlib"].replace("-G", f"{real}/"), library)
    preferences = real / "Preferences.json"
    (home / "share/minizinc/Preferences.json").write_text(preferences.read_text() if preferences.exists() else "{}")
    definition = {key: value for key, value in gecode.items() if key != "extraInfo"}
    definition |= {"executable": str(solver / "fzn-gecode"), "mznlib": str(library)}
    (home / "share/minizinc/solvers/gecode.msc").write_text(json.dumps(definition))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A MiniZinc with Gecode of our own, on PATH, with a shared library of Gecode where LD_LIBRARY_PATH says."""
    home = tmp_path / "installed"
    (home / "lib").mkdir(parents=True)
    copy_minizinc(home, home / "bin", home / "share" / "minizinc" / "gecode")
    found, _ = parts_of(str(home / "bin" / "fzn-gecode"), clean_environment())
    (library,) = (path for path in found if "libgecodekernel" in path)
    shutil.copy(library, home / "lib")
    monkeypatch.setenv("PATH", f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(home / "lib"))
    return home


def library(home: Path) -> Path:
    (found,) = (home / "lib").glob("libgecodekernel*")
    return found


def lengthen(path: Path) -> None:
    """A byte more: an ELF file works as before, and so does a text with a comment's sign at its end."""
    with open(path, "ab") as file:
        file.write(b"%")


def test_the_solver_is_the_one_that_minizinc_runs_whichever_is_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in nixpkgs: MiniZinc names a Gecode of its own; the package gecode, perhaps on PATH, is of another version."""
    store, other = tmp_path / "store", tmp_path / "other"
    copy_minizinc(store / "aaa-minizinc", store / "bbb-gecode" / "bin", store / "bbb-gecode" / "share" / "gecode")
    other.mkdir()
    (other / "fzn-gecode").write_text(LIAR)
    (other / "fzn-gecode").chmod(0o755)
    path = f"{store / 'aaa-minizinc' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setenv("PATH", path)
    alone = identify(tmp_path / "scratch")
    monkeypatch.setenv("PATH", f"{other}{os.pathsep}{path}")
    beside = identify(tmp_path / "scratch")
    assert beside["engine"] == alone["engine"]
    assert str(store / "bbb-gecode" / "bin" / "fzn-gecode") in beside["files"]["paths"]
    assert not any(name.startswith(str(other)) for name in beside["files"]["paths"])
    lengthen(store / "bbb-gecode" / "bin" / "fzn-gecode")
    assert identify(tmp_path / "scratch")["engine"] != alone["engine"]


CHANGES: dict[str, Callable[[Path], object]] = {
    "the program": lambda home: lengthen(home / "bin/minizinc"),
    "the solver": lambda home: lengthen(home / "bin/fzn-gecode"),
    "a shared library of the solver": lambda home: lengthen(library(home)),
    "a shared library that is found earlier": lambda home: lengthen(
        Path(
            shutil.copy(
                next(p for p in parts_of(str(home / "bin/fzn-gecode"), {})[0] if "libgecodeint" in p), home / "lib"
            )
        )
    ),
    "a file of the library": lambda home: lengthen(home / "share/minizinc/std/stdlib.mzn"),
    "a file more in the library": lambda home: (home / "share/minizinc/std/more.mzn").write_text(""),
    "a file less in the library": lambda home: (home / "share/minizinc/std/knapsack.mzn").unlink(),
    "a file of the solver's library": lambda home: (home / "share/minizinc/gecode/more.mzn").write_text(""),
    "the solver's definition": lambda home: (home / "share/minizinc/solvers/gecode.msc").write_text(
        (home / "share/minizinc/solvers/gecode.msc").read_text().replace('"-t"', '"-t", "-x"')
    ),
    "another definition of the solver": lambda home: shutil.copy(
        home / "share/minizinc/solvers/gecode.msc", home / "share/minizinc/solvers/again.msc"
    ),
    "the preferences": lambda home: (home / "share/minizinc/Preferences.json").write_text("{ }"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_any_part_is_another_tool(installed: Path, tmp_path: Path, change: str) -> None:
    before = identify(tmp_path / "scratch")
    CHANGES[change](installed)
    assert engines.signature("minizinc", "", "", before["files"]) != before["files"]
    after = identify(tmp_path / "scratch")
    assert after["engine"].pop("identity") != before["engine"].pop("identity")
    assert after["engine"] == before["engine"], "the same version"


def wrapped(script: str) -> Callable[[Path], dict[str, Any]]:
    """A script in the solver's place, which may run it as $SOLVER."""

    def make(folder: Path) -> dict[str, Any]:
        program = folder / "fzn-wrapped"
        program.write_text(f"#!/bin/sh\nSOLVER={known_gecode()['executable']}\n{script}\n")
        program.chmod(0o755)
        return {"executable": str(program)}

    return make


def test_the_solver_that_is_asked_itself_is_minizinc_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fzn-gecode").write_text(LIAR)
    (tmp_path / "fzn-gecode").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    found = identify(tmp_path / "scratch")
    assert found["program"] == known_gecode()["executable"]
    tool = Tool(found["engine"], Limits(20, 4096), runner(tmp_path / "scratch"))
    assert ask(MODEL, tool).values == {"y": 2}


UNUSUAL: dict[str, Callable[[Path], dict[str, Any]]] = {
    "another solver": lambda folder: {"id": "org.gecode.other"},
    "another form of input": lambda folder: {"inputType": "JSON"},
    "more that it needs": lambda folder: {"needsPathsFile": True},
    "no FlatZinc": lambda folder: {"supportsFzn": False},
    "no program": lambda folder: {"executable": str(folder / "none")},
    "no standard input": wrapped("exit 1"),
    "no answer": wrapped(LIAR.removeprefix("#!/bin/sh\n")),
    "another point": wrapped("$SOLVER $* | sed 's/4]/5]/'"),
}


def test_a_solver_is_asked_itself_only_where_all_about_it_is_as_known(tmp_path: Path) -> None:
    entry = known_gecode()
    usual = wrapped('exec $SOLVER "$@"')(tmp_path)

    def program(*entries: dict[str, Any], settings: str = "") -> str:
        (tmp_path / "settings").write_text(settings or "{}")
        return own_program(Solver("gecode", entries[0]["id"], entries), str(tmp_path / "settings"))

    assert program(entry | usual) == usual["executable"]
    assert program(entry, settings='{"solverDefaults": [["org.other", "-r", "7"]]}') == entry["executable"]
    assert own_program(Solver("gecode", entry["id"], (entry,)), str(tmp_path / "none")) == entry["executable"]
    for what, change in UNUSUAL.items():
        assert program(entry | change(tmp_path)) == "", what
    assert program(entry, entry) == "", "two definitions"
    for settings in ('{"solverDefaults": [["org.gecode.gecode", "-r", "7"]]}', '{"solverDefaults": [7]}', "[", "7"):
        assert program(entry, settings=settings) == "", settings


def test_a_solver_with_something_unusual_is_asked_by_minizinc_alone(installed: Path, tmp_path: Path) -> None:
    (installed / "share/minizinc/Preferences.json").write_text('{"solverDefaults": [["org.gecode.gecode", "-r", "7"]]}')
    found = identify(tmp_path / "scratch")
    assert "flattened" not in found["engine"]
    assert found["program"] == ""
    tool = Tool(found["engine"], Limits(20, 4096), runner(tmp_path / "scratch"))
    assert not tool.flattens_once
    assert solve(MODEL, tool).values == {"y": 2}


def test_what_only_looks_newer_is_the_same_tool(installed: Path, tmp_path: Path) -> None:
    before = identify(tmp_path / "scratch")
    assert engines.signature("minizinc", "", "", before["files"]) == before["files"]
    for path in (library(installed), installed / "share/minizinc/std/stdlib.mzn"):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    os.utime(installed / "bin/minizinc", (0, 0))
    assert engines.signature("minizinc", "", "", before["files"]) != before["files"]
    assert identify(tmp_path / "scratch")["engine"] == before["engine"]
    elsewhere = tmp_path / "elsewhere"
    assert identify(elsewhere)["engine"] == before["engine"], "what one machine remembers is no part of it"


def test_what_others_could_have_written_is_not_remembered(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    identify(scratch)
    scratch.chmod(0o777)
    with pytest.raises(ToolError, match="others can write to it: remove it, or chmod go-w it"):
        identify(scratch)


def test_a_tool_is_asked_who_it_is_once_a_machine(
    stub: Callable[[str, str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    folder = stub("minizinc", f'#!/bin/sh\necho "$@" >>{log}\nexec {shutil.which("minizinc")} "$@"\n')
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    first = identify(tmp_path / "scratch")
    *asked, tried, flattened = sorted(log.read_text().splitlines(), key=len)
    assert sorted(asked) == ["--config-dirs", "--solvers-json", "--version"]
    assert tried.startswith("--solver gecode --no-half-reifications --json-stream --output-mode json ")
    assert flattened.startswith("--solver gecode --no-half-reifications --json-stream -c ")
    assert identify(tmp_path / "scratch") == first
    assert len(log.read_text().splitlines()) == 5
    for damage in ("", "[", "[7]", '[{"engine": {}}]', "{}"):
        (tmp_path / "scratch" / "engines.json").write_text(damage)
        assert identify(tmp_path / "scratch")["engine"] == first["engine"]


def test_a_wrapper_is_what_it_starts(installed: Path, tmp_path: Path) -> None:
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f'#!/usr/bin/env sh\nexec "{installed}/bin/fzn-gecode" "$@"\n')
    found, _ = parts_of(str(wrapper), clean_environment())
    assert {str(wrapper), f"{installed}/bin/fzn-gecode", str(library(installed))} <= found
    assert any(os.path.basename(path).startswith("libc.so") for path in found)
    static = tmp_path / "static"
    static.write_bytes(b"\x7fELF" + bytes(100))
    assert parts_of(str(static), {}) == ({str(static)}, set())


def test_a_program_whose_libraries_are_not_known_is_no_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the loader has no time to list them: fewer parts would be another tool, or miss a change of one."""
    monkeypatch.setattr(parts, "_SECONDS", 0)
    with pytest.raises(ToolError, match=r"/sh: /.* does not list its shared libraries within 0 s"):
        parts_of("/bin/sh", {})


def test_a_build_with_nothing_to_do_starts_nothing_and_reads_no_content(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from tasks.check import engines\nfrom tasks.check.local import LocalRunner\n"
        "known = engines.identify(sys.argv[1], sys.argv[2], '', LocalRunner(Path(sys.argv[3])))['files']\n"
        "seen = []\n"
        "sys.addaudithook(lambda event, given: seen.append((event, str(given[:1]))))\n"
        "assert engines.signature(sys.argv[1], sys.argv[2], '', known) == known\n"
        "seen = [s for s in seen if s[0] not in ('os.scandir', 'compile', 'import', 'object.__getattr__')]\n"
        "print([s for s in seen if 'render/library' not in s[1]])\n"
    )
    for name, choice in (("minizinc", ""), ("lean", "kernel")):
        command = [sys.executable, "-c", script, name, choice, str(tmp_path)]
        assert subprocess.check_output(command, text=True) == "[]\n"


# Who else could choose


@pytest.fixture
def lying(tmp_path: Path) -> Path:
    """A folder with a definition of Gecode whose program lies."""
    folder = tmp_path / "lying"
    (folder / ".minizinc" / "solvers").mkdir(parents=True)
    (folder / "fzn-gecode").write_text(LIAR)
    (folder / "fzn-gecode").chmod(0o755)
    definition = json.dumps({
        "id": "org.gecode.gecode", "name": "Gecode", "version": "9.9.9", "executable": str(folder / "fzn-gecode"),
        "mznlib": known_gecode()["extraInfo"]["mznlib"],
        "supportsFzn": True, "needsSolns2Out": True, "tags": ["cp", "int"],
        "stdFlags": ["-a", "-f", "-n", "-p", "-r", "-s", "-t"],
    })  # fmt: skip
    for place in (folder, folder / ".minizinc" / "solvers"):
        (place / "gecode.msc").write_text(definition)
    preferences = {"mzn_solver_path": [str(folder)]}
    (folder / ".minizinc" / "Preferences.json").write_text(json.dumps(preferences))
    return folder


REDIRECTIONS = [
    {"MZN_SOLVER_PATH": "LYING"},
    {"HOME": "LYING"},
    {"MZN_STDLIB_DIR": "LYING"},
    {"MINIZINC_ANYTHING": "LYING", "XDG_CONFIG_HOME": "LYING", "ENV": "LYING", "BASH_ENV": "LYING"},
    {"LD_PRELOAD": "LYING/preloaded.so", "LD_AUDIT": "LYING/preloaded.so"},
    {"LEAN_PATH": "LYING", "LEAN_SYSROOT": "LYING", "LEAN_SRC_PATH": "LYING"},
]


@pytest.mark.parametrize("redirection", REDIRECTIONS, ids=lambda given: next(iter(given)))
def test_no_variable_makes_a_verdict_another_s(project: Project, lying: Path, redirection: dict[str, str]) -> None:
    """A solver that lies is neither believed, nor is its word kept for the real one."""
    honest = dict(project.environment)
    project.environment |= {name: text.replace("LYING", str(lying)) for name, text in redirection.items()}
    finished = project.doit("solve:06", "prove:06", "lean=kernel")
    assert finished.status == 0, finished.text()
    assert project.stamp("solve", "06")["engines"][0]["solver"] != "gecode 9.9.9"
    project.environment = honest
    shutil.rmtree(project.rendered)
    again = project.doit("cache=replay", "solve:06", "prove:06", "lean=kernel")
    assert again.status == 0, again.text()


def test_the_lying_solver_would_be_asked_where_it_may_choose(lying: Path) -> None:
    """What the tests above guard against is real."""
    for more in ({"MZN_SOLVER_PATH": str(lying)}, {"HOME": str(lying)}):
        said = subprocess.run(
            ["minizinc", "--solver", "org.gecode.gecode", "-"], input=MODEL, env={**os.environ, **more},
            capture_output=True, text=True, check=False,
        ).stdout  # fmt: skip
        assert "UNSATISFIABLE" in said, more


@pytest.mark.cold
def test_a_library_from_ld_library_path_is_asked_and_counts(
    project: Project, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.doit("solve:06").status == 0
    assert project.doit("solve:06").ran == set()
    lengthen(library(installed))
    assert "solve:06" in project.doit("solve:06").ran, "another tool for the task graph"
    kept = Path(os.environ["DUALITY_CACHE"]).glob("??/*")
    assert sum(b"UNSAT" in data or b"solution" in data for data in map(Path.read_bytes, kept)) == 2, "and what is kept"
    os.utime(library(installed), (0, 0))
    assert project.doit("solve:06").ran == set()
    monkeypatch.delenv("LD_LIBRARY_PATH")
    assert "solve:06" in project.doit("solve:06").ran


# The runner of this machine


def tool(scratch: Path, **changed: str) -> Tool:
    return Tool(identify(scratch)["engine"] | changed, Limits(20, 4096), runner(scratch))


def test_another_tool_than_the_one_that_was_identified_is_not_asked(tmp_path: Path, installed: Path) -> None:
    known = tool(tmp_path)
    assert solve(MODEL, known).values == {"y": 2}
    with pytest.raises(ToolError, match="the minizinc here is not the one that is asked, its files have changed"):
        solve(MODEL, tool(tmp_path, identity="another"))
    lengthen(library(installed))
    for _ in range(2):
        with pytest.raises(ToolError, match="the minizinc here is not the one that is asked, its files have changed"):
            solve(MODEL, known)
    assert solve(MODEL, tool(tmp_path)).values == {"y": 2}


def test_a_worker_that_remembers_nothing_finds_out_itself(tmp_path: Path) -> None:
    """A call is all that goes to another machine; the runner there finds the tool that it names, or refuses."""
    engine = identify(tmp_path / "here")["engine"]
    there = LocalRunner(tmp_path / "there")
    call = ToolCall("minizinc", engine["identity"], (), MODEL, Limits(20, 4096))
    assert "y = 2" in there.run(call).output


def test_what_a_tool_says_that_changes_meanwhile_is_not_kept(
    stub: Callable[[str, str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = 'case "$*" in *--json-stream*) echo "# changed" >> "$0";; esac'
    folder = stub("minizinc", f'#!/bin/sh\n{change}\nexec {shutil.which("minizinc")} "$@"\n')
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    given = tool(tmp_path)
    caching = CachingRunner(given.runner, "use", tmp_path / "verdicts")
    with pytest.raises(ToolError, match="the minizinc here is not the one that is asked"):
        solve(MODEL, Tool(given.engine, given.limits, caching))
    assert not list((tmp_path / "verdicts").glob("??/*"))


# Lean


def test_the_embedded_kernel_is_its_libraries_and_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, real = tmp_path / "kernel", kernel_folder()
    assert real is not None
    folder.mkdir()
    for name in LIBRARIES[:-1]:
        shutil.copy(real / name, folder)
    (folder / LIBRARIES[-1]).symlink_to(real / LIBRARIES[-1])
    monkeypatch.setattr(engines, "kernel_folder", lambda: folder)
    monkeypatch.setattr(engines, "_ask_lean", lambda form, machine: "4.35.0")
    first = identify(tmp_path / "scratch", "lean", "kernel")
    lengthen(folder / LIBRARIES[0])
    second = identify(tmp_path / "scratch", "lean", "kernel")
    (tmp_path / "Support.lean").write_text("prelude\n")
    monkeypatch.setattr(engines, "library_sources", lambda tool: (tmp_path / "Support.lean",))
    monkeypatch.setattr(engines, "library_digest", lambda tool: "another")
    third = identify(tmp_path / "scratch", "lean", "kernel")
    assert len({found["engine"]["identity"] for found in (first, second, third)}) == 3


@pytest.fixture
def toolchain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A full Lean played by a script, which compiles slowly and writes down that it did."""
    home = tmp_path / "toolchain"
    (home / "bin").mkdir(parents=True)
    (home / "lib" / "lean" / "Init" / "Data").mkdir(parents=True)
    (home / "lib" / "lean" / "Init.olean").write_text("olean")
    (home / "lib" / "lean" / "Init" / "Data" / "Nat.olean").write_text("olean")
    said = "'t' does not depend on any axioms"
    message = json.dumps({"severity": "information", "data": said, "pos": {"line": 2}})
    base, *_ = lean_library.library_sources("lean toolchain")
    (home / "bin" / "lean").write_text(
        "#!/bin/sh\ncase $1 in\n--version) echo 'Lean (version 4.15.0)'; exit;;\n"
        f"-R) echo compiled >> {home}/log; sleep 0.5; cat $5 > $4; exit;;\nesac\n"
        f'test "$(cat $LEAN_PATH/Duality/Base.olean)" = "$(cat {base})" || exit 3\n'
        f"cat <<'END'\n{message}\nEND\n"
    )
    (home / "bin" / "lean").chmod(0o755)
    monkeypatch.setenv("PATH", f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return home


@pytest.mark.skipif(kernel_folder() is None, reason="the embedded kernel is not installed")
def test_what_another_project_found_out_outlasts_that_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for project in ("one", "another"):
        (tmp_path / project).mkdir()
        shutil.copy(lean_library.library_sources("lean embedded kernel")[0], tmp_path / project / "Support.lean")
    monkeypatch.setattr(engines, "library_sources", lambda tool: (tmp_path / "one" / "Support.lean",))
    identify(tmp_path / "scratch", "lean", "kernel")
    monkeypatch.setattr(engines, "library_sources", lambda tool: (tmp_path / "another" / "Support.lean",))
    found = identify(tmp_path / "scratch", "lean", "kernel")
    shutil.rmtree(tmp_path / "one")
    assert engines.is_current("lean", "kernel", "", found["files"])


@pytest.mark.parametrize("part", ["lib/lean/Init.olean", "lib/lean/Init/Data/Nat.olean", "lib/lean/Init/New.olean"])
def test_a_full_lean_is_what_it_imports_too(toolchain: Path, tmp_path: Path, part: str) -> None:
    before = identify(tmp_path / "scratch", "lean", "auto")
    assert before["engine"]["form"] == "toolchain"
    lengthen(toolchain / part)
    assert engines.signature("lean", "auto", "", before["files"]) != before["files"]
    after = identify(tmp_path / "scratch", "lean", "auto")
    assert after["engine"]["identity"] != before["engine"]["identity"]
    assert after["engine"]["version"] == before["engine"]["version"]


def test_that_a_full_lean_is_passed_over_is_said_and_not_remembered(
    toolchain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (toolchain / "bin" / "lean").read_text()
    (toolchain / "bin" / "lean").write_text("#!/bin/sh\nexit 3\n")
    found = identify(tmp_path / "scratch", "lean", "auto")
    assert found["engine"]["form"] == "embedded kernel"
    assert "gives no version" in found["note"]
    assert found["note"].endswith("the embedded kernel judges instead")
    assert engines.signature("lean", "auto", "", found["files"]) == found["files"]
    assert not (tmp_path / "scratch" / "engines.json").exists()
    (toolchain / "bin" / "lean").write_text(script)
    assert engines.signature("lean", "auto", "", found["files"]) != found["files"]
    assert identify(tmp_path / "scratch", "lean", "auto")["engine"]["form"] == "toolchain"


def lean(scratch: Path, choice: str) -> Tool:
    engine = identify(scratch, "lean", choice)["engine"]
    return Tool(engine, Limits(30, 4096), LocalRunner(scratch))


def test_engines_that_are_found_out_at_the_same_time_are_both_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    minizinc = engines.ENGINES["minizinc"]

    def meanwhile(*given: Any) -> engines.Found:
        identify(tmp_path, "lean", "kernel")
        return minizinc.probe(*given)

    monkeypatch.setitem(engines.ENGINES, "minizinc", replace(minizinc, probe=meanwhile))
    identify(tmp_path)
    for name, engine in engines.ENGINES.items():
        monkeypatch.setitem(engines.ENGINES, name, replace(engine, probe=lambda *_: pytest.fail("asked again")))
    assert identify(tmp_path)["engine"]["name"] == "minizinc"
    assert identify(tmp_path, "lean", "kernel")["engine"]["name"] == "lean"


def test_parallel_workers_compile_the_library_once(toolchain: Path, tmp_path: Path) -> None:
    asked = lean(tmp_path / "scratch", "toolchain")
    script = (
        "import pickle, sys\nfrom tasks.check.lean import judge\n"
        "assert judge('theorem t', 't', pickle.load(sys.stdin.buffer)).accepted\n"
    )
    import pickle

    def work(_: int) -> int:
        return subprocess.run([sys.executable, "-c", script], input=pickle.dumps(asked), check=False).returncode

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [0, 0, 0, 0]
    assert (toolchain / "log").read_text() == "compiled\n"
    lengthen(toolchain / "lib" / "lean" / "Init.olean")
    assert judge("theorem t", "t", lean(tmp_path / "scratch", "toolchain")).accepted
    assert (toolchain / "log").read_text() == "compiled\n" * 2, "by each Lean for itself"


CERTIFICATE = (
    "prelude\nimport Support\n\ntheorem t : Eq (Nat.ble 2 3) Bool.true := Eq.refl Bool.true\n#print axioms t\n"
)


def test_a_compiled_library_that_was_changed_is_compiled_again(tmp_path: Path) -> None:
    asked = lean(tmp_path, "kernel")
    assert judge(CERTIFICATE, "t", asked).accepted
    (olean,) = tmp_path.rglob("Support.olean")
    whole = olean.read_bytes()
    for damaged in (whole[:-1], whole[: len(whole) // 2], b"", whole[:-1] + bytes([whole[-1] ^ 1])):
        olean.write_bytes(damaged)
        assert judge(CERTIFICATE, "t", asked).accepted
        assert olean.read_bytes() == whole
    olean.unlink()
    assert judge(CERTIFICATE, "t", asked).accepted
    (olean.parent / "sha256").write_text("another")
    assert judge(CERTIFICATE, "t", asked).accepted
    assert olean.read_bytes() == whole


def test_a_library_that_does_not_compile_is_said(toolchain: Path, tmp_path: Path) -> None:
    script = (toolchain / "bin" / "lean").read_text()
    (toolchain / "bin" / "lean").write_text(script.replace("-R) ", "-R) echo 'no such Lean'; exit 1; "))
    with pytest.raises(ToolError, match=r"^lean does not compile its library Base.lean: no such Lean$"):
        judge("theorem t", "t", lean(tmp_path / "scratch", "toolchain"))
    (toolchain / "bin" / "lean").write_text(script)
    assert judge("theorem t", "t", lean(tmp_path / "scratch", "toolchain")).accepted


def test_without_a_place_for_the_library_it_is_one_line(toolchain: Path, tmp_path: Path) -> None:
    (tmp_path / "scratch").write_text("a file, where a folder should be")
    with pytest.raises(ToolError, match="the Lean library cannot be kept"):
        judge("theorem t", "t", lean(tmp_path / "scratch", "toolchain"))


def test_a_replay_compiles_nothing_and_starts_nothing(toolchain: Path, tmp_path: Path) -> None:
    local = LocalRunner(tmp_path / "scratch")
    with pytest.raises(ToolError, match="cache=replay: no verdict is kept"):
        engines.identify("lean", "toolchain", "", CachingRunner(local, "replay", tmp_path / "verdicts"))
    engine = engines.identify("lean", "toolchain", "", local)["engine"]
    replayed = Tool(engine, Limits(30, 4096), CachingRunner(local, "replay", tmp_path / "verdicts"))
    with pytest.raises(ToolError, match="cache=replay: no verdict is kept"):
        judge("theorem t", "t", replayed)
    assert judge(
        "theorem t", "t", Tool(engine, Limits(30, 4096), CachingRunner(local, "use", tmp_path / "verdicts"))
    ).accepted
    shutil.rmtree(tmp_path / "scratch" / "lean")
    (toolchain / "log").unlink()
    assert judge("theorem t", "t", replayed).accepted
    assert not (toolchain / "log").exists()
    assert not (tmp_path / "scratch" / "lean").exists()


def test_a_library_beside_ours_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAN_PATH", str(tmp_path / "evil"))
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / "Evil.olean").write_bytes(next(iter([b"olean"])))
    asked = lean(tmp_path, "kernel")
    judgement = judge("prelude\nimport Support\nimport Evil\n", None, asked)
    assert "unknown module prefix 'Evil'" in judgement.messages[0].text
    assert isinstance(asked.runner, LocalRunner)
    assert isinstance(asked.runner.run(ToolCall(asked.name, "", ("--version",), "", Limits(9, 4096))), Run)
