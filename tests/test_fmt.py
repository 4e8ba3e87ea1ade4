"""The canonical form of a chunk file: one way to write what it says, and never another thing."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from conftest import REPOSITORY, Project
from expressions import random_formula
from tasks.corpus.document import parse_document, read_document
from tasks.corpus.folder import read_corpus
from tasks.errors import LanguageError
from tasks.formatting import formatted
from tasks.language.display import display
from tasks.language.parse import parse
from tasks.language.spacing import same, spaced
from tasks.language.statement import interpret

CANONICAL = """{
  "$schema": "x",
  "id": "07",
  "title": "A \\u2208 \\/ title",
  "goalType": "search",
  "parameters": {
    "scaleN": 1.0e1,
    "monsterPrimes": [17, 2],
    "godelization": {
      "encode": {},
      "base": [
        {
          "b": [],
          "a": null
        }
      ]
    },
    "unknown": true
  },
  "constraints": [
    {
      "name": "a",
      "expr": "x[1] >= 3 /\\\\ x[2] > 1",
      "notes": "Two  spaces,\\n  a line \\u00e9é."
    },
    {
      "name": "b",
      "expr": "x[1]  >="
    },
    3
  ],
  "more": 1
}
"""
MESSY = """
{"more":1,"goalType":"search" , "id":"07",
    "title": "A \\u2208 \\/ title", "constraints":[
  {"notes":"Two  spaces,\\n  a line \\u00e9é.","expr":"x[ 1 ]>=3/\\\\x[2]\\n  >1","name":"a"},
{"expr":"x[1]  >=","name":"b"},3],
"parameters":{"unknown":true,"godelization":{"base":[{"b":[],"a":null}],"encode":{}},"monsterPrimes":[
 17,
 2],"scaleN":1.0e1},"$schema":"x"}"""


def test_a_file_has_the_keys_of_the_schema_in_order_and_its_own_words() -> None:
    path = Path("chunk-07.constraints.json")
    assert formatted(parse_document(path, MESSY)) == CANONICAL
    assert formatted(parse_document(path, CANONICAL)) == CANONICAL


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("x[1]>=3", "x[1] >= 3"),
        (" ( x [1 ]+x[ 2])>= - 3 ", "(x[1] + x[2]) >= -3"),
        ("forall ( i,j in 1 .. 8 where i<j ) ( x[i]!=x[j] )", "forall(i, j in 1..8 where i < j)(x[i] != x[j])"),
        ("not(x[1]=2)", "not (x[1] = 2)"),
        ("! (x[1]==2)", "!(x[1] == 2)"),
        ("¬ ( x[1]=2 )", "¬(x[1] = 2)"),
        ("x[1]div 2=3  %4", "x[1] div 2 = 3 % 4"),
        ("x[1]-  -2<1", "x[1] - -2 < 1"),
        ("x[1]in{1,2 , 3}", "x[1] in {1, 2, 3}"),
        ("x[1]∉P", "x[1] ∉ P"),
        ("a\n&&\tb", "a && b"),
        ("min ( x[1],2 )>1", "min(x[1], 2) > 1"),
        ("x[1] in x[2]..x[3]+1", "x[1] in x[2]..x[3] + 1"),
        ("¬ usable( System\\T_ext )", "¬usable(System \\ T_ext)"),
        ("A=B∧defines( M,T . layers )", "A = B ∧ defines(M, T.layers)"),
        ("p=A→{ C,D }→E", "p = A → {C, D} → E"),
        ("f( )", "f()"),
    ],
)
def test_an_expression_has_one_spacing_and_its_own_signs(written: str, canonical: str) -> None:
    assert spaced(written) == canonical
    assert spaced(canonical) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [("x[1] - 2 > 1", "x[1] + 2 > 1"), ("a -> (b -> c)", "a -> b -> c"), ("x[1] > 2", "x[1] >= 2"), ("a = b", "b = a")],
)
def test_trees_that_differ_are_told_apart(one: str, other: str) -> None:
    assert not same(one, other)


def squeezed(text: str, chance: random.Random) -> str:
    """text with other white space wherever that keeps the tokens apart."""
    found = ""
    for piece in re.findall(r"\w+|[^\w\s]+", text):
        glued = bool(found) and bool(re.match(r"\w", found[-1])) == bool(re.match(r"\w", piece))
        found += chance.choice([" ", "\n", "\t  "] if glued else ["", " ", "  \n"]) + piece
    return found


def test_random_formulas_keep_their_trees_whatever_their_white_space() -> None:
    chance = random.Random(5)
    for _ in range(150):
        text = display(random_formula(chance, 3))
        mangled = squeezed(text, chance)
        canonical = spaced(mangled)
        assert canonical == spaced(text) == spaced(canonical)
        assert parse(canonical) == parse(mangled) == parse(text)
        try:
            assert interpret(canonical, 20, (2, 3)) == interpret(mangled, 20, (2, 3))
        except LanguageError:
            with pytest.raises(LanguageError):
                interpret(mangled, 20, (2, 3))


def test_the_corpus_is_in_canonical_form() -> None:
    corpus = read_corpus(REPOSITORY / "chunks")
    different = [i for i in corpus.ids if formatted(read_document(corpus.path(i))) != corpus.path(i).read_text()]
    assert different == []


@pytest.mark.parametrize(
    "data", [1, None, [], [1, [2, {}]], {}, {"constraints": 3, "id": {"b": 1}}, {"parameters": []}]
)
def test_any_json_is_laid_out_and_says_the_same(data: Any) -> None:
    text = formatted(parse_document(Path("f.json"), json.dumps(data)))
    assert json.loads(text) == data
    assert formatted(parse_document(Path("f.json"), text)) == text


def test_the_command_formats_those_that_are_named_and_leaves_mistakes_alone(project: Project) -> None:
    assert project.doit("fmt").status == 0
    assert project.doit("fmt", "fmt=check").output == "4 chunks, 0 not in canonical form\n"
    six = project.write("06", "x[1]+x[2]>=30", notes="a  b", parameters={"scaleN": 50}, tract="bridge")
    eight = project.chunks / "chunk-08.constraints.json"
    wanted = project.chunks / "wanted.json"
    eight.rename(wanted)
    eight.symlink_to(wanted.name)
    wanted.write_text(wanted.read_text().replace("\n", ""))
    wanted.chmod(0o640)
    before = six.read_bytes()

    checked = project.doit("fmt", "fmt=check")
    assert checked.status == 1
    assert checked.output == (
        "chunks/chunk-06.constraints.json:5: not in canonical form\n"
        "chunks/chunk-08.constraints.json:1: not in canonical form\n"
        "4 chunks, 2 not in canonical form; `doit fmt` formats them\n"
    )
    assert six.read_bytes() == before

    one = project.doit("fmt", "08", "chunks/chunk-19.constraints.json")
    assert (one.status, one.output) == (0, "chunks/chunk-08.constraints.json: formatted\n2 chunks, 1 formatted\n")
    assert eight.is_symlink()
    assert wanted.stat().st_mode & 0o777 == 0o640
    assert six.read_bytes() == before

    (project.chunks / "chunk-19.constraints.json").write_text('{"id": "19"')
    rest = project.doit("fmt")
    assert (rest.status, rest.output) == (
        1, "chunks/chunk-06.constraints.json: formatted\n4 chunks, 1 formatted, 1 left alone\n"
    )  # fmt: skip
    assert rest.errors.startswith("chunks/chunk-19.constraints.json:1: column 11: invalid JSON: the text ends")
    assert json.loads(six.read_text())["constraints"] == [{"name": "c1", "expr": "x[1] + x[2] >= 30", "notes": "a  b"}]
    assert project.doit("fmt", "8").errors == "ERROR: there is no chunk 8 in chunks; did you mean 08?\n"


@pytest.mark.parametrize("command", [["fmt"], ["primes", "write=yes"]], ids=" ".join)
def test_a_chunk_that_is_saved_meanwhile_keeps_what_was_saved(project: Project, command: list[str]) -> None:
    six = project.write("06", "x[1]+x[2]>=30")
    eight = project.write("08", "x[3]>=5")
    document = project.own_package() / "corpus" / "document.py"
    saving = """
    if path.name == "chunk-06.constraints.json" and "saved" not in text:
        path.write_text(text.replace("x[1]", "x[4]").replace("Chunk", "saved"))
