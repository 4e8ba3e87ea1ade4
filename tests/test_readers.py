"""The readers of rendered texts see all of the code and nothing of a comment; whatever notes a chunk has, each fault in
the structure of its texts is found, and none is where there is no fault.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from annotated import EVERYTHING, NOTES, WITNESS, rendered, specification
from sabotage import STRUCTURE, planted
from tasks.check.agreement import Disagreement, at_witness, structure
from tasks.errors import CheckFailed
from tasks.render.lean_reader import read_lean
from tasks.render.model_reader import question, read_model
from tasks.specification import Specification


def found(spec: Specification, form: str, text: str) -> list[Disagreement]:
    """Every disagreement in the structure of one form; a text that cannot be read is one."""
    try:
        if form == "model":
            return structure(spec, WITNESS, read_model(text), None)
        return structure(spec, WITNESS, None, read_lean(text, "certificate" if form == "certificate" else "module"))
    except CheckFailed as error:
        return [Disagreement("the text", str(error))]


# Notes and faults


def test_notes_alone_are_no_disagreement() -> None:
    for notes in NOTES:
        for form, text in rendered(notes).items():
            assert found(specification(notes), form, text) == [], notes


@pytest.mark.parametrize(
    "settings",
    [
        {}, {"unit_sum": False}, {"objective": "neighbor_distance_min"}, {"objective": "projection_fit_min"},
        {"primes": (), "total": 1},
    ],
    ids=str,
)  # fmt: skip
def test_no_shape_of_a_chunk_is_a_disagreement(settings: dict[str, Any]) -> None:
    for notes in ("", EVERYTHING):
        for form, text in rendered(notes, **settings).items():
            assert found(specification(notes, **settings), form, text) == []


@pytest.mark.parametrize(("form", "kind"), [(form, kind) for form, kinds in STRUCTURE.items() for kind in kinds])
def test_a_fault_is_found_beside_whatever_notes(form: str, kind: str) -> None:
    for notes in ("", *NOTES[:: len(NOTES) // 6], EVERYTHING):
        text = rendered(notes)[form]
        wrong = planted(form, kind, text)
        assert wrong != text
        assert found(specification(notes), form, wrong), (notes, wrong)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (" ∧ c_n6 x", "", "conjuncts in Lean"),
        ("Bounds x ∧ ", "", "conjuncts in Lean"),
        ("c_n4 x ∧ c_n5 x", "c_n5 x ∧ c_n4 x", "conjuncts in Lean"),
        ("c_n4 x ∧ c_n5 x", "c_n4 x ∨ c_n5 x", "conjuncts in Lean"),
        ("x.x3 ≤ 100", "x.x3 ≤ 99", "bounds in Lean"),
        ("0 ≤ x.x1 ∧ ", "", "bounds in Lean"),
        ("part2 x", "part1 x", "Duality.Chunk42.part2 in Lean"),
        ("part2", "part9", "the Lean text"),
    ],
)
def test_a_fault_that_a_definition_and_its_instance_share_is_found(old: str, new: str, where: str) -> None:
    for notes in ("", EVERYTHING):
        wrong = rendered(notes)["module"].replace(old, new)
        assert wrong != rendered(notes)["module"]
        assert where in {d.where for d in found(specification(notes), "module", wrong)}


def test_a_helper_that_no_constraint_needs_is_found() -> None:
    text = rendered("")["module"]
    last = max(int(number) for number in re.findall(r"^def part(\d+) ", text, re.MULTILINE))
    more = f"def part{last + 1} (x : Point) : Int :=\n  x.x1\n\ndef witness"
    disagreements = found(specification(""), "module", text.replace("def witness", more))
    assert disagreements == [Disagreement(f"Duality.Chunk42.part{last + 1} in Lean", "is a part of no constraint")]


def test_another_witness_is_found_in_both_forms() -> None:
    for kind in ("certificate", "module"):
        surface = read_lean(rendered("")[kind], kind)
        (disagreement,) = structure(specification(""), [-1, *WITNESS[1:]], None, surface)
        assert "def witness : Point := " in disagreement.what
        assert {"certificate": "(Int.neg 1)", "module": "⟨-1, "}[kind] in disagreement.what


def test_what_is_asked_at_the_witness_is_what_the_code_defines() -> None:
    for kind, names in (("certificate", "Constraint.c_last"), ("module", "Duality.Chunk42.c_last")):
        surface = read_lean(rendered(EVERYTHING)[kind], kind)  # type: ignore[arg-type]
        claims = at_witness(specification(EVERYTHING), WITNESS, surface)
        assert len(claims) == 2 + 24
        assert claims[-1][0] == "last: x[8] - x[1] >= -50"
        assert claims[-1][1].definition == names
        assert {assertion.definition for _, assertion in claims} <= set(surface.definitions)


# Models


def test_the_items_of_a_model_are_its_code_alone() -> None:
    text = (
        '% int: N = 1;\nint: N =\n  3;\n\n% solve;\nconstraint :: "a; % \\\\ /*  b" x[1] >= 3; set of int: P = {};\n'
        "solve\n% constraint false;\n  satisfy;\n"
    )
    surface = read_model(text)
    assert surface.items == (
        "int: N = 3", 'constraint :: "a; % \\\\ /*  b" x[1] >= 3', "set of int: P = {}", "solve satisfy",
    )  # fmt: skip
    assert surface.constraints == (("a; % \\ /*  b", "x[1] >= 3"),)
    assert surface.goal == "solve satisfy"
    assert surface.objective is None
    assert surface.body(lambda label, condition: False) == "int: N = 3;\nset of int: P = {};\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("int: N = 3; % more\nsolve satisfy;\n", "line 1: found % "),
        ("int: N = 3;\n  % more\nsolve satisfy;\n", "line 2: found % "),
        ("/* more */\nsolve satisfy;\n", r"line 1: found /\*"),
        ('constraint :: "a\\(N)" true;\nsolve satisfy;\n', 'line 1: found "'),
        ('constraint :: "a\n" true;\nsolve satisfy;\n', 'line 1: found "'),
        ("int: N = 3;\nint: 'a;b' = 4;\nsolve satisfy;\n", "line 2: found '"),
        ("% a\rint: N = 3;\nsolve satisfy;\n", "line 1: found a character that does not print"),
        ("\tint: N = 3;\nsolve satisfy;\n", "line 1: found a character that does not print"),
        ("solve satisfy", "line 1: found an item without a semicolon"),
        ("int: N = 3;\n% solve satisfy;\n", "no solve item"),
        ("", "no solve item"),
    ],
)
def test_what_only_a_whole_reader_of_minizinc_understands_is_refused(text: str, message: str) -> None:
    with pytest.raises(CheckFailed, match=message):
        read_model(text)


def test_a_question_is_made_of_the_predicates_alone() -> None:
    text = rendered(EVERYTHING)["model"].replace("\nsolve ", "\nconstraint x[1] >= 99;\nsolve ")
    asked = question(read_model(text), [WITNESS])
    assert "%" not in re.sub('"[^"]*"', "", asked)
    assert re.findall("^constraint .*", asked, re.MULTILINE) == [r'constraint trace_stdout("truths \(truths)\n");']
    assert not re.search("^array.1..8. of var", asked, re.MULTILINE)
    assert len(re.findall("^predicate c_", asked, re.MULTILINE)) == 24


# Lean texts


def test_the_commands_of_a_lean_text_are_its_code_alone() -> None:
    text = (
        "prelude\n-- namespace A -/ /-\n/-- `def a /- nested\ndef b -/\ndef c\n-/\nnamespace A\n/-!\n# /- -/ - /\n-/\n"
        "def d (x : Point) : Bool :=\n  (bounds\n-- ) axiom e\n    x)\nend A\ndef e (x : Point) : Bool :=\n  (A.d x)\n"
    )
    surface = read_lean(text, "certificate")
    assert surface.commands == (
        "prelude", "namespace A", "def d (x : Point) : Bool := (bounds x)", "end A",
        "def e (x : Point) : Bool := (A.d x)",
    )  # fmt: skip
    assert list(surface.definitions) == ["A.d", "e"]
    assert surface.definitions["e"].words == {"A", "x"}
    assert surface.conjuncts("e") == ["A.d"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prelude -- more\n", "line 1: found --"),
        ("prelude\n  -- more\n", "line 2: found --"),
        ("prelude /- more -/\n", "line 1: found /-"),
        ("/- more -/\n", "line 1: found /-"),
        ("/--/\nprelude\n-/\n", "line 1: found /-"),
        ("-/\n", "line 1: found -/"),
        ("/-- -- -/\nprelude\n-/\n", "line 1: found /-"),
        ("/--  -/\nprelude\n", "line 1: found /-"),
        ("/-!\n-- -/\nprelude\n-/\n", "line 1: found /-"),
        ("/-!\n\n-- -/\nprelude\n-/\n", "line 1: found /-"),
        ("/-- A -/ prelude\n", "line 1: found text behind the end of a comment"),
        ("prelude\n/-- A /- b -/\n", "found a comment without an end"),
        ('def a := "/-"\n', 'line 1: found "'),
        ("def a := '-'\n", "line 1: found '"),
        ("def «a\n-- b» := 1\n", "line 1: found «"),
        ("def a := `b\n", "line 1: found `"),
        ("def a (x : Point) : Bool := …\n", "line 1: found …"),
        ("  prelude\n", "line 1: found an indented line"),
        ("prelude\r\n", "line 1: found a character that does not print"),
        ("-- a\u2028prelude\n", "line 1: found a character that does not print"),
    ],
)
def test_what_only_a_whole_reader_of_lean_understands_is_refused(text: str, message: str) -> None:
    with pytest.raises(CheckFailed, match=message):
        read_lean(text, "certificate")


def test_conjuncts_are_followed_through_helpers() -> None:
    text = (
        "namespace A\ndef part1 (x : Point) : Prop :=\n  B x ∧ C x\n"
        "def part2 (x : Point) : Prop :=\n  (part1 x ∧ True) ∧ D x\n"
        "def Valid (x : Point) : Prop :=\n  part2 x ∧ (E x ∨ part1 x) ∧ part2 x ∧ ¬ F x\nend A\n"
    )
    surface = read_lean(text, "module")
    assert surface.conjuncts("A.Valid") == ["B", "C", "D", "E x ∨ part1 x", "A.part2", "¬ F x"]
    assert surface.conjuncts("A.None") == []
    assert surface.helpers == ("A.part1", "A.part2")
    assert read_lean(text, "certificate").helpers == ()
