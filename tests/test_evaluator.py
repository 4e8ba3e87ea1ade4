"""The evaluator: its arithmetic by hand, what it knows without a point, and its agreement with the real MiniZinc."""

from __future__ import annotations

import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressions import formulas, random_formula, random_point, random_stray
from tasks.check.process import Quota, run
from tasks.language.display import display
from tasks.language.evaluate import Undefined, evaluate
from tasks.language.operators import truncated_division, truncated_remainder
from tasks.language.parse import parse
from tasks.language.syntax import Expression
from tasks.language.typing import Elaborator
from tasks.render.model import formula

X = [1, 2, 3, 4, 5, 6, 7, 72]
N, P = 100, (2, 7, 17)


def typed(text: str) -> Expression:
    return Elaborator(text).elaborate(parse(text))


def value(text: str, x: list[int] | None = X) -> int | bool | None:
    return evaluate(typed(text), x, N, P)


# By hand


@pytest.mark.parametrize(
    ("a", "b", "quotient", "remainder"),
    [(7, 2, 3, 1), (-7, 2, -3, -1), (7, -2, -3, 1), (-7, -2, 3, -1), (6, 3, 2, 0), (-6, 3, -2, 0), (1, 5, 0, 1),
     (-1, 5, 0, -1), (1, -5, 0, 1), (0, -5, 0, 0), (10**30 + 1, -10, -(10**29), 1)],
)  # fmt: skip
def test_div_and_mod_truncate_towards_zero(a: int, b: int, quotient: int, remainder: int) -> None:
    assert (truncated_division(a, b), truncated_remainder(a, b)) == (quotient, remainder)


@given(st.integers(), st.integers().filter(bool))
def test_div_and_mod_belong_together(a: int, b: int) -> None:
    quotient, remainder = truncated_division(a, b), truncated_remainder(a, b)
    assert a == b * quotient + remainder
    assert abs(remainder) < abs(b)
    assert remainder == 0 or (remainder < 0) == (a < 0)
    assert abs(quotient) == abs(a) // abs(b)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 - 2 - 3", 2),
        ("7 - 2 * 3", 1),
        ("(-7) div 2 * 2", -6),
        ("-7 mod 2", -1),
        ("7 mod (-2)", 1),
        ("100 div 7 mod 4 * 5", 10),
        ("--3", 3),
        ("abs(-3) + abs(3) + abs(0)", 6),
        ("min(3, -1, 2)", -1),
        ("max(3, -1, 2)", 3),
        ("max(x[1])", 1),
        ("x[8] - x[1]", 71),
        ("x[9 - 2]", 7),
        ("N", 100),
        ("bool2int(x[1] = 1) + bool2int(x[1] = 2)", 1),
        ("sum(i in 1..8)(x[i])", 100),
        ("sum(i in 1..0)(x[i])", 0),
        ("sum(i in {})(x[i])", 0),
        ("sum(i in {2, 2, 1})(x[i])", 3),
        ("sum(i in P)(i)", 26),
        ("sum(i in 1..8)(x[i] > 4)", 4),
        ("sum(i in 1..8 where i mod 2 = 0)(x[i])", 84),
        ("sum(i, j in 1..3)(i * j)", 36),
        ("sum(i in 1..3, j in i..3)(1)", 6),
        ("sum(i in 1..3, j in 1..3 where i < j)(10 * i + j)", 12 + 13 + 23),
        ("count(i in 1..8)(x[i] in P)", 2),
        ("count(i in 1..0)(true)", 0),
        ("count(i in 1..8, p in P)(x[i] = p)", 2),
        ("min(i in 2..4)(x[i] - 10)", -8),
        ("max(i in 1..8 where i != 8)(x[i])", 7),
        ("max(i in 1..3)(min(j in i..3)(x[j] * (4 - j)))", 3),
        ("1000000000000000000 * 1000000000000000000", 10**36),
    ],
)
def test_an_integer_by_hand(text: str, expected: int) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is int


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("forall(i in 1..0)(false)", True),
        ("exists(i in 1..0)(true)", False),
        ("forall(i in {})(x[i] = 1)", True),
        ("exists(i in 1..8 where false)(true)", False),
        ("forall(i in 1..7)(x[i] <= x[i + 1])", True),
        ("exists(i in 1..7)(x[i] >= x[i + 1])", False),
        ("3 in 1..3", True),
        ("4 in 1..3", False),
        ("3 in 3..1", False),
        ("2 in {1, 2}", True),
        ("3 in {1, 1 + 1}", False),
        ("1 in {}", False),
        ("7 in P", True),
        ("x[3] in P", False),
        ("x[2] in x[1]..x[3]", True),
        ("x[2] ∉ x[3]..x[1]", True),
        ("not (1 = 1)", False),
        ("true -> false", False),
        ("false -> false", True),
        ("true -> false -> false", True),
        ("true -> (false -> false)", True),
        ("false -> true -> false", False),
        ("true xor true xor true", True),
        ("true xor true \\/ true", True),
        ("true \\/ true xor true", False),
        ("false <-> false <-> false", False),
        ("1 < 2 /\\ 2 <= 2 /\\ 3 > 2 /\\ 2 >= 2 /\\ 1 = 1 /\\ 1 != 2", True),
        ("1 < 1 \\/ 2 <= 1 \\/ 2 > 2 \\/ 1 >= 2 \\/ 1 = 2 \\/ 1 != 1", False),
        ("(1 = 1) = (2 = 2)", True),
        ("(1 = 1) != (2 = 2)", False),
    ],
)
def test_a_bool_by_hand(text: str, expected: bool) -> None:
    assert value(text) is expected


