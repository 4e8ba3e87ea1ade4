"""What an editor is told of a file while it is written: of every text something, and of none a traceback."""

from __future__ import annotations

import json
import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import REPOSITORY, Project
from tasks.corpus.document import parse_document, pointer_to
from tasks.corpus.explain import load_schema
from tasks.editor.chunk_text import ChunkText
from tasks.editor.completion import Completion, complete_in_chunk, without_places
from tasks.editor.definition import definitions
from tasks.editor.findings import Finding, find_in_chunk, find_in_settings
from tasks.editor.hover import Hover, code, hover_in_chunk
from tasks.editor.outline import cursor_at, read_outline
from tasks.editor.positions import Encoding, Positions, whole_characters
from tasks.editor.results import results_of
from tasks.editor.schema import rules
from tasks.editor.settings_text import SettingsText
from tasks.editor.words import explain, vocabulary
from tasks.editor.workspace import Workspace
from tasks.language.statement import interpret
from tasks.layout import Layout

FILE = Path("/nowhere/chunks/chunk-06.constraints.json")
N, P = 40, (2, 7, 17)


def chunk(*expressions: str, **more: object) -> str:
    constraints = [{"name": f"c{position}", "expr": text} for position, text in enumerate(expressions)]
    return json.dumps({"id": "06", "title": "T", "goalType": "proof", "constraints": constraints} | more, indent=1)


def marked(text: str, informal: bool = True) -> list[tuple[str, str]]:
    """Of each finding the text that it marks, and its message."""
    return [(text[f.start : f.end], f.message) for f in find_in_chunk(ChunkText(FILE, text), informal)]


# Positions.


@given(
    st.text(st.sampled_from("ab\n\r\u2028é\U0001f600\0"), max_size=30), st.sampled_from(["utf-8", "utf-16", "utf-32"])
)
def test_offsets_and_positions_are_each_other_s_inverse(text: str, encoding: Encoding) -> None:
    positions = Positions(text, encoding)
    seen = [positions.position(offset) for offset in range(len(text) + 1)]
    assert seen == sorted(seen)
    for offset, (line, column) in enumerate(seen):
        if text[offset - 1 : offset + 1] != "\r\n":  # in the midst of a line's end
            assert positions.offset(line, column) == offset


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 6), ("utf-16", 3), ("utf-32", 2)])
def test_columns_count_what_the_editor_counts(encoding: Encoding, column: int) -> None:
    positions = Positions("a\n\U0001f600é!", encoding)
    assert positions.position(4) == (1, column)
    assert positions.offset(1, column) == 4
    assert positions.offset(1, 99) == positions.offset(9, 0) == 5
    assert positions.offset(1, 1) == (3 if encoding == "utf-32" else 2)  # in the midst of a character


def test_each_end_of_a_line_that_the_protocol_knows_ends_one_and_no_other() -> None:
    positions = Positions("a\rb\r\nc\u2028d\ne")
    assert [positions.position(offset) for offset in (2, 5, 7, 9)] == [(1, 0), (2, 0), (2, 2), (3, 0)]


# The outline.


def test_the_outline_of_a_valid_text_is_the_document() -> None:
    for path in sorted((REPOSITORY / "chunks").glob("*.json"))[:20]:
        document = parse_document(path, path.read_text())
        outline = read_outline(document.text)
        assert outline.items
        for pointer, item in outline.items.items():
            assert (item.start, item.end) == document.span(pointer)
            assert item.ends
            assert item.key is None or item.key[0] == document.key_start(pointer)
            if item.kind in ("string", "scalar"):
                assert json.loads(document.text[item.start : item.end]) == item.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": "b', {"": None, "/a": "b"}),
        ('{"a": "b\n"c": 1', {"": None, "/a": "b", "/c": 1}),
        ('{"a": "b\\"', {"": None, "/a": 'b"'}),
        ('{"a" "c": 1}', {"": None, "/c": 1}),
        ('{"a": [1 2, {"b": 3}, ', {"": None, "/a": None, "/a/0": 1, "/a/1": 2, "/a/2": None, "/a/2/b": 3}),
        ('{"a": [1}, "b": 2}', {"": None, "/a": None, "/a/0": 1}),
        ('{"a~/": "\\u00e9\\', {"": None, "/a~0~1": "é"}),
        ('{"a": \\ud800, "b": "\\ud800"}', {"": None, "/a": None, "/b": "\ufffd"}),
        ("]]}{:,", {"": None}),
        ("", {}),
    ],
)
def test_what_is_written_of_a_text_is_found(text: str, expected: dict[str, object]) -> None:
    assert {pointer: item.value for pointer, item in read_outline(text).items.items()} == expected


