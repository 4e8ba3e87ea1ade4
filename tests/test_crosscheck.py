"""The cross-check finds what is wrong in any of the three forms: shown by planting faults in all of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import REPOSITORY, Project
from tasks.check.limits import Limits
from tasks.errors import DualityError
from tasks.stages import crosscheck

LIMITS = Limits(60, 4096)
TOOLCHAIN = REPOSITORY / "lean-toolchain"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rendered folder of the project's own corpus."""
    out = tmp_path_factory.mktemp("corpus") / "rendered"
    finished = Project(REPOSITORY).doit("-n", "2", f"out={out}", "lean=kernel", "crosscheck")
    assert finished.status == 0, finished.text()[-3000:]
    return out


def check(corpus: Path, chunk_id: str, tmp_path: Path, texts: dict[str, str] | None = None) -> dict[str, object]:
    """Cross-checks a chunk of the corpus, with other texts for its model or its certificate; returns the outcome."""
    paths = {
        "model": corpus / "mzn" / f"chunk-{chunk_id}.mzn",
        "certificate": corpus / "certificate" / f"Chunk{chunk_id}.lean",
    }
    for name, text in (texts or {}).items():
        paths[name] = tmp_path / name
        paths[name].write_text(text, encoding="utf-8")
    stamp = tmp_path / "stamp.json"
    crosscheck.run(
        chunk_id, REPOSITORY / "chunks" / f"chunk-{chunk_id}.constraints.json", corpus / "stamps" / "solve" / f"{chunk_id}.json",
        paths["model"], corpus / "none", paths["certificate"], stamp, TOOLCHAIN, corpus / ".lean", 256, True, LIMITS, LIMITS,
        {"name": "lean", "version": "4", "form": "embedded kernel"}, {"name": "minizinc", "version": "2"}, "library",
    )  # fmt: skip
    outcome: dict[str, object] = json.loads(stamp.read_text())["outcome"]
    return outcome


# mutants

MZN_SWAPS = [
    ("<=", "<"), ("<=", ">="), ("<", "<="), ("<", ">"), (">=", ">"), (">=", "<="), (">", ">="), (">", "<"),
    (" = ", " != "), ("!=", "="), (" + ", " - "), (" - ", " + "), (" /\\ ", " \\/ "), (" \\/ ", " /\\ "),
    ("forall(", "exists("), ("exists(", "forall("), ("abs(", "("), ("min(", "max("), ("max(", "min("), (" -> ", " <-> "),
    (" <-> ", " -> "), (" xor ", " \\/ "), (" mod ", " div "), (" div ", " mod "), ("not (", "("), (" * ", " + "),
]  # fmt: skip
LEAN_SWAPS = [
    ("Int.ble", "Int.blt"), ("Int.blt", "Int.ble"), ("Int.beq", "Int.ble"), ("Int.add", "Int.sub"), ("Int.sub", "Int.add"),
    ("Int.sub", "Nat"), ("Bool.and", "Bool.or"), ("Bool.or", "Bool.and"), ("Bool.not (", "("), ("Int.abs", "Int.neg"),
    ("Int.min", "Int.max"), ("Int.max", "Int.min"), ("Int.mod", "Int.div"), ("Int.div", "Int.mod"), ("Int.mod", "floored"),
    ("Bool.imp", "Bool.iff"), ("Bool.iff", "Bool.imp"), ("Bool.xor", "Bool.or"), ("Int.mul", "Int.add"),
]  # fmt: skip
NAT_SUB = "(Int.ofNat (Nat.sub (Int.natAbs {0}) (Int.natAbs {1})))"


@dataclass(frozen=True)
class Mutant:
    """A fault planted in one text of one chunk; place is the line that differs."""

    chunk_id: str
    form: str
    kind: str
    place: str
    text: str = field(repr=False)


def mutants(corpus: Path) -> Iterator[Mutant]:
    """Faults in the rendered texts of the corpus, one place each, spread over the chunks."""
    taken: Counter[tuple[str, str]] = Counter()
    for path in sorted((corpus / "mzn").glob("*.mzn")):
        yield from spread(taken, model_mutants(path.stem[6:], path.read_text(encoding="utf-8")), 3, 14)
    for path in sorted((corpus / "certificate").glob("Chunk*.lean")):
        yield from spread(taken, certificate_mutants(path.stem[5:], path.read_text(encoding="utf-8")), 2, 14)


def spread(taken: Counter[tuple[str, str]], found: Iterator[Mutant], per_chunk: int, per_kind: int) -> Iterator[Mutant]:
    """A few mutants of a chunk, of the kinds that are rarest so far."""
    for mutant in sorted(found, key=lambda m: taken[m.form, m.kind])[:per_chunk]:
        if taken[mutant.form, mutant.kind] < per_kind:
            taken[mutant.form, mutant.kind] += 1
            yield mutant


def once(chunk_id: str, form: str, text: str, line: str, changes: list[tuple[str, str]]) -> Iterator[Mutant]:
    for kind, changed in changes:
        if changed != line:
            yield Mutant(chunk_id, form, kind, changed.strip(), text.replace(line, changed, 1))


