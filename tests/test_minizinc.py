"""The real MiniZinc's verdicts, and the stages solve and balance that stand on them.

Brute force over small simplices proves witnesses, objectives, intervals and conflicts. Stub programs on PATH play a
tool that misbehaves.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from samples import all_points, best_point, make_chunk, model_of, objective, valid_points
from staged import Staged
from tasks.check.call import Run, Tool, ToolCall
from tasks.check.engines import identify
from tasks.check.hygiene import contradictions
from tasks.check.local import LocalRunner
from tasks.check.minizinc import FLATTENING, conflict, solve, verdicts
from tasks.check.process import Quota
from tasks.check.process import run as run_process
from tasks.errors import CheckFailed, DualityError, ToolError
from tasks.language.evaluate import evaluate
from tasks.language.statement import interpret
from tasks.render.model_reader import question, read_model
from tools import minizinc, runner

ENGINE = {"name": "minizinc", "version": "0"}


class Build(Staged):
    """The stages of one chunk in a folder of its own."""

    def solve(self, tool: Tool | None = None) -> dict[str, Any]:
        return self.run("render_mzn", "solve", tool=tool)

    def balance(self, limit: int = 1000) -> dict[str, Any]:
        settings = f"tract_balance: {{limit: {limit}}}\n"
        return Staged(self.folder, self.chunk, settings).run("render_mzn", "balance")

    def refused(self, stage: str, **given) -> str:
        """The message of the stage that fails, which leaves no stamp."""
        with pytest.raises(DualityError) as caught:
            getattr(self, stage)(**given)
        assert not self.path(f"stamp of {stage}").exists()
        return str(caught.value)


@pytest.fixture
def build(tmp_path: Path):
    return lambda constraints, **settings: Build(tmp_path / "build", make_chunk(constraints, **settings))


# Witnesses


@pytest.mark.parametrize(
    "constraints",
    [
        {},
        {"a": "x[2] > x[1]", "b": "x[1] + x[8] >= 2"},
        {"a": "count(i in 1..8)(x[i] ∈ {1, 7}) >= 2", "b": "x[1] mod 2 = 1 \\/ x[3] = 2"},
        {"a": "sum(i in 1..8)(abs(x[i] - 1)) = 5", "b": "x[1] != x[2] xor x[3] = x[4]"},
        {"a": "forall(i in 1..7)(x[i] >= x[i + 1])"},
    ],
)
@pytest.mark.parametrize("goal", ["none", "neighbor_distance_min", "projection_fit_min"])
def test_the_witness_is_the_smallest_by_objective_and_then_by_coordinates(build, constraints, goal) -> None:
    made = build(constraints, total=3, objective=goal)
    stamp = made.solve()
    assert stamp["outcome"] == {"witness": best_point(made.chunk)}
    valid = valid_points(made.chunk)
    assert objective(made.chunk, stamp["outcome"]["witness"]) == min(objective(made.chunk, x) for x in valid)


def test_a_stamp_says_what_was_solved_by_whom(build) -> None:
    stamp = build({"a": "x[1] >= 2"}).solve()
    assert {key: stamp[key] for key in ("chunk", "stage", "status", "engines")} == {
        "chunk": "42", "stage": "solve", "status": "passed", "engines": [ENGINE],
    }  # fmt: skip
    assert set(stamp["inputs"]) == {"chunks/chunk-42.constraints.json", "mzn/chunk-42.mzn"}
    assert all(len(digest) == 64 for digest in stamp["inputs"].values())


def test_without_the_unit_sum_the_witness_may_be_anywhere(build) -> None:
    assert build({"a": "x[3] > x[1]"}, total=2, unit_sum=False).solve()["outcome"]["witness"] == [
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
    ]


def test_a_count_that_implies_a_membership_has_a_right_witness(build) -> None:
    """MiniZinc 2.6 to 2.8 half-reify this wrongly unless they are told not to."""
    made = build(
        {"a": "count(i in 1..8 where i mod 2 = 0)(x[i] > 10) >= 2 -> x[1] in P", "b": "x[1] + x[2] >= 30"},
        objective="projection_fit_min",
    )
    witness = made.solve()["outcome"]["witness"]
    assert witness == [17, 13, 10, 12, 12, 12, 12, 12]


# Balance


@pytest.mark.parametrize("unit_sum", [True, False])
@pytest.mark.parametrize(
    "constraints",
    [
        {},
        {"a": "x[1] + x[2] >= 2"},
        {"a": "x[1] + x[5] = x[2] + x[6]", "b": "x[8] != x[4]"},
        {"a": "max(i in 1..4)(x[i]) = 0"},
    ],
)
def test_the_interval_of_the_imbalance_is_that_of_brute_force(build, constraints, unit_sum) -> None:
    made = build(constraints, total=4 if unit_sum else 1, unit_sum=unit_sum)
    if not (valid := valid_points(made.chunk)):
        assert "no balance, as the chunk is unsatisfiable (see solve:42)" in made.refused("balance")
        return
    apart = [abs(sum(x[:4]) - sum(x[4:])) for x in valid]
    expected = {"least": min(apart), "most": max(apart), "limit": 1000}
    assert made.balance()["outcome"] == expected


def test_a_constraint_named_unit_sum_is_not_taken_for_it(build) -> None:
    made = build({"unit sum": "x[1] >= 1"}, total=1, unit_sum=False)
    assert made.balance()["outcome"] == {"least": 0, "most": 4, "limit": 1000}


def test_tracts_farther_apart_than_the_limit_fail_with_a_point(build) -> None:
    made = build({"a": "x[1] >= 70"})
    message = made.refused("balance", limit=99)
    assert message.startswith("chunk 42: the tracts can be 100 apart, the limit is 99, as at x = [")
    assert "raise tract_balance in corpus.yaml" in message
    assert made.balance(limit=100)["outcome"]["least"] == 40


# Conflicts

_SHAPES = {
    "one alone": ({"a": "x[1] >= 1", "b": "x[1] > N", "c": "x[2] >= 1"}, {"b"}, True),
    "a false one": ({"a": "x[1] >= 1", "b": "false", "c": "x[2] >= 1"}, {"b"}, True),
    "two against the unit sum": ({"a": "x[1] >= 1", "z": "x[5] <= 2", "b": "x[2] >= 2"}, {"a", "b", "unit sum"}, True),
    "one against the unit sum": ({"a": "sum(i in 1..8)(x[i]) = 3", "b": "x[1] < 3"}, {"a", "unit sum"}, True),
    "three jointly": (
        {"a": "x[1] < x[2]", "b": "x[2] < x[3]", "c": "x[3] < x[1]", "d": "x[4] = 0", "e": "x[5] in 0..1"},
        {"a", "b", "c"},
        False,
    ),
    "two that contradict": ({"p": "x[1] = 1", "q": "x[2] = 1", "r": "x[1] = 2", "s": "x[3] = 1"}, {"p", "r"}, False),
    "odd names": (
        {'a "quoted" \\ name': "x[1] >= 1", "unit sum": "x[2] >= 2", "\u202eb\n": "x[3] >= 0", "uses": "f(A)"},
        {r"a \u0022quoted\u0022 \\ name", "unit sum", "unit sum_"},
        True,
    ),
}


_ALONE = {
    "one alone": "all coordinates in 0..2, whatever the others say",
    "a false one": "all coordinates in 0..2, whatever the others say",
    "one against the unit sum": "all coordinates in 0..2 and x[1] + ... + x[8] = 2, whatever the others say",
}


@pytest.mark.parametrize("shape", _SHAPES)
def test_an_unsatisfiable_chunk_names_a_minimal_conflict(build, shape: str) -> None:
    constraints, expected, unit_sum = _SHAPES[shape]
    made = build(constraints, total=2, unit_sum=unit_sum)
    message = made.refused("solve")
    head, *lines = message.splitlines()
    if shape in _ALONE:
        assert head == f"chunk 42 (A sample) is unsatisfiable: this constraint holds at no point with {_ALONE[shape]}:"
    else:
        assert head == (
            "chunk 42 (A sample) is unsatisfiable: these constraints conflict, and without any one of them they do not:"
        )
    source = made.path("source")
    read = source.read_text(encoding="utf-8").splitlines()
    named: dict[str, str] = {}
    for line in lines:
        [(where, name, text)] = re.findall(rf"^    (?:{re.escape(str(source))}:(\d+): )?(.*): (.*)$", line)
        named[name] = text
        assert not where or json.dumps(text) in read[int(where) - 1]
        assert (not where) == text.startswith("x[1] + ... + x[8]")
    assert set(named) == expected - ({"unit sum"} if shape in _ALONE else set())
    named |= dict.fromkeys(["unit sum"] if shape == "one against the unit sum" else [], "sum(i in 1..8)(x[i]) = N")
    texts = [text.replace("x[1] + ... + x[8] = 2", "sum(i in 1..8)(x[i]) = N") for text in named.values()]
    formulas = [interpret(text, 2, made.chunk.primes).expression for text in texts]
    points = list(all_points(2, unit_sum=False))

    def satisfiable(some) -> bool:
        return any(all(evaluate(f, x, 2, made.chunk.primes) for f in some) for x in points)

    assert not satisfiable(formulas)
    assert all(satisfiable(fewer) for fewer in combinations(formulas, len(formulas) - 1))


def test_a_conflict_among_many_takes_few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[ToolCall] = []

    def counted(here: LocalRunner, call: ToolCall) -> Run:
        runs.append(call)
        return run(here, call)

    run = LocalRunner.run
    monkeypatch.setattr(LocalRunner, "run", counted)
    chunk = make_chunk({f"c{k}": f"x[{k % 8 + 1}] >= {k}" for k in range(16)} | {"low": "x[8] <= 14"})
    assert conflict(model_of(chunk), minizinc()) == (["c15", "low"], True)
    assert len(runs) <= 10  # one for each of the 17 where sets are not halved


# No answer

# The sum of eight squares has the parity of the sum of the eight: no solver of finite domains sees it.
PARITY = {"parity": "sum(i in 1..8)(x[i] * x[i]) mod 2 = 1"}


def test_no_answer_within_the_limit_says_how_to_raise_it(build) -> None:
    started = time.monotonic()
    assert build(PARITY).refused("solve", tool=minizinc(0.5)) == (
        "chunk 42: no answer within 0.5 s; "
        "raise the limit (solve_seconds=, or limits.solve_seconds in corpus.yaml, also for chunk 42 alone), or bound "
        "the constraints more tightly"
    )
    assert time.monotonic() - started < 30


# A tool that misbehaves


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a shell script in MiniZinc's place; $DIR is a folder that it may write to."""

    def install(script: str) -> None:
        tool = tmp_path / "bin" / "minizinc"
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(f"#!/bin/sh\nDIR='{tmp_path}'\n{script}\n")
        tool.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")

    return install


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _gone(pid: int) -> bool:
    for _ in range(100):
        if not _alive(pid):
            return True
        time.sleep(0.02)
    return False


