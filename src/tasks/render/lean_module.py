"""A solved chunk as an ordinary Lean 4 module, in the notation that a reader of Lean expects.

It uses what every Lean 4 has had and no library: structure, def, instance, inferInstanceAs, `by decide`,
anonymous constructors. Chains of more than GROUP terms go through helper definitions, as the elaborator
overflows on deep terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..corpus.chunk import Chunk
from ..language import syntax
from ..language.display import fold
from ..language.operators import APPLICATION, APPLIED, ATOM, INFIX, NEGATION, Operator
from ..language.statement import Statement
from ..language.syntax import Expression, Visitor, is_constant
from ..language.unroll import unroll
from .lean_text import GROUP, doc_comment, heading, line_comment
from .text import label, names

WEIGHT = 2 * GROUP
"""Propositions in one definition; Lean looks for instances of at most 128 parts."""

_MARK = re.compile("[(«)»∧∨→↔]")
_WORD = re.compile(r"(?:«[^»]*»|[^ «])+")
_KIND = {"bool": "Prop", "int": "Int"}


@dataclass(frozen=True)
class Term:
    """binding is as in the table of operators: an operand below what its place asks for is bracketed. weight counts the
    propositions that the term is made of; that of a number is 0.
    """

    text: str
    binding: int
    weight: int = 0

    def at(self, least: int) -> str:
        """The text for a place that asks for this binding."""
        return self.text if self.binding >= least else f"({self.text})"


def render(chunk: Chunk, statements: Sequence[Statement], witness: Sequence[int]) -> str:
    """The module that states the chunk and proves that witness (8 integers) is one of its points."""
    primes = ", ".join(map(str, chunk.primes))
    parts = [
        "import Duality.Base",
        f"/-!\n# Chunk {chunk.id}: {heading(chunk.title)}\n\n"
        f"Goal: {chunk.goal}; tract: {chunk.tract}; N = {chunk.total}; P = {{{primes}}}.\n-/",
        f"namespace Duality.Chunk{chunk.id}",
    ]
    conjuncts = ["Bounds x"]
    parts += _definition(
        "/-- Every coordinate lies between 0 and N. -/",
        "Bounds",
        " ∧ ".join(f"0 ≤ x.x{i} ∧ x.x{i} ≤ {chunk.total}" for i in range(1, 9)),
    )
    if chunk.unit_sum:
        total = " + ".join(f"x.x{i}" for i in range(1, 9))
        parts += _definition("/-- The coordinates sum to N. -/", "UnitSum", f"{total} = {chunk.total}")
        conjuncts.append("UnitSum x")
    identifiers = names(constraint.name for constraint in chunk.constraints)
    helpers = _Helpers()
    for constraint, statement, name in zip(chunk.constraints, statements, identifiers, strict=True):
        if statement.kind != "formal" or statement.expression is None:
            reason = "informal, not checked" if statement.kind == "informal" else "vacuous, constantly true"
            parts.append("\n".join([f"-- {reason}: {label(constraint.name)}", *line_comment(constraint.text)]))
            continue
        term = _Module(helpers).visit(unroll(statement.expression, chunk.total, chunk.primes))
        parts += helpers.take()
        parts += _definition(doc_comment(constraint, name), name, term.text)
        conjuncts.append(f"{name} x")
    valid = _chain([Term(text, APPLICATION, 1) for text in conjuncts], INFIX["/\\"], helpers)
    parts += helpers.take()
    parts += _definition("/-- The point meets every constraint of the chunk. -/", "Valid", valid.text)
    coordinates = ", ".join(map(str, witness))
    parts += [
        f"/-- The point that the solver found. -/\ndef witness : Point :=\n  ⟨{coordinates}⟩",
        "theorem witness_valid : Valid witness := by decide",
        "theorem satisfiable : ∃ x : Point, Valid x :=\n  ⟨witness, witness_valid⟩",
        f"end Duality.Chunk{chunk.id}",
    ]
    return "\n\n".join(parts) + "\n"


def proposition(expression: Expression, total: int, primes: Iterable[int]) -> str:
    """A formula as the module states it, for a reader; a long one follows the definitions of its parts."""
    helpers = _Helpers()
    term: Term = _Module(helpers).visit(unroll(expression, total, primes))
    parts = [part for part in helpers.take() if part.startswith("def ")]
    return "\n".join([*parts, _wrapped(term.text, 0)])


def _definition(comment: str, name: str, body: str, kind: str = "Prop") -> list[str]:
    """A definition over a point, and for a proposition the instance that makes it decidable."""
    lines = _wrapped(body, 2)
    parts = [f"{comment}\ndef {name} (x : Point) : {kind} :=\n{lines}".lstrip()]
    if kind == "Prop":
        parts.append(
            f"instance (x : Point) : Decidable ({name} x) :=\n  inferInstanceAs (Decidable (\n{_wrapped(body, 4)}))"
        )
    return parts


def _wrapped(text: str, indent: int) -> str:
    """text in lines of about 100 columns, broken after a connective outside all brackets wherever that does."""
    margin = " " * indent
    lines = [margin]
    for term in _terms(text):
        if len(lines[-1]) + len(term) > 100 and lines[-1] != margin:
            lines.append(margin)
        lines[-1] += term
    return "\n".join(broken for line in lines for broken in _broken(line.rstrip(), margin))


def _terms(text: str) -> Iterator[str]:
    """text cut after each connective that stands outside brackets."""
    depth, start = 0, 0
    for found in _MARK.finditer(text):
        depth += (found[0] in "(«") - (found[0] in ")»")
        if depth == 0 and found[0] in "∧∨→↔":
            yield text[start : found.end() + 1]
            start = found.end() + 1
    yield text[start:]


def _broken(line: str, margin: str) -> Iterator[str]:
    """A line, broken at spaces outside quotes where it is longer than 100 columns."""
    if len(line) > 100:
        words = _WORD.findall(line)
        line = margin + words[0]
        for word in words[1:]:
            if len(line) + len(word) >= 100:
                yield line
                line = f"{margin}  {word}"
            else:
                line += f" {word}"
    yield line


class _Helpers:
    """Definitions that hold a part of a long chain."""

    def __init__(self) -> None:
        self.count = 0
        self.pending: list[str] = []

    def add(self, term: Term, kind: str) -> Term:
        self.count += 1
        name = f"part{self.count}"
        self.pending += _definition("", name, term.text, kind)
        return Term(f"{name} x", APPLICATION, int(kind == "Prop"))

    def take(self) -> list[str]:
        taken, self.pending = self.pending, []
        return taken


def _chain(terms: list[Term], row: Operator, helpers: _Helpers) -> Term:
    """terms joined by an associative operator, in groups of groups where they are many."""
    notation = row.in_module
    terms = _lightened(terms, helpers)

    def joined(group: list[Term]) -> Term:
        first, *rest = (t.at(notation.operands[-1]) for t in group)
        return Term(fold(first, [(notation.text, t) for t in rest]), notation.binding, sum(t.weight for t in group))

    while len(terms) > GROUP:
        groups = [terms[i : i + GROUP] for i in range(0, len(terms), GROUP)]
        terms = [helpers.add(joined(group), _KIND[row.result]) if len(group) > 1 else group[0] for group in groups]
    return joined(terms) if len(terms) > 1 else terms[0]


def _applied(row: Operator, terms: list[Term], helpers: _Helpers) -> Term:
    notation = row.in_module
    terms = _lightened(terms, helpers)
    text = notation.text.format(*(t.at(least) for t, least in zip(terms, notation.operands, strict=True)))
    return Term(text, notation.binding, 1 + sum(t.weight for t in terms) if row.result == "bool" else 0)


def _lightened(terms: list[Term], helpers: _Helpers) -> list[Term]:
    """terms of little weight together: where they are heavy, each compound one becomes a definition of its own."""
    if sum(t.weight for t in terms) <= WEIGHT:
        return terms
    return [helpers.add(t, "Prop") if t.weight > 1 else t for t in terms]


class _Module(Visitor):
    """Each visit returns a Term."""

    def __init__(self, helpers: _Helpers) -> None:
        self.helpers = helpers

    def Integer(self, node: syntax.Integer) -> Term:
        return Term(str(node.value) if node.value >= 0 else f"({node.value})", ATOM)

    def Boolean(self, node: syntax.Boolean) -> Term:
        return Term("True" if node.value else "False", ATOM, 1)

    def Coordinate(self, node: syntax.Coordinate) -> Term:
        assert isinstance(node.index, syntax.Integer)
        return Term(f"x.x{node.index.value}", ATOM)

    def Chain(self, node: syntax.Chain) -> Term:
        terms, rows = list(map(self.visit, node.operands)), [INFIX[token] for token in node.operators]
        if rows[0].associative and len(set(node.operators)) == 1:
            return _chain(terms, rows[0], self.helpers)
        result: Term = terms[0]
        for position, (row, term) in enumerate(zip(rows, terms[1:], strict=True), start=1):
            if position % GROUP == 0:
                result = self.helpers.add(result, _KIND[node.type])
            result = _applied(row, [result, term], self.helpers)
        return result

    def Application(self, node: syntax.Application) -> Term:
        row = APPLIED[node.operator]
        terms: list[Term] = [self.visit(operand) for operand in node.operands]
        if not row.many:
            return _applied(row, terms, self.helpers)
        while len(terms) > 1:
            pairs = zip(terms[::2], terms[1::2], strict=False)
            paired = [_applied(row, [a, b], self.helpers) for a, b in pairs]
            terms = paired + terms[len(paired) * 2 :]
            if len(terms) > GROUP // 2:
                terms = [self.helpers.add(term, _KIND[node.type]) for term in terms]
        return terms[0]

    def Comparison(self, node: syntax.Comparison) -> Term:
        return self.compared(node.left, node.operator, node.right)

    def compared(self, left: Expression, token: str, right: Expression) -> Term:
        terms = [self.visit(left), self.visit(right)]
        if is_constant(left) and is_constant(right):
            # Between literals alone Lean would take natural numbers, where 2 - 3 is 0.
            terms = [Term(f"({t.at(NEGATION)} : Int)", ATOM) for t in terms]
        return _applied(INFIX[token], terms, self.helpers)

    def Membership(self, node: syntax.Membership) -> Term:
        if isinstance(node.set, syntax.Range):
            sides = [
                self.compared(node.set.low, "<=", node.element),
                self.compared(node.element, "<=", node.set.high),
            ]
            return _chain(sides, INFIX["/\\"], self.helpers)
        assert isinstance(node.set, syntax.SetLiteral)
        cases = [self.compared(node.element, "=", element) for element in node.set.elements]
        if not cases:
            return Term("False", ATOM, 1)
        return _chain(cases, INFIX["\\/"], self.helpers)

    def Total(self, node: syntax.Total) -> Term:
        raise AssertionError("unrolled expressions have no N")

    Variable = Primes = Quantified = SetLiteral = Range = Total
