"""The Monster primes of a chunk: which they are, that a wrong one is found, and that assigning changes nothing else."""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import REPOSITORY
from tasks.corpus.chunk import read_chunk
from tasks.corpus.primes import MONSTER_PRIMES, Tract, assign_primes, infer_tract, zone
from tasks.errors import CheckFailed
from tasks.jobs.assign_primes import check_primes as run

CHUNK = {"id": "06", "title": "t", "goalType": "proof", "tract": "external", "constraints": []}
WANTED = [2, 7, 17]

MONSTER_ORDER = 808017424794512875886459904961710757005754368000000000  # OEIS A003131


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chunk-06.constraints.json"


def holding(primes: Any, **more: Any) -> dict[str, Any]:
    return {**CHUNK, "parameters": {"scaleN": 50, "monsterPrimes": primes, **more}}


def complaint(*paths: Path) -> str:
    with pytest.raises(CheckFailed) as caught:
        run(list(paths), write=False)
    return str(caught.value)


def assigned(path: Path, text: str) -> str:
    """The text of the chunk with its primes assigned; its other data is as it was, and assigning again keeps it."""
    path.write_bytes(text.encode())
    run([path], write=True)
    result = path.read_bytes().decode()
    before, after = json.loads(text), json.loads(result)
    assert after["parameters"].pop("monsterPrimes") == WANTED
    before.setdefault("parameters", {}).pop("monsterPrimes", None)
    assert after == before
    run([path], write=False)
    run([path], write=True)
    assert path.read_bytes().decode() == result
    return result


@pytest.mark.parametrize(
    ("chunk_id", "tract", "primes"),
    [
        ("06", "external", (2, 7, 17)),
        ("08", "internal", (31, 41, 47)),
        ("09", "bridge", (17, 47, 71)),
        ("19", "bridge", (2, 19, 31)),
    ],
)
def test_the_pilots_have_the_primes_of_the_design(chunk_id: str, tract: Tract, primes: tuple[int, ...]) -> None:
    assert assign_primes(chunk_id, tract) == primes


def test_the_pool_is_what_divides_the_order_of_the_monster_group() -> None:
    order = MONSTER_ORDER
    for prime in MONSTER_PRIMES:
        assert order % prime == 0
        while order % prime == 0:
            order //= prime
    assert order == 1
    assert len(MONSTER_PRIMES) == 15
    assert list(MONSTER_PRIMES) == sorted(MONSTER_PRIMES)


@given(st.integers(0, 10**6), st.sampled_from(["internal", "external", "bridge"]))
@settings(database=None)
def test_a_chunk_has_three_primes_of_the_pool_ascending_and_none_is_2_in_the_internal_tract(
    number: int, tract: Tract
) -> None:
    primes = assign_primes(f"{number:02}", tract)
    assert len(primes) == len(set(primes)) == 3
    assert set(primes) <= set(MONSTER_PRIMES)
    assert list(primes) == sorted(primes)
    assert tract != "internal" or 2 not in primes


def test_every_prime_is_picked_somewhere_and_2_in_both_tracts_that_may_have_it() -> None:
    ids = [f"{number:02}" for number in range(200)]
    for tract in ("external", "bridge"):
        assert {p for i in ids for p in assign_primes(i, tract)} == set(MONSTER_PRIMES)
    assert {p for i in ids for p in assign_primes(i, "internal")} == set(MONSTER_PRIMES) - {2}


def test_an_id_counts_as_it_is_written() -> None:
    assert assign_primes("06", "external") != assign_primes("006", "external")


@pytest.mark.parametrize(("chunk_id", "digit"), [("06", 6), ("10", 0), ("62", 2), ("1234567", 7), ("9" * 5000, 9)])
def test_the_zone_is_the_last_digit(chunk_id: str, digit: int) -> None:
    assert zone(chunk_id) == digit


@pytest.mark.parametrize(
    ("title", "tract"),
    [
        ("External Tract: Tetrachord", "external"),
        ("All INTERFACE OPERATORS", "external"),
        ("The internal tract", "internal"),
        ("An Intelligence Operator Pipeline", "internal"),
        ("Bridges", "bridge"),
        ("The Corpus Callosum", "bridge"),
        # The first of the words in the order of the design decides.
        ("Bridge between external tract and internal tract", "external"),
        ("A bridge of intelligence operators", "internal"),
        ("Interface operators of the internal tract", "external"),
    ],
)
def test_the_title_says_the_tract_whatever_the_zone(title: str, tract: str) -> None:
    assert {infer_tract(f"{number:02}", title) for number in range(20)} == {tract}


@pytest.mark.parametrize("title", ["Something", "External", "internal-tract", "corpus", "tract"])
def test_without_such_words_the_zone_says_the_tract(title: str) -> None:
    found = [infer_tract(f"4{digit}", title) for digit in range(10)]
    assert found == ["internal"] * 4 + ["external"] * 3 + ["bridge"] * 3


