"""The cross-check finds what is wrong in any of the three forms: shown by planting faults in all of them."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from annotated import EVERYTHING, specification
from conftest import REPOSITORY, Project, program
from expressions import random_formula, random_point, random_stray
from sabotage import mutants, planted
from samples import write_chunk
from tasks.check.limits import Limits
from tasks.errors import CheckFailed, DualityError
from tasks.language import syntax
from tasks.language.compile import compile_expression
from tasks.language.display import display
from tasks.language.evaluate import evaluate
from tasks.language.mutate import mutants as faults_of
from tasks.language.unroll import unroll
from tasks.render import certificate, model
from tasks.sampling import draw
from tasks.specification import read_specification
from tasks.stages import crosscheck, prove

LIMITS = Limits(60, 4096)
SOURCES = REPOSITORY / "chunks"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rendered folder of the project's own corpus, cross-checked."""
    out = tmp_path_factory.mktemp("corpus") / "rendered"
    finished = Project(REPOSITORY).doit("-n", "2", f"out={out}", "lean=kernel", "crosscheck")
    assert finished.status == 0, finished.text()[-3000:]
    return out


def check(corpus: Path, chunk_id: str, folder: Path, sources: Path = SOURCES, **texts: str) -> dict[str, object]:
    """Proves and cross-checks a chunk of the corpus, with other texts for its model or its certificate; returns the
    outcome.
    """
    paths = {
        "model": corpus / "mzn" / f"chunk-{chunk_id}.mzn",
        "certificate": corpus / "certificate" / f"Chunk{chunk_id}.lean",
    }
    for form, text in texts.items():
        paths[form] = folder / form
        paths[form].write_text(text, encoding="utf-8")
    stamp, proved = folder / "stamp.json", corpus / "stamps" / "prove" / f"{chunk_id}.json"
    folder = folder / "prove"
    folder.mkdir(exist_ok=True)
    given = {
        "chunk_id": chunk_id, "source": sources / f"chunk-{chunk_id}.constraints.json",
        "solved": corpus / "stamps" / "solve" / f"{chunk_id}.json",
        "sampled": corpus / "stamps" / "sample" / f"{chunk_id}.json",
        "module": corpus / "no-module", "certificate": paths["certificate"], "toolchain": REPOSITORY / "lean-toolchain",
        "folder": corpus / ".lean", "engine": {"name": "lean", "version": "4", "form": "embedded kernel"},
        "library": "library",
    }  # fmt: skip
    if "certificate" in texts:
        proved = folder / f"{chunk_id}.json"
        prove.run(stamp=proved, limits=LIMITS, **given)  # type: ignore[arg-type]
    crosscheck.run(
        stamp=stamp, proved=proved, model=paths["model"], strict=True, solve_limits=LIMITS, prove_limits=LIMITS,
        minizinc={"name": "minizinc", "version": "2"}, **given,  # type: ignore[arg-type]
    )  # fmt: skip
    outcome: dict[str, object] = json.loads(stamp.read_text())["outcome"]
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


