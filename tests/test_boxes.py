"""Box trees: what the search proves, Lean accepts; a wrong tree neither Python nor Lean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

import pytest

from conftest import REPOSITORY, Project
from expressions import random_formula, random_point, walk
from refutable import REFUTABLE
from samples import all_points, make_chunk
from tasks.boxes import linear
from tasks.boxes.formula import Reader, integer
from tasks.boxes.lean import forms_text
from tasks.boxes.linear import Forms
from tasks.boxes.search import MOST_STEPS, LimitReached, PointFound
from tasks.boxes.terms import Box, lean
from tasks.boxes.theorem import Proof, Statement, balance_text, prove, statement
from tasks.boxes.tree import Infeasible, Refuted, Split, Tree, check
from tasks.check.contradiction import conflict, easily_refuted, refuse_wrong_balance, refuted
from tasks.check.lean import judge, unproved
from tasks.errors import CheckFailed, LanguageError
from tasks.language import syntax
from tasks.language.evaluate import Undefined, evaluate
from tasks.language.statement import interpret
from tasks.language.unroll import unroll
from tasks.render import certificate
from tasks.specification import Specification, read_specification
from tools import lean as tool

PRIMES = (2, 7, 17)


def specify(total: int, *texts: str, unit_sum: bool = True) -> Specification:
    chunk = make_chunk({f"c{i}": text for i, text in enumerate(texts, start=1)}, total=total, unit_sum=unit_sum)
    return Specification(chunk, tuple(interpret(text, total, PRIMES) for text in texts), "")


def complaints(asked: Sequence[tuple[Specification, Proof]]) -> list[str]:
    """What the embedded kernel has against each proof, "" for nothing; all are asked in one run."""
    text = f"prelude\nimport Bounds\n{certificate.OPTIONS}"
    ends = []
    for number, (specification, proof) in enumerate(asked):
        definitions = certificate.render(specification.chunk, specification.statements, None)
        body = definitions.partition(certificate.OPTIONS)[2]
        text += f"namespace K{number}\n{body}\n{proof.text()}\nend K{number}\n"
        ends.append(text.count("\n"))
    messages = judge(text, None, tool()).messages
    found, begin = [], 0
    for number, ((_, proof), end) in enumerate(zip(asked, ends, strict=True)):
        own = [message for message in messages if begin < message.line <= end]
        found.append(unproved(own, f"K{number}.{proof.statement.theorem}"))
        begin = end
    return found


def test_lean_proves_every_chunk_of_the_corpus_of_unsatisfiable_ones() -> None:
    asked = []
    for kind, (total, texts) in REFUTABLE.items():
        specification = specify(total, *texts)
        try:
            asked.append((specification, prove(statement(specification), MOST_STEPS)))
        except (LimitReached, PointFound) as error:
            pytest.fail(f"{kind}: {error!r}")
    assert len(asked) >= 30
    said = dict(zip(REFUTABLE, complaints(asked), strict=True))
    assert {kind: complaint for kind, complaint in said.items() if complaint} == {}


def test_the_theorems_of_the_library_rest_on_no_axiom() -> None:
    names = ("Tree.sound", "Tree.refutes", "Tree.implies", "IntTerm.mod", "IntTerm.divNegative", "BoolTerm.xor")
    shown = "".join(f"#print axioms {name}\n" for name in names)
    said = [message.text for message in judge(f"prelude\nimport Bounds\n{shown}", None, tool()).messages]
    assert said == [f"'{name}' does not depend on any axioms" for name in names]


def variants(tree: Tree) -> Iterator[Tree]:
    """Trees that differ from a tree in one place."""
    match tree:
        case Split(j, k, left, right):
            yield from (left, right)
            yield from (Split(j, k + 1, left, right), Split(j, k - 1, left, right), Split(j + 1, k, left, right))
            yield Split(j, k, right, left)
            yield from (Split(j, k, other, right) for other in variants(left))
            yield from (Split(j, k, left, other) for other in variants(right))
        case Refuted(path):
            yield Refuted(path ^ 1)
            yield Infeasible((), ((path, 1),))
        case Infeasible(bounds, cuts):
            yield Infeasible(bounds[1:], cuts)
            yield Infeasible(bounds, cuts[1:])
            for at, (j, factor) in enumerate(bounds):
                yield Infeasible((*bounds[:at], (j, factor + 1), *bounds[at + 1 :]), cuts)
                yield Infeasible((*bounds[:at], (j, -factor), *bounds[at + 1 :]), cuts)


TREES = {
    "a cut": (100, None, ("x[3] >= 50", "sum(i in 5..8)(x[i]) >= 51")),
    "a split": (30, None, ("(x[1] >= 10) xor (x[2] >= 10)", "x[1] = x[2]")),
    "remainders": (60, None, ("(x[1] + x[2]) mod 7 = 0", "x[1] + x[2] in 16..20")),
    "a limit that is reached": (20, 8, ("sum(i in 1..4)(x[i]) in 6..11", "x[1] mod 2 = 1 \\/ x[2] >= 3")),
}


@pytest.mark.parametrize("kind", TREES)
def test_lean_accepts_exactly_the_trees_that_are_right(kind: str) -> None:
    """A missing branch, a leaf that is not false, a box that does not cover, and factors that prove nothing."""
    total, limit, texts = TREES[kind]
    specification = specify(total, *texts)
    stated = statement(specification, limit)
    proof = prove(stated, MOST_STEPS)
    goal = stated.goal()
    every = [
        tree for tree in dict.fromkeys(variants(proof.tree)) if all(j < len(goal.forms.all) for j in numbers(tree))
    ]
    right = [check(stated.goal(), tree) for tree in every]
    every = [tree for tree, _ in sorted(zip(every, right, strict=True), key=lambda pair: pair[1])][:25]
    right = [check(stated.goal(), tree) for tree in every]
    assert right.count(False) >= 8
    said = complaints([(specification, replace(proof, tree=tree)) for tree in (proof.tree, *every)])
    assert [complaint == "" for complaint in said] == [True, *right]
    assert not [complaint for complaint in said if "Unknown constant" in complaint], "a reason that tells nothing"


def numbers(tree: Tree) -> Iterator[int]:
    match tree:
        case Split(j, _, left, right):
            yield j
            yield from (*numbers(left), *numbers(right))
        case Infeasible(bounds, _):
            yield from (j for j, _ in bounds)


def test_no_tree_proves_a_limit_one_lower_than_what_is_reached() -> None:
    specification = specify(*TREES["a limit that is reached"][::2][:1], *TREES["a limit that is reached"][2])
    proof = prove(statement(specification, 8), MOST_STEPS)
    with pytest.raises(PointFound):
        prove(statement(specification, 7), MOST_STEPS)
    lower = replace(proof, statement=statement(specification, 7))
    assert not check(lower.statement.goal(), lower.tree)
    assert complaints([(specification, proof), (specification, lower)])[0] == ""
    assert complaints([(specification, lower)])[0]


def test_a_proof_is_of_its_own_chunk_alone() -> None:
    one, another = specify(100, "x[1] >= 20", "x[1] <= 19"), specify(100, "x[1] >= 20", "x[1] <= 20")
    proof = prove(statement(one), MOST_STEPS)
    assert complaints([(one, proof), (another, proof)])[0] == ""
    assert complaints([(another, proof)])[0]


def formula(random: Random, depth: int, total: int) -> syntax.Expression | None:
    """A random formula written out, None for one without a value or without x."""
    found = random_formula(random, depth)
    if not any(isinstance(node, syntax.Coordinate) for node in walk(found)):
        return None
    try:
        return unroll(found, total, PRIMES)
    except (Undefined, LanguageError):
        return None


def random_box(random: Random, forms: Forms, total: int) -> tuple[list[int], Box]:
    """A point, and a box around it."""
    x = random_point(random, total)
    values = [linear.value(form, x) for form in forms.all]
    widths = [random.choice((0, 0, 1, 3, 20)) for _ in values]
    low = [value - random.randint(0, width) for value, width in zip(values, widths, strict=True)]
    return x, Box(low, [a + width for a, width in zip(low, widths, strict=True)])


def test_what_a_term_says_of_a_box_holds_at_each_point_of_it_random() -> None:
    random = Random(1)
    possible = 0
    for _ in range(400):
        if (found := formula(random, 3, 60)) is None:
            continue
        forms = Forms()
        truth = Reader(forms).truth(found)
        for _ in range(5):
            x, box = random_box(random, forms, 60)
            value = evaluate(found, x, 60, PRIMES)
            assert value is not None
            assert truth.possible(bool(value), box)
            possible += truth.possible(not value, box)
            for path, _ in truth.paths(bool(value), box):
                assert linear.value(truth.cut(bool(value), path, box), x) >= 0
            point = Box([linear.value(form, x) for form in forms.all], [linear.value(form, x) for form in forms.all])
            assert not truth.possible(not value, point), "a box of one point leaves no doubt"
    assert possible > 100


_PICK = """\
def pick (values : List Int) : Nat → Int :=
  List.rec (motive := fun _ => Nat → Int) (fun _ => 0)
    (fun value _ rest j => Nat.rec (motive := fun _ => Int) value (fun i _ => rest i) j) values
