"""The benchmarks measure what they say: builds with nothing to do, and builds of one chunk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.cluster import Run, costs_of, table
from bench.corpus import chunk_ids, chunk_text, raise_ceiling
from bench.scale import Costs, simulate

from conftest import REPOSITORY
from tasks.specification import understand
from tasks.stages import PIPELINE

SYSTEMS = ("ours", "make", "doit")


@pytest.mark.no_cover
def test_every_system_is_measured_and_an_edit_rebuilds_one_chunk(tmp_path: Path) -> None:
    written = tmp_path / "runs.json"
    command = [
        sys.executable, "-m", "bench", "--sizes", "3", "--real", "0", "--rounds", "1", "--systems", ",".join(SYSTEMS),
        "--scenarios", "no-op,edit", "--folder", str(tmp_path / "bench"), "--json", str(written),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src")}
    finished = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert finished.returncode == 0, finished.stderr
    stages = str(len(PIPELINE))
    expected = [("3", scenario, system, steps) for scenario, steps in (("no-op", "0"), ("edit", stages))
                for system in SYSTEMS]  # fmt: skip
    lines = [line.strip("|").split("|") for line in finished.stdout.splitlines()[2:]]
    assert [tuple(cell.strip() for cell in line[:4]) for line in lines] == expected
    rows = json.loads(written.read_text(encoding="utf-8"))
    assert [[run["chunks"] for run in row["runs"]] for row in rows] == [[0]] * 3 + [[1]] * 3
    assert all(run["wall"] > 0 and run["cpu"] > 0 and run["peak"] > 2**20 for row in rows for run in row["runs"])
    assert not (tmp_path / "bench" / "work").exists()


def test_generated_chunks_are_sound_and_no_two_are_alike() -> None:
    ids = chunk_ids(100)
    texts = {chunk_id: chunk_text(chunk_id) for chunk_id in ids}
    assert texts == {chunk_id: chunk_text(chunk_id) for chunk_id in ids}
    said = {json.dumps([c["expr"] for c in json.loads(text)["constraints"]]) for text in texts.values()}
    assert len(said) == len(ids)
    for chunk_id, text in texts.items():
        for version in (text, raise_ceiling(text, 1)):
            specification = understand(Path(f"chunk-{chunk_id}.constraints.json"), version)
            assert specification.kinds()["formal"] == len(specification.statements)


def test_what_a_call_costs_follows_from_builds_with_it_and_without() -> None:
    cluster = Run(wall=30.0, build=5.0, doit=1.0, bridge=2.0, scheduler=4.0, workers=60.0, calls=1000)
    runs = {
        "local": [Run(20.0, 70.0, 1.0, 0.0, 0.0, 0.0, 1000)], "cluster": [cluster],
        "kept": [Run(4.0, 2.5, 1.0, 0.0, 0.0, 0.0, 0)],
    }  # fmt: skip
    assert costs_of(runs, 200) == Costs(calls=5.0, tools=0.3, own=0.01, serial=0.005, bridge=0.002, scheduler=0.004)
    text = table(runs, 200)
    assert "| cluster | 30.0 | 5.0 | 1.0 | 2.0 | 4.0 | 60.0 | 69.0 |" in text
    assert "wall time, cluster over local: 1.50 (1.50 to 1.50)" in text
    assert "on the cluster, over that for a kept verdict: 2.50 ms" in text
    assert "build's CPU for a call, here, with the tool: 67.50 ms" in text


def test_the_simulation_says_what_is_busy_longest() -> None:
    costs = Costs(calls=5.0, tools=0.6, own=0.06, serial=0.01, bridge=0.002, scheduler=0.004)
    one, many = simulate(10_000, 1, costs), simulate(10_000, 1000, costs)
    assert (one.limit, many.limit) == ("tools", "scheduler")
    assert one.wall == pytest.approx(6000, rel=0.01)
    assert many.wall == pytest.approx(200, rel=0.05)
