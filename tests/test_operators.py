"""The table of operators: each row is whole, means what MiniZinc means and is documented, and is all that it takes."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from conftest import REPOSITORY, Project, contents, program
from tasks.check.process import Quota, run
from tasks.language import syntax
from tasks.language.display import display
from tasks.language.evaluate import evaluate
from tasks.language.mutate import mutants
from tasks.language.operators import (
    APPLIED,
    FUNCTIONS,
    INFIX,
    OPERATORS,
    PREFIX,
    QUANTIFIERS,
    Operator,
    Type,
)
from tasks.language.parse import parse
from tasks.language.syntax import Expression
from tasks.language.typing import Elaborator
from tasks.render.model import formula

VALUES: dict[Type, tuple[int, ...]] = {"int": (-8, -7, -3, -2, -1, 0, 1, 2, 3, 5, 8), "bool": (False, True)}
UNKNOWN: dict[Type, Callable[[int], Expression]] = {
    "int": lambda i: syntax.Coordinate(syntax.Integer(i)),
    "bool": lambda i: syntax.Comparison("=", syntax.Coordinate(syntax.Integer(i)), syntax.Integer(1)),
}
BY_NAME = pytest.mark.parametrize("row", OPERATORS, ids=lambda row: f"{row.level} {row.token}")


def operands(row: Operator) -> list[tuple[int, ...]]:
    """Small operands of every sign that the row allows."""
    every = product(*(VALUES[type_] for type_ in row.operands))
    return [values for values in every if row.divisor is None or values[row.divisor] != 0]


def applied(row: Operator, *parts: Expression) -> Expression:
    """The tree of the row's operator with these operands."""
    if row.level in ("prefix", "call"):
        return syntax.Application(row.token, parts)
    if row.level == "comparison":
        return syntax.Comparison(row.token, *parts)
    return syntax.Chain((row.token,), parts)


def constant(value: int) -> Expression:
    if isinstance(value, bool):
        return syntax.Boolean(value)
    return syntax.Integer(value) if value >= 0 else syntax.Application("-", (syntax.Integer(-value),))


# A whole row


@BY_NAME
def test_every_row_is_whole(row: Operator) -> None:
    arity = len(row.operands)
    table = APPLIED if row.level in ("prefix", "call") else INFIX
    assert arity == {"prefix": 1, "call": arity}.get(row.level, 2)
    for token in row.neighbours:
        assert table[token].operands == row.operands, token
        assert table[token].result == row.result, token
    notation = row.in_module
    assert len(notation.operands) == arity
    for form in (notation.text, row.in_certificate):
        assert sorted(re.findall(r"\{(\d)\}", form)) == [str(i) for i in range(arity)], "each operand once"
    for form in (row.in_minizinc, row.canonical):
        assert re.findall(r"(?<!\{)\{(\w+)\}", form) in (["all"], [str(i) for i in range(arity)]), "each operand once"
    if row.many or row.associative:
        assert row.operands == (row.result, row.result)
    if row.of_bools:
        assert INFIX[row.of_bools].operands == ("bool", "bool")
    if row.divisor is not None:
        assert row.operands[row.divisor] == "int"
    assert row.help
    for values in operands(row):
        assert type(row.meaning(*values)) is {"int": int, "bool": bool}[row.result]


def test_no_spelling_has_two_meanings() -> None:
    for table in (INFIX, PREFIX, FUNCTIONS):
        spelled = Counter(spelling for row in table.values() for spelling in row.spelled)
        assert [spelling for spelling, count in spelled.items() if count > 1] == []
    assert not {spelling for row in INFIX.values() for spelling in row.spelled} & {*FUNCTIONS, *QUANTIFIERS, "in"}
    assert len(OPERATORS) == len(INFIX) + len(PREFIX) + len(FUNCTIONS)


@BY_NAME
def test_an_associative_operator_is_one(row: Operator) -> None:
    if row.associative or row.many:
        values = VALUES[row.result]
        for a, b, c in product(values, repeat=3):
            assert row.meaning(row.meaning(a, b), c) == row.meaning(a, row.meaning(b, c))


@BY_NAME
def test_every_fault_of_a_row_shows_at_some_operands(row: Operator) -> None:
    tree = applied(row, *(UNKNOWN[type_](i) for i, type_ in enumerate(row.operands, start=1)))
    if row.divisor is not None:
        tree = applied(row, syntax.Coordinate(syntax.Integer(1)), syntax.Integer(3))
    points = [[*values, *[0] * 6] for values in product(VALUES["int"], repeat=2)]
    faults = [fault for fault in mutants(tree) if fault.type == tree.type]
    assert len(faults) >= len(row.neighbours) + len(row.faults)
    for fault in faults:
        assert any(evaluate(fault, x, 1, ()) != evaluate(tree, x, 1, ()) for x in points), display(fault)


# The meaning


