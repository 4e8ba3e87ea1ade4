"""Lint finds what it says and nothing else: with the real MiniZinc, and against brute force."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest

from conftest import Project, program
from expressions import random_formula
from samples import all_points, make_chunk, model_of, valid_points
from staged import Staged
from tasks.boxes.absence import Absence, absence
from tasks.boxes.absence_text import absence_text
from tasks.boxes.theorem import Proof, prove
from tasks.boxes.tree import Refuted
from tasks.check import advice, certainty
from tasks.check.call import Tool
from tasks.check.certainty import Certainty, Claim, certainties
from tasks.check.contradiction import proved
from tasks.check.hygiene import contradictions, implied, never
from tasks.check.lean import objections
from tasks.errors import CheckFailed
from tasks.language.display import display
from tasks.language.evaluate import evaluate
from tasks.language.statement import interpret
from tasks.language.syntax import Boolean, Expression
from tasks.render import certificate
from tasks.render.boundary import boundary
from tasks.render.model import formula
from tasks.specification import Specification
from tools import lean, minizinc


def findings(
    folder: Path, constraints: dict[str, str], tool: Tool | None = None, **settings: Any
) -> dict[str, list[Any]]:
    """What lint finds in a chunk: the constraints' names of each finding by kind, "not known" among them. Lean has
    proved whatever the solver says of all points.
    """
    found: dict[str, list[Any]] = {}
    outcome = Staged(folder, make_chunk(constraints, **settings)).run("render_mzn", "lint", tool=tool)["outcome"]
    for finding in outcome["findings"]:
        seen = finding["kind"] in ("vacuous", "limit never binds")
        assert (finding["proved"], finding["why"]) == (None if seen else True, "")
    for finding in (*outcome["findings"], *outcome["not_known"]):
        found.setdefault(finding["kind"], []).append(tuple(finding["constraints"]))
    return found


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("", False),  # the default of 100 is nobody's mistake
        ("tract_balance: {limit: 100}", True),
        ("tract_balance: {limit: 100%}", True),
        ("tract_balance: {limit: 99}", False),
        ('tract_balance: {limit: 30%, chunks: {"ID": 100}}', True),
        ('tract_balance: {limit: 100, chunks: {"ID": 30%}}', False),
    ],
)
def test_a_balance_limit_that_never_binds_is_told_where_it_is_stated(tmp_path: Path, settings: str, told: bool) -> None:
    chunk = make_chunk({})
    stamp = Staged(tmp_path, chunk, settings.replace("ID", chunk.id)).run("render_mzn", "lint")
    assert [finding["kind"] for finding in stamp["outcome"]["findings"]] == ["limit never binds"] * told


def boundary_of(text: str, total: int = 100) -> str | None:
    expression = interpret(text, total, (2, 7, 17)).expression
    assert expression is not None
    edge = boundary(expression)
    return None if edge is None else display(edge)


# The boundary of a constraint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x[1] >= 3", "x[1] = 3"),
        ("x[1] + x[2] <= x[3]", "(x[1] + x[2]) = x[3]"),
        ("x[1] < x[2]", "(x[1] + 1) = x[2]"),
        ("x[1] > x[2]", "x[1] = (x[2] + 1)"),
        ("x[1] = 3", "x[1] = 3"),
        ("x[1] >= 3 /\\ x[2] < 4", "(x[1] = 3) \\/ ((x[2] + 1) = 4)"),
        ("x[1] >= 3 /\\ 2 >= 2", "(x[1] = 3) \\/ false"),
        ("forall(i in 1..8 where i > 2)(x[i] >= 3)", "exists(i in 1..8 where i > 2)(x[i] = 3)"),
        ("x[1] in x[2]..x[3]", "(x[2] = x[1]) \\/ (x[1] = x[3])"),
        ("x[1] != 3", None),
        ("x[1] in 2..5", None),
        ("not (x[1] >= 3)", None),
        ("x[1] >= 3 \\/ x[2] >= 3", None),
        ("x[1] >= 3 /\\ x[2] != 4", None),
        ("exists(i in 1..8)(x[i] >= 3)", None),
        ("forall(i in 1..8)(x[i] >= 3 -> x[1] > 2)", None),
    ],
)
def test_the_boundary_is_where_a_comparison_just_holds(text: str, expected: str | None) -> None:
    assert boundary_of(text) == expected


# Each kind of finding


def test_a_chunk_with_nothing_to_find_has_no_findings_and_lean_is_not_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certainty, "objections", lambda *_: pytest.fail("asked"))
    assert findings(tmp_path, {"a": "x[1] + x[2] >= 30", "b": "x[3] <= 5", "c": "x[4] in P"}) == {}
    assert capsys.readouterr().out == ""


def test_a_constraint_that_the_others_imply_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = findings(tmp_path, {"a": "x[1] >= 30", "b": "x[1] + x[2] >= 30", "c": "x[5] <= 9"})
    assert found == {"implied": [("b",)]}
    path = tmp_path / "chunks" / "chunk-42.constraints.json"
    line = path.read_text().splitlines().index('   "expr": "x[1] + x[2] >= 30",') + 1
    assert capsys.readouterr().out == f"{path}:{line}: implied: b holds wherever the others do; proved by Lean\n"


def test_the_simplex_takes_part_in_what_implies(tmp_path: Path) -> None:
    texts = {"internal": "sum(i in 1..4)(x[i]) >= 50", "external": "sum(i in 5..8)(x[i]) <= 50"}
    assert findings(tmp_path, texts, minizinc(5))["implied"] == [("internal",), ("external",)]
    assert findings(tmp_path, texts, unit_sum=False) == {}


def test_vacuous_constraints_are_found_and_informal_ones_are_not(tmp_path: Path) -> None:
    assert findings(tmp_path, {"a": "1 <= 2", "b": "component_of(X, T_int)"}) == {"vacuous": [("a",)]}


def test_a_single_point_is_found(tmp_path: Path) -> None:
    found = findings(tmp_path, {"a": "forall(i in 1..7)(x[i] = i)", "b": "x[8] >= 10"})
    assert found["single point"] == [("a", "b")]
    assert found["never binds"] == [("b",)]


def test_a_constraint_that_never_binds_is_found_though_it_is_not_implied(tmp_path: Path) -> None:
    texts = {"a": "x[1] mod 2 = 0", "odd": "x[1] <= 51", "even": "x[2] > 3 /\\ x[1] + x[2] >= 9"}
    assert findings(tmp_path, texts) == {"never binds": [("odd",)]}


def test_two_constraints_that_contradict_each_other_are_found(tmp_path: Path) -> None:
    texts = {"a": "x[1] >= 60", "b": "x[2] >= 60", "c": "x[3] >= 1", "d": "x[1] <= 59"}
    assert findings(tmp_path, texts) == {"contradiction": [("a", "b"), ("a", "d")]}


def test_a_constraint_that_nothing_meets_is_found_and_in_no_pair(tmp_path: Path) -> None:
    assert findings(tmp_path, {"a": "x[1] > N", "b": "x[2] = 3"}) == {"impossible": [("a",)]}


def test_a_conflict_of_three_is_no_contradiction_of_two(tmp_path: Path) -> None:
    texts = {"a": "x[1] >= 40", "b": "x[2] >= 40", "c": "x[3] >= 40"}
    assert findings(tmp_path, texts) == {"unsatisfiable": [("a", "b", "c")]}


def test_a_question_without_an_answer_is_never_a_finding(tmp_path: Path) -> None:
    texts = {"a": "x[1] + x[3] + x[5] + x[7] >= 50", "b": "sum(i in {2, 4, 6, 8})(x[i]) <= 50"}
    assert findings(tmp_path, texts, minizinc(1)) == {"not known": [("a",), ("b",)]}


def test_names_of_any_kind_are_matched(tmp_path: Path) -> None:
    texts = {'say "it"\\': "x[1] >= 30", "unit sum": "x[1] >= 20", "line\nbreak": "x[2] >= 1"}
    assert findings(tmp_path, texts) == {"implied": [("unit sum",)], "never binds": [("unit sum",)]}


def expression(text: str, total: int, primes: tuple[int, ...]) -> Expression:
    found = interpret(text, total, primes).expression
    assert found is not None
    return found


# How a finding is known

IMPLIED = {"a": "x[1] >= 30", "b": "x[1] + x[2] >= 30", "c": "x[5] <= 9"}


def specified(constraints: dict[str, str]) -> Specification:
    chunk = make_chunk(constraints)
    return Specification(chunk, tuple(interpret(c.text, chunk.total, chunk.primes) for c in chunk.constraints), "")


CLAIM = Absence(("a", "c"), denied="b")
NEARER = Absence(("a",), condition=expression("x[1] < 30", 100, ()))


def whys(*claims: Absence) -> list[str]:
    """Why these claims about a chunk are not proved."""
    return [c.why for c in certainties(specified(IMPLIED), [Claim("so it is", of) for of in claims], lean())]


def test_what_no_proof_is_found_of_and_what_lean_does_not_judge_in_one_run_the_solver_alone_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = []

    def counted(*given: Any) -> Any:
        runs.append(1)
        return objections(*given)

    monkeypatch.setattr(certainty, "objections", counted)
    monkeypatch.setattr(certainty, "MOST_PROOFS", 2)
    assert whys(CLAIM, NEARER, CLAIM) == ["", "", "only 2 findings of a chunk are proved"]
    assert len(runs) == 1
    monkeypatch.setattr(certainty, "MOST_STEPS", 1)
    monkeypatch.setattr(certainty, "EASY_STEPS", 1)
    assert whys(CLAIM) == ["no proof was found within the limit of the search"]
    assert len(runs) == 1


def test_where_lean_has_no_verdict_in_time_the_solver_alone_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certainty, "objections", lambda text, proofs, lean: objections(text, proofs, lean.within(0.01)))
    (found,) = certainties(specified(IMPLIED), [Claim("so it is", CLAIM)], lean())
    assert found == Certainty("Lean has no verdict within 60 s", limited=True)


def test_a_wrong_tree_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are proved all the same."""

    def other(specification: Specification, claim: Absence, said: str, steps: int) -> Proof | None:
        found = proved(specification, claim, said, steps)
        return replace(found, tree=Refuted(0)) if found and claim.denied else found

    monkeypatch.setattr(certainty, "proved", other)
    refused, holds = whys(CLAIM, NEARER)
    assert refused.startswith("Lean does not accept its proof: ")
    assert holds == ""