def test_a_stated_tract_goes_before_the_title(file: Path) -> None:
    file.write_text(json.dumps({**CHUNK, "title": "Internal Tract"}))
    assert read_chunk(file)[0].tract == "external"
    file.write_text(json.dumps({**CHUNK, "tract": "bridge"}))
    assert read_chunk(file)[0].tract == "bridge"
    file.write_text(json.dumps({key: CHUNK[key] for key in CHUNK if key != "tract"} | {"title": "Internal Tract"}))
    assert read_chunk(file)[0].tract == "internal"


def test_right_primes_pass_and_are_counted(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(holding(WANTED)))
    run([file], write=False)
    assert capsys.readouterr().out == "1 chunk has its Monster primes\n"


@pytest.mark.parametrize("primes", [[2, 7, 19], [2, 7], [], [17, 7, 2], [2, 7, 17, 19]])
def test_wrong_primes_are_found_at_their_line(file: Path, primes: list[int]) -> None:
    file.write_text(json.dumps(holding(primes), indent=1))
    assert complaint(file) == (
        f"{file}:9: /parameters/monsterPrimes: found {primes}, expected [2, 7, 17] (external tract)\n"
        "`doit primes write=yes` assigns them"
    )


@pytest.mark.parametrize(("data", "line"), [({**CHUNK, "parameters": {}}, 7), (CHUNK, 1)])
def test_missing_primes_are_found_at_the_line_that_would_hold_them(file: Path, data: Any, line: int) -> None:
    file.write_text(json.dumps(data, indent=1))
    assert complaint(file).startswith(f"{file}:{line}: /parameters/monsterPrimes: found None, expected [2, 7, 17]")


def test_checking_writes_nothing(file: Path) -> None:
    file.write_text(json.dumps(CHUNK))
    before = file.stat()
    complaint(file)
    after = file.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_all_wrong_chunks_are_told_together_and_a_broken_one_does_not_hide_them(file: Path) -> None:
    broken, other = file.with_name("chunk-05.constraints.json"), file.with_name("chunk-19.constraints.json")
    broken.write_text("{")
    file.write_text(json.dumps(CHUNK))
    other.write_text(json.dumps({**CHUNK, "id": "19", "tract": "bridge"}))
    lines = complaint(broken, file, other).split("\n")
    places = [line.split(": ")[0] for line in lines if not line.startswith("    ")]
    assert places[:3] == [f"{broken}:1", f"{file}:1", f"{other}:1"]
    assert "expected [2, 19, 31] (bridge tract)" in lines[-2]
    assert lines[-1] == "`doit primes write=yes` assigns them"


def test_a_broken_chunk_is_left_alone_while_the_others_are_assigned(file: Path) -> None:
    broken = file.with_name("chunk-05.constraints.json")
    broken.write_text("{")
    file.write_text(json.dumps(CHUNK))
    with pytest.raises(CheckFailed) as caught:
        run([broken, file], write=True)
    assert str(caught.value).startswith(f"{broken}:1: column 1: invalid JSON")
    assert "write=yes" not in str(caught.value)
    assert broken.read_text() == "{"
    run([file], write=False)


def test_assigning_says_how_many_it_assigned(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(CHUNK))
    run([file], write=True)
    run([file], write=True)
    assert capsys.readouterr().out == (
        "1 chunk has its Monster primes, 1 newly assigned\n1 chunk has its Monster primes, 0 newly assigned\n"
    )


