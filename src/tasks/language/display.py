"""Expression to text of the language, with brackets around every operand that is not one word or call."""

from __future__ import annotations

from collections.abc import Iterable

from . import syntax
from .operators import APPLIED, FUNCTIONS, INFIX, Operator
from .syntax import Expression, Visitor

_BARE = (
    syntax.Integer, syntax.Boolean, syntax.Total, syntax.Coordinate, syntax.Variable, syntax.SetLiteral, syntax.Primes,
    syntax.Quantified,
)  # fmt: skip


class Printer(Visitor):
    """Prints so that what is printed parses back to the same tree. Base of renderers with other spellings."""

    def operand(self, node: Expression) -> str:
        return self.bracketed(node, self.visit(node))

    def bracketed(self, node: Expression, text: str) -> str:
        bare = isinstance(node, _BARE) or (isinstance(node, syntax.Application) and node.operator in FUNCTIONS)
        return text if bare else f"({text})"

    def form(self, row: Operator) -> str:
        """The template that an operator is printed by, see Operator.minizinc."""
        return row.canonical

    def Integer(self, node: syntax.Integer) -> str:
        return str(node.value)

    def Boolean(self, node: syntax.Boolean) -> str:
        return "true" if node.value else "false"

    def Total(self, node: syntax.Total) -> str:
        return "N"

    def Coordinate(self, node: syntax.Coordinate) -> str:
        return f"x[{self.visit(node.index)}]"

    def Variable(self, node: syntax.Variable) -> str:
        return node.name

    def Chain(self, node: syntax.Chain) -> str:
        first, *rest = map(self.operand, node.operands)
        return fold(first, [(self.form(INFIX[o]), text) for o, text in zip(node.operators, rest, strict=True)])

    def Application(self, node: syntax.Application) -> str:
        texts = list(map(self.visit, node.operands))
        bracketed = map(self.bracketed, node.operands, texts)
        return self.form(APPLIED[node.operator]).format(*bracketed, all=", ".join(texts))

    def Comparison(self, node: syntax.Comparison) -> str:
        return self.form(INFIX[node.operator]).format(self.operand(node.left), self.operand(node.right))

    def Membership(self, node: syntax.Membership) -> str:
        members = self.visit(node.set)
        return f"{self.operand(node.element)} in {members}"

    def Range(self, node: syntax.Range) -> str:
        return f"{self.operand(node.low)}..{self.operand(node.high)}"

    def SetLiteral(self, node: syntax.SetLiteral) -> str:
        return "{" + ", ".join(map(self.visit, node.elements)) + "}"

    def Primes(self, node: syntax.Primes) -> str:
        return "P"

    def Quantified(self, node: syntax.Quantified) -> str:
        return f"{node.quantifier}({self.generators(node)})({self.visit(node.body)})"

    def generators(self, node: syntax.Quantified) -> str:
        text = ", ".join(f"{self.variable(g.variable)} in {self.visit(g.domain)}" for g in node.generators)
        return text if node.condition is None else f"{text} where {self.visit(node.condition)}"

    def variable(self, name: str) -> str:
        return name


def fold(first: str, steps: Iterable[tuple[str, str]]) -> str:
    """first, put into the first step's template as {0} beside the step's text as {1}, and so on; in linear time."""
    heads, tails = [], [first]
    for template, text in steps:
        head, tail = template.split("{0}")
        heads.append(head.format(None, text))
        tails.append(tail.format(None, text))
    return "".join([*reversed(heads), *tails])


def display(expression: Expression) -> str:
    """The canonical text of an expression."""
    text: str = Printer().visit(expression)
    return text
