"""Random formulas and points, for every test that compares two readers of the same tree.

Trees are those that the language itself would build from their canonical text, and have a value at every point with
N >= 1: indices lie in 1..8, divisors are constants other than zero, min and max have something to choose from. Values
stay far from the limits of 64 bits, for points and N up to some hundreds.
"""

from __future__ import annotations

from random import Random
from typing import Literal

from hypothesis import strategies as st

from tasks.language import syntax
from tasks.language.syntax import Expression

_NAMES = ("i", "j", "k", "r2", "λ", "größe", "solve", "end", "_")
"""For bound variables: plain ones, Unicode, and keywords of the tools that we render for."""
_LEVELS = (("<->",), ("->",), ("\\/", "xor"), ("/\\",))
_COMPARISONS = ("<", "<=", ">", ">=", "=", "!=")
_COORDINATES = range(1, 9)


def applied(token: str, *operands: Expression) -> Expression:
    return syntax.Application(token, operands)


class Grower:
    """Grows typed expressions from a source of randomness; depth bounds their height."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.scope: dict[str, range] = {}
        """The variables bound here, each with a range that holds its values."""

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    # bool

    def formula(self, depth: int, constant: bool = False) -> Expression:
        """A bool; with constant, one without x."""
        if depth <= 0:
            return syntax.Boolean(self.chance(50)) if self.chance(10) else self.comparison(0, constant)
        grow = self.random.choice(
            (self.comparison, self.comparison, self.membership, self.logic, self.logic, self.negation, self.statement)
        )
        return grow(depth - 1, constant)

    def comparison(self, depth: int, constant: bool) -> Expression:
        operator = self.random.choice(_COMPARISONS)
        return syntax.Comparison(operator, self.number(depth, constant), self.number(depth, constant))

    def membership(self, depth: int, constant: bool) -> Expression:
        return syntax.Membership(self.number(depth, constant), self.set(depth - 1))

    def logic(self, depth: int, constant: bool) -> Expression:
        level = self.random.choice(_LEVELS)
        operators = tuple(self.random.choice(level) for _ in range(self.random.randint(1, 3)))
        operands = tuple(self.formula(depth, constant) for _ in range(len(operators) + 1))
        return syntax.Chain(operators, operands)

    def negation(self, depth: int, constant: bool) -> Expression:
        return applied("not", self.formula(depth, constant))

    def statement(self, depth: int, constant: bool) -> Expression:
        return self.quantified(self.random.choice(("forall", "exists")), depth, constant)

    # int

    def number(self, depth: int, constant: bool = False) -> Expression:
        """An int; with constant, one without x."""
        if depth <= 0:
            return self.leaf(constant)
        grow = self.random.choice(
            (
                self.sum,
                self.sum,
                self.product,
                self.negative,
                self.absolute,
                self.extremum,
                self.indicator,
                self.aggregate,
            )
        )
        return grow(depth - 1, constant)

    def leaf(self, constant: bool) -> Expression:
        if not constant and self.chance(70):
            return syntax.Coordinate(self.index())
        if self.scope and self.chance(60):
            return syntax.Variable(self.random.choice(list(self.scope)))
        return syntax.Total() if self.chance(15) else syntax.Integer(self.random.choice((0, 1, 2, 3, 5, 7, 12, 17, 40)))

    def index(self) -> Expression:
        """A constant in 1..8."""
        fitting = [name for name, values in self.scope.items() if values[0] >= 1 and values[-1] <= 8]
        if fitting and self.chance(70):
            variable = syntax.Variable(self.random.choice(fitting))
            mirrored = syntax.Chain(("-",), (syntax.Integer(9), variable))
            return mirrored if self.chance(20) else variable
        if self.chance(15):
            wrapped = syntax.Chain(("mod",), (applied("abs", self.leaf(constant=True)), syntax.Integer(8)))
            return syntax.Chain(("+",), (syntax.Integer(1), wrapped))
        return syntax.Integer(self.random.choice(_COORDINATES))

    def divisor(self) -> Expression:
        """A constant other than zero, of either sign."""
        nonzero = [name for name, values in self.scope.items() if 0 not in values]
        if nonzero and self.chance(30):
            return syntax.Variable(self.random.choice(nonzero))
        if self.chance(10):
            return syntax.Total()
        literal = syntax.Integer(self.random.choice((1, 2, 3, 4, 7, 10)))
        return applied("-", literal) if self.chance(35) else literal

    def sum(self, depth: int, constant: bool) -> Expression:
        operators = tuple(self.random.choice("+-") for _ in range(self.random.randint(1, 3)))
        return syntax.Chain(operators, tuple(self.number(depth, constant) for _ in range(len(operators) + 1)))

    def product(self, depth: int, constant: bool) -> Expression:
        """A factor that is no literal comes only beside a leaf, so that values stay small."""
        operators = [self.random.choice(("*", "div", "mod")) for _ in range(self.random.randint(1, 2))]
        if operators[0] == "*" and self.chance(40):
            operands = [self.leaf(constant), self.leaf(constant)]
        else:
            operands = [self.number(depth, constant)]
        for operator in operators[len(operands) - 1 :]:
            small = syntax.Integer(self.random.choice((0, 1, 2, 3, 5)))
            operands.append(small if operator == "*" else self.divisor())
        return syntax.Chain(tuple(operators), tuple(operands))

    def negative(self, depth: int, constant: bool) -> Expression:
        return applied("-", self.number(depth, constant))

    def absolute(self, depth: int, constant: bool) -> Expression:
        return applied("abs", self.number(depth, constant))

    def extremum(self, depth: int, constant: bool) -> Expression:
        function: Literal["min", "max"] = self.random.choice(("min", "max"))
        return syntax.Application(
            function, tuple(self.number(depth, constant) for _ in range(self.random.randint(1, 3)))
        )

    def indicator(self, depth: int, constant: bool) -> Expression:
        return applied("bool2int", self.formula(depth, constant))

    def aggregate(self, depth: int, constant: bool) -> Expression:
        return self.quantified(self.random.choice(("sum", "count", "min", "max")), depth, constant)

    # set of int, always constant

    def set(self, depth: int) -> Expression:
        match self.random.randrange(3):
            case 0:
                return syntax.Primes()
            case 1:
                elements = range(self.random.randint(0, 4))
                return syntax.SetLiteral(tuple(self.number(depth, constant=True) for _ in elements))
            case _:
                return syntax.Range(self.number(depth, constant=True), self.number(depth, constant=True))

    def domain(self, nonempty: bool) -> tuple[Expression, range]:
        """What a variable may run through, few values, and a range that holds them."""
        fitting = [name for name, values in self.scope.items() if values[0] >= 1 and values[-1] <= 8]
        match self.random.randrange(8):
            case 0 if not nonempty:
                return syntax.Primes(), range(2, 72)
            case 1 if not nonempty:
                return syntax.SetLiteral(()), range(1, 9)
            case 2:
                chosen = [self.random.choice(_COORDINATES) for _ in range(self.random.randint(1, 3))]
                return syntax.SetLiteral(tuple(map(syntax.Integer, chosen))), range(min(chosen), max(chosen) + 1)
            case 3:
                low, high = self.random.randint(0, 2), self.random.randint(0, 2)
                return syntax.Range(applied("-", syntax.Integer(low)), syntax.Integer(high)), range(-low, high + 1)
            case 4 if fitting:
                name = self.random.choice(fitting)
                return syntax.Range(syntax.Variable(name), syntax.Integer(8)), range(self.scope[name][0], 9)
            case 5:
                most = syntax.Chain(("mod",), (syntax.Total(), syntax.Integer(3)))
                return syntax.Range(syntax.Integer(1), syntax.Chain(("+",), (most, syntax.Integer(1)))), range(1, 4)
            case _:
                low = self.random.randint(1, 7)
                high = min(8, low + self.random.randint(0 if nonempty else -1, 3))
                return syntax.Range(syntax.Integer(low), syntax.Integer(high)), range(low, max(low, high) + 1)

    def quantified(self, quantifier: str, depth: int, constant: bool) -> Expression:
        outer = dict(self.scope)
        nonempty = quantifier in ("min", "max")
        generators = []
        for _ in range(2 if self.chance(30) else 1):
            free = [name for name in _NAMES if name not in self.scope]
            if not free:
                break
            name = self.random.choice(free)
            domain, values = self.domain(nonempty)
            generators.append(syntax.Generator(name, domain))
            self.scope[name] = values
        if not generators:
            return self.formula(0, constant) if quantifier in ("forall", "exists") else self.leaf(constant)
        condition: Expression | None = None
        if self.chance(35):
            name, least = generators[-1].variable, self.scope[generators[-1].variable][0]
            bound = applied("-", syntax.Integer(-least)) if least < 0 else syntax.Integer(least)
            always = syntax.Comparison(">=", syntax.Variable(name), bound)
            condition = always if nonempty else self.formula(min(depth, 1), constant=True)
        body = self.number(depth, constant) if nonempty or quantifier == "sum" else self.formula(depth, constant)
        self.scope = outer
        return syntax.Quantified(quantifier, tuple(generators), condition, body)


def random_formula(random: Random, depth: int = 3) -> Expression:
    """A bool expression of at most that height, any node classes."""
    return Grower(random).formula(depth)


def random_point(random: Random, total: int) -> list[int]:
    """Eight coordinates that sum to total."""
    cuts = sorted(random.choices(range(total + 1), k=7))
    return [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]


def random_stray(random: Random, total: int) -> list[int]:
    """Eight coordinates in 0..total, hardly ever on the simplex."""
    return [random.randint(0, total) for _ in range(8)]


def formulas(depth: int = 3) -> st.SearchStrategy[Expression]:
    """Random formulas for property tests."""
    return st.randoms(use_true_random=False).map(lambda random: random_formula(random, depth))


def walk(expression: Expression) -> list[Expression]:
    """The expression and everything in it."""
    return [expression, *(inner for child in syntax.children(expression) for inner in walk(child))]
