"""The systems that are compared: how each is installed, told of the graph, and started."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .graph import REPOSITORY, Step, folders, steps

PACKAGES = {"ninja": "ninja==1.13.2", "scons": "scons==4.11.1", "snakemake": "snakemake==9.27.1",
            "pytask": "pytask==0.6.0"}  # fmt: skip


@dataclass(frozen=True)
class Tools:
    """Where the other systems are installed, once."""

    folder: Path

    def program(self, name: str) -> str:
        """The path of a program of PyPI's, which is installed where it is not there."""
        environment = self.folder / "environment"
        path = environment / "bin" / name
        if not path.exists():
            if not environment.exists():
                subprocess.run([sys.executable, "-m", "venv", environment], check=True)
            pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", PACKAGES[name]]
            subprocess.run(pip, check=True)
        return str(path)

    def doit(self) -> str:
        """A folder with the doit of this environment alone, as our entry points beside it would change it."""
        place = self.folder / f"doit-{importlib.metadata.version('doit')}"
        for name in ("doit", "cloudpickle"):
            for file in importlib.metadata.files(name) or ():
                if file.parts[0] == name and file.suffix == ".py":
                    (place / file).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(str(file.locate()), place / file)
        return str(place)


Tell = Callable[[Path, Sequence[Step]], None]
Command = Callable[[Tools, int], list[str]]


@dataclass(frozen=True)
class System:
    """tell writes the files that describe the graph into a project; command starts a build with so many jobs.

    variables: of its environment; incremental: whether it knows what need not be done.
    """

    name: str
    tell: Tell
    command: Command
    variables: Callable[[Tools], Mapping[str, str]] = field(default=lambda tools: {})
    incremental: bool = True

    @property
    def is_ours(self) -> bool:
        return self.tell is _nothing


def make_project(home: Path) -> None:
    """The program without chunks, and the folders that steps write to."""
    for folder in folders():
        (home / folder).mkdir(parents=True)
    (home / "chunks").mkdir()
    for name in ("dodo.py", "pyproject.toml", "lean-toolchain"):
        shutil.copy(REPOSITORY / name, home)
    shutil.copytree(REPOSITORY / "src", home / "src", ignore=shutil.ignore_patterns("*.egg-info"))


def _nothing(home: Path, graph: Sequence[Step]) -> None:
    """Ours needs no more than the chunks."""


def _ninja(home: Path, graph: Sequence[Step]) -> None:
    lines = ["rule step", "  command = $cmd"]
    for step in graph:
        lines += [f"build {' '.join(step.writes)}: step {' '.join(step.reads)}", f"  cmd = {step.command}"]
    _write(home / "build.ninja", lines)


def _make(home: Path, graph: Sequence[Step]) -> None:
    lines = [".SUFFIXES:", ".DELETE_ON_ERROR:", f"all: {' '.join(step.writes[-1] for step in graph)}"]
    for step in graph:
        grouped = "&" if len(step.writes) > 1 else ""
        lines += [f"{' '.join(step.writes)} {grouped}: {' '.join(step.reads)}", f"\t@{step.command}"]
    _write(home / "Makefile", lines)


def _graph(home: Path, graph: Sequence[Step]) -> None:
    (home / "graph.json").write_text(json.dumps([step.data() for step in graph]), encoding="utf-8")


def _scons(home: Path, graph: Sequence[Step]) -> None:
    _graph(home, graph)
    _write(home / "SConstruct", [
        "import json, os",
        "env = Environment(ENV=os.environ, tools=[], IMPLICIT_COMMAND_DEPENDENCIES=0)",
        'for step in json.load(open("graph.json")):',
        '    env.Command(step["writes"], step["reads"], step["command"])',
    ])  # fmt: skip


def _pytask(home: Path, graph: Sequence[Step]) -> None:
    _graph(home, graph)
    _write(home / "task_steps.py", [
        "import json, subprocess",
        "from pathlib import Path",
        "from pytask import task",
        "HOME = Path(__file__).parent",
        'for step in json.loads((HOME / "graph.json").read_text()):',
        '    @task(id=f"{step[\'stage\']}-{step[\'chunk\']}")',
        '    def task_step(command=step["command"], reads=[HOME / path for path in step["reads"]],',
        '                  produces=[HOME / path for path in step["writes"]]):',
        "        subprocess.run(command, shell=True, check=True, cwd=HOME)",
    ])  # fmt: skip


def _doit(home: Path, graph: Sequence[Step]) -> None:
    _graph(home, graph)
    (home / "pyproject.toml").unlink()  # it registers our plug-ins
    _write(home / "dodo.py", [
        "import json",
        "def task_step():",
        '    for step in json.load(open("graph.json")):',
        '        yield {"name": f"{step[\'stage\']}:{step[\'chunk\']}", "actions": [step["command"]],',
        '               "file_dep": step["reads"], "targets": step["writes"]}',
    ])  # fmt: skip


def _snakemake(home: Path, graph: Sequence[Step]) -> None:
    """A rule a stage: the paths and commands of a chunk named {id}."""
    real = "bench.step" in graph[0].command
    ids = list(dict.fromkeys(step.chunk for step in graph))
    stamps = [step.writes[-1].replace(ids[0], "{id}") for step in graph if step.chunk == ids[0]]
    lines = ['wildcard_constraints: id="[0-9]+"', f"rule all:\n    input: expand({stamps}, id={ids})"]
    for step in steps(["{id}"], real):
        command = step.command.replace("{id}", "{wildcards.id}")
        lines += [f"rule {step.stage}:", f"    input: {list(step.reads)}", f"    output: {list(step.writes)}",
                  f"    shell: {command!r}"]  # fmt: skip
    _write(home / "Snakefile", lines)


def _loop(home: Path, graph: Sequence[Step]) -> None:
    _write(home / "loop.sh", ["set -e", *(step.command for step in graph)])


def _write(path: Path, lines: Sequence[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


SYSTEMS = (
    System("ours", _nothing, lambda tools, jobs: [sys.executable, "-m", "doit", "-n", str(jobs), "cache=verdicts"],
           lambda tools: {"PYTHONPATH": "src"}),
    System("duality", _nothing, lambda tools, jobs: [
        sys.executable, "-m", "tasks", "-n", str(jobs), "cache=verdicts"], lambda tools: {"PYTHONPATH": "src"}),
    System("ninja", _ninja, lambda tools, jobs: [tools.program("ninja"), f"-j{jobs}"]),
    System("make", _make, lambda tools, jobs: ["make", f"-j{jobs}"]),
    System("doit", _doit, lambda tools, jobs: [sys.executable, "-S", "-m", "doit", "-n", str(jobs)],
           lambda tools: {"PYTHONPATH": tools.doit()}),
    System("scons", _scons, lambda tools, jobs: [tools.program("scons"), "-Q", f"-j{jobs}"]),
    System("snakemake", _snakemake, lambda tools, jobs: [
        tools.program("snakemake"), "--quiet", "all", "--cores", str(jobs), "--nolock", "--rerun-incomplete"]),
    System("pytask", _pytask, lambda tools, jobs: [tools.program("pytask"), "-v", "0"]),
    System("loop", _loop, lambda tools, jobs: ["sh", "loop.sh"], incremental=False),
)  # fmt: skip
"""duality is ours by its own command, which loads doit only where there is something to do.

loop is the way it was: every step in an interpreter of its own, one after the other, and all of them each time."""
BY_NAME = {system.name: system for system in SYSTEMS}