@pytest.mark.parametrize("indent", [None, 0, 1, 2, 4, "\t"])
@pytest.mark.parametrize(
    "data",
    [
        holding([3, 5]),
        {**CHUNK, "parameters": {"scaleN": 50}},
        {**CHUNK, "parameters": {}},
        CHUNK,
        {"constraints": [], **CHUNK},
    ],
    ids=["wrong", "absent", "empty parameters", "no parameters", "constraints first"],
)
def test_assigning_changes_the_primes_and_nothing_else(file: Path, data: dict[str, Any], indent: int | str) -> None:
    separators = (",", ":") if indent is None else None
    text = json.dumps(data, indent=indent, separators=separators)
    result = assigned(file, text + "\n")
    assert assigned(file, (text + "\n").replace("\n", "\r\n")) == result.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '"monsterPrimes" :\n[ 3,\n5 ] , "godelization": {"base": [ 3, 5 ]}',
            '"monsterPrimes" :\n[2, 7, 17] , "godelization": {"base": [ 3, 5 ]}',
        ),
        ('"monsterPrimes":[]', '"monsterPrimes":[2, 7, 17]'),
        ('"monster\\u0050rimes": []', '"monster\\u0050rimes": [2, 7, 17]'),
        ("", '"monsterPrimes": [2, 7, 17]'),
        (" ", ' "monsterPrimes": [2, 7, 17] '),
        ("\n  ", '\n  "monsterPrimes": [2, 7, 17]\n  '),
        ('"scaleN":9', '"monsterPrimes": [2, 7, 17],"scaleN":9'),
        ('\r\n\t"scaleN": 9\r\n', '\r\n\t"monsterPrimes": [2, 7, 17],\r\n\t"scaleN": 9\r\n'),
        (
            '"godelization": {"base": {"monsterPrimes": [3]}}',
            '"monsterPrimes": [2, 7, 17],"godelization": {"base": {"monsterPrimes": [3]}}',
        ),
    ],
)
def test_the_parameters_are_completed_in_the_style_of_the_file(file: Path, before: str, after: str) -> None:
    around = (
        '{ "id":"06", "title": "é\\u00e9","goalType":"proof", "parameters": {%s},"constraints":[],"tract":"external"}'
    )
    assert assigned(file, around.replace("%s", before)) == around.replace("%s", after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '{\n  "id": "06",\n  "constraints": [],\n',
            '{\n  "id": "06",\n  "parameters": { "monsterPrimes": [2, 7, 17] },\n  "constraints": [],\n',
        ),
        ('{"id":"06","constraints":[],', '{"id":"06","parameters": { "monsterPrimes": [2, 7, 17] },"constraints":[],'),
        ('{"constraints":[],"id":"06",', '{"parameters": { "monsterPrimes": [2, 7, 17] },"constraints":[],"id":"06",'),
        (
            '{"id":"06",\n\t"\\u0063onstraints": [{"name": "constraints", "expr": "true"}],\n',
            '{"id":"06",\n\t"parameters": { "monsterPrimes": [2, 7, 17] },\n'
            '\t"\\u0063onstraints": [{"name": "constraints", "expr": "true"}],\n',
        ),
    ],
)
def test_parameters_that_are_absent_are_put_before_the_constraints(file: Path, before: str, after: str) -> None:
    rest = '"title": "\\"constraints\\": [", "goalType": "proof", "tract": "external"}'
    assert assigned(file, before + rest) == after + rest


white = st.text(" \t\r\n", max_size=3)


@settings(database=None)
@given(st.permutations([*CHUNK, "parameters"]), st.booleans(),
       st.sets(st.sampled_from(['"scaleN":7', '"godelization":{}'])),
       st.booleans(), st.lists(white, min_size=20, max_size=20))  # fmt: skip
def test_any_layout_is_kept(
    tmp_path: Path, order: list[str], parameters: bool, others: set[str], primes: bool, space: list[str]
) -> None:
    gaps = iter(space)

    def written(pairs: list[str]) -> str:
        inside = ",".join(next(gaps) + pair for pair in pairs)
        return "{" + inside + next(gaps) + "}"

    held = written([*sorted(others), *(['"monsterPrimes":[3]'] if primes else [])])
    values = {**{key: json.dumps(CHUNK[key]) for key in CHUNK}, "parameters": held}
    text = written([f'"{key}":{values[key]}' for key in order if parameters or key != "parameters"])
    result = assigned(tmp_path / "chunk-06.constraints.json", text)
    if parameters and primes:
        assert result == text.replace("[3]", "[2, 7, 17]")
    else:  # something was put in, at one place
        start = next((i for i, (old, new) in enumerate(zip(text, result, strict=False)) if old != new), len(text))
        assert any(result.endswith(text[i:]) and result.startswith(text[:i]) for i in range(start + 1))


def test_a_link_stays_a_link_and_the_mode_stays_the_mode(file: Path) -> None:
    real = file.with_name("real.json")
    real.write_text(json.dumps(CHUNK))
    real.chmod(0o640)
    file.symlink_to(real.name)
    run([file], write=True)
    assert file.is_symlink()
    assert json.loads(real.read_text())["parameters"] == {"monsterPrimes": WANTED}
    assert real.stat().st_mode & 0o777 == 0o640


def test_assigning_leaves_no_other_file(file: Path) -> None:
    file.write_text(json.dumps(CHUNK))
    run([file], write=True)
    assert list(file.parent.iterdir()) == [file]


def test_the_worked_example_on_paper_is_what_the_algorithm_does() -> None:
    text = (REPOSITORY / "docs" / "NUMOGRAMMATIC_ENCODING.md").read_text(encoding="utf-8")
    hexadecimal = blake2b(b"chunk:06:zone:6:tract:external", digest_size=16).hexdigest()
    assert bytes.fromhex(hexadecimal).hex(" ") in text
    rows = re.findall(r"^\| (\d) \| `(\w\w) (\w\w)` \| (\d+) \| (\d+) primes \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    assert len(rows) == 3
    pool = list(MONSTER_PRIMES)
    for i, high, low, number, size, rest, pick in rows:
        assert f"{high}{low}" == hexadecimal[4 * int(i) : 4 * int(i) + 4]
        assert int(f"{high}{low}", 16) == int(number)
        assert (len(pool), int(number) % len(pool)) == (int(size), int(rest))
        assert pool.pop(int(rest)) == int(pick)
    assert sorted(int(row[-1]) for row in rows) == list(assign_primes("06", "external"))
