"""Theorems about all points of a chunk: what is to be refuted, and the proof in Lean, to stand behind a certificate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..language import syntax
from ..language.evaluate import Undefined
from ..language.syntax import Expression
from ..language.unroll import unroll
from ..render.evaluation import BY_KERNEL
from ..render.text import names
from ..specification import Specification
from .formula import Both, Conjunction, Part, Reader, negation, size
from .lean import conjunction_text, forms_text, tree_text
from .linear import Forms
from .search import MOST_STEPS, LimitReached, PointFound, refute
from .terms import Path
from .tree import Goal, Infeasible, Refuted, Split, Tree

MOST_PARTS = 10_000
"""Of the formulas that a proof may use together."""

BALANCED = "Proof.balanced"
QUESTION = "Balance.holds"
UNSATISFIABLE = "Proof.unsatisfiable"

_T_INT = syntax.Chain(("+",) * 3, tuple(syntax.Coordinate(syntax.Integer(i)) for i in range(1, 5)))
_T_EXT = syntax.Chain(("+",) * 3, tuple(syntax.Coordinate(syntax.Integer(i)) for i in range(5, 9)))
_IMBALANCE = syntax.Application("abs", (syntax.Chain(("-",), (_T_INT, _T_EXT)),))
# As written in Lean by hand, to be read.
_BALANCE = """\
def t_int (x : Point) : Int := (x.x1.add x.x2).add (x.x3.add x.x4)
def t_ext (x : Point) : Int := (x.x5.add x.x6).add (x.x7.add x.x8)
def imbalance (x : Point) : Int := ((t_int x).sub (t_ext x)).abs
def balance (x : Point) : Bool := (imbalance x).ble {limit}
def of_claim : Parts form (fun x => (balance x).not) :=
  {claim}"""


@dataclass(frozen=True)
class Statement:
    """That a chunk has no valid point; or, with a limit, that |T_int - T_ext| is at most that at each.

    definitions: what the certificate's `valid` joins, in its order, by their names there, with their formulas; None for
    the bounds of the coordinates, and for what is left out. complete: nothing that restricts the points is left out for
    its size.
    """

    total: int
    limit: int | None
    definitions: tuple[tuple[str, Expression | None], ...]
    complete: bool = True

    @property
    def theorem(self) -> str:
        return UNSATISFIABLE if self.limit is None else BALANCED

    def goal(self, paths: Collection[Path] | None = None) -> Goal:
        """What no point meets if the statement is true; with the parts alone to which paths lead, if given."""
        forms = Forms()
        reader = Reader(forms)
        shift = 0 if self.limit is None else 1

        def read(definitions: Sequence[tuple[str, Expression | None]], place: Path, length: int) -> Conjunction:
            wanted = None if paths is None else [p >> length for p in paths if p % (1 << length) == place]
            if wanted == []:
                return None
            if len(definitions) == 1:
                formula = definitions[0][1]
                return None if formula is None else reader.conjunction(formula, wanted)
            middle = len(definitions) // 2
            left = read(definitions[:middle], place, length + 1)
            return Both(left, read(definitions[middle:], place + (1 << length), length + 1))

        whole = read(self.definitions, 0, shift)
        if paths is None:
            forms.number((0, 1, 1, 1, 1, 0, 0, 0, 0))  # a tract, which is whole
        if self.limit is not None:
            claim = syntax.Comparison("<=", _IMBALANCE, syntax.Integer(self.limit))
            whole = Both(whole, Part(negation(reader.truth(claim))))
        return Goal(whole, forms, self.total)


@dataclass(frozen=True)
class Proof:
    """forms: those that the tree splits, by its numbers."""

    statement: Statement
    tree: Tree
    forms: Forms

    @property
    def nodes(self) -> int:
        return sum(1 for _ in nodes(self.tree))

    def used(self) -> list[str]:
        """The definitions that the proof needs."""
        paths = set(used_paths(self.tree))
        return [
            name for name, place, length in _places(self.statement) if any(p % (1 << length) == place for p in paths)
        ]

    def text(self) -> str:
        """Lean text for behind a certificate of the same chunk; it ends with what shows the theorem's axioms."""
        return _text(self)


