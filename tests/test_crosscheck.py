"""The cross-check finds what is wrong in any of the three forms: shown by planting faults in all of them."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from annotated import EVERYTHING, specification
from conftest import REPOSITORY, Project, program
from expressions import random_formula, random_point, random_stray
from sabotage import mutants, planted
from samples import write_chunk
from staged import CODE
from tasks.check import values
from tasks.check.ask import identify
from tasks.errors import CheckFailed, RecordError, ToolError
from tasks.language import syntax
from tasks.language.columns import Columns
from tasks.language.display import display
from tasks.language.mutate import mutants as faults_of
from tasks.language.operators import INFIX
from tasks.language.unroll import unroll
from tasks.layout import Layout
from tasks.plan import Plan, make_plan
from tasks.points import draw
from tasks.render import certificate, model
from tasks.specification import read_specification
from tasks.stages import BY_NAME
from tasks.stages.perform import perform
from tools import lean

SOURCES = REPOSITORY / "chunks"


@pytest.fixture
def corpus(proved_corpus: Path) -> Path:
    """The rendered folder of the project's own corpus, cross-checked."""
    return proved_corpus


@cache
def plan_of(sources: Path) -> Plan:
    return make_plan({"chunks": str(sources), "lean": "kernel"})


@cache
def minizinc() -> dict[str, Any]:
    """The engine, found out once."""
    engine: dict[str, Any] = identify(plan_of(SOURCES), "minizinc")["engine"]
    return engine


NO_BALANCE = "-- left to the solver\n"
"""In place of a proof of balance, which Lean would be asked about in the same run: it fails with a certificate that is
wrong, takes seconds then, and nothing about the faults follows from it.
"""


def check(corpus: Path, chunk_id: str, folder: Path, sources: Path = SOURCES, **texts: str) -> dict[str, Any]:
    """Proves and cross-checks a chunk of the corpus, with other texts for its model or its certificate; returns the
    outcome. The solver's witness and the sample stay those of the sound texts. What MiniZinc says of a sound model is
    known from the build; it is asked about any other one, and Lean about every text.
    """
    cache = str(corpus.with_name("verdicts"))
    plan = plan_of(sources)
    plan = replace(plan, layout=Layout(sources, folder / "out"), values={**plan.values, "cache": cache})
    sound = Layout(sources, corpus)
    for name in ("model", "module", "certificate", "balance"):
        path = plan.layout.file(name, chunk_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts.get(name) or sound.file(name, chunk_id).read_text(encoding="utf-8"), encoding="utf-8")
    for stage in ("solve", "sample", "prove"):
        path = plan.layout.stamp(stage, chunk_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        stamp = json.loads(sound.stamp(stage, chunk_id).read_text(encoding="utf-8"))
        path.write_text(json.dumps(stamp if stage == "prove" else stamp | {"inputs": {}}), encoding="utf-8")
    engines = {"minizinc": minizinc(), "lean": lean().engine}
    if "certificate" in texts:
        perform(BY_NAME["prove"], plan, chunk_id, engines, CODE)
    perform(BY_NAME["crosscheck"], plan, chunk_id, engines, CODE)
    stamp = json.loads(plan.layout.stamp("crosscheck", chunk_id).read_text(encoding="utf-8"))
    outcome: dict[str, Any] = stamp["outcome"]
    return outcome


# Mutants that mean what the text meant before at every point within the bounds, each with the reason.
EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("15", "model", "dropped where"): "3 * p is beyond N for the prime that the condition leaves out",
    ("13", "certificate", "Int.ble to Int.blt"): "100 = 8 * x[5] has no solution in integers",
    ("23", "certificate", "floored div"): "x[3] div 3 differs for negative x[3] alone",
    ("33", "certificate", "floored div"): "for negative x[2], x[3] <= x[2] div 2 contradicts 18 <= x[3] either way",
    ("40", "certificate", "floored div"): "for negative x[3], 3 <= x[3] div 6 is false either way",
    ("41", "certificate", "floored div"): "the dividend is the constant 1000",
    ("45", "certificate", "Nat subtraction"): "the difference is the constant 80",
    ("55", "certificate", "Int.beq to Int.ble"): "x[7] mod 12 is negative for negative x[7] alone, and x[7] in 36..60",
    ("57", "certificate", "Nat subtraction"): "x[5] < x[1] stands beside it, so the difference is not cut off",
    ("61", "certificate", "Bool.iff to Bool.imp"): "a <-> false and a -> false are the same",
}


