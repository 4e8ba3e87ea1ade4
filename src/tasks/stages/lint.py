"""lint: which constraints of a chunk are not worth having as they stand? Advice, not a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from ..check.call import Tool
from ..check.hygiene import contradictions, implied, never, valid_point
from ..corpus.chunk import read_chunk
from ..corpus.document import read_text
from ..errors import CheckFailed
from ..files import digest
from ..language.evaluate import evaluate
from ..layout import Layout
from ..render.boundary import boundary
from ..render.model import formula
from ..render.text import label
from ..specification import Specification, read_specification
from ..stamps import read_stamp, write_stamp
from .solve import believed

Kind: TypeAlias = Literal[
    "vacuous", "implied", "impossible", "contradiction", "unsatisfiable", "single point", "never binds", "not known"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The last is no finding: it says what the solver was asked in vain."""


@dataclass(frozen=True)
class Finding:
    """constraints are the names of those that it is about."""

    kind: Kind
    constraints: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


def run(chunk_id: str, source: Path, model: Path, stamp: Path, minizinc: Tool, strict: bool) -> None:
    """Prints what there is to say about the chunk's constraints and leaves it in the stamp.

    Raises CheckFailed where strict and there are findings, or where a point of MiniZinc's is none of the chunk's;
    ToolError where MiniZinc crashes.
    """
    specification = read_specification(source)
    text = read_text(model)
    every = [*_vacuous(specification), *_asked(specification, source, model, text, minizinc)]
    findings = [finding for finding in every if finding.kind != "not known"]
    if findings and strict:
        raise CheckFailed("\n".join(f"chunk {chunk_id}: {finding}" for finding in every))
    for finding in every:
        print(f"chunk {chunk_id}: {finding}")
    write_stamp(
        stamp,
        chunk=chunk_id,
        stage="lint",
        engine=minizinc.engine,
        inputs={source.name: specification.sha256, model.name: digest(text)},
        outcome={
            "status": "linted",
            "findings": [asdict(finding) for finding in findings],
            "not known": [asdict(finding) for finding in every if finding.kind == "not known"],
        },
    )


def _vacuous(specification: Specification) -> Iterator[Finding]:
    for constraint, statement in zip(specification.chunk.constraints, specification.statements, strict=True):
        if statement.kind == "vacuous":
            yield Finding("vacuous", (constraint.name,), f"{label(constraint.name)} is constantly true")


def _asked(spec: Specification, source: Path, model: Path, text: str, minizinc: Tool) -> Iterator[Finding]:
    """What the solver has to say of the formal constraints: of k, in at most 2k + 2 runs where a point is valid."""
    chunk = spec.chunk
    formal = [(c.name, s.expression) for c, s in zip(chunk.constraints, spec.statements, strict=True)
              if s.kind == "formal" and s.expression is not None]  # fmt: skip
    names = tuple(name for name, _ in formal)
    if not formal:
        return
    some = valid_point(text, minizinc)
    if some.status == "no answer":
        yield Finding("not known", names, "whether any point is valid, so nothing else was asked")
        return
    if some.status == "unsatisfiable":
        yield from _contradicting(chunk.id, names, text, minizinc)
        return
    points = [believed(some, spec, source, model)]
    another = valid_point(text, minizinc, but=points[0])
    if another.status == "unsatisfiable":
        yield Finding("single point", names, f"x = {points[0]} is the only valid point")
    elif another.status == "no answer":
        yield Finding("not known", names, f"whether x = {points[0]} is the only valid point")
    else:
        points.append(believed(another, spec, source, model))
    for name, _ in formal:
        found = implied(text, label(name), minizinc)
        if found:
            yield Finding("implied", (name,), f"{label(name)} holds wherever the others do")
        elif found is None:
            yield Finding("not known", (name,), f"whether {label(name)} is implied by the others")
    for name, expression in formal:
        edge = boundary(expression)
        if edge is None or any(evaluate(edge, point, chunk.total, chunk.primes) for point in points):
            continue
        found = another.status == "unsatisfiable" or never(text, formula(edge), minizinc)
        if found:
            yield Finding("never binds", (name,), f"{label(name)} is at its bound at no valid point")
        elif found is None:
            yield Finding("not known", (name,), f"whether {label(name)} is at its bound anywhere")


def _contradicting(chunk_id: str, names: tuple[str, ...], text: str, minizinc: Tool) -> Iterator[Finding]:
    found = contradictions(text, minizinc)
    named = {label(name): name for name in names}
    for one in found.impossible:
        yield Finding("impossible", (named[one],), f"{one} holds at no point, whatever the others say")
    for one, other in found.pairs:
        yield Finding("contradiction", (named[one], named[other]), f"{one} and {other} hold at no common point")
    if not found.impossible and not found.pairs:
        yield Finding("unsatisfiable", names, f"no point is valid; solve:{chunk_id} names constraints that conflict")
    for unknown in found.unknown:
        what = " and ".join(unknown) + (" hold at a common point" if len(unknown) > 1 else " holds anywhere")
        yield Finding("not known", tuple(named[one] for one in unknown), f"whether {what}")


def table(layout: Layout, chunks: Mapping[str, bool]) -> None:
    """Prints how much of the corpus is really checked, and every finding of its stamps.

    chunks maps each id to whether it is computational: a formula in a documentation chunk is checked by nobody.
    Stamps of other chunks are removed.
    """
    kinds: dict[str, Counter[str]] = {tract: Counter() for tract in ("internal", "external", "bridge", "all")}
    said: list[str] = []
    counted: Counter[str] = Counter()
    for chunk_id, computational in chunks.items():
        schema, linted = read_stamp(layout.stamp("schema", chunk_id)), read_stamp(layout.stamp("lint", chunk_id))
        found = dict(schema["outcome"]["constraints"]) if schema else {}
        found["checked"] = found.get("formal", 0) if computational else 0
        for row in (read_chunk(layout.source(chunk_id))[0].tract, "all"):
            kinds[row].update(found)
        if computational and linted:
            for finding in (*linted["outcome"]["findings"], *linted["outcome"]["not known"]):
                counted[finding["kind"]] += 1
                said.append(f"chunk {chunk_id}: {finding['kind']}: {finding['text']}")
    for path in layout.stamp("lint", "*").parent.glob("*.json"):
        if not chunks.get(path.stem):
            path.unlink()
    print(f"{'constraints':<14}{'formal':>8}{'vacuous':>9}{'informal':>10}   really checked")
    for row, count in kinds.items():
        every = count["formal"] + count["vacuous"] + count["informal"]
        share = f"{count['checked']} of {every}" + (f" ({100 * count['checked'] / every:.1f} %)" if every else "")
        print(f"{row:<14}{count['formal']:>8}{count['vacuous']:>9}{count['informal']:>10}   {share}")
    print(f"findings      {', '.join(f'{counted[k]} {k}' for k in KINDS if counted[k]) or 'none'}")
    for line in said:
        print(line)
