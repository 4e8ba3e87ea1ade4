"""A chunk file is read whole or refused: every rule of the format, each refusal with file, line, pointer, found and
expected, and never any other exception, whatever the bytes."""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conftest import REPOSITORY
from tasks.corpus.chunk import SCHEMA, Chunk, Constraint, read_chunk
from tasks.corpus.document import DEEPEST, LARGEST_FILE, LONGEST_NUMBER, MOST_PROBLEMS, parse_document, read_document
from tasks.corpus.explain import load_schema, satisfies
from tasks.corpus.primes import MONSTER_PRIMES
from tasks.errors import CorpusError, Mistake
from tasks.files import file_digest
from tasks.records.outcomes import Solved
from tasks.records.stamp import read_stamp
from tasks.specification import read_specification

VALID: dict[str, Any] = {
    "id": "07",
    "title": "A title",
    "goalType": "search",
    "tract": "bridge",
    "parameters": {
        "scaleN": 40,
        "monsterPrimes": [17, 2],
        "eightDimManifold": False,
        "similarityObjective": "projection_fit_min",
        "godelization": {"encode": "monsterPrimes", "base": 2},
    },
    "constraints": [
        {"name": "a", "expr": "x[1] >= 3", "notes": "Why."},
        {"name": "b", "expr": "x[2] in P"},
    ],
}
"""Every key of the format. Written with one space of indentation, so that each has a line of its own."""

ABSENT = object()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chunk-07.constraints.json"


def edited(pointer: str, value: Any) -> dict[str, Any]:
    """VALID with another value at pointer, or none."""
    data = copy.deepcopy(VALID)
    *path, last = pointer.split("/")[1:]
    inside: Any = data
    for step in path:
        inside = inside[int(step) if isinstance(inside, list) else step]
    if value is ABSENT:
        del inside[last]
    else:
        inside[int(last) if isinstance(inside, list) else last] = value
    return data


def refusal(path: Path, content: Any) -> list[str]:
    """The lines of the refusal of content (text, bytes, or data), each without the path that it begins with."""
    if not isinstance(content, str | bytes):
        content = json.dumps(content, indent=1)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    with pytest.raises(CorpusError) as caught:
        read_specification(path)
    lines = str(caught.value).split("\n")
    assert all(line.startswith((f"{path}:", "    ")) for line in lines)
    return [line.removeprefix(f"{path}:").strip() for line in lines]


def test_a_full_chunk_is_read_as_it_stands(file: Path) -> None:
    file.write_text(json.dumps(VALID))
    chunk, document = read_chunk(file)
    assert chunk == Chunk(
        id="07", title="A title", goal="search", tract="bridge", total=40, primes=(2, 17), unit_sum=False,
        objective="projection_fit_min",
        constraints=(Constraint("a", "x[1] >= 3", "Why."), Constraint("b", "x[2] in P", "")),
    )  # fmt: skip
    assert document.data == VALID


def test_what_is_left_out_has_its_default(file: Path) -> None:
    file.write_text('{"id": "07", "title": "t", "goalType": "proof", "constraints": []}')
    chunk, _ = read_chunk(file)
    assert (chunk.total, chunk.primes, chunk.unit_sum, chunk.objective) == (100, (), True, "none")
    assert (chunk.tract, chunk.constraints) == ("bridge", ())


@pytest.mark.parametrize("written", ["100.0", "1e2", "1000e-1"])
def test_an_integer_may_be_written_with_a_point_as_in_json_schema(file: Path, written: str) -> None:
    file.write_text(json.dumps(edited("/parameters/scaleN", 123456)).replace("123456", written))
    total = read_chunk(file)[0].total
    assert total == 100
    assert type(total) is int


def test_the_schema_may_be_named_for_editors(file: Path) -> None:
    file.write_text(json.dumps({"$schema": "../schema.json"} | VALID))
    assert read_chunk(file)[0].total == 40
    assert refusal(file, {"$schema": 1} | VALID) == ["2: /$schema: found 1, expected a string"]


def test_text_may_hold_any_whole_character(file: Path) -> None:
    data = edited("/title", '\n\t"*/ -/ \\ \u202e \x7f \U0001f600 \u0000')
    file.write_text(json.dumps(data))
    assert read_chunk(file)[0].title == data["title"]


@pytest.mark.parametrize("n", [1, 10_000_000])
def test_the_bounds_of_scale_n_are_inside(file: Path, n: int) -> None:
    file.write_text(json.dumps(edited("/parameters/scaleN", n)))
    assert read_chunk(file)[0].total == n


def test_all_fifteen_primes_are_accepted_in_any_order_and_read_ascending(file: Path) -> None:
    file.write_text(json.dumps(edited("/parameters/monsterPrimes", list(reversed(MONSTER_PRIMES)))))
    assert read_chunk(file)[0].primes == MONSTER_PRIMES


