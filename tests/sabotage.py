"""Faults planted in rendered texts, one place each: what a wrong renderer or a careless hand would leave there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MODEL_SWAPS = [
    ("<=", "<"), ("<=", ">="), ("<", "<="), ("<", ">"), (">=", ">"), (">=", "<="), (">", ">="), (">", "<"),
    (" = ", " != "), ("!=", "="), (" + ", " - "), (" - ", " + "), (" /\\ ", " \\/ "), (" \\/ ", " /\\ "),
    ("forall(", "exists("), ("exists(", "forall("), ("abs(", "("), ("min(", "max("), ("max(", "min("),
    (" -> ", " <-> "), (" <-> ", " -> "), (" xor ", " \\/ "), (" mod ", " div "), (" div ", " mod "), ("not (", "("),
    (" * ", " + "),
]  # fmt: skip
CERTIFICATE_SWAPS = [
    ("Int.ble", "Int.blt"), ("Int.blt", "Int.ble"), ("Int.beq", "Int.ble"), ("Int.add", "Int.sub"),
    ("Int.sub", "Int.add"), ("Bool.and", "Bool.or"), ("Bool.or", "Bool.and"), ("Bool.not (", "("),
    ("Int.abs", "Int.neg"), ("Int.min", "Int.max"), ("Int.max", "Int.min"), ("Int.mod", "Int.div"),
    ("Int.div", "Int.mod"), ("Bool.imp", "Bool.iff"), ("Bool.iff", "Bool.imp"), ("Bool.xor", "Bool.or"),
    ("Int.mul", "Int.add"),
]  # fmt: skip
GOALS = [
    ("indomain_min", "indomain_max"), ("minimize", "maximize"), ("- N)", "+ N)"), ("abs(x[i + 1]", "abs(x[i]"),
]  # fmt: skip
LEAF = r"(x\.x\d|\(\d+ : Int\))"
CUT_OFF = r"(Int.ofNat (Nat.sub (Int.natAbs \1) (Int.natAbs \2)))"
FLOORED = r"(Bool.cond (Int.isNegative \1) (Int.sub (Int.div (Int.add \1 1) \2) 1) (Int.div \1 \2))"


@dataclass(frozen=True)
class Mutant:
    """A fault in one text (form: model or certificate) of one chunk; place is the line that differs, as it is now."""

    chunk_id: str
    form: str
    kind: str
    place: str
    text: str = field(repr=False)


def mutants(corpus: Path) -> Iterator[Mutant]:
    """Mutants of a rendered corpus, spread over its chunks and over the kinds of fault."""
    taken: Counter[tuple[str, str]] = Counter()
    for path in sorted((corpus / "mzn").glob("*.mzn")):
        yield from _rarest(taken, of_model(path.stem[6:], path.read_text(encoding="utf-8")), 3)
    for path in sorted((corpus / "certificate").glob("Chunk*.lean")):
        yield from _rarest(taken, of_certificate(path.stem[5:], path.read_text(encoding="utf-8")), 3)


def _rarest(taken: Counter[tuple[str, str]], found: Iterator[Mutant], most: int) -> list[Mutant]:
    """A few mutants, of the kinds that are rarest so far."""
    chosen: list[Mutant] = []
    for mutant in sorted(found, key=lambda m: taken[m.form, m.kind]):
        if len(chosen) < most and mutant.kind not in {m.kind for m in chosen}:
            taken[mutant.form, mutant.kind] += 1
            chosen.append(mutant)
    return chosen


def of_model(chunk_id: str, text: str) -> Iterator[Mutant]:
    """Mutants of a rendered MiniZinc model."""
    for line in re.findall(r"^  .*;$", text, re.MULTILINE):  # the bodies of predicates
        changed = {f"{a.strip()} to {b.strip()}": line.replace(a, b, 1) for a, b in MODEL_SWAPS}
        changed |= {
            "constant off by one": re.sub(r"(?<![\w\[.])(\d+)(?!\.\.|\w|\])", _next, line, count=1),
            "index off by one": re.sub(r"x\[(\d)\]", lambda m: f"x[{int(m[1]) % 8 + 1}]", line, count=1),
            "upper bound off by one": re.sub(r"(\d)\.\.(\d)", lambda m: f"{m[1]}..{int(m[2]) - 1}", line, count=1),
            "lower bound off by one": re.sub(r"(\d)\.\.", lambda m: f"{int(m[1]) + 1}..", line, count=1),
            "dropped where": re.sub(r" where [^()]*\)", ")", line, count=1),
            "dropped conjunct": re.sub(r"\([^()]*(\[[^\]]*\][^()]*)*\) /\\ ", "", line, count=1),
        }
        yield from _planted(chunk_id, "model", text, line, changed)
    for line in re.findall(r"^constraint :: .*;\n", text, re.MULTILINE):
        yield from _planted(chunk_id, "model", text, line, {"dropped constraint": ""})
    yield from _planted(chunk_id, "model", text, "int: N = ", {"wrong N": "int: N = 1"})
    yield from _planted(chunk_id, "model", text, "var 0..N: x", {"wrong bounds": "var 1..N: x"})
    goal = text[text.rindex("\n\n") :]
    yield from _planted(chunk_id, "model", text, goal, {f"goal: {a} to {b}": goal.replace(a, b) for a, b in GOALS})


def of_certificate(chunk_id: str, text: str) -> Iterator[Mutant]:
    """Mutants of a rendered certificate."""
    for line in re.findall(r"^  \(.*$", text, re.MULTILINE):  # the bodies of definitions
        changed = {f"{a} to {b}": line.replace(a, b, 1) for a, b in CERTIFICATE_SWAPS}
        changed |= {
            "constant off by one": re.sub(r"(?<=\()(\d+)(?= : Int)", _next, line, count=1),
            "index off by one": re.sub(r"x\.x(\d)", lambda m: f"x.x{int(m[1]) % 8 + 1}", line, count=1),
            "Nat subtraction": re.sub(rf"\(Int\.sub {LEAF} {LEAF}\)", CUT_OFF, line, count=1),
            "floored div": re.sub(rf"\(Int\.div {LEAF} {LEAF}\)", FLOORED, line, count=1),
            "bounds off by one": line.replace("isBetween 0", "isBetween 1", 1),
            "dropped from valid": re.sub(r"\(Constraint\.\S+ x\)", "Bool.true", line, count=1),
        }
        yield from _planted(chunk_id, "certificate", text, line, changed)
    yield from _planted(chunk_id, "certificate", text, "Point.mk ", {"wrong witness": "Point.mk 1"})


def _planted(chunk_id: str, form: str, text: str, line: str, changed: dict[str, str]) -> Iterator[Mutant]:
    for kind, now in changed.items():
        if now != line:
            yield Mutant(chunk_id, form, kind, now.strip(), text.replace(line, now, 1))


def _next(match: re.Match[str]) -> str:
    return str(int(match[1]) + 1)


# Faults in the structure: what to find in the code, and what to put in the place of the pattern's group.

PREDICATE = r"^predicate c_\w+\(array\[int\] of var int: x\) =\n.*;\n"
CONSTRAINT = r"^constraint :: .* c_\w+\(x\);\n"

STRUCTURE_OF_MODEL: Mapping[str, tuple[str, str]] = {
    "extra constraint": (r"()^solve ", "constraint x[1] + x[2] + x[3] + x[4] = N div 2;\n"),
    "extra constraint with a label": (r"()^solve ", 'constraint :: "balanced" x[1] + x[2] + x[3] + x[4] = N div 2;\n'),
    "extra constraint at the top": (r"()^int: N", "constraint x[1] >= 1;\n"),
    "extra constraint in a line of another": (r"sum\(x\) = N;()$", " constraint x[1] >= 1;"),
    "extra constraint before the end of a comment line": (r"()^%.*\n", "constraint x[1] >= 1; "),
    "extra constraint behind a carriage return": (r"^%.*()\n", "\rconstraint x[1] >= 1;"),
    "extra constraint at the end": (r"()\Z", "constraint x[1] >= 1;\n"),
    "extra constraint without a semicolon": (r"()\Z", "constraint x[1] >= 1"),
    "constraint in a let": (r"^  .*()", "let {constraint x[1] >= 1} in "),
    "constraint twice": (rf"(){CONSTRAINT}", 'constraint :: "once more" c_first(x);\n'),
    "constraint dropped": (rf"({CONSTRAINT})", ""),
    "constraint in a comment": (rf"(){CONSTRAINT}", "% "),
    "constraint in a block comment": (r"^(constraint :: .*;)$", "/* constraint */"),
    "constraint without its label": (r'^constraint( :: "[^"]*") c_', ""),
    "constraint with another label": (r'^constraint :: "(first)"', "last"),
    "constraint negated": (r'^constraint :: "[^"]*" ()c_', "not "),
    "constraint weakened": (r"^constraint :: .*c_\w+\(x\)();\n", " \\/ x[1] = 1"),
    "constraint of a reversed point": (r"^constraint :: .*c_\w+\((x)\);\n", "reverse(x)"),
    "predicate twice": (rf"(){PREDICATE}", "predicate c_more(array[int] of var int: x) = true;\n"),
    "predicate as a test": (r"^(predicate) c_", "test"),
    "predicate with an annotation": (r"^predicate c_\w+\(.*\)() =", " :: promise_total"),
    "predicate of another parameter": (r"^predicate c_\w+\(array\[int\] of var int: (x)\)", "y"),
    "include": (r"()^int: N", 'include "globals.mzn";\n'),
    "extra variable": (r"()^solve ", "var 0..1: y;\n"),
    "extra function": (r"()^solve ", "function var int: abs(var int: a) = a;\n"),
    "output item": (r"()\Z", "output [];\n"),
    "second solve item": (r"()\Z", "solve satisfy;\n"),
    "no solve item": (r"^(solve .*\n)", ""),
    "wrong N": (r"^int: N = \d+()", "1"),
    "N as a parameter": (r"^int: N( = \d+)", ""),
    "wrong P": (r"^set of int: P = \{()", "3, "),
    "wrong bounds": (r"of var (0)\.\.N: x", "1"),
    "wrong upper bound": (r"of var 0\.\.(N): x", "N + 1"),
    "wrong length": (r"^array\[1\.\.(8)\]", "9"),
    "unit sum dropped": (r"^(constraint .* sum\(x\) = N;\n)", ""),
    "unit sum weakened": (r"sum\(x\) (=) N", "<="),
    "unit sum of another number": (r"sum\(x\) = N()", " + 1"),
    "largest point": (r"^solve .*(indomain_min)", "indomain_max"),
    "another order": (r"^solve .*(input_order)", "first_fail"),
    "another goal": (r"^solve :: .* ((?:satisfy|minimize objective));", "minimize x[1]"),
}  # fmt: skip

DEFINITION = r"^def c_\w+ \(x : Point\) : \w+ :=\n"
STRUCTURE_OF_LEAN: Mapping[str, tuple[str, str]] = {
    "extra axiom": (rf"()^/--[^/]*-/\n{DEFINITION}", "axiom cheat : False\n\n"),
    "extra axiom behind a body": (rf"{DEFINITION}  .*()$", " axiom cheat : False"),
    "extra axiom in an indented line": (rf"{DEFINITION}  .*()$", "\n  axiom cheat : False"),
    "extra axiom behind dots": (rf"{DEFINITION}  .*()$", " ..axiom cheat : False"),
    "extra axiom behind a comment": (r"^/--.*`()", " -/ axiom cheat : False /- "),
    "extra axiom at the end": (r"()\Z", "axiom cheat : False\n"),
    "extra theorem": (r"()^theorem ", "theorem more : True := True.intro\n\n"),
    "extra definition": (rf"()^/--[^/]*-/\n{DEFINITION}", "def c_more (x : Point) : Bool :=\n  Bool.true\n\n"),
    "extra abbreviation": (r"()^def witness", "abbrev Int := Nat\n\n"),
    "extra notation": (r"()^def witness", "local notation x = 1\n\n"),
    "extra section": (r"()^def witness", "section\n\n"),
    "extra option": (r"()^namespace", "set_option autoImplicit true\n\n"),
    "extra option for one command": (r"()^theorem witness_valid", "set_option maxHeartbeats 0 in\n"),
    "extra import": (r"^import .*\n()", "import Cheat\n"),
    "another import": (r"^import (\S+)", "Cheat"),
    "opened namespace": (rf"()^/--[^/]*-/\n{DEFINITION}", "open Cheat\n\n"),
    "opened namespace behind a body": (rf"{DEFINITION}  .*()$", " open Cheat"),
    "nested namespace": (rf"()^/--[^/]*-/\n{DEFINITION}", "namespace Cheat\n\n"),
    "namespace not ended": (r"^(end \S+\n)", ""),
    "exit": (r"()^def witness", "#exit\n\n"),
    "exit behind a body": (rf"{DEFINITION}  .*()$", " #exit"),
    "evaluation": (r"()^def witness", "#eval 1\n\n"),
    "attribute": (r"()^def c_", "@[reducible] "),
    "private definition": (r"()^def c_", "private "),
    "partial definition": (r"()^def c_", "unsafe "),
    "definition of more": (r"^def c_\w+ \(x( : Point)\)", " y : Point"),
    "definition of another type": (r"^def c_\w+ \(x : Point\) : (\w+)", "Nat"),
    "definition dropped": (rf"^(/--[^/]*-/\n{DEFINITION}  .*\n)", ""),
    "definition in a comment": (rf"^(/--[^/]*-/\n{DEFINITION}  .*\n)", "-- def\n"),
    "definition in a nested comment": (rf"^/--()[^/]*-/\n{DEFINITION}", " /- "),
    "definition renamed": (r"^def c_(\w+)", "other"),
    "comment in a body": (rf"{DEFINITION}()  .*$", "  -- true\n"),
    "string in a body": (rf"{DEFINITION}  .*()$", ' ""'),
    "quoted name": (r"^def (c_\w+)", "«c_first»"),
    "comment behind the beginning of one": (r"^/--()", " --"),
    "unfinished comment": (r"()\Z", "/-- Open\n"),
    "witness changed": (r"^def witness : Point :=\n  \D*(\d+)", "99"),
    "witness of seven": (r"^def witness : Point :=\n  .*\d(,? \d+)", ""),
    "witness negated": (r"^def witness : Point :=\n  \D*()\d+", "-"),
    "second witness": (r"()^theorem ", "def witness : Point :=\n  Point.mk 1 2 3 4 5 6 7 8\n\n"),
    "theorem dropped": (r"^(theorem witness_valid.*\n)", ""),
}  # fmt: skip

STRUCTURE_OF_CERTIFICATE: Mapping[str, tuple[str, str]] = {
    **STRUCTURE_OF_LEAN,
    "last conjunct dropped": (r"(\(Constraint\.c_\w+ x\))\)*\n\ndef witness", "Bool.true"),
    "first conjunct dropped": (r"\((bounds x)\)", "Bool.true"),
    "unit sum not joined": (r"\((unit_sum x)\)", "Bool.true"),
    "conjunct twice": (r"^def valid .*\n.*\(Constraint\.(c_\w+) x\)\)*\n\ndef witness", "c_first"),
    "conjuncts as alternatives": (r"^def valid .*\n.*\.(and)\b", "or"),
    "conjunct negated": (r"^def valid .*\n.*(\(Constraint\.c_\w+ x\))", "((Constraint.c_first x).not)"),
    "conjunct at the witness": (r"^def valid .*\n.*\(Constraint\.c_\w+ (x)\)", "witness"),
    "whole of something else": (r"^def valid .*\n  ()", "Bool.or "),
    "whole joined with more": (r"^def valid .*\n.*()$", ".and Bool.true).and (Bool.false"),
    "second whole": (r"()^def witness", "def valid (x : Point) : Bool :=\n  (bounds x)\n\n"),
    "bounds changed": (r"isBetween 0 (\d+)", "7"),
    "lower bound changed": (r"isBetween (0) ", "1"),
    "bounds of one coordinate twice": (r"\(x\.(x8)\.isBetween", "x7"),
    "unit sum dropped": (r"^(def unit_sum .*\n.*\n)", ""),
    "another statement": (r"^theorem witness_valid : Eq \((valid) witness\)", "bounds"),
    "statement of false": (r"^theorem witness_valid : Eq \(valid witness\) (Bool\.true)", "(valid witness)"),
    "another proof": (r"^theorem .* := (Eq\.refl Bool\.true)", "cheat"),
    "theorem as an axiom": (r"^(theorem) witness_valid", "axiom"),
    "axioms not asked": (r"^(#print axioms witness_valid\n)", ""),
    "axioms of something else": (r"^#print axioms (witness_valid)", "cheat"),
    "no prelude": (r"^(prelude\n)", ""),
    "option dropped": (r"^(set_option genSizeOf false\n)", ""),
    "option changed": (r"^set_option genSizeOf (false)", "true"),
}  # fmt: skip

INSTANCE_HEAD = r"^instance \(x : Point\) : Decidable \(c_\w+ x\) :=\n  inferInstanceAs \(Decidable \(\n    "
INSTANCE = rf"{INSTANCE_HEAD}.*\)\)\n"
STRUCTURE_OF_MODULE: Mapping[str, tuple[str, str]] = {
    **STRUCTURE_OF_LEAN,
    "conjunct dropped from the whole": (r"^def Valid .*\n.*( ∧ \w+ x)", ""),
    "conjunct dropped from a helper": (r"^def part\d+ .*\n.*Bounds x( ∧ UnitSum x)", ""),
    "last conjunct dropped from a helper": (r"( ∧ c_\w+ x)\n\ninstance \(x : Point\) : Decidable \(part\d+ x\)", ""),
    "helper as an alternative": (r"^def part\d+ .*\n.*Bounds x (∧) ", "∨"),
    "helper negated": (r"^def Valid .*\n.*()part\d+ x", "¬ "),
    "helper exchanged": (r"^def Valid .*\n.*part(\d+) x", "1"),
    "helper too many": (r"()^def witness", "def part99 (x : Point) : Prop :=\n  True\n\n"),
    "helper that nothing needs": (
        r"()^/--.*\n(?:[^/]+\n)?def Bounds",
        "def part1 (x : Point) : Int :=\n  1\n\n",
    ),
    "instance of something else": (rf"{INSTANCE_HEAD}(.*)\)\)\n", "True"),
    "instance by hand": (r"^instance .* :=\n  (inferInstanceAs \(Decidable \(\n    .*\)\))\n", "isTrue cheat"),
    "instance dropped": (rf"({INSTANCE})", ""),
    "instance twice": (rf"(){INSTANCE}", "instance (x : Point) : Decidable (Valid x) :=\n  isTrue cheat\n\n"),
    "second whole": (r"()^def witness", "def Valid (x : Point) : Prop :=\n  True\n\n"),
    "bounds changed": (r"x\.x1 ≤ (\d+) ∧ 0 ≤ x\.x2", "7"),
    "bounds of one coordinate twice": (r"0 ≤ x\.(x8) ∧", "x7"),
    "another statement": (r"^theorem witness_valid : (Valid witness)", "Bounds witness"),
    "another proof": (r"^theorem witness_valid : .* := (by decide)", "by native_decide"),
    "theorem by sorry": (r"^theorem witness_valid : .* := (by decide)", "sorry"),
    "another consequence": (r"^theorem satisfiable : (∃ x : Point, Valid x)", "∃ x : Point, Bounds x"),
    "definition as an opaque one": (r"^(def) c_", "opaque"),
}  # fmt: skip

STRUCTURE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "model": STRUCTURE_OF_MODEL, "certificate": STRUCTURE_OF_CERTIFICATE, "module": STRUCTURE_OF_MODULE,
}  # fmt: skip


def planted(form: str, kind: str, text: str) -> str:
    """A rendered text with a fault in its structure. Raises ValueError where there is no place for it."""
    pattern, now = STRUCTURE[form][kind]
    comment = r"^%.*" if form == "model" else r"^/-[-!](?s:.*?)-/|^--.*"
    code = re.sub(comment, _masked, text, flags=re.MULTILINE)
    found = re.search(pattern, code, re.MULTILINE)
    if found is None:
        raise ValueError(f"no place for: {kind}")
    return text[: found.start(1)] + now + text[found.end(1) :]


def _masked(comment: re.Match[str]) -> str:
    """A comment of the same length and lines that says nothing."""
    text = comment[0]
    begin, end = (3, -2) if text.startswith("/-") else (1, len(text))
    return text[:begin] + re.sub(r"[^\n`]", ".", text[begin:end]) + text[end:]
