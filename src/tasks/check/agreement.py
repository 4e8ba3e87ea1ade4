"""Whether the rendered forms of a chunk have the structure that the chunk asks for, item by item.

Left to be compared by values are the bodies of the constraints, the unit sum in Lean, and the objective. Everything
else in a model or a Lean text is exactly what it has to be, or a disagreement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ..render.lean_reader import Kind, LeanText, vocabulary
from ..render.model_reader import ModelText
from ..render.text import label, names, visible
from ..specification import Specification
from .lean import Assertion

MOST_SHOWN = 20
_MOST_ITEMS = 5
_LONGEST_ITEM = 200

_JUDGED_IN_MODEL = re.compile(r"(predicate \w+\(array\[int\] of var int: x\)|var int: objective) = .+")
_JUDGED_IN_LEAN = re.compile(r"(def (\S+) \(x : Point\) : \w+) := (.+)")
_INSTANCE = re.compile(r"(instance \(x : Point\) : Decidable \((\S+) x\)) := inferInstanceAs \(Decidable \( (.+)\)\)")


@dataclass(frozen=True)
class Disagreement:
    """where: the constraint's name, or what of the structure; the rest is for the reader."""

    where: str
    what: str


def message(chunk_id: str, found: Sequence[Disagreement]) -> str:
    lines = [f"    {visible(d.where)}: {d.what}" for d in found[:MOST_SHOWN]]
    if len(found) > MOST_SHOWN:
        lines.append(f"    and {len(found) - MOST_SHOWN} more")
    return "\n".join([f"chunk {chunk_id}: the forms of the chunk do not mean the same", *lines])


def structure(
    specification: Specification, witness: Sequence[int], model: ModelText | None, lean: LeanText | None
) -> list[Disagreement]:
    """What in a model and in a Lean text is not as the chunk and the solver's witness (8 integers) have it.

    A text that is not there to be compared is None.
    """
    found: list[Disagreement] = []
    if model:
        found += _differences("the model", map(_without_body, model.items), _items(specification))
    if lean:
        found += _in_lean(specification, witness, lean)
    return found


def at_witness(specification: Specification, witness: Sequence[int], lean: LeanText) -> list[tuple[str, Assertion]]:
    """What a valid point claims of a Lean text, as text for the reader and as a question: that its bounds, its unit sum
    and each of its constraints hold at the witness.
    """
    called = _Called(specification, lean.kind)
    texts = {constraint.name: f"{constraint.name}: {constraint.text}" for constraint in specification.chunk.constraints}
    claims = [(text, called.constraints[name]) for name, text in texts.items() if name in called.constraints]
    claims = [("the bounds", called.bounds), ("the unit sum", called.unit_sum), *claims]
    return [(text, Assertion(name, [witness], [True])) for text, name in claims if name in lean.definitions]


def _identifiers(specification: Specification) -> dict[str, str]:
    """The formal constraints in their order, name to identifier."""
    constraints = specification.chunk.constraints
    found = zip(constraints, specification.statements, names(c.name for c in constraints), strict=True)
    return {constraint.name: identifier for constraint, statement, identifier in found if statement.kind == "formal"}


def _items(specification: Specification) -> Iterator[str]:
    """The items of the chunk's model, without the bodies that are compared by values."""
    chunk = specification.chunk
    yield f"int: N = {chunk.total}"
    yield f"set of int: P = {{{', '.join(map(str, chunk.primes))}}}"
    yield "array[1..8] of var 0..N: x"
    for name, identifier in _identifiers(specification).items():
        yield f"predicate {identifier}(array[int] of var int: x) = …"
        yield f"constraint :: {_string(label(name))} {identifier}(x)"
    if chunk.unit_sum:
        unit_sum = "unit sum"
        while unit_sum in [label(constraint.name) for constraint in chunk.constraints]:
            unit_sum += "_"
        yield f"constraint :: {_string(unit_sum)} sum(x) = N"
    by_x = "int_search(x, input_order, indomain_min)"
    if chunk.objective == "none":
        yield f"solve :: {by_x} satisfy"
    else:
        by_objective = "int_search([objective], input_order, indomain_split)"
        yield "var int: objective = …"
        yield f"solve :: seq_search([{by_objective}, {by_x}]) minimize objective"


def _string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\") + '"'


def _without_body(item: str) -> str:
    match = _JUDGED_IN_MODEL.fullmatch(item)
    return f"{match[1]} = …" if match else item


class _Called:
    """The full names in a Lean text of the bounds, the unit sum, the whole, and each formal constraint."""

    def __init__(self, specification: Specification, kind: Kind) -> None:
        if kind == "certificate":
            space, self.bounds, self.unit_sum, self.whole = "Constraint.", "bounds", "unit_sum", "valid"
        else:
            space = f"Duality.Chunk{specification.chunk.id}."
            self.bounds, self.unit_sum, self.whole = f"{space}Bounds", f"{space}UnitSum", f"{space}Valid"
        self.constraints = {n: f"{space}{identifier}" for n, identifier in _identifiers(specification).items()}