"""


def test_python_and_lean_say_the_same_of_random_terms_and_boxes() -> None:
    random, count = Random(2), 0
    text = f"prelude\nimport Bounds\n{certificate.OPTIONS}{_PICK}"
    while count < 40:
        if (found := formula(random, 2, 60)) is None:
            continue
        forms = Forms()
        truth = Reader(forms).truth(found)
        _, box = random_box(random, forms, 60)
        meaning = certificate._Certificate().visit(found)
        ends = " ".join(f"(pick {_list(side)})" for side in (box.low, box.high))
        text += (
            f"namespace K{count}\nnamespace Proof\ndef forms : List (List Int) :=\n  {forms_text(forms)}\n"
            f"def form : Nat → List Int := Linear.nth forms\nend Proof\n"
            f"def term : BoolTerm Proof.form (fun x => {meaning}) :=\n  {lean(truth)}\ndef box : Box := Box.mk {ends}\n"
        )
        for v in (True, False):
            called = f"Bool.{str(v).lower()}"
            expected = f"Bool.{str(truth.possible(v, box)).lower()}"
            text += (
                f"theorem possible_{v} : Eq (BoolTerm.possible term {called} box) {expected} := Eq.refl {expected}\n"
            )
            for path in sorted({0, *(path for path, _ in truth.paths(v, box))})[:4]:
                cut = _list(truth.cut(v, path, box))
                same = f"Linear.same (BoolTerm.cut term {called} {path} box) {cut}"
                text += f"theorem cut_{v}_{path} : Eq ({same}) Bool.true := Eq.refl Bool.true\n"
        text += f"end K{count}\n"
        count += 1
    assert [message for message in judge(text, None, tool()).messages if message.severity == "error"] == []


def _list(values: Sequence[int]) -> str:
    text = "List.nil"
    for value in reversed(values):
        text = f"(List.cons {integer(value)} {text})"
    return text


def found_by(stated: Statement) -> list[int]:
    """The point that refutes a statement, [] where there is a tree, which is checked."""
    try:
        assert check(stated.goal(), prove(stated, MOST_STEPS).tree)
    except PointFound as found:
        return found.point
    return []


def test_the_search_finds_what_there_is_in_small_chunks_random() -> None:
    """Of each a tree that holds, or a point that is valid: as trying all points says."""
    random, trees = Random(3), 0
    for _ in range(60):
        total = random.choice((2, 3))
        formulas = [found for _ in range(3) if (found := formula(random, 2, total)) is not None]
        coordinates = tuple(syntax.Coordinate(syntax.Integer(i)) for i in range(1, 9))
        whole = syntax.Comparison("=", syntax.Chain(("+",) * 7, coordinates), syntax.Integer(total))
        named = ((f"Constraint.c{i}", found) for i, found in enumerate(formulas))
        stated = Statement(total, None, (("bounds", None), ("unit_sum", whole), *named))
        exists = any(all(evaluate(f, x, total, PRIMES) for f in formulas) for x in all_points(total, unit_sum=True))
        point = found_by(stated)
        assert exists == bool(point)
        trees += not point
        assert not point or (sum(point) == total and all(evaluate(f, point, total, PRIMES) for f in formulas))
    assert trees > 10


def test_every_chunk_of_the_corpus_has_a_tree_for_its_limit() -> None:
    """Lean's word for it is in the build of the corpus."""
    limits = {"06": 32, "19": 30, "47": 20, "57": 24}
    for chunk_id, limit in limits.items():
        specification = read_specification(REPOSITORY / "chunks" / f"chunk-{chunk_id}.constraints.json")
        text, nodes = balance_text(specification, limit)
        assert nodes
        assert "theorem balanced : " in text
        with pytest.raises(PointFound) as found:
            prove(statement(specification, limit - 1), MOST_STEPS)
        assert abs(sum(found.value.point[:4]) - sum(found.value.point[4:])) == limit
        assert specification.violations(found.value.point) == []


