"""Formulas with one fault in them, as a wrong translation would have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from typing import NamedTuple

from . import syntax
from .operators import APPLIED, INFIX, Operator
from .parse import parse
from .syntax import Expression
from .typing import Elaborator

_OPERANDS = "abcd"
"""What the faults of a row call its operands."""


class Change(NamedTuple):
    """What stands in place of a part, and the way to that part from the formula: the change of its parent node, in
    which the part is operand or field `place`, and so on; None at the formula itself.
    """

    changed: Expression
    way: Way | None

    def formula(self) -> Expression:
        """The whole formula with this change."""
        found, way = self.changed, self.way
        while way:
            if isinstance(way.place, str):
                found = replace(way.node, **{way.place: found})  # type: ignore[arg-type]
            else:
                assert isinstance(way.node, syntax.Chain | syntax.Application)
                parts = way.node.operands
                found = replace(way.node, operands=(*parts[: way.place], found, *parts[way.place + 1 :]))
            way = way.before
        return found


class Way(NamedTuple):
    node: Expression
    place: int | str
    before: Way | None


def mutants(node: Expression) -> Iterator[Expression]:
    """Every formula that differs from an unrolled one by one fault.

    An operator or function for its neighbour; a constant or an index off by one; a term, conjunct, operator or function
    lost; and what else the table of operators calls a fault.
    """
    return (change.formula() for change in changes(node))


def changes(node: Expression, way: Way | None = None) -> Iterator[Change]:
    """The same, none of them made: that takes most of the time. way: to node, where it is a part of the formula."""
    for changed in _here(node):
        yield Change(changed, way)
    match node:
        case syntax.Chain(operands=parts) | syntax.Application(operands=parts):
            for i, part in enumerate(parts):
                if _is_divisor(node, i):  # what is changed further inside is no constant
                    yield from (Change(found, Way(node, i, way)) for found in _here(part) if _may_divide(found))
                else:
                    yield from changes(part, Way(node, i, way))
        case syntax.Comparison(left=left, right=right):
            yield from changes(left, Way(node, "left", way))
            yield from changes(right, Way(node, "right", way))
        case syntax.Membership(element=element, set=members):
            yield from changes(element, Way(node, "element", way))
            yield from (Change(found, Way(node, "set", way)) for found in _sets(members))


def _here(node: Expression) -> Iterator[Expression]:
    match node:
        case syntax.Integer(value=value):
            yield syntax.Integer(value + 1)
            yield syntax.Integer(value - 1)
        case syntax.Coordinate(index=syntax.Integer(value=index)):
            yield syntax.Coordinate(syntax.Integer(index % 8 + 1))
        case syntax.Comparison(operator=token, left=left, right=right):
            yield from (replace(node, operator=other) for other in _neighbours(INFIX[token], (left, right)))
            yield from (_faulty(text, (left, right)) for text in INFIX[token].faults)
        case syntax.Application():
            yield from _applications(node)
        case syntax.Chain():
            yield from _chains(node)


def _applications(node: syntax.Application) -> Iterator[Expression]:
    row, parts = APPLIED[node.operator], node.operands
    if not row.many:
        yield from (part for part in parts if part.type == node.type)
    yield from (replace(node, operator=other) for other in _neighbours(row, parts))
    if row.many and len(parts) > 1:
        yield from (replace(node, operands=parts[:i] + parts[i + 1 :]) for i in range(len(parts)))
    if len(parts) == len(row.operands):
        yield from (_faulty(text, parts) for text in row.faults)


def _chains(node: syntax.Chain) -> Iterator[Expression]:
    operators, parts = node.operators, node.operands
    for i, token in enumerate(operators):
        for other in _neighbours(INFIX[token], parts[i : i + 2]):
            yield replace(node, operators=(*operators[:i], other, *operators[i + 1 :]))
    if len(operators) == 1:
        lost = parts if INFIX[operators[0]].associative else parts[:1]
        yield from (part for part in lost if part.type == node.type)
    else:
        for i in range(len(operators)):
            yield replace(node, operators=operators[:i] + operators[i + 1 :], operands=parts[: i + 1] + parts[i + 2 :])
    for i, token in enumerate(operators):
        for text in INFIX[token].faults:
            left = parts[0] if i == 0 else syntax.Chain(operators[:i], parts[: i + 1])
            found = _faulty(text, (left, parts[i + 1]))
            yield syntax.Chain(operators[i + 1 :], (found, *parts[i + 2 :])) if operators[i + 1 :] else found


def _neighbours(row: Operator, operands: Sequence[Expression]) -> Iterator[str]:
    """The neighbours that these operands may have: a divisor has to be a constant other than 0."""
    table = APPLIED if row.level in ("prefix", "call") else INFIX
    for token in row.neighbours:
        divisor = table[token].divisor
        if divisor is None or _may_divide(operands[divisor]):
            yield token


def _is_divisor(node: syntax.Chain | syntax.Application, i: int) -> bool:
    """True where the operand i of the node divides."""
    if isinstance(node, syntax.Application):
        return APPLIED[node.operator].divisor == i
    return i > 0 and INFIX[node.operators[i - 1]].divisor == 1


def _may_divide(node: Expression) -> bool:
    return isinstance(node, syntax.Integer) and node.value != 0


def _faulty(text: str, operands: Sequence[Expression]) -> Expression:
    """The fault that a row of the table calls text, of these operands."""
    return _substituted(_parsed(text), dict(zip(_OPERANDS, operands, strict=False)))


@cache
def _parsed(text: str) -> Expression:
    return Elaborator(text, bound=_OPERANDS).elaborate(parse(text))


def _substituted(node: Expression, values: Mapping[str, Expression]) -> Expression:
    match node:
        case syntax.Variable(name=name):
            return values[name]
        case syntax.Chain(operands=parts) | syntax.Application(operands=parts):
            return replace(node, operands=tuple(_substituted(part, values) for part in parts))
        case syntax.Comparison(left=left, right=right):
            return replace(node, left=_substituted(left, values), right=_substituted(right, values))
    return node


def _sets(members: Expression) -> Iterator[Expression]:
    match members:
        case syntax.Range(low=syntax.Integer(value=low), high=syntax.Integer(value=high)):
            for a, b in ((low - 1, high), (low + 1, high), (low, high - 1), (low, high + 1)):
                yield syntax.Range(syntax.Integer(a), syntax.Integer(b))
        case syntax.SetLiteral(elements=elements):
            for i, element in enumerate(elements):
                yield syntax.SetLiteral(elements[:i] + elements[i + 1 :])
                assert isinstance(element, syntax.Integer)
                yield syntax.SetLiteral((*elements[:i], syntax.Integer(element.value + 1), *elements[i + 1 :]))


def quantifier_mutants(node: Expression) -> Iterator[Expression]:
    """Every formula in which one quantifier runs through other values: without its condition, or a bound off by one."""
    if isinstance(node, syntax.Quantified):
        if node.condition is not None:
            yield replace(node, condition=None)
        for i, generator in enumerate(node.generators):
            if isinstance(generator.domain, syntax.Range):
                for domain in _shifted(generator.domain):
                    other = replace(generator, domain=domain)
                    yield replace(node, generators=(*node.generators[:i], other, *node.generators[i + 1 :]))
        yield from (replace(node, body=changed) for changed in quantifier_mutants(node.body))
        return
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Expression):
            yield from (replace(node, **{field.name: c}) for c in quantifier_mutants(value))  # type: ignore[arg-type]
        elif isinstance(value, tuple) and value and isinstance(value[0], Expression):
            for i, part in enumerate(value):
                for changed in quantifier_mutants(part):
                    yield replace(node, **{field.name: (*value[:i], changed, *value[i + 1 :])})


def _shifted(domain: syntax.Range) -> Iterator[syntax.Range]:
    one = syntax.Integer(1)
    for operator in ("+", "-"):
        yield replace(domain, low=syntax.Chain((operator,), (domain.low, one)))
        yield replace(domain, high=syntax.Chain((operator,), (domain.high, one)))