def at(text: str) -> tuple[str, int]:
    """A text without the mark |, and where it was."""
    return text.replace("|", "", 1), text.index("|")


@pytest.mark.parametrize(
    ("text", "role", "pointer", "replaced"),
    [
        ("{|}", "key", "", ""),
        ('{"i|d": 1}', "key", "", '"id"'),
        ('{"a": |}', "value", "/a", ""),
        ('{"a": "b|', "value", "/a", '"b'),
        ('{"a": [1, |]}', "value", "/a/1", ""),
        ('{"a": [12|]}', "value", "/a/0", "12"),
        ('{"a": 1, |}', "key", "", ""),
        ('{"a": 1 |}', "none", "", ""),
        ('{"a": "b"|}', "none", "", ""),
        ("|", "none", "", ""),
    ],
)
def test_the_cursor_knows_what_belongs_there(text: str, role: str, pointer: str, replaced: str) -> None:
    text, offset = at(text)
    cursor = cursor_at(text, offset)
    assert (cursor.role, cursor.pointer, text[cursor.start : cursor.end]) == (role, pointer, replaced)


# What is wrong.


def test_the_corpus_has_no_findings() -> None:
    files = Workspace(Layout(REPOSITORY / "chunks", REPOSITORY / "rendered"))
    for path in [*sorted((REPOSITORY / "chunks").glob("*.json"))[:15], REPOSITORY / "chunks" / "corpus.yaml"]:
        files.open(path, path.read_text())
        assert files.findings(path) == []


def test_a_mistake_is_marked_in_the_formula_through_the_escapes_of_json() -> None:
    text = chunk('x[1] > 3 /\\ "')
    assert marked(text) == [('\\"', 'unexpected `"`')]
    assert marked(chunk("x[9] > 1", "x[1] + sun(i in 1..4)(x[i]) >= 3")) == [
        ("x[9]", "the index of x is 9; it goes from 1 to 8"),
        ("sun", "unknown name 'sun'; did you mean 'sum'?"),
    ]


def test_formulas_are_looked_at_while_the_json_is_half_written() -> None:
    text = chunk("x[9] > 1", "x[1] > 2")[:-5] + ',\n {"name": "c3", "expr": "x[1'
    found = marked(text)
    assert found[0][1].startswith("invalid JSON")
    assert ("x[9]", "the index of x is 9; it goes from 1 to 8") in found
    assert len(found) == 2  # and nothing of what is not written to its end
    assert ('"', "the expression ends where a value is expected") in marked(chunk("x[1] >=")[:-1])


def test_a_vacuous_constraint_is_shown_as_what_has_no_effect() -> None:
    (found,) = find_in_chunk(ChunkText(FILE, chunk("1 <= 2")), informal=True)
    assert (found.severity, found.unused) == ("information", True)


def test_a_claim_in_words_is_wrong_where_the_settings_say_so(tmp_path: Path) -> None:
    files = Workspace(Layout(tmp_path, tmp_path / "out"))
    path, settings = tmp_path / "chunk-06.constraints.json", tmp_path / "corpus.yaml"
    files.open(path, chunk("A = B"))
    assert files.findings(path) == []
    settings.write_text("informal: never\n")
    assert len(files.findings(path)) == 1
    files.open(settings, "informal: anywhere\n")  # in the editor, not on the disk
    assert files.findings(path) == []
    assert files.affected(settings) == [settings, path]
    files.close(settings)
    assert len(files.findings(path)) == 1


