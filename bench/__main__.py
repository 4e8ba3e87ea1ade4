"""Compares Duality with other build systems on the same graph. See docs/performance.md.

Every system gets a project of its own for each size. In each round all systems are measured once, one after the other;
the table shows medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path

from tasks.plan import user_folder

from .project import Late, Project, build, make_seeds
from .scenarios import SCENARIOS
from .systems import SYSTEMS, Tools
from .table import Row, table

SEEDS = 20
BUILD_SECONDS = 900
SETTLE_SECONDS = 2.2


def main() -> None:
    chosen = _arguments().parse_args()
    tools, work = Tools(chosen.folder / "tools"), chosen.folder / "work"
    rows: list[Row] = []
    shutil.rmtree(work, ignore_errors=True)
    try:
        for size in chosen.sizes:
            _measure(size, chosen, tools, work, rows)
            shutil.rmtree(work)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        print(table(rows), end="")
        if chosen.json:
            chosen.json.write_text(json.dumps([row.data() for row in rows], indent=1) + "\n", encoding="utf-8")


def _measure(size: int, chosen: argparse.Namespace, tools: Tools, work: Path, rows: list[Row]) -> None:
    """Adds the rows of one size, scenario by scenario."""
    real = size <= chosen.real
    scenarios = [
        scenario for scenario in SCENARIOS if scenario.name in chosen.scenarios and (real or not scenario.cold)
    ]
    seeds = None if real else make_seeds(tools, work / "seeds", max(1, min(SEEDS, size // 2)), chosen.jobs, SYSTEMS[0])
    projects = [Project(system, tools, work / system.name, size, real, chosen.jobs)
                for system in SYSTEMS if system.name in chosen.systems]  # fmt: skip
    unbuilt = set()
    if any(not scenario.cold for scenario in scenarios):
        for project in projects:
            _say(f"{size:,} chunks: building with {project.system.name}")
            try:
                build(project, seeds, BUILD_SECONDS)
            except Late:
                unbuilt.add(project.system.name)
        time.sleep(SETTLE_SECONDS)
        for project in projects:  # once more, as a file that has just changed is looked at twice
            if project.system.incremental and project.system.name not in unbuilt:
                project.run(BUILD_SECONDS)
    for scenario in scenarios:
        of_systems = {project.system.name: Row(size, scenario.name, project.system.name) for project in projects
                      if scenario.name == "cold" or project.system.incremental}  # fmt: skip
        rows += of_systems.values()
        for number in range(1, chosen.rounds + 1):
            for project in projects:
                row = of_systems.get(project.system.name)
                if row is None or row.late:
                    continue
                if not scenario.cold and project.system.name in unbuilt:
                    row.late.append("not measured")
                    continue
                _say(f"{size:,} chunks: {scenario.name}, round {number}, {project.system.name}")
                try:
                    with contextmanager(scenario.prepare)(project, number, chosen.limit) as prepared:
                        row.runs.append(prepared.run(chosen.limit))
                except Late:
                    row.late.append(f"> {chosen.limit:.0f}")
                    if scenario.name not in ("no-op", "clone"):  # it is left half built
                        unbuilt.add(project.system.name)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="scenarios:\n" + "\n".join(f"  {scenario.name:<9} {scenario.doc}" for scenario in SCENARIOS),
    )  # fmt: skip
    names = [scenario.name for scenario in SCENARIOS]
    systems = [system.name for system in SYSTEMS]
    parser.add_argument("--sizes", type=_numbers, default=[62, 500, 2000, 10_000], help="default: 62,500,2000,10000")
    parser.add_argument("--scenarios", type=_some_of(names), default=names, help=f"default: {','.join(names)}")
    parser.add_argument("--systems", type=_some_of(systems), default=systems, help=f"default: {','.join(systems)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2, help="how many steps at a time, where a system can; default: 2")
    parser.add_argument(
        "--real", type=int, default=62, metavar="N",
        help="up to N chunks are built with the real tools by every system, and cold builds are measured; above, the "
        "built state is copied from a few chunks, and the commands of other systems copy files; default: 62",
    )  # fmt: skip
    parser.add_argument("--limit", type=float, default=120, help="seconds of wall time that a run may take")
    parser.add_argument("--folder", type=Path, default=user_folder() / "bench",
                        help="where tools are kept, and projects made; default: %(default)s")  # fmt: skip
    parser.add_argument("--json", type=Path, help="write every run to this file too")
    return parser


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.replace("_", "").split(",")]


def _some_of(names: Sequence[str]) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        found = text.split(",")
        if unknown := sorted({*found} - {*names}):
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not among {', '.join(names)}")
        return found

    return parse


if __name__ == "__main__":
    main()