@pytest.mark.parametrize(
    ("pointer", "line", "where"),
    [
        ("/id", 1, "/"),
        ("/title", 1, "/"),
        ("/goalType", 1, "/"),
        ("/constraints", 1, "/"),
        ("/constraints/0/name", 20, "/constraints/0"),
        ("/constraints/1/expr", 25, "/constraints/1"),
    ],
)
def test_a_missing_key_is_named(file: Path, pointer: str, line: int, where: str) -> None:
    key = pointer.rpartition("/")[2]
    assert refusal(file, edited(pointer, ABSENT)) == [f"{line}: {where}: found no key '{key}', expected one"]


def test_each_of_several_missing_keys_is_named_once(file: Path) -> None:
    assert refusal(file, {}) == [
        f"1: /: found no key '{key}', expected one" for key in ("id", "title", "goalType", "constraints")
    ]


@pytest.mark.parametrize("pointer", ["/tract", "/parameters", "/constraints/0/notes"])
def test_an_optional_key_may_be_missing(file: Path, pointer: str) -> None:
    data = edited(pointer, ABSENT)
    file.write_text(json.dumps(data))
    assert read_chunk(file)[1].data == data


GOALS = '"proof", "search", "refinement"'
TRACTS = '"internal", "external", "bridge"'
OBJECTIVES = '"none", "neighbor_distance_min", "projection_fit_min"'
PRIMES = ", ".join(map(str, MONSTER_PRIMES))
KEYS = "$schema, id, title, goalType, tract, parameters, constraints"


@pytest.mark.parametrize(
    ("pointer", "value", "message"),
    [
        ("/id", 7, "2: /id: found 7, expected a string"),
        ("/id", None, "2: /id: found null, expected a string"),
        ("/id", "7", '2: /id: found "7", expected two or more digits in quotes'),
        ("/id", "", '2: /id: found "", expected two or more digits in quotes'),
        ("/id", "07\n", '2: /id: found "07\\n", expected two or more digits in quotes'),
        ("/id", "a07", '2: /id: found "a07", expected two or more digits in quotes'),
        ("/id", "٠٧", '2: /id: found "\\u0660\\u0667", expected two or more digits in quotes'),
        ("/title", ["t"], '3: /title: found ["t"], expected a string'),
        ("/title", "", "3: /title: found an empty string, expected some text"),
        ("/goalType", "prof", f'4: /goalType: found "prof", expected one of {GOALS}'),
        ("/goalType", None, f"4: /goalType: found null, expected one of {GOALS}"),
        ("/tract", "Bridge", f'5: /tract: found "Bridge", expected one of {TRACTS}'),
        ("/tract", None, f"5: /tract: found null, expected one of {TRACTS}"),
        ("/parameters", [], "6: /parameters: found [], expected an object"),
        ("/parameters", None, "6: /parameters: found null, expected an object"),
        ("/parameters/scaleN", 0, "7: /parameters/scaleN: found 0, expected at least 1"),
        ("/parameters/scaleN", -5, "7: /parameters/scaleN: found -5, expected at least 1"),
        ("/parameters/scaleN", 10**7 + 1, "7: /parameters/scaleN: found 10000001, expected at most 10000000"),
        ("/parameters/scaleN", 100.5, "7: /parameters/scaleN: found 100.5, expected an integer"),
        ("/parameters/scaleN", "100", '7: /parameters/scaleN: found "100", expected an integer'),
        ("/parameters/scaleN", True, "7: /parameters/scaleN: found true, expected an integer"),
        ("/parameters/monsterPrimes", 2, "8: /parameters/monsterPrimes: found 2, expected an array"),
        ("/parameters/monsterPrimes", [2, 2], "8: /parameters/monsterPrimes: found [2, 2], expected each item once"),
        ("/parameters/monsterPrimes/1", 37, f"10: /parameters/monsterPrimes/1: found 37, expected one of {PRIMES}"),
        ("/parameters/monsterPrimes/1", "2", f'10: /parameters/monsterPrimes/1: found "2", expected one of {PRIMES}'),
        ("/parameters/eightDimManifold", 1, "12: /parameters/eightDimManifold: found 1, expected a boolean"),
        (
            "/parameters/similarityObjective", "min",
            f'13: /parameters/similarityObjective: found "min", expected one of {OBJECTIVES}',
        ),
        ("/parameters/godelization", 2, "14: /parameters/godelization: found 2, expected an object"),
        ("/constraints", {}, "19: /constraints: found {}, expected an array"),
        ("/constraints/0", "x[1] > 2", '20: /constraints/0: found "x[1] > 2", expected an object'),
        ("/constraints/0/name", 1, "21: /constraints/0/name: found 1, expected a string"),
        ("/constraints/0/name", "", "21: /constraints/0/name: found an empty string, expected some text"),
        ("/constraints/0/expr", True, "22: /constraints/0/expr: found true, expected a string"),
        ("/constraints/0/expr", "", "22: /constraints/0/expr: found an empty string, expected some text"),
        ("/constraints/0/notes", None, "23: /constraints/0/notes: found null, expected a string"),
        (
            "/constraints/1/name", "a",
            '26: /constraints/1/name: found "a" a second time (first at /constraints/0/name), expected unique names',
        ),
    ],
)  # fmt: skip
def test_a_wrong_value_is_shown_at_its_line_with_what_is_expected(
    file: Path, pointer: str, value: Any, message: str
) -> None:
    assert refusal(file, edited(pointer, value)) == [message]


