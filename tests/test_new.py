"""A corpus and a chunk to begin with, and what editors are told about them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conftest import REPOSITORY, Finished, Project
from tasks.corpus.chunk import read_chunk
from tasks.corpus.draft import editor_settings, schema_copies
from tasks.corpus.explain import load_schema
from tasks.corpus.folder import read_corpus
from tasks.formatting import formatted


def duality(home: Path, *arguments: str) -> Finished:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src")}
    finished = subprocess.run(
        [sys.executable, "-m", "tasks", *arguments],
        cwd=home, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return Finished(finished.returncode, finished.stdout, finished.stderr)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus that init made; not to be changed, but for its chunks 02 and 63."""
    home = tmp_path_factory.mktemp("begun")
    finished = duality(home, "init", "corpus")
    assert finished.status == 0, finished.text()
    assert finished.output.endswith("next: cd corpus && duality\n")
    return home / "corpus"


def test_a_corpus_to_begin_with_builds_and_has_its_primes_and_its_form(begun: Path) -> None:
    assert sorted(str(p.relative_to(begun)) for p in begun.rglob("*") if p.is_file()) == [
        ".gitignore", ".vscode/extensions.json", ".vscode/settings.json", "chunks/.schema/chunk.schema.json",
        "chunks/.schema/corpus.schema.json", "chunks/chunk-01.constraints.json", "chunks/corpus.yaml",
    ]  # fmt: skip
    built = duality(begun, "lean=kernel")
    assert built.status == 0, built.text()
    assert "1 chunk: 1 computational, 0 documentation" in built.output
    assert "1 formal (1 solved, 1 proved)" in built.output
    assert duality(begun, "primes").status == 0
    assert duality(begun, "fmt", "fmt=check").status == 0


def test_new_chunks_are_valid_and_have_the_next_id_their_tract_and_their_primes(begun: Path) -> None:
    next_, third = (
        duality(begun / "chunks", "new", 'title=A "bridge"\nof ∈'),
        duality(begun, "new", "63", "title=Bridge", "tract=internal"),
    )
    assert next_.output == "chunks/chunk-02.constraints.json: made; edit its constraints, then `duality 02`\n"
    assert third.status == 0
    corpus = read_corpus(begun / "chunks")
    assert corpus.ids == ("01", "02", "63")
    for chunk_id, tract, title in (("02", "bridge", 'A "bridge"\nof ∈'), ("63", "internal", "Bridge")):
        chunk, document = read_chunk(corpus.path(chunk_id))
        assert (chunk.tract, chunk.title) == (tract, title)
        assert formatted(document) == document.text
    assert duality(begun, "primes", "schema").status == 0
    again = duality(begun, "new", "63", "title=Other")
    assert (again.status, again.output) == (3, "")
    assert "chunk-63.constraints.json: there is such a file already; choose another id" in again.errors
    assert read_chunk(corpus.path("63"))[0].title == "Bridge"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new", "7", "title=x"], "found the id '7', expected two or more digits, such as 63"),
        (["new", "../07", "title=x"], "found the id '../07', expected two or more digits"),
        (["new", "07"], "a chunk needs a title: `duality new 07 title='What it is about'`"),
        (["new", "07", "A", "title"], "a chunk has one id, found 3; write title='...' with quotes"),
        (["new", "07", "title=x", "tract=inner"], "tract=inner: expected internal, external or bridge"),
        (["new", "07", "title=x", "chunks=none"], "none: there is no such folder; `duality init` makes a corpus"),
        (["init", "a", "b"], "init makes a corpus in one folder, found 2"),
        (["init", "a", "chunks=../b"], "chunks=../b: expected a folder in a"),
        (["init", "chunks/corpus.yaml"], "chunks/corpus.yaml/chunks/.schema: cannot be written: "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_cannot_be_made_is_told_in_one_line(begun: Path, arguments: list[str], message: str) -> None:
    before = sorted(begun.rglob("*"))
    finished = duality(begun, *arguments)
    assert (finished.status, finished.output) == (3, "")
    assert finished.errors.startswith("ERROR: ")
    assert message in finished.errors
    assert finished.errors.count("\n") == 1
    assert sorted(begun.rglob("*")) == before


def test_init_leaves_what_is_there_but_renews_the_schemas(project: Project, tmp_path: Path) -> None:
    home = project.home
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    (home / ".vscode").mkdir()
    mine = home / ".vscode" / "settings.json"
    mine.write_text("// mine\n{}")
    schema = home / "chunks" / ".schema" / "chunk.schema.json"
    schema.parent.mkdir()
    schema.write_text("{}")
    finished = project.doit("init")
    assert finished.status == 0, finished.text()
    assert "chunks/.schema/chunk.schema.json: renewed\n" in finished.output
    assert ".vscode/settings.json: is there, and stays\n" in finished.output
    assert mine.read_text() == "// mine\n{}"
    assert json.loads(schema.read_text()) == load_schema("chunk.schema.json")
    assert {path: path.read_bytes() for path in before} == before
    assert not (home / "chunks" / "chunk-02.constraints.json").exists()


def test_editors_find_the_schemas_of_a_new_corpus(begun: Path) -> None:
    settings = json.loads((begun / ".vscode" / "settings.json").read_text())
    (mapped,) = settings["json.schemas"]
    assert json.loads((begun / mapped["url"]).read_text()) == load_schema("chunk.schema.json")
    assert any(fnmatch("/chunks/chunk-01.constraints.json", pattern) for pattern in mapped["fileMatch"])
    ((schema, files),) = settings["yaml.schemas"].items()
    assert json.loads((begun / schema).read_text()) == load_schema("corpus.schema.json")
    assert all((begun / file).is_file() for file in files)
    # Other language servers look into the files themselves.
    chunk = begun / "chunks" / "chunk-01.constraints.json"
    data = json.loads(chunk.read_text())
    named = json.loads((chunk.parent / data["$schema"]).read_text())
    assert named == load_schema("chunk.schema.json")
    Draft202012Validator(named).validate(data)
    (line,) = re.findall(r"^# yaml-language-server: \$schema=(\S+)$", (chunk.parent / "corpus.yaml").read_text(), re.M)
    assert json.loads((chunk.parent / line).read_text()) == load_schema("corpus.schema.json")


def test_editors_find_the_schemas_of_this_repository() -> None:
    for name, text in editor_settings("chunks", "src/tasks/corpus").items():
        assert (REPOSITORY / ".vscode" / name).read_text() == text
    for name in schema_copies():
        assert (REPOSITORY / "src" / "tasks" / "corpus" / name).is_file()