def test_every_row_means_what_its_form_means_to_minizinc() -> None:
    asked = [(row, values) for row in OPERATORS for values in operands(row)]
    texts = [formula(applied(row, *map(constant, values))) for row, values in asked]
    shown = ", ".join(f"show({text})" for text in texts)
    model = f'solve satisfy;\noutput [s ++ "\\n" | s in [{shown}]];\n'
    finished = run(["minizinc", "--solver", "org.gecode.gecode", "-"], model, Quota(60, 4096))
    assert finished.status == 0, finished.errors
    said = [json.loads(line) for line in finished.output.splitlines()[: len(asked)]]
    for (row, values), text, answer in zip(asked, texts, said, strict=True):
        assert row.meaning(*values) == answer, (row.token, values, text)


@BY_NAME
def test_what_is_unknown_spreads_unless_the_rest_decides(row: Operator) -> None:
    """Folding with x[1] in place of an operand finds what holds for all its values, and nothing else, between bools."""
    for position, values in product(range(len(row.operands)), operands(row)):
        if row.divisor == position:
            continue
        unknown = UNKNOWN[row.operands[position]](1)
        parts = [constant(value) for value in values]
        known = evaluate(applied(row, *parts[:position], unknown, *parts[position + 1 :]), None, 1, ())
        others = VALUES[row.operands[position]]
        found = {row.meaning(*values[:position], other, *values[position + 1 :]) for other in others}
        if row.operands[position] == "bool":
            assert known == (found.pop() if len(found) == 1 else None)
        else:
            assert known is None


# The documents


LANGUAGE = REPOSITORY / "docs" / "language.md"
LEVELS = {
    "equivalence": "equivalence", "implication": "implication", "disjunction": "or, exclusive or",
    "conjunction": "and", "comparison": "comparison", "sum": "sum", "product": "product", "prefix": "prefix",
}  # fmt: skip
"""What the document calls each level, loosest first."""


def code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def documented(row: Operator) -> str:
    """The row of the document's table."""
    form = (
        f"{row.token}(a, b, ..)"
        if row.many
        else row.canonical.format(*"abc", all=", ".join("abc"[: len(row.operands)]))
    )
    types = "int, .." if row.many else ", ".join(row.operands)
    divisor = "" if row.divisor is None else f"; {'abc'[row.divisor]} is a constant other than 0"
    return f"| {code(form)} | {' '.join(map(code, row.spellings))} | {types} → {row.result} | {row.help}{divisor} |"


def test_the_document_has_a_row_for_every_operator() -> None:
    text = LANGUAGE.read_text(encoding="utf-8")
    head = "| operator | also | types | value |\n|---|---|---|---|\n"
    before, found, rest = text.partition(head)
    table = re.match(r"(\|.*\n)*", rest)
    assert found
    assert table
    wanted = "".join(f"{documented(row)}\n" for row in OPERATORS)
    if os.environ.get("UPDATE_GOLDEN"):
        LANGUAGE.write_text(before + head + wanted + rest[table.end() :], encoding="utf-8")
    assert table.group() == wanted, "UPDATE_GOLDEN=1 writes it anew"


def test_the_document_has_every_spelling_at_its_level() -> None:
    text = LANGUAGE.read_text(encoding="utf-8").partition("## Operators")[0]
    found = [
        (name, set(re.findall(r"`([^`]+)`", cells))) for name, cells in re.findall(r"^\| (.*?) \| (.*) \|$", text, re.M)
    ]
    names = iter(found)
    for level, called in LEVELS.items():
        spelled = {code(spelling).strip("`") for row in OPERATORS if row.level == level for spelling in row.spelled}
        assert next(said for name, said in names if name.startswith(called)) == spelled, "in this order"
    calls = next(said for name, said in names if name == "calls")
    assert {call.partition("(")[0] for call in calls} == set(FUNCTIONS)
    quantifiers = next(said for name, said in names if name == "quantifiers")
    assert quantifiers >= set(QUANTIFIERS)


# The recipe


def follow_recipe(home: Path) -> dict[str, str]:
    """Does in a copy of the program what docs/recipes/operator.md says; returns the texts that it adds to each file."""
    recipe = (REPOSITORY / "docs" / "recipes" / "operator.md").read_text(encoding="utf-8")
    row, base, support = re.findall(r"^   ```\w+\n(.*?)^   ```$", recipe, re.M | re.S)
    added = {
        "src/tasks/language/operators.py": (row, "\n)  # fmt: skip\n\nINFIX"),
        "src/tasks/render/library/Base.lean": (base, "\nend Duality"),
        "src/tasks/render/library/Support.lean": (support, "\n/-! Points -/"),
    }
    for name, (text, before) in added.items():
        path, lines = home / name, re.sub(r"^   ", "", text, flags=re.M)
        old = path.read_text(encoding="utf-8")
        assert old.count(before) == 1
        path.write_text(old.replace(before, "\n" + lines.rstrip("\n") + before), encoding="utf-8")
    return {name: text for name, (text, _) in added.items()}


