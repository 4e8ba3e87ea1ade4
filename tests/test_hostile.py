"""Whatever lies in the corpus, each hostile file is one clear error or harmless, and the healthy ones are checked."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hostile
from conftest import Finished, Project
from tasks.corpus.settings import read_settings
from tasks.errors import CorpusError, DualityError, LanguageError
from tasks.language.statement import interpret
from tasks.specification import read_specification

HEALTHY = ("06", "08", "19")


def build(project: Project, cases: list[tuple[str, str, hostile.Make]], *arguments: str) -> Finished:
    (project.chunks / "corpus.yaml").write_text(
        'documentation: ["01"]\nlimits: {solve_seconds: 20, prove_seconds: 30}\ncrosscheck: {samples: 16}\n'
    )
    hostile.write(project.chunks, cases)
    before = outside(project)
    finished = project.doit("-n", "2", "lean=kernel", *arguments)
    assert outside(project) == before, "a file outside the out folder"
    text = finished.text()
    assert "Traceback" not in text
    for line in text.split("\n"):
        assert not re.match(r"\s*::", line), line
        assert "##[" not in line, line
        odd = [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]
        assert not odd, (line[:200], odd)
    for chunk_id in HEALTHY:
        for stage in ("schema", "solve", "prove", "crosscheck", "balance"):
            assert project.stamp(stage, chunk_id)["status"] == "passed"
    return finished


def outside(project: Project) -> set[str]:
    """Every file beside the out folder and the cache."""
    everything = [*project.home.parent.iterdir(), *project.home.iterdir(), *project.chunks.rglob("*")]
    return {str(path) for path in everything} - {str(project.rendered), str(project.home.parent / "verdicts")}


def told(finished: Finished, chunk_id: str) -> list[str]:
    """The failures that name the chunk: the lines behind `!! stage:id failed`."""
    return re.findall(rf"^!! \w+:{chunk_id} failed\n((?:   .*\n)+)", finished.output, re.MULTILINE)


def test_there_are_enough_of_them() -> None:
    cases = [*hostile.refused(100), *hostile.with_expressions(300), *hostile.with_texts(400)]
    assert len(cases) + len(hostile.SETTINGS) >= 250
    assert len({make for _, _, make in cases if isinstance(make, bytes)}) >= 200


def test_what_is_no_chunk_is_one_clear_error_each(project: Project) -> None:
    cases = list(hostile.refused(100))
    finished = build(project, cases)
    assert finished.status != 0
    for chunk_id, name, _ in cases:
        messages = told(finished, chunk_id)
        assert len(messages) == 1, (name, messages)
        assert f"chunk-{chunk_id}.constraints.json" in messages[0], name
        assert len(messages[0]) < 2000, name
        assert not list(project.rendered.glob(f"stamps/*/{chunk_id}.json")), name


def test_a_hostile_expression_is_one_clear_error_or_a_formula_like_others(project: Project) -> None:
    cases = list(hostile.with_expressions(300))
    finished = build(project, cases)
    passed = []
    for chunk_id, name, _ in cases:
        messages = told(finished, chunk_id)
        assert len(messages) <= 1, (name, messages)
        if messages:
            assert re.search(rf"chunk[- ]{chunk_id}", messages[0]), (name, messages)
            assert len(messages[0]) < 2000, name
        else:
            passed.append(name)
            for stage in ("schema", "solve", "prove", "crosscheck", "balance"):
                assert project.stamp(stage, chunk_id)["status"] == "passed", (name, stage)
    assert len(passed) < 12, passed


def test_hostile_texts_are_rendered_harmless(project: Project) -> None:
    cases = list(hostile.with_texts(400))
    finished = build(project, cases)
    for chunk_id, name, _ in cases:
        messages = told(finished, chunk_id)
        if messages:
            assert len(messages) == 1, (name, messages)
            assert f"chunk-{chunk_id}.constraints.json" in messages[0], (name, messages)
            continue
        witness = project.stamp("solve", chunk_id)["outcome"]["witness"]
        assert witness == [3, 0, 5, 0, 0, 0, 0, 92], name
        assert project.stamp("prove", chunk_id)["outcome"]["axioms"] == [], name
        assert project.stamp("crosscheck", chunk_id)["outcome"]["disagreements"] == [], name
    refused = [name for chunk_id, name, _ in cases if told(finished, chunk_id)]
    assert len(refused) < 8, refused


@pytest.mark.parametrize("name", hostile.SETTINGS)
def test_a_wrong_corpus_yaml_is_one_clear_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "corpus.yaml").write_bytes(hostile.SETTINGS[name])
    with pytest.raises(CorpusError) as raised:
        read_settings(tmp_path, known={"06"})
    message = str(raised.value)
    assert "corpus.yaml" in message
    assert len(message) < 2000
    assert message.isprintable() or "\n" in message
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("name", ["cycle", "billion laughs", "python tag", "escape key", "command key"])
def test_a_build_with_a_wrong_corpus_yaml_says_so_in_one_line(name: str, project: Project) -> None:
    (project.chunks / "corpus.yaml").write_bytes(hostile.SETTINGS[name])
    finished = project.doit()
    assert finished.status == 3
    assert "corpus.yaml" in finished.text()
    assert "Traceback" not in finished.text()
    assert "\x1b" not in finished.text()
    assert not re.search(r"^\s*::", finished.text(), re.MULTILINE)


@pytest.mark.parametrize("make", ["folder", "pipe", "link to nowhere", "link to /dev/zero"])
def test_a_corpus_yaml_that_is_no_file_is_one_clear_error(make: str, tmp_path: Path) -> None:
    dict(hostile._files("10"))[make](tmp_path / "corpus.yaml")
    with pytest.raises(CorpusError, match=r"corpus\.yaml"):
        read_settings(tmp_path)


# fuzzing: a value or one of our errors, whatever comes

WORDS = [
    *"x [ ] ( ) { } 1 2 8 9 0 N P + - * div mod % / \\ /\\ \\/ && || -> <-> = == != <= >= < > in ∈ ∉ ≤ ≥ ≠ ¬ → .. , i j".split(),
    *"forall exists sum count min max abs bool2int where not xor true false True component_of T_int Ψ".split(), " ", "\n", "'", '"', "\x00",
]  # fmt: skip
FORMULAS = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), st.lists(st.sampled_from(WORDS), max_size=60).map("".join), st.text(max_size=60)
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | FORMULAS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
QUICK = settings(max_examples=300)
LONG = settings(max_examples=40_000)


def parser(text: str) -> None:
    try:
        statement = interpret(text, 20, (2, 7))
    except LanguageError as error:
        assert str(error)
        return
    assert (statement.expression is None) == (statement.kind == "informal")


def file_of(folder: Path, content: bytes) -> None:
    path = folder / "chunk-10.constraints.json"
    path.write_bytes(content)
    try:
        assert read_specification(path).chunk.id == "10"
    except DualityError as error:
        assert str(path) in str(error)


def chunk_of(folder: Path, changes: dict[str, object], text: str) -> None:
    data = hostile.chunk("10", constraints=[{"name": "a", "expr": text}]) | changes
    file_of(folder, hostile._dump(data))


def settings_of(folder: Path, content: bytes) -> None:
    (folder / "corpus.yaml").write_bytes(content)
    try:
        read_settings(folder, known={"06"})
    except CorpusError as error:
        assert "corpus.yaml" in str(error)


CHANGES = st.dictionaries(
    st.sampled_from(["id", "title", "goalType", "tract", "parameters", "constraints", "x"]), VALUES, max_size=2
)
YAML = st.lists(
    st.sampled_from("pilots documentation limits solve_seconds : - [ ] { } , & * ! | > % @ ' \" 06 30 a \n --- ... << # ?".split(" ")),
    max_size=25,
).map(lambda words: " ".join(words).encode())  # fmt: skip


@QUICK
@given(FORMULAS)
def test_the_parser_gives_a_value_or_our_error(text: str) -> None:
    parser(text)


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_are_a_chunk_or_our_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file_of(tmp_path_factory.getbasetemp(), content)


@QUICK
@given(CHANGES, FORMULAS)
def test_any_json_is_a_chunk_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, object], text: str
) -> None:
    chunk_of(tmp_path_factory.getbasetemp(), changes, text)


@QUICK
@given(st.one_of(YAML, st.binary(max_size=100)))
def test_any_corpus_yaml_is_settings_or_our_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    settings_of(tmp_path_factory.getbasetemp(), content)


@pytest.mark.slow
def test_minutes_of_all_that(tmp_path: Path) -> None:
    LONG(given(FORMULAS)(parser))()
    LONG(given(st.binary(max_size=400))(lambda content: file_of(tmp_path, content)))()
    LONG(given(CHANGES, FORMULAS)(lambda changes, text: chunk_of(tmp_path, changes, text)))()
    LONG(given(st.one_of(YAML, st.binary(max_size=100)))(lambda content: settings_of(tmp_path, content)))()
