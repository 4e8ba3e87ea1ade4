"""What a formula has to spare at a point, and that it is 0 or more exactly where the formula holds."""

from __future__ import annotations

from random import Random

import pytest

from expressions import random_formula, random_point
from tasks.language.evaluate import evaluate
from tasks.language.parse import parse
from tasks.language.slack import slack
from tasks.language.typing import Elaborator

N, P = 40, (2, 7, 17)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x[1] >= 3", 7), ("x[1] > 3", 6), ("x[1] <= 3", -7), ("x[1] < 11", 0), ("x[1] = 10", 0), ("x[1] = 7", -3),
        ("x[1] != 10", -1), ("x[1] != 7", 2), ("x[1] in 8..13", 2), ("x[1] in 11..13", -1), ("x[1] in {9, 10}", 0),
        ("x[1] in {9, 10, 11, 12}", 1), ("x[1] in P", -3), ("x[1] in {}", float("-inf")), ("1 <= 2", float("inf")),
        ("x[1] >= 3 /\\ x[2] >= 1", 1), ("x[1] >= 3 \\/ x[2] >= 1", 7), ("not (x[1] >= 3)", -8),
        ("x[1] >= 3 -> x[2] >= 9", -7), ("x[1] >= 3 <-> x[2] >= 1", 1), ("x[1] >= 3 xor x[2] >= 4", 1),
        ("forall(i in 1..2)(x[i] >= 1)", 1), ("exists(i in 1..2)(x[i] >= 1)", 9),
        ("count(i in 1..8)(x[i] > 1) >= 1", 1),
    ],
)  # fmt: skip
def test_slack_is_by_how_much_the_sides_may_move(text: str, expected: float) -> None:
    expression = Elaborator(text).elaborate(parse(text))
    assert slack(expression, (10, 2, 0, 0, 0, 0, 0, 0), N, P) == expected


def test_slack_tells_where_random_formulas_hold() -> None:
    random, seen = Random(5), set()
    for _ in range(200):
        formula, point = random_formula(random, 3), random_point(random, N)
        holds = evaluate(formula, point, N, P)
        assert (slack(formula, point, N, P) >= 0) == holds
        seen.add(holds)
    assert seen == {True, False}