def test_p_is_a_set_however_it_is_given() -> None:
    for primes in ([17, 2, 7], [2, 7, 17, 17, 2], (2, 7, 17), {7, 17, 2}):
        assert evaluate(typed("count(p in P)(p > 2)"), None, N, primes) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x[0]", "the index of x is 0"),
        ("x[-1]", "the index of x is -1"),
        ("sum(i in P)(x[i])", "the index of x is 17 where i = 17"),
        ("1 div (N - 100)", "the divisor is 0"),
        ("5 mod 0", "the divisor is 0"),
        ("min(i in P where i > 17)(x[1])", "`min` of nothing has no value"),
        ("max(i in {})(i)", "`max` of nothing has no value"),
        ("sum(i in 1..2, j in 1..20000)(x[1])", "more than 20,000 terms"),
    ],
)
@pytest.mark.parametrize("x", [X, None], ids=["at a point", "at no point"])
def test_what_has_no_value_is_undefined_at_every_point(text: str, message: str, x: list[int] | None) -> None:
    with pytest.raises(Undefined, match=message):
        evaluate(typed(text), x, N, P)


@pytest.mark.parametrize(
    "text", ["true \\/ x[9] > 1", "false /\\ 1 div 0 = 1", "0 * min(i in 1..0)(i)", "false -> x[9] = 1"]
)
def test_what_decides_alone_does_not_hide_what_has_no_value(text: str) -> None:
    with pytest.raises(Undefined):
        value(text)


def test_a_term_that_is_never_reached_needs_no_value() -> None:
    assert value("forall(i in 1..0)(x[9] > 1 div 0)") is True
    assert value("sum(i in 1..9 where i < 9)(x[i])") == 100


# Without a point


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x[1]", None), ("x[1] * 0", None), ("x[1] > 1 \\/ true", True), ("x[1] > 1 /\\ false", False),
        ("false -> x[1] > 1", True),
        ("x[1] > 1 -> true", True), ("x[1] > 1 xor true", None), ("x[1] = 1 <-> true", None), ("not (x[1] > 1)", None),
        ("forall(i in 1..8)(x[i] > 0 /\\ i > 1)", False), ("exists(i in 1..8)(x[i] > 0 \\/ i > 7)", True),
        ("x[1] in {}", None), ("sum(i in 1..8)(x[i])", None), ("min(x[1], 2)", None), ("abs(-N)", 100),
        ("bool2int(x[1] > 1 \\/ true)", 1),
    ],
)  # fmt: skip
def test_without_a_point_only_what_holds_everywhere_has_a_value(text: str, expected: int | None) -> None:
    found = value(text, None)
    assert (found, type(found)) == (expected, type(expected))


