"""corpus.yaml and its folder: every setting, every mistake with file, line and key, and no YAML that does harm."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import REPOSITORY
from tasks.corpus.explain import load_schema, violations
from tasks.corpus.folder import read_corpus
from tasks.corpus.settings import SCHEMA, Limits, Settings, allows_informal, limit_can_bind, read_settings, settings_of
from tasks.errors import CorpusError, Mistake
from tasks.jobs import check_names
from tasks.plan import make_plan

FULL = """\
# A comment.
pilots: ["06", "08"]
documentation:
  - "01"
tract_balance:
  limit: 40
  chunks:
    "06": 25
    "08": 40%
limits:
  solve_seconds: 2.5
  prove_seconds: 7
  memory_mb: 512
  chunks: {"42": {solve_seconds: 120}}
crosscheck:
  samples: 16
  lean: all
  strict: pilots
informal: documentation
solver: chuffed
"""


def read(folder: Path, text: str | bytes) -> Settings:
    (folder / "corpus.yaml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return read_settings(folder)


def refusal(folder: Path, text: str | bytes) -> str:
    """The refusal of text, one line, without the path that it begins with."""
    with pytest.raises(CorpusError) as caught:
        read(folder, text)
    message, path = str(caught.value), folder / "corpus.yaml"
    assert "\n" not in message
    assert message.startswith(f"{path}:")
    return message.removeprefix(f"{path}:").strip()


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    found = read_settings(tmp_path)
    assert found == Settings(pilots=(), documentation=(), samples=256, strict="all", in_lean="telling",
                             informal="anywhere")  # fmt: skip
    assert found.limits("06") == Limits(solve_seconds=30, prove_seconds=60, memory_mb=4096)
    assert found.balance_limit("06", 7) == 100


def test_every_setting_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, FULL)
    assert found == Settings(
        pilots=("06", "08"), documentation=("01",), general_balance="40", chunk_balances={"06": "25", "08": "40%"},
        general_limits=Limits(2.5, 7, 512), chunk_limits={"42": Limits(120, 7, 512)},
        samples=16, strict="pilots", in_lean="all", informal="documentation", solver="chuffed",
    )  # fmt: skip
    assert all(getattr(found, field.name) != getattr(Settings(), field.name) for field in fields(Settings))


def test_limits_of_a_chunk_go_before_those_of_all(tmp_path: Path) -> None:
    found = read(tmp_path, FULL)
    assert found.limits("42") == Limits(120, 7, 512)
    assert found.limits("06") == found.limits("") == Limits(2.5, 7, 512)


def test_limits_of_the_command_line_go_before_all_others_and_leave_the_rest(tmp_path: Path) -> None:
    found = read(tmp_path, FULL)
    given = found.with_limits(solve_seconds="3", memory_mb="64")
    assert given.limits("42") == given.limits("06") == Limits(3, 7, 64)
    assert given.with_limits(prove_seconds="0.5").limits("42") == Limits(3, 0.5, 64)
    assert found.with_limits() == found
    assert replace(given, general_limits=found.general_limits, chunk_limits=found.chunk_limits) == found


@pytest.mark.parametrize("text", ["abc", "0", "-1", "86401", "nan", "inf", "1e999", "1_0", " 3", "3s", "٣", "9" * 5000])
def test_a_wrong_limit_of_the_command_line_is_told_as_it_was_given(text: str) -> None:
    for name in ("solve_seconds", "prove_seconds"):
        with pytest.raises(ValueError, match="expected") as caught:
            Settings().with_limits(**{name: text})
        assert str(caught.value) == f"{name}={text}: expected seconds, more than 0 and at most 86400"
    with pytest.raises(ValueError, match="expected") as caught:
        Settings().with_limits(memory_mb=text if text != "86401" else "64.0")
    assert str(caught.value).endswith(": expected a whole number from 64 to 10^9")


@pytest.mark.parametrize(
    ("rule", "total", "limit"),
    [("25", 1000, 25), ("0", 9, 0), ("30%", 100, 30), ("30%", 99, 29), ("100%", 7, 7), ("400%", 7, 28), ("0%", 7, 0)],
)
def test_a_balance_limit_is_a_number_or_a_share_of_n_rounded_down(
    tmp_path: Path, rule: str, total: int, limit: int
) -> None:
    found = read(tmp_path, f"tract_balance: {{limit: {rule}}}")
    assert (found.balance_rule("06"), found.balance_limit("06", total)) == (rule, limit)
    assert read(tmp_path, f'tract_balance: {{limit: 1, chunks: {{"06": {rule}}}}}').balance_limit("06", total) == limit


def test_a_balance_limit_is_stated_for_all_for_some_or_by_nobody(tmp_path: Path) -> None:
    def stated(text: str) -> tuple[bool, bool]:
        found = read(tmp_path, text)
        return found.has_balance_limit("06"), found.has_balance_limit("07")

    assert stated("tract_balance: {limit: 100}") == (True, True)
    assert stated('tract_balance: {chunks: {"06": 4}}') == (True, False)
    assert stated("tract_balance: {}") == stated("{}") == (False, False)


def test_a_limit_binds_below_the_furthest_that_the_tracts_can_be_apart() -> None:
    for total in (1, 7):
        furthest = {True: total, False: 4 * total}
        for unit_sum, most in furthest.items():
            assert limit_can_bind(most - 1, total, unit_sum)
            assert not limit_can_bind(most, total, unit_sum)


@pytest.mark.parametrize("text", ["# nothing\n", "# nothing", "\n\n# a\n  # b\n\n"])
def test_a_file_of_comments_alone_means_defaults(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == Settings()


@pytest.mark.parametrize("text", ["", "\n", "  \n\t\n"])
def test_an_empty_file_is_refused_as_it_was_hardly_meant(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text) == "1: found an empty file, expected its text"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\npilot: []", "2: pilot: unknown key 'pilot'; did you mean 'pilots'?"),
        (
            "solve_seconds: 3",
            "1: solve_seconds: unknown key 'solve_seconds'; did you mean 'solve_seconds' in 'limits'?",
        ),
        (
            "limits:\n  memory_mb: 100\n  solve_second:\n    3",
            "3: limits.solve_second: unknown key 'solve_second'; did you mean 'solve_seconds'?",
        ),
        (
            'limits: {chunks: {"06": {solve_second: 3}}}',
            "1: limits.chunks.06.solve_second: unknown key 'solve_second'; did you mean 'solve_seconds'?",
        ),
        (
            "crosscheck: {strictness: all}",
            "1: crosscheck.strictness: unknown key 'strictness'; did you mean 'strict'?",
        ),
        (
            "zzz: 1",
            "1: zzz: unknown key 'zzz'; expected one of pilots, documentation, tract_balance, limits, crosscheck, "
            "informal, solver",
        ),
        ("tract_balance.limit: 4", "1: tract_balance.limit: unknown key 'tract_balance.limit'; "
         "did you mean 'tract_balance'?"),
        (
            'tract_balance: {chunks: {"6": 4}}',
            "1: tract_balance.chunks.6: unknown key '6'; expected lines such as `\"06\": 25`, "
            "each with an id of two or more digits in quotes",
        ),
        (
            "limits: {chunks: {06: {solve_seconds: 4}}}",
            "1: limits.chunks: unknown key 06; expected text, in quotes where it is a number",
        ),
    ],
)  # fmt: skip
def test_an_unknown_key_comes_with_its_line_and_a_suggestion(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text) == message


@pytest.mark.parametrize("key", ["<<: {informal: never}", "[a]: 1", "? {a: b}\n: 1", "1: 2", "'': 1", '"a\\nb": 1'])
def test_a_key_of_any_other_kind_is_unknown(tmp_path: Path, key: str) -> None:
    assert re.match("1: (.*: )?unknown key ", refusal(tmp_path, key))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("informal: never\n\ninformal: never", "3: informal"),
        ("limits:\n  memory_mb: 64\n  memory_mb: 64", "3: limits.memory_mb"),
        ("limits: {memory_mb: 64}\nlimits: {solve_seconds: 1}", "2: limits"),
        ('limits:\n  chunks: {"06": {}, "06": {}}', "2: limits.chunks.06"),
    ],
)
def test_a_duplicate_key_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text) == f"{message}: found the key a second time, expected each key once"


WHOLE = "a whole number from"
DISTANCE = f"{WHOLE} 0 to 10^9, or a share of N from 0% to 400%"
ID = 'an id in quotes such as "06"'
BY_ID = "each with an id of two or more digits in quotes"
SECONDS = "seconds, more than 0 and at most 86400"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pilots: 06", '1: pilots: found 06, expected a list of ids such as ["06", "08"]'),
        ("pilots:", '1: pilots: found nothing, expected a list of ids such as ["06", "08"]'),
        ("pilots: {a: b}", '1: pilots: found {a: b}, expected a list of ids such as ["06", "08"]'),
        ("pilots: [[]]", f"1: pilots: item 1: found [], expected {ID}"),
        ('pilots: ["06", 06]', f"1: pilots: item 2: found 06, expected {ID}"),
        ("pilots: [10]", f"1: pilots: item 1: found 10, expected {ID}"),
        ("pilots: [true]", f"1: pilots: item 1: found true, expected {ID}"),
        ('pilots: ["6"]', f'1: pilots: item 1: found "6", expected {ID}'),
        ('pilots: ["06\\n"]', f'1: pilots: item 1: found "06\\n", expected {ID}'),
        ('pilots: ["06", "06"]', '1: pilots: found ["06", "06"], expected each item once'),
        ("documentation:\n  - 07", f"2: documentation: item 1: found 07, expected {ID}"),
        ("tract_balance: 4", "1: tract_balance: found 4, expected `key: value` lines"),
        ("tract_balance:", "1: tract_balance: found nothing, expected `key: value` lines"),
        ("tract_balance:\n  limit: -1", f"2: tract_balance.limit: found -1, expected {DISTANCE}"),
        ("tract_balance: {limit: 1.0}", f"1: tract_balance.limit: found 1.0, expected {DISTANCE}"),
        ("tract_balance: {limit: true}", f"1: tract_balance.limit: found true, expected {DISTANCE}"),
        ("tract_balance: {limit: '4'}", f"1: tract_balance.limit: found '4', expected {DISTANCE}"),
        ("tract_balance: {limit: 1000000001}", f"1: tract_balance.limit: found 1000000001, expected {DISTANCE}"),
        ("tract_balance: {limit: 401%}", f"1: tract_balance.limit: found 401%, expected {DISTANCE}"),
        ("tract_balance: {limit: 2.5%}", f"1: tract_balance.limit: found 2.5%, expected {DISTANCE}"),
        ("tract_balance: {limit: -1%}", f"1: tract_balance.limit: found -1%, expected {DISTANCE}"),
        ("tract_balance: {limit: ٣%}", f"1: tract_balance.limit: found ٣%, expected {DISTANCE}"),
        ('tract_balance: {chunks: {"06": x}}', f"1: tract_balance.chunks.06: found x, expected {DISTANCE}"),
        (
            "tract_balance: {chunks: [4]}",
            f'1: tract_balance.chunks: found [4], expected lines such as `"06": 25`, {BY_ID}',
        ),
        ('limits: {chunks: {"06": 4}}', "1: limits.chunks.06: found 4, expected `key: value` lines"),
        (
            'limits:\n  chunks:\n    "06": {memory_mb: 1}',
            f"3: limits.chunks.06.memory_mb: found 1, expected {WHOLE} 64 to 10^9",
        ),
        ("limits: []", "1: limits: found [], expected `key: value` lines"),
        ("limits: {solve_seconds: 0}", f"1: limits.solve_seconds: found 0, expected {SECONDS}"),
        ("limits: {solve_seconds: .nan}", f"1: limits.solve_seconds: found .nan, expected {SECONDS}"),
        ("limits: {prove_seconds: .inf}", f"1: limits.prove_seconds: found .inf, expected {SECONDS}"),
        ("limits: {prove_seconds: yes}", f"1: limits.prove_seconds: found yes, expected {SECONDS}"),
        ("limits: {memory_mb: 63}", f"1: limits.memory_mb: found 63, expected {WHOLE} 64 to 10^9"),
        ("limits: {memory_mb: ~}", f"1: limits.memory_mb: found ~, expected {WHOLE} 64 to 10^9"),
        ("crosscheck: {samples: 0}", f"1: crosscheck.samples: found 0, expected {WHOLE} 1 to 4096"),
        ("crosscheck: {strict: most}", '1: crosscheck.strict: found most, expected one of "all", "pilots"'),
        ("informal: no", '1: informal: found no, expected one of "anywhere", "documentation", "never"'),
        ("informal: [never]", '1: informal: found [never], expected one of "anywhere", "documentation", "never"'),
        ("informal: 2001-99-99", "1: informal: found 2001-99-99, expected a plain value"),
        ("- pilots", "1: found - pilots, expected `key: value` lines"),
        ("pilots", "1: found pilots, expected `key: value` lines"),
        ("~", "1: found ~, expected `key: value` lines"),
    ],
)
def test_a_wrong_value_is_shown_as_it_is_written(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text) == message


def test_a_long_value_is_cut_and_a_hostile_one_stays_on_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, f"crosscheck:\n  samples: {'1' * 5000}") == (
        f"2: crosscheck.samples: found {'1' * 57}..., expected a plain value"
    )
    assert refusal(tmp_path, "informal: |\n  a\n  b\u202e") == (
        '1: informal: found | a b\\u202e, expected one of "anywhere", "documentation", "never"'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pilots: []\na: b: c", "2: invalid YAML: mapping values are not allowed here"),
        (
            "pilots: [",
            "1: invalid YAML: while parsing a flow node, expected the node content, but found '<stream end>'",
        ),
        ('\n"pilots', "2: invalid YAML: while scanning a quoted scalar, found unexpected end of stream"),
        ("pilots: *other", "1: invalid YAML: found undefined alias 'other'"),
        ("informal: never\n---\ninformal: never",
         "2: invalid YAML: expected a single document in the stream, but found another document"),
        ("informal: never\n\x01", "2: found the character U+0001, expected text that YAML allows"),
        ("%YAML 3.0\n---\na: 1", "1: invalid YAML: found incompatible YAML document (version 1.* is required)"),
    ],
)  # fmt: skip
def test_invalid_yaml_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text) == message


def test_the_bytes_are_judged_like_those_of_a_chunk(tmp_path: Path) -> None:
    assert "byte-order mark" in refusal(tmp_path, b"\xef\xbb\xbfinformal: never")
    assert refusal(tmp_path, b"# a\n# \xff") == "2: found the byte 0xff at offset 6, expected UTF-8"
    os.truncate(tmp_path / "corpus.yaml", 50_000_000)
    with pytest.raises(CorpusError, match=r"found 50,000,000 bytes"):
        read_settings(tmp_path)


def test_a_folder_pipe_device_or_dangling_link_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "corpus.yaml"
    path.mkdir()
    with pytest.raises(CorpusError, match="found a folder, pipe or device"):
        read_settings(tmp_path)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(CorpusError, match="found a folder, pipe or device"):
        read_settings(tmp_path)
    path.unlink()
    path.symlink_to("nowhere")
    with pytest.raises(CorpusError, match="cannot be read: No such file or directory"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "pilots: &a [*a]",
        "limits: &a\n  solve_seconds: *a",
        "limits: &a {limits: *a}",
        "&a pilots: []\n? *a\n: []",
    ],
)
def test_a_document_that_holds_itself_is_refused(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text)


def test_an_alias_that_is_no_trick_is_what_it_names(tmp_path: Path) -> None:
    found = read(tmp_path, 'pilots: &some ["06"]\ndocumentation: *some')
    assert found.pilots == found.documentation == ("06",)


def test_aliases_of_aliases_do_not_multiply(tmp_path: Path) -> None:
    laughs = ["zero: &a0 [lol, lol]", *(f"k{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30))]
    started = time.process_time()
    many = "1: found more than 20,000 values; write out what the aliases stand for"
    assert refusal(tmp_path, "\n".join(laughs)) == many
    nested = "&a0 []"
    for i in range(1, 30):
        nested = f"&a{i} [{nested}, {', '.join([f'*a{i - 1}'] * 9)}]"
    assert refusal(tmp_path, f"pilots: {nested}") == many
    assert time.process_time() - started < 5


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused(tmp_path: Path, bracket: str) -> None:
    assert refusal(tmp_path, bracket * 20_000) == "excessive nesting, expected four levels at most"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("informal: {} touch", "a plain value"),
        ("informal: {} [touch]", "a value without a tag"),
        ("pilots: {} ['touch made']", "a value without a tag"),
        ("limits: {} {{solve_seconds: 3}}", "a value without a tag"),
        ("{}\ninformal: never", "a value without a tag"),
    ],
)
@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/name:os.system", "!!python/tuple", "!x"])
def test_a_tag_that_would_make_an_object_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, found: str, tag: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(tmp_path, text.format(tag)).endswith(f", expected {found}")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "value",
    ["!!int x", "!!int ''", "!!bool x", "!!float x", "!!timestamp soon", "!!binary '='", "!!null x", "!!map x",
     "!!seq x", "!!set {a}", "!!omap [a: 1]", "1" + ":59" * 400 + ".5"],
)  # fmt: skip
@pytest.mark.parametrize("key", ["informal", "pilots", "limits", "tract_balance.limit", "limits.solve_seconds"])
def test_a_tag_that_its_value_does_not_bear_is_a_wrong_value(tmp_path: Path, key: str, value: str) -> None:
    assert refusal(tmp_path, f"{key}: {value}").startswith("1: ")


@settings(database=None)
@given(st.data())
def test_any_edit_of_a_valid_file_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(FULL)))
    end = data.draw(st.integers(start, min(start + 12, len(FULL))))
    pieces = ["&a ", "*a", "!!int ", "!!set ", "[", "{", ": ", "- ", "? ", "\n", '"', "~", "07", "\x85", "'"]
    between = data.draw(st.text(max_size=5) | st.lists(st.sampled_from(pieces), max_size=4).map("".join))
    try:
        found: Any = read(tmp_path, FULL[:start] + between + FULL[end:])
    except CorpusError as error:
        found = error
    assert isinstance(found, Settings | CorpusError)


# What the schema accepts is what is read.

VALUES: list[Any] = [
    None, True, False, 0, 1, 63, 64, 4096, 4097, 10**9, 10**9 + 1, 86400, 86401, 10**400, -1,
    0.5, 1.0, 64.0, -0.0, 86400.5, float("nan"), float("inf"),
    "", "06", "08", "7", "06\n", "٠٧", "0%", "400%", "401%", "30%\n", "007%", "1.5%",
    "all", "pilots", "telling", "anywhere", "documentation", "never", "never\n",
    [], ["06"], [["06"]], {}, {"06": 1}, {"06": {}},
]  # fmt: skip
"""Each at the edge of what some key accepts."""
KEYS = ["zzz", "", "6", "06", "100", "06\n", "٠٧", "limit", "chunks", "solve_seconds", "informal", "strict"]


def edits(data: Any) -> Iterator[Any]:
    """data with one value replaced or gone, or with one key more."""
    yield from VALUES
    if isinstance(data, list):
        for i, item in enumerate(data):
            yield data[:i] + data[i + 1 :]
            yield from ([*data[:i], edited, *data[i + 1 :]] for edited in edits(item))
    if isinstance(data, dict):
        for key, value in data.items():
            yield {other: data[other] for other in data if other != key}
            yield from (data | {key: edited} for edited in edits(value))
        yield from (data | {key: more} for key in KEYS if key not in data for more in (1, "06"))


class Anywhere:
    """A source for data that was read from nowhere."""

    path = Path("corpus.yaml")

    def line(self, pointer: str) -> int:
        return 1

    def extent(self, pointer: str, is_key: bool = False) -> tuple[int, int]:
        return 0, 1

    def place(self, pointer: str) -> str:
        return pointer

    def shown(self, pointer: str, value: Any) -> str:
        return repr(value)


def test_the_schema_accepts_exactly_what_is_read() -> None:
    counted = Counter[bool]()
    for data in edits(yaml.safe_load(FULL)):
        problems = list(violations(SCHEMA, Anywhere(), data, yaml=True))
        try:
            settings_of(data)
        except ValueError:
            assert problems, data
        else:
            assert not problems, data
        counted[bool(problems)] += 1
    assert min(counted.values()) > 100


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("pilots: [7]\n", ["7"]),
        ("pilotz: []\n", ["pilotz"]),
        ("limits:\n  memory_mb: 1\n  solve_seconds: -3 # no\n", ["1", "-3"]),
        ("limits:\n  memory_mb:\npilots: []\n", ["memory_mb"]),
        ("limits:\n  - 1\n  - 2\n", ["- 1"]),
        ("pilots: []\npilots: []\n", ["pilots"]),
        ("06: 1\n", ["06"]),
        ("pilots: [\n", ["["]),
        ("informal: \N{BEL}\n", ["\N{BEL}"]),
        ('documentation: ["01"]\nlimits: {chunks: {"01": {memory_mb: 64}}}\n', ['"01"']),
    ],
)
def test_a_mistake_says_what_to_mark_in_the_file(tmp_path: Path, text: str, marked: list[str]) -> None:
    (tmp_path / "corpus.yaml").write_text(text)
    with pytest.raises(CorpusError) as caught:
        read_settings(tmp_path)
    mistakes = [mistake for mistake in caught.value.mistakes if isinstance(mistake, Mistake)]
    assert [text[mistake.start : mistake.end] for mistake in mistakes] == marked
    assert "\n".join(map(str, mistakes)) == str(caught.value)


def test_a_right_file_is_read_without_jsonschema(tmp_path: Path) -> None:
    (tmp_path / "corpus.yaml").write_text(FULL)
    read_it = "import sys, pathlib; from tasks.corpus.settings import read_settings as r; r(pathlib.Path(sys.argv[1]))"
    code = f"{read_it}; sys.exit('jsonschema' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0


@pytest.mark.parametrize(
    ("policy", "in_documentation", "elsewhere"),
    [("anywhere", True, True), ("documentation", True, False), ("never", False, False)],
)
def test_the_informal_policy_says_where_claims_may_stand(policy: Any, in_documentation: bool, elsewhere: bool) -> None:
    assert allows_informal(policy, True) is in_documentation
    assert allows_informal(policy, False) is elsewhere


# The folder.


def chunks(folder: Path, *ids: str) -> None:
    for chunk_id in ids:
        (folder / f"chunk-{chunk_id}.constraints.json").touch()


def test_ids_come_in_numeric_order(tmp_path: Path) -> None:
    chunks(tmp_path, "100", "09", "10", "007", "1000", "99", "07")
    assert read_corpus(tmp_path).ids == ("007", "07", "09", "10", "99", "100", "1000")


def test_documentation_chunks_are_not_computational(tmp_path: Path) -> None:
    chunks(tmp_path, "01", "02", "03")
    (tmp_path / "corpus.yaml").write_text('documentation: ["02"]')
    corpus = read_corpus(tmp_path)
    assert corpus.computational == ("01", "03")
    assert corpus.path("02") == tmp_path / "chunk-02.constraints.json"


def test_other_files_are_ignored_and_named_and_hidden_ones_are_not_even_named(tmp_path: Path) -> None:
    chunks(tmp_path, "01")
    for name in ("README.md", "chunk-01.constraints.json~", "notes.json", "Chunk-02.constraints.json", ".x.swp"):
        (tmp_path / name).touch()
    (tmp_path / "old").mkdir()
    corpus = read_corpus(tmp_path)
    assert corpus.ids == ("01",)
    assert corpus.ignored == (
        "Chunk-02.constraints.json",
        "README.md",
        "chunk-01.constraints.json~",
        "notes.json",
        "old",
    )
    assert corpus.misnamed == ()


def test_a_file_that_is_meant_as_a_chunk_but_misnamed_is_an_error(tmp_path: Path) -> None:
    names = (
        "chunk-07.constraint.json", "chunk-07.json", "chunk-7.constraints.json", "chunk-٠٧.constraints.json",
    )  # fmt: skip
    for name in names:
        (tmp_path / name).touch()
    corpus = read_corpus(tmp_path)
    assert (corpus.ids, corpus.ignored, corpus.misnamed) == ((), (), tuple(sorted(names)))
    with pytest.raises(CorpusError) as caught:
        check_names.run(make_plan({"chunks": str(tmp_path)}))
    lines = str(caught.value).split("\n")
    assert len(lines) == 4
    assert lines[2] == (
        f"{tmp_path}/chunk-7.constraints.json: not the name of a chunk; "
        "expected a name of the form chunk-NN.constraints.json, NN two or more digits"
    )


def test_names_that_are_no_text_are_named_all_the_same(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", b"chunk-\xff.json", b"two\nlines"):
        os.close(os.open(os.fsencode(tmp_path) + b"/" + name, os.O_CREAT))
    corpus = read_corpus(tmp_path)
    assert corpus.ignored == ("caf\\xe9.txt", "two\\nlines")
    assert corpus.misnamed == ("chunk-\\xff.json",)


def test_a_folder_without_a_chunk_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "corpus.yaml").write_text('pilots: ["06"]')
    with pytest.raises(CorpusError) as caught:
        read_corpus(tmp_path)
    assert str(caught.value) == (f"{tmp_path}: holds no chunk; add chunk-01.constraints.json, or say chunks=DIR")


@pytest.mark.parametrize(("name", "reason"), [("nowhere", "No such file or directory"), ("file", "Not a directory")])
def test_a_missing_folder_is_refused_and_says_how_to_name_another(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CorpusError) as caught:
        read_corpus(tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: cannot be read as a folder of chunks: {reason}; see chunks=DIR"


@pytest.mark.parametrize("key", ["pilots", "documentation"])
def test_an_id_that_does_not_exist_is_named_with_its_line(tmp_path: Path, key: str) -> None:
    chunks(tmp_path, "06")
    (tmp_path / "corpus.yaml").write_text(f'informal: never\n{key}: ["06", "6666"]\n')
    with pytest.raises(CorpusError) as caught:
        read_corpus(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/corpus.yaml:2: {key}: item 2: found the id '6666', expected ids of chunks in this folder; "
        "there is no chunk-6666.constraints.json"
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('tract_balance: {chunks: {"06": 4, "ID": 4}}', "tract_balance.chunks.ID"),
        ('limits:\n  chunks:\n    "06": {}\n    "ID": {}', "limits.chunks.ID"),
    ],
)
def test_a_chunk_with_limits_of_its_own_must_be_there_and_be_checked(tmp_path: Path, text: str, place: str) -> None:
    chunks(tmp_path, "01", "06")
    text = f'documentation: ["01"]\n{text}'
    for chunk_id, expected in (
        ("77", "expected ids of chunks in this folder; there is no chunk-77.constraints.json"),
        ("01", "expected none of `documentation`, as those are not checked"),
    ):
        (tmp_path / "corpus.yaml").write_text(text.replace("ID", chunk_id))
        with pytest.raises(CorpusError) as caught:
            read_corpus(tmp_path)
        line, where = len(text.split("\n")), place.replace("ID", chunk_id)
        assert str(caught.value) == f"{tmp_path}/corpus.yaml:{line}: {where}: found the id '{chunk_id}', {expected}"
    (tmp_path / "corpus.yaml").write_text(text.replace("ID", "06x"))
    with pytest.raises(CorpusError, match="unknown key '06x'"):
        read_corpus(tmp_path)


def test_all_mistakes_are_told_together_in_the_order_of_their_lines(tmp_path: Path) -> None:
    (tmp_path / "corpus.yaml").write_text("zzz: 1\npilots: 4\nlimits:\n  memory_mb: 1\n  solve_second: 1\n")
    with pytest.raises(CorpusError) as caught:
        read_settings(tmp_path)
    lines = str(caught.value).split("\n")
    assert [line.removeprefix(f"{tmp_path}/corpus.yaml:").split(":")[0] for line in lines] == ["1", "2", "4", "5"]


def test_a_wrong_corpus_yaml_is_refused_with_the_corpus(tmp_path: Path) -> None:
    chunks(tmp_path, "06")
    (tmp_path / "corpus.yaml").write_text("pilots: 3")
    with pytest.raises(CorpusError, match=r"corpus\.yaml:1: pilots: found 3, expected a list"):
        read_corpus(tmp_path)


# The documents.


def keys(schema: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every key that a schema allows, with the default as docs/corpus.md writes it."""
    for key, inner in schema.get("properties", {}).items():
        if "default" in inner:
            default = f"`{json.dumps(inner['default'])}`"
        else:
            default = "required" if key in schema.get("required", ()) else ""
        yield prefix + key, default
        yield from keys(inner, f"{prefix}{key}.")
        yield from keys(inner.get("items", {}), f"{prefix}{key}[].")
        for by_id in inner.get("patternProperties", {}).values():
            yield from keys(by_id, f"{prefix}{key}.ID.")