def test_settings_are_looked_at_as_a_build_does() -> None:
    text = "limits:\n  memory_mb: 1\npilots: ['07']\n"
    assert [text[f.start : f.end] for f in find_in_settings(Path("corpus.yaml"), text, frozenset())] == ["1"]
    text = "pilots: ['07', '06']\n"
    found = find_in_settings(Path("corpus.yaml"), text, frozenset(["06"]))
    assert [text[f.start : f.end] for f in found] == ["'07'"]


def test_a_file_that_is_too_large_has_one_finding() -> None:
    assert [message for _, message in marked(" " * (4 * 1024 * 1024 + 1))] == [
        "found more than 4,194,304 bytes; split the file"
    ]


def test_a_chunk_that_costs_too_much_is_told_so_and_takes_no_longer_than_its_budget() -> None:
    text = chunk(*["exists(i in 1..100000 where i < 0)(x[1] > i)"] * 200)
    started = time.process_time()
    assert len(marked(text)) == 1
    assert time.process_time() - started < 5
    formulas = ChunkText(FILE, text).formulas
    assert formulas[0].statement
    assert (formulas[-1].statement, formulas[-1].error) == (None, None)
    shown = hover_in_chunk(ChunkText(FILE, text), text.rindex("x[1]"), None)
    assert shown
    assert "not read, as the chunk costs too much" in shown.markdown


# Words and keys.


def test_every_word_of_the_language_is_explained() -> None:
    for word in vocabulary(N, P):
        assert explain(word.name, N, P)
        assert word.help
    assert [word.signature for word in explain("min", N, P)] == [
        "min(i in a..b where condition)(int) : int", "min(int, int, ..) : int",
    ]  # fmt: skip
    assert explain("listens", N, P) == []


@pytest.mark.parametrize("name", ["chunk.schema.json", "corpus.schema.json"])
def test_every_key_of_the_schemas_is_described(name: str) -> None:
    waiting, seen = [rules(name)], 0
    while waiting:
        rule = waiting.pop()
        for inner in (*rule.keys.values(), *filter(None, [rule.at(["0"]), rule.at(["06"])])):
            waiting.append(inner)
        for key, inner in rule.keys.items():
            assert inner.description, key
            seen += 1
    assert seen > 10


# Hover.


@pytest.fixture(scope="module")
def solved(built_once: Project) -> ChunkText:
    path = built_once.chunks / "chunk-06.constraints.json"
    return ChunkText(path, path.read_text())


def hovered(chunk: ChunkText, before: str, project: Project | None = None) -> str:
    """What is shown at the first character of a part of the text."""
    layout = Layout(project.chunks, project.rendered) if project else None
    found = hover_in_chunk(
        chunk, chunk.text.index(before), results_of(layout, chunk.id, chunk.text) if layout else None
    )
    return found.markdown if found else ""


def test_a_hover_knows_values_and_slack_at_the_witness_of_exactly_this_text(
    solved: ChunkText, built_once: Project
) -> None:
    witness = built_once.stamp("solve", "06")["outcome"]["witness"]
    shown = hovered(solved, "x[1] + x[2]", built_once)
    assert f"x[1] : int = {witness[0]} at the witness" in shown
    spare = witness[0] + witness[1] - 30
    assert (f"with {spare} to spare" if spare else "tight") in shown
    assert "proved by lean" in shown
    assert "```minizinc\n(x[1] + x[2]) >= 30\n```" in shown
    assert "```lean4\nx.x1 + x.x2 ≥ 30\n```" in shown
    assert f"x[1] + x[2] : int = {witness[0] + witness[1]} at the witness" in hovered(solved, "+ x[2]", built_once)
    assert "5 = 5, tight" in hovered(solved, '"c2"', built_once).replace("\\", "")
    overview = hovered(solved, '"Chunk 06"', built_once).replace("\\", "")
    assert f"constraints: 2 formal; N = 100\n\nwitness x = {witness}, found by minizinc" in overview
    assert "apart over all valid points; limit 100" in overview
    edited = ChunkText(solved.path, solved.text + "\n")
    assert "no witness of this text yet" in hovered(edited, "x[1] + x[2]", built_once)


