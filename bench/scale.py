"""What a cluster's calls cost on this machine's loopback, and what follows for larger ones: `python -m bench.scale`.

Measured: a stand-in for the solver that answers at once, asked here and through a cluster of this machine; and one that
sleeps, on many slots. The simulation takes what bench.cluster measured to builds of other sizes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import heapreplace
from pathlib import Path

from tasks.check import engines
from tasks.check.call import IDENTITY, Limits, Runner, ToolCall
from tasks.check.local import LocalRunner
from tasks.check.messages import Demand, Wanted, pack, read_frame, unpack, write_frame
from tasks.check.remote import RemoteRunner
from tasks.cluster.orders import Orders, Ready
from tasks.digests import Code

_STAND_IN = """#!/bin/sh
case "$*" in *--idle*) sleep {seconds}; exit 0;; esac
exec {minizinc} "$@"
"""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Costs:
    """What a chunk and a call cost, measured by bench.cluster, in seconds of processor time.

    Of a chunk: calls, how many it asks; tools, what the workers take for them; own, the build's processes that run
    tasks; serial, the one process that doit schedules in. Of a call: the bridge, and the scheduler.
    """

    calls: float
    tools: float
    own: float
    serial: float
    bridge: float
    scheduler: float


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    options.add_argument("--calls", type=int, default=2000)
    options.add_argument("--slots", type=int, default=64)
    options.add_argument("--seconds", type=float, default=5.0, help="how long a call of the sleeping stand-in takes")
    options.add_argument("--rounds", type=int, default=6, help="calls of it for each slot")
    options.add_argument("--simulate", action="store_true", help="measure nothing")
    options.add_argument("--costs", type=Path, help="what bench.cluster --json wrote; default: as in docs/scaling.md")
    chosen = options.parse_args()
    if not chosen.simulate:
        _measure(chosen)
    costs = Costs(**json.loads(chosen.costs.read_text(encoding="utf-8"))) if chosen.costs else MEASURED
    print(curve(costs), end="")


def _measure(chosen: argparse.Namespace) -> None:
    folder = Path(tempfile.mkdtemp(prefix="duality-scale-"))
    try:
        with _stand_in(folder, 0.0) as local, _cluster(folder, local, 4) as (remote, bridge, cluster):
            call = _call(local)
            here, mine, _ = _timed(local, call, min(chosen.calls, 200), 1, [])
            wall, task, others = _timed(remote, call, chosen.calls, 4, [bridge, *cluster])
            scheduler = others[1] if len(others) > 1 else 0.0
            print(f"{chosen.calls:,} calls, 4 slots: {wall * 1000:.2f} ms of wall time a call; processor time: task's "
                  f"process {task * 1000:.2f} ms (here {mine * 1000:.2f} ms, {here * 1000:.2f} ms of wall time), "
                  f"bridge {others[0] * 1000:.2f} ms, scheduler {scheduler * 1000:.2f} ms")  # fmt: skip
        with _stand_in(folder, chosen.seconds) as local, _cluster(folder, local, chosen.slots) as (remote, *_):
            call = _call(local)
            _timed(remote, call, chosen.slots, chosen.slots, [])  # each slot's process is started by its first call
            calls = chosen.slots * chosen.rounds
            wall, _, _ = _timed(remote, call, calls, chosen.slots, [])
            busy = chosen.seconds / chosen.slots / wall
            print(f"{calls} calls of {chosen.seconds} s on {chosen.slots} slots: {100 * busy:.1f}% busy")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _stand_in(folder: Path, seconds: float) -> Iterator[LocalRunner]:
    path = os.environ["PATH"]
    real = shutil.which("minizinc")
    tool = folder / f"bin{seconds}" / "minizinc"
    tool.parent.mkdir()
    tool.write_text(_STAND_IN.format(seconds=seconds, minizinc=real))
    tool.chmod(0o755)
    os.environ["PATH"] = f"{tool.parent}:{path}"
    (folder / "tools").mkdir(exist_ok=True, mode=0o700)
    try:
        yield LocalRunner(folder / "tools")
    finally:
        os.environ["PATH"] = path


def _call(local: LocalRunner) -> ToolCall:
    identity = engines.identify("minizinc", "", "", local)["engine"][IDENTITY]
    return ToolCall("minizinc", identity, ("--idle",), "x" * 4000, Limits(60, 4096))


@contextmanager
def _cluster(folder: Path, local: LocalRunner, slots: int) -> Iterator[tuple[RemoteRunner, int, list[int]]]:
    """A runner on a cluster of this machine; the process ids of its bridge, and of the scheduler and its workers."""
    package = Code().package_digest()
    demand = Demand(package, "", (Wanted("minizinc", _call(local).identity, "minizinc"),))
    socket = str(folder / f"bridge{slots}")
    bridge = subprocess.Popen(
        [sys.executable, "-m", "tasks.cluster.bridge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "DUALITY_TOOLS": str(local.scratch)},
    )  # fmt: skip
    assert bridge.stdin
    assert bridge.stdout
    try:
        write_frame(bridge.stdin, pack(Orders("dask", socket, slots, demand)))
        ready = unpack(Ready, read_frame(bridge.stdout) or b"")
        if ready.error:
            sys.exit(ready.error)
        yield RemoteRunner(socket, package, ""), bridge.pid, _children(bridge.pid)
    finally:
        bridge.stdin.close()
        bridge.wait()


def _timed(
    runner: Runner, call: ToolCall, calls: int, at_a_time: int, pids: list[int]
) -> tuple[float, float, list[float]]:
    """Seconds of wall time a call; of processor time of the process that asks; and of the processes with these ids."""
    before = [processor(pid) for pid in pids]
    queue = multiprocessing.get_context("fork").SimpleQueue()

    def ask(count: int) -> None:
        started = time.process_time()
        for _ in range(count):
            run = runner.run(call)
            assert run.status == 0, run
        queue.put(time.process_time() - started)

    started = time.monotonic()
    fork = multiprocessing.get_context("fork").Process
    asking = [fork(target=ask, args=(calls // at_a_time,)) for _ in range(at_a_time)]
    for process in asking:
        process.start()
    for process in asking:
        process.join()
    seconds = time.monotonic() - started
    own = sum(queue.get() for _ in asking)
    return seconds / calls, own / calls, [(processor(pid) - b) / calls for pid, b in zip(pids, before, strict=True)]


def processor(pid: int, ended: bool = False) -> float:
    """Seconds of processor time of a process; 0 where it has ended. ended: those too of descendants that have."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11 : 15 if ended else 13])) / _TICKS


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