@pytest.mark.parametrize("content", ["[]", "1", "null", '"text"', "true"])
def test_a_chunk_is_an_object(file: Path, content: str) -> None:
    assert refusal(file, content) == [f"1: /: found {content}, expected an object"]


@pytest.mark.parametrize(
    ("pointer", "message"),
    [
        ("/titel", "30: /titel: unknown key 'titel'; did you mean 'title'?"),
        ("/goaltype", "30: /goaltype: unknown key 'goaltype'; did you mean 'goalType'?"),
        ("/scaleN", "30: /scaleN: unknown key 'scaleN'; did you mean 'scaleN' in 'parameters'?"),
        ("/zzz", f"30: /zzz: unknown key 'zzz'; expected one of {KEYS}"),
        ("/parameters/scalen", "18: /parameters/scalen: unknown key 'scalen'; did you mean 'scaleN'?"),
        (
            "/parameters/zzz",
            f"18: /parameters/zzz: unknown key 'zzz'; expected one of {', '.join(VALID['parameters'])}",
        ),
        (
            "/parameters/godelization/encod",
            "17: /parameters/godelization/encod: unknown key 'encod'; did you mean 'encode'?",
        ),
        (
            "/parameters/godelization/zzz",
            "17: /parameters/godelization/zzz: unknown key 'zzz'; expected one of encode, base",
        ),
        ("/constraints/0/note", "24: /constraints/0/note: unknown key 'note'; did you mean 'notes'?"),
        ("/constraints/0/zzz", "24: /constraints/0/zzz: unknown key 'zzz'; expected one of name, expr, notes"),
    ],
)
def test_an_unknown_key_comes_with_a_suggestion(file: Path, pointer: str, message: str) -> None:
    assert refusal(file, edited(pointer, 1)) == [message]


def test_a_hostile_key_stays_on_its_line_and_is_cut(file: Path) -> None:
    known = f"expected one of {KEYS}"
    assert refusal(file, edited("/", {}) | {"a/~\n\x1b[2J\u202e": 1, "k" * 5000: 1}) == [
        f"30: /: unknown key ''; {known}",
        r"31: /a~1~0\n\x1b[2J\u202e: unknown key 'a/~\n\x1b[2J\u202e'; " + known,
        f"32: /{'k' * 196}...: unknown key '{'k' * 56}...; {known}",
    ]


def test_a_long_value_is_cut(file: Path) -> None:
    [message] = refusal(file, edited("/title", ["long"] * 1000))
    assert message.startswith('3: /title: found ["long", ')
    assert message.endswith("..., expected a string")
    assert len(message) < 120


def test_a_file_named_for_another_id_is_refused(file: Path) -> None:
    assert refusal(file, edited("/id", "08")) == ['2: /id: found "08", expected "07" as in the file\'s name']
    assert refusal(file, edited("/id", "007")) == ['2: /id: found "007", expected "07" as in the file\'s name']


def test_an_id_that_another_file_has_is_a_duplicate(file: Path) -> None:
    other = file.with_name("chunk-08.constraints.json")
    other.write_text(json.dumps(edited("/id", "08")))
    assert refusal(file, edited("/id", "08")) == [
        '2: /id: found "08", expected "07" as in the file\'s name; chunk-08.constraints.json has that id already'
    ]


def test_an_id_too_long_for_any_file_name_is_refused_like_another(file: Path) -> None:
    [message] = refusal(file, edited("/id", "1" * 5000))
    assert message.endswith('..., expected "07" as in the file\'s name')
    draft = file.with_name("draft.json")
    draft.write_text(json.dumps(edited("/id", "1" * 5000)))
    assert read_chunk(draft)[0].id == "1" * 5000


