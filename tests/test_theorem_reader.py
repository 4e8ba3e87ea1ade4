"""The text of a proof states what is recorded of it, and nothing in it changes what its words mean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from samples import make_chunk
from staged import Staged
from tasks.boxes import theorem
from tasks.boxes.theorem import balance_text, prove, statement
from tasks.check import refutation
from tasks.check.theorem_reader import BALANCED, UNSATISFIABLE, misstated
from tasks.errors import CheckFailed
from tasks.language.statement import interpret
from tasks.specification import Specification


def specified(*texts: str) -> Specification:
    chunk = make_chunk({f"c{k}": text for k, text in enumerate(texts)}, total=40)
    return Specification(chunk, tuple(interpret(c.text, chunk.total, chunk.primes) for c in chunk.constraints), "")


FAIR = specified("x[1] + x[2] <= 25", "x[3] = x[4] /\\ x[3] <= 2", "abs(x[5] - x[6]) <= 3")
IMPOSSIBLE = specified("x[1] + x[2] >= 30", "x[1] + x[2] <= 20")
LIMIT = 40
STATED = BALANCED.format(limit=LIMIT)


def balance() -> str:
    text, nodes = balance_text(FAIR, LIMIT)
    assert nodes
    return text


def test_a_text_that_was_rendered_states_what_it_is_to_state() -> None:
    assert misstated(balance(), "balanced", STATED) == ""
    text = prove(statement(IMPOSSIBLE), 3_000).text()
    assert misstated(text, "unsatisfiable", UNSATISFIABLE) == ""
    assert misstated(text, "balanced", STATED).startswith("line ")
    assert "does not state once" in misstated("-- No proof was found.\n", "balanced", STATED)


FAULTS = {
    "another limit": (rf"\.ble {LIMIT}\) Bool\.true :=", f".ble {LIMIT + 1}) Bool.true :="),
    "another limit everywhere": (rf"\.ble {LIMIT}\b", f".ble {LIMIT + 1}"),
    "of another point": (r"Eq \(valid x\)", "Eq (valid witness)"),
    "of the bounds alone": (r"(theorem balanced.*)Eq \(valid x\)", r"\1Eq (bounds x)"),
    "a coordinate twice": (r"x\.x7\.add x\.x8", "x.x7.add x.x7"),
    "a tract twice": (r"\.sub \(t_ext x\)", ".sub (t_int x)"),
    "no distance": (r"\(t_ext x\)\)\.abs", "(t_ext x))"),
    "another meaning of valid": (r"^def of_valid", "def valid (x : Point) : Bool := Bool.false\ndef of_valid"),
    "behind a term": (r"^(def of_valid.*\n.*)$", r"\1 def valid (x : Point) : Bool := Bool.false"),
    "in an indented line": (r"^def of_valid", "  def valid (x : Point) : Bool := Bool.false\ndef of_valid"),
    "behind a bracket": (r"^def of_valid", "(\ndef valid (x : Point) : Bool := Bool.false\ndef of_valid"),
    "an axiom": (r"^def tree", "axiom cheat : False\ndef tree"),
    "a nested namespace": (r"^def tree", "namespace Cheat\ndef tree"),
    "an opened namespace": (r"^def tree", "open Cheat\ndef tree"),
    "notation": (r"^def tree", 'notation "valid" => bounds\ndef tree'),
    "an attribute": (r"^def tree", "@[reducible] def tree"),
    "an option": (r"^def tree", "set_option autoImplicit true\ndef tree"),
    "a comment that hides": (r"^(theorem balanced.*)$", r"/- \1 -/"),
    "theorem dropped": (r"^theorem balanced.*\n", ""),
    "theorem twice": (r"^(theorem balanced.*)$", r"\1\n\1"),
    "an instance": (r"^def tree", "instance : OfNat Int n := inferInstance\ndef tree"),
    "a local definition": (r":=\n  \(Parts", ":=\n  let valid := bounds\n  (Parts"),
    "another tactic": (r"by decide \+kernel", "by exact cheat"),
    "more of the tactic": (r"by decide \+kernel", "by decide +kernel +native"),
    "another tactic before it": (r"by decide \+kernel", "by skip; decide +kernel"),
    "exit": (r"^theorem", "#exit\ntheorem"),
    "axioms of something else": (r"#print axioms Proof\.balanced", "#print axioms Proof.tree"),
    "behind the end": (r"^end Proof", "end Proof\ntheorem Proof.balanced : True := True.intro"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_text_that_states_something_else_is_found(fault: str) -> None:
    old, new = FAULTS[fault]
    wrong = re.sub(old, new, balance(), flags=re.MULTILINE)
    assert wrong != balance()
    assert misstated(wrong, "balanced", STATED)


def test_a_balance_that_is_proved_for_another_limit_is_not_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though Lean accepts the proof."""
    build = Staged(tmp_path, FAIR.chunk, f"tract_balance: {{limit: {LIMIT}}}\ncrosscheck: {{samples: 16}}\n")
    assert build.run("render_mzn", "solve", "render_lean", "sample", "prove")["outcome"]["balanced"] == LIMIT
    monkeypatch.setattr(theorem, "balance_text", lambda chunk, limit: balance_text(chunk, limit + 10))
    build.run("render_lean", "sample")
    with pytest.raises(CheckFailed, match=r"Balance42\.lean states something else: line \d+ is not accounted for"):
        build.run("prove")
    assert not build.path("stamp of prove").exists()


def test_a_refutation_of_something_else_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Staged(tmp_path, IMPOSSIBLE.chunk).plan
    proof = prove(statement(IMPOSSIBLE), 3_000)
    assert refutation.word(plan, IMPOSSIBLE, proof, easy=True).startswith("proved by lean")
    other = proof.text().replace("Eq (valid x) Bool.true → False", "Eq (valid x) Bool.true → Eq 1 1")
    monkeypatch.setattr(type(proof), "text", lambda self: other)
    said = refutation.word(plan, IMPOSSIBLE, proof, easy=True)
    assert "Lean has not proved it: the text states something else: line " in said
