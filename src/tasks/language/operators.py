"""The table of operators and functions: one row says all that is to be known about one of them.

The grammar, typing, the evaluator, the mutator, the renderers and the table in docs/language.md read it;
docs/recipes/operator.md says how to add a row.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

Type: TypeAlias = Literal["int", "bool", "set of int"]
Level: TypeAlias = Literal[
    "equivalence", "implication", "disjunction", "conjunction", "comparison", "sum", "product", "prefix", "call"
]  # fmt: skip
"""The rule of the grammar that a spelling belongs to; a function is called by its name and needs none."""

# How tightly a term of Lean's notation binds.
IFF, IMPLIES, OR, AND, NOT, COMPARISON, NEGATION, SUM, PRODUCT, APPLICATION, ATOM = range(1, 12)


@dataclass(frozen=True)
class Notation:
    """A term in Lean's notation: its text with {0}, {1} for the operands, how tightly it binds, and how tightly an
    operand has to bind in order to stand there without brackets.
    """

    text: str
    binding: int
    operands: tuple[int, ...]


@dataclass(frozen=True)
class Operator:
    """One row."""

    token: str
    """The canonical spelling."""
    level: Level
    operands: tuple[Type, ...]
    result: Type
    meaning: Callable[..., int]
    """Exact, on Python's integers and bools."""
    help: str
    """A few words for docs/language.md."""
    module: str | Notation
    """In the Lean module: a Notation, or the name of a definition of Base.lean."""
    certificate: str
    """In the certificate: the name of a definition of Support.lean, or a term with {0}, {1} for the operands."""
    minizinc: str = ""
    """In the model, where that is not the canonical form: a text with {0}, {1} for the operands (once each, in brackets
    where they need them) or {all} for the list of them. A function's text must need no brackets around it."""
    spellings: tuple[str, ...] = ()
    """Further ones."""
    neighbours: tuple[str, ...] = ()
    """Tokens that a wrong translation may put in its place."""
    faults: tuple[str, ...] = ()
    """What else a wrong translation may say: in the language itself, with operands a and b."""
    associative: bool = False
    """Brackets make no difference in a chain of it."""
    many: bool = False
    """A function of one or more operands, of which its meaning and its Lean forms join two."""
    divisor: int | None = None
    """Position of an operand that must be a constant other than 0."""
    of_bools: str = ""
    """Token of the operator that a comparison is between bools."""

    @property
    def spelled(self) -> tuple[str, ...]:
        """Every spelling, the canonical one first."""
        return (self.token, *self.spellings)

    @cached_property
    def canonical(self) -> str:
        """The template of the canonical text, as minizinc."""
        if self.level == "call":
            return f"{self.token}({{all}})"
        if self.level == "prefix":
            return f"{self.token} {{0}}" if self.token.isalpha() else f"{self.token}{{0}}"
        return f"{{0}} {self.token} {{1}}"

    @cached_property
    def in_minizinc(self) -> str:
        return self.minizinc or self.canonical

    @cached_property
    def in_module(self) -> Notation:
        if isinstance(self.module, Notation):
            return self.module
        places = range(len(self.operands))
        return Notation(
            " ".join([self.module, *(f"{{{i}}}" for i in places)]), APPLICATION, tuple(ATOM for _ in places)
        )

    @cached_property
    def in_certificate(self) -> str:
        if "{" in self.certificate:
            return self.certificate
        return f"({' '.join([self.certificate, *(f'{{{i}}}' for i in range(len(self.operands)))])})"

    @property
    def is_arithmetic(self) -> bool:
        """True where it makes a formula of a text, which can then be no claim in words."""
        return "int" in self.operands and not self.of_bools


def truncated_division(a: int, b: int) -> int:
    """a div b: the quotient rounded towards zero."""
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def truncated_remainder(a: int, b: int) -> int:
    """a mod b: a - b * (a div b), which has the sign of a."""
    return a - b * truncated_division(a, b)


_INTS: tuple[Type, Type] = ("int", "int")
_BOOLS: tuple[Type, Type] = ("bool", "bool")
_COMPARED = (NEGATION, NEGATION)

