"""Numbers that do not fit the solver: bounds of every part, and the constraint named, before the solver is asked where
that is certain. The real MiniZinc judges both ways.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from conftest import REPOSITORY
from expressions import random_formula
from samples import make_chunk, model_of, specified
from staged import Staged
from tasks.check.magnitude import certainly_too_large, too_large
from tasks.check.minizinc import solve
from tasks.errors import CheckFailed, LanguageError, NumberTooLarge, ToolError
from tasks.language.columns import Columns
from tasks.language.display import display
from tasks.language.magnitude import LARGEST, Bounds, excesses
from tasks.language.parse import parse
from tasks.language.syntax import Expression, Integer, children
from tasks.language.typing import Elaborator
from tasks.language.unroll import unroll
from tasks.specification import read_specification
from tools import minizinc

N = 100_000


def unrolled(text: str, total: int = N) -> Expression:
    return unroll(Elaborator(text).elaborate(parse(text)), total, (2, 7))


# Bounds


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("x[1]", (0, 10)), ("N", (10, 10)), ("-x[1] - 3", (-13, -3)), ("x[1] - x[1]", (-10, 10)),
        ("(x[1] - 3) * (2 - x[2])", (-56, 24)), ("(x[1] - 3) * (x[2] - 4)", (-28, 42)), ("x[1] * x[2] * 5", (0, 500)),
        ("(x[1] - 5) div 2", (-2, 2)), ("(x[1] - 5) div -2", (-2, 2)), ("(x[1] + 5) div -2", (-7, -2)),
        ("x[1] mod 4", (-3, 3)), ("(x[1] - 5) mod -40", (-39, 39)),
        ("abs(x[1] - 3)", (0, 7)), ("abs(x[1] + 3)", (3, 13)), ("abs(-3 - x[1])", (3, 13)),
        ("min(x[1], 4, x[2] - 2)", (-2, 4)), ("max(x[1], 4, x[2] - 2)", (4, 10)), ("bool2int(x[1] > 3) * 7", (0, 7)),
        ("sum(i in 1..8)(i * x[i])", (0, 360)), ("count(i in 1..8)(x[i] in P)", (0, 8)), ("x[1] >= 3", (0, 1)),
    ],
)  # fmt: skip
def test_bounds_by_hand(text: str, interval: tuple[int, int]) -> None:
    assert Bounds(10).visit(unrolled(text, 10)) == interval


def test_no_value_of_any_part_is_out_of_its_bounds() -> None:
    random = Random(21)
    for _ in range(150):
        formula = unroll(random_formula(random, 3), 40, (2, 7, 17))
        points = [tuple(random.randint(0, 40) for _ in range(8)) for _ in range(10)]
        bounds, columns = Bounds(40), Columns(points)
        bounds.visit(formula)
        waiting = [formula]
        while waiting:
            node = waiting.pop()
            if node.type == "set of int" or isinstance(node, Integer):  # of an index nothing is known
                continue
            interval = bounds.known[id(node)]
            assert interval is not None, display(node)
            assert all(interval[0] <= value <= interval[1] for value in columns.of(node)), display(node)
            waiting.extend(children(node))


def test_the_smallest_part_that_does_not_fit_is_named() -> None:
    found = list(excesses(unrolled("abs(x[6] * N * x[3] - 5) * 2 >= 3 \\/ x[1] >= 3000000000"), N))
    shown = [(display(excess.part), excess.most) for excess in found]
    assert shown == [("x[6] * 100000 * x[3]", N**3), ("3000000000", 3 * 10**9)]
    assert not list(excesses(unrolled("x[1] * x[2] >= 3", 46_340), 46_340))
    assert [e.most for e in excesses(unrolled("x[1] * x[2] >= 3", 46_341), 46_341)] == [46_341**2]
    assert 46_340**2 < LARGEST < 46_341**2


# Before the solver is asked


def before(*texts: str, total: int = N, unit_sum: bool = True) -> str | None:
    constraints = {f"c{k}": text for k, text in enumerate(texts)}
    return certainly_too_large(specified(make_chunk(constraints, total=total, unit_sum=unit_sum)), minizinc())


def test_a_product_that_is_too_large_at_a_valid_point_is_told_before_the_solver_is_asked() -> None:
    assert before("x[1] >= 3", "x[6] * N * x[3] >= 5") == (
        "chunk 42: a number is too large for the solver, whose integers go to 2,147,483,646, for N = 100,000:\n"
        "    c1: x[6] * x[3] is 2,470,090,000 at a valid point\n"
        "write it with smaller numbers, or take a smaller scaleN"
    )


@pytest.mark.parametrize(
    "texts",
    [("x[6] = 50000", "x[6] * x[3] >= 5"), ("x[6] * x[3] >= 5 \\/ x[1] = 1",), ("x[6] * x[3] >= -1",)],
    ids=["a factor is known", "a disjunction", "it holds in any case"],
)
def test_nothing_is_certain_where_a_solver_could_do_without_the_product(texts: tuple[str, ...]) -> None:
    """MiniZinc 2.6 refuses the first two of them, another version may not."""
    assert before(*texts) is None


HANDLED = [
    ("x[6] * N >= 3",), ("x[1] * 3000000000 >= 5",), ("x[1] <= 3000000000",), ("x[1] in 1..3000000000",),
    ("x[1] * x[2] <= 10",), ("x[3] = x[1] * x[2]",), ("x[1] * x[2] in 1..5",), ("2 * (x[1] * x[2]) <= 10",),
    ("x[6] <= 10", "x[6] * x[3] >= 5"), ("x[6] = x[3] /\\ x[3] <= 10 /\\ x[6] * x[3] >= 5",), ("x[6] * x[3] >= 0",),
    ("x[6] = 5", "x[6] * x[3] >= 5"), ("x[6] = x[1] div 10000 /\\ x[6] * x[3] >= 5",), ("abs(x[1] * x[2]) <= 10",),
    ("x[1] * x[2] - x[1] * x[2] + x[3] >= 5",), ("0 * x[1] * x[2] >= -x[3]",), ("x[6] * x[3] >= 5 \\/ x[1] >= 0",),
    ("x[1] * bool2int(x[2] > 3) * 30000 >= 5",), ("x[6] >= 1", "x[3] >= 1", "x[6] * x[3] >= 1"),
    ("sum(i in 1..8)(x[i] * 30000) in {5, 6, 3000000}",), ("x[1] * 2147483646 + x[2] * 2147483646 >= 5",),
]  # fmt: skip


@pytest.mark.parametrize("texts", HANDLED, ids=" ; ".join)
def test_what_the_solver_handles_is_never_refused(texts: tuple[str, ...]) -> None:
    chunk = make_chunk({f"c{k}": text for k, text in enumerate(texts)}, total=N)
    assert certainly_too_large(specified(chunk), minizinc()) is None
    assert solve(model_of(chunk), minizinc()).status in ("satisfied", "unsatisfiable")


def test_no_chunk_of_the_corpus_has_too_large_a_number() -> None:
    for path in sorted((REPOSITORY / "chunks").glob("chunk-*.json")):
        assert certainly_too_large(read_specification(path), minizinc()) is None


# Afterwards


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x[1] + x[2] <= 5000000000", "c1: 5000000000 is 5,000,000,000"),
        ("(x[1] * 30000) mod 7 = 1", "c1: x[1] * 30000 can be 3,000,000,000"),
        ("(1000 * x[4]) * (x[7] mod 100000) < x[1]", "c1: (1000 * x[4]) * (x[7] mod 100000) can be 9,999,900,000,000"),
        ("max(x[1], 3000000000) >= x[2]", "c1: 3000000000 is 3,000,000,000"),
        ("x[1] = 1 \\/ x[6] * x[3] >= 5", "c1: x[6] * x[3] can be 10,000,000,000"),
        ("x[1] * 1000000000000000000 >= 5", "c1: 1000000000000000000 is 1,000,000,000,000,000,000"),
        ("x[6] * N * x[3] >= 5 /\\ x[6] <= 10", "c1: x[6] * 100000 * x[3] can be 1,000,000,000,000,000"),
    ],
)
def test_where_the_solver_refuses_a_number_the_constraint_is_named(text: str, told: str, tmp_path: Path) -> None:
    assert before("x[1] >= 0", text) is None
    build = Staged(tmp_path / "build", make_chunk({"c0": "x[1] >= 0", "c1": text}, total=N))
    with pytest.raises(CheckFailed) as caught:
        build.run("render_mzn", "solve")
    message = str(caught.value)
    assert message.startswith("chunk 42: a number is too large for the solver, whose integers go to 2,147,483,646")
    assert f"\n    {told}\n" in message
    assert message.endswith("write it with smaller numbers, or take a smaller scaleN")


# Random chunks


class _Terms:
    """Terms whose numbers are on both sides of what the solver can hold."""

    def __init__(self, random: Random, total: int) -> None:
        self.random, self.total = random, total

    def term(self, depth: int) -> str:
        kind = self.random.randrange(9) if depth else 0
        if kind < 2:
            number = self.random.choice([1, 2, 5, 1000, 30000, 3_000_000_000, self.total])
            return self.random.choice([f"x[{self.random.randint(1, 8)}]", str(number)])
        a, b = self.term(depth - 1), self.term(depth - 1)
        if kind == 7:
            return self.random.choice([f"abs({a})", f"max({a}, {b})", f"min({a}, {b})"])
        if kind == 8:
            divisor = self.random.choice([1, 2, 7, 1000, 100_000])
            return f"({a}) {self.random.choice(['div', 'mod'])} {divisor}"
        return f"({a}) {'***+-'[kind - 2]} ({b})"

    def comparison(self) -> str:
        operator = self.random.choice([">=", "<=", "<", ">", "=", "!="])
        return f"{self.term(self.random.randint(0, 2))} {operator} {self.term(self.random.randint(0, 1))}"

    def formula(self) -> str:
        kind = self.random.randrange(6)
        if kind == 2:
            return f"x[{self.random.randint(1, 8)}] <= {self.random.choice([10, 1000, 40000])}"
        joined = {0: "\\/", 1: "/\\"}.get(kind)
        return f"({self.comparison()}) {joined} ({self.comparison()})" if joined else self.comparison()


def judge(random: Random, count: int) -> tuple[int, int]:
    """How many of so many chunks the solver refused for a number, and of how many that was told before."""
    large = certain = 0
    while count:
        total = random.choice([100, 30_000, 46_340, 65_536, 100_000])
        terms = _Terms(random, total)
        constraints = {f"c{k}": terms.formula() for k in range(random.randint(1, 3))}
        chunk = make_chunk(constraints, total=total, unit_sum=random.random() < 0.7)
        try:
            specification = specified(chunk)
        except LanguageError:  # such as an index of x beyond 8
            continue
        count -= 1
        told = certainly_too_large(specification, minizinc())
        certain += told is not None
        try:
            solve(model_of(chunk), minizinc(5))
        except NumberTooLarge:
            large += 1
            assert any(f"{name}: " in too_large(specification, minizinc()) for name in constraints), constraints
        except ToolError as error:  # of a large domain with a hole MiniZinc writes every value, more than a tool may
            if "File size limit exceeded" not in str(error):
                raise
        else:
            assert told is None, (constraints, told)
    return large, certain


def test_random_chunks_are_refused_where_the_solver_refuses_them() -> None:
    large, certain = judge(Random(31), 12)
    assert large >= 1
    assert certain >= 1


@pytest.mark.slow
def test_hundreds_of_random_chunks_are_refused_where_the_solver_refuses_them() -> None:
    large, certain = judge(Random(32), 800)
    assert large >= 80
    assert certain >= 8
