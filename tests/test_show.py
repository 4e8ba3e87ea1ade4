"""`doit show` and `doit explain` say what is known of a chunk, and what would have to give."""

from __future__ import annotations

import re
from itertools import product

import pytest

from conftest import Project
from tasks.check.nearest import improve
from tasks.commands.show import bar, picture
from tasks.language.slack import slack
from tasks.language.statement import interpret


def test_what_is_known_of_a_chunk(built: Project) -> None:
    shown = built.doit("show", "06").output
    witness = built.stamp("solve", "06")["outcome"]["witness"]
    assert shown.startswith("chunk 06: Chunk 06\n")
    for i, value in enumerate(witness, start=1):
        assert re.search(rf"x\[{i}\] +{value}\b", shown)
    spare = witness[0] + witness[1] - 30
    assert (
        f"c1: {f'{spare} to spare' if spare else 'tight'}\n  x[1] + x[2] >= 30\n  MiniZinc  (x[1] + x[2]) >= 30\n"
        in shown
    )
    assert "\nc2: tight\n  x[3] = 5\n  MiniZinc  x[3] = 5\n  Lean      x.x3 = 5\n" in shown
    balance = built.stamp("balance", "06")["outcome"]
    assert f"|T_int - T_ext| is {balance['least']} to {balance['most']} over all valid points" in shown
    for stage in ("schema", "solve", "prove", "crosscheck"):
        assert re.search(
            rf"^{stage} +passed +\d+\.\d\d s  \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d  \w", shown, re.MULTILINE
        ), stage


def test_what_does_not_hold_is_not_shown(built: Project) -> None:
    model = built.rendered / "mzn" / "chunk-06.mzn"
    model.write_text(model.read_text().replace("x[3] = 5", "x[3] = 6"))
    shown = built.doit("show", "06").output
    assert "MiniZinc" not in shown
    assert "tight" not in shown
    assert re.search(r"^solve +does not hold for the files as they are$", shown, re.MULTILINE)
    assert "no witness is known: `doit 06` builds the chunk" in shown


def test_a_chunk_that_is_built_alone_ends_with_its_witness_and_margins(built: Project) -> None:
    built.write("06", "x[1] + x[2] >= 30", "x[3] = 6")
    output = built.doit("chunk:06").output
    x = built.stamp("solve", "06")["outcome"]["witness"]
    assert f"\nchunk 06: x = {x}\n  c1  " in output
    assert "\n  c2  tight\n  |T_int - T_ext| is " in output
    assert "computational" not in output, "the corpus's table is not shown"


def test_an_unsatisfiable_chunk_is_explained(built: Project) -> None:
    built.write("06", "x[1] >= 60", "x[2] >= 45", "x[3] >= 1", parameters={"scaleN": 100})
    built.doit("06")
    said = built.doit("explain", "06")
    assert said.status == 0, said.text()
    assert "06.json:8: c1: x[1] >= 60" in said.output or "c1: x[1] >= 60" in said.output
    assert "every point violates at least 1 constraint; this one no more, and by little:" in said.output
    # Among all points that violate one of them only, none violates it by less.
    assert re.search(r"for it to be valid, this would have to give:\n  c[12]: violated, by 6\n", said.output)


def test_a_failure_of_another_kind_is_told_again(built: Project) -> None:
    settings = built.chunks / "corpus.yaml"
    settings.write_text(settings.read_text() + "tract_balance: {limit: 3}\n")
    assert built.doit("balance:06").status != 0
    said = built.doit("explain", "06").output
    assert re.match(r"balance:06 failed at \d{4}-.* UTC:\n  chunk 06", said)
    assert built.doit("explain", "08").output.startswith("chunk 08 is satisfiable, and no stage of it failed")


@pytest.mark.parametrize("command", ["show", "explain"])
def test_a_chunk_has_to_be_named(built: Project, command: str) -> None:
    said = built.doit(command)
    assert (said.status, said.errors) == (3, f"ERROR: expected a chunk, such as `doit {command} 06`\n")
    said = built.doit(command, "66")
    assert said.errors.startswith("ERROR: there is no chunk 66 in chunks; near it: ")


def test_a_bar_is_drawn_to_an_eighth() -> None:
    assert bar(40, 40, 10) == "█" * 10
    assert bar(1, 80, 10) == "▏"
    assert bar(0, 5, 10) == ""
    assert len(list(picture([1, 2, 3, 4, 5, 6, 7, 72], 100))) == 9


def test_steps_to_a_neighbour_keep_the_sum_and_end_where_none_is_better() -> None:
    def cost(x: object) -> tuple[float, ...]:
        assert isinstance(x, list)
        return (max(0, 60 - x[0]) + max(0, 45 - x[1]),)

    x = improve([0, 0, 0, 0, 0, 0, 0, 100], cost, sums=True)
    assert sum(x) == 100
    assert cost(x) == (5,)
    assert cost(improve([0] * 8, cost, sums=False)) == (0,)


@pytest.mark.parametrize("text", ["x[1] < 3", "x[1] = 3", "x[1] != 3", "x[1] in {2, 3, 7}", "x[1] >= 2 /\\ x[1] <= 5",
                                  "x[1] >= 7 -> x[1] >= 9", "not (x[1] in 3..6)", "x[1] > 2 xor x[1] > 5"])  # fmt: skip
def test_what_is_to_spare_is_how_far_a_coordinate_may_move(text: str) -> None:
    """For a formula about one coordinate, by asking at every value."""
    statement = interpret(text, 10, ())
    assert statement.expression is not None

    def holds(value: int) -> bool:
        return slack(statement.expression, [value] + [0] * 7, 10, ()) >= 0  # type: ignore[arg-type]

    from tasks.language.evaluate import evaluate

    for value, by in product(range(11), range(4)):
        spare = slack(statement.expression, [value] + [0] * 7, 10, ())
        assert (spare >= 0) == (evaluate(statement.expression, [value] + [0] * 7, 10, ()) is True)
        if spare >= by:
            assert all(holds(v) for v in range(value - by, value + by + 1) if 0 <= v <= 10), (value, by)