def test_a_proof_of_something_else_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = Proof.text

    def other(proof: Proof) -> str:
        return text(proof).replace("Eq (valid x) Bool.true → False", "Eq (valid x) Bool.true → Eq 1 1")

    monkeypatch.setattr(Proof, "text", other)
    (why,) = whys(CLAIM)
    assert why.startswith("the text states something else: line ")


def test_lean_accepts_no_claim_that_is_not_the_one_that_its_tree_proves() -> None:
    """Be it that the claim as it is stated is another, or the definition that the proof is about."""
    specification = specified({"a": "x[1] + x[2] >= 60", "b": "x[3] <= 40"})
    claim = Absence(("a",), denied="b")
    text = absence_text(specification, claim, prove(absence(specification, claim), 10_000), "Finding")
    stated = text.index("theorem Finding.holds")
    texts = [text]
    for old, new in (
        ("(Constraint.c_b x).not", "(Constraint.c_b x)"),
        ("(Constraint.c_a x)", "(Constraint.c_b x)"),
        ("(Constraint.c_a x)", "(Bool.false)"),
        ("(unit_sum x)", "(Bool.false)"),
        ("(unit_sum x)", "(bounds x)"),
    ):
        assert old in text[:stated]
        assert old in text[stated:]
        texts += [text[:stated].replace(old, new) + text[stated:], text[:stated] + text[stated:].replace(old, new)]
    proofs = [(text.replace("Finding", f"Finding{at}"), f"Finding{at}.holds") for at, text in enumerate(texts)]
    definitions = certificate.render(specification.chunk, specification.statements, None)
    first, *others = objections(definitions, proofs, lean())
    assert first == ""
    assert all(others)
    assert text[stated:].startswith(
        "theorem Finding.holds : (x : Point) → Eq "
        "(((bounds x).and (unit_sum x)).and ((Constraint.c_a x).and ((Constraint.c_b x).not))) Bool.true → False :=\n"
    )