def test_all_violations_of_a_file_are_told_together_in_the_order_of_its_lines(file: Path) -> None:
    data = edited("/tract", "no")
    data["id"], data["zzz"], data["goalType"] = "08", 1, 5
    del data["title"]
    data["parameters"]["scaleN"] = 0
    data["constraints"] = [{"name": "a", "expr": "1"}, {"name": "a", "expr": 5}, 3]
    messages = refusal(file, data)
    assert [message.split(": found")[0] for message in messages] == [
        "1: /", "2: /id", "3: /goalType", "4: /tract", "6: /parameters/scaleN",
        "21: /constraints/0/expr: column 1: a constraint must be true or false, this is an integer; "
        "compare it with something", "1", "^",
        "24: /constraints/1/name", "25: /constraints/1/expr", "27: /constraints/2",
        f"29: /zzz: unknown key 'zzz'; expected one of {KEYS}",
    ]  # fmt: skip


def test_a_flood_of_violations_is_cut_and_says_so(file: Path) -> None:
    messages = refusal(file, edited("/constraints", [1] * 5000))
    assert len(messages) == MOST_PROBLEMS + 1
    assert messages[-1] == f"found more than {MOST_PROBLEMS} problems, the rest is not shown"


def test_a_duplicate_key_is_named_with_its_line(file: Path) -> None:
    text = '{\n "id": "07",\n "title": "t",\n "id": "07"\n}'
    assert refusal(file, text) == ["4: /id: found the key a second time, expected each key once"]


def test_duplicate_keys_are_found_at_every_depth_and_told_together(file: Path) -> None:
    text = (
        '{"id": "07", "parameters": {"a": {"b/c": 1,\n"b/c": 1}}, "constraints": [{}, {"name": 1,\n"n\\u0061me": 2}]}'
    )
    assert refusal(file, text) == [
        "2: /parameters/a/b~1c: found the key a second time, expected each key once",
        "3: /constraints/1/name: found the key a second time, expected each key once",
    ]


def test_a_duplicate_object_is_one_duplicate_key(file: Path) -> None:
    text = '{"parameters": {"scaleN": 1},\n"parameters": {"scaleN": 1}}'
    assert refusal(file, text) == ["2: /parameters: found the key a second time, expected each key once"]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_found_at_its_line_and_not_in_a_string(file: Path, word: str) -> None:
    text = f'{{"title": "about \\"{word}\\", {word}",\n"parameters": {{"scaleN": {word}}}}}'
    assert refusal(file, text) == [f"2: found {word}, expected a number; JSON has no {word}"]


def test_an_overflowing_number_is_no_integer(file: Path) -> None:
    text = json.dumps(edited("/parameters/scaleN", 123456)).replace("123456", "1e999")
    assert refusal(file, text) == [
        "1: /parameters/scaleN: found Infinity, expected an integer",
        "1: /parameters/scaleN: found Infinity, expected at most 10000000",
    ]


def test_a_huge_integer_is_refused_at_its_line(file: Path) -> None:
    digits = "9" * 5000
    text = f'{{"title": "{digits}",\n"x": -{digits}}}'
    assert refusal(file, text) == [f"2: found a number of 5,001 digits, expected at most {LONGEST_NUMBER:,}"]


def test_an_integer_that_can_be_read_but_not_used_is_out_of_bounds(file: Path) -> None:
    [message] = refusal(file, edited("/parameters/scaleN", 10 ** (LONGEST_NUMBER - 1)))
    assert message.endswith("0..., expected at most 10000000")


def test_a_byte_order_mark_is_refused(file: Path) -> None:
    content = b"\xef\xbb\xbf" + json.dumps(VALID).encode()
    assert refusal(file, content) == ["1: found a byte-order mark, expected plain UTF-8; save the file without BOM"]


def test_invalid_utf_8_is_refused_with_line_and_offset(file: Path) -> None:
    content = b'{"id": "07",\n"title": "caf\xe9"}'
    assert refusal(file, content) == ["2: found the byte 0xe9 at offset 26, expected UTF-8"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"])
def test_another_encoding_is_refused(file: Path, encoding: str) -> None:
    assert refusal(file, json.dumps(VALID).encode(encoding))[0].startswith("1: ")


@pytest.mark.parametrize("content", ["", " ", "\n\n\t\r\n"])
def test_an_empty_file_is_refused(file: Path, content: str) -> None:
    assert refusal(file, content) == ["1: found an empty file, expected its text"]


def test_invalid_json_is_refused_with_line_and_column(file: Path) -> None:
    assert refusal(file, '{"id": "07",\n "title" "t"}') == [
        "2: column 9: invalid JSON: expected `:` after the key", '"title" "t"}', "^"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n "id": "07"\n "title": "t"\n}', '2: column 12: invalid JSON: expected `,` after this\n"id": "07"'),
        ('{\n "a": [{"b": 1}\n  {"c": 2}]}', '2: column 16: invalid JSON: expected `,` after this\n"a": [{"b": 1}'),
        ('{\n "a": 1\n\n\n "b": 2}', '2: column 8: invalid JSON: expected `,` after this\n"a": 1'),
        ('{"a": 1,\n}', '1: column 8: invalid JSON: a comma before a closing bracket; delete it\n{"a": 1,'),
        ("[1,\n]", "1: column 3: invalid JSON: a comma before a closing bracket; delete it\n[1,"),
        (
            '{"a": "b\n}',
            "1: column 9: invalid JSON: the line ends within a text: a quote is missing, or a line break that is "
            'written `\\n`\n{"a": "b',
        ),
        (
            '{"a": "he said "x" there"}',
            '1: column 17: invalid JSON: expected `,` or a closing bracket; a quote within a text is written `\\"`\n'
            '{"a": "he said "x" there"}',
        ),
        (
            '{\n "id": "07"\n\n',
            '2: column 11: invalid JSON: the text ends where `,` or a closing bracket is expected\n"id": "07"',
        ),
        ('{\n "id":\n', '2: column 6: invalid JSON: the text ends here; expected a value: a text in double quotes, '
         'a number, true, false, null, `[` or `{`\n"id":'),
    ],
)  # fmt: skip
def test_a_mistake_in_json_is_told_where_it_was_made(file: Path, text: str, message: str) -> None:
    assert refusal(file, text) == [*message.split("\n"), "^"]