def statement(specification: Specification, limit: int | None = None, only: Iterable[str] | None = None) -> Statement:
    """That the chunk is unsatisfiable, or balanced within a limit. only: the definitions that it may use.

    Formulas that are very large or deep are not used.
    """
    chunk = specification.chunk
    kept = None if only is None else set(only)
    formulas, complete = usable(
        (f"Constraint.{identifier}", unroll(expression, chunk.total, chunk.primes))
        for _, identifier, expression in formal_constraints(specification)
    )
    found = [*simplex(specification), *formulas]
    if kept is not None:
        found = [(name, formula if name in kept else None) for name, formula in found]
    return Statement(chunk.total, limit, tuple(found), complete)


def formal_constraints(specification: Specification) -> list[tuple[str, str, Expression]]:
    """Name, identifier in a certificate, and expression of each formal constraint."""
    given = specification.chunk.constraints
    identifiers = names(constraint.name for constraint in given)
    return [
        (constraint.name, identifier, stated.expression)
        for constraint, identifier, stated in zip(given, identifiers, specification.statements, strict=True)
        if stated.kind == "formal" and stated.expression is not None
    ]


def simplex(specification: Specification) -> Iterator[tuple[str, Expression | None]]:
    """What a certificate defines of the simplex."""
    yield "bounds", None
    if specification.chunk.unit_sum:
        coordinates = tuple(syntax.Coordinate(syntax.Integer(i)) for i in range(1, 9))
        total = syntax.Chain(("+",) * 7, coordinates)
        yield "unit_sum", syntax.Comparison("=", total, syntax.Integer(specification.chunk.total))


def usable(formulas: Iterable[tuple[str, Expression]]) -> tuple[list[tuple[str, Expression | None]], bool]:
    """Unrolled formulas by their names, None for those that are very large or deep; and whether there is none such."""
    found: list[tuple[str, Expression | None]] = []
    room, complete = MOST_PARTS, True
    for name, formula in formulas:
        parts = size(formula, room)
        room -= parts or 0
        complete = complete and parts is not None
        found.append((name, None if parts is None else formula))
    return found, complete


def prove(stated: Statement, most_steps: int) -> Proof:
    """A proof of the statement. Raises PointFound where it is false, LimitReached after about as many steps, or where
    a number is too large.
    """
    try:
        goal = stated.goal()
        return Proof(stated, refute(goal, most_steps), goal.forms)
    except Undefined:  # a constant, as it is nested in Lean, though not as it is written
        raise LimitReached from None
    except PointFound:
        if stated.complete:
            raise
        raise LimitReached from None  # the point need not meet what is left out


def balance_text(specification: Specification, limit: int) -> tuple[str, int | None]:
    """The text to stand behind a chunk's certificate that proves its balance, and how many nodes its tree has; where
    none was found, a comment that says so, with None.
    """
    claim = f"|T_int - T_ext| is at most {limit} at every valid point"
    try:
        proof = prove(statement(specification, limit), MOST_STEPS)
    except LimitReached:
        return f"-- No proof was found that {claim}: the solver alone says so.\n", None
    except PointFound as found:
        return f"-- It is false that {claim}: at x = {found.point} it is more.\n", None
    return f"-- Behind the certificate of this number: {claim}; see Bounds.lean.\n\n{proof.text()}", proof.nodes


def balance_question(limit: int) -> str:
    """What is put behind a certificate and the proof of its balance, so that the theorem is the one that is meant."""
    return (
        f"\ntheorem Balance.holds : (x : Point) → Eq (_root_.valid x) Bool.true → Eq (Int.ble (Int.abs (Int.sub\n"
        "    (Int.add (Int.add x.x1 x.x2) (Int.add x.x3 x.x4)) (Int.add (Int.add x.x5 x.x6) (Int.add x.x7 x.x8))))\n"
        f"    {limit}) Bool.true :=\n  {BALANCED}\n#print axioms Balance.holds\n"
    )


