"""A chunk as a MiniZinc model: the exact text, and that no text of a chunk gets out of its comment or string.

Whether a text means the same is judged by the real MiniZinc.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samples import make_chunk, model_of
from tasks.check.minizinc import solve
from tasks.render.model import KEYWORDS
from tasks.render.text import label, visible
from tools import minizinc

GOLDEN = Path(__file__).parent / "golden" / "chunk-42.mzn"

SAMPLE = make_chunk(
    {
        "bounded_below": "forall(i in 1..8)(x[i] ≥ 2)",
        "a claim": "component_of(X, T_int) ∧ ¬usable(System \\ T_ext)",
        "says nothing": "1 <= 2",
        "two primes": "count(i in 1..8 where i mod 2 = 0)(x[i] ∈ P) >= 2",
        "spread!": "max(i in 1..8)(x[i]) - min(x[1], x[2], 3) <= 40 → x[1] ∉ {5, 6} xor x[2] > 3 || x[3] = 1",
        "fold": "x[1] - x[2] + x[3] * 2 div 3 mod 5 != -(abs(x[4] - N))",
        "keyword": "sum(var, λ in 1..2)(x[var] * λ) > 0 <-> true",
        "bools": "sum(i in 1..8)(x[i] > 9) + bool2int(not (x[1] = 3)) >= 1",
        "between": "x[1] in x[2]..x[3] \\/ x[1] in 1..9",
    },
    notes={"bounded_below": "Every coordinate has\ntwo at least.", "a claim": "Words."},
    title="Sample: of everything",
    objective="neighbor_distance_min",
)


def witness(chunk) -> list[int]:
    answer = solve(model_of(chunk), minizinc())
    assert (answer.status, answer.warnings) == ("satisfied", ())
    values: list[int] = answer.values["x"]
    return values


def test_the_rendered_text_is_exactly_the_golden_one() -> None:
    assert model_of(SAMPLE) == GOLDEN.read_text(encoding="utf-8")
    assert solve(model_of(SAMPLE), minizinc()).status == "satisfied"


def test_the_same_chunk_gives_the_same_bytes_in_every_process() -> None:
    code = "from test_render_minizinc import SAMPLE, model_of; print(end=model_of(SAMPLE))"
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
        assert run.stdout.decode() == model_of(SAMPLE)


def test_count_min_and_max_do_not_use_the_library() -> None:
    model = model_of(
        make_chunk({"a": "count(i in 1..8)(x[i] > 1) > 2", "b": "min(x[1], x[2]) > 0", "c": "max(i in 1..3)(x[i]) > 0"})
    )
    assert (
        "  (sum(i in 1..8)(bool2int(x[i] > 1))) > 2;" in model or "  sum(i in 1..8)(bool2int(x[i] > 1)) > 2;" in model
    )
    assert "min([x[1], x[2]]) > 0" in model
    assert "max(i in 1..3)(x[i]) > 0" in model
    assert "count" not in "".join(line for line in model.splitlines() if not line.startswith("%"))


def test_no_precedence_rule_is_needed_to_read_a_formula() -> None:
    texts = {
        "x[1] - x[2] - x[3] + 1 > 0": "(x[1] - x[2] - x[3] + 1) > 0",
        "x[1] * 2 div 3 mod 5 > 0": "(((x[1] * 2) div 3) mod 5) > 0",
        "x[1] * 2 * 3 > 0": "(x[1] * 2 * 3) > 0",
        "x[1] = 1 -> x[2] = 2 -> x[3] = 3": "((x[1] = 1) -> (x[2] = 2)) -> (x[3] = 3)",
        "x[1] = 1 xor x[2] = 2 \\/ x[3] = 3": "((x[1] = 1) xor (x[2] = 2)) \\/ (x[3] = 3)",
        "x[1] = 1 /\\ x[2] = 2 /\\ x[3] = 3": "(x[1] = 1) /\\ (x[2] = 2) /\\ (x[3] = 3)",
        "not (x[1] = -1)": "not (x[1] = (-1))",
    }
    for text, rendered in texts.items():
        assert f"\n  {rendered};\n" in model_of(make_chunk({"a": text}))


def test_without_the_manifold_there_is_no_unit_sum() -> None:
    free = make_chunk({"a": "x[8] >= 3"}, unit_sum=False)
    assert "unit sum" not in model_of(free)
    assert witness(free) == [0, 0, 0, 0, 0, 0, 0, 3]
    assert 'constraint :: "unit sum" sum(x) = N;' in model_of(make_chunk({"a": "x[8] >= 3"}))


def test_every_objective_has_its_goal() -> None:
    by_x = "int_search(x, input_order, indomain_min)"
    assert model_of(make_chunk({})).endswith(f"\nsolve :: {by_x} satisfy;\n")
    for name, formula in {
        "neighbor_distance_min": "sum(i in 1..7)(abs(x[i + 1] - x[i]))",
        "projection_fit_min": "sum(i in 1..8)(abs((8 * x[i]) - N))",
    }.items():
        assert model_of(make_chunk({}, objective=name)).endswith(
            f"\nvar int: objective = {formula};\nsolve :: seq_search("
            f"[int_search([objective], input_order, indomain_split), {by_x}]) minimize objective;\n"
        )


def test_informal_and_vacuous_constraints_are_comments_alone() -> None:
    model = model_of(make_chunk({"words": "uses(A, B)", "empty": "2 > 1", "real": "x[1] > 1"}))
    code = [line for line in model.splitlines() if line and not line.startswith("%")]
    assert "% informal, not checked: words\n% uses(A, B)\n" in model
    assert "% vacuous, constantly true: empty\n% 2 > 1\n" in model
    assert not [line for line in code if "words" in line or "uses" in line or "2 > 1" in line or "true" in line]
    assert sum(line.startswith("constraint") for line in code) == 2


def test_odd_names_become_different_identifiers() -> None:
    names = ["a b", "a_b", "a-b", "a.b", "é", "è", "", "1", "a_b_1", "_", "A_B", "x" * 300, "x" * 300 + "!", "x" * 301]
    model = model_of(make_chunk({name: f"x[1] >= {k}" for k, name in enumerate(names)}))
    identifiers = re.findall(r"^predicate (\S*)\(array", model, re.MULTILINE)
    assert len(set(identifiers)) == len(names)
    assert all(re.fullmatch(r"c_[A-Za-z0-9_]{0,80}", identifier) for identifier in identifiers)
    assert identifiers[1] == "c_a_b", "a name that is an identifier keeps itself"
    assert witness(make_chunk({name: f"x[1] >= {k}" for k, name in enumerate(names)}))[0] == len(names) - 1


@pytest.mark.parametrize("unit_sum", [True, False])
def test_a_constraint_may_have_the_name_of_the_unit_sum(unit_sum: bool) -> None:
    chunk = make_chunk({"unit sum": "x[1] > 1", "unit sum_": "x[1] > 2"}, unit_sum=unit_sum)
    assert re.findall(r'^constraint :: "(.*)" ', model_of(chunk), re.MULTILINE) == (
        ["unit sum", "unit sum_", "unit sum__"] if unit_sum else ["unit sum", "unit sum_"]
    )
    assert witness(chunk) == [3, 0, 0, 0, 0, 0, 0, 97 if unit_sum else 0]


_OURS = {"div", "mod", "in", "not", "xor", "where", "true", "false"}
_LIBRARY = (
    "alldifferent", "all_different", "count_eq", "array1d", "int_search", "length", "card", "fix", "show", "bool_eq",
    "int_lin_le", "array_bool_and", "objective", "points", "imbalance", "t_int", "t_ext", "v1", "v2", "c_0",
    "index_set",
    "abort", "assert", "trace", "table", "element", "arg_max", "symmetry_breaking_constraint", "predicate_x", "pow",
    "sqrt",
)  # fmt: skip


def test_bound_variables_may_be_keywords_library_names_or_unicode() -> None:
    names = [*sorted(KEYWORDS - _OURS), *_LIBRARY, "λ", "größe", "模", "_", "_i", "Ω2", "í"]
    formulas = [f"forall({name} in 1..8)(x[{name}] >= {name})" for name in names]
    formulas.append("sum(λ, v1, v2, í, v3 in 1..2)(λ + v1 + v2 + í + v3) = 240 * x[1]")
    chunk = make_chunk({str(k): text for k, text in enumerate(formulas)}, total=40)
    assert witness(chunk) == [1, 2, 3, 4, 5, 6, 7, 12]


# Hostile text

_HOSTILE = [
    "a\nconstraint false;", "a\r\nconstraint false;", "a\rconstraint false;", "a\u2028constraint false;",
    "a\u2029constraint false;", "a\u0085constraint false;", "a\x0bconstraint false;", "a\x0cconstraint false;",
    "a\x1cconstraint false;", "a\x00constraint false;", "*/ constraint false; /*", "/* not closed", "*/",
    "% percent", "\\",
    "\\\\", '"', '\\"', '"; constraint false; %', '" constraint', "\\(1 div 0)", "\\\\(1 div 0)", "\\(", "$(x)",
    "${x}", "'", "`",
    "\u202econstraint false;\u202c", "\u2066abc\u2069", "\u200f", "\ufeff", "\ud800", "\U000e0041", "\x1b[31mred",
    "\x7f", "\t",
    "x" * 5_000, "word " * 2_000, "\\n", "\\u0041", "[]", "solve satisfy;", "\nsolve satisfy;", 'include "no.mzn";',
    "::", ";", " ", "🜁",
    'a" sum(x) = N;', "\nconstraint :: \"unit sum\" sum(x) = N;", "# 1 \"file\"", "|]", "?", "é\u0301",
]  # fmt: skip
_NAMES = [
    *_HOSTILE,
    *sorted(KEYWORDS),
    *_LIBRARY,
    "x",
    "N",
    "P",
    "sum",
    "forall",
    "min",
    "c_x",
    "main",
    "test",
    "unit sum",
]


def _chunk(texts: list[str], names: list[str], title: str):
    """Constraints x[i] >= 1, 2, 3, ... with those names and the texts as notes, and one claim in words."""
    constraints = {name: f"x[{k % 8 + 1}]\n>=\r{k // 8 % 10}" for k, name in enumerate(names)}
    notes = dict(zip(names, texts, strict=False))
    return make_chunk({**constraints, "the claim": "A =\u0020B\r\n ∧ ψ"}, notes, title=title)


def test_hostile_text_changes_no_solution() -> None:
    harmless = _chunk([""] * len(_NAMES), [f"n{k}" for k in range(len(_NAMES))], "title")
    expected = witness(harmless)
    assert sum(value > 0 for value in expected) == 8
    assert witness(_chunk(_HOSTILE * 3, _NAMES, "".join(_HOSTILE))) == expected


def test_every_hostile_title_stays_on_its_line() -> None:
    for text in _HOSTILE:
        lines = model_of(make_chunk({}, title=text)).split("\n")
        assert lines[0] == f"% chunk 42: {label(text)}"
        assert lines[1] == "% goal: proof; tract: bridge"
        assert lines[2:4] == ["", "int: N = 100;"]


def test_hostile_text_shows_in_printing_characters_alone() -> None:
    model = model_of(_chunk(_HOSTILE * 3, _NAMES, "".join(_HOSTILE)))
    assert all(character.isprintable() or character == "\n" for character in model)
    for line in model.split("\n"):
        starts = (
            "% ",
            "predicate ",
            "  ",
            "constraint :: ",
            "int: N",
            "set of int: P",
            "array[1..8] of var",
            "solve ::",
        )
        assert not line or line.startswith(starts) or line == "%", line


@given(st.text() | st.text("\\\"'n(u0026\n\r\u2028 "), st.text() | st.text("\\\"'n(u0026\n\r\u2028 "))
def test_different_names_have_different_labels(first: str, second: str) -> None:
    assert (label(first) == label(second)) == (first == second)
    assert visible(label(first)) == label(first)


_TEXT = st.text(st.sampled_from('ab;%"\\()/*\n\r\u2028\u0085\u202e\x00{}$= ') | st.characters(), max_size=30)


@given(st.lists(st.sampled_from(_HOSTILE) | _TEXT, min_size=20, max_size=20, unique=True), _TEXT)
@settings(max_examples=12)
def test_no_text_changes_a_solution(texts: list[str], title: str) -> None:
    assert witness(_chunk(texts, texts, title)) == [2, 2, 2, 2, 1, 1, 1, 89]