def test_without_lean_the_solver_alone_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = Staged(tmp_path, make_chunk(IMPLIED), lean="off").run("render_mzn", "lint")["outcome"]["findings"]
    assert (found["proved"], found["why"]) == (False, "lean=off")
    said = "implied: b holds wherever the others do; the solver alone says so: lean=off\n"
    assert capsys.readouterr().out.endswith(said)


def test_a_point_that_refutes_a_finding_is_the_loudest_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether there is a Lean or not."""
    monkeypatch.setattr(advice, "implied", lambda *_: True)
    said = r"THE SOLVER IS WRONG\nit says `a holds wherever the others do`, but x = "
    for more in ({}, {"lean": "off"}):
        build = Staged(tmp_path, make_chunk({"a": "x[1] >= 30", "b": "x[2] + x[3] >= 30"}), **more)
        with pytest.raises(CheckFailed, match=said):
            build.run("render_mzn", "lint")


@pytest.mark.parametrize(
    ("of", "x", "refuted"),
    [
        (Absence(("a",), denied="b"), [60, 0, 41, 0, 0, 0, 0, -1], False),
        (Absence(("a",), denied="b"), [60, 0, 40, 0, 0, 0, 0, 1], False),
        (Absence(("a",), denied="b"), [55, 0, 41, 0, 0, 0, 0, 4], False),
        (Absence(("a",), denied="b"), [60, 0, 41, 0, 0, 0, 0, 0], False),
        (Absence((), denied="b"), [50, 0, 41, 0, 0, 0, 0, 9], True),
        (Absence(("b",), condition=Boolean(True)), [100, 0, 0, 0, 0, 0, 0, 0], True),
        (Absence(("b",), condition=Boolean(False)), [100, 0, 0, 0, 0, 0, 0, 0], False),
    ],
)
def test_a_point_refutes_a_claim_only_where_all_of_it_holds(of: Absence, x: list[int], refuted: bool) -> None:
    assert of.is_refuted_by(specified({"a": "x[1] + x[2] >= 60", "b": "x[3] <= 40"}), x) is refuted


# Against brute force


def _random_texts(random: Random, total: int) -> list[str]:
    texts: list[str] = []
    while len(texts) < 3:
        text = display(random_formula(random, 2))
        if random.random() < 0.6:
            index, operator = random.randint(1, 8), random.choice(("<", "<=", ">", ">="))
            text = f"x[{index}] {operator} {random.randint(0, total)}"
        if interpret(text, total, (2, 3)).kind == "formal":
            texts.append(text)
    return texts


def test_random_chunks_are_judged_as_by_brute_force(tmp_path: Path) -> None:
    seen: set[str] = set()
    for seed in range(16):
        random = Random(seed)
        total = random.choice((2, 3))
        texts = {f"c{k}": text for k, text in enumerate(_random_texts(random, total))}
        settings: dict[str, Any] = {"total": total, "primes": (2, 3)}
        holds = {
            name: {tuple(p) for p in valid_points(make_chunk({name: text}, **settings))} for name, text in texts.items()
        }
        simplex = {tuple(p) for p in all_points(total, True)}
        valid = simplex.intersection(*holds.values())
        expected: dict[str, list[Any]] = {}
        if valid:
            expected["single point"] = [tuple(texts)] if len(valid) == 1 else []
            expected["implied"] = [
                (name,)
                for name in texts
                if simplex.intersection(*(holds[other] for other in texts if other != name)) <= holds[name]
            ]
            edges = {name: boundary(expression(text, total, (2, 3))) for name, text in texts.items()}
            expected["never binds"] = [
                (name,)
                for name, edge in edges.items()
                if edge is not None and not any(evaluate(edge, point, total, (2, 3)) for point in valid)
            ]
        else:
            expected["impossible"] = [(name,) for name in texts if not holds[name]]
            expected["contradiction"] = [
                (a, b) for a, b in combinations(texts, 2) if holds[a] and holds[b] and not holds[a] & holds[b]
            ]
            if not expected["impossible"] and not expected["contradiction"]:
                expected["unsatisfiable"] = [tuple(texts)]
        expected = {kind: names for kind, names in expected.items() if names}
        assert findings(tmp_path / str(seed), texts, **settings) == expected, (seed, texts)
        seen.update(expected)
    assert {"implied", "never binds"} <= seen
    assert seen & {"impossible", "contradiction"}


def test_every_pair_of_many_constraints_is_settled_in_few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    from tasks.check import hygiene

    runs = []
    real = hygiene.solve  # type: ignore[attr-defined]

    def counted(*given: Any) -> Any:
        runs.append(1)
        return real(*given)

    monkeypatch.setattr(hygiene, "solve", counted)
    model = model_of(make_chunk({f"c{k}": f"x[1] {'>=' if k % 2 else '<='} {50 + k % 2}" for k in range(12)}))
    found = contradictions(model, minizinc())
    assert found.pairs == tuple((f"c{a}", f"c{b}") for a, b in combinations(range(12), 2) if (a + b) % 2)
    assert (found.impossible, found.unknown) == ((), ())
    assert len(runs) <= 2 * 12 + 1


def test_the_questions_are_about_the_text_of_the_model() -> None:
    model = model_of(make_chunk({"a": "x[1] >= 30", "b": "x[2] >= 3"}))
    assert implied(model.replace("x[2] >= 3", "x[1] >= 3"), "b", minizinc()) is True
    assert implied(model, "b", minizinc()) is False
    edge = boundary(expression("x[2] >= 3", 100, ()))
    assert edge is not None
    assert never(model, formula(edge), minizinc()) is False
    assert never(model.replace("x[2] >= 3", "x[2] >= 4"), formula(edge), minizinc()) is True


# As a task


@pytest.fixture(scope="module")
def linted_once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A corpus with and without findings, linted; not to be changed."""
    home = tmp_path_factory.mktemp("linted")
    project = Project(program(home / "project"), {"DUALITY_CACHE": str(home / "verdicts")})
    project.write("01", "component_of(X, T_int)", "x[1] > 3")
    project.write("06", "x[1] + x[2] >= 30", "x[3] <= 5")
    project.write("08", "x[1] >= 30", "x[1] + x[2] >= 20", "1 <= 2")
    project.write("19", "x[1] >= 60", "x[2] >= 60")
    (project.chunks / "corpus.yaml").write_text('documentation: ["01"]\n')
    finished = project.doit("lint")
    assert finished.status == 0, finished.text()
    assert {"lint:06", "lint:08", "lint:19", "lint:table"} <= finished.ran
    assert not [task for task in finished.ran if task.startswith(("solve", "prove"))]
    for line in SAID:
        assert finished.output.count(line) == 1
    return project