def easy(random: Random) -> tuple[int, list[str]]:
    """A contradiction that anybody sees, in a space of any size."""
    total = random.choice((100, 1_000, 10_000, 100_000))
    a, b, c = random.sample(range(1, 9), 3)
    part = random.randint(total // 4, total // 2)
    return total, random.choice(
        (
            [f"x[{a}] >= {part}", f"sum(i in 1..8 where i != {a})(x[i]) >= {total - part + 1}"],
            [f"x[{a}] + x[{b}] >= {part}", f"x[{b}] + x[{c}] <= {part - 9}", f"x[{a}] <= x[{c}] + 8"],
            [f"x[{a}] > x[{b}]", f"x[{b}] > x[{c}]", f"x[{c}] >= x[{a}] - 1"],
            [f"x[{a}] in {part}..{part + 5}", f"x[{a}] mod 7 = {(part + 6) % 7}"],
            [f"abs(x[{a}] - x[{b}]) <= 2", f"x[{a}] >= {part}", f"x[{b}] <= {part - 3}"],
            [f"min(x[{a}], x[{b}]) >= {part}", f"x[{c}] >= {total - 2 * part + 1}"],
        )
    )


def test_easy_contradictions_take_few_steps_in_spaces_of_any_size() -> None:
    random = Random(4)
    for _ in range(50):
        total, texts = easy(random)
        specification = specify(total, *texts, "x[1] + x[8] >= 1")
        proof = easily_refuted(specification)
        assert proof, (total, texts)
        names, proven = conflict(specification, proof)
        assert proven
        assert "c9" not in names


def test_an_easy_contradiction_is_proved_by_lean_and_no_solver_is_asked(project: Project) -> None:
    project.write("06", "x[3] >= 50000", "sum(i in 5..8)(x[i]) >= 50001", "x[1] >= 3", parameters={"scaleN": 100_000})
    finished = project.doit("solve_seconds=1")
    assert "these constraints conflict, and without any one of them they do not" in finished.text()
    assert "unit sum: x[1] + ... + x[8] = 100000" in finished.text()
    assert "c3" not in finished.text()
    assert "proved by lean 4.35.0 (embedded kernel): " in finished.text()
    assert "1 refutation proved" in finished.text()
    kept = project.rendered / "certificate" / "Unsatisfiable06.lean"
    assert judge(kept.read_text(encoding="utf-8"), "Proof.unsatisfiable", tool()).accepted
    assert project.summary()["theorems"]["refutations"] == 1
    project.write("06", "x[3] >= 5000", parameters={"scaleN": 100_000})
    project.doit("solve:06")
    assert not kept.exists()


def test_a_solver_that_overlooks_points_is_found_out() -> None:
    specification = specify(100, "x[1] >= 90 \\/ x[5] >= 80")
    with pytest.raises(CheckFailed, match=r"THE SOLVER IS WRONG\nit says that no point is valid, but x = \["):
        refuted(specification)
    with pytest.raises(CheckFailed, match=r"that the tracts are at most 59 apart, but x = .*: the tracts are"):
        refuse_wrong_balance(specification, 59)
    refuse_wrong_balance(specification, 100)


def test_without_lean_nothing_counts_as_proved(project: Project) -> None:
    project.write("06", "x[3] >= 60", "x[4] >= 41")
    finished = project.doit("lean=off")
    assert "alone says so, Lean has not proved it: lean=off" in finished.text()
    assert "0 witnesses, 0 balances proved, 3 by the solver alone" in finished.text()
    assert not (project.rendered / "certificate" / "Unsatisfiable06.lean").exists()


def test_the_balance_is_proved_with_the_witness(built: Project) -> None:
    for chunk_id in ("06", "08", "19"):
        assert built.stamp("prove", chunk_id)["outcome"]["balanced"] == 100
    assert built.summary()["theorems"] == {"witnesses": 3, "balances": 3, "refutations": 0, "solver_alone": 0}
    shown = built.doit("show", "06").output
    assert "over all valid points, limit 100; Lean has proved the limit" in shown


def test_a_proof_that_was_edited_is_made_again_and_a_wrong_one_proves_nothing(project: Project) -> None:
    path = project.rendered / "certificate" / "Balance06.lean"
    project.doit("06")
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("theorem balanced", "theorem balanced_"), encoding="utf-8")
    assert "prove:06" not in project.doit("06").ran
    assert path.read_text(encoding="utf-8") == whole