PARTS = 16
"""The planted faults are tried in so many tests, which can run side by side."""


def test_enough_faults_of_every_kind_are_planted(corpus: Path, say: Callable[[str], None]) -> None:
    planted = list(mutants(corpus))
    kinds = {(mutant.form, mutant.kind) for mutant in planted}
    distinct = {(mutant.chunk_id, mutant.text) for mutant in planted}
    say(f"{len(distinct)} faults of {len(kinds)} kinds are planted")
    assert len(distinct) >= 300


@pytest.mark.parametrize("part", [pytest.param(n, marks=pytest.mark.xdist_group(f"faults-{n}")) for n in range(PARTS)])
@pytest.mark.no_cover
def test_every_planted_fault_is_found(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int, say: Callable[[str], None]
) -> None:
    """Lean is asked about each; at which point it differs, which is for the message, and about the balance, about the
    first of each kind.
    """
    results: Counter[str] = Counter()
    missed = []
    planted = list(mutants(corpus))
    firsts = list({(mutant.form, mutant.kind): mutant for mutant in reversed(planted)}.values())
    for mutant in (mutant for mutant in planted if int(mutant.chunk_id) % PARTS == part):
        try:
            with monkeypatch.context() as patch:
                texts = {mutant.form: mutant.text}
                if mutant not in firsts:
                    texts["balance"] = NO_BALANCE
                    patch.setattr(values, "first_difference", lambda *_: 0)
                check(corpus, mutant.chunk_id, tmp_path, SOURCES, **texts)
        except (CheckFailed, ToolError):
            results["found"] += 1
            continue
        same = (mutant.chunk_id, mutant.form, mutant.kind) in EQUIVALENT
        results["equivalent" if same else "missed"] += 1
        if not same:
            missed.append(mutant)
    say(f"planted faults, part {part + 1} of {PARTS}: " + ", ".join(f"{n} {what}" for what, n in results.items()))
    assert not missed, "\n".join(map(str, missed))


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        (certificate, "Int.sub", "Int.add"),
        (certificate, "Int.mod", "Int.div"),
        (certificate, "Bool.imp", "Bool.iff"),
        (certificate, "Bool.and", "Bool.or"),
        (model, "abs(x[i + 1] - x[i])", "x[i + 1] - x[i]"),
        (model, "8 * x[i]", "7 * x[i]"),
    ],
)
def test_a_fault_in_a_renderer_is_found(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, old: str, new: str
) -> None:
    if module is certificate:
        rows = {token: replace(row, certificate=row.certificate.replace(old, new)) for token, row in INFIX.items()}
        monkeypatch.setattr(certificate, "INFIX", rows)
    else:
        objectives = {name: text.replace(old, new) for name, text in model.OBJECTIVES.items()}
        monkeypatch.setattr(model, "OBJECTIVES", objectives)
    different, beside = 0, {}
    for chunk_id in ("08", "10", "13", "16", "27", "42", "43", "51", "56"):
        specification = read_specification(SOURCES / f"chunk-{chunk_id}.constraints.json")
        stamp = json.loads((corpus / "stamps" / "solve" / f"{chunk_id}.json").read_text())
        chunk, statements = specification.chunk, specification.statements
        if module is certificate:
            form, kept = "certificate", corpus / "certificate" / f"Chunk{chunk_id}.lean"
            text = certificate.render(chunk, statements, stamp["outcome"]["witness"])
        else:
            form, kept = "model", corpus / "mzn" / f"chunk-{chunk_id}.mzn"
            text = model.render(chunk, statements)
        if text != kept.read_text(encoding="utf-8"):
            different += 1
            if different == 2:  # Lean is asked at which point it differs, and about the balance, for the first
                beside = {"balance": NO_BALANCE}
                monkeypatch.setattr(values, "first_difference", lambda *_: 0)
            with pytest.raises(CheckFailed, match=r"do not mean the same|THE SOLVER AND THE PROVER DISAGREE"):
                check(corpus, chunk_id, tmp_path, SOURCES, **{form: text}, **beside)
    assert different


