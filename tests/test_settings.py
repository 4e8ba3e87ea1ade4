"""corpus.yaml and its folder: every setting, every mistake with file, line and key, and no YAML that does harm."""

from __future__ import annotations

import os
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.corpus.folder import read_corpus
from tasks.corpus.settings import Settings, allows_informal, read_settings
from tasks.errors import CorpusError
from tasks.stages.schema import check_names

FULL = """\
# A comment.
pilots: ["06", "08"]
documentation:
  - "01"
tract_balance:
  limit: 40
limits:
  solve_seconds: 2.5
  prove_seconds: 7
  memory_mb: 512
crosscheck:
  samples: 16
  lean: all
  strict: pilots
informal: documentation
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
    assert read_settings(tmp_path) == Settings(
        pilots=(), documentation=(), balance_limit=100, solve_seconds=30, prove_seconds=60, memory_mb=4096,
        samples=256, strict="all", informal="anywhere",
    )  # fmt: skip


def test_every_setting_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, FULL)
    assert found == Settings(
        pilots=("06", "08"), documentation=("01",), balance_limit=40, solve_seconds=2.5, prove_seconds=7,
        memory_mb=512, samples=16, strict="pilots", in_lean="all", informal="documentation",
    )  # fmt: skip
    assert all(getattr(found, field.name) != field.default for field in fields(Settings))


@pytest.mark.parametrize("text", ["# nothing\n", "# nothing", "\n\n# a\n  # b\n\n"])
def test_a_file_of_comments_alone_means_defaults(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == Settings()


@pytest.mark.parametrize("text", ["", "\n", "  \n\t\n"])
def test_an_empty_file_is_refused_as_it_was_hardly_meant(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text) == "1: found an empty file, expected its text"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\npilot: []", "2: found the unknown key 'pilot', did you mean 'pilots'?"),
        ("solve_seconds: 3", "1: found the unknown key 'solve_seconds', did you mean 'limits.solve_seconds'?"),
        (
            "limits:\n  memory_mb: 100\n  solve_second: 3",
            "3: found the unknown key 'limits.solve_second', did you mean 'limits.solve_seconds'?",
        ),
        (
            "crosscheck: {strictness: all}",
            "1: found the unknown key 'crosscheck.strictness', did you mean 'crosscheck.strict'?",
        ),
        (
            "zzz: 1",
            "1: found the unknown key 'zzz', expected one of crosscheck, crosscheck.lean, crosscheck.samples, "
            "crosscheck.strict, documentation, informal, "
            "limits, limits.memory_mb, limits.prove_seconds, limits.solve_seconds, pilots, "
            "tract_balance, tract_balance.limit",
        ),
    ],
)
def test_an_unknown_key_comes_with_its_line_and_a_suggestion(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text) == message


@pytest.mark.parametrize("key", ["<<: {informal: never}", "[a]: 1", "? {a: b}\n: 1", "1: 2", "'': 1", '"a\\nb": 1'])
def test_a_key_of_any_other_kind_is_unknown(tmp_path: Path, key: str) -> None:
    assert refusal(tmp_path, key).startswith("1: found the unknown key ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("informal: never\n\ninformal: never", "3: found the key informal a second time"),
        ("limits:\n  memory_mb: 64\n  memory_mb: 64", "3: found the key limits.memory_mb a second time"),
        ("limits: {memory_mb: 64}\nlimits: {solve_seconds: 1}", "2: found the key limits a second time"),
        ("limits: {memory_mb: 64}\nlimits.memory_mb: 65", "2: found the key limits.memory_mb a second time"),
    ],
)
def test_a_duplicate_key_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text) == f"{message}, expected each key once"


def test_a_section_may_be_written_with_dots(tmp_path: Path) -> None:
    assert read(tmp_path, "tract_balance.limit: 4").balance_limit == 4


WHOLE = "a whole number from"
SECONDS = "seconds, more than 0 and at most 86400"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pilots: 06", '1: pilots: found 06, expected a list of ids such as ["06", "08"]'),
        ("pilots:", '1: pilots: found nothing, expected a list of ids such as ["06", "08"]'),
        ("pilots: {a: b}", "1: pilots: found {a: b}, expected a plain value"),
        ("pilots: [[]]", "1: pilots: found [[]], expected a flat list"),
        ('pilots: ["06", 06]', '1: pilots: found ["06", 06], expected ids in quotes such as "06"; item 2 is none'),
        ("pilots: [10]", '1: pilots: found [10], expected ids in quotes such as "06"; item 1 is none'),
        ("pilots: [true]", '1: pilots: found [true], expected ids in quotes such as "06"; item 1 is none'),
        ('pilots: ["6"]', '1: pilots: found ["6"], expected ids in quotes such as "06"; item 1 is none'),
        ('pilots: ["06\\n"]', '1: pilots: found ["06\\n"], expected ids in quotes such as "06"; item 1 is none'),
        ('pilots: ["06", "06"]', '1: pilots: found ["06", "06"], expected each id once'),
        ("documentation:\n  - 07", '2: documentation: found - 07, expected ids in quotes such as "06"; item 1 is none'),
        ("tract_balance: 4", "1: found 4, expected `key: value` lines for tract_balance"),
        ("tract_balance:", "1: found nothing, expected `key: value` lines for tract_balance"),
        ("tract_balance:\n  limit: -1", f"2: tract_balance.limit: found -1, expected {WHOLE} 0 to 10^9"),
        ("tract_balance: {limit: 1.0}", f"1: tract_balance.limit: found 1.0, expected {WHOLE} 0 to 10^9"),
        ("tract_balance: {limit: true}", f"1: tract_balance.limit: found true, expected {WHOLE} 0 to 10^9"),
        ("tract_balance: {limit: '4'}", f"1: tract_balance.limit: found '4', expected {WHOLE} 0 to 10^9"),
        ("tract_balance: {limit: 1000000001}", f"1: tract_balance.limit: found 1000000001, expected {WHOLE} 0 to 10^9"),
        ("limits: []", "1: found [], expected `key: value` lines for limits"),
        ("limits: {solve_seconds: 0}", f"1: limits.solve_seconds: found 0, expected {SECONDS}"),
        ("limits: {solve_seconds: .nan}", f"1: limits.solve_seconds: found .nan, expected {SECONDS}"),
        ("limits: {prove_seconds: .inf}", f"1: limits.prove_seconds: found .inf, expected {SECONDS}"),
        ("limits: {prove_seconds: yes}", f"1: limits.prove_seconds: found yes, expected {SECONDS}"),
        ("limits: {memory_mb: 63}", f"1: limits.memory_mb: found 63, expected {WHOLE} 64 to 10^9"),
        ("limits: {memory_mb: ~}", f"1: limits.memory_mb: found ~, expected {WHOLE} 64 to 10^9"),
        ("crosscheck: {samples: 0}", f"1: crosscheck.samples: found 0, expected {WHOLE} 1 to 4096"),
        ("crosscheck: {strict: most}", '1: crosscheck.strict: found most, expected "all" or "pilots"'),
        ("informal: no", '1: informal: found no, expected "anywhere" or "documentation" or "never"'),
        ("informal: [never]", '1: informal: found [never], expected "anywhere" or "documentation" or "never"'),
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
        '1: informal: found | a b\\u202e, expected "anywhere" or "documentation" or "never"'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pilots: []\na: b: c", "2: no YAML: mapping values are not allowed here"),
        ("pilots: [", "1: no YAML: while parsing a flow node, expected the node content, but found '<stream end>'"),
        ('\n"pilots', "2: no YAML: while scanning a quoted scalar, found unexpected end of stream"),
        ("pilots: *other", "1: no YAML: found undefined alias 'other'"),
        ("informal: never\n---\ninformal: never",
         "2: no YAML: expected a single document in the stream, but found another document"),
        ("informal: never\n\x01", "2: found the character U+0001, expected text that YAML allows"),
        ("%YAML 3.0\n---\na: 1", "1: no YAML: found incompatible YAML document (version 1.* is required)"),
    ],
)  # fmt: skip
def test_text_that_is_no_yaml_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
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
    assert refusal(tmp_path, "\n".join(laughs)).startswith("1: found the unknown key 'zero'")
    nested = "&a0 []"
    for i in range(1, 30):
        nested = f"&a{i} [{nested}, {', '.join([f'*a{i - 1}'] * 9)}]"
    assert refusal(tmp_path, f"pilots: {nested}").endswith("..., expected a flat list")
    assert time.process_time() - started < 5


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused(tmp_path: Path, bracket: str) -> None:
    assert refusal(tmp_path, bracket * 20_000) == "found deep nesting, expected two levels"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("informal: {} touch", "a plain value"),
        ("informal: {} [touch]", "a plain value"),
        ("pilots: {} ['touch made']", "a plain value"),
        ("limits: {} {{solve_seconds: 3}}", "`key: value` lines for limits"),
        ("{}\ninformal: never", "`key: value` lines"),
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


@settings(deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        check_names(tmp_path, corpus.misnamed)
    lines = str(caught.value).split("\n")
    assert len(lines) == 4
    assert lines[2] == (
        f"{tmp_path}/chunk-7.constraints.json: found a name that is no chunk's, expected chunk-NN.constraints.json, "
        "NN two or more digits"
    )


def test_names_that_are_no_text_are_named_all_the_same(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", b"chunk-\xff.json", b"two\nlines"):
        os.close(os.open(os.fsencode(tmp_path) + b"/" + name, os.O_CREAT))
    corpus = read_corpus(tmp_path)
    assert corpus.ignored == ("caf\\xe9.txt", "two\\nlines")
    assert corpus.misnamed == ("chunk-\\xff.json",)


def test_an_empty_folder_is_an_empty_corpus(tmp_path: Path) -> None:
    assert read_corpus(tmp_path).ids == ()


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
        f"{tmp_path}/corpus.yaml:2: {key}: found the id '6666', expected ids of chunks in this folder; "
        "there is no chunk-6666.constraints.json"
    )


def test_a_wrong_corpus_yaml_is_refused_with_the_corpus(tmp_path: Path) -> None:
    (tmp_path / "corpus.yaml").write_text("pilots: 3")
    with pytest.raises(CorpusError, match=r"corpus\.yaml:1: pilots: found 3, expected a list"):
        read_corpus(tmp_path)
