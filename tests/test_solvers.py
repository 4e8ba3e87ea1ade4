"""Whichever solver MiniZinc asks, a build finds the same: shown with two real ones beside Gecode."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import solvers
from conftest import REPOSITORY, Finished, Project
from samples import best_point, make_chunk, model_of, specified
from solvers import OWN
from tasks.check import engines
from tasks.check.canonical import solve_canonically
from tasks.check.magnitude import certainly_too_large, too_large
from tasks.check.minizinc import conflict, solve, verdicts
from tasks.check.solvers import find_solver
from tasks.check.tracts import imbalance
from tasks.errors import NumberTooLarge, ToolError
from tasks.render.model_reader import read_model
from tools import minizinc, runner

pytestmark = [
    pytest.mark.skipif(not solvers.ARE_THERE, reason="./dev installs more solvers on Linux on x86-64 alone"),
    pytest.mark.xdist_group("solvers"),
]


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return solvers.set_up(tmp_path_factory.mktemp("solvers"))


@pytest.fixture(autouse=True)
def known(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """MiniZinc knows both."""
    for name, text in variables.items():
        monkeypatch.setenv(name, text)


def identify(scratch: Path, solver: str) -> dict[str, Any]:
    engine: dict[str, Any] = engines.identify("minizinc", solver, "", runner(scratch))["engine"]
    return engine


# The canonical witness

SAMPLES: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"a": "x[2] > x[1]", "b": "x[1] + x[8] >= 2"}, {}),
    ({"a": "count(i in 1..8)(x[i] in {1, 7}) >= 2", "b": "x[1] mod 2 = 1 \\/ x[3] = 2"}, {}),
    ({"a": "forall(i in 1..7)(x[i] >= x[i + 1])"}, {"objective": "projection_fit_min"}),
    ({"a": "x[1] != x[2] xor x[3] = x[4]", "b": "x[5] * x[6] >= 1"}, {"objective": "neighbor_distance_min"}),
    ({"a": "x[3] > x[1]", "b": "x[8] div 2 = 1"}, {"total": 2, "unit_sum": False}),
    ({"a": "x[1] + x[2] > x[3]", "b": "x[3] >= 2"}, {"total": 2}),
]


@pytest.mark.parametrize("sample", range(len(SAMPLES)))
def test_the_witness_is_the_smallest_point_with_a_solver_that_searches_as_it_likes(sample: int) -> None:
    constraints, settings = SAMPLES[sample]
    chunk = make_chunk(constraints, **({"total": 4} | settings))
    model, expected = model_of(chunk), best_point(chunk)
    tools = [solvers.minizinc("scip", **OWN), solvers.minizinc("gecode", **OWN)]
    for tool in tools + [solvers.minizinc("choco")] * (sample in (2, 3)):
        answer = solve_canonically(model, tool)
        assert answer.values.get("x") == expected, tool.solver
        assert answer.status == ("unsatisfiable" if expected is None else "satisfied")


def test_such_a_solver_finds_another_point_when_it_is_asked_once() -> None:
    """What the test above guards against is real."""
    chunk = make_chunk({"a": "x[3] >= 5", "b": "abs(x[5] - x[6]) >= 7"})
    model = model_of(chunk)
    smallest = [0, 0, 5, 0, 0, 7, 0, 88]
    assert solve(model, solvers.minizinc("scip")).values["x"] != smallest
    assert solve_canonically(model, solvers.minizinc("scip", **OWN)).values["x"] == smallest
    assert solve_canonically(model, minizinc()).values["x"] == smallest


@pytest.mark.parametrize("second", [[2, 2, 0, 0, 0, 0, 0, 0], None], ids=["a larger x[1]", "no point at all"])
def test_a_solver_that_contradicts_itself_is_told(
    stub: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch, second: list[int] | None
) -> None:
    def solution(x: list[int] | None) -> str:
        found = {"type": "solution", "output": {"json": {"x": x}}}
        said = [found, {"type": "status", "status": "OPTIMAL_SOLUTION"}]
        return f"echo '{json.dumps(said[0])}'; echo '{json.dumps(said[1])}'"

    none = """echo '{"type": "status", "status": "UNSATISFIABLE"}'"""
    again = solution(second) if second else none
    script = f'#!/bin/sh\ncase "$(cat)" in *minimize*) {again} ;; *) {solution([1, 3, 0, 0, 0, 0, 0, 0])} ;; esac\n'
    monkeypatch.setenv("PATH", f"{stub('minizinc', script)}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ToolError) as caught:
        solve_canonically(model_of(make_chunk({}, total=4)), solvers.minizinc("scip", **OWN))
    assert str(caught.value) == (
        "minizinc with scip contradicts itself: it finds the point [1, 3, 0, 0, 0, 0, 0, 0], and says that of those "
        f"which begin so x[1] is least at {second or 'none'}; try another solver="
    )


# The other questions


@pytest.mark.parametrize("solver", solvers.NAMES)
def test_balance_conflicts_and_verdicts_are_the_same(solver: str) -> None:
    chunk = make_chunk({"a": "x[1] + x[2] >= 30", "b": "x[5] >= 20 \\/ x[6] mod 7 = 3", "c": "x[8] = 2 * x[7]"})
    model = model_of(chunk)
    tool = solvers.minizinc(solver)
    ends: tuple[Any, ...] = ("least", "most")
    for end in ends:
        found, expected = (imbalance(model, end, asked).values["balance"] for asked in (tool, minizinc()))
        assert found[0] == expected[0]
    points = [[30, 0, 0, 0, 20, 30, 10, 20], [10, 0, 0, 0, 0, 3, 0, 87]]
    assert verdicts(read_model(model), points, tool) == verdicts(read_model(model), points, minizinc())
    if solver == "choco":  # which takes a second to start
        return
    never = model_of(make_chunk({"a": "x[1] >= 60", "b": "x[2] >= 3", "c": "x[1] + x[3] <= 50"}))
    assert conflict(never, tool) == conflict(never, minizinc()) == (["a", "c"], True)


# Which solver a name means, and what it is


def test_a_solver_is_named_by_its_id_its_end_or_its_name() -> None:
    listing = json.dumps([
        {"id": "org.gecode.gecode", "name": "Gecode", "version": "6.2.0"},
        {"id": "org.gecode.gist", "name": "Gist", "version": "6.2.0", "isGUIApplication": True},
        {"id": "cp-sat", "name": "OR Tools CP-SAT", "version": "9.12"},
        {"id": "org.one.same", "name": "One", "version": "1"},
        {"id": "org.other.same", "name": "Other", "version": "2"},
        {"id": "org.minizinc.mip.cplex", "name": "CPLEX", "version": "<unknown version>"},
    ])  # fmt: skip
    for wanted in ("gecode", "Gecode", "org.gecode.gecode", "ORG.GECODE.GECODE"):
        assert find_solver(wanted, listing).name == "gecode"
    assert find_solver("or tools cp-sat", listing).name == "cp-sat"
    assert find_solver("One", listing).name == "org.one.same"
    assert find_solver("cplex", listing).name == "cplex"
    for wanted, message in (
        ("same", "solver=same can be org.one.same or org.other.same; say which by its whole id"),
        ("gist", "minizinc has no solver 'gist'; it has cp-sat (OR Tools CP-SAT 9.12), gecode (Gecode 6.2.0), "
                 "org.one.same (One 1), org.other.same (Other 2) (docs/build.md)"),
        ("gecod", "minizinc has no solver 'gecod'; did you mean gecode? it has "),
    ):  # fmt: skip
        with pytest.raises(ToolError) as caught:
            find_solver(wanted, listing)
        assert str(caught.value).startswith(message)


def test_whether_a_solver_searches_as_a_model_states_is_tried(tmp_path: Path) -> None:
    assert identify(tmp_path, "scip").items() >= OWN.items()
    for solver in ("choco", "gecode"):
        assert "search" not in identify(tmp_path, solver)
    definition = json.loads((Path(os.environ["MZN_SOLVER_PATH"]) / "choco.msc").read_text())
    other = {**definition, "id": "org.unknown.other", "executable": f"{os.environ['MZN_SOLVER_PATH']}/fzn-choco"}
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "other.msc").write_text(json.dumps(other))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MZN_SOLVER_PATH", str(tmp_path / "more"))
        assert identify(tmp_path, "other").items() >= OWN.items(), "one small model is no reason to believe a stranger"


CHANGES = {"scip": ("lib/libscip.so",), "choco": ("solvers/choco.jar", "solvers/fzn-choco", "solvers/choco.msc")}


@pytest.mark.parametrize("solver", solvers.NAMES)
def test_a_solver_is_all_that_it_is_made_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, solver: str) -> None:
    for name, text in solvers.set_up(tmp_path / "installed").items():
        monkeypatch.setenv(name, text)
    before = engines.identify("minizinc", solver, "", runner(tmp_path))
    for changed in CHANGES[solver]:
        assert engines.is_current("minizinc", solver, "", before["files"])
        with (tmp_path / "installed" / changed).open("ab") as file:
            file.write(b" \n")
        assert not engines.is_current("minizinc", solver, "", before["files"])
        after = engines.identify("minizinc", solver, "", runner(tmp_path))
        assert after["engine"]["identity"] != before["engine"]["identity"], changed
        assert after["engine"] | {"identity": ""} == before["engine"] | {"identity": ""}
        before = after


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo =====UNSATISFIABLE=====", "gives a wrong answer: unsatisfiable"),
        ("echo 'no such option' >&2; echo =====UNKNOWN=====", "does not work: the solver gave up after .* s: no such"),
        ("echo 'cannot start' >&2; exit 1", "does not work: minizinc failed with exit code 1: cannot start"),
        ("echo 'y = array1d(1..6, [4, 7, 0, 0, 7, 4]);'; echo 'cost = 2;'; echo ----------; echo ==========",
         "gives a wrong answer: .*'cost': 2"),
    ],
)  # fmt: skip
def test_a_solver_that_does_not_work_is_told_before_it_is_asked_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    definition = json.loads((Path(os.environ["MZN_SOLVER_PATH"]) / "choco.msc").read_text())
    (tmp_path / "fzn-choco").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "fzn-choco").chmod(0o755)
    (tmp_path / "choco.msc").write_text(json.dumps(definition))
    monkeypatch.setenv("MZN_SOLVER_PATH", str(tmp_path))
    with pytest.raises(ToolError, match=f"the solver choco {message}"):
        identify(tmp_path, "choco")


# Builds


@pytest.fixture
def project(project: Project, variables: dict[str, str]) -> Project:
    """A corpus of chunk 06 alone."""
    for path in project.chunks.iterdir():
        if path.name != "chunk-06.constraints.json":
            path.unlink()
    project.environment |= variables
    return project


def test_another_solver_runs_what_it_concerns_and_finds_the_same(project: Project) -> None:
    def files() -> dict[str, bytes]:
        kept = (*project.rendered.rglob("*.lean"), *project.rendered.rglob("*.mzn"))
        return {str(path): path.read_bytes() for path in kept}

    assert project.doit("lean=off").status == 0
    first, outcomes = files(), {stage: project.stamp(stage, "06")["outcome"] for stage in ("solve", "balance")}
    why = project.doit("why", "lean=off", "solver=scip").output
    assert "minizinc is asked which tool it is: the choice was gecode, it is scip now" in why
    again = project.doit("lean=off", "solver=scip")
    assert again.status == 0, again.text()
    stages = {task.partition(":")[0] for task in again.ran}
    assert stages >= {"solve", "balance", "crosscheck"}
    assert not stages & {"schema", "render_mzn"}
    assert files() == first
    for stage, outcome in outcomes.items():
        stamp = project.stamp(stage, "06")
        assert stamp["outcome"] == outcome
        assert [(engine["search"], engine["solver"][:6]) for engine in stamp["engines"]] == [("its own", "scip 9")]
        assert stamp["engines"][0]["numbers"] == "floating-point"
    assert "with scip 9" in again.output
    assert project.doit("lean=off", "solver=SCIP").ran == set(), "the same by another name"
    (project.chunks / "corpus.yaml").write_text("solver: scip\n")
    assert project.doit("lean=off").ran == set(), "and where corpus.yaml names it"
    assert "solve:06" in project.doit("lean=off", "solver=org.gecode.gecode").ran, "unless the command line has another"


def test_an_unknown_solver_is_one_clear_line(project: Project) -> None:
    finished = project.doit("solve:06", "solver=gecod")
    assert finished.status == 2
    lines = [line for line in finished.text().splitlines() if "gecod'" in line]
    assert len(lines) == 1, finished.text()
    assert (
        "minizinc has no solver 'gecod'; did you mean gecode? it has choco (Choco 4.10.15), gecode (Gecode" in lines[0]
    )
    assert "Traceback" not in finished.text()


# Numbers that are too large

TOO_PRECISE = "x[1] * x[2] * x[3] * x[4] >= 390625"
"""Holds at (25, 25, 25, 25, 0, 0, 0, 0) alone."""


def test_floating_point_numbers_that_do_not_tell_integers_apart_are_refused_before_the_solver_is_asked() -> None:
    chunk = make_chunk({"a": "x[1] * x[2] * x[3] >= 37026", "b": TOO_PRECISE})
    assert solve(model_of(chunk), solvers.minizinc("scip")).status == "unsatisfiable", (
        "what this guards against is real"
    )
    inexact = solvers.minizinc("scip", **OWN, numbers="floating-point")
    assert certainly_too_large(specified(chunk), inexact) == (
        "chunk 42: a number is too large for the solver scip, whose floating-point numbers tell integers apart up to "
        "10,000,000, for N = 100:\n"
        "    b: x[1] * x[2] * x[3] * x[4] can be 100,000,000\n"
        "write it with smaller numbers, or take a smaller scaleN, or another solver="
    )
    for tool in (minizinc(), solvers.minizinc("choco")):
        assert certainly_too_large(specified(chunk), tool) is None


def test_what_a_solver_refuses_is_told_with_the_largest_numbers() -> None:
    chunk, choco = (
        make_chunk({"a": "x[3] >= 5", "b": "x[1] * x[2] >= 2500000000"}, total=100_000),
        solvers.minizinc("choco"),
    )
    with pytest.raises(NumberTooLarge):
        solve(model_of(chunk), choco)
    assert too_large(specified(chunk), choco).splitlines()[:2] == [
        "chunk 42: a number is too large for the solver choco, for N = 100,000:",
        "    b: x[1] * x[2] can be 10,000,000,000",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("solver", solvers.NAMES)
def test_witnesses_and_balances_of_the_whole_corpus_are_the_same(
    whole_corpus: tuple[Path, Finished], tmp_path: Path, variables: dict[str, str], solver: str
) -> None:
    finished = Project(REPOSITORY, variables).doit("-n", "2", f"out={tmp_path / 'out'}", "lean=off", f"solver={solver}")
    assert finished.status == 0, finished.text()[-3000:]

    def outcomes(folder: Path) -> Iterator[tuple[str, Any]]:
        for path in sorted((folder / "stamps").glob("*/*.json")):
            if path.parent.name in ("solve", "balance"):
                yield f"{path.parent.name}:{path.stem}", json.loads(path.read_text())["outcome"]

    expected = dict(outcomes(whole_corpus[0]))
    assert len(expected) == 112
    assert dict(outcomes(tmp_path / "out")) == expected
