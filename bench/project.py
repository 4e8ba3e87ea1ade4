"""One system's project: a corpus of one size, built, edited and measured."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .copies import copy_built
from .corpus import chunk_ids, write_corpus
from .graph import LAYOUT, STAGES, steps
from .systems import System, Tools, make_project


class Late(Exception):
    """A run took longer than it may."""


@dataclass(frozen=True)
class Run:
    """wall and cpu in seconds, that of all descendants included; peak: bytes of the largest process; steps: how many
    were run, of how many chunks.
    """

    wall: float
    cpu: float
    peak: int
    steps: int
    chunks: int


@dataclass(frozen=True)
class Project:
    """real: whether other systems run the stages with their tools; jobs: how many at a time."""

    system: System
    tools: Tools
    home: Path
    size: int
    real: bool
    jobs: int

    @property
    def ids(self) -> list[str]:
        return chunk_ids(self.size)

    @cached_property
    def command(self) -> list[str]:
        return self.system.command(self.tools, self.jobs)

    @cached_property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.system.variables(self.tools)}

    def make(self, seeds: Project | None = None) -> None:
        """Makes the project anew; with what was built from seeds, where given, else with a corpus that is not built."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        make_project(self.home)
        if seeds and self.system.is_ours:
            copy_built(seeds.home, seeds.ids, self.home, self.ids)
        elif seeds:
            for chunk_id, seed in zip(self.ids, seeds.ids * (self.size // seeds.size + 1), strict=False):
                source = str(LAYOUT.source(seed))
                text = (seeds.home / source).read_text(encoding="utf-8").replace(seed, chunk_id)
                (self.home / source.replace(seed, chunk_id)).write_text(text, encoding="utf-8")
        else:
            write_corpus(self.home, self.ids)
        if not self.system.is_ours:
            self.system.tell(self.home, list(steps(self.ids, self.real)))
            if self.real:
                path = os.pathsep.join([str(self.home / "src"), str(Path(__file__).parent.parent)])
                subprocess.run([sys.executable, "-m", "bench.step", "engines"], cwd=self.home, check=True,
                               env={**os.environ, "PYTHONPATH": path})  # fmt: skip

    def run(self, limit: float) -> Run:
        """Builds. Raises Late after limit seconds of wall time, with everything that was started ended."""
        before = self._stamps()
        with tempfile.TemporaryDirectory() as folder:
            result, log = Path(folder) / "result.json", Path(folder) / "log"
            with log.open("wb") as output:
                process = self._start(result, output.fileno())
                try:
                    process.wait(limit)
                except subprocess.TimeoutExpired:
                    raise Late from None
                finally:
                    _end(process)
            status, wall, cpu, peak = json.loads(result.read_text(encoding="utf-8"))
            if status:
                shown = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                raise SystemExit(f"{self.system.name} failed in {self.home} with {status}:\n{shown}")
        after = self._stamps()
        made = [name for name, state in after.items() if before.get(name) != state]
        return Run(wall, cpu, peak, len(made), len({chunk_id for _, chunk_id in made}))

    def run_half(self, limit: float) -> None:
        """Starts a build and kills it when half of the stamps are there. Raises Late."""
        started, half = time.monotonic(), self.size * len(STAGES) // 2
        process = self._start(self.home / "result.json", subprocess.DEVNULL)
        try:
            while process.poll() is None and len(self._stamps()) < half:
                if time.monotonic() - started > limit:
                    raise Late
                time.sleep(0.05)
        finally:
            _end(process)

    def copy(self, to: Path) -> None:
        """A copy of all files, with times and inodes of its own, in the order of their names."""
        for folder, folders, files in os.walk(self.home):
            folders.sort()
            there = to / Path(folder).relative_to(self.home)
            there.mkdir(exist_ok=True)
            for name in sorted(files):
                shutil.copyfile(os.path.join(folder, name), there / name)

    def _start(self, result: Path, output: int) -> subprocess.Popen[bytes]:
        measure = [sys.executable, "-I", "-S", str(Path(__file__).with_name("measure.py")), str(result)]
        return subprocess.Popen([*measure, *self.command], cwd=self.home, env=self.environment, stdout=output,
                                stderr=output, stdin=subprocess.DEVNULL, start_new_session=True)  # fmt: skip

    def _stamps(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Inode and time of each stamp, by stage and chunk."""
        found = {}
        for stage in STAGES:
            with os.scandir(self.home / LAYOUT.out / "stamps" / stage) as entries:
                for entry in entries:
                    if re.fullmatch(r"[0-9]+\.json", entry.name):
                        with suppress(FileNotFoundError):
                            status = entry.stat()
                            found[stage, entry.name[:-5]] = (status.st_ino, status.st_mtime_ns)
        return found


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a run and what it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def make_seeds(tools: Tools, home: Path, size: int, jobs: int, ours: System) -> Project:
    """A corpus that is built with the real tools, for others to be copied from."""
    seeds = Project(ours, tools, home, size, True, jobs)
    seeds.make()
    seeds.run(900)
    return seeds


def build(project: Project, seeds: Project | None, limit: float) -> None:
    """Makes a project and builds it. Raises Late.

    Raises SystemExit where a build of ours finds something to do in what was copied from seeds.
    """
    project.make(seeds)
    if project.system.incremental:
        found = project.run(limit)
        if seeds and project.system.is_ours and found.steps:
            raise SystemExit(f"{found.steps} steps of what was copied to {project.home} were not up to date")


def chunks_of(project: Project) -> Sequence[Path]:
    return [project.home / LAYOUT.source(chunk_id) for chunk_id in project.ids]
