"""The parser's tables are kept, and what is read from them is the parser that would be made."""

from __future__ import annotations

import os
import pickle
import sys
from base64 import b64encode
from pathlib import Path

import lark
import pytest

from tasks import specification
from tasks.errors import LanguageError
from tasks.files import data_text
from tasks.language import parse, tables
from tasks.stages.perform import load

TEXTS = [
    "x[1] >= 0",
    r"forall(i, j in 1..8 where i < j)(x[i] ≤ x[j] \/ ¬(x[i] mod 3 = 1)) <-> 5 ∈ {1, 2, 5}",
    r"inP in P /\ min(x[1], -x[2]) ∉ 1..3",
    "uses(C_c, DGR) ∧ performs(C_c, {translate, plan})",
    "measures(M, f(T_int.layers)) → Ψ",
    "x[1",
    "x[1] >= ",
    "x[1] >= 2.5",
    "a < b < c",
    "(x[1] + {1, ) >= 3",
    "x[1] # 2",
    "",
]


@pytest.fixture(autouse=True)
def _no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "_ready", None)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The grammars of which tables were made."""
    grammars: list[str] = []
    make = tables.make

    def noted(grammar: str) -> lark.Lark:
        grammars.append(grammar)
        return make(grammar)

    monkeypatch.setattr(tables, "make", noted)
    return grammars


def said(text: str) -> str:
    """What becomes of a text: its tree with all tokens and their places, or what is wrong with it."""
    try:
        tree = parse.parse(text)
    except LanguageError as error:
        return repr((str(error), error.start, error.end, error.hint))
    tokens = [(str(token), token.type, token.start_pos, token.end_pos) for token in tree.scan_values(lambda _: True)]
    return f"{tree.pretty()}{tokens}"


def anew(kept: Path) -> None:
    """As another process would have it."""
    parse._ready = None
    specification.load(kept)


def test_a_parser_from_kept_tables_says_of_every_text_what_one_that_was_made_says(
    tmp_path: Path, made: list[str]
) -> None:
    expected = [said(text) for text in TEXTS]
    anew(tmp_path / "parser")
    anew(tmp_path / "parser")
    assert len(made) == 2, "the first two made their tables, the third found them"
    assert [said(text) for text in TEXTS] == expected


def test_tables_that_are_damaged_are_made_again(tmp_path: Path, made: list[str]) -> None:
    kept = tmp_path / "parser"
    anew(kept)
    whole = kept.read_text(encoding="utf-8")
    for damaged in (whole[:-4], whole[:100], whole.swapcase(), "", "x", "\n", f"{whole}A", f"{whole[:65]}é"):
        kept.write_text(damaged, encoding="utf-8")
        made.clear()
        anew(kept)
        assert len(made) == 1, damaged[:100]
        anew(kept)
        assert len(made) == 1, "they are kept again"


@pytest.mark.parametrize("change", ["grammar", "lark", "python"])
def test_tables_of_another_grammar_lark_or_python_are_made_again(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    kept = tmp_path / "parser"
    anew(kept)
    if change == "grammar":
        monkeypatch.setattr(parse, "data_text", lambda *names: data_text(*names).replace("[0-9]+", "[0-9_]+"))
    elif change == "lark":
        monkeypatch.setattr(lark, "__version__", "another")
    else:
        monkeypatch.setattr(sys, "version", "another")
    anew(kept)
    assert len(made) == 2


def test_a_build_keeps_them_and_a_parser_that_cannot_be_made_is_for_the_stages_to_tell(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        parse._ready = None
        load(tmp_path)
    assert len(made) == 1
    monkeypatch.setattr(parse, "data_text", lambda *names: "no grammar")
    parse._ready = None
    load(tmp_path)
    assert parse._ready is None


class Planted:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("planted",)


def test_tables_that_could_run_code_are_not_read(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "parser"
    anew(kept)
    (grammar,) = made
    text = b64encode(pickle.dumps({"data": Planted(), "memo": {}})).decode()
    kept.write_text(f"{tables._check(grammar, text)}\n{text}", encoding="utf-8")
    anew(kept)
    assert len(made) == 2
    assert not Path("planted").exists()


def test_tables_that_cannot_be_kept_are_made_each_time(tmp_path: Path, made: list[str]) -> None:
    (tmp_path / "file").touch()
    for count in (1, 2):
        anew(tmp_path / "file" / "parser")
        assert len(made) == count
        assert said("x[1] >= 0").startswith("comparison")
