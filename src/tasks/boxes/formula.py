"""Formulas as terms: of the shape that certificates give them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..language import syntax
from ..language.evaluate import evaluate
from ..language.operators import INFIX
from ..language.syntax import Expression, children, is_constant
from . import linear, terms
from .linear import Forms, Linear
from .terms import Number, Path, Truth

MOST_COMPARISONS = 128
"""That one comparison with greatest, least and absolute values is taken apart into."""


MOST_NESTING = 150
"""Levels of a formula, as certificates nest it: terms are read by recursion."""


@dataclass(frozen=True)
class Part:
    """A formula that is no conjunction of others."""

    truth: Truth


@dataclass(frozen=True)
class Both:
    left: Conjunction
    right: Conjunction


Conjunction = Part | Both | None
"""What is joined by `and`, as a binary tree; None for what is left out."""


def located(conjunction: Conjunction, path: Path = 0, length: int = 0) -> Iterator[tuple[Path, int, Truth]]:
    """The parts, with their paths and the lengths of these."""
    match conjunction:
        case Part(truth):
            yield path, length, truth
        case Both(left, right):
            yield from located(left, path, length + 1)
            yield from located(right, path + (1 << length), length + 1)


class _Unknown(Exception):
    """An operator has no term here."""


class Reader:
    """Reads unrolled formulas; what they have of linear forms is numbered in forms."""

    def __init__(self, forms: Forms) -> None:
        self.forms = forms
        self._linear: dict[int, tuple[Expression, tuple[str, Linear] | None]] = {}

    def conjunction(self, node: Expression, paths: Collection[Path] | None = None) -> Conjunction:
        """What the formula joins by `and`; without the parts to which none of the paths leads, if these are given."""
        if paths is not None and not paths:
            return None
        match node:
            case syntax.Chain(operators=("/\\", *_)) if set(node.operators) == {"/\\"}:
                _, left, right = pair(node)
                halves = (None, None) if paths is None else ([p // 2 for p in paths if p % 2 == b] for b in (0, 1))
                first, second = halves
                return Both(self.conjunction(left, first), self.conjunction(right, second))
            case _:
                return Part(self.truth(node))

    # bool

    def truth(self, node: Expression) -> Truth:
        """Of an operator that has no term here, nothing is known; so nothing is of what it decides."""
        try:
            return self._read_truth(node)
        except _Unknown:
            return terms.Unknown(text="BoolTerm.unknown")

    def _read_truth(self, node: Expression) -> Truth:
        match node:
            case syntax.Boolean(value=value):
                return terms.Known(value, text=f"(BoolTerm.constant {_bool(value)})")
            case syntax.Comparison():
                return self.comparison(node.operator, node.left, node.right)
            case syntax.Membership():
                return self.membership(node)
            case syntax.Application(operator="not", operands=(inner,)):
                return negation(self.truth(inner))
            case syntax.Chain():
                token, left, right = pair(node)
                if token in _JOINED:
                    return _JOINED[token](self.truth(left), self.truth(right))
        raise _Unknown

    def comparison(self, operator: str, left: Expression, right: Expression) -> Truth:
        match operator:
            case "=" | "!=":
                first, second = self.at_most(left, right), self.at_most(right, left)
                equal = terms.And(first, second, text="(BoolTerm.beq {} {})", parts=(first, second))
                return equal if operator == "=" else negation(equal)
            case "<=":
                return self.at_most(left, right)
            case ">=":
                return self.at_most(right, left)
            case "<" | ">":
                a, b = (left, right) if operator == "<" else (right, left)
                reverse = self.at_most(b, a)
                return terms.Not(reverse, text="(BoolTerm.blt {})", parts=(reverse,))
        raise _Unknown

    def at_most(self, left: Expression, right: Expression) -> Truth:
        """left <= right. Of a greatest, a least or an absolute value each is compared by itself."""
        a, b = self.linear(left), self.linear(right)
        if a and b:
            whole = linear.minus(b[1], a[1])
            if self.forms.affine(whole)[2] == -1:
                swapped = self.affine(f"(LinearTerm.sub {a[0]} {b[0]})", linear.times(-1, whole))
                return terms.Sign(terms.Multiple(-1, swapped), text="(BoolTerm.bleOpposite {})", parts=(swapped,))
            difference = self.affine(f"(LinearTerm.sub {b[0]} {a[0]})", whole)
            return terms.Sign(difference, text="(BoolTerm.ble {})", parts=(difference,))
        if _comparisons(left) * _comparisons(right) <= MOST_COMPARISONS:
            match left:
                case syntax.Application(operator="max" | "min" as name, operands=(_, _, *_)):
                    _, c, d = pair(left)
                    return _both_or_one(name == "max", f"{name}Ble", self.at_most(c, right), self.at_most(d, right))
                case syntax.Application(operator="max" | "min", operands=(only,)):
                    return self.at_most(only, right)
                case syntax.Application(operator="abs", operands=(inner,)):
                    opposite = syntax.Application("-", (inner,))
                    return _both_or_one(True, "absBle", self.at_most(inner, right), self.at_most(opposite, right))
            match right:
                case syntax.Application(operator="max" | "min" as name, operands=(_, _, *_)):
                    _, c, d = pair(right)
                    suffix = name.capitalize()
                    return _both_or_one(name == "min", f"ble{suffix}", self.at_most(left, c), self.at_most(left, d))
                case syntax.Application(operator="max" | "min", operands=(only,)):
                    return self.at_most(left, only)
                case syntax.Application(operator="abs", operands=(inner,)):
                    opposite = syntax.Application("-", (inner,))
                    return _both_or_one(False, "bleAbs", self.at_most(left, inner), self.at_most(left, opposite))
        over = minus(self.number(right), self.number(left))
        return terms.Sign(over, text="(BoolTerm.ble {})", parts=(over,))

    def membership(self, node: syntax.Membership) -> Truth:
        element = node.element
        if isinstance(node.set, syntax.Range):
            return conjunction(self.at_most(node.set.low, element), self.at_most(element, node.set.high))
        assert isinstance(node.set, syntax.SetLiteral)
        found: Truth = terms.Known(False, text="(BoolTerm.constant Bool.false)")
        for member in reversed(node.set.elements):
            found = disjunction(self.comparison("=", element, member), found)
        return found

    # int

    def number(self, node: Expression) -> Number:
        if known := self.linear(node):
            return self.affine(*known)
        match node:
            case syntax.Application(operator=token, operands=(inner,)) if token in ("-", "abs", "bool2int"):
                if token == "bool2int":
                    condition = self.truth(inner)
                    return terms.Indicator(condition, text="(IntTerm.toInt {})", parts=(condition,))
                return {"-": opposite, "abs": absolute}[token](self.number(inner))
            case syntax.Application(operator="min" | "max", operands=(only,)):
                return self.number(only)
            case syntax.Application(operator="min" | "max" as token):
                _, left, right = pair(node)
                return {"min": lesser, "max": greater}[token](self.number(left), self.number(right))
            case syntax.Chain():
                token, left, right = pair(node)
                match token:
                    case "+":
                        return plus(self.number(left), self.number(right))
                    case "-":
                        return minus(self.number(left), self.number(right))
                    case "*":
                        return self.product(left, right)
                    case "div" | "mod":
                        return divided(token, self.number(left), _value(right))
        raise _Unknown

    def product(self, left: Expression, right: Expression) -> Number:
        if is_constant(left):
            of = self.number(right)
            factor = _value(left)
            return terms.Multiple(factor, of, text=f"(IntTerm.scale {integer(factor)} {{}})", parts=(of,))
        if is_constant(right):
            of = self.number(left)
            factor = _value(right)
            return terms.Multiple(factor, of, text=f"(IntTerm.scaleRight {{}} {integer(factor)})", parts=(of,))
        a, b = self.number(left), self.number(right)
        return terms.Product(a, b, text="(IntTerm.mul {} {})", parts=(a, b))

    def affine(self, text: str, whole: Linear) -> terms.Affine:
        j, k, m = self.forms.affine(whole)
        kind, factor = ("form", "") if m == 1 else ("linear", f" {integer(m)}")
        text = f"(IntTerm.{kind} (form := Proof.form) {text} {j} {integer(k)}{factor} (Eq.refl Bool.true))"
        return terms.Affine(j, k, m, whole, text=text)

    def linear(self, node: Expression) -> tuple[str, Linear] | None:
        """The text of a linear term and what it is; None where the node is not linear as it stands."""
        if id(node) not in self._linear:
            self._linear[id(node)] = node, self._read_linear(node)
        return self._linear[id(node)][1]

    def _read_linear(self, node: Expression) -> tuple[str, Linear] | None:
        match node:
            case _ if is_constant(node):
                found = _value(node)
                return f"(LinearTerm.constant {integer(found)})", linear.constant(found)
            case syntax.Coordinate(index=syntax.Integer(value=index)):
                return f"LinearTerm.x{index}", linear.unit(index)
            case syntax.Application(operator="-", operands=(inner,)):
                if of := self.linear(inner):
                    return f"(LinearTerm.neg {of[0]})", linear.times(-1, of[1])
            case syntax.Chain(operators=("+" | "-" | "*", *_)):
                token, left, right = pair(node)
                a, b = self.linear(left), self.linear(right)
                if a is None or b is None:
                    return None
                match token:
                    case "+":
                        return f"(LinearTerm.add {a[0]} {b[0]})", linear.plus(a[1], b[1])
                    case "-":
                        return f"(LinearTerm.sub {a[0]} {b[0]})", linear.minus(a[1], b[1])
                    case "*" if is_constant(left):
                        return f"(LinearTerm.scale {integer(a[1][0])} {b[0]})", linear.times(a[1][0], b[1])
                    case "*" if is_constant(right):
                        return f"(LinearTerm.scaleRight {a[0]} {integer(b[1][0])})", linear.times(b[1][0], a[1])
        return None


def size(formula: Expression, most: int) -> int | None:
    """How many parts an unrolled formula has; None where these are more than most, or nested too deeply."""
    waiting, count = [(formula, 0)], 0
    while waiting:
        node, depth = waiting.pop()
        count, depth = count + 1, depth + _levels(node)
        if count > most or depth > MOST_NESTING:
            return None
        waiting += [(inner, depth) for inner in children(node)]
    return count


def _levels(node: Expression) -> int:
    """How deep the operands of a node lie below it, as certificates nest them."""
    match node:
        case syntax.SetLiteral(elements=elements):
            return len(elements)
        case syntax.Chain(operators=operators, operands=operands) if not _is_balanced(operators):
            return len(operands)
        case syntax.Chain(operands=operands) | syntax.Application(operands=operands):
            return len(operands).bit_length()
        case _:
            return 1


def _is_balanced(operators: tuple[str, ...]) -> bool:
    return INFIX[operators[0]].associative and len(set(operators)) == 1


def pair(node: Expression) -> tuple[str, Expression, Expression]:
    """A chain, or a function of many, as certificates nest it: an operator and two operands."""
    if isinstance(node, syntax.Application):
        operands, middle = node.operands, len(node.operands) // 2
        halves = operands[:middle], operands[middle:]
        first, second = (h[0] if len(h) == 1 else syntax.Application(node.operator, h) for h in halves)
        return node.operator, first, second
    assert isinstance(node, syntax.Chain)
    operators, operands = node.operators, node.operands
    if _is_balanced(operators):
        middle = len(operands) // 2
        return (
            operators[0],
            _chain(operators[: middle - 1], operands[:middle]),
            _chain(operators[middle:], operands[middle:]),
        )
    first = operands[0]
    for operator, operand in zip(operators[:-1], operands[1:-1], strict=True):
        first = syntax.Chain((operator,), (first, operand))
    return operators[-1], first, operands[-1]


def _chain(operators: tuple[str, ...], operands: tuple[Expression, ...]) -> Expression:
    return syntax.Chain(operators, operands) if operators else operands[0]


def _value(node: Expression) -> int:
    found = evaluate(node, None, 1, ())
    assert found is not None
    return int(found)


def _comparisons(node: Expression) -> int:
    """In how many comparisons a side of one results."""
    match node:
        case syntax.Application(operator="max" | "min", operands=operands):
            return sum(map(_comparisons, operands))
        case syntax.Application(operator="abs", operands=(inner,)):
            return 2 * _comparisons(inner)
        case _:
            return 1


def integer(value: int) -> str:
    """A constant in Lean."""
    return f"(Int.neg {-value})" if value < 0 else str(value)


def _bool(value: bool) -> str:
    return "Bool.true" if value else "Bool.false"


# The terms of Bounds.lean that are made of others there, as they are made there.


def negation(of: Truth) -> Truth:
    return terms.Not(of, text="(BoolTerm.not {})", parts=(of,))


def conjunction(a: Truth, b: Truth) -> Truth:
    return terms.And(a, b, text="(BoolTerm.and {} {})", parts=(a, b))


def _or(a: Truth, b: Truth, text: str, parts: tuple[Truth, ...] = ()) -> Truth:
    return terms.Not(terms.And(terms.Not(a), terms.Not(b)), text=text, parts=parts or (a, b))


def disjunction(a: Truth, b: Truth) -> Truth:
    return _or(a, b, "(BoolTerm.or {} {})")


def implication(a: Truth, b: Truth) -> Truth:
    return _or(terms.Not(a), b, "(BoolTerm.imp {} {})", (a, b))


def equivalence(a: Truth, b: Truth) -> Truth:
    return terms.And(implication(a, b), implication(b, a), text="(BoolTerm.iff {} {})", parts=(a, b))


def exclusion(a: Truth, b: Truth) -> Truth:
    return terms.Not(equivalence(a, b), text="(BoolTerm.xor {} {})", parts=(a, b))


_JOINED = {"/\\": conjunction, "\\/": disjunction, "->": implication, "<->": equivalence, "xor": exclusion}


def _both_or_one(both: bool, name: str, a: Truth, b: Truth) -> Truth:
    text = f"(BoolTerm.{name} {{}} {{}})"
    return terms.And(a, b, text=text, parts=(a, b)) if both else _or(a, b, text)


def plus(a: Number, b: Number) -> Number:
    return terms.Sum(a, b, text="(IntTerm.add {} {})", parts=(a, b))


def minus(a: Number, b: Number) -> Number:
    return terms.Sum(a, terms.Multiple(-1, b), text="(IntTerm.sub {} {})", parts=(a, b))


def opposite(of: Number) -> Number:
    return terms.Multiple(-1, of, text="(IntTerm.neg {})", parts=(of,))


def greater(a: Number, b: Number) -> Number:
    return terms.Greater(a, b, text="(IntTerm.max {} {})", parts=(a, b))


def lesser(a: Number, b: Number) -> Number:
    of = terms.Greater(terms.Multiple(-1, a), terms.Multiple(-1, b))
    return terms.Multiple(-1, of, text="(IntTerm.min {} {})", parts=(a, b))


def absolute(of: Number) -> Number:
    zero = terms.Affine(0, 0, 0, linear.ZERO)
    either = terms.Greater(of, terms.Multiple(-1, of))
    return terms.Greater(either, zero, text="(IntTerm.abs {})", parts=(of,))


def divided(token: str, of: Number, by: int) -> Number:
    """div or mod by a constant."""
    n, suffix = abs(by), "" if by > 0 else "Negative"
    text, quotient = f"(IntTerm.{token}{suffix} {{}} {n - 1})", terms.Quotient(n, of)
    if token == "mod":
        exact = terms.Sum(of, terms.Multiple(-1, terms.Multiple(n, quotient)))
        return terms.Meet(exact, terms.Residue(n, of), text=text, parts=(of,))
    if by < 0:
        return terms.Multiple(-1, quotient, text=text, parts=(of,))
    return terms.Quotient(n, of, text=text, parts=(of,))
