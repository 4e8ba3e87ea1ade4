"""The meaning of a formula: exact integers, and nothing but Python's own arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import product
from typing import Any

from . import syntax
from .budget import MOST_STEPS, SHORTER, STEPS_OF_PART, Budget
from .operators import APPLIED, FUNCTIONS, INFIX, QUANTIFIERS, Operator
from .syntax import Expression, Visitor, children
from .vocabulary import COORDINATES, LARGEST_INTEGER, MOST_TERMS

Value = int | bool | Sequence[int] | None


class Undefined(Exception):
    """A part of the formula has no value, at whatever point: node is that part, message says why."""

    def __init__(self, node: Expression, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.node, self.message, self.hint = node, message, hint


def evaluate(
    expression: Expression, x: Sequence[int] | None, total: int, primes: Iterable[int], most: int = 2 * MOST_STEPS
) -> int | bool | None:
    """The value of expression at the point x (8 integers, x[1] first), with N = total and P = primes.

    With x None, the value where it does not depend on the point, else None: this is constant folding, and
    every part is looked at, so that whatever Undefined there is at any point is found.
    Raises Undefined, also where that takes more steps than most. By default these are twice those of a chunk: what
    derives from a formula of it, such as its boundary, has some parts more.
    """
    value = Evaluator(x, total, tuple(sorted(set(primes))), Budget(most)).visit(expression)
    assert value is None or isinstance(value, int)
    return value


def join(row: Operator, *values: int | None) -> int | None:
    """The operator's value of operands of which some (None) are unknown: None unless the others decide it alone."""
    if None not in values:
        return row.meaning(*values)
    if "int" in row.operands:
        return None
    found = {row.meaning(*guess) for guess in product(*((False, True) if v is None else (v,) for v in values))}
    return found.pop() if len(found) == 1 else None