OPERATORS: tuple[Operator, ...] = (
    Operator(
        "<->", "equivalence", _BOOLS, "bool", operator.eq, "both or neither", spellings=("↔",),
        module=Notation("{0} ↔ {1}", IFF, (NOT, NOT)), certificate="Bool.iff", neighbours=("->", "xor"),
    ),
    Operator(
        "->", "implication", _BOOLS, "bool", lambda a, b: not a or b, "the second wherever the first", spellings=("→",),
        module=Notation("{0} → {1}", IMPLIES, (NOT, NOT)), certificate="Bool.imp", neighbours=("<->", "\\/"),
    ),
    Operator(
        "\\/", "disjunction", _BOOLS, "bool", operator.or_, "one or both", spellings=("||", "∨"), associative=True,
        module=Notation("{0} ∨ {1}", OR, (NOT, NOT)), certificate="Bool.or", neighbours=("/\\", "xor"),
    ),
    Operator(
        "xor", "disjunction", _BOOLS, "bool", operator.ne, "one and not both",
        module=Notation("¬ ({0} ↔ {1})", NOT, (NOT, NOT)), certificate="Bool.xor", neighbours=("\\/", "<->"),
    ),
    Operator(
        "/\\", "conjunction", _BOOLS, "bool", operator.and_, "both", spellings=("&&", "∧"), associative=True,
        module=Notation("{0} ∧ {1}", AND, (NOT, NOT)), certificate="Bool.and", neighbours=("\\/",),
    ),
    Operator(
        "<", "comparison", _INTS, "bool", operator.lt, "less",
        module=Notation("{0} < {1}", COMPARISON, _COMPARED), certificate="Int.blt", neighbours=("<=", ">"),
    ),
    Operator(
        "<=", "comparison", _INTS, "bool", operator.le, "less or equal", spellings=("≤",),
        module=Notation("{0} ≤ {1}", COMPARISON, _COMPARED), certificate="Int.ble", neighbours=("<", ">="),
    ),
    Operator(
        ">", "comparison", _INTS, "bool", operator.gt, "greater",
        module=Notation("{0} > {1}", COMPARISON, _COMPARED), certificate="(Int.blt {1} {0})", neighbours=(">=", "<"),
    ),
    Operator(
        ">=", "comparison", _INTS, "bool", operator.ge, "greater or equal", spellings=("≥",),
        module=Notation("{0} ≥ {1}", COMPARISON, _COMPARED), certificate="(Int.ble {1} {0})", neighbours=(">", "<="),
    ),
    Operator(
        "=", "comparison", _INTS, "bool", operator.eq, "equal; between conditions `<->`", spellings=("==",),
        module=Notation("{0} = {1}", COMPARISON, _COMPARED), certificate="Int.beq", neighbours=("!=", "<=", ">="),
        of_bools="<->",
    ),
    Operator(
        "!=", "comparison", _INTS, "bool", operator.ne, "not equal; between conditions `xor`", spellings=("≠",),
        module=Notation("{0} ≠ {1}", COMPARISON, _COMPARED), certificate="(Bool.not (Int.beq {0} {1}))",
        neighbours=("=", "<", ">"), of_bools="xor",
    ),
    Operator(
        "+", "sum", _INTS, "int", operator.add, "the sum", associative=True,
        module=Notation("{0} + {1}", SUM, (SUM, PRODUCT)), certificate="Int.add", neighbours=("-",),
    ),
    Operator(
        "-", "sum", _INTS, "int", operator.sub, "the difference",
        module=Notation("{0} - {1}", SUM, (SUM, PRODUCT)), certificate="Int.sub", neighbours=("+",),
        faults=("max(0, a - b)",),
    ),
    Operator(
        "*", "product", _INTS, "int", operator.mul, "the product", associative=True,
        module=Notation("{0} * {1}", PRODUCT, (PRODUCT, APPLICATION)), certificate="Int.mul", neighbours=("+",),
    ),
    Operator(
        "div", "product", _INTS, "int", truncated_division, "the quotient, rounded towards zero", divisor=1,
        module="tdiv", certificate="Int.div", neighbours=("mod",), faults=("(a div b) - bool2int((a mod b) < 0)",),
    ),
    Operator(
        "mod", "product", _INTS, "int", truncated_remainder, "the remainder of `div`", spellings=("%",), divisor=1,
        module="tmod", certificate="Int.mod", neighbours=("div",),
        faults=("(a mod b) + (bool2int((a mod b) < 0) * b)",),
    ),
    Operator(
        "-", "prefix", ("int",), "int", operator.neg, "the negative",
        module=Notation("-{0}", NEGATION, (ATOM,)), certificate="Int.neg",
    ),
    Operator(
        "not", "prefix", ("bool",), "bool", operator.not_, "the opposite", spellings=("!", "¬"),
        module=Notation("¬ {0}", NOT, (ATOM,)), certificate="Bool.not",
    ),
    Operator(
        "abs", "call", ("int",), "int", abs, "the absolute value",
        module="iabs", certificate="Int.abs", neighbours=("-",),
    ),
    Operator(
        "min", "call", _INTS, "int", min, "the least", many=True, minizinc="min([{all}])",
        module="imin", certificate="Int.min", neighbours=("max",),
    ),
    Operator(
        "max", "call", _INTS, "int", max, "the greatest", many=True, minizinc="max([{all}])",
        module="imax", certificate="Int.max", neighbours=("min",),
    ),
    Operator(
        "bool2int", "call", ("bool",), "int", int, "1 where the condition holds, else 0",
        module="bool2int", certificate="Bool.toInt",
    ),
)  # fmt: skip

INFIX: Mapping[str, Operator] = {row.token: row for row in OPERATORS if row.level not in ("prefix", "call")}
PREFIX: Mapping[str, Operator] = {row.token: row for row in OPERATORS if row.level == "prefix"}
FUNCTIONS: Mapping[str, Operator] = {row.token: row for row in OPERATORS if row.level == "call"}
APPLIED: Mapping[str, Operator] = {**PREFIX, **FUNCTIONS}
INFIX_SPELT: Mapping[str, Operator] = {spelling: row for row in INFIX.values() for spelling in row.spelled}
PREFIX_SPELT: Mapping[str, Operator] = {spelling: row for row in PREFIX.values() for spelling in row.spelled}


@dataclass(frozen=True)
class Quantifier:
    """Joins what its body says for each binding by an operator; a body of type bool counts as 0 or 1 where that joins
    integers. empty is the value of no binding, None where there is none.
    """

    token: str
    body: Type
    joined: Operator
    empty: int | None

    @property
    def counts(self) -> bool:
        return self.body != self.joined.operands[0]


QUANTIFIERS: Mapping[str, Quantifier] = {
    row.token: row
    for row in (
        Quantifier("forall", "bool", INFIX["/\\"], True),
        Quantifier("exists", "bool", INFIX["\\/"], False),
        Quantifier("sum", "int", INFIX["+"], 0),
        Quantifier("count", "bool", INFIX["+"], 0),
        Quantifier("min", "int", FUNCTIONS["min"], None),
        Quantifier("max", "int", FUNCTIONS["max"], None),
    )
}
