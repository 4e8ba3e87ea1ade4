"""Builds of one generated corpus with the tools here and on a cluster: `python -m bench.cluster`.

The cluster is a scheduler and two workers on this machine's loopback. In each round the corpus is built cold with the
tools here (local), cold with the tools on the workers (cluster), and once more with all verdicts kept (kept), which
is what a build takes beside its calls. With --copies the solver is a stand-in that answers what the real one said of 20
chunks, all others are copies of these, and there is no Lean.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tasks.records.journal import Verdicts, entries

from .corpus import chunk_ids, chunk_text, source, write_corpus
from .scale import Costs, processor
from .systems import make_project

STAND_IN = """#!/bin/sh
case "$*" in *[!6]0000" -") ;; *) exec {minizinc} "$@";; esac
text=$(mktemp {folder}/text.XXXXXX)
cat > $text
answer={folder}/$({{ echo "$*"; sed 's/1[0-9]\\{{5\\}}/ID/g' $text; }} | sha256sum | cut -c1-64)
[ -e $answer ] || {{ {minizinc} "$@" < $text > $text.answer && mv $text.answer $answer; }}
rm $text
exec cat $answer
"""
RUNNERS = ("local", "cluster", "kept")
WORKERS = 2
_CLUSTER = ("scheduler", "workers")


@dataclass(frozen=True)
class Run:
    """Seconds: wall; of processor time: build, with all that it starts, and of that doit's own process and the bridge;
    scheduler; workers, with the tools that they run: where the build asked them, without what they take when idle.
    calls: how many a tool answered.
    """

    wall: float
    build: float
    doit: float
    bridge: float
    scheduler: float
    workers: float
    calls: int

    @property
    def all(self) -> float:
        return self.build + self.scheduler + self.workers


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    options.add_argument("--chunks", type=int, default=200)
    options.add_argument("--copies", action="store_true", help="copies of 20 chunks, with a stand-in for the solver")
    options.add_argument("--tasks", nargs="*", default=[], help="what is built, such as solve; default: all")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--jobs", type=int, default=2, help="tasks at a time, here and on the cluster; default: 2")
    options.add_argument("--json", type=Path, help="write the costs that bench.scale takes to this file")
    chosen = options.parse_args()
    runs: dict[str, list[Run]] = {runner: [] for runner in RUNNERS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duality-bench-")))
        project = _Project(folder, chosen)
        address, pids = stack.enter_context(_cluster(folder, project.with_program(folder / "there"), chosen.jobs))
        project.warm_up(address)
        try:
            for number in range(1, chosen.rounds + 1):
                for runner in RUNNERS:
                    print(f"round {number}: {runner}", file=sys.stderr, flush=True)
                    run = project.build(runner, address, pids)
                    idle = run if runner == "local" else runs["local"][-1]
                    share = run.wall / idle.wall
                    net = {part: max(0.0, getattr(run, part) - share * getattr(idle, part)) for part in _CLUSTER}
                    runs[runner].append(run if run is idle else replace(run, **net))
        finally:
            runs["local"] = [replace(run, scheduler=0.0, workers=0.0) for run in runs["local"]]
            if runs["kept"]:
                print(table(runs, chosen.chunks), end="")
    costs = costs_of(runs, chosen.chunks)
    print(json.dumps(asdict(costs)))
    if chosen.json:
        chosen.json.write_text(json.dumps(asdict(costs)) + "\n", encoding="utf-8")


class _Project:
    """The corpus and the program; the workers have a program of their own, as it is edited here."""

    def __init__(self, folder: Path, chosen: argparse.Namespace) -> None:
        self.folder, self.home, self.copies = folder, folder / "project", chosen.copies
        self.tasks = chosen.tasks
        self.arguments = ["-n", str(chosen.jobs), *(["lean=off"] if self.copies else [])]
        for place in (self.home, folder / "there"):
            make_project(place)
        ids = chunk_ids(chosen.chunks)
        self.first = ids[: 20 if self.copies else 4]
        write_corpus(self.home, self.first if self.copies else ids)
        self.environment = {**os.environ, "DUALITY_TOOLS": str(folder / "tools")}
        (folder / "tools").mkdir(mode=0o700)
        if self.copies:
            for number, chunk_id in enumerate(ids[20:]):
                text = chunk_text(ids[number % 20]).replace(ids[number % 20], chunk_id)
                (self.home / source(chunk_id)).write_text(text, encoding="utf-8")
            for name in ("bin", "answers"):
                (folder / name).mkdir()
            tool = folder / "bin/minizinc"
            tool.write_text(STAND_IN.format(folder=folder / "answers", minizinc=shutil.which("minizinc")))
            tool.chmod(0o755)
            self.environment["PATH"] = f"{tool.parent}:{os.environ['PATH']}"

    def with_program(self, home: Path) -> dict[str, str]:
        paths = [str(home / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {**self.environment, "PYTHONPATH": os.pathsep.join(paths)}

    def warm_up(self, address: str) -> None:
        """Lets the workers start what they need, and the stand-in learn its answers."""
        self._run([f"cache={self.folder / 'verdicts'}", f"runner={address}", *self.arguments, *self.first], [])

    def build(self, runner: str, address: str, pids: Sequence[int]) -> Run:
        """A build from nothing: with no verdict that is kept, or (kept) with all, and nothing of ours."""
        verdicts, code = self.folder / "verdicts", self.home / "src/tasks/stages/sample.py"
        shutil.rmtree(self.home / "rendered")
        if not self.copies and runner != "kept":
            shutil.rmtree(verdicts)
        text = code.read_text(encoding="utf-8")
        try:
            if runner == "kept":
                code.write_text(f"{text}# {time.time()}\n", encoding="utf-8")  # so that no sample is a kept one
            # A copy asks what the others have asked.
            cache = "off" if self.copies and runner != "kept" else verdicts
            where = [f"runner={address}"] if runner == "cluster" else []
            return self._run([f"cache={cache}", *where, *self.arguments, *self.tasks], pids)
        finally:
            code.write_text(text, encoding="utf-8")

    def _run(self, arguments: Sequence[str], pids: Sequence[int]) -> Run:
        before, started = [tree(pid) for pid in pids], time.monotonic()
        doit = bridge = 0.0
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen([sys.executable, "-m", "doit", *arguments], cwd=self.home,
                                       env=self.with_program(self.home), stdout=log, stderr=log)  # fmt: skip
            try:
                found: dict[int, float] = {}
                while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
                    doit = processor(process.pid)
                    for pid in _children(process.pid):
                        if pid in found or b"tasks.cluster.bridge" in _command(pid):
                            bridge = found[pid] = processor(pid)
                    time.sleep(0.1)
            except BaseException:
                process.terminate()
                process.wait()
                raise
        wall, usage = time.monotonic() - started, ended[2]
        if code := os.waitstatus_to_exitcode(ended[1]):
            sys.exit(f"the build ended with {code}:\n{(self.folder / 'log').read_text(errors='replace')[-3000:]}")
        scheduler, *workers = [tree(pid) - b for pid, b in zip(pids, before, strict=True)] or [0.0]
        journal = entries(self.home / "rendered/journal.jsonl")
        verdicts = sum((entry.verdicts for entry in journal), Verdicts())
        return Run(wall, usage.ru_utime + usage.ru_stime, doit, bridge, scheduler, sum(workers), verdicts.asked)


@contextmanager
def _cluster(folder: Path, environment: dict[str, str], slots: int) -> Iterator[tuple[str, list[int]]]:
    """The address of a scheduler, and the process ids of it and its workers."""
    file, started = folder / "scheduler.json", []

    def start(part: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *arguments, "--host", "127.0.0.1"]
        started.append(subprocess.Popen([*command, "--no-dashboard"], env=environment, stdout=log, stderr=log))

    with (folder / "cluster.log").open("wb") as log:
        try:
            start("scheduler", "--port", "0", "--scheduler-file", str(file))
            while not file.exists() or not file.read_text().endswith("}"):
                time.sleep(0.1)
            address = json.loads(file.read_text())["address"]
            for _ in range(WORKERS):
                start("worker", address, "--no-nanny", "--nthreads", str(max(1, slots // WORKERS)))
            yield address, [process.pid for process in started]
        finally:
            for process in started:
                process.kill()
                process.wait()


def tree(pid: int) -> float:
    """Seconds of processor time of a process and its descendants, those that have ended and were waited for too."""
    return processor(pid, ended=True) + sum(map(tree, _children(pid)))


def _children(pid: int) -> list[int]:
    try:
        threads = os.listdir(f"/proc/{pid}/task")
        texts = [Path(f"/proc/{pid}/task/{thread}/children").read_text() for thread in threads]
    except OSError:  # it has just ended
        return []
    return [int(child) for text in texts for child in text.split()]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def costs_of(runs: dict[str, list[Run]], chunks: int) -> Costs:
    """Medians over the rounds on the cluster."""

    def each(of: Callable[[Run], float]) -> float:
        return round(statistics.median(map(of, runs["cluster"])), 6)

    return Costs(
        calls=each(lambda run: run.calls / chunks), tools=each(lambda run: run.workers / chunks),
        own=each(lambda run: (run.build - run.doit - run.bridge) / chunks), serial=each(lambda run: run.doit / chunks),
        bridge=each(lambda run: run.bridge / run.calls), scheduler=each(lambda run: run.scheduler / run.calls),
    )  # fmt: skip


def table(runs: dict[str, list[Run]], chunks: int) -> str:
    """Markdown: medians, and ratios of one round with their least and most."""
    lines = [
        "| tools | wall s | build's CPU s | doit's process | bridge | scheduler | workers with tools | all CPU s |"
    ]
    lines.append("|---" * 8 + "|")
    parts = ("wall", "build", "doit", "bridge", "scheduler", "workers", "all")
    for runner, found in runs.items():
        cells = [f"{statistics.median(getattr(run, part) for run in found):.1f}" for part in parts]
        lines.append(f"| {runner} | {' | '.join(cells)} |")
    rounds = list(zip(runs["local"], runs["cluster"], runs["kept"], strict=False))
    calls = rounds[0][1].calls
    lines += ["", f"{chunks:,} chunks, {calls:,} calls, {len(rounds)} rounds; medians (least to most):"]
    lines.append(_spread("wall time, cluster over local", [c.wall / h.wall for h, c, _ in rounds], ""))
    lines.append(_spread("all CPU, cluster over local", [c.all / h.all for h, c, _ in rounds], ""))
    more = [1000 * (c.build - k.build) / calls for _, c, k in rounds]
    lines.append(_spread("build's CPU for a call, on the cluster, over that for a kept verdict", more, " ms"))
    lines.append(_spread("bridge's CPU for a call", [1000 * c.bridge / calls for _, c, _ in rounds], " ms"))
    here = [1000 * (h.build - k.build) / calls for h, _, k in rounds]
    lines.append(_spread("build's CPU for a call, here, with the tool", here, " ms"))
    lines.append(_spread("scheduler's CPU for a call", [1000 * c.scheduler / calls for _, c, _ in rounds], " ms"))
    lines.append(
        _spread("workers' CPU for a call, with the tool", [1000 * c.workers / calls for _, c, _ in rounds], " ms")
    )
    return "\n".join(lines) + "\n"


def _spread(what: str, values: Sequence[float], unit: str) -> str:
    return f"{what}: {statistics.median(values):.2f}{unit} ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    main()
