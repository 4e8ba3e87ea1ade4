"""Faults planted in rendered texts, one place each: what a wrong renderer or a careless hand would leave there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
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
