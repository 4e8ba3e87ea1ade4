"""A solved chunk as a certificate for the embedded kernel: predicates as Bool-valued functions in core Lean."""

from __future__ import annotations

from collections.abc import Sequence

from ..corpus.chunk import Chunk
from ..language import syntax
from ..language.display import fold
from ..language.operators import APPLIED, INFIX
from ..language.statement import Statement
from ..language.syntax import Expression, Visitor
from ..language.unroll import unroll
from .lean_text import balanced, doc_comment, heading, line_comment
from .text import label, names

OPTIONS = """\
set_option genCtorIdx false
set_option genInjectivity false
set_option genSizeOf false
set_option maxRecDepth 1000000
noncomputable section
"""

THEOREM = """\
theorem witness_valid : Eq (valid witness) Bool.true := Eq.refl Bool.true

#print axioms witness_valid
"""


def render(chunk: Chunk, statements: Sequence[Statement], witness: Sequence[int] | None) -> str:
    """The certificate that witness (8 integers) is a valid point of the chunk; without one, its definitions alone."""
    parts = [
        "prelude",
        "import Bounds",
        f"-- Chunk {chunk.id}: {heading(chunk.title)}\n-- Certificate for the embedded kernel; see Support.lean.",
        OPTIONS.rstrip(),
        "namespace Constraint",
    ]
    identifiers = names(constraint.name for constraint in chunk.constraints)
    conjuncts = []
    for constraint, statement, name in zip(chunk.constraints, statements, identifiers, strict=True):
        if statement.kind != "formal" or statement.expression is None:
            reason = "informal, not checked" if statement.kind == "informal" else "vacuous, constantly true"
            parts.append("\n".join([f"-- {reason}: {label(constraint.name)}", *line_comment(constraint.text)]))
            continue
        body = term(unroll(statement.expression, chunk.total, chunk.primes))
        comment = doc_comment(constraint, name)
        parts.append(f"{comment}\ndef {name} (x : Point) : Bool :=\n  {body}")
        conjuncts.append(f"(Constraint.{name} x)")
    parts.append("end Constraint")
    bounds = [f"(x.x{i}.isBetween 0 {chunk.total})" for i in range(1, 9)]
    parts.append(f"def bounds (x : Point) : Bool :=\n  {balanced(bounds, both)}")
    simplex = ["(bounds x)"]
    if chunk.unit_sum:
        total = balanced([f"x.x{i}" for i in range(1, 9)], lambda a, b: f"({a}.add {b})")
        parts.append(f"def unit_sum (x : Point) : Bool :=\n  {total}.beq {chunk.total}")
        simplex.append("(unit_sum x)")
    parts.append(f"def valid (x : Point) : Bool :=\n  {balanced([*simplex, *conjuncts], both)}")
    if witness is None:
        return "\n\n".join(parts) + "\n"
    parts.append(f"def witness : Point :=\n  Point.mk {' '.join(_integer(value) for value in witness)}")
    return "\n\n".join([*parts, THEOREM])


def term(expression: Expression) -> str:
    """The term of an expression without quantifiers (see unroll)."""
    found: str = _Certificate().visit(expression)
    return found


def both(a: str, b: str) -> str:
    """The term that joins two by `and`."""
    return f"({a}.and {b})"


def _integer(value: int) -> str:
    return str(value) if value >= 0 else f"(Int.neg {-value})"


class _Certificate(Visitor):
    """Function application alone, every term in brackets: the prelude has no notation."""

    def Integer(self, node: syntax.Integer) -> str:
        return f"(Int.neg {-node.value})" if node.value < 0 else f"({node.value} : Int)"

    def Boolean(self, node: syntax.Boolean) -> str:
        return "Bool.true" if node.value else "Bool.false"

    def Coordinate(self, node: syntax.Coordinate) -> str:
        return f"x.x{self.index(node)}"

    def index(self, node: syntax.Coordinate) -> int:
        assert isinstance(node.index, syntax.Integer)
        return node.index.value

    def Chain(self, node: syntax.Chain) -> str:
        texts, rows = list(map(self.visit, node.operands)), [INFIX[token] for token in node.operators]
        if rows[0].associative and len(set(node.operators)) == 1:
            return balanced(texts, rows[0].in_certificate.format)
        return fold(texts[0], [(row.in_certificate, text) for row, text in zip(rows, texts[1:], strict=True)])

    def Application(self, node: syntax.Application) -> str:
        row, texts = APPLIED[node.operator], list(map(self.visit, node.operands))
        return balanced(texts, row.in_certificate.format) if row.many else row.in_certificate.format(*texts)

    def Comparison(self, node: syntax.Comparison) -> str:
        return INFIX[node.operator].in_certificate.format(self.visit(node.left), self.visit(node.right))

    def Membership(self, node: syntax.Membership) -> str:
        element = self.visit(node.element)
        if isinstance(node.set, syntax.Range):
            return f"(Int.isBetween {element} {self.visit(node.set.low)} {self.visit(node.set.high)})"
        return f"(Int.isIn {element} {self.visit(node.set)})"

    def SetLiteral(self, node: syntax.SetLiteral) -> str:
        text = "List.nil"
        for element in reversed(node.elements):
            text = f"(List.cons {self.visit(element)} {text})"
        return text

    def Range(self, node: syntax.Range) -> str:
        raise AssertionError("a range stands in a membership alone")

    def Total(self, node: syntax.Total) -> str:
        raise AssertionError("unrolled expressions have no N")

    def Variable(self, node: syntax.Variable) -> str:
        raise AssertionError("unrolled expressions have no variables")

    def Primes(self, node: syntax.Primes) -> str:
        raise AssertionError("unrolled expressions have no P")

    def Quantified(self, node: syntax.Quantified) -> str:
        raise AssertionError("unrolled expressions have no quantifiers")