def _answers(x: list[Any]) -> str:
    solution = json.dumps({"type": "solution", "output": {"json": {"x": x, "imbalance": 0}}, "sections": ["json"]})
    return f"echo '{solution}'\n" + """echo '{"type": "status", "status": "OPTIMAL_SOLUTION"}'"""


def test_a_missing_tool_is_named_with_ways_to_install_it(build, tmp_path, monkeypatch) -> None:
    made = build({"a": "x[1] >= 2"})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="minizinc is not installed: `apt-get install minizinc`"):
        identify("minizinc", "", "", runner(tmp_path))
    assert made.refused("solve").startswith("minizinc cannot be started: No such file")


def test_the_tool_on_path_says_who_it_is(stub, tmp_path) -> None:
    real = identify("minizinc", "", "", runner(tmp_path))["engine"]
    assert set(real) == {"name", "version", "solver", "flattened", "identity"}
    stub(
        'case $1 in --version) echo "MiniZinc to FlatZinc converter, version 9.8.7";;'
        """ --config-dirs) echo '{"mznStdlibDir": "'$DIR'", "globalConfigFile": ""}';;"""
        """ --solvers-json) echo '[{"id": "org.gecode.gecode", "version": "6.5.4"}]';;"""
        """ *) echo '{"type": "solution", "output": {"json": {"y": [4, 7, 0, 0, 7, 4], "cost": 1}}}';"""
        """ echo '{"type": "status", "status": "OPTIMAL_SOLUTION"}';; esac"""
    )
    found = identify("minizinc", "", "", runner(tmp_path))["engine"]
    assert found.pop("identity") != real["identity"]
    assert found == {"name": "minizinc", "version": "9.8.7", "solver": "gecode 6.5.4"}


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo hello", "names no version"),
        ("exit 3", "names no version"),
        ("echo version 2.6.4", "has no solver gecode, nor any other; install MiniZinc with Gecode"),
        (
            'test $1 = --version && echo version 2.6.4 || echo "[]"',
            "has no solver gecode, nor any other; install MiniZinc with Gecode",
        ),
        (
            'test $1 = --version && echo version 2.6.4 || echo "[5]"',
            "has no solver gecode, nor any other; install MiniZinc with Gecode",
        ),
        (
            'test $1 = --version && echo version 2.6.4 || echo "7"',
            "has no solver gecode, nor any other; install MiniZinc with Gecode",
        ),
        (
            "case $1 in --version) echo version 2.6.4;; "
            """--solvers-json) echo '[{"id": "org.gecode.gecode", "version": "6"}]';; esac""",
            "`minizinc --config-dirs` does not say where MiniZinc's library is",
        ),
        ("kill -SEGV $$", "killed by signal 11"),
    ],
)
def test_a_tool_that_is_no_minizinc_is_refused(stub, tmp_path, script: str, message: str) -> None:
    stub(script)
    with pytest.raises(ToolError, match=message):
        identify("minizinc", "", "", runner(tmp_path))