def model_mutants(chunk_id: str, text: str) -> Iterator[Mutant]:
    changes: list[tuple[str, str]]
    for line in re.findall(r"^  .*;$", text, re.MULTILINE):  # the bodies of predicates
        changes = [(f"{a.strip()} to {b.strip()}", line.replace(a, b, 1)) for a, b in MZN_SWAPS if a in line]
        changes.append(("constant off by one", re.sub(r"(?<![\w\[.])(\d+)(?!\.\.|\w|\])", _plus_one, line, count=1)))
        changes.append(("index off by one", re.sub(r"x\[(\d)\]", lambda m: f"x[{int(m[1]) % 8 + 1}]", line, count=1)))
        changes.append(
            ("bound off by one", re.sub(r"(\d)\.\.(\d)", lambda m: f"{m[1]}..{int(m[2]) - 1}", line, count=1))
        )
        changes.append(("lower bound off by one", re.sub(r"(\d)\.\.", lambda m: f"{int(m[1]) + 1}..", line, count=1)))
        changes.append(("dropped where", re.sub(r" where [^()]*\)", ")", line, count=1)))
        changes.append(("dropped conjunct", re.sub(r"\([^()]*(\[[^\]]*\][^()]*)*\) /\\ ", "", line, count=1)))
        yield from once(chunk_id, "model", text, line, changes)
    for line in re.findall(r"^constraint :: .*;$", text, re.MULTILINE):
        yield from once(chunk_id, "model", text, line + "\n", [("dropped constraint", "")])
    yield from once(chunk_id, "model", text, "int: N = ", [("wrong N", "int: N = 1")])
    yield from once(chunk_id, "model", text, "var 0..N: x", [("wrong bounds", "var 1..N: x")])
    for a, b in (
        ("indomain_min", "indomain_max"),
        ("minimize", "maximize"),
        ("- N)", "+ N)"),
        ("abs(x[i + 1]", "abs(x[i]"),
    ):
        if a in text:
            yield Mutant(chunk_id, "model", f"goal: {a} to {b}", b, text.replace(a, b))


def certificate_mutants(chunk_id: str, text: str) -> Iterator[Mutant]:
    for line in re.findall(r"^  \(.*$", text, re.MULTILINE):  # the bodies of definitions
        changes = [
            (f"{a} to {b}", line.replace(a, b, 1)) for a, b in LEAN_SWAPS if a in line and b not in ("Nat", "floored")
        ]
        changes.append(
            ("constant off by one", re.sub(r"\((\d+) : Int\)", lambda m: f"({int(m[1]) + 1} : Int)", line, count=1))
        )
        changes.append(("index off by one", re.sub(r"x\.x(\d)", lambda m: f"x.x{int(m[1]) % 8 + 1}", line, count=1)))
        leaf = r"(x\.x\d|\(\d+ : Int\))"
        nat = re.sub(rf"\(Int\.sub {leaf} {leaf}\)", lambda m: NAT_SUB.format(m[1], m[2]), line, count=1)
        changes.append(("Nat subtraction", nat))
        floored = r"(Bool.cond (Int.isNegative \1) (Int.sub (Int.div (Int.add \1 1) \2) 1) (Int.div \1 \2))"
        changes.append(("floored div", re.sub(rf"\(Int\.div {leaf} {leaf}\)", floored, line, count=1)))
        changes.append(("bounds off by one", re.sub(r"isBetween 0", "isBetween 1", line, count=1)))
        changes.append(
            ("dropped from valid", re.sub(r"\(\((Constraint\.\S+) x\)\.and \(", "(Bool.true.and (", line, count=1))
        )
        yield from once(chunk_id, "certificate", text, line, changes)
    yield from once(chunk_id, "certificate", text, "Point.mk ", [("wrong witness", "Point.mk 1")])


def _plus_one(match: re.Match[str]) -> str:
    return str(int(match[1]) + 1)


# Mutants that mean the same, each with the reason.
EQUIVALENT: dict[tuple[str, str, str], str] = {}


def test_every_planted_fault_is_found(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results: Counter[tuple[str, str, str]] = Counter()
    missed = []
    distinct = set()
    for mutant in mutants(corpus):
        distinct.add((mutant.chunk_id, mutant.form, mutant.text))
        try:
            check(corpus, mutant.chunk_id, tmp_path, {mutant.form: mutant.text})
        except DualityError:
            results[mutant.form, mutant.kind, "found"] += 1
            continue
        if (mutant.chunk_id, mutant.kind, mutant.place) in EQUIVALENT:
            results[mutant.form, mutant.kind, "equivalent"] += 1
        else:
            results[mutant.form, mutant.kind, "missed"] += 1
            missed.append(mutant)
    with capsys.disabled():
        print(f"\n{'form':<12} {'fault':<32} {'found':>5} {'equivalent':>10} {'missed':>6}")
        for form, kind in sorted({(form, kind) for form, kind, _ in results}):
            row = [results[form, kind, result] for result in ("found", "equivalent", "missed")]
            print(f"{form:<12} {kind:<32} {row[0]:>5} {row[1]:>10} {row[2]:>6}")
        print(f"{len(distinct)} distinct mutants")
    assert not missed, "\n".join(map(str, missed))
    assert len(distinct) >= 300
