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
from tasks.commands.init import Init
from tasks.commands.new import New
from tasks.corpus.chunk import read_chunk
from tasks.corpus.document import read_document
from tasks.corpus.draft import editor_settings, schema_copies
from tasks.corpus.explain import load_schema
from tasks.corpus.folder import read_corpus
from tasks.errors import UsageError
from tasks.formatting import formatted
from tasks.jobs.assign_primes import check_primes
from tasks.project import Build
from tasks.specification import read_specification


def duality(home: Path, *arguments: str) -> Finished:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src")}
    finished = subprocess.run(
        [sys.executable, "-m", "tasks", *arguments],
        cwd=home, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return Finished(finished.returncode, finished.stdout, finished.stderr)


def run(command: str, *arguments: str) -> None:
    """A command in this process."""
    given = dict(argument.split("=", 1) for argument in arguments if "=" in argument)
    words = [argument for argument in arguments if "=" not in argument]
    (New if command == "new" else Init)(bin_name="duality").run(Build(given), {}, words)


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
    first = begun / "chunks" / "chunk-01.constraints.json"
    check_primes([first], write=False)
    assert formatted(read_document(first)) == first.read_text()


def test_new_chunks_are_valid_and_have_the_next_id_their_tract_and_their_primes(
    begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = duality(begun / "chunks", "new", 'title=A "bridge"\nof ∈')
    assert made.output == "chunks/chunk-02.constraints.json: made; edit its constraints, then `duality 02`\n"
    monkeypatch.chdir(begun)
    run("new", "63", "title=Bridge", "tract=internal")
    corpus = read_corpus(begun / "chunks")
    assert corpus.ids == ("01", "02", "63")
    for chunk_id, tract, title in (("02", "bridge", 'A "bridge"\nof ∈'), ("63", "internal", "Bridge")):
        chunk, document = read_chunk(corpus.path(chunk_id))
        assert (chunk.tract, chunk.title) == (tract, title)
        assert formatted(document) == document.text
        assert read_specification(corpus.path(chunk_id)).kinds()["formal"] == 1
    check_primes([corpus.path(chunk_id) for chunk_id in corpus.ids], write=False)
    with pytest.raises(UsageError, match=r"chunk-63.constraints.json: there is such a file already; choose another id"):
        run("new", "63", "title=Other")
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
def test_what_cannot_be_made_is_told_and_leaves_nothing(
    begun: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(begun)
    before = sorted(begun.rglob("*"))
    with pytest.raises(UsageError) as caught:
        run(*arguments)
    assert message in str(caught.value)
    assert sorted(begun.rglob("*")) == before


def test_init_leaves_what_is_there_but_renews_the_schemas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path
    Project(home).write("06", "x[1] >= 1")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    (home / ".vscode").mkdir()
    mine = home / ".vscode" / "settings.json"
    mine.write_text("// mine\n{}")
    schema = home / "chunks" / ".schema" / "chunk.schema.json"
    schema.parent.mkdir()
    schema.write_text("{}")
    monkeypatch.chdir(home)
    run("init")
    said = capsys.readouterr().out
    assert "chunks/.schema/chunk.schema.json: renewed\n" in said
    assert ".vscode/settings.json: is there, and stays\n" in said
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