def _in_lean(specification: Specification, witness: Sequence[int], lean: LeanText) -> Iterator[Disagreement]:
    chunk, called = specification.chunk, _Called(specification, lean.kind)
    simplex = [called.bounds, called.unit_sum] if chunk.unit_sum else [called.bounds]
    wanted = [*simplex, *called.constraints.values()]
    if lean.kind == "certificate":
        expected = _certificate(specification, witness)
        bounds = [f"x.x{i}.isBetween 0 {chunk.total}" for i in range(1, 9)]
    else:
        expected = _module(specification, witness)
        bounds = [side for i in range(1, 9) for side in (f"0 ≤ x.x{i}", f"x.x{i} ≤ {chunk.total}")]
    yield from _differences("the Lean text", _without_bodies(lean), expected)
    yield from _differences("bounds in Lean", lean.conjuncts(called.bounds), bounds)
    yield from _differences("conjuncts in Lean", lean.conjuncts(called.whole), wanted)
    # Only words that begin no command: so nothing stands unseen behind a body.
    known = {name.rpartition(".")[2] for name in (*wanted, *lean.helpers)} | {"Constraint"} | vocabulary(lean.kind)
    for definition in lean.definitions.values():
        if foreign := definition.words - known:
            what = f"found the words {_shown(sorted(foreign))}, expected x, numbers and what the library declares"
            yield Disagreement(f"{definition.name} in Lean", what)
    reached, waiting = set(), [called.whole, *wanted]
    while waiting:
        name = waiting.pop()
        if name in lean.definitions and name not in reached:
            reached.add(name)
            waiting += [lean.named(word, within=name) for word in lean.definitions[name].words]
    for name in lean.helpers:
        if name not in reached:
            yield Disagreement(f"{name} in Lean", "is a part of no constraint")


def _certificate(specification: Specification, witness: Sequence[int]) -> Iterator[str]:
    """The commands of the chunk's certificate, without the bodies of definitions over a point."""
    yield from ("prelude", "import Bounds")
    yield from (f"set_option {name} false" for name in ("genCtorIdx", "genInjectivity", "genSizeOf"))
    yield from ("set_option maxRecDepth 1000000", "noncomputable section", "namespace Constraint")
    yield from (f"def {name} (x : Point) : Bool := …" for name in _identifiers(specification).values())
    yield "end Constraint"
    for name in ("bounds", "unit_sum", "valid"):
        if name != "unit_sum" or specification.chunk.unit_sum:
            yield f"def {name} (x : Point) : Bool := …"
    coordinates = " ".join(str(value) if value >= 0 else f"(Int.neg {-value})" for value in witness)
    yield f"def witness : Point := Point.mk {coordinates}"
    yield "theorem witness_valid : Eq (valid witness) Bool.true := Eq.refl Bool.true"
    yield "#print axioms witness_valid"


def _module(specification: Specification, witness: Sequence[int]) -> Iterator[str]:
    """The commands of the chunk's module, without the bodies of definitions over a point and without helpers."""
    chunk = specification.chunk
    yield from ("import Duality.Base", f"namespace Duality.Chunk{chunk.id}")
    simplex = ["Bounds", "UnitSum"] if chunk.unit_sum else ["Bounds"]
    for name in (*simplex, *_identifiers(specification).values(), "Valid"):
        yield f"def {name} (x : Point) : Prop := …"
        yield f"instance (x : Point) : Decidable ({name} x) := …"
    yield f"def witness : Point := ⟨{', '.join(map(str, witness))}⟩"
    yield "theorem witness_valid : Valid witness := by decide"
    yield "theorem satisfiable : ∃ x : Point, Valid x := ⟨witness, witness_valid⟩"
    yield f"end Duality.Chunk{chunk.id}"


def _without_bodies(lean: LeanText) -> Iterator[str]:
    """The commands of a text, without the bodies of definitions over a point, and of instances where they repeat the
    definition's; without helpers, where these are counted in their order and have their instances.
    """
    commands: list[str] = []
    bodies: dict[str, str] = {}
    for command in lean.commands:
        if match := _JUDGED_IN_LEAN.fullmatch(command):
            bodies[match[2]] = match[3]
            command = f"{match[1]} := …"
        elif (match := _INSTANCE.fullmatch(command)) and bodies.get(match[2]) == match[3]:
            command = f"{match[1]} := …"
        commands.append(command)
    at, count = 0, 1
    while at < len(commands):
        name = f"part{count}"
        proposition = [f"def {name} (x : Point) : Prop := …", f"instance (x : Point) : Decidable ({name} x) := …"]
        if lean.helpers and commands[at : at + 2] == proposition:
            at, count = at + 2, count + 1
        elif lean.helpers and commands[at] == f"def {name} (x : Point) : Int := …":
            at, count = at + 1, count + 1
        else:
            yield commands[at]
            at += 1


def _differences(where: str, found: Iterable[str], expected: Iterable[str]) -> Iterator[Disagreement]:
    """Each place where two lists are not the same."""
    ours, theirs = list(expected), list(found)
    if ours == theirs:
        return
    for tag, i, j, k, m in SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if tag != "equal":
            yield Disagreement(where, f"found {_shown(theirs[i:j])}, expected {_shown(ours[k:m])}")


def _shown(items: Sequence[str]) -> str:
    cut = [item if len(item) <= _LONGEST_ITEM else f"{item[:_LONGEST_ITEM]}..." for item in items[:_MOST_ITEMS]]
    more = [f"and {len(items) - _MOST_ITEMS} more"] if len(items) > _MOST_ITEMS else []
    return visible(f"[{', '.join(cut + more)}]")