@pytest.fixture
def linted(linted_once: Project, tmp_path: Path) -> Project:
    """A copy of it, with the same cache of verdicts."""
    return linted_once.copy(tmp_path / "project")


@pytest.mark.parametrize(
    ("texts", "reached"),
    [
        ({"a": "x[1] mod 2 = 0", "b": "x[1] <= 51"}, "b is at its bound at no valid point: x[1] is 50 at most"),
        ({"a": "x[1] >= 30", "b": "20 <= x[1] + x[2]"},
         "b is at its bound at no valid point: x[1] + x[2] is 30 at least"),
        ({"a": "x[1] >= 30", "b": "x[1] + x[2] > N div 5"},
         "b is at its bound at no valid point: x[1] + x[2] is 30 at least"),
        ({"a": "x[1] >= 30", "b": "x[1] > x[2] - 80"},
         "b is at its bound at no valid point: it has 39 to spare, or more"),
        ({"a": "x[1] >= 30", "b": "x[1] >= 10 /\\ x[1] + x[2] >= 15"},
         "b is at its bound at no valid point: it has 15 to spare, or more"),
        ({"a": "forall(i in 1..8)(x[i] >= 5)", "b": "forall(i in 1..7)(x[i] + x[i + 1] >= 8)"},
         "b is at its bound at no valid point: it has 2 to spare, or more"),
        ({"a": "x[8] >= 5", "b": "forall(i in 1..2)(forall(j in 9 - i..8)(x[8] >= 3) /\\ forall(j in 3..i)(x[j] > 1))"},
         "b is at its bound at no valid point"),
    ],
)  # fmt: skip
def test_what_never_binds_is_told_with_what_is_reached(tmp_path: Path, texts: dict[str, str], reached: str) -> None:
    outcome = Staged(tmp_path, make_chunk(texts)).run("render_mzn", "lint")["outcome"]
    found = [finding["text"] for finding in outcome["findings"] if finding["kind"] == "never binds"]
    assert found == [reached]


