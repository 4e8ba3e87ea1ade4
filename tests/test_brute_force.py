"""Random chunks through a whole build, beside all of their points and a meaning that is written down elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from brute_force import Sample, samples
from conftest import Project, program
from tasks.language.evaluate import evaluate
from tasks.language.statement import interpret
from tasks.render.text import UNIT_SUM

STAGES = ("schema", "render_mzn", "solve", "render_lean", "sample", "prove", "crosscheck", "balance")


def test_the_evaluator_agrees_with_python_at_all_points() -> None:
    values = set()
    for chunk_id, chunk in samples(0, 60):
        for name, text in chunk.texts.items():
            statement = interpret(text, chunk.total, chunk.primes)
            if statement.expression is None:
                assert statement.kind == "vacuous", text
                assert all(map(chunk.holds[name], chunk.cube)), text
                continue
            for x in chunk.candidates:
                value = evaluate(statement.expression, x, chunk.total, chunk.primes)
                assert value == chunk.holds[name](x), (chunk_id, text, x)
                values.add(value)
    assert values == {True, False}


def compare(project: Project, first: int, count: int) -> tuple[int, int]:
    """Builds so many random chunks. Returns how many have a valid point, and how many have none."""
    project.chunks.mkdir(exist_ok=True)
    for path in project.chunks.iterdir():
        path.unlink()
    (project.chunks / "corpus.yaml").write_text("tract_balance: {limit: 8}\ncrosscheck: {samples: 32}\n")
    chunks = dict(samples(first, count))
    for chunk_id, chunk in chunks.items():
        chunk.write(project.chunks, chunk_id)
    finished = project.doit("lean=kernel")
    assert "Traceback" not in finished.text()
    failures = project.summary()["failures"]
    solved = refuted = 0
    for chunk_id, chunk in chunks.items():
        if valid := chunk.valid():
            found = {task: text for task, text in failures.items() if task.endswith(f":{chunk_id}")}
            assert found == {}, chunk
            check_solved(project, chunk_id, chunk, valid)
            solved += 1
        else:
            check_refuted(failures.pop(f"solve:{chunk_id}", ""), chunk)
            assert not (project.rendered / "stamps" / "solve" / f"{chunk_id}.json").exists()
            refuted += 1
    assert failures == {}
    return solved, refuted


def check_solved(project: Project, chunk_id: str, chunk: Sample, valid: list[tuple[int, ...]]) -> None:
    stamps = {stage: project.stamp(stage, chunk_id) for stage in STAGES}
    assert {stamp["status"] for stamp in stamps.values()} == {"passed"}, chunk
    assert stamps["solve"]["outcome"]["witness"] == list(chunk.best(valid)), chunk
    apart = [abs(sum(x[:4]) - sum(x[4:])) for x in valid]
    assert stamps["balance"]["outcome"] == {"least": min(apart), "most": max(apart), "limit": 8}, chunk
    assert stamps["prove"]["outcome"]["axioms"] == []


def check_refuted(message: str, chunk: Sample) -> None:
    assert "is unsatisfiable: " in message, (chunk, message)
    named = re.findall(r": (c\d+): ", message)
    unit_sum = f"    {UNIT_SUM}: " in message
    assert named or unit_sum, message
    assert not unit_sum or chunk.unit_sum, message
    if "this constraint holds at no point with" in message and "x[1] + ... + x[8] =" in message:
        unit_sum = True  # which stands in the first line
    assert chunk.is_minimal(named, unit_sum), (chunk, message)


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    return Project(program(tmp_path / "project"))


@pytest.mark.cold
@pytest.mark.no_cover
def test_random_chunks_through_a_build_agree_with_brute_force_over_all_points(bare: Project) -> None:
    """Unsatisfiable, minimal conflict, least witness, least and most imbalance; proof, cross-check and all."""
    solved, refuted = compare(bare, 0, 16)
    assert min(solved, refuted) >= 5


@pytest.mark.slow
def test_hundreds_of_random_chunks_agree_with_brute_force_over_all_points(
    bare: Project, say: Callable[[str], None]
) -> None:
    counts = [compare(bare, first, 160) for first in range(1000, 1640, 160)]
    solved, refuted = (sum(each) for each in zip(*counts, strict=True))
    say(f"{solved + refuted} random chunks agree with brute force: {solved} with a valid point, {refuted} without")
    assert solved + refuted == 640
    assert min(solved, refuted) >= 200
