"""A solved chunk as an ordinary Lean 4 module, in the notation that a reader of Lean expects.

It uses what every Lean 4 has had and no library: structure, def, instance, inferInstanceAs, `by decide`,
anonymous constructors. Chains of more than GROUP terms go through helper definitions, as the elaborator
overflows on deep terms.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..corpus.chunk import Chunk
from ..language import syntax
from ..language.statement import Statement
from ..language.syntax import Expression, Visitor, is_constant
from ..language.unroll import unroll
from .lean_text import GROUP, doc_comment, heading, line_comment
from .text import label, names

# How tightly a term binds; an operand below what its place asks for is bracketed.
ATOM, APPLICATION, PRODUCT, SUM, NEGATION, COMPARISON, NOT, AND, OR, IMPLIES, IFF = range(11, 0, -1)

_COMPARISON = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "=", "!=": "≠"}


WEIGHT = 2 * GROUP
"""Propositions in one definition; Lean looks for instances of at most 128 parts."""


@dataclass(frozen=True)
class Term:
    """weight counts the propositions that the term is made of; that of a number is 0."""

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
    valid = _chain([Term(text, APPLICATION, 1) for text in conjuncts], "∧", AND, helpers)
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
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and character in "∧∨→↔":
            yield text[start : at + 2]
            start = at + 2
    yield text[start:]


def _broken(line: str, margin: str) -> list[str]:
    """A line that is still long, broken at spaces."""
    return textwrap.wrap(
        line.strip(), 100, initial_indent=margin, subsequent_indent=margin + "  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


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


def _chain(terms: list[Term], operator: str, binding: int, helpers: _Helpers) -> Term:
    """terms joined by an associative operator, in groups of groups where they are many."""
    least, kind = {AND: (NOT, "Prop"), OR: (NOT, "Prop"), SUM: (PRODUCT, "Int")}[binding]
    terms = _lightened(terms, helpers)

    def joined(group: list[Term]) -> Term:
        text = f" {operator} ".join(t.at(least) for t in group)
        return Term(text, binding, sum(t.weight for t in group))

    while len(terms) > GROUP:
        groups = [terms[i : i + GROUP] for i in range(0, len(terms), GROUP)]
        terms = [helpers.add(joined(group), kind) if len(group) > 1 else group[0] for group in groups]
    return joined(terms)


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

    def Arithmetic(self, node: syntax.Arithmetic) -> Term:
        terms = [self.visit(operand) for operand in node.operands]
        if set(node.operators) == {"+"}:
            return _chain(terms, "+", SUM, self.helpers)
        result: Term = terms[0]
        for position, (operator, term) in enumerate(zip(node.operators, terms[1:], strict=True), start=1):
            if position % GROUP == 0:
                result = self.helpers.add(result, "Int")
            if operator in ("div", "mod"):
                result = Term(f"t{operator} {result.at(ATOM)} {term.at(ATOM)}", APPLICATION)
            elif operator == "*":
                result = Term(f"{result.at(PRODUCT)} * {term.at(APPLICATION)}", PRODUCT)
            else:
                result = Term(f"{result.at(SUM)} {operator} {term.at(PRODUCT)}", SUM)
        return result

    def Negative(self, node: syntax.Negative) -> Term:
        return Term(f"-{self.visit(node.operand).at(ATOM)}", NEGATION)

    def Absolute(self, node: syntax.Absolute) -> Term:
        return Term(f"iabs {self.visit(node.operand).at(ATOM)}", APPLICATION)

    def Extremum(self, node: syntax.Extremum) -> Term:
        terms: list[Term] = [self.visit(operand) for operand in node.operands]
        while len(terms) > 1:
            paired = [
                Term(f"i{node.function} {a.at(ATOM)} {b.at(ATOM)}", APPLICATION)
                for a, b in zip(terms[::2], terms[1::2], strict=False)
            ]
            terms = paired + terms[len(paired) * 2 :]
            if len(terms) > GROUP // 2:
                terms = [self.helpers.add(term, "Int") for term in terms]
        return terms[0]

    def BoolToInt(self, node: syntax.BoolToInt) -> Term:
        (term,) = _lightened([self.visit(node.operand)], self.helpers)
        return Term(f"bool2int {term.at(ATOM)}", APPLICATION)

    def Comparison(self, node: syntax.Comparison) -> Term:
        return self.compared(node.left, _COMPARISON[node.operator], node.right)

    def compared(self, left: Expression, operator: str, right: Expression) -> Term:
        texts = [self.visit(side).at(NEGATION) for side in (left, right)]
        if is_constant(left) and is_constant(right):
            # Between literals alone Lean would take natural numbers, where 2 - 3 is 0.
            texts = [f"({text} : Int)" for text in texts]
        return Term(f"{texts[0]} {operator} {texts[1]}", COMPARISON, 1)

    def Membership(self, node: syntax.Membership) -> Term:
        if isinstance(node.set, syntax.Range):
            sides = [
                self.compared(node.set.low, "≤", node.element),
                self.compared(node.element, "≤", node.set.high),
            ]
            return _chain(sides, "∧", AND, self.helpers)
        assert isinstance(node.set, syntax.SetLiteral)
        cases = [self.compared(node.element, "=", element) for element in node.set.elements]
        if not cases:
            return Term("False", ATOM, 1)
        return cases[0] if len(cases) == 1 else _chain(cases, "∨", OR, self.helpers)

    def Not(self, node: syntax.Not) -> Term:
        operand = self.visit(node.operand)
        return Term(f"¬ {operand.at(ATOM)}", NOT, operand.weight + 1)

    def Logic(self, node: syntax.Logic) -> Term:
        terms = [self.visit(operand) for operand in node.operands]
        if set(node.operators) == {"/\\"}:
            return _chain(terms, "∧", AND, self.helpers)
        if set(node.operators) == {"\\/"}:
            return _chain(terms, "∨", OR, self.helpers)
        result: Term = terms[0]
        for position, (operator, term) in enumerate(zip(node.operators, terms[1:], strict=True), start=1):
            if position % GROUP == 0:
                result = self.helpers.add(result, "Prop")
            result, term = _lightened([result, term], self.helpers)
            a, b = result.at(NOT), term.at(NOT)
            weight = result.weight + term.weight + 1
            match operator:
                case "xor":
                    result = Term(f"¬ ({a} ↔ {b})", NOT, weight)
                case "<->":
                    result = Term(f"{a} ↔ {b}", IFF, weight)
                case "->":
                    result = Term(f"{a} → {b}", IMPLIES, weight)
                case "\\/":
                    result = Term(f"{a} ∨ {b}", OR, weight)
                case _:
                    result = Term(f"{a} ∧ {b}", AND, weight)
        return result

    def Total(self, node: syntax.Total) -> Term:
        raise AssertionError("unrolled expressions have no N")

    Variable = Primes = Quantified = SetLiteral = Range = Total