def test_a_disagreement_names_constraint_point_verdicts_and_source(corpus: Path, tmp_path: Path) -> None:
    text = (corpus / "mzn" / "chunk-06.mzn").read_text(encoding="utf-8")
    with pytest.raises(CheckFailed) as failed:
        check(corpus, "06", tmp_path, model=text.replace("  x[5] < x[8];", "  x[5] <= x[8];"))
    lines = str(failed.value).splitlines()
    assert lines[0] == "chunk 06: the forms of the chunk do not mean the same"
    assert lines[1].startswith("    cadence_rises: at x = [")
    assert lines[1].endswith("] the evaluator says false, MiniZinc says true")
    assert lines[2] == "        x[5] < x[8]"


@pytest.fixture(scope="module")
def annotated(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A chunk whose notes look like code, built."""
    project = Project(program(tmp_path_factory.mktemp("annotated") / "project"))
    project.environment["DUALITY_CACHE"] = str(project.home / "verdicts")
    project.chunks.mkdir()
    write_chunk(project.chunks, specification(EVERYTHING).chunk)
    finished = project.doit("lean=kernel")
    assert finished.status == 0, finished.text()
    return project


@pytest.mark.parametrize(
    ("form", "kind", "message"),
    [
        ("model", "extra constraint", r"the model: found \[constraint x\[1\] \+ x\[2\] .* = N div 2\], expected \[\]"),
        ("model", "extra constraint in a line of another", r"the model: found \[constraint x\[1\] >= 1\], expected"),
        ("model", "unit sum dropped", r"the model: found \[\], expected \[constraint :: .* sum\(x\) = N\]"),
        ("model", "wrong upper bound", r"the model: found \[array\[1\.\.8\] of var 0\.\.N \+ 1: x\]"),
        ("model", "another goal", r"the model: found \[solve :: .* minimize x\[1\]\]"),
        ("certificate", "last conjunct dropped", r"conjuncts in Lean: found \[\], expected \[Constraint\.c_last\]"),
        ("certificate", "conjuncts as alternatives", r"conjuncts in Lean: found \[.*\)\.or \("),
        ("certificate", "another statement", r"the Lean text: found \[theorem witness_valid : Eq \(bounds witness\)"),
        ("certificate", "extra axiom behind dots", r"c_first in Lean: found the words \[axiom, cheat\]"),
        ("certificate", "unfinished comment", "the Lean text is not one that the renderer writes"),
    ],
)
def test_a_fault_that_no_value_shows_is_found_beside_notes_that_look_like_code(
    annotated: Project, tmp_path: Path, form: str, kind: str, message: str
) -> None:
    folder, name = {"model": ("mzn", "chunk-42.mzn"), "certificate": ("certificate", "Chunk42.lean")}[form]
    text = planted(form, kind, (annotated.rendered / folder / name).read_text(encoding="utf-8"))
    with pytest.raises(CheckFailed, match=message):
        check(annotated.rendered, "42", tmp_path, annotated.chunks, **{form: text})


@pytest.mark.parametrize(
    ("form", "old", "new", "message"),
    [
        ("model", "(x[8] - x[1]) >= ", "(x[8] - x[1]) > ", "last: at x = .*says true, MiniZinc says false"),
        (
            "certificate",
            "(Int.ble (3 : Int) x.x1)",
            "(Int.ble (2 : Int) x.x1)",
            "first: at x = .*, Lean says true",
        ),
        ("certificate", "(50 : Int)", "(51 : Int)", "last: at x = .*evaluator says false, Lean says true"),
        ("certificate", "isBetween 0 100", "isBetween 0 101", "the bounds: at x = .*false, Lean says true"),
        ("certificate", ".beq 100", ".ble 100", "the unit sum: at x = .*false, Lean says true"),
    ],
)
def test_a_fault_in_a_body_is_found_by_its_values_beside_notes_that_look_like_code(
    annotated: Project, tmp_path: Path, form: str, old: str, new: str, message: str
) -> None:
    folder, name = {"model": ("mzn", "chunk-42.mzn"), "certificate": ("certificate", "Chunk42.lean")}[form]
    head, found, rest = (annotated.rendered / folder / name).read_text(encoding="utf-8").rpartition(old)
    assert found
    with pytest.raises(CheckFailed, match=message):
        check(annotated.rendered, "42", tmp_path, annotated.chunks, balance=NO_BALANCE, **{form: f"{head}{new}{rest}"})


def test_a_whole_that_joins_nothing_is_found(corpus: Path, tmp_path: Path) -> None:
    text = (corpus / "certificate" / "Chunk06.lean").read_text(encoding="utf-8")
    head, whole, rest = text.partition("def valid (x : Point) : Bool :=\n")
    with pytest.raises(CheckFailed, match="conjuncts in Lean: found \\[\\]"):
        check(corpus, "06", tmp_path, certificate=f"{head}{whole}  Bool.true\n{rest.partition(chr(10))[2]}")


def test_a_certificate_that_ends_before_it_is_asked_is_no_agreement(corpus: Path, tmp_path: Path) -> None:
    text = (corpus / "certificate" / "Chunk06.lean").read_text(encoding="utf-8")
    with pytest.raises(ToolError, match="lean does not say"):
        check(corpus, "06", tmp_path, certificate=f"{text}\n#exit\n")


@pytest.mark.parametrize("edited", ["certificate", "sample"])
def test_a_proof_about_another_text_or_sample_is_not_believed(corpus: Path, tmp_path: Path, edited: str) -> None:
    copy = shutil.copytree(corpus, tmp_path / "copy")
    if edited == "certificate":
        path = copy / "certificate" / "Chunk06.lean"
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    else:
        path = copy / "stamps" / "sample" / "06.json"
        stamp = json.loads(path.read_text(encoding="utf-8"))
        stamp["outcome"]["claims"] = stamp["outcome"]["claims"][1:]
        path.write_text(json.dumps(stamp), encoding="utf-8")
    what, between = {
        "certificate": ("certificate/Chunk06.lean", "prove:06 and crosscheck:06"),
        "sample": ("outcome of sample", "sample:06 and prove:06"),
    }[edited]
    with pytest.raises(RecordError, match=f"{what}: it changed between {between}: build again"):
        check(copy, "06", tmp_path)


def test_the_stamp_says_what_was_compared(corpus: Path, tmp_path: Path) -> None:
    outcome = check(corpus, "06", tmp_path)
    assert outcome["points"] == 256
    assert outcome["comparisons"] == {"found": 16, "all": 16}
    assert outcome["constant_on_sample"] == []
    assert outcome["disagreements"] == []


def test_points_are_the_same_for_the_same_chunk_and_begin_with_the_witness() -> None:
    specification = read_specification(SOURCES / "chunk-09.constraints.json")
    witness = [20, 14, 12, 13, 15, 11, 6, 9]
    one, two = draw(specification, witness, 256), draw(specification, witness, 256)
    assert one.points == two.points
    assert one.points[0] == tuple(witness)
    assert len(one.points) == len(set(one.points)) == 256
    assert {sum(p) == 100 for p in one.points} == {True, False}
    assert len(draw(specification, witness, 16).points) == 16


def test_the_faults_of_a_formula_are_not_it_and_have_values() -> None:
    random = Random(7)
    for _ in range(200):
        formula = random_formula(random, 3)
        unrolled = unroll(formula, 40, (2, 7, 17))
        points = [tuple(random_point(random, 40)), tuple(random_stray(random, 40))]
        for fault in list(faults_of(unrolled))[:20]:
            assert fault != unrolled
            assert len(Columns(points).of(fault)) == 2
    simple = syntax.Comparison("<", syntax.Coordinate(syntax.Integer(8)), syntax.Integer(3))
    found = [display(fault) for fault in faults_of(simple)]
    assert found == ["x[8] <= 3", "x[8] > 3", "x[1] < 3", "x[8] < 4", "x[8] < 2"]


DARK_CORNERS = [
    "(x[1] - 40) div 7 = -3 || (x[1] - 40) mod 7 = -2 || x[2] >= 0", "(x[3] - 9) div -2 + (x[3] - 9) mod -4 <= 40",
    "forall(i in 1..0)(false) /\\ not exists(i in 1..0)(true) /\\ sum(i in 1..0)(x[i]) = 0 /\\ x[1] >= 0",
    "count(i in 1..8)(count(j in 1..8)(x[i] >= x[j]) >= 4) >= 2", "min(x[1], -x[2], 3) <= max(x[3] - 5, min(x[4], 2))",
    "x[5] in P \\/ x[5] ∉ P \\/ x[6] = 0", "x[7] ∈ {} -> x[7] = 3", "x[8] * x[8] <= 1000000000000",
    "not (not (not (not (not (not (x[1] + x[2] >= 0))))))", "(x[1] = 3) xor (x[2] = 3) xor (x[3] = 3) xor (x[4] >= 0)",
    "-x[1] - -x[2] <= 1000000 - -3", "bool2int(x[1] > 2) + bool2int(x[1] <= 2) = 1 /\\ x[8] >= 5",
]  # fmt: skip


@pytest.mark.parametrize("total", [7, 100, 1_000_000])
def test_the_three_agree_in_dark_corners(project: Project, total: int) -> None:
    for path in project.chunks.glob("chunk-*.json"):
        path.unlink()
    (project.chunks / "corpus.yaml").unlink()
    project.write("11", *DARK_CORNERS, parameters={"scaleN": total, "monsterPrimes": [2, 3, 71]})
    finished = project.doit("crosscheck:11", "prove:11")
    assert finished.status == 0, finished.text()
    assert {"crosscheck:11", "prove:11"} <= finished.ran


def test_lean_can_be_asked_at_all_points(project: Project) -> None:
    settings = project.chunks / "corpus.yaml"
    settings.write_text(settings.read_text() + "crosscheck: {lean: all}\n")
    finished = project.doit("crosscheck:06", "lean=kernel")
    assert finished.status == 0, finished.text()
    outcome = project.stamp("crosscheck", "06")["outcome"]
    assert outcome["verdicts_in_lean"] == 2 * outcome["points"] == 512
    settings.write_text(settings.read_text().replace("all", "telling"))
    assert "sample:06" in project.doit("crosscheck:06", "lean=kernel").ran
    assert 0 < project.stamp("crosscheck", "06")["outcome"]["verdicts_in_lean"] < 200


def test_warn_lets_pass_with_a_warning_but_not_the_pilots(built: Project) -> None:
    rows = built.own_package() / "language" / "operators.py"
    rows.write_text(rows.read_text().replace('"(Int.ble {1} {0})"', '"(Int.ble {1} (Int.add {0} 1))"'))
    strict = built.doit()
    assert strict.status != 0
    assert {"crosscheck:06", "crosscheck:08", "crosscheck:19"} <= set(built.summary()["failures"])
    warned = built.doit("crosscheck=warn")
    assert "warning: chunk 08: the forms of the chunk do not mean the same" in warned.output
    assert set(built.summary()["failures"]) == {"crosscheck:06"}
    assert built.summary()["stages"]["crosscheck"] == {"passed": 0, "warned": 2, "failed": 1, "not_run": 0}
    (built.chunks / "corpus.yaml").write_text('pilots: []\ndocumentation: ["01"]\n')
    passed = built.doit("crosscheck=warn")
    assert passed.status == 0, passed.text()
    assert "crosscheck           0       0        0   3 with warnings" in passed.output
    assert built.doit("crosscheck=warn").ran == set()
    again = built.doit()
    assert again.status != 0
    assert {"crosscheck:06", "crosscheck:08", "crosscheck:19"} <= again.ran


FULL_LEAN = """#!{python}
import json, re, sys
sys.path[:0] = [{tests!r}, {source!r}]
from lean_notation import definitions, value
if "--version" in sys.argv:
    print("Lean (version 4.15.0, x86_64-unknown-linux-gnu)")
    sys.exit(0)
if "-o" in sys.argv:
    open(sys.argv[sys.argv.index("-o") + 1], "w").write("olean")
    sys.exit(0)
text, failed = sys.stdin.read(), False
module, defined = text.partition("#eval")[0], definitions(text.partition("#eval")[0])
for number, line in enumerate(text.splitlines(), start=1):
    if line.startswith("#eval"):
        name = re.search(r"decide \\(Duality\\.Chunk\\d+\\.(\\S+|«.*») x\\)", line)[1]
        points = [[int(n) for n in re.findall(r"-?\\d+", p)] for p in re.findall("⟨(.*?)⟩", line)]
        data = str([bool(value(defined[name], p, defined)) for p in points]).lower()
        print(json.dumps(dict(severity="information", data=data, pos=dict(line=number, column=0))))
    if proof := re.match(r"theorem (Decided.\\w+) : (¬ \\()?Duality\\.Chunk\\d+\\.(\\S+|«.*») \\(⟨(.*)⟩\\)", line):
        point = [int(n) for n in proof[4].split(",")]
        if bool(value(defined[proof[3]], point, defined)) is bool(proof[2]):
            failed = True
            print(json.dumps(dict(severity="error", data="proposition is false", pos=dict(line=number, column=0))))
    if line.startswith("#print axioms"):
        data = f"'{{line.split()[-1]}}' does not depend on any axioms"
        print(json.dumps(dict(severity="information", data=data, pos=dict(line=number, column=0))))
sys.exit(int(failed))
"""


def test_with_a_full_lean_the_module_is_compared(project: Project, stub: Callable[[str, str], Path]) -> None:
    tests = str(Path(__file__).parent)
    source = str(REPOSITORY / "src")
    folder = stub("lean", FULL_LEAN.format(python=sys.executable, tests=tests, source=source).replace("\\\\", "\\"))
    project.environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    finished = project.doit()
    assert finished.status == 0, finished.text()
    assert "lean/Chunk06.lean" not in finished.output
    assert "lean/Duality/Chunk06.lean" in project.stamp("crosscheck", "06")["inputs"]
    rows = project.own_package() / "language" / "operators.py"
    rows.write_text(rows.read_text().replace('"{0} ≥ {1}"', '"{0} > {1}"'))
    finished = project.doit()
    assert finished.status != 0
    assert "the evaluator says true, Lean says false" in finished.output


def test_a_sample_that_lean_did_not_answer_in_time_is_compared_once_the_limit_is_raised(
    project: Project, stub: Callable[[str, str], Path]
) -> None:
    tests, source = str(Path(__file__).parent), str(REPOSITORY / "src")
    script = FULL_LEAN.format(python=sys.executable, tests=tests, source=source).replace("\\\\", "\\")
    read = "text, failed = sys.stdin.read(), False\n"
    assert read in script
    slow = f'{read}if "#eval" in text:\n    __import__("time").sleep(4)\n'
    project.environment["PATH"] = f"{stub('lean', script.replace(read, slow))}{os.pathsep}{os.environ['PATH']}"
    finished = project.doit("crosscheck:06", "prove_seconds=2")
    assert "!! crosscheck:06 failed\n   Lean has no verdict within 2 s" in finished.output
    assert project.stamp("prove", "06")["outcome"]["refused"] is None
    assert project.doit("prove:06", "prove_seconds=2").ran == set()
    finished = project.doit("crosscheck:06", "prove_seconds=30")
    assert finished.status == 0, finished.text()
    assert finished.ran == {"prove:06", "crosscheck:06"}
    assert project.stamp("prove", "06")["outcome"]["refused"] == []


def test_without_lean_json_and_minizinc_are_still_compared(project: Project) -> None:
    finished = project.doit("lean=off")
    assert finished.status == 0, finished.text()
    assert {task for task in finished.ran if task.startswith("crosscheck")} == {
        "crosscheck:06", "crosscheck:08", "crosscheck:19",
    }  # fmt: skip
    assert "crosscheck           3       0        0   JSON and MiniZinc only (lean=off)" in finished.output
    assert project.stamp("crosscheck", "06")["outcome"]["verdicts_in_lean"] is None
    model = project.own_package() / "render" / "model.py"
    model.write_text(model.read_text().replace("  {formula(statement.expression)};", "  true;"))
    finished = project.doit("lean=off", "crosscheck")
    assert finished.status != 0
    assert "the evaluator says false, MiniZinc says true" in finished.output
