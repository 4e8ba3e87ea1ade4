"""The corpus that comes with the project keeps what is said of it, and builds whole."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from conftest import REPOSITORY, Finished, Project
from expressions import walk
from lean_notation import definitions, value
from tasks.corpus.folder import read_corpus
from tasks.corpus.primes import assign_primes
from tasks.corpus.settings import limit_can_bind
from tasks.language import syntax
from tasks.specification import Specification, read_specification

CORPUS = read_corpus(REPOSITORY / "chunks")


@cache
def specifications() -> dict[str, Specification]:
    """Every chunk, read."""
    return {chunk_id: read_specification(CORPUS.path(chunk_id)) for chunk_id in CORPUS.ids}


def computational() -> dict[str, Specification]:
    return {i: s for i, s in specifications().items() if i in CORPUS.computational}


@pytest.fixture
def whole(whole_corpus: tuple[Path, Finished]) -> tuple[Project, Finished]:
    out, finished = whole_corpus
    return Project(out.parent), finished


def test_it_has_62_chunks_of_which_six_are_documentation() -> None:
    assert CORPUS.ids == tuple(f"{number:02}" for number in range(1, 63))
    assert CORPUS.settings.documentation == ("01", "02", "03", "04", "05", "21")
    assert CORPUS.settings.pilots == ("06", "08", "09", "19")
    assert CORPUS.settings.informal == "documentation"
    assert (CORPUS.ignored, CORPUS.misnamed) == ((), ())


@pytest.mark.parametrize("chunk_id", CORPUS.ids)
def test_documentation_holds_claims_and_the_rest_formulas(chunk_id: str) -> None:
    kinds = specifications()[chunk_id].kinds()
    if chunk_id in CORPUS.settings.documentation:
        assert kinds["formal"] == kinds["vacuous"] == 0
        assert kinds["informal"] >= 1
    else:
        assert kinds["formal"] >= 3
        assert kinds["vacuous"] == kinds["informal"] == 0


@pytest.mark.parametrize("chunk_id", CORPUS.computational)
def test_each_chunk_has_a_balance_limit_that_can_bind(chunk_id: str) -> None:
    chunk = specifications()[chunk_id].chunk
    assert CORPUS.settings.has_balance_limit(chunk_id)
    limit = CORPUS.settings.balance_limit(chunk_id, chunk.total)
    assert limit_can_bind(limit, chunk.total, chunk.unit_sum)


def test_titles_of_the_pilots() -> None:
    assert {i: specifications()[i].chunk.title for i in CORPUS.settings.pilots} == {
        "06": "External Tract: Tetrachord Polyphony Synthesis",
        "08": "Internal Tract: Intelligence Operator Pipeline",
        "09": "Bridge Tract: Synchronization Layer",
        "19": "Bridge Tract: Observer Consciousness Integration",
    }


def test_every_node_operator_and_quantifier_of_the_language_is_in_use() -> None:
    seen: set[str] = set()
    for specification in computational().values():
        for statement in specification.statements:
            assert statement.expression is not None
            for node in walk(statement.expression):
                seen.add(type(node).__name__)
                match node:
                    case syntax.Chain(operators=operators):
                        seen.update(operators)
                    case syntax.Comparison(operator=operator):
                        seen.add(operator)
                    case syntax.Quantified(quantifier=quantifier, condition=condition):
                        seen.add(quantifier)
                        seen.update(["where"] if condition else [])
                    case syntax.Application(operator=operator):
                        seen.add(f"{operator}(..)")
    symbols = set("+ - * div mod /\\ \\/ xor -> <-> < <= > >= = !=".split())
    wanted = {node.__name__ for node in syntax.NODES} | symbols
    wanted |= {"forall", "exists", "sum", "count", "min", "max", "min(..)", "max(..)", "where"}
    assert wanted - seen == set()


SPELLINGS = (
    "<-> -> → \\/ || ∨ xor /\\ && ∧ < <= ≤ > >= ≥ = == != ≠ in ∈ ∉ .. + - * div mod % not ! ¬ true True false False "
    "N P abs min max bool2int forall exists sum count where"
).split()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_the_language_is_in_use(spelling: str) -> None:
    before, after = (r"(?<!\w)", r"(?!\w)") if spelling.isalnum() else (r"(?<![<>=!\-/\\])", "(?![=>])")
    word = before + re.escape(spelling) + after
    texts = [c.text for s in computational().values() for c in s.chunk.constraints]
    assert any(re.search(word, text) for text in texts)


def test_tracts_goals_objectives_and_totals_vary() -> None:
    chunks = [s.chunk for s in computational().values()]
    assert set(Counter(c.tract for c in chunks)) == {"internal", "external", "bridge"}
    assert set(Counter(c.goal for c in chunks)) == {"proof", "search", "refinement"}
    assert min(Counter(c.objective for c in chunks).values()) >= 5
    assert sum(c.total != 100 for c in chunks) >= 5
    assert sum(not c.unit_sum for c in chunks) >= 1
    assert sum("tract" not in json.loads(CORPUS.path(i).read_text()) for i in CORPUS.computational) >= 5


def test_every_title_and_note_says_something() -> None:
    titles = [s.chunk.title for s in specifications().values()]
    assert len(set(titles)) == 62
    for chunk_id, specification in specifications().items():
        for constraint in specification.chunk.constraints:
            assert len(constraint.notes.split()) >= 5, (chunk_id, constraint.name)


@pytest.mark.parametrize("chunk_id", CORPUS.computational)
def test_monster_primes_are_those_of_the_algorithm(chunk_id: str) -> None:
    chunk = specifications()[chunk_id].chunk
    assert chunk.primes == assign_primes(chunk_id, chunk.tract)


def test_the_whole_corpus_builds(whole: tuple[Project, Finished]) -> None:
    project, finished = whole
    assert finished.status == 0, finished.text()[-4000:]
    summary = project.summary()
    assert summary["status"] == "passed"
    assert summary["count"] == {"all": 62, "computational": 56, "documentation": 6}
    for stage in ("render_mzn", "solve", "render_lean", "sample", "prove", "crosscheck", "balance"):
        assert summary["stages"][stage] == {"passed": 56, "warned": 0, "failed": 0, "not_run": 0}
    kinds = summary["constraints"]
    assert kinds["formal"] == kinds["solved"] == kinds["proved"] >= 3 * 56
    assert kinds["vacuous"] == 0
    witnesses = [tuple(row["witness"]) for row in summary["chunks"] if row["witness"] is not None]
    assert len(set(witnesses)) == 56


@pytest.mark.parametrize("chunk_id", CORPUS.computational)
def test_every_module_holds_at_the_witness_and_not_beside_it(whole: tuple[Project, Finished], chunk_id: str) -> None:
    project, _ = whole
    witness = project.stamp("solve", chunk_id)["outcome"]["witness"]
    module = (project.rendered / "lean" / "Duality" / f"Chunk{chunk_id}.lean").read_text(encoding="utf-8")
    defined = definitions(module)
    assert value(defined["Valid"], witness, defined)
    assert agrees_nearby(computational()[chunk_id], witness, defined)


def agrees_nearby(specification: Specification, witness: list[int], defined: dict[str, str]) -> bool:
    """Whether module and evaluator agree at every point one unit away, on and off the simplex."""
    points = [[v + (i == a) - (i == b) for i, v in enumerate(witness)] for a in range(8) for b in range(8)]
    points += [[v + (i == a) for i, v in enumerate(witness)] for a in range(8)]
    return all(bool(value(defined["Valid"], p, defined)) is not bool(specification.violations(p)) for p in points)


def test_nothing_in_the_repository_names_a_machine() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    home = str(Path.home())
    for name in listed.stdout.splitlines():
        text = (REPOSITORY / name).read_bytes()
        assert str(REPOSITORY).encode() not in text, name
        assert home == "/" or f"{home}/".encode() not in text, name
