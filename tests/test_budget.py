"""What a chunk may cost: one budget of steps, told before the work is done; and constants that fit the solver."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

import costly
from tasks.corpus.document import MOST_TOKENS
from tasks.errors import CorpusError, LanguageError
from tasks.language.budget import MOST_STEPS, STEPS_OF_PART, STEPS_OF_TOKEN, Budget
from tasks.language.statement import interpret
from tasks.specification import Specification, read_specification, understand

N, P = 100, (2, 7, 17)
HUGE = " * ".join(["1000000000000000000"] * 260)
"""Of 4,680 digits, which is more than Python writes."""


def refusal(text: str, budget: Budget | None = None) -> str:
    with pytest.raises(LanguageError) as caught:
        interpret(text, N, P, budget)
    return str(caught.value)


def chunk_of(*texts: str) -> Specification:
    constraints = [{"name": f"c{number}", "expr": text} for number, text in enumerate(texts)]
    data = {"id": "42", "title": "A chunk", "goalType": "proof", "constraints": constraints}
    return understand(Path("chunk-42.constraints.json"), json.dumps(data))


def problems(*texts: str) -> str:
    with pytest.raises(CorpusError) as caught:
        chunk_of(*texts)
    return str(caught.value)


# Steps


def test_a_formula_takes_steps_for_its_words_its_parts_and_its_conditions() -> None:
    budget = Budget()
    statement = interpret("sum(i in 1..5 where i > 2)(x[i]) >= 3", N, P, budget)
    words, parts = 22, 2 + 1 + 3 * 2  # the comparison and 3; the sum; each x[i] and its index
    conditions = 5 * (1 + 3) + 3  # each value of i, its condition, and the range once
    assert statement.parts == parts
    assert sum(budget.used.values()) == words * STEPS_OF_TOKEN + parts * STEPS_OF_PART + conditions
    assert budget.left == MOST_STEPS - sum(budget.used.values())


def test_a_costly_condition_is_refused_before_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    costly = f"x[1] >= count(i in 1..100000 where {' + '.join(['i'] * 1000)} > 0)(x[1] >= i)"
    budget = Budget()
    message = refusal(costly, budget)
    assert "column 9: the condition of `count`, for 100,000 values of i, takes 100,400,000 steps or more" in message
    assert "the chunk may take 1,000,000 and has used 40,5" in message
    assert "write it shorter, or split the chunk" in message
    assert budget.used["for conditions and bounds of quantifiers"] == 3


@pytest.mark.parametrize(
    ("text", "most", "what"),
    [
        (
            "forall(i in 1..1000000000, j in 1..0)(x[1] >= i)",
            10**6,
            "the run of `forall`, for 1,000,000,000 values of i,",
        ),
        (
            f"forall(i in 1..19000)({' + '.join(['x[1]'] * 50)} >= i)",
            10**6,
            "the body of `forall`, for 19,000 values of i,",
        ),
        ("forall(i in 1..5000, j in 1..i where i + j = 2)(x[1] >= i)", 10**5, "the condition of `forall`"),
        (
            "count(i in 1..99 where forall(j in 1..400)(i != j * j + 1))(x[1] > i) > 1",
            10**6,
            "unroll to more than 20,000",
        ),
        ("x[1] in {" + "1, " * 25_000 + "2}", 10**6, "to read its 50,008 words and signs takes 1,000,160 steps"),
        (" + ".join(["x[1]"] * 995) + "> 1", 10**5, "the constraint takes 484 steps"),
    ],
    ids=["endless", "body", "dependent", "nested", "set", "chain"],
)
def test_what_takes_more_than_the_budget_is_one_error(text: str, most: int, what: str) -> None:
    budget = Budget(most)
    message = refusal(text, budget)
    assert what in message
    assert len(message) < 600
    assert budget.left > -50, "the work was stopped, not finished"


def test_the_constraints_of_a_chunk_share_one_budget() -> None:
    fair = "forall(i in 1..10000)(x[1] + x[2] >= i)"  # 70,000 parts
    assert chunk_of(fair, fair, fair).kinds()["formal"] == 3
    message = problems("x[1] >= y", fair, fair, fair, fair, "x[1] >= z")
    assert "/constraints/0/expr: column 9: unknown name 'y'" in message
    assert "/constraints/4/expr: column 1: the body of `forall`, for 10,000 values of i, takes 290,000 steps" in message
    assert "840,016 for formulas with their quantifiers written out" in message
    assert "/constraints/5" not in message, "nothing is read once the budget is exceeded"


@pytest.mark.parametrize(
    "text",
    ["(1) + " * 13_000 + "x[1] > 1", "x[1] >= ," + "1 + " * 20_000, "A -> " * 30_000 + "B"],
    ids=["brackets", "mistake", "claim"],
)
def test_long_texts_are_refused_before_they_are_parsed(text: str) -> None:
    assert len(problems(*[text] * 9)) < 10_000


def test_more_variables_than_levels_of_nesting_are_refused() -> None:
    named = ", ".join(f"i{k}" for k in range(64))
    assert interpret(f"forall({named} in 1..1)(x[i0] >= i63)", N, P).kind == "formal"
    assert "more than 64 variables are bound here" in refusal(f"forall({named}, j in 1..1)(x[j] >= 1)")
    assert "more than 64 variables are bound here" in refusal(
        f"forall({', '.join(f'i{k}' for k in range(9_000))} in 1..1)(x[1] > 1)"
    )


def test_a_name_as_long_as_the_text_does_not_fill_the_screen() -> None:
    assert len(refusal("x[1] > " + "forall" * 16_000)) < 700


# Constants


@pytest.mark.parametrize(
    "text",
    [
        f"forall(i in {{{HUGE}}})(x[1] >= i)",
        f"x[1] in {HUGE}..{HUGE}",
        f"x[1] in {{1, {HUGE}}}",
        f"x[1] >= {HUGE}",
        f"x[{HUGE}] >= 1",
        f"x[1] mod ({HUGE}) = 0",
        f"x[1] * ({HUGE}) >= 1",
        f"count(i in 1..9 where i * {HUGE} > 1)(x[1] > i) > 1",
        f"min(x[1], {HUGE}) > 1",
        "x[1] in 1..10 * 1000000000000000000",
        "sum(i in 1..2)(1000000000000000000) >= x[1]",
        "-1000000000000000000 - 1 < x[1]",
        "abs(-1000000000000000000 - N) > x[1]",
    ],
    ids=lambda text: text[:24],
)
def test_a_constant_that_outgrows_the_solver_is_one_error(text: str) -> None:
    message = refusal(text)
    assert "a constant in this does not fit the solver" in message
    assert "the largest is 10^18" in message
    assert len(message) < 600


def test_constants_up_to_the_largest_are_fine() -> None:
    assert interpret("x[1] >= -1000000000000000000 + 1 /\\ x[1] < 10 * 100000000000000000", N, P).kind == "formal"


# Files that mean nothing

_MEGABYTE = 1_000_000


def _file(constraints: str) -> str:
    return f'{{"id": "42", "title": "t", "goalType": "proof", "constraints": [{constraints}]}}'


NOTHING = {
    "brackets": "[" * _MEGABYTE,
    "pairs of brackets": "[]" * (_MEGABYTE // 2),
    "objects": '{"a":' * (_MEGABYTE // 5),
    "shallow lists": "[" + ("[" * 60 + "]" * 60 + ",") * (_MEGABYTE // 121) + "1]",
    "string": json.dumps("x" * _MEGABYTE),
    "string without end": '"' + "\\" * _MEGABYTE,
    "quotes": '"' * _MEGABYTE,
    "numbers": "[" + "1," * (_MEGABYTE // 2) + "1]",
    "words": "[" + "true," * (_MEGABYTE // 5) + "1]",
    "keys": "{" + ",".join(f'"{k}":1' for k in range(_MEGABYTE // 9)) + "}",
    "one key": "{" + ",".join(['"a":1'] * (_MEGABYTE // 6)) + "}",
    "digits": "1" * _MEGABYTE,
    "spaces": " " * _MEGABYTE,
    "constraints": _file(",".join(["1"] * (_MEGABYTE // 2))),
    "equal names": _file(",".join(['{"name":"a","expr":"x[1]>1"}'] * (_MEGABYTE // 29))),
    "constraint": _file(json.dumps({"name": "a", "expr": "(" * _MEGABYTE})),
    "sums": _file(",".join(json.dumps({"name": str(k), "expr": "x[1]+" * 19_000 + "1>1"}) for k in range(10))),
    "mistakes": _file(",".join(json.dumps({"name": str(k), "expr": "x[1] > " + "1+" * 450}) for k in range(990))),
}


MANY = {
    "pairs of brackets", "shallow lists", "quotes", "numbers", "words", "keys", "one key", "constraints", "equal names",
}  # fmt: skip
"""Those that are refused for how many values they have, before these are read."""


@pytest.mark.parametrize("name", NOTHING)
def test_a_megabyte_that_means_nothing_is_refused_for_what_it_is(name: str, tmp_path: Path) -> None:
    path = tmp_path / "chunk-42.constraints.json"
    path.write_text(NOTHING[name], encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        read_specification(path)
    message = str(caught.value)
    assert str(path) in message
    assert message.count("\n") < 500
    assert ("found more than 50,000 brackets, commas" in message) == (name in MANY)
    assert max(map(len, message.split("\n"))) < 600


def test_a_full_chunk_is_no_file_of_too_many_values() -> None:
    every = ",".join(json.dumps({"name": f"c{k}", "expr": "x[1] >= 1", "notes": "a, b"}) for k in range(1000))
    text = _file(every)
    assert len(understand(Path("chunk-42.constraints.json"), text).statements) == 1000
    assert text.count(",") < MOST_TOKENS // 5


# Costly chunks of every kind


def steps_of(texts: list[str]) -> int:
    """What it takes to understand the constraints, or to refuse them."""
    budget = Budget()
    for text in texts:
        with suppress(LanguageError):
            interpret(text, N, P, budget)
        if budget.is_exceeded:
            break
    return sum(budget.used.values())


def test_costly_chunks_take_no_more_steps_than_the_budget_has() -> None:
    random = Random(51)
    taken = [steps_of(kind(random)) for kind in costly.KINDS for _ in range(3)]
    assert max(taken) <= MOST_STEPS + STEPS_OF_PART, "what is one step too much is not done"
    assert sum(steps > MOST_STEPS // 10 for steps in taken) >= 4, "some of them do cost much"
    assert min(taken) > 0


def test_all_that_a_costly_chunk_is_computed_for_is_done_in_bounded_work() -> None:
    cost = costly.in_a_child(["forall(i in 1..200)(x[1] * i + (x[2] div 3) * i >= i - x[3])", "max(x[1], x[2]) >= 3"])
    assert not cost.error
    assert set(cost.seconds) >= {"schema", "render_mzn", "solve", "render_lean", "sample", "crosscheck", "lint"}
    assert cost.megabytes < 500


LARGE = " * ".join(["1000000000000000000"] * 3)


def products(depth: int) -> str:
    """Large factors of every coordinate, each one product within another."""
    each = []
    for i in range(1, 9):
        text = f"x[{i}]"
        for k in range(depth):
            text = f"({text} * {999_999_999_999_999_000 + 13 * i + k})"
        each.append(text)
    return " - ".join(each)


@pytest.mark.parametrize(
    "texts",
    [
        ("abs(" * 50 + "x[1]" + ")" * 50 + " >= 3", "x[2] * x[3] >= 90"),
        (f"x[1] * {LARGE} * x[2] >= 3", "x[3] * 1000000000000000000 mod 7 = 1"),
        tuple(f"{products(40)} >= {k} + {products(38)}" for k in range(6)),
    ],
    ids=["absolute values", "constants", "products"],
)
def test_the_search_for_proofs_is_bounded(texts: tuple[str, ...]) -> None:
    """Each took minutes, or ended in a traceback."""
    cost = costly.in_a_child(list(texts))
    assert not cost.error
    assert max(cost.seconds["solve"], cost.seconds["render_lean, balance"]) < 6
    assert cost.megabytes < 500


@pytest.mark.slow
def test_none_of_five_hundred_costly_chunks_takes_two_seconds_or_500_mb(say: Callable[[str], None]) -> None:
    """Seconds of CPU of our own in a stage. Where other work slows the machine down, a stage may take twice as long."""
    worst: dict[str, tuple[float, int]] = {}
    megabytes, refused = 0.0, 0
    for seed in range(500):
        cost = costly.in_a_child(costly.text_of(Random(seed)))
        refused += bool(cost.error)
        megabytes = max(megabytes, cost.megabytes)
        for stage, seconds in cost.seconds.items():
            worst[stage] = max(worst.get(stage, (0.0, 0)), (seconds, seed))
    longest = ", ".join(f"{stage} {seconds:.2f} s (seed {seed})" for stage, (seconds, seed) in worst.items())
    say(f"costly chunks: {refused} of 500 refused, most memory {megabytes:.0f} MB, most CPU: {longest}")
    assert max(seconds for seconds, _ in worst.values()) < 4
    assert megabytes < 500
    assert 50 < refused < 400