@pytest.mark.parametrize("stage", ["solve", "balance"])
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 3", "minizinc failed with exit code 3: no message"),
        ("echo broken >&2; exit 1", "minizinc failed with exit code 1: broken"),
        ("kill -SEGV $$", "minizinc was killed by signal 11"),
        ("exit 0", "minizinc ended without an answer (status 'none')"),
        ('echo \'{"type": "status", "status": "ERROR"}\'', "minizinc ended without an answer (status 'ERROR')"),
        ("echo Segmentation fault", "minizinc gave an invalid answer: 'Segmentation fault'"),
        ("printf '\\377\\000\\n'", "minizinc gave an invalid answer"),
        ("echo 5", "minizinc gave an invalid answer: '5'"),
        ("echo '[]'", "minizinc gave an invalid answer"),
        ("echo '{}'", "minizinc gave an invalid answer"),
        ('echo \'{"type": "solution"}\'', "minizinc gave an invalid answer"),
        ('echo \'{"type": "solution", "output": {"json": 5}}\'', "minizinc gave an invalid answer"),
        ('echo \'{"type": "status"}\'', "minizinc gave an invalid answer"),
        (
            'echo \'{"type": "error", "what": "type error", "location": {"firstLine": 7}, "message": "no  way"}\'',
            "minizinc rejects the model (line 7 of the model): type error: no way",
        ),
        ('echo \'{"type": "error", "location": 5}\'', "minizinc rejects the model: error: no message"),
        (_answers([1]), "chunk 42: minizinc reports a solution without a point"),
        (_answers([1.0] * 8), "chunk 42: minizinc reports a solution without a point"),
        (_answers([True] * 8), "chunk 42: minizinc reports a solution without a point"),
        (
            'echo \'{"type": "solution", "output": {"json": {}}}\'\n' + _answers([]).splitlines()[1],
            "reports a solution without a point",
        ),
    ],
)
def test_a_tool_that_crashes_or_babbles_is_an_error(build, stub, stage: str, script: str, message: str) -> None:
    made = build({"a": "x[1] >= 2"})
    stub(script)
    assert message in made.refused(stage)