@pytest.fixture
def extended(tmp_path: Path) -> Project:
    """The program with the function of the recipe, and a chunk that uses it."""
    project = Project(program(tmp_path / "project"))
    project.own_package()
    follow_recipe(project.home)
    project.write(
        "06", "floor_mod(x[1] - 60, 7) = 3", "forall(i in 2..4)(floor_mod(3 * x[i] - N, -i) + floor_mod(x[i], i) <= 1)",
        "floor_mod(floor_mod(x[5] - x[6], 9) - 20, 5) < max(2, floor_mod(-7, 4))", "x[8] > 20 -> x[7] > 5",
    )  # fmt: skip
    return project


def test_the_recipe_adds_a_function(extended: Project) -> None:
    finished = extended.doit()
    assert finished.status == 0, finished.text()
    stages = ("schema", "render_mzn", "solve", "render_lean", "sample", "prove", "crosscheck", "balance")
    assert {f"{stage}:06" for stage in stages} <= finished.ran
    x = extended.stamp("solve", "06")["outcome"]["witness"]
    assert (x[0] - 60) % 7 == 3
    assert "floormod (x.x1 - 60) 7 = 3" in (extended.rendered / "lean" / "Duality" / "Chunk06.lean").read_text()
    assert "(Int.floorMod " in (extended.rendered / "certificate" / "Chunk06.lean").read_text()
    before, after = contents(REPOSITORY / "src"), contents(extended.home / "src")
    assert {name for name in after if after[name] != before.get(name) and "__pycache__" not in name} == {
        "tasks/language/operators.py", "tasks/render/library/Base.lean", "tasks/render/library/Support.lean",
    }  # fmt: skip


def test_a_mistake_with_the_new_function_is_told_as_with_any(extended: Project) -> None:
    extended.write("06", "floor_mod(x[1], x[2]) = 1", "floor_mod(x[1]) = 1", "floormod(x[1], 3) = 1", "floor_mod > 1",
                   "floor_mod(x[1], true) = 1", "floor_mod(x[1], N - 100) = 1", "floor_mod(A, B) = C")  # fmt: skip
    finished = extended.doit("schema:06")
    assert finished.status != 0
    for message in (
        "column 17: the divisor of `floor_mod` must be a constant; x may not stand in it",
        "column 11: `floor_mod` takes 2 arguments, found 1",
        "column 1: unknown name 'floormod'; did you mean 'floor_mod'?",
        "column 1: `floor_mod` needs arguments",
        "column 17: `floor_mod` needs an integer, found a bool; bool2int(...) makes an integer of a bool",
        "column 17: the divisor is 0; it must be a non-zero constant",
        "column 11: unknown name 'A'",
    ):
        assert message in finished.text()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("language/operators.py", "lambda a, b: a % b", "lambda a, b: a % b if b > 0 else abs(a) % b"),
        ("language/operators.py", "(({0} mod _b) + _b) mod _b", "(({0} mod _b) + abs(_b)) mod _b"),
        ("render/library/Support.lean", "(Int.add (Int.mod a b) b) b\n", "(Int.add (Int.mod a b) (Int.abs b)) b\n"),
    ],
)
def test_a_wrong_form_of_the_new_function_is_found(extended: Project, name: str, old: str, new: str) -> None:
    path = extended.own_package() / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    extended.write("06", "floor_mod(x[1] - 60, -7) = -2 -> x[2] > 3", "floor_mod(x[1] - 60, 7) = 2 -> x[3] > 3")
    finished = extended.doit("crosscheck:06")
    assert finished.status != 0
    assert "chunk 06: the forms of the chunk do not mean the same" in finished.text()


def test_an_infix_operator_needs_a_row_and_no_grammar(tmp_path: Path) -> None:
    project = Project(program(tmp_path / "project"))
    rows = project.own_package() / "language" / "operators.py"
    row = (
        '\n    Operator("apart", "sum", _INTS, "int", lambda a, b: abs(a - b), "the distance", spellings=("↕",),'
        '\n        module="apart", certificate="(Int.abs (Int.sub {0} {1}))", minizinc="abs({0} - {1})"),'
    )
    rows.write_text(rows.read_text().replace("\n)  # fmt: skip\n\nINFIX", f"{row}\n)  # fmt: skip\n\nINFIX"))
    project.write("06", "x[1] apart x[2] ↕ 30 + x[3] >= 25", "x[4]apart 9 apart x[5] * 2 <= 20", "apartx = y")
    finished = project.doit()
    assert "unknown name" not in finished.text()
    project.write("06", "x[1] apart x[2] ↕ 30 + x[3] >= 25", "x[4]apart 9 apart x[5] * 2 <= 20 \\/ x[3] > 1")
    finished = project.doit()
    assert finished.status == 0, finished.text()
    a, b, c = project.stamp("solve", "06")["outcome"]["witness"][:3]
    assert abs(abs(a - b) - 30) + c >= 25


@BY_NAME
def test_the_canonical_form_of_every_row_is_the_language_s_own(row: Operator) -> None:
    parts = [UNKNOWN[type_](i) for i, type_ in enumerate(row.operands, start=1)]
    if row.divisor is not None:
        parts[row.divisor] = syntax.Integer(3)
    tree = applied(row, *parts)
    for spelling in row.spelled:
        text = display(tree).replace(row.token, spelling)
        assert Elaborator(text).elaborate(parse(text)) == tree