def descriptions(schema: dict[str, Any]) -> Iterator[str]:
    for key, inner in schema.items():
        if key in ("properties", "patternProperties"):
            yield from (str(value.get("description", "")) for value in inner.values())
        if isinstance(inner, dict):
            yield from descriptions(inner)


@pytest.mark.parametrize(
    ("name", "heading"), [("chunk.schema.json", "Keys of a chunk"), (SCHEMA, "Keys of corpus.yaml")]
)
def test_the_documents_list_every_key_with_its_default(name: str, heading: str) -> None:
    text = (REPOSITORY / "docs" / "corpus.md").read_text(encoding="utf-8")
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [row.strip("| ").split(" | ") for row in section.splitlines() if row.startswith("| `")]
    schema = load_schema(name)
    wanted = list(keys(schema))
    assert [row[0].strip("`") for row in rows] == [key for key, _ in wanted]
    for (key, meaning, default), (_, stated) in zip(rows, wanted, strict=True):
        assert meaning, key
        assert default == stated if stated else default != "required", key


@pytest.mark.parametrize("name", ["chunk.schema.json", SCHEMA])
def test_every_key_of_a_schema_has_a_description_for_editors(name: str) -> None:
    found = list(descriptions(load_schema(name)))
    assert len(found) >= 15
    assert all(found)


def test_the_defaults_of_the_schema_are_those_of_the_code() -> None:
    schema = load_schema(SCHEMA)
    stated = {key: json.loads(default.strip("`")) for key, default in keys(schema) if default}
    balance = str(stated.pop("tract_balance.limit"))
    data: dict[str, Any] = {}
    for key, value in stated.items():
        *section, last = key.split(".")
        (data.setdefault(section[0], {}) if section else data)[last] = value
    assert settings_of(data) == Settings()
    assert Settings().balance_rule("06") == balance


def test_both_schemas_are_valid_ones() -> None:
    from jsonschema import Draft202012Validator

    for name in ("chunk.schema.json", SCHEMA):
        Draft202012Validator.check_schema(load_schema(name))