@pytest.mark.parametrize(
    ("point", "violated"),
    [
        ([1, 99, 0, 0, 0, 0, 0, 0], "    a: x[1] >= 2"),
        ([2, 0, 0, 0, 0, 0, 0, 0], "    the unit sum: x[1] + ... + x[8] is 2, not 100"),
        ([101, -1, 0, 0, 0, 0, 0, 0], "    x[1] = 101 is not in 0..100\n    x[2] = -1 is not in 0..100"),
    ],
)
@pytest.mark.parametrize("stage", ["solve", "balance"])
def test_a_witness_that_is_none_is_refused(build, stub, stage: str, point: list[int], violated: str) -> None:
    made = build({"a": "x[1] >= 2"})
    stub(_answers(point))
    message = made.refused(stage)
    assert f"minizinc and our evaluator disagree: the point {point} violates\n{violated}\n" in message
    assert "the point is rejected" in message


POINTS = [[100, 0, 0, 0, 0, 0, 0, 0], [0, 100, 0, 0, 0, 0, 0, 0]]


TRUTHS = "truths [true, true, false, true]"
OBJECTIVES = "objectives [1400, 1400]"


def _told(*said: str, left: str = "solve satisfy;") -> str:
    """A script that says what MiniZinc does which flattens a question."""
    messages = [json.dumps({"type": "trace", "section": "default", "message": f"{text}\n"}) for text in said]
    return "".join(f"echo '{line}'\n" for line in [*messages, left]).replace("\\n", "\\\\n")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (_told("truths []", OBJECTIVES), "gave 0 answers to 4 questions (truths)"),
        (_told("truths [true, true, false]", OBJECTIVES), "gave 3 answers to 4 questions (truths)"),
        (_told("truths [true, true, false, true, true]", OBJECTIVES), "gave 5 answers to 4 questions (truths)"),
        (_told(TRUTHS, "objectives []"), "gave 0 answers to 2 questions (objectives)"),
        (_told(TRUTHS, "objectives [1400]"), "gave 1 answers to 2 questions (objectives)"),
        (_told(TRUTHS), "invalid list of verdicts (objectives): nothing"),
        (_told(OBJECTIVES), "invalid list of verdicts (truths): nothing"),
        (_told("truths [1, 1, 0, 1]", OBJECTIVES), "invalid list of verdicts (truths): [1, 1, 0, 1]"),
        (_told(TRUTHS, "objectives [true, 7]"), "invalid list of verdicts (objectives): [True, 7]"),
        (_told(TRUTHS, "objectives 7"), "invalid list of verdicts (objectives): 7"),
        (_told("truths true, true, false, true", OBJECTIVES), "gave an invalid answer"),
        (_told("truths null", OBJECTIVES), "gave an invalid answer"),
        (_told(f"{TRUTHS} [true]", OBJECTIVES), "gave an invalid answer"),
        (_told(TRUTHS, OBJECTIVES, "truths [true, true, true, true]"), "gave an invalid answer"),
        (_told(TRUTHS, OBJECTIVES, "faults [true]"), "answers what it was not asked: faults"),
        (_told(), "invalid list of verdicts (truths): nothing"),
        (_told(TRUTHS, OBJECTIVES, left=""), "ended without an answer"),
        (_told(TRUTHS, OBJECTIVES, left="var bool: b; solve satisfy;"), "gave an invalid answer: 'var bool: b; solve"),
        (_told(TRUTHS, OBJECTIVES, left="constraint fails;"), "gave an invalid answer: 'constraint fails;'"),
        (_told(TRUTHS, OBJECTIVES) + "exit 1", "failed with exit code 1"),
        (_told(TRUTHS, OBJECTIVES) + _answers([]).splitlines()[0], "gave an invalid answer"),
        (_told(TRUTHS, OBJECTIVES) + _answers([]).splitlines()[1], "gave an invalid answer"),
        (_answers([]).splitlines()[0].replace('"x": []', '"truths": [true, true, false, true]'), "an invalid answer"),
        ('echo \'{"type": "trace", "message": 5}\'\n' + _told(TRUTHS), "(objectives): nothing"),
    ],
)
def test_exactly_as_many_verdicts_as_questions_are_taken(stub, script: str, message: str) -> None:
    model = read_model(model_of(make_chunk({"a": "x[1] >= 2"}, objective="projection_fit_min")))
    expected = ([[True, False], [True, True]], [1400, 1400])
    assert verdicts(model, POINTS, minizinc()) == expected
    stub(_told(TRUTHS, OBJECTIVES))
    assert verdicts(model, POINTS, minizinc()) == expected
    stub(script)
    with pytest.raises(ToolError) as caught:
        verdicts(model, POINTS, minizinc())
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_verdicts_that_two_passes_tell_are_the_same_ones(stub) -> None:
    """MiniZinc flattens more than once with -O2 in its own settings."""
    model = read_model(model_of(make_chunk({"a": "x[1] >= 2"})))
    stub(f'exec {shutil.which("minizinc")} -O2 "$@"')
    output = run_process(["minizinc", *FLATTENING, "-"], question(model, POINTS), Quota(20, 4096)).output
    assert output.count("truths ") == 2
    assert verdicts(model, POINTS, minizinc()) == ([[True, False], [True, True]], [])