def test_a_hover_inside_a_quantifier_has_no_value_and_its_whole_has_one(built_once: Project) -> None:
    path = built_once.chunks / "chunk-08.constraints.json"
    text = ChunkText(path, path.read_text())
    assert "```\nx[i] : int\n```" in hovered(text, "x[i]", built_once)
    assert "forall(i in 1..8)(x[i] >= 3) : bool = true at the witness" in hovered(text, "forall", built_once)


def test_a_proof_of_another_module_is_none_of_this_text(solved: ChunkText, built_once: Project, tmp_path: Path) -> None:
    layout = Layout(built_once.chunks, tmp_path)
    for stage in ("solve", "render_lean", "prove"):
        stamp = built_once.stamp(stage, "06")
        if stage == "prove":
            stamp["inputs"] = dict.fromkeys(stamp["inputs"], "0" * 64)
        layout.stamp(stage, "06").parent.mkdir(parents=True)
        layout.stamp(stage, "06").write_text(json.dumps(stamp))
    found = results_of(layout, "06", solved.text)
    assert found
    assert (found.prover, found.balance) == ("", None)


def test_a_hover_is_as_the_forms_that_are_rendered(solved: ChunkText, built_once: Project) -> None:
    model = (built_once.rendered / "mzn" / "chunk-06.mzn").read_text()
    module = (built_once.rendered / "lean" / "Duality" / "Chunk06.lean").read_text()
    for part in ("x[1] + x[2]", "x[3] = 5"):
        shown = hovered(solved, part)
        assert f"  {shown.split('```minizinc')[1].split('```')[0].strip()};\n" in model
        assert f"  {shown.split('```lean4')[1].split('```')[0].strip()}\n" in module


@pytest.mark.parametrize(
    ("expression", "part", "expected"),
    [
        ("forall(i in 1..3)(x[i] > 2)", "i in", ["i : int in 1..3", "bound by `forall`"]),
        ("forall(i in 1..3)(x[i] > 2)", "forall", ["forall(i in a..b where condition)(bool) : bool"]),
        ("min(x[1], 3) > 2", "min", ["min(int, int, ..) : int", "min(x[1], 3) : int"]),
        ("min(i in 1..3)(x[i]) > 2", "min", ["min(i in a..b where condition)(int) : int"]),
        ("x[1] - 3 > -x[2]", "- 3", ["int - int : int", "x[1] - 3 : int"]),
        ("x[1] - 3 > -x[2]", "-x", ["- int : int", "-x[2] : int"]),
        ("x[1] > N", "N", ["N : int = 100"]),
        ("x[1] > N", "[1]", ["x[1] : int"]),
        ("A = B", "A", ["informal"]),
        ("1 < 2", "1 <", ["vacuous"]),
        ("x[1] + > 2", "+", ["not valid", "int + int : int"]),
    ],
)
def test_a_hover_explains_the_word_and_the_part_that_it_heads(expression: str, part: str, expected: list[str]) -> None:
    shown = hovered(ChunkText(FILE, chunk(expression)), part)
    assert [text for text in expected if text not in shown] == []