"""
    document.write_text(
        document.read_text().replace("\n    if read_text(path) != text:", f"{saving}    if read_text(path) != text:")
    )
    finished = project.doit(*command)
    assert finished.status == 1
    assert "chunk-06.constraints.json: was saved meanwhile, and is left alone" in finished.text()
    assert "x[4]+x[2]" in six.read_text()
    assert ("x[3] >= 5" if command == ["fmt"] else "monsterPrimes") in eight.read_text()


@pytest.mark.parametrize("command", [["fmt"], ["primes", "write=yes"]], ids=" ".join)
def test_a_chunk_that_cannot_be_written_is_one_line(project: Project, command: list[str]) -> None:
    six = project.write("06", "x[1]+x[2]>=30")
    before = six.read_bytes()
    files = project.own_package() / "files.py"
    full = "        raise OSError(28, 'No space left on device')\n        os.replace("
    files.write_text(
        files.read_text().replace("        os.replace(", "        if path.suffix == '.json':\n    " + full, 1)
    )
    finished = project.doit(*command)
    assert finished.status == 1
    assert "chunk-06.constraints.json: cannot be written: No space left on device\n" in finished.text()
    assert "Traceback" not in finished.text()
    assert six.read_bytes() == before
    assert not list(project.chunks.glob(".*"))


def test_a_chunk_whose_form_alone_changes_keeps_its_model_and_its_verdicts(built: Project) -> None:
    path = built.chunks / "chunk-06.constraints.json"
    path.write_text(path.read_text().replace("x[1] + x[2]", "x[1]+x[2]").replace("\n", ""))
    assert built.doit("schema:06").status == 0
    assert built.doit("fmt", "06").output.endswith("1 formatted\n")
    finished = built.doit("06")
    assert finished.status == 0
    assert finished.ran <= {"schema:06"}
