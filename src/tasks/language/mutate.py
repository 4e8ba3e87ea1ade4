"""Formulas with one fault in them, as a wrong translation would have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace

from . import syntax
from .syntax import Expression

_COMPARISON = {
    "<": ("<=", ">"), "<=": ("<", ">="), ">": (">=", "<"), ">=": (">", "<="),
    "=": ("!=", "<=", ">="), "!=": ("=", "<", ">"),
}  # fmt: skip
_ARITHMETIC = {"+": ("-",), "-": ("+",), "*": ("+",), "div": ("mod",), "mod": ("div",)}
_LOGIC = {"/\\": ("\\/",), "\\/": ("/\\", "xor"), "xor": ("\\/", "<->"), "->": ("<->", "\\/"), "<->": ("->", "xor")}
_ZERO = syntax.Integer(0)


def mutants(node: Expression) -> Iterator[Expression]:
    """Every formula that differs from an unrolled one by one fault.

    A comparison, operator, connective or function for its neighbour; a constant or an index off by one; a term or
    conjunct lost; a sign lost; a difference cut off at 0; a quotient or remainder rounded downwards.
    """
    yield from _here(node)
    match node:
        case syntax.Arithmetic(operands=parts) | syntax.Logic(operands=parts) | syntax.Extremum(operands=parts):
            for i, part in enumerate(parts):
                divisor = isinstance(node, syntax.Arithmetic) and i > 0 and node.operators[i - 1] in ("div", "mod")
                for changed in mutants(part):
                    if divisor and (not isinstance(changed, syntax.Integer) or changed.value == 0):
                        continue
                    yield replace(node, operands=(*parts[:i], changed, *parts[i + 1 :]))
        case syntax.Negative(operand=part) | syntax.Absolute(operand=part) | syntax.Not(operand=part):
            yield from (replace(node, operand=changed) for changed in mutants(part))
        case syntax.BoolToInt(operand=part):
            yield from (replace(node, operand=changed) for changed in mutants(part))
        case syntax.Comparison(left=left, right=right):
            yield from (replace(node, left=changed) for changed in mutants(left))
            yield from (replace(node, right=changed) for changed in mutants(right))
        case syntax.Membership(element=element, set=members):
            yield from (replace(node, element=changed) for changed in mutants(element))
            yield from (replace(node, set=changed) for changed in _sets(members))


def _here(node: Expression) -> Iterator[Expression]:
    match node:
        case syntax.Integer(value=value):
            yield syntax.Integer(value + 1)
            yield syntax.Integer(value - 1)
        case syntax.Coordinate(index=syntax.Integer(value=index)):
            yield syntax.Coordinate(syntax.Integer(index % 8 + 1))
        case syntax.Comparison(operator=operator):
            yield from (replace(node, operator=other) for other in _COMPARISON[operator])
        case syntax.Not(operand=part) | syntax.Negative(operand=part):
            yield part
        case syntax.Absolute(operand=part):
            yield part
            yield syntax.Negative(part)
        case syntax.Extremum(function=function, operands=parts):
            yield replace(node, function="max" if function == "min" else "min")
            if len(parts) > 1:
                yield from (replace(node, operands=parts[:i] + parts[i + 1 :]) for i in range(len(parts)))
        case syntax.Logic(operators=operators, operands=parts):
            yield from _chains(node, operators, parts, _LOGIC)
        case syntax.Arithmetic(operators=operators, operands=parts):
            yield from _chains(node, operators, parts, _ARITHMETIC)
            for i, operator in enumerate(operators):
                left = parts[0] if i == 0 else syntax.Arithmetic(operators[:i], parts[: i + 1])
                result: Expression = syntax.Arithmetic((operator,), (left, parts[i + 1]))
                if operator == "-":
                    result = syntax.Extremum("max", (_ZERO, result))
                elif operator in ("div", "mod"):
                    result = _rounded_down(left, operator, parts[i + 1])
                else:
                    continue
                yield syntax.Arithmetic(operators[i + 1 :], (result, *parts[i + 2 :])) if operators[i + 1 :] else result


def _chains(
    node: syntax.Logic | syntax.Arithmetic, operators: tuple[str, ...], parts: tuple[Expression, ...],
    others: Mapping[str, tuple[str, ...]],
) -> Iterator[Expression]:  # fmt: skip
    for i, operator in enumerate(operators):
        for other in others[operator]:
            if other in ("div", "mod") and not isinstance(parts[i + 1], syntax.Integer):
                continue
            yield replace(node, operators=(*operators[:i], other, *operators[i + 1 :]))
    if len(operators) == 1:
        yield parts[0]
        if operators[0] in ("+", "/\\", "\\/"):
            yield parts[1]
        return
    for i in range(len(operators)):
        yield replace(node, operators=operators[:i] + operators[i + 1 :], operands=parts[: i + 1] + parts[i + 2 :])


def _rounded_down(left: Expression, operator: str, right: Expression) -> Expression:
    """left div or mod a positive right, rounded downwards: one less, or right more, for a negative left with a rest."""
    rest = syntax.Arithmetic(("mod",), (left, right))
    negative = syntax.BoolToInt(syntax.Comparison("<", rest, _ZERO))
    if operator == "div":
        return syntax.Arithmetic(("-",), (syntax.Arithmetic(("div",), (left, right)), negative))
    return syntax.Arithmetic(("+",), (rest, syntax.Arithmetic(("*",), (negative, right))))


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
        yield replace(domain, low=syntax.Arithmetic((operator,), (domain.low, one)))
        yield replace(domain, high=syntax.Arithmetic((operator,), (domain.high, one)))
