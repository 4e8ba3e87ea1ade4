"""Where the time of a cold build goes: CPU of ours and of the tools, by stage. Run as ./dev python -m bench.stages.

Runs the stages of generated chunks in one process, chunk by chunk, without doit and without anything kept; then again
with all verdicts kept, as after a change of the code; then with what the stages found kept too, as a build that has
lost its out folder has it. The tools are those that the stages start; ours includes what it takes to start them.
"""

from __future__ import annotations

import os
import resource
import tempfile
from collections import defaultdict
from pathlib import Path

from tasks.check.ask import Memory, identify
from tasks.digests import Code
from tasks.plan import Plan, make_plan
from tasks.stages import PIPELINE
from tasks.stages.perform import perform

from .corpus import chunk_ids, write_corpus
from .systems import make_project

CHUNKS = 62
Taken = dict[tuple[str, int], float]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "project"
        make_project(home)
        write_corpus(home, chunk_ids(CHUNKS))
        os.chdir(home)
        plan = make_plan({"cache": str(Path(folder) / "verdicts")})
        passes = [_measure(plan, memory=True), _measure(plan, memory=False), _measure(plan, memory=True)]
        print("| stage | tools, CPU ms a chunk | ours | ours, verdicts kept | ours, all kept |\n|---|---|---|---|---|")
        for stage in PIPELINE:
            print(f"| {stage.name} | {_cells(passes, stage.name)} |")
        print(f"| all | {_cells(passes, '')} |")


def _measure(plan: Plan, *, memory: bool) -> Taken:
    """CPU seconds by stage, or "" for all, and by process: our own, or children."""
    engines = {engine: identify(plan, engine)["engine"] for engine in ("minizinc", "lean")}
    code = Code(plan.layout.code)
    took: Taken = defaultdict(float)
    for chunk_id in plan.corpus.ids:
        for stage in PIPELINE:
            before = _cpu()
            perform(stage, plan, chunk_id, engines, code, Memory(plan) if memory else None)
            for who, seconds in _cpu().items():
                took[stage.name, who] += seconds - before[who]
                took["", who] += seconds - before[who]
    return took


def _cpu() -> dict[int, float]:
    usages = {who: resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)}
    taken = {who: usage.ru_utime + usage.ru_stime for who, usage in usages.items()}
    # The supervisor goes on living: what it and its tools took is in the 14th to 17th field of its status.
    for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        taken[resource.RUSAGE_CHILDREN] += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return taken


def _cells(passes: list[Taken], stage: str) -> str:
    tools, ours = resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF
    took = (passes[0][stage, tools], *(found[stage, ours] for found in passes))
    return " | ".join(f"{seconds / CHUNKS * 1000:.1f}" for seconds in took)


if __name__ == "__main__":
    main()