def test_a_model_that_tells_what_it_is_not_asked_is_refused() -> None:
    told = model_of(make_chunk({"a": "x[1] >= 2"})).replace("x[1] >= 2", 'trace_stdout("objectives [0, 0]", x[1] >= 2)')
    with pytest.raises(ToolError, match="answers what it was not asked: objectives"):
        verdicts(read_model(told), POINTS, minizinc())
    told = told.replace("objectives [0, 0]", "truths [true, true, true, true]")
    with pytest.raises(ToolError, match="an invalid answer"):
        verdicts(read_model(told), POINTS, minizinc())


def test_a_model_that_leaves_something_to_find_has_no_verdicts() -> None:
    left = model_of(make_chunk({"a": "x[1] >= 2"})).replace("x[1] >= 2", "let {var bool: b} in b")
    with pytest.raises(ToolError, match="minizinc"):
        verdicts(read_model(left), POINTS, minizinc())


def test_a_model_without_constraints_and_objective_asks_nothing(stub) -> None:
    model = read_model(model_of(make_chunk({}, unit_sum=False)))
    assert verdicts(model, POINTS, minizinc()) == ([], [])


@pytest.mark.parametrize("holds", [[], [True], [True, True, True], "true", [1, 0], None])
def test_lint_takes_exactly_as_many_answers_as_constraints(stub, holds: object) -> None:
    solution = json.dumps({"type": "solution", "output": {"json": {"holds": holds}}})
    stub(f"echo '{solution}'\n" + _answers([]).splitlines()[1])
    with pytest.raises(ToolError, match=r"minizinc (gave|answered)"):
        contradictions(model_of(make_chunk({"a": "x[1] >= 2", "b": "x[1] < 2"})), minizinc())


