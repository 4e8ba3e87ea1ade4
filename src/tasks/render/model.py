"""A chunk as a MiniZinc model, for MiniZinc 2.6 to 2.9."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..corpus.chunk import Chunk
from ..language import syntax
from ..language.display import Printer, fold
from ..language.operators import INFIX, Operator
from ..language.statement import Statement
from ..language.syntax import Expression
from .text import label, lines, names, unit_sum_label

KEYWORDS = frozenset(
    "ann annotation any array bool case constraint default diff div else elseif endif enum false float function if in "
    "include infinity int intersect let list maximize minimize mod not of op opt output par predicate record satisfy "
    "set solve string subset superset symdiff test then true tuple type union var where xor".split()
)  # fmt: skip
VACUOUS = "vacuous, constantly true"
"""What is said of a constraint that has no predicate, as it always holds."""

OBJECTIVES = {
    "neighbor_distance_min": "sum(i in 1..7)(abs(x[i + 1] - x[i]))",
    "projection_fit_min": "sum(i in 1..8)(abs((8 * x[i]) - N))",
}


def render(chunk: Chunk, statements: Sequence[Statement]) -> str:
    """The model's text; statements are those of the chunk's constraints, in order.

    Each formal constraint is a predicate over x, applied under the constraint's name. The search makes the
    witness canonical: the smallest objective where there is one, and the lexicographically smallest x.
    """
    parts = [
        [f"% chunk {chunk.id}: {label(chunk.title)}", f"% goal: {chunk.goal}; tract: {chunk.tract}"],
        [
            f"int: N = {chunk.total};",
            f"set of int: P = {{{', '.join(map(str, chunk.primes))}}};",
            "array[1..8] of var 0..N: x;",
        ],
    ]
    unit_sum = unit_sum_label(constraint.name for constraint in chunk.constraints)
    identifiers = names(constraint.name for constraint in chunk.constraints)
    for constraint, statement, identifier in zip(chunk.constraints, statements, identifiers, strict=True):
        comment = [f"% {line}" for line in (*lines(constraint.text), *("  " + n for n in lines(constraint.notes)))]
        name = label(constraint.name)
        if statement.kind != "formal":
            reason = "informal, not checked" if statement.kind == "informal" else VACUOUS
            parts.append([f"% {reason}: {name}", *comment])
            continue
        assert statement.expression is not None
        parts.append(
            [
                *comment,
                f"predicate {identifier}(array[int] of var int: x) =",
                f"  {formula(statement.expression)};",
                f"constraint :: {_string(name)} {identifier}(x);",
            ]
        )
    if chunk.unit_sum:
        parts.append([f"constraint :: {_string(unit_sum)} sum(x) = N;"])
    parts.append(_goal(chunk))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _goal(chunk: Chunk) -> list[str]:
    by_x = "int_search(x, input_order, indomain_min)"
    if chunk.objective == "none":
        return [f"solve :: {by_x} satisfy;"]
    by_objective = "int_search([objective], input_order, indomain_split)"
    return [
        f"var int: objective = {OBJECTIVES[chunk.objective]};",
        f"solve :: seq_search([{by_objective}, {by_x}]) minimize objective;",
    ]


def _string(text: str) -> str:
    r"""A MiniZinc string literal; with every backslash doubled, nothing is interpolated."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def formula(expression: Expression) -> str:
    """The expression as MiniZinc's, over x, N and P."""
    text: str = _Renderer(expression).visit(expression)
    return text


class _Renderer(Printer):
    """The canonical text, less what MiniZinc lacks and what only precedence would tell."""

    def __init__(self, expression: Expression) -> None:
        used = _variables(expression)
        self.names: dict[str, str] = {}
        for name in sorted(used):
            chosen = name
            if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) or name in KEYWORDS:
                number = 1
                while (chosen := f"v{number}") in used or chosen in self.names.values():
                    number += 1
            self.names[name] = chosen

    def variable(self, name: str) -> str:
        return self.names[name]

    def Variable(self, node: syntax.Variable) -> str:
        return self.names[node.name]

    def form(self, row: Operator) -> str:
        return row.in_minizinc

    def Chain(self, node: syntax.Chain) -> str:
        rows = [INFIX[token] for token in node.operators]
        if all(row.level == "sum" for row in rows) or (rows[0].associative and len(set(node.operators)) == 1):
            return super().Chain(node)
        first, *rest = map(self.operand, node.operands)
        forms = [row.in_minizinc for row in rows[:1]] + [row.in_minizinc.replace("{0}", "({0})") for row in rows[1:]]
        return fold(first, zip(forms, rest, strict=True))

    def Quantified(self, node: syntax.Quantified) -> str:
        if node.quantifier != "count":
            return super().Quantified(node)
        return f"sum({self.generators(node)})(bool2int({self.visit(node.body)}))"


def _variables(expression: Expression) -> set[str]:
    own = {g.variable for g in expression.generators} if isinstance(expression, syntax.Quantified) else set()
    return own.union(*map(_variables, syntax.children(expression)))