@given(formulas(4), st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_what_is_known_without_a_point_holds_at_every_point(expression: Expression, random: Random) -> None:
    known = evaluate(expression, None, N, P)
    for _ in range(5):
        found = evaluate(expression, random_stray(random, N), N, P)
        assert type(found) is bool
        assert known is None or found is known


# Against MiniZinc

_CASES = [
    (100, (2, 7, 17), 3), (10, (), 3), (7, (2, 3, 5), 4), (1, (31, 41, 47), 2), (60, (2, 19, 31), 4), (3, (2,), 3),
]  # fmt: skip
_FORMULAS, _POINTS = 60, 16


def _minizinc(
    expressions: list[Expression], points: list[list[int]], total: int, primes: tuple[int, ...]
) -> list[list[int]]:
    """MiniZinc's verdicts, 0 or 1, a row for each expression, a column for each point."""
    rows = f"1..{len(points)}"
    parts = [
        f"int: N = {total};",
        f"set of int: P = {{{', '.join(map(str, primes))}}};",
        f"array[{rows},1..8] of int: points = array2d({rows}, 1..8, {[value for point in points for value in point]});",
    ]
    for k, expression in enumerate(expressions):
        parts.append(f"predicate c{k}(array[int] of var int: x) = {formula(expression)};")
        parts.append(f"array[{rows}] of var bool: v{k} = [c{k}(points[k, 1..8]) | k in {rows}];")
    shown = ", ".join(f'show([bool2int(fix(v{k}[k])) | k in {rows}]), "\\n"' for k in range(len(expressions)))
    model = "\n".join([*parts, "solve satisfy;", f"output [{shown}];", ""])
    finished = run(["minizinc", "--solver", "org.gecode.gecode", "-"], model, Quota(60, 4096))
    assert finished.status == 0, finished.errors
    return [json.loads(line) for line in finished.output.splitlines() if line.startswith("[")]


def test_verdicts_agree_with_minizinc_on_thousands_of_formulas_and_points() -> None:
    seen: Counter[bool] = Counter()
    varied = 0
    for seed, (total, primes, depth) in enumerate(_CASES):
        random = Random(seed)
        expressions = [random_formula(random, depth) for _ in range(_FORMULAS)]
        points = [(random_point, random_stray)[k % 2](random, total) for k in range(_POINTS)]
        for expression, row in zip(expressions, _minizinc(expressions, points, total, primes), strict=True):
            ours = [evaluate(expression, point, total, primes) for point in points]
            assert ours == [verdict == 1 for verdict in row], display(expression)
            seen.update(map(bool, ours))
            varied += len(set(ours)) == 2
    print(f"{seen.total()} comparisons with MiniZinc: {seen[True]} true, {seen[False]} false")
    assert seen.total() >= 2_000
    assert min(seen[True], seen[False]) > seen.total() // 4
    assert varied > 60, "formulas whose verdict depends on the point"


def test_integers_agree_with_minizinc_on_all_signs_of_div_and_mod() -> None:
    pairs = [(a, b) for a in range(-8, 9) for b in (-4, -3, -1, 1, 2, 5)]
    shown = ", ".join(f"({a}) div ({b}), ({a}) mod ({b})" for a, b in pairs)
    model = f"solve satisfy;\noutput [show([{shown}])];\n"
    finished = run(["minizinc", "--solver", "org.gecode.gecode", "-"], model, Quota(30, 4096))
    assert finished.status == 0, finished.errors
    ours = [f(a, b) for a, b in pairs for f in (truncated_division, truncated_remainder)]
    assert json.loads(finished.output.splitlines()[0]) == ours