def test_keys_show_what_the_schema_says_of_them() -> None:
    text = ChunkText(FILE, chunk("x[1] > 1", parameters={"scaleN": 10, "monsterPrimes": [2]}))
    said = load_schema("chunk.schema.json")["properties"]
    assert hovered(text, '"goalType"').startswith(f"**goalType**\n\n{said['goalType']['description']}\n\none of")
    assert "default 100" in hovered(text, "10,\n")
    assert hovered(text, "2\n").startswith("**monsterPrimes**")
    assert hovered(text, "{\n") == ""
    wrong = ChunkText(FILE, chunk("x[1] in P", parameters={"scaleN": 0, "monsterPrimes": [2, 9, "a"]}))
    assert "P : set of int = {2}" in hovered(wrong, 'P"')
    assert "each from 0 to 100" in hovered(wrong, "x[1]")


def test_numbers_that_python_does_not_write_are_shown_all_the_same(solved: ChunkText, built_once: Project) -> None:
    text = chunk(" * ".join(["x[2]", *["1000000000000000000"] * 250]) + " >= 0", parameters={"scaleN": 10_000_000})
    results = results_of(Layout(built_once.chunks, built_once.rendered), "06", solved.text)
    assert results
    found = hover_in_chunk(ChunkText(FILE, text), text.index("* 1"), results)
    assert found
    assert "or more" in found.markdown


def test_text_of_a_chunk_breaks_out_of_no_block_and_marks_nothing_up() -> None:
    shown = hovered(ChunkText(FILE, chunk("x[1] > ```")), "x[1]")
    assert "unexpected" in shown
    assert code("a ``` b") == "````\na ``` b\n````"
    name = ChunkText(FILE, chunk("x[1] > 1").replace("c0", "[a](javascript:1) <b>\\u001b"))
    assert "**\\[a\\]\\(javascript:1\\) \\<b\\>\N{SYMBOL FOR SUBSTITUTE}**" in hovered(name, "x[1]")


# Definition.


def test_a_constraint_is_led_to_its_own_line_and_to_none_of_a_longer_name(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path / "out")
    text = ChunkText(tmp_path / FILE.name, chunk("x[1] > 1", "x[2] > 1").replace('"c1"', '"c0b"'))
    assert definitions(text, text.text.index("x[1]"), layout) == []
    layout.model("06").parent.mkdir(parents=True)
    layout.model("06").write_text("% predicate c_c0(\npredicate c_c0b(x)\npredicate c_c0(x)\n")
    (found,) = definitions(text, text.text.index("x[1]"), layout)
    assert (found.line, found.start, found.end) == (2, 10, 14)
    (found,) = definitions(text, text.text.index("title"), layout)
    assert found.line == 0


# Completion.


def completed(text: str) -> dict[str, str]:
    """What is offered at the mark | of a chunk file, and what the text is when it is taken."""
    text, offset = at(text)
    found = complete_in_chunk(ChunkText(FILE, text), offset)
    return {c.label: text[: c.start] + c.insert + text[c.end :] for c in found}


def test_keys_that_are_missing_are_offered_with_a_first_value() -> None:
    found = completed('{"id": "06", "go|')
    assert found["goalType"] == '{"id": "06", "goalType": ${1:"proof"}'
    assert "id" not in found
    assert list(completed('{"constraints": [{"name": "a", |}]}')) == ["expr", "notes"]
    assert completed('{"ti|": "T"}')["title"] == '{"title": "T"}'
    assert "scaleN" in completed('{"parameters": {|')
    assert without_places(completed("{|}")["$schema"]) == '{"$schema": ""}'


def test_values_are_those_of_the_schema() -> None:
    assert list(completed('{"tract": |}')) == ['"internal"', '"external"', '"bridge"']
    assert completed('{"goalType": "se|"}')['"search"'] == '{"goalType": "search"}'
    assert list(completed('{"parameters": {"monsterPrimes": [2, |]}}'))[:2] == ["3", "5"]
    assert completed('{"id": "|"}') == {'"06"': '{"id": "06"}'}


