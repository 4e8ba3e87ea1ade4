"""Formulas at many points at once: the evaluator's values, whatever the integers, and a bounded sample."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from expressions import random_formula, random_point, random_stray
from tasks import points
from tasks.claims import make_sample, to_record
from tasks.language.columns import Columns, Point, Spent, Work
from tasks.language.evaluate import evaluate
from tasks.language.mutate import changes, mutants
from tasks.language.parse import parse
from tasks.language.syntax import Chain, Comparison, Expression
from tasks.language.typing import Elaborator
from tasks.language.unroll import unroll
from tasks.specification import Specification, understand

N, P = 40, (2, 7, 17)


def some_points(random: Random) -> list[Point]:
    """On the simplex, off it, and where values exceed 64 bits many times over."""
    near = [tuple(make(random, N)) for make in (random_point, random_stray) for _ in range(6)]
    return near + [tuple(random.randint(-(10**30), 10**30) for _ in range(8)) for _ in range(4)]


def test_columns_hold_the_evaluator_s_values() -> None:
    random = Random(11)
    seen: set[bool] = set()
    for _ in range(250):
        formula, points = random_formula(random, 3), some_points(random)
        found = Columns(points).of(unroll(formula, N, P))
        assert list(map(bool, found)) == [evaluate(formula, point, N, P) for point in points]
        seen.update(map(bool, found))
    assert seen == {True, False}


@pytest.mark.parametrize(
    ("text", "value"),
    [("x[1] * x[1] * x[1]", 10**90), ("(x[1] - 1) div -7 * 7", -(10**30 - 1) // 7 * 7), ("-x[1] mod 1000", 0),
     ("max(x[1], x[2], 3) + min(x[1], x[2])", 10**30 + 2), ("bool2int(x[1] in {1000000000000000000})", 0),
     ("abs(x[2] - x[1])", 10**30 - 2)],
)  # fmt: skip
def test_integers_of_columns_are_exact(text: str, value: int) -> None:
    expression = Elaborator(text).elaborate(parse(text))
    point = (10**30, 2, 3, 4, 5, 6, 7, 8)
    assert evaluate(expression, point, N, P) == value
    assert Columns([point]).of(unroll(expression, N, P)) == [value]


def test_a_part_of_the_points_has_their_values_and_what_was_known_there() -> None:
    random = Random(12)
    for _ in range(60):
        formula, points = unroll(random_formula(random, 3), N, P), some_points(random)
        whole = Columns(points)
        values = whole.of(formula)
        for places in ([], [3], [5, 0, 9]):
            part = whole.at(places)
            assert list(part.of(formula)) == [values[k] for k in places]
            for fault in list(mutants(formula))[:6]:
                assert list(part.of(fault, keep=False)) == [Columns(points).of(fault)[k] for k in places]


def test_the_changes_of_a_formula_are_its_mutants() -> None:
    random = Random(13)
    for _ in range(60):
        formula = unroll(random_formula(random, 3), N, P)
        assert [change.formula() for change in changes(formula)] == list(mutants(formula))


def test_equal_parts_are_one_object_and_cost_once() -> None:
    text = "forall(i in 1..500)(x[1] * x[2] + x[3] >= i)"
    formula = unroll(Elaborator(text).elaborate(parse(text)), N, P)
    assert isinstance(formula, Chain)
    sides: list[Expression] = [part.left for part in formula.operands if isinstance(part, Comparison)]
    assert len(sides) == 500
    assert len(set(map(id, sides))) == 1
    work = Work(10**9)
    Columns([(1,) * 8] * 10, work).of(formula)
    assert 10**9 - work.left < 500 * 2 * (30 + 10) + 200


def test_work_ends_where_it_is_spent() -> None:
    text = " + ".join(["x[1]"] * 100)
    formula = unroll(Elaborator(text).elaborate(parse(text)), N, P)
    assert len(Columns([(1,) * 8] * 10, Work(99 * 40)).of(formula)) == 10
    with pytest.raises(Spent):
        Columns([(1,) * 8] * 10, Work(99 * 40 - 1)).of(formula)


def large(*texts: str) -> Specification:
    constraints = [{"name": f"c{k}", "expr": text} for k, text in enumerate(texts)]
    data = {"id": "42", "title": "Large", "goalType": "proof", "constraints": constraints}
    return understand(Path("chunk-42.constraints.json"), json.dumps(data))


def test_the_sample_of_a_large_formula_is_smaller_and_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "MOST_VALUES", 100_000)
    monkeypatch.setattr(points, "MOST_WORK", 1_000_000)
    specification = large("forall(i in 1..300)(x[1] * i + x[2] >= i)", "x[1] + x[3] >= 5")
    witness = [1, 2, 4, 3, 5, 6, 7, 72]
    drawn = points.draw(specification, witness, 256)
    assert len(drawn.points) == 100_000 // (4 * 300 + 8) == 82
    record = to_record(make_sample(drawn, specification.chunk, every=False), drawn)
    assert record.faults.found >= 4
    for subject, statement in zip(drawn.subjects, specification.statements, strict=True):
        assert statement.expression is not None
        expected = [evaluate(statement.expression, point, 100, ()) for point in drawn.points]
        assert list(subject.verdicts) == expected
