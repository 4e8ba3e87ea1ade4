"""What a constraint's text is: a formula, a formula that says nothing, or a claim in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lark import Token, Tree

from ..errors import LanguageError
from .budget import SHORTER, Budget, OverBudget
from .evaluate import Evaluator, Undefined
from .operators import OPERATORS
from .parse import parse
from .syntax import Expression
from .typing import Elaborator
from .vocabulary import WORDS

Kind: TypeAlias = Literal["formal", "vacuous", "informal"]

_FORMULA_RULES = {"range", "integer"}
_FORMULA_TOKENS = {"where"}.union(*(row.spelled for row in OPERATORS if row.is_arithmetic))


@dataclass(frozen=True)
class Statement:
    """kind says whether there is something to check; expression is None for an informal claim alone.

    parts counts what a formula consists of once its quantifiers are written out.
    """

    kind: Kind
    expression: Expression | None
    parts: int = 0


def interpret(text: str, total: int, primes: Iterable[int], budget: Budget | None = None) -> Statement:
    """What text states, with N = total and P = primes; what it costs is taken from the budget.

    Raises LanguageError where it is neither a formula of type bool with a value at every point nor a claim of
    symbols alone, or costs more than is left.
    """
    budget = budget or Budget()
    expression = read_formula(text, budget)
    if expression is None:
        return Statement("informal", None)
    evaluator = Evaluator(None, total, tuple(sorted(set(primes))), budget)
    try:
        constant = evaluator.visit(expression)
    except Undefined as undefined:
        raise LanguageError(undefined.message, text, *undefined.node.span, undefined.hint) from None
    finally:
        parts = evaluator.parts
        evaluator.settle()
    return Statement("vacuous" if constant is True else "formal", expression, parts)


def read_formula(text: str, budget: Budget) -> Expression | None:
    """The formula that text is, whatever N and P are; None for a claim in words. Raises as interpret."""
    try:
        budget.read(text)
    except OverBudget as error:
        raise LanguageError(str(error), text, 0, hint=SHORTER) from None
    tree = parse(text)
    if _is_claim(tree):
        return None
    expression = Elaborator(text).elaborate(tree)
    if expression.type != "bool":
        raise LanguageError(
            f"a constraint must be true or false, this is {'an integer' if expression.type == 'int' else 'a set'}",
            text, *expression.span,
            hint="compare it with something",
        )  # fmt: skip
    return expression


def _is_claim(tree: Tree[Token]) -> bool:
    """True for a tree whose leaves are symbols of the domain and nothing else.

    A single known word, number, order comparison or arithmetic operator makes it a formula (or a mistake in
    one): a misspelt formula must never pass as a claim that nobody checks. So must no quantifier's form
    `q(..)(..)` with an unknown word in place of the quantifier.
    """
    for node in tree.iter_subtrees():
        if node.data in _FORMULA_RULES:
            return False
        if node.data == "call" and isinstance(node.children[0], Tree) and node.children[0].data == "call":
            return False
        for child in node.children:
            if isinstance(child, Token):
                if child.type != "NAME":
                    if child in _FORMULA_TOKENS:
                        return False
                elif node.data == "name" and (child in WORDS or child.casefold() in ("true", "false")):
                    return False
    return any(True for _ in tree.find_data("name"))