def test_words_of_the_language_are_offered_in_a_formula() -> None:
    found = completed('{"constraints": [{"expr": "forall(i, j in 1..4)(x[i] >= mi|"}]}')
    assert {"i", "j", "x", "N", "P", "forall", "min", "abs", "mod", "not", "in"} <= set(found)
    assert found["abs"].endswith('(x[i] >= abs($1)"}]}')
    signs = completed('{"constraints": [{"expr": "x[1] > 1 an|"}]}')
    assert without_places(signs["and"]).endswith('"x[1] > 1 /\\\\"}]}')
    assert without_places(signs["implies"]).endswith('"x[1] > 1 ->"}]}')
    assert completed('{"constraints": [{"expr": "su|(i in 1..4)(x[i])"}]}')["sum"].endswith('"sum(i in 1..4)(x[i])"}]}')
    assert completed('{"constraints": [{"name": "su|"}]}') == {}


def test_every_snippet_of_a_whole_chunk_is_a_valid_one() -> None:
    text = without_places(completed("|")["chunk"])
    constraint = without_places(completed('{"constraints": [|')["constraint"])[len('{"constraints": [') :]
    assert marked(text) == marked(text.replace("[\n    \n  ]", f"[{constraint}]")) == []
    for word in vocabulary(N, P):
        if "(" in word.insert:
            written = without_places(word.insert)
            assert written.startswith(f"{word.name}(")


# corpus.yaml.

SETTINGS = """\
# About it.
pilots: ["06"]
documentation:
- "01"
limits:
  solve_seconds: 30 # informal
  chunks: {"06": {memory_mb: 400}}
informal: never
"""


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("pilots", "**pilots**\n\nIds of"),
        ("solve_seconds", "**solve\\_seconds**\n\nWall time of a run"),
        ("30", "**solve\\_seconds**"),
        ("memory_mb", "**memory\\_mb**\n\nMemory of a run"),
        ('"01"', "**chunk 01**\n\nChunk 01"),
        ('"06": {', "**chunk 06**"),
        ("never", "**informal**"),
        ("# informal", ""),
        ("About", ""),
    ],
)
def test_keys_and_ids_of_corpus_yaml_are_explained(built_once: Project, part: str, expected: str) -> None:
    settings = SettingsText(built_once.chunks / "corpus.yaml", SETTINGS, ("01", "06"))
    found = settings.hover(SETTINGS.index(part) + 2)
    assert (found.markdown if found else "").startswith(expected)
    assert bool(found) == bool(expected)
    is_id = part.startswith('"')
    assert bool(settings.definitions(SETTINGS.index(part) + 2)) == is_id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("li|\npilots: []", ["documentation", "tract_balance", "limits", "crosscheck", "informal", "solver"]),
        ("limits:\n  so|", ["solve_seconds", "prove_seconds", "memory_mb", "chunks"]),
        ("limits:\n  chunks:\n    |", ['"06"']),
        ("limits: {chunks: {'06': {|", ["solve_seconds", "prove_seconds", "memory_mb"]),
        ("limits: {chunks: {'06': {memory_mb: 1}}, |", ["solve_seconds", "prove_seconds", "memory_mb", "chunks"]),
        ("informal: |", ["anywhere", "documentation", "never"]),
        ("pilots: [|]", ['"06"']),
        ("pilots:\n  - |", ['"06"']),
        ("pilots:\n- |", ['"06"']),
        ("nothing: |", []),
        ("# |", []),
    ],
)
def test_keys_values_and_ids_of_corpus_yaml_are_offered(text: str, expected: list[str]) -> None:
    text, offset = at(text)
    found = SettingsText(Path("/nowhere/corpus.yaml"), text, ("06",)).completions(offset)
    assert [completion.label for completion in found] == expected


# Whatever the text.

PIECES = [
    '"', "\\", "{", "}", "[", "]", ":", ",", "\n", "\r\n", "\0", "\ud83d", "\\ud800", "\U0001f600", "\u2028", " ",
    "x[1]",
    "forall(i in 1..8)(", "-", "9" * 50, "1e999", "NaN", '"expr": "', '"constraints": [', "/\\\\", "é", "#",
    "- ", "&a ",
    "*a", "!!int x", "..", "'", "|", "\t",
]  # fmt: skip