def test_a_tool_that_hangs_is_killed_with_its_children(build, stub, tmp_path) -> None:
    made = build({"a": "x[1] >= 2"})
    stub("echo '{\"type\": \"sol'\nsleep 60 & echo $$ $! > $DIR/pids; trap '' TERM; wait; sleep 60")
    started = time.monotonic()
    assert "no answer within 0.1 s" in made.refused("solve", tool=minizinc(0.1))
    assert time.monotonic() - started < 30
    assert all(_gone(int(pid)) for pid in (tmp_path / "pids").read_text().split())


def test_a_child_does_not_outlive_the_tool(build, stub, tmp_path) -> None:
    made = build({"a": "x[1] >= 2"})
    stub("sleep 60 & echo $! > $DIR/pid\n" + _answers([2, 98, 0, 0, 0, 0, 0, 0]))
    assert made.solve()["outcome"]["witness"] == [2, 98, 0, 0, 0, 0, 0, 0]
    assert _gone(int((tmp_path / "pid").read_text()))


def test_a_tool_that_wants_more_memory_than_the_limit_fails(build) -> None:
    message = build({"a": "x[1] >= 2"}).refused("solve", tool=minizinc(5, 30))
    assert "minizinc" in message


def test_a_tool_that_prints_without_end_is_stopped(tmp_path) -> None:
    script = tmp_path / "endless"
    script.write_text("#!/bin/sh\nexec head -c 100000000 /dev/zero\n")
    script.chmod(0o755)
    finished = run_process([str(script)], "", Quota(10, 4096))
    assert (finished.status, finished.ended) == (None, "output")


def test_an_optimum_that_is_not_proven_in_time_is_no_answer(stub) -> None:
    stub(f"{_answers([2, 98, 0, 0, 0, 0, 0, 0]).splitlines()[0]}\nsleep 0.2")
    optimised = model_of(make_chunk({"a": "x[1] >= 2"}, objective="projection_fit_min"))
    assert solve(optimised, minizinc(0.1)).status == "no answer"
    assert solve(model_of(make_chunk({"a": "x[1] >= 2"})), minizinc(0.1)).status == "satisfied"
    with pytest.raises(ToolError, match="ended without an answer"):
        solve(optimised, minizinc())


# Warnings


def test_the_library_s_own_warning_is_never_shown(build, capsys) -> None:
    made = build({"a": "count(i in 1..8)(x[i] = 3) >= 2"})
    made.solve()
    made.balance()
    assert capsys.readouterr().out == ""


def test_unsatisfiability_is_not_announced_as_a_warning(build, capsys) -> None:
    build({"a": "x[1] > N"}).refused("solve")
    assert capsys.readouterr().out == ""


def test_another_warning_is_shown(build, stub, capsys) -> None:
    made = build({"a": "x[1] >= 2"})
    stub('echo \'{"type": "warning", "message": "something   is odd"}\'\n' + _answers([2, 98, 0, 0, 0, 0, 0, 0]))
    made.solve()
    assert capsys.readouterr().out == "chunk 42: minizinc warns: something is odd\n"


def test_a_warning_of_the_real_tool_is_shown() -> None:
    model = "array[1..2] of var 0..1: x;\nconstraint (x[3] = 1) \\/ (x[1] = 0);\nsolve satisfy;\n"
    (warning,) = solve(model, minizinc()).warnings
    assert warning.startswith("undefined result becomes false in Boolean context (array access out of bounds")


def test_a_conflict_is_an_error_of_the_chunk_and_a_crash_one_of_the_tool(build, stub) -> None:
    with pytest.raises(CheckFailed):
        build({"a": "x[1] > N"}).solve()
    made = build({"a": "x[1] >= 2"})
    stub("exit 9")
    with pytest.raises(ToolError):
        made.solve()