# The simulation

MEASURED = Costs(calls=5.0, tools=0.578, own=0.0664, serial=0.015, bridge=0.0041, scheduler=0.0043)
"""By bench.cluster: chunks with the real tools, 200 of them; calls with a stand-in, 2,000 of them (docs/scaling.md)."""


@dataclass(frozen=True)
class Simulated:
    """wall seconds, and what each part is busy for: the part that is busy longest saturates first."""

    wall: float
    busy: dict[str, float]

    @property
    def limit(self) -> str:
        return max(self.busy, key=lambda part: self.busy[part])


def simulate(chunks: int, cores: int, costs: Costs, own_cores: int = 8) -> Simulated:
    """A build of so many chunks on a cluster with so many cores, from a machine with own_cores.

    A chunk is started in doit's process, computed on one of the build's cores, and then asks its calls one after the
    other: each passes the bridge and the scheduler, which take one at a time, and holds a core of the cluster.
    """
    bridge, asked = costs.calls * costs.bridge, costs.calls * costs.scheduler
    scale = max(1, chunks // 10_000)  # chunks are alike: a group of so many is one
    free = [0.0] * max(1, cores // scale if cores > scale else cores)
    weight = chunks / (chunks // scale) * len(free) / cores
    own = [0.0] * own_cores
    serial = line = scheduler = end = 0.0
    for _ in range(chunks // scale):
        serial += costs.serial * scale
        at = max(serial, own[0]) + costs.own * scale
        heapreplace(own, at)
        line = max(line, at - costs.own * scale) + bridge * scale
        scheduler = max(scheduler, line - bridge * scale) + asked * scale
        start = max(free[0], min(at, line), scheduler - asked * scale)
        heapreplace(free, start + costs.tools * weight)
        end = max(end, start + costs.tools * weight, line, scheduler)
    busy = {
        "tools": chunks * costs.tools / cores, "own work": chunks * costs.own / own_cores,
        "doit": chunks * costs.serial, "bridge": chunks * bridge, "scheduler": chunks * asked,
    }  # fmt: skip
    return Simulated(end, busy)


def curve(costs: Costs) -> str:
    """Wall time for sizes of corpora and clusters, as a table of Markdown, with what saturates."""
    cores = (1, 10, 64, 100, 300, 1000)
    heads = [f"{n:,} core{'s' * (n > 1)}" for n in cores]
    lines = [f"| chunks | {' | '.join(heads)} |", "|---" * (len(cores) + 1) + "|"]
    for chunks in (10_000, 100_000, 1_000_000):
        found = [simulate(chunks, n, costs) for n in cores]
        lines.append(f"| {chunks:,} | " + " | ".join(f"{_words(each.wall)}, {each.limit}" for each in found) + " |")
    return "\n".join(lines) + "\n"


def _words(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 5940 else f"{seconds / 3600:.1f} h"


if __name__ == "__main__":
    main()