SAID = (
    "chunks/chunk-08.constraints.json:16: vacuous: c3 is constantly true\n",
    "chunks/chunk-08.constraints.json:12: implied: c2 holds wherever the others do; proved by Lean\n",
    "chunks/chunk-08.constraints.json:12: never binds: c2 is at its bound at no valid point: "
    "x[1] + x[2] is 30 at least; proved by Lean\n",
    "chunks/chunk-19.constraints.json:8: contradiction: c1 and c2 hold at no common point (see line 12); "
    "proved by Lean\n",
)


def test_a_second_run_runs_the_table_alone_and_still_says_everything(linted: Project) -> None:
    again = linted.doit("lint")
    assert (again.status, again.ran) == (0, {"lint:table"})
    for line in SAID:
        assert again.output.count(line) == 1
    assert (
        "findings      1 vacuous, 1 implied, 1 contradiction, 1 never binds: 3 proved, 0 by the solver alone\n"
        in again.output
    )
    rows = [line.split() for line in again.output.splitlines()]
    assert ["all", "7", "1", "1", "6", "of", "9", "(66.7", "%)"] in rows


def test_an_edited_chunk_alone_is_linted_again(linted: Project) -> None:
    linted.write("08", "x[1] >= 30", "x[2] >= 20")
    finished = linted.doit("lint")
    assert finished.ran == {"schema:08", "render_mzn:08", "lint:08", "lint:table"}
    assert "findings      1 contradiction: 1 proved, 0 by the solver alone\n" in finished.output


