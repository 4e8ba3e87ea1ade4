"""A model flattened once, and Gecode itself asked: the same answers, and nothing believed that is not exactly one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from samples import best_point, make_chunk, model_of, valid_points
from tasks.check.cache import CachingRunner
from tasks.check.call import Limits, Run, Tool, ToolCall
from tasks.check.canonical import solve_canonically
from tasks.check.engines import identify
from tasks.check.flatzinc import ask
from tasks.check.minizinc import solve
from tasks.check.solvers import run_call
from tasks.check.tracts import imbalance
from tasks.errors import CheckFailed, NumberTooLarge, ToolError
from tools import minizinc, runner


def gecode(seconds: float = 20, memory_mb: int = 4096) -> Tool:
    """MiniZinc as a build asks it, by its identity."""
    found = identify("minizinc", "", "", runner())["engine"]
    assert found["flattened"] == "once", "this MiniZinc and its Gecode are asked in one only"
    return Tool(found, Limits(seconds, memory_mb), runner())


@dataclass(frozen=True)
class Noting:
    """A runner that notes what is asked."""

    calls: list[ToolCall] = field(default_factory=list)

    def run(self, call: ToolCall) -> Run:
        self.calls.append(call)
        return gecode().runner.run(call)

    def keep(self, call: ToolCall, run: Run) -> None:
        """Nothing is kept here."""


def apart(x: list[int]) -> int:
    return abs(sum(x[:4]) - sum(x[4:]))


# The same answers

CHUNKS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({}, {}),
    ({"a": "x[2] > x[1]", "b": "x[1] + x[8] >= 2"}, {}),
    ({"a": "count(i in 1..8)(x[i] ∈ {1, 7}) >= 2", "b": "x[1] mod 2 = 1"}, {"objective": "projection_fit_min"}),
    ({"a": "x[1] != x[2] xor x[3] = x[4]"}, {"objective": "neighbor_distance_min"}),
    ({"a": "x[3] > x[1]"}, {"total": 1, "unit_sum": False}),
    ({"a": "x[2] = 1", "b": "x[7] = 2"}, {"objective": "projection_fit_min"}),
    ({"a": "sum(i in 2..4)(x[i]) = 0", "b": "sum(i in 6..8)(x[i]) = 0"}, {}),
    ({"a": "forall(t_int in 1..3, balance in 4..5)(x[t_int] <= x[balance])"}, {}),
    ({"a": "max(i in 1..4)(x[i]) < min(i in 1..4)(x[i])"}, {}),
]  # fmt: skip


@pytest.mark.parametrize("sample", range(len(CHUNKS)))
def test_witness_and_balance_are_those_of_brute_force(sample: int, tmp_path: Path) -> None:
    constraints, settings = CHUNKS[sample]
    chunk = make_chunk(constraints, **({"total": 3} | settings))
    model, valid = model_of(chunk), valid_points(chunk)
    tool = replace(gecode(), runner=CachingRunner(runner(), "use", tmp_path / "verdicts"))
    witness, ends = solve_canonically(model, tool), [imbalance(model, "least", tool), imbalance(model, "most", tool)]
    if not valid:
        assert {answer.status for answer in (witness, *ends)} == {"unsatisfiable"}
        return
    assert witness.values["x"] == best_point(chunk)
    assert witness.warnings == ()
    assert [apart(answer.values["x"]) for answer in ends] == [min(map(apart, valid)), max(map(apart, valid))]
    assert all(answer.values["x"] in valid for answer in ends)
    assert [answer.values["balance"][0] for answer in ends] == [apart(answer.values["x"]) for answer in ends]


def test_what_flattening_refutes_is_unsatisfiable_whatever_is_wanted() -> None:
    model = model_of(make_chunk({"a": "x[1] > N"}))
    flat = Noting()
    tool = replace(gecode(), runner=flat)
    assert solve_canonically(model, tool).status == imbalance(model, "most", tool).status == "unsatisfiable"
    assert all("var " not in call.text for call in flat.calls if call.step == "search"), "no variable is left"


def test_a_warning_is_the_same_both_ways() -> None:
    model = 'array[1..8] of var 0..2: x;\nconstraint :: "a" (x[9] = 1) \\/ (x[1] = 0);\nsolve satisfy;\n'
    (warning,) = ask(model, gecode()).warnings
    assert (warning,) == solve(model, minizinc()).warnings
    assert warning.startswith("undefined result becomes false in Boolean context")


def test_a_rejection_names_the_line_of_the_model() -> None:
    model = model_of(make_chunk({"a": "x[1] >= 2"}, notes={"a": "a note"})).replace("x[1] >= 2;", "x[1] >= y;")
    line = 1 + model[: model.index(">= y")].count("\n")
    for tool in (gecode(), minizinc()):
        with pytest.raises(ToolError) as caught:
            solve_canonically(model, tool)
        assert str(caught.value).startswith(f"minizinc rejects the model (line {line} of the model): type error")


@pytest.mark.parametrize(
    ("constraint", "total"),
    [("x[1] * x[2] * x[3] >= 1", 3000), ("(99999999999999999 * x[1]) * 1000 > 1", 100),
     ("3000000000 * x[1] = 1", 30000)],
    ids=["in a domain", "in flattening", "where Gecode then crashes"],
)  # fmt: skip
def test_a_number_that_is_too_large_is_told_as_one(constraint: str, total: int) -> None:
    model = model_of(make_chunk({"a": constraint}, total=total))
    with pytest.raises(NumberTooLarge):
        solve_canonically(model, gecode())
    with pytest.raises(NumberTooLarge):
        imbalance(model, "most", gecode())


def test_a_model_that_hides_what_follows_it_is_refused() -> None:
    model = model_of(make_chunk({"a": "x[1] >= 2"}))
    with pytest.raises(CheckFailed, match="the model is not one that the renderer writes: line"):
        solve_canonically(f"{model}/*", gecode())


# What is run


def test_one_flattening_serves_witness_and_balance(tmp_path: Path) -> None:
    noting = Noting()
    cached = CachingRunner(noting, "use", tmp_path / "verdicts")
    tool = replace(gecode(), runner=cached)
    model = model_of(make_chunk({"a": "x[1] >= 2"}))
    for _ in range(2):
        solve_canonically(model, tool)
        imbalance(model, "least", tool)
        imbalance(model, "most", tool)
    assert [call.step for call in noting.calls] == ["flatten", "search", "search", "search"]
    assert (cached.count.asked, cached.count.found) == (3, 3), "FlatZinc is no verdict"


def test_a_solver_that_was_not_found_out_is_not_guessed() -> None:
    call = ToolCall("minizinc", "", (), "solve satisfy;\n", Limits(1, 100), "search")
    with pytest.raises(ToolError, match="the solver gecode here cannot be asked without minizinc; run the build again"):
        runner().run(call)


def test_a_search_and_a_whole_run_on_one_text_are_two_questions(tmp_path: Path) -> None:
    cached = CachingRunner(Noting(), "use", tmp_path / "verdicts")
    whole = ToolCall("minizinc gecode", "1", (), "solve satisfy;\n", Limits(1, 100))
    cached.keep(whole, Run(0, "whole", "", 0.0))
    cached.keep(replace(whole, step="search"), Run(0, "search", "", 0.0))
    cached.keep(replace(whole, step="flatten"), Run(0, "flatten", "", 0.0))
    steps = (replace(whole, step="flatten"), replace(whole, step="search"), whole)
    assert [cached.run(call).output for call in steps] == ["flatten", "search", "whole"]


# What is believed

FLAT = (
    "array [1..8] of var int: x:: output_array([1..8]) = [2,1,0,0,0,0,0,0];\n"
    "array [1..2] of var int: balance:: output_array([1..2]) = [3,3];\n"
    "solve :: int_search(x,input_order,indomain_min,complete) satisfy;\n"
)
POINT = "x = array1d(1..8, [2, 1, 0, 0, 0, 0, 0, 0]);\n"
FOUND = f"{POINT}----------\n"


@dataclass(frozen=True)
class Scripted:
    """A runner that says for each step what it is told."""

    search: Run
    flatten: Run
    kept: list[tuple[str, str]] = field(default_factory=list)

    def run(self, call: ToolCall) -> Run:
        return {"flatten": self.flatten, "search": self.search}[call.step]

    def keep(self, call: ToolCall, run: Run) -> None:
        self.kept.append((call.step, run.ended))


def scripted(search: str | Run = FOUND, flatten: str | Run = FLAT) -> Tool:
    searched, flattened = (said if isinstance(said, Run) else Run(0, said, "", 0.0) for said in (search, flatten))
    engine = {"name": "minizinc", "version": "0", "solver": "gecode 0", "flattened": "once"}
    return Tool(engine, Limits(20, 4096), Scripted(searched, flattened))


MODEL = model_of(make_chunk({"a": "x[1] >= 2"}, total=3))


def test_what_gecode_prints_is_read() -> None:
    assert solve_canonically(MODEL, scripted()).values == {"x": [2, 1, 0, 0, 0, 0, 0, 0]}
    found = imbalance(MODEL, "most", scripted(f"balance = array1d(1..2, [3, -3]);\nt_int = 3;\n{FOUND}==========\n"))
    assert found.values == {"balance": [3, -3], "t_int": 3, "x": [2, 1, 0, 0, 0, 0, 0, 0]}
    assert solve_canonically(MODEL, scripted("=====UNSATISFIABLE=====\n")).status == "unsatisfiable"


@pytest.mark.parametrize(
    "said",
    [
        "garbage", "\n", "==========\n", "----------\n", POINT, f"{FOUND}{FOUND}", FOUND.strip(), f"\n{FOUND}",
        f"{FOUND}=====UNSATISFIABLE=====\n", f"{FOUND}% a comment\n", f"=====UNSATISFIABLE=====\n{FOUND}",
        "=====ERROR=====\n", "=====UNBOUNDED=====\n", FOUND.replace("2, 1", "2, 1.0"), FOUND.replace("2, 1", "2,1"),
        FOUND.replace("2, 1", "2, "), FOUND.replace("2, 1", "2, 1" + "0" * 5000), FOUND.replace("[2", "[["),
        FOUND.replace("1..8", "0..7"), '{"type": "status", "status": "UNSATISFIABLE"}\n',
        '{"type": "solution", "output": {"json": {"x": [2, 1, 0, 0, 0, 0, 0, 0]}}}\n',
    ],
)  # fmt: skip
def test_anything_else_is_an_error(said: str) -> None:
    tool = scripted(said)
    with pytest.raises(ToolError, match="the solver gecode gave an invalid answer: "):
        solve_canonically(MODEL, tool)
    assert tool.runner == replace(tool.runner, kept=[("flatten", "")])  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (Run(0, "", "", 0.1), "the solver gecode ended without an answer (status 'none'): no message"),
        (Run(1, "", "Error: not found", 0.1), "the solver gecode failed with exit code 1: Error: not found"),
        (Run(1, FOUND, "", 0.1), "the solver gecode failed with exit code 1: no message"),
        (Run(-11, FOUND, "", 0.1), "the solver gecode was killed by signal 11 (Segmentation fault) after 0.1 s"),
        (Run(-6, "", "Heap memory exhausted", 0.1, "memory"), "the solver gecode needed more than 4096 MB of memory"),
        (Run(None, "x = ", "", 0.1, "output"), "the solver gecode printed more than 64 MB and was stopped"),
        (Run(0, "=====UNKNOWN=====\n", "why", 0.1), "the solver gave up after 0.1 s: why"),
    ],
)  # fmt: skip
def test_a_solver_that_fails_is_told_with_its_own_words(run: Run, message: str) -> None:
    with pytest.raises(ToolError) as caught:
        solve_canonically(MODEL, scripted(run))
    assert str(caught.value).startswith(message)


def test_a_best_point_counts_with_the_word_that_it_is_one() -> None:
    with pytest.raises(ToolError, match="the solver gecode ended without an answer"):
        imbalance(MODEL, "least", scripted(FOUND))
    assert imbalance(MODEL, "least", scripted(f"{FOUND}==========\n")).status == "satisfied"


@pytest.mark.parametrize(
    ("search", "flatten", "kept"),
    [
        (Run(None, FOUND, "", 20.0, "time"), FLAT, [("flatten", ""), ("search", "time")]),
        (Run(0, "=====UNKNOWN=====\n", "", 20.0), FLAT, [("flatten", ""), ("search", "time")]),
        (FOUND, Run(None, FLAT, "", 22.0, "time"), [("flatten", "time")]),
        (
            FOUND,
            Run(1, json.dumps({"type": "error", "what": "time out", "message": "time limit reached"}), "", 20.0),
            [("flatten", "time")],
        ),
    ],
    ids=["the search is ended", "the search gives up", "flattening is ended", "flattening gives up"],
)
def test_no_answer_in_time_is_remembered_for_the_step_that_had_none(
    search: str | Run, flatten: str | Run, kept: list[tuple[str, str]]
) -> None:
    tool = scripted(search, flatten)
    assert solve_canonically(MODEL, tool).status == "no answer"
    assert tool.runner.kept == kept  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("flat", "message"),
    [
        ("", "minizinc ended without an answer (status 'none')"),
        (FLAT.rpartition("solve")[0], "minizinc gave an invalid answer: 'array [1..2] of var int: balance"),
        (FLAT.rstrip("\n;"), "minizinc gave an invalid answer: 'solve :: int_search"),
        (f"{FLAT}Segmentation fault\n", "minizinc gave an invalid answer: 'Segmentation fault'"),
        (f'{{"type": "warn\n{FLAT}', 'minizinc gave an invalid answer: \'{"type": "warn\''),
        (Run(3, FLAT, "odd", 0.1), "minizinc failed with exit code 3: odd"),
    ],
)
def test_flatzinc_that_is_not_whole_is_an_error(flat: str | Run, message: str) -> None:
    with pytest.raises(ToolError) as caught:
        solve_canonically(MODEL, scripted(FOUND, flat))
    assert str(caught.value).startswith(message)


def test_a_solver_that_hangs_is_ended_at_its_limit(stub: Callable[[str, str], Path]) -> None:
    folder = stub("fzn-gecode", "#!/bin/sh\ncat > /dev/null\nsleep 60\n")
    call = ToolCall("minizinc", "", (), FLAT, Limits(0.2, 4096), "search")
    run = run_call(call, "gecode", str(folder / "fzn-gecode"))
    assert (run.status, run.ended) == (None, "time")
    assert run.seconds < 30
