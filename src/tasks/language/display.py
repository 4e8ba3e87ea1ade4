"""Expression to text of the language, with brackets around every operand that is not one word or call."""

from __future__ import annotations

from . import syntax
from .syntax import Expression, Visitor

_BARE = (
    syntax.Integer, syntax.Boolean, syntax.Total, syntax.Coordinate, syntax.Variable, syntax.Absolute,
    syntax.Extremum, syntax.BoolToInt, syntax.SetLiteral, syntax.Primes, syntax.Quantified,
)  # fmt: skip


class Printer(Visitor):
    """Prints so that what is printed parses back to the same tree. Base of renderers with other spellings."""

    def operand(self, node: Expression) -> str:
        text: str = self.visit(node)
        return text if isinstance(node, _BARE) else f"({text})"

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

    def Arithmetic(self, node: syntax.Arithmetic) -> str:
        return self.chain(node.operators, node.operands)

    def chain(self, operators: tuple[str, ...], operands: tuple[Expression, ...]) -> str:
        first, *rest = map(self.operand, operands)
        return first + "".join(f" {operator} {operand}" for operator, operand in zip(operators, rest, strict=True))

    def Negative(self, node: syntax.Negative) -> str:
        return f"-{self.operand(node.operand)}"

    def Absolute(self, node: syntax.Absolute) -> str:
        return f"abs({self.visit(node.operand)})"

    def Extremum(self, node: syntax.Extremum) -> str:
        return f"{node.function}({', '.join(map(self.visit, node.operands))})"

    def BoolToInt(self, node: syntax.BoolToInt) -> str:
        return f"bool2int({self.visit(node.operand)})"

    def Comparison(self, node: syntax.Comparison) -> str:
        return f"{self.operand(node.left)} {node.operator} {self.operand(node.right)}"

    def Membership(self, node: syntax.Membership) -> str:
        members = self.visit(node.set)
        return f"{self.operand(node.element)} in {members}"

    def Not(self, node: syntax.Not) -> str:
        return f"not {self.operand(node.operand)}"

    def Logic(self, node: syntax.Logic) -> str:
        return self.chain(node.operators, node.operands)

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


def display(expression: Expression) -> str:
    """The canonical text of an expression."""
    text: str = Printer().visit(expression)
    return text