def test_strict_fails_with_the_findings_and_only_where_there_are_some(linted: Project) -> None:
    finished = linted.doit("lint", "lint=strict")
    assert finished.status != 0
    assert finished.ran == {"lint:08", "lint:19"}
    for line in SAID:
        assert line in finished.output
    assert "FAILED: lint:08, lint:19" in finished.output
    assert "Traceback" not in finished.text()
    linted.write("08", "x[1] >= 30", "x[2] >= 20")
    linted.write("19", "x[1] >= 60")
    finished = linted.doit("lint", "lint=strict")
    assert finished.status == 0, finished.text()
    assert linted.doit("lint").ran == {"lint:table"}


def test_a_wrong_mode_is_refused(project: Project) -> None:
    finished = project.doit("lint", "lint=maybe")
    assert finished.status == 3
    assert "lint=maybe: expected advice or strict" in finished.errors


def test_lint_is_no_part_of_a_build_and_leaves_nothing_of_a_chunk_that_is_gone(linted: Project) -> None:
    (linted.chunks / "chunk-19.constraints.json").unlink()
    assert not [task for task in linted.doit("lean=off").ran if task.startswith("lint")]
    linted.doit("lint")
    assert sorted(p.name for p in (linted.rendered / "stamps" / "lint").iterdir()) == ["06.json", "08.json"]