@pytest.mark.slow
def test_most_random_unsatisfiable_chunks_have_a_tree() -> None:
    """Of 300 with N = 100, for at least 90 in 100 a tree is found within the steps of a build."""
    random, trees, limits = Random(5), 0, 0
    coordinates = tuple(syntax.Coordinate(syntax.Integer(i)) for i in range(1, 9))
    whole = syntax.Comparison("=", syntax.Chain(("+",) * 7, coordinates), syntax.Integer(100))
    while trees + limits < 300:
        formulas = [found for _ in range(6) if (found := formula(random, random.choice((1, 2, 3)), 100)) is not None]
        named = ((f"Constraint.c{i}", found) for i, found in enumerate(formulas))
        stated = Statement(100, None, (("bounds", None), ("unit_sum", whole), *named))
        try:
            point = found_by(stated)
            trees += not point
            assert all(evaluate(f, point, 100, PRIMES) for f in formulas if point)
        except LimitReached:  # perhaps there is a point
            limits += 1
    print(f"{trees} of 300 have a tree")
    assert trees >= 270


@pytest.mark.parametrize(
    "text",
    [
        " -> ".join(["x[1] >= 1"] * 400),
        " - ".join(["x[1]", *["x[2] div 2"] * 400]) + " >= -100",
        f"x[1] * x[2] in {{{', '.join(map(str, range(0, 4_000, 7)))}}}",
        "forall(i in 1..8, j in 1..500)(abs(x[i] - j) >= 0)",
    ],
    ids=["implications", "differences", "members", "parts"],
)
def test_formulas_that_are_very_large_or_deep_are_left_out(text: str) -> None:
    stated = statement(specify(40, text, "x[3] >= 30", "x[4] >= 20"))
    assert [formula is None for _, formula in stated.definitions] == [True, False, True, False, False]
    assert prove(stated, 1_000).used() == ["unit_sum", "Constraint.c_c2", "Constraint.c_c3"]
    with pytest.raises(LimitReached):  # a point that meets the rest shows nothing
        prove(statement(specify(40, text, "x[3] >= 30")), 1_000)


def test_the_unit_sum_has_the_name_of_the_model_where_a_claim_in_words_has_its_own() -> None:
    chunk = make_chunk({"unit sum": "A = B", "low": "x[1] <= 3", "rest": "sum(i in 2..8)(x[i]) <= 30"}, total=40)
    stated = Specification(chunk, tuple(interpret(c.text, 40, PRIMES) for c in chunk.constraints), "")
    proof = easily_refuted(stated)
    assert proof
    assert conflict(stated, proof) == (["low", "rest", "unit sum_"], True)
