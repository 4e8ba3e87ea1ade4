"""The typed syntax tree of a formula, and what every visitor of it must know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from .operators import APPLIED, INFIX, QUANTIFIERS, Type

Span: TypeAlias = tuple[int, int]
"""Start and end offset in the source text; never part of a tree's equality."""


@dataclass(frozen=True)
class Expression:
    """Base of all nodes; equal when structure is equal, wherever they stood in the text."""

    type: ClassVar[Type]
    span: Span = field(default=(0, 0), compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Integer(Expression):
    type: ClassVar[Type] = "int"
    value: int


@dataclass(frozen=True)
class Boolean(Expression):
    type: ClassVar[Type] = "bool"
    value: bool


@dataclass(frozen=True)
class Total(Expression):
    """N, the sum of the simplex."""

    type: ClassVar[Type] = "int"


@dataclass(frozen=True)
class Coordinate(Expression):
    """x[index]; the index is constant once the bound variables are."""

    type: ClassVar[Type] = "int"
    index: Expression


@dataclass(frozen=True)
class Variable(Expression):
    """A variable bound by an enclosing quantifier."""

    type: ClassVar[Type] = "int"
    name: str


@dataclass(frozen=True)
class Chain(Expression):
    """Infix operators of one level, folded from the left: operands[0] operators[0] operands[1] ...; no comparisons."""

    operators: tuple[str, ...]
    operands: tuple[Expression, ...]

    @property
    def type(self) -> Type:  # type: ignore[override]
        return INFIX[self.operators[0]].result


@dataclass(frozen=True)
class Application(Expression):
    """A prefix operator or a function, of its operands."""

    operator: str
    operands: tuple[Expression, ...]

    @property
    def type(self) -> Type:  # type: ignore[override]
        return APPLIED[self.operator].result


@dataclass(frozen=True)
class Comparison(Expression):
    """Of two integers."""

    type: ClassVar[Type] = "bool"
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Membership(Expression):
    type: ClassVar[Type] = "bool"
    element: Expression
    set: Expression


@dataclass(frozen=True)
class Range(Expression):
    """low..high, both ends included, empty where low > high."""

    type: ClassVar[Type] = "set of int"
    low: Expression
    high: Expression


@dataclass(frozen=True)
class SetLiteral(Expression):
    type: ClassVar[Type] = "set of int"
    elements: tuple[Expression, ...]


@dataclass(frozen=True)
class Primes(Expression):
    """P, the chunk's set of Monster primes."""

    type: ClassVar[Type] = "set of int"


@dataclass(frozen=True)
class Generator:
    """variable in domain; the domain is constant once the variables bound before it are."""

    variable: str
    domain: Expression


@dataclass(frozen=True)
class Quantified(Expression):
    """quantifier(generators where condition)(body)."""

    quantifier: str
    generators: tuple[Generator, ...]
    condition: Expression | None
    body: Expression

    @property
    def type(self) -> Type:  # type: ignore[override]
        return QUANTIFIERS[self.quantifier].joined.result


NODES = (
    Integer, Boolean, Total, Coordinate, Variable, Chain, Application, Comparison, Membership, Range, SetLiteral,
    Primes, Quantified,
)  # fmt: skip


class Visitor:
    """A function over expressions: one method for each class of node, named as the class.

    A subclass that lacks one is a TypeError when it is defined, so a new node cannot be forgotten.
    """

    def __init_subclass__(cls) -> None:
        missing = [node.__name__ for node in NODES if not hasattr(cls, node.__name__)]
        if missing:
            raise TypeError(f"{cls.__name__} does not say what to do with {', '.join(missing)}")

    def visit(self, node: Expression) -> Any:
        return getattr(self, node.__class__.__name__)(node)


def children(node: Expression) -> tuple[Expression, ...]:
    """The direct subexpressions of a node, in source order."""
    match node:
        case Coordinate(index=index):
            return (index,)
        case Chain(operands=es) | Application(operands=es) | SetLiteral(elements=es):
            return es
        case Comparison(left=a, right=b) | Range(low=a, high=b) | Membership(element=a, set=b):
            return (a, b)
        case Quantified(generators=generators, condition=condition, body=body):
            return (*(g.domain for g in generators), *((condition,) if condition else ()), body)
        case _:
            return ()


def is_constant(node: Expression) -> bool:
    """True where no coordinate of x occurs: the value depends on N, P and bound variables alone."""
    return not isinstance(node, Coordinate) and all(map(is_constant, children(node)))