@pytest.mark.parametrize(
    ("expression", "hint", "column"),
    [
        (r"x[1] > 2 /\ x[2] > 3", r"write `/\\` or `&&` for and", 21),
        (r"x[1] > 2 \and x[2] > 3", r"a backslash is written `\\` in JSON", 20),
    ],
)
def test_a_lone_backslash_comes_with_what_to_write(file: Path, expression: str, hint: str, column: int) -> None:
    line = f' "expr": "{expression}"'
    assert refusal(file, f'{{"name": "a",\n{line}}}') == [
        rf"2: column {column}: invalid JSON: Invalid \escape; {hint}",
        (line + "}").strip(),
        "^",
    ]


@pytest.mark.parametrize(
    ("expression", "column", "hint"),
    [
        (r"x[1] > 2 \/ x[2] > 3", 10, r"write `\\/` or `||` for or in JSON"),
        (r"x[1] > 2 \\/ x[2] > 3 \/ x[3] > 4", 22, r"write `\\/` or `||` for or in JSON"),
        (r"x[1] > 2 /\bool2int(true) = 1", 10, r"write `/\\` or `&&` for and in JSON"),
        (r"x[1] > 2 /\forall(i in 1..8)(x[i] > 1)", 10, r"write `/\\` or `&&` for and in JSON"),
        (r"x[1] > 2 /\not (x[2] > 1)", 10, r"write `/\\` or `&&` for and in JSON"),
        (r"x[1] / 2 > 2 \\/ x[2] > 3", 6, r"write `div` for division, `/\` for and"),
        (r"x[1] \u002f 2 > 2", 6, r"write `div` for division, `/\` for and"),
    ],
)
def test_a_backslash_that_json_took_away_is_given_back(file: Path, expression: str, column: int, hint: str) -> None:
    text = json.dumps(VALID, indent=1).replace("x[2] in P", expression)
    message, *_ = refusal(file, text)
    assert message.replace("line 1, ", "") == f"27: /constraints/1/expr: column {column}: unexpected `/`; {hint}"


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"id": "07"',
        '{"id": "07",}',
        "{'id': 1}",
        "{} {}",
        '{"id": 07}',
        '"\t"',
        "// no\n{}",
        "\u00a0{}",
        "\0",
        '"',
    ],
)
def test_what_other_readers_let_pass_is_refused(file: Path, content: str) -> None:
    assert "invalid JSON" in refusal(file, content)[0]


@pytest.mark.parametrize("escape", [r"\ud800", r"\udfff", r"\ude00\ud83d", r"\ud83d\\ude00", r"\uD83Dx"])
def test_half_a_surrogate_pair_is_found_at_its_line(file: Path, escape: str) -> None:
    text = f'{{"a \\ud83d\\ude00": "\\\\ud800",\n"b": ["{escape}"]}}'
    assert refusal(file, text) == ["2: found half of a surrogate pair, expected whole characters"]
    assert refusal(file, f'{{"a": 1,\n"{escape}": 1}}') == [
        "2: found half of a surrogate pair, expected whole characters"
    ]


def test_a_file_of_50_mb_is_refused_without_being_read(file: Path) -> None:
    file.touch()
    os.truncate(file, 50_000_000)
    started = time.process_time()
    with pytest.raises(CorpusError) as caught:
        read_chunk(file)
    assert str(caught.value) == f"{file}: found 50,000,000 bytes, expected at most {LARGEST_FILE:,}; split the file"
    assert time.process_time() - started < 1