def nodes(tree: Tree) -> Iterator[Tree]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Split):
            waiting += (node.right, node.left)


def used_paths(tree: Tree) -> Iterator[Path]:
    """The paths to the parts that a tree uses; some go on within a part."""
    for node in nodes(tree):
        match node:
            case Refuted(path):
                yield path
            case Infeasible(cuts=cuts):
                yield from (path for path, _ in cuts)


def _places(stated: Statement) -> Iterator[tuple[str, Path, int]]:
    """Where each definition stands: its path and the length of that."""

    def walk(low: int, high: int, path: Path, length: int) -> Iterator[tuple[str, Path, int]]:
        if high - low == 1:
            yield stated.definitions[low][0], path, length
            return
        middle = low + (high - low) // 2
        yield from walk(low, middle, path, length + 1)
        yield from walk(middle, high, path + (1 << length), length + 1)

    yield from walk(0, len(stated.definitions), 0, 0 if stated.limit is None else 1)


def _text(proof: Proof) -> str:
    stated, tree = proof.statement, proof.tree
    goal = stated.goal(sorted(set(used_paths(tree))))
    whole = goal.conjunction
    tree = _renumbered(tree, proof.forms, goal.forms)
    parts = [
        "namespace Proof",
        f"def forms : List (List Int) :=\n  {forms_text(goal.forms)}",
        "def form : Nat → List Int := Linear.nth forms",
    ]

    def known(definitions: Sequence[tuple[str, Expression | None]], conjunction: Conjunction) -> str:
        """What is known of definitions that are joined; a definition for each of those that are used."""
        if conjunction is None:
            return "Parts.nothing"
        if len(definitions) == 1:
            name = f"of_{definitions[0][0].rpartition('.')[2]}"
            parts.append(f"def {name} : Parts form {definitions[0][0]} :=\n  {conjunction_text(conjunction)}")
            return name
        assert isinstance(conjunction, Both)
        middle = len(definitions) // 2
        first = known(definitions[:middle], conjunction.left)
        return f"(Parts.both {first} {known(definitions[middle:], conjunction.right)})"

    levels = (len(stated.definitions)).bit_length() - 1
    if stated.limit is None:
        valid, formula, every = whole, "valid", "of_valid"
    else:
        assert isinstance(whole, Both), "the negation of a claim is needed in any proof of it"
        valid, formula, every = whole.left, "(fun x => (valid x).and (balance x).not)", "(Parts.both of_valid of_claim)"
        levels += 1
    parts.append(f"def of_valid : Parts form valid :=\n  {known(stated.definitions, valid)}")
    if stated.limit is not None:
        assert isinstance(whole, Both)
        parts.append(_BALANCE.format(limit=stated.limit, claim=conjunction_text(whole.right)))
    parts.append(f"def tree : Tree :=\n{tree_text(tree)}")
    within = "h"
    for _ in range(levels):
        within = f"(Bool.left {within})"
    refuted = f"Tree.refutes forms (p := {formula}) {every} {stated.total}\n  (fun _ h => {within}) tree {BY_KERNEL}"
    if stated.limit is None:
        parts.append(f"theorem unsatisfiable : (x : Point) → Eq (valid x) Bool.true → False :=\n  {refuted}")
    else:
        claim = f"(x : Point) → Eq (valid x) Bool.true → Eq ((imbalance x).ble {stated.limit}) Bool.true"
        parts.append(f"theorem balanced : {claim} :=\n  Tree.implies ({refuted})")
    parts.append(f"#print axioms {stated.theorem}\nend Proof")
    return "\n\n".join(parts) + "\n"


def _renumbered(tree: Tree, old: Forms, new: Forms) -> Tree:
    """The tree with the numbers that its forms have in new."""
    match tree:
        case Split(j, k, left, right):
            number = new.number(old.all[j])
            return Split(number, k, _renumbered(left, old, new), _renumbered(right, old, new))
        case Infeasible(bounds, cuts):
            return Infeasible(tuple((new.number(old.all[j]), factor) for j, factor in bounds), cuts)
        case _:
            return tree
