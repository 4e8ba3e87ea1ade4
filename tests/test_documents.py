"""What the documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import REPOSITORY, Project
from tasks.corpus.document import read_document
from tasks.errors import CorpusError
from tasks.formatting import formatted
from tasks.jobs.assign_primes import check_primes
from tasks.specification import read_specification
from tasks.stages import PIPELINE
from tasks.variables import VARIABLES

DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md")])
TESTS = {
    name
    for path in (REPOSITORY / "tests").glob("test_*.py")
    for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_that_a_document_names_is_there(path: Path) -> None:
    named = set(re.findall(r"`(test_\w+)`", path.read_text(encoding="utf-8")))
    assert named <= TESTS


def test_the_promises_name_a_test_each() -> None:
    text = (REPOSITORY / "docs" / "reliability.md").read_text(encoding="utf-8")
    tables = re.findall(r"^\| promise \| test \|\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    rows = [row for table in tables for row in table.splitlines()]
    assert len(rows) >= 20
    assert [row for row in rows if not re.search(r" \| `test_|: `test_", row)] == []


def test_the_promises_say_which_tests_are_slow() -> None:
    """What is not called slow runs with the others, and is not skipped in any case."""
    text = (REPOSITORY / "docs" / "reliability.md").read_text(encoding="utf-8")
    cells = [row.split(" | ")[1] for row in text.splitlines() if row.startswith("| ") and "`test_" in row]
    named = {name: "slow" in cell[:at] for cell in cells for name, at in _names_in(cell)}
    marked = {name for name in named if re.search(r"^@pytest\.mark\.slow", MARKS[name], re.MULTILINE)}
    assert {name for name, slow in named.items() if slow} == marked
    assert [name for name in named if re.search(r"pytest\.mark\.(skip\b|xfail)", MARKS[name])] == []


def _names_in(cell: str) -> list[tuple[str, int]]:
    return [(found[1], found.start()) for found in re.finditer(r"`(test_\w+)`", cell)]


MARKS = {
    name: marks
    for path in (REPOSITORY / "tests").glob("test_*.py")
    for marks, name in re.findall(
        r"^((?:@.*\n(?:[ )].*\n)*)*)def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE
    )
}
"""The decorators of each test."""


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_or_heading_leads_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        name, _, heading = target.partition("#")
        file = path.parent / name if name else path
        assert file.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}, target


README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the README's table under a heading row."""
    (table,) = re.findall(rf"^{re.escape(heading)}\n\|[-|]+\|\n((?:\|.*\n)+)", README, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in table.splitlines()]


def test_the_stages_of_the_readme_are_those_of_the_program() -> None:
    stated = rows("| stage | question | leaves in `rendered/` |")
    assert stated == [[stage.name, stage.asks, stage.leaves] for stage in PIPELINE]


def test_the_variables_of_the_readme_are_those_of_the_program() -> None:
    for (syntax, meaning, default), variable in zip(
        rows("| on the command line | meaning | default |"), VARIABLES, strict=True
    ):
        assert syntax.replace("` `", "|").strip("`") == variable.syntax
        assert meaning.removesuffix(f" (task {variable.task})") == variable.help
        assert default.strip("`") == variable.default


def test_the_chunk_of_the_readme_is_valid_and_has_its_primes_and_its_mistake_is_told_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (text,) = re.findall(r"^```json\n(\{\n  \"id\".*?)^```$", README, re.MULTILINE | re.DOTALL)
    (told,) = re.findall(r"^```\n(chunks/.*?)\n```$", README, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    path = Path("chunks", "chunk-63.constraints.json")
    path.parent.mkdir()
    path.write_text(text)
    assert read_specification(path).kinds()["formal"] == 2
    assert formatted(read_document(path)) == text
    check_primes([path], write=False)
    assert capsys.readouterr().out == "1 chunk has its Monster primes\n"
    path.write_text(text.replace("count(", "cuont("))
    with pytest.raises(CorpusError) as caught:
        read_specification(path)
    assert str(caught.value) == told


def test_help_names_every_variable(project: Project) -> None:
    shown = project.doit("help").output
    for variable in VARIABLES:
        assert f"  {variable.syntax} " in shown
