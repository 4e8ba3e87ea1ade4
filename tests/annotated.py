"""A chunk whose texts without a meaning (title, notes, a name) look like the code that they are put beside."""

from __future__ import annotations

from functools import cache
from typing import Any

from samples import make_chunk
from tasks.language.statement import interpret
from tasks.render import certificate, lean_module, model
from tasks.specification import Specification

WITNESS = [20, 7, 8, 9, 10, 11, 12, 23]

NOTES = [
    # of MiniZinc
    "constraint x[1] >= 99;", "solve satisfy;", "solve :: int_search(x, input_order, indomain_min) satisfy;",
    "int: N = 7;\nset of int: P = {};\narray[1..8] of var 1..2: x;", 'include "globals.mzn";', "output [];",
    "predicate c_first(array[int] of var int: x) =\n  true;", 'constraint :: "unit sum" sum(x) = N;',
    'constraint :: "first" c_first(x);', "var int: objective = 0;", "/*", "*/", "/* constraint false; */", "%",
    "% \\", '";', '"', "'", "\\(", '\\" ; "', ";", ";;\n;", "\rconstraint false;", "a\r\nconstraint false;",
    # of certificates
    "def valid (x : Point) : Bool :=\n  (bounds x)", "def helper (x : Point) : Bool",
    "def helper (x : Point) : Bool := x", "def witness : Point :=\n  Point.mk 1 2 3 4 5 6 7 8", "end Constraint",
    "\nend Constraint\n", "namespace Constraint", "def c_first (x : Point) : Bool :=\n  Bool.true",
    "def bounds (x : Point) : Bool :=\n  Bool.true", "def unit_sum (x : Point) : Bool :=\n  Bool.true",
    "((bounds x).and (unit_sum x))", "#exit", "#print axioms witness_valid",
    "theorem witness_valid : Eq (valid witness) Bool.true := Eq.refl Bool.true", "axiom cheat : False", "prelude",
    "import Bounds", "set_option genSizeOf true", "noncomputable section", "open Constraint", "instance",
    # of modules
    "def Valid (x : Point) : Prop :=\n  Bounds x", "def witness : Point :=\n  ⟨1, 2, 3, 4, 5, 6, 7, 8⟩",
    "end Duality.Chunk42",
    "instance (x : Point) : Decidable (Valid x) :=\n  inferInstanceAs (Decidable (\n    True))",
    "namespace Duality.Chunk42", "def part1 (x : Point) : Prop :=\n  True", "def part1 (x : Point) : Int :=\n  1",
    "import Duality.Base", "theorem satisfiable : ∃ x : Point, Valid x :=\n  ⟨witness, witness_valid⟩",
    "theorem witness_valid : Valid witness := by decide",
    # that end, begin or nest comments
    "-/", "/-", "/--", "/-!", "--", "-", "/", "-/-/-/", "/-/-/-", "/-- -/ /- -/", "-/\naxiom cheat : False\n/-",
    "- /", "/ -", "-\n/", "/\n-", "it ends so -", "-/ def valid (x : Point) : Bool := Bool.true /-", "/- /- -/",
    "-- /-", "-- -/", "!", "-!/",
    # of no format
    "«", "»", "« valid »", "`", "```", "\\", "λ x ↦ ∀ y, x ≤ y ∧ ⟨y, x⟩ …", "\u202econstraint false;\u202c",
    "a\u2028constraint false;", "a\u2029def x", "a\u0085def x", "\x0bdef x", "\x0cdef x", "\x00", "\x1b[31m",
    "\ufeff", "\u200b", "\t\tdef x", "  def x", "=", ":=", " := ", "= …", "…", "x" * 300, "a word " * 100, " ",
    "\n\n\n", "日本", "🜁",
]  # fmt: skip
"""Whatever a reader of rendered texts looks for, and whatever could end a comment or begin one."""
EVERYTHING = "\n".join(NOTES)

understood = cache(interpret)


@cache
def specification(notes: str, **settings: Any) -> Specification:
    """A chunk that has every shape that the renderers know; notes stand wherever a chunk has text without a meaning."""
    texts = {
        "first": "x[1] >= 3", "second": "x[2] + x[3] >= 5 /\\ x[2] <= 90", "two words": "x[4] in 0..50",
        "says nothing": "1 <= 2", "a claim": "component_of(X, T_int)", "-- -/ /-": "x[7] <= 90",
        notes[:200] + "!": "x[5] in P \\/ x[5] >= 1",
        "many": " \\/ ".join(f"x[{i % 8 + 1}] = {i}" for i in range(20)),
        "sums": "sum(i in 1..8, j in 1..3)(x[i] * j) >= 1",
        **{f"n{k}": f"x[{k % 8 + 1}] >= {k % 3}" for k in range(16)}, "last": "x[8] - x[1] >= -50",
    }  # fmt: skip
    chunk = make_chunk(texts, dict.fromkeys(list(texts)[:6], notes), title=notes, **settings)
    return Specification(chunk, tuple(understood(c.text, chunk.total, chunk.primes) for c in chunk.constraints), "")


@cache
def rendered(notes: str, **settings: Any) -> dict[str, str]:
    """The texts of that chunk: model, certificate and module."""
    spec = specification(notes, **settings)
    return {
        "model": model.render(spec.chunk, spec.statements),
        "certificate": certificate.render(spec.chunk, spec.statements, WITNESS),
        "module": lean_module.render(spec.chunk, spec.statements, WITNESS),
    }