@pytest.mark.parametrize("bracket", ["[", '{"a":', "[{}, {"])
def test_100_000_nested_brackets_are_refused_at_their_line(file: Path, bracket: str) -> None:
    expected = [f"2: excessive nesting: more than {DEEPEST} levels, expected five"]
    assert refusal(file, '{"parameters":\n' + bracket * 100_000) == expected


def test_nesting_that_one_reader_bears_and_the_next_does_not_is_refused_too(file: Path) -> None:
    for depth in range(DEEPEST, 1100, 50):
        nested = "[" * depth + "]" * depth
        assert refusal(file, f'{{"id":\n{nested}}}') == [
            f"2: excessive nesting: more than {DEEPEST} levels, expected five"
        ]
    assert refusal(file, "[" * DEEPEST + "]" * DEEPEST)[0].endswith("expected an object")


def test_brackets_in_strings_do_not_nest(file: Path) -> None:
    file.write_text(json.dumps(edited("/title", '\\"[{' * 1000)))
    assert read_chunk(file)[0].title == '\\"[{' * 1000


@pytest.mark.parametrize(
    "content",
    ['"' * 1_000_000, '"' + '\\"' * 500_000, '{"a":' + " " * 1_000_000, "[" + "1," * 100_000 + "1]",
     '{"parameters": {"monsterPrimes": [' + ",".join(f'{{"{i}": 1}}' for i in range(30_000)) + "]}}"],
    ids=["quotes", "escapes", "spaces", "items", "objects"],
)  # fmt: skip
def test_a_large_hostile_file_is_refused_in_linear_time(file: Path, content: str) -> None:
    started = time.process_time()
    refusal(file, content)
    assert time.process_time() - started < 10  # a second or less; quadratic would be hours


def special_files(path: Path) -> Iterator[str]:
    path.mkdir()
    yield f"{path}: found a folder, pipe or device, expected a plain file"
    path.rmdir()
    os.mkfifo(path)
    yield f"{path}: found a folder, pipe or device, expected a plain file"
    for target in ("/dev/zero", "/dev/null"):
        path.unlink()
        path.symlink_to(target)
        yield f"{path}: found a folder, pipe or device, expected a plain file"
    path.unlink()
    path.symlink_to("nowhere")
    yield f"{path}: cannot be read: No such file or directory"
    path.unlink()
    path.symlink_to(path.name)
    yield f"{path}: cannot be read: Too many levels of symbolic links"
    path.unlink()
    yield f"{path}: cannot be read: No such file or directory"


def test_a_folder_pipe_device_or_dangling_link_is_refused_and_never_waited_for(file: Path) -> None:
    for message in special_files(file):
        with pytest.raises(CorpusError) as caught:
            read_chunk(file)
        assert str(caught.value) == message
        assert file_digest(file) is None


def test_a_link_to_a_chunk_is_a_chunk(file: Path) -> None:
    real = file.with_name("elsewhere.json")
    real.write_text(json.dumps(VALID))
    file.symlink_to(real)
    assert read_chunk(file)[0].id == "07"


def test_a_stamp_of_a_thousand_brackets_is_no_stamp(tmp_path: Path) -> None:
    stamp = tmp_path / "07.json"
    stamp.write_text("[" * 100_000)
    assert read_stamp(stamp, Solved) is None


def test_a_place_is_found_by_pointer_and_else_by_what_surrounds_it(file: Path) -> None:
    file.write_text('{\n "a/b": [\n  1,\n  {"~": 2}\n ],\n "": 3}')
    document = read_document(file)
    assert [document.line(p) for p in ("", "/a~1b", "/a~1b/0", "/a~1b/1/~0", "/")] == [1, 2, 3, 4, 6]
    assert [document.line(p) for p in ("/none", "/a~1b/7", "/a~1b/1/none/none")] == [1, 2, 4]
    start, end = document.span("/a~1b/1")
    assert document.text[start:end] == '{"~": 2}'
    assert document.text[document.key_start("/a~1b") :].startswith('"a/b"')


def test_a_mistake_in_an_expression_has_file_line_pointer_column_and_caret(file: Path) -> None:
    assert refusal(file, edited("/constraints/1/expr", "sun(i in 1..4)(x[i]) >= 3")) == [
        "27: /constraints/1/expr: column 1: unknown name 'sun'; did you mean 'sum'?",
        "sun(i in 1..4)(x[i]) >= 3",
        "^^^",
    ]