class Evaluator(Visitor):
    """None stands for "depends on x"; it spreads, except where the other operands decide alone.

    Evaluates one expression, in no more steps than the budget has left.
    """

    def __init__(
        self, x: Sequence[int] | None, total: int, primes: tuple[int, ...], budget: Budget | None = None
    ) -> None:
        self.x, self.total, self.primes = x, total, primes
        self.budget = budget or Budget()
        self.bound: dict[str, int] = {}
        self.terms = 0
        self.steps = 0
        self.most = self.budget.left
        self._price = STEPS_OF_PART
        self._aside_steps = 0
        self._sizes: dict[int, int] = {}

    @property
    def parts(self) -> int:
        """How many parts were looked at so far, with quantifiers written out; without conditions and domains."""
        return (self.steps - self._aside_steps) // STEPS_OF_PART

    def settle(self) -> None:
        """Takes the steps so far from the budget."""
        self.budget.use("for formulas with their quantifiers written out", self.steps - self._aside_steps)
        self.budget.use("for conditions and bounds of quantifiers", self._aside_steps)
        self.most -= self.steps
        self.steps = self._aside_steps = 0

    def visit(self, node: Expression) -> Any:
        self.steps += self._price
        if self.steps > self.most:
            raise Undefined(node, self.budget.excess("the constraint", self.steps), SHORTER)
        return getattr(self, node.__class__.__name__)(node)

    def join(self, node: Expression, row: Operator, *values: int | None) -> int | None:
        """As the function; without a point, of constants alone, which have to fit the solver."""
        value = row.meaning(*values) if None not in values else join(row, *values)
        if self.x is None and value is not None and not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise Undefined(node, f"a constant in this does not fit the solver{self._where()}", "the largest is 10^18")
        return value

    def Integer(self, node: syntax.Integer) -> Value:
        return node.value

    def Boolean(self, node: syntax.Boolean) -> Value:
        return node.value

    def Total(self, node: syntax.Total) -> Value:
        return self.total

    def Variable(self, node: syntax.Variable) -> Value:
        return self.bound[node.name]

    def Coordinate(self, node: syntax.Coordinate) -> Value:
        index = self.visit(node.index)
        if not 1 <= index <= COORDINATES:
            shown = index if abs(index) < 10**9 else "out of all bounds"
            raise Undefined(node, f"the index of x is {shown}{self._where()}", "it goes from 1 to 8")
        return None if self.x is None else self.x[index - 1]

    def Chain(self, node: syntax.Chain) -> Value:
        value: int | None = self.visit(node.operands[0])
        for position, token in enumerate(node.operators):
            row, right = INFIX[token], self.visit(node.operands[position + 1])
            if row.divisor is not None:
                self.divides(row, node.operands[position : position + 2], (value, right))
            value = self.join(node, row, value, right)
        return value

    def divides(self, row: Operator, nodes: Sequence[Expression], values: Sequence[int | None]) -> None:
        if row.divisor is not None and values[row.divisor] == 0:
            raise Undefined(nodes[row.divisor], f"the divisor is 0{self._where()}", "it must be a non-zero constant")

    def Application(self, node: syntax.Application) -> Value:
        row = APPLIED[node.operator]
        values: list[int | None] = [self.visit(operand) for operand in node.operands]
        if row.many:
            return reduce(lambda a, b: self.join(node, row, a, b), values)
        self.divides(row, node.operands, values)
        return self.join(node, row, *values)

    def Comparison(self, node: syntax.Comparison) -> Value:
        return join(INFIX[node.operator], self.visit(node.left), self.visit(node.right))

    def Membership(self, node: syntax.Membership) -> Value:
        element, members = self.visit(node.element), self.visit(node.set)
        return None if element is None else element in members

    def Range(self, node: syntax.Range) -> Value:
        return range(self.visit(node.low), self.visit(node.high) + 1)

    def SetLiteral(self, node: syntax.SetLiteral) -> Value:
        return sorted({self.visit(element) for element in node.elements})

    def Primes(self, node: syntax.Primes) -> Value:
        return self.primes

    def Quantified(self, node: syntax.Quantified) -> Value:
        row = QUANTIFIERS[node.quantifier]
        values: list[int | None] = [self.visit(node.body) for _ in self.bindings(node)]
        if row.counts:
            values = [join(FUNCTIONS["bool2int"], value) for value in values]
        if not values:
            if row.empty is None:
                raise Undefined(node, f"`{node.quantifier}` of nothing has no value{self._where()}")
            return row.empty
        return reduce(lambda a, b: self.join(node, row.joined, a, b), values)

    def bindings(self, node: syntax.Quantified, depth: int = 0) -> Iterator[None]:
        """Yields once for every binding of the node's variables that meets its condition."""
        if depth == len(node.generators):
            if node.condition is None or self._aside(node.condition):
                self.terms += 1
                self._refuse_many_terms(node, self.terms)
                yield
            return
        generator = node.generators[depth]
        values = self._aside(generator.domain)
        self._foresee(node, depth, len(values))
        for value in values:
            self.steps += 1  # for every variable: the next one's domain may be empty
            self._aside_steps += 1
            self.bound[generator.variable] = value
            yield from self.bindings(node, depth + 1)
        self.bound.pop(generator.variable, None)

    def _refuse_many_terms(self, node: Expression, terms: int) -> None:
        if terms > MOST_TERMS:
            raise Undefined(node, f"the quantifiers unroll to more than {MOST_TERMS:,} terms", SHORTER)

    def _foresee(self, node: syntax.Quantified, depth: int, values: int) -> None:
        """Refuses a quantifier before its variable at depth runs through so many values, where they are too many."""
        what, each = "run", 1
        if depth + 1 == len(node.generators):
            if node.condition is None:
                self._refuse_many_terms(node, self.terms + values)
                what, each = "body", 1 + self._price * self._size(node.body)
            else:
                what, each = "condition", 1 + self._size(node.condition)
        if self.steps + values * each > self.most:
            self.settle()
            what = f"the {what} of `{node.quantifier}`, for {values:,} values of {node.generators[depth].variable},"
            raise Undefined(node, self.budget.excess(what, values * each), SHORTER)

    def _size(self, node: Expression) -> int:
        """How many parts of node are looked at each time, at the least: what a quantifier holds may be never."""
        if id(node) not in self._sizes:
            inner = (node.generators[0].domain,) if isinstance(node, syntax.Quantified) else children(node)
            self._sizes[id(node)] = 1 + sum(map(self._size, inner))
        return self._sizes[id(node)]

    def _aside(self, node: Expression) -> Any:
        """The value of a domain or a condition, which is no part of what is written out."""
        price, before = self._price, self.steps
        self._price = 1
        value = self.visit(node)
        self._price = price
        if price != 1:  # else it is part of another one
            self._aside_steps += self.steps - before
        return value

    def _where(self) -> str:
        return " where " + ", ".join(f"{k} = {v}" for k, v in self.bound.items()) if self.bound else ""