def mutated(random: Random, text: str) -> str:
    for _ in range(random.randint(1, 4)):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice([0, 0, 1, 3, 30, 500]))
        inserted = "".join(random.choices(PIECES, k=random.randint(0, 3)))
        text = text[:start] + inserted + text[end:]
    return text[: random.randrange(len(text) + 1)] if random.random() < 0.2 else text


def test_no_text_is_too_strange(built_once: Project) -> None:
    """A few hundred mutated files: whatever is asked of them, an answer that lies in the text."""
    random = Random(6)
    files = Workspace(Layout(built_once.chunks, built_once.rendered))
    written = chunk("forall(i in 1..8)(x[i] >= 3 /\\ x[i] in P)", "A = B")
    sources = {built_once.chunks / "chunk-06.constraints.json": written, built_once.chunks / "corpus.yaml": SETTINGS}
    started, count = time.process_time(), 0
    for _ in range(200):
        for path, source in sources.items():
            files.open(path, mutated(random, source))
            text = files.texts[path]
            answers: list[Finding | Hover | Completion] = [*files.findings(path)]
            for _ in range(3):
                offset = random.randrange(len(text) + 1)
                answers += [a for a in [files.hover(path, offset)] if a]
                answers += files.completions(path, offset)
                files.definitions(path, offset)
            files.formatted(path)
            for answer in answers:
                assert 0 <= answer.start <= answer.end <= max(1, len(text)), answer
                str(answer).encode("utf-8")
            positions = Positions(text)
            assert all(positions.position(a.start) <= positions.position(a.end) for a in answers[:3])
            count += len(answers)
    assert count > 1000
    assert time.process_time() - started < 6  # 2 s or less


@given(st.text())
def test_halves_of_characters_are_replaced_one_by_one(text: str) -> None:
    assert whole_characters(text) == text
    assert whole_characters(f"a\ud800{text}") == f"a\ufffd{text}"


FORMULA = '{"id": "06", "constraints": [{"name": "a", "expr": "'


@pytest.mark.parametrize("part", ["x", "x1,", "a: ", "'", "{", " ", "é"])
def test_long_texts_are_answered_in_linear_work(built_once: Project, part: str) -> None:
    files = Workspace(Layout(built_once.chunks, built_once.rendered))
    endless = part * (40_000 // len(part))
    started = time.process_time()
    for name, head in (("chunk-06.constraints.json", FORMULA), ("corpus.yaml", "pilots: {a: ")):
        path = built_once.chunks / name
        for text in (f"{head}{endless} x", f"{head}{endless} ;", f"{endless} x"):
            files.open(path, text)
            files.hover(path, len(text) // 2)
            files.completions(path, len(text))
            files.definitions(path, len(text))
    assert (
        time.process_time() - started < 4
    )  # less than 0.2 s; 10 s and more where a word is looked at from each letter


def test_names_that_are_bound_are_offered_however_they_are_listed() -> None:
    found = completed(f'{FORMULA}forall(i, j in 1..3, k1 ∈ P where i9 > 2)(x[i] >= |"}}]}}')
    assert {"i", "j", "k1"} <= set(found)
    assert "i9" not in found


def test_pointers_of_the_outline_are_json_pointers() -> None:
    assert list(read_outline('{"a/b~": [1]}').items) == ["", pointer_to("a/b~"), pointer_to("a/b~", 0)]


def test_readings_are_those_of_a_build() -> None:
    """Formulas state in the editor what they state to the build, with the chunk's own N and P."""
    text = ChunkText(FILE, chunk("x[1] in P", "x[1] <= N", parameters={"scaleN": 7, "monsterPrimes": [3, 2]}))
    for formula in text.formulas:
        assert formula.statement == interpret(formula.text, 7, (2, 3))
