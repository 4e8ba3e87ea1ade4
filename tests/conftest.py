"""What the tests share: the real program on corpora of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parent.parent

# A shell's background job ignores Ctrl-C, and so would every build that a test starts there.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass
class Finished:
    """A run of doit that ended: its exit code, what it printed, and the tasks that it ran."""

    status: int
    output: str
    errors: str

    @property
    def ran(self) -> set[str]:
        return {line[3:] for line in self.output.splitlines() if line.startswith(".  ")}

    def text(self) -> str:
        return self.output + self.errors


@dataclass
class Project:
    """A copy of the project's program with a corpus of its own."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def chunks(self) -> Path:
        return self.home / "chunks"

    @property
    def rendered(self) -> Path:
        return self.home / "rendered"

    def doit(self, *arguments: str, first: Callable[[], object] | None = None) -> Finished:
        """Runs doit in the project; first is called in its process before it starts."""
        environment = {**os.environ, "PYTHONPATH": str(self.home / "src"), **self.environment}
        finished = subprocess.run(
            [sys.executable, "-m", "doit", *arguments],
            cwd=self.home, env=environment, capture_output=True, text=True, timeout=300, check=False,
            preexec_fn=first,
        )  # fmt: skip
        return Finished(finished.returncode, finished.stdout, finished.stderr)

    def write(self, chunk_id: str, *expressions: str, notes: str = "", **more: Any) -> Path:
        constraints = [
            {"name": f"c{position}", "expr": text, **({"notes": notes} if notes else {})}
            for position, text in enumerate(expressions, start=1)
        ]
        data = {"id": chunk_id, "title": f"Chunk {chunk_id}", "goalType": "proof", "constraints": constraints, **more}
        path = self.chunks / f"chunk-{chunk_id}.constraints.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return path

    def stamp(self, stage: str, chunk_id: str) -> dict[str, Any]:
        text = (self.rendered / "stamps" / stage / f"{chunk_id}.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return found

    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.rendered / "summary.json").read_text(encoding="utf-8"))
        return found

    def copy(self, to: Path) -> Project:
        shutil.copytree(self.home, to)
        return Project(to, dict(self.environment))


def program(home: Path) -> Path:
    """The program without a corpus, as a clone would have it."""
    home.mkdir(parents=True, exist_ok=True)
    for name in ("dodo.py", "pyproject.toml", "lean-toolchain"):
        shutil.copy(REPOSITORY / name, home)
    shutil.copytree(REPOSITORY / "src", home / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return home


def contents(folder: Path) -> Mapping[str, bytes]:
    """Every rendered file by its relative path, the database and the journal aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith((".doit.db", "journal", ".code.json"))
    }


def small_corpus(home: Path) -> Project:
    """The program with a corpus of three computational chunks and a documentation chunk; nothing is built."""
    small = Project(program(home))
    small.write("01", "component_of(X, T_int)")
    small.write("06", "x[1] + x[2] >= 30", "x[3] = 5")
    small.write("08", "forall(i in 1..8)(x[i] >= 3)", parameters={"similarityObjective": "neighbor_distance_min"})
    small.write("19", "x[8] in P", "count(i in 1..8)(x[i] > 10) >= 2", parameters={"monsterPrimes": [2, 7, 17]})
    (small.chunks / "corpus.yaml").write_text('pilots: ["06"]\ndocumentation: ["01"]\ninformal: documentation\n')
    return small


@pytest.fixture(scope="session", autouse=True)
def verdicts_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or leaves a verdict in the user's own cache; what runners compile and find out is shared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("user")))
        patch.setenv("DUALITY_CACHE", str(tmp_path_factory.mktemp("verdicts")))
        patch.setenv("DUALITY_TOOLS", str(tmp_path_factory.mktemp("tools")))
        yield


@pytest.fixture(autouse=True)
def verdicts_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUALITY_CACHE", str(tmp_path / "verdicts"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A small corpus, not built."""
    return small_corpus(tmp_path / "project")


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same, built; not to be changed."""
    project = small_corpus(tmp_path_factory.mktemp("built") / "project")
    finished = project.doit()
    assert finished.status == 0, finished.text()
    return project


@pytest.fixture
def built(built_once: Project, tmp_path: Path) -> Project:
    """A copy of it, as a fresh clone with the rendered folder copied over; that nothing runs there is tested."""
    return built_once.copy(tmp_path / "project")


@pytest.fixture
def stub(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes an executable of that name in a folder of its own and returns the folder."""

    def make(name: str, script: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_text(script)
        path.chmod(0o755)
        return folder

    return make