def test_every_planted_fault_is_found(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results: Counter[tuple[str, str, str]] = Counter()
    missed, texts = [], set()
    for mutant in mutants(corpus):
        texts.add((mutant.chunk_id, mutant.text))
        try:
            check(corpus, mutant.chunk_id, tmp_path, **{mutant.form: mutant.text})
        except DualityError:
            results[mutant.form, mutant.kind, "found"] += 1
            continue
        same = (mutant.chunk_id, mutant.form, mutant.kind) in EQUIVALENT
        results[mutant.form, mutant.kind, "equivalent" if same else "missed"] += 1
        if not same:
            missed.append(mutant)
    with capsys.disabled():
        print(f"\n{'form':<12} {'fault':<32} {'found':>5} {'equivalent':>10} {'missed':>6}")
        for form, kind in sorted({(form, kind) for form, kind, _ in results}):
            found, same, lost = (results[form, kind, result] for result in ("found", "equivalent", "missed"))
            print(f"{form:<12} {kind:<32} {found:>5} {same:>10} {lost:>6}")
        print(f"{len(texts)} distinct mutants")
        for (chunk_id, form, kind), reason in EQUIVALENT.items():
            print(f"equivalent: chunk {chunk_id}, {form}, {kind}: {reason}")
    assert not missed, "\n".join(map(str, missed))
    assert len(texts) >= 300


@pytest.mark.parametrize(
    ("module", "name", "old", "new"),
    [
        (certificate, "_ARITHMETIC", "sub", "add"),
        (certificate, "_ARITHMETIC", "mod", "div"),
        (certificate, "_LOGIC", "imp", "iff"),
        (certificate, "_LOGIC", "and", "or"),
        (model, "OBJECTIVES", "abs(x[i + 1] - x[i])", "x[i + 1] - x[i]"),
        (model, "OBJECTIVES", "8 * x[i]", "7 * x[i]"),
    ],
)
def test_a_fault_in_a_renderer_is_found(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str, old: str, new: str
) -> None:
    table = getattr(module, name)
    monkeypatch.setattr(module, name, {key: value.replace(old, new) for key, value in table.items()})
    different = 0
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
            with pytest.raises(CheckFailed, match=r"do not mean the same|THE SOLVER AND THE PROVER DISAGREE"):
                check(corpus, chunk_id, tmp_path, **{form: text})
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
        check(annotated.rendered, "42", tmp_path, annotated.chunks, **{form: f"{head}{new}{rest}"})


def test_a_whole_that_joins_nothing_is_found(corpus: Path, tmp_path: Path) -> None:
    text = (corpus / "certificate" / "Chunk06.lean").read_text(encoding="utf-8")
    head, whole, rest = text.partition("def valid (x : Point) : Bool :=\n")
    with pytest.raises(CheckFailed, match="conjuncts in Lean: found \\[\\]"):
        check(corpus, "06", tmp_path, certificate=f"{head}{whole}  Bool.true\n{rest.partition(chr(10))[2]}")


def test_a_certificate_that_ends_before_it_is_asked_is_no_agreement(corpus: Path, tmp_path: Path) -> None:
    text = (corpus / "certificate" / "Chunk06.lean").read_text(encoding="utf-8")
    with pytest.raises(CheckFailed, match="did not answer about the sample: lean does not say"):
        check(corpus, "06", tmp_path, certificate=f"{text}\n#exit\n")


def test_a_proof_about_another_text_is_not_believed(corpus: Path, tmp_path: Path) -> None:
    certificate = corpus / "certificate" / "Chunk06.lean"
    kept = certificate.read_text(encoding="utf-8")
    certificate.write_text(kept + "\n")
    try:
        with pytest.raises(CheckFailed, match="no stamp about the text and the sample as they are now"):
            check(corpus, "06", tmp_path)
    finally:
        certificate.write_text(kept)


def test_the_stamp_says_what_was_compared(corpus: Path, tmp_path: Path) -> None:
    outcome = check(corpus, "06", tmp_path)
    assert outcome["points"] == 256
    assert outcome["constraints"] == {"formal": 7, "vacuous": 0, "informal": 0}
    assert outcome["comparisons"] == {"seen on both sides": 16, "all": 16}
    assert outcome["never seen to turn"] == []
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


def test_compiled_formulas_are_the_evaluator_s_and_their_faults_are_not_they() -> None:
    random = Random(7)
    for _ in range(200):
        formula = random_formula(random, 3)
        unrolled = unroll(formula, 40, (2, 7, 17))
        function = compile_expression(unrolled)
        for point in (random_point(random, 40), random_stray(random, 40)):
            assert bool(function(point)) is evaluate(formula, point, 40, (2, 7, 17))
        for fault in list(faults_of(unrolled))[:20]:
            assert fault != unrolled
            compile_expression(fault)
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
    assert outcome["verdicts in Lean"] == 2 * outcome["points"] == 512
    settings.write_text(settings.read_text().replace("all", "telling"))
    assert "sample:06" in project.doit("crosscheck:06", "lean=kernel").ran
    assert 0 < project.stamp("crosscheck", "06")["outcome"]["verdicts in Lean"] < 200


def test_warn_lets_pass_with_a_warning_but_not_the_pilots(built: Project) -> None:
    renderer = built.home / "src" / "tasks" / "render" / "certificate.py"
    renderer.write_text(
        renderer.read_text().replace('"(Int.ble {right} {left})"', '"(Int.ble {right} (Int.add {left} 1))"')
    )
    strict = built.doit()
    assert strict.status != 0
    assert {"crosscheck:06", "crosscheck:08", "crosscheck:19"} <= set(built.summary()["failures"])
    warned = built.doit("crosscheck=warn")
    assert "warning: chunk 08: the forms of the chunk do not mean the same" in warned.output
    assert set(built.summary()["failures"]) == {"crosscheck:06"}
    assert built.summary()["stages"]["crosscheck"] == {"passed": 0, "warned": 2, "failed": 1, "not run": 0}
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
text = sys.stdin.read()
module, defined = text.partition("#eval")[0], definitions(text.partition("#eval")[0])
for number, line in enumerate(text.splitlines(), start=1):
    if line.startswith("#eval"):
        name = re.search(r"decide \\(Duality\\.Chunk\\d+\\.(\\S+|«.*») x\\)", line)[1]
        points = [[int(n) for n in re.findall(r"-?\\d+", p)] for p in re.findall("⟨(.*?)⟩", line)]
        data = str([bool(value(defined[name], p, defined)) for p in points]).lower()
        print(json.dumps(dict(severity="information", data=data, pos=dict(line=number, column=0))))
    if line.startswith("#print axioms"):
        data = f"'{{line.split()[-1]}}' does not depend on any axioms"
        print(json.dumps(dict(severity="information", data=data, pos=dict(line=number, column=0))))
"""


def test_with_a_full_lean_the_module_is_compared(project: Project, stub: Callable[[str, str], Path]) -> None:
    tests = str(Path(__file__).parent)
    source = str(REPOSITORY / "src")
    folder = stub("lean", FULL_LEAN.format(python=sys.executable, tests=tests, source=source).replace("\\\\", "\\"))
    project.environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    finished = project.doit()
    assert finished.status == 0, finished.text()
    assert "lean/Chunk06.lean" not in finished.output
    assert "Duality/Chunk06.lean" in project.stamp("crosscheck", "06")["inputs"]
    renderer = project.home / "src" / "tasks" / "render" / "lean_module.py"
    renderer.write_text(renderer.read_text().replace('">=": "≥"', '">=": ">"'))
    finished = project.doit()
    assert finished.status != 0
    assert "the evaluator says true, Lean says false" in finished.output