def marked(path: Path, text: str) -> list[str]:
    """What each mistake of a file with the text marks in it."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        read_specification(path)
    mistakes = [mistake for mistake in caught.value.mistakes if isinstance(mistake, Mistake)]
    assert "\n".join(map(str, mistakes)) == str(caught.value)
    assert [text.count("\n", 0, mistake.start) + 1 for mistake in mistakes] == [mistake.line for mistake in mistakes]
    return [text[mistake.start : mistake.end] for mistake in mistakes]


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("/title", 3, "3"),
        ("/title", ABSENT, "{"),
        ("/tilte", 3, '"tilte"'),
        ("/parameters/monsterPrimes", [2, 2], "["),
        ("/parameters/scaleN", 0, "0"),
        ("/constraints/1/name", "a", '"a"'),
        ("/constraints/1/expr", "x[1] + sun(i in 1..4)(x[i]) >= 3", "sun"),
        ("/constraints/1/expr", "x[1] >=", '"'),
        ("/constraints/1/expr", 'x[1] > 1 /\\ "', '\\"'),
        ("/constraints/1/expr", "true /\\\n\t\\ x[1] > N", "\\\\"),
    ],
)  # fmt: skip
def test_a_mistake_says_what_to_mark_in_the_file(file: Path, pointer: str, value: Any, expected: str) -> None:
    assert marked(file, json.dumps(edited(pointer, value), indent=1)) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"id": "07"\n "title": ""}', '"'),
        ('{"id": ', ":"),
        ('{"expr": "a /\\ b"}', "\\ "),
        ('{"id": NaN}', "NaN"),
        ('{"id": "07\n}', "7"),
        ('{"id": "07", "id": "07"}', '"id"'),
        ('{"id": "\\ud800"}', '"\\ud800"'),
    ],
)
def test_what_is_no_json_says_what_to_mark(file: Path, text: str, expected: str) -> None:
    assert marked(file, text) == [expected]


CHARACTERS = st.one_of(st.sampled_from('"\\/\b\n\t\U0001f600\u2028é'), st.characters(exclude_categories=["Cs"]))


@given(st.lists(CHARACTERS), st.randoms(use_true_random=False))
def test_a_place_in_a_string_is_found_through_its_escapes(characters: list[str], random: Random) -> None:
    """Each character is written in one of the ways that JSON has for it."""
    ways = [
        random.choice([json.dumps(character), json.dumps(character, ensure_ascii=False)]) for character in characters
    ]
    written = [way[1:-1] for way in ways]
    text = f'{{"a": ["{"".join(written)}"]}}'
    value = json.loads(text)["a"][0]
    document = parse_document(Path("a"), text)
    for position, part in enumerate(written):
        assert text[slice(*document.inside("/a/0", position, position + 1))] == part
    assert text[slice(*document.inside("/a/0", len(value), len(value) + 1))] == '"'


def test_the_mistakes_of_all_expressions_are_told_together(file: Path) -> None:
    data = edited("/constraints/0/expr", "x[9] > 1")
    data["constraints"][1]["expr"] = "x[1] + y[2] >= 3"
    messages = [message for message in refusal(file, data) if "/expr" in message]
    assert messages == [
        "22: /constraints/0/expr: column 1: the index of x is 9; it goes from 1 to 8",
        "27: /constraints/1/expr: column 8: unknown name 'y'; did you mean 'x'?",
    ]


@pytest.mark.parametrize(("n", "known"), [(40, True), (3, True), (0, False)])
def test_a_mistake_of_the_format_hides_no_formula(file: Path, n: int, known: bool) -> None:
    data = edited("/parameters/scaleN", n)
    data["zzz"] = 1
    data["constraints"] += [
        {"name": "c", "expr": "sun(i in 1..4)(x[i]) >= 3"},
        {"name": "d", "expr": "x[N] > 1"},
        {"name": "e", "expr": "words(A)"},
        {"name": "f", "expr": "x[1] > ", "note": "1"},
        {"name": "g", "expr": ""},
        "x[1]",
    ]
    messages = [message for message in refusal(file, data) if message[0].isdigit()]
    assert messages == [
        *(["7: /parameters/scaleN: found 0, expected at least 1"] * (not known)),
        "31: /constraints/2/expr: column 1: unknown name 'sun'; did you mean 'sum'?",
        *(["35: /constraints/3/expr: column 1: the index of x is 40; it goes from 1 to 8"] * (n == 40)),
        "43: /constraints/5/expr: column 7: the expression ends where a value is expected",
        "44: /constraints/5/note: unknown key 'note'; did you mean 'notes'?",
        "48: /constraints/6/expr: found an empty string, expected some text",
        '50: /constraints/7: found "x[1]", expected an object',
        f"52: /zzz: unknown key 'zzz'; expected one of {KEYS}",
    ]


def test_a_claim_in_words_is_refused_where_the_corpus_forbids_it(file: Path) -> None:
    file.write_text(json.dumps(edited("/constraints/1/expr", "component_of(X, T_int)"), indent=1))
    assert read_specification(file, informal=True).kinds() == {"formal": 1, "vacuous": 0, "informal": 1}
    with pytest.raises(CorpusError) as caught:
        read_specification(file, informal=False)
    assert str(caught.value) == (
        f"{file}:27: /constraints/1/expr: found a claim in words, expected a formula; "
        "corpus.yaml (`informal`) says where claims may stand"
    )


def test_a_specification_counts_kinds_and_knows_what_a_point_violates(file: Path) -> None:
    data = edited("/parameters/eightDimManifold", True)
    data["constraints"] += [{"name": "c", "expr": "1 <= 2"}, {"name": "d", "expr": "A = B"}]
    file.write_text(json.dumps(data))
    specification = read_specification(file)
    assert specification.kinds() == {"formal": 2, "vacuous": 1, "informal": 1}
    assert specification.violations([3, 2, 35, 0, 0, 0, 0, 0]) == []
    assert specification.violations([1, 4, 36, -1, 0, 0, 0, 41]) == [
        "x[4] = -1 is not in 0..40", "x[8] = 41 is not in 0..40", "the unit sum: x[1] + ... + x[8] is 81, not 40",
        "a: x[1] >= 3", "b: x[2] in P",
    ]  # fmt: skip


# Whatever the bytes: a specification or a CorpusError.

quick = settings(database=None)


def read_or_refuse(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with suppress(CorpusError):
        read_specification(path)


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["07", "proof", "bridge", "x[1] > 2", "A = B", "x[N*N] < 1", "", "\ud800", 10**4299, -(10**400)])
)  # fmt: skip
keys = st.text(max_size=4) | st.sampled_from([*VALID, *VALID["parameters"], "name", "expr", "notes"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


def every_pointer(value: Any, pointer: str = "") -> Iterator[str]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield f"{pointer}/{key}"
        yield from every_pointer(inner, f"{pointer}/{key}")


@settings(quick, max_examples=60)
@given(values)
def test_any_json_value_is_read_or_refused(tmp_path: Path, value: Any) -> None:
    read_or_refuse(tmp_path / "chunk-07.constraints.json", json.dumps(value).encode("utf-8"))


@settings(quick, max_examples=200)
@given(st.sampled_from(sorted(every_pointer(VALID))), values | st.just(ABSENT))
def test_a_valid_chunk_with_any_value_replaced_or_gone_is_read_or_refused(
    tmp_path: Path, pointer: str, value: Any
) -> None:
    if value is ABSENT and pointer[-1].isdigit():
        value = None
    read_or_refuse(tmp_path / "chunk-07.constraints.json", json.dumps(edited(pointer, value)).encode("utf-8"))


@settings(quick, max_examples=300)
@given(st.sampled_from(sorted(every_pointer(VALID))), values | st.just(ABSENT))
def test_what_satisfies_the_schema_by_our_own_look_does_by_jsonschema(pointer: str, value: Any) -> None:
    schema = load_schema(SCHEMA)
    validator = Draft202012Validator(schema)
    for data in (value, VALID if value is ABSENT and pointer[-1].isdigit() else edited(pointer, value)):
        if satisfies(data, schema):
            assert validator.is_valid(data)


def test_every_chunk_of_the_corpus_satisfies_the_schema_by_our_own_look() -> None:
    for path in (REPOSITORY / "chunks").glob("*.json"):
        assert satisfies(json.loads(path.read_text(encoding="utf-8")), load_schema(SCHEMA)), path


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/title", ""), ("/title", 7), ("/id", "6"), ("/id", "66\n"), ("/goalType", "other"), ("/more", 1),
        ("/parameters/scaleN", 0), ("/parameters/scaleN", 10_000_001), ("/parameters/scaleN", True),
        ("/parameters/scaleN", 1.5), ("/parameters/monsterPrimes", [2, 2]), ("/parameters/monsterPrimes", [4]),
        ("/parameters/monsterPrimes", [True]), ("/parameters/eightDimManifold", 1), ("/constraints", [{}]),
        ("/constraints", [{"name": "a", "expr": "true"}] * 1001), ("/constraints/0/expr", ""),
        ("/constraints/0/expr", "x" * 100_001), ("/constraints/0/notes", None), ("/constraints/0/more", ""),
    ],
)  # fmt: skip
def test_what_violates_the_schema_does_by_our_own_look(pointer: str, value: Any) -> None:
    schema = load_schema(SCHEMA)
    assert satisfies(VALID, schema)
    data = edited(pointer, value)
    assert not Draft202012Validator(schema).is_valid(data)
    assert not satisfies(data, schema)


@quick
@given(st.data())
def test_a_valid_chunk_with_any_bytes_replaced_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    content = json.dumps(VALID).encode()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(start + 9, len(content))))
    between = data.draw(st.binary(max_size=6) | st.sampled_from([b"[", b"{", b'"', b"\\u", b"NaN", b"9" * 5000]))
    read_or_refuse(tmp_path / "chunk-07.constraints.json", content[:start] + between + content[end:])


@quick
@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    read_or_refuse(tmp_path / "chunk-07.constraints.json", content)
