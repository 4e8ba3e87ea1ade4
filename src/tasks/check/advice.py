"""Advice about the constraints of a chunk, for its author; none of it is an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from ..boxes.absence import Absence
from ..corpus.settings import limit_can_bind
from ..errors import NumberTooLarge
from ..language import syntax
from ..language.display import display
from ..language.evaluate import Undefined, evaluate
from ..language.syntax import Expression, is_constant
from ..render.boundary import boundary, spare
from ..render.model import formula
from ..render.text import label, visible
from ..specification import Specification
from .call import Tool
from .hygiene import contradictions, implied, least, never
from .hygiene import valid_point as some_point
from .witness import valid_point

Kind: TypeAlias = Literal[
    "vacuous", "implied", "impossible", "contradiction", "unsatisfiable", "single point", "never binds",
    "limit never binds", "not known",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The last is not a finding: it says what the solver was asked without an answer."""


@dataclass(frozen=True)
class Finding:
    """constraints are the names of those that it is about. claim: what it says of all points on the solver's word; None
    where it says nothing of them, or can be seen without a solver.
    """

    kind: Kind
    constraints: tuple[str, ...]
    text: str
    claim: Absence | None = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


def findings(specification: Specification, model: str, balance_limit: int | None, minizinc: Tool) -> list[Finding]:
    """All findings about a chunk. Raises as valid_point and the solver do.

    balance_limit: the one that corpus.yaml states for the chunk, None where it states none.
    """
    return [
        *_vacuous(specification),
        *_limit(specification, balance_limit),
        *_asked(specification, model, minizinc),
    ]


def _limit(specification: Specification, limit: int | None) -> Iterator[Finding]:
    chunk = specification.chunk
    if limit is not None and not limit_can_bind(limit, chunk.total, chunk.unit_sum):
        text = f"the balance limit of {limit} holds at every point for N = {chunk.total}; lower it in corpus.yaml"
        yield Finding("limit never binds", (), text)


def _vacuous(specification: Specification) -> Iterator[Finding]:
    for constraint, statement in zip(specification.chunk.constraints, specification.statements, strict=True):
        if statement.kind == "vacuous":
            yield Finding("vacuous", (constraint.name,), f"{label(constraint.name)} is constantly true")


def _asked(spec: Specification, text: str, tool: Tool) -> Iterator[Finding]:
    """What the solver has to say of the formal constraints: of k, in at most 3k + 2 runs where a point is valid."""
    chunk = spec.chunk
    formal = [(c.name, s.expression) for c, s in zip(chunk.constraints, spec.statements, strict=True)
              if s.kind == "formal" and s.expression is not None]  # fmt: skip
    names = tuple(name for name, _ in formal)
    if not formal:
        return
    some = some_point(text, tool)
    if some.status == "no answer":
        yield Finding("not known", names, "whether any point is valid, so nothing else was asked")
        return
    if some.status == "unsatisfiable":
        yield from _contradicting(chunk.id, names, text, tool)
        return
    points = [valid_point(some, spec)]
    another = some_point(text, tool, but=points[0])
    if another.status == "unsatisfiable":
        other = _other_than(points[0])
        yield Finding(
            "single point", names, f"x = {points[0]} is the only valid point", Absence(names, condition=other)
        )
    elif another.status == "no answer":
        yield Finding("not known", names, f"whether x = {points[0]} is the only valid point")
    else:
        points.append(valid_point(another, spec))
    for name, _ in formal:
        found = implied(text, label(name), tool)
        if found:
            claim = Absence(tuple(other for other in names if other != name), denied=name)
            yield Finding("implied", (name,), f"{label(name)} holds wherever the others do", claim)
        elif found is None:
            yield Finding("not known", (name,), f"whether {label(name)} is implied by the others")
    for name, expression in formal:
        edge = boundary(expression)
        if edge is None or any(evaluate(edge, point, chunk.total, chunk.primes) for point in points):
            continue
        found = another.status == "unsatisfiable" or never(text, formula(edge), tool)
        if found:
            reached, nearer = _reached(spec, expression, points[0], text, tool)
            claim = Absence(names, condition=edge if nearer is None else nearer)
            yield Finding("never binds", (name,), f"{label(name)} is at its bound at no valid point{reached}", claim)
        elif found is None:
            yield Finding("not known", (name,), f"whether {label(name)} is at its bound anywhere")


def _other_than(point: Sequence[int]) -> Expression:
    """The condition that a point is another one."""
    places = (syntax.Coordinate(syntax.Integer(i)) for i in range(1, 9))
    differ = (syntax.Comparison("!=", x, syntax.Integer(value)) for x, value in zip(places, point, strict=True))
    return syntax.Chain(("\\/",) * 7, tuple(differ))


def _reached(
    spec: Specification, expression: Expression, point: Sequence[int], text: str, tool: Tool
) -> tuple[str, Expression | None]:
    """How near a constraint that never binds comes to its bound, for a message, and the condition that a point is
    nearer, as one at its bound is; "" and None where the solver does not say.
    """
    chunk, left = spec.chunk, spare(expression)
    try:
        if left is None or evaluate(left, point, chunk.total, chunk.primes) is None:
            return "", None
        spared = least(text, formula(left), tool)
    except (Undefined, NumberTooLarge):
        return "", None
    if spared is None or spared <= 0:
        return "", None
    nearer = syntax.Comparison("<", left, syntax.Integer(spared))
    if isinstance(expression, syntax.Comparison):
        for side, other, upwards in (
            (expression.left, expression.right, expression.operator in ("<", "<=")),
            (expression.right, expression.left, expression.operator in (">", ">=")),
        ):
            if is_constant(other):
                bound = evaluate(other, None, chunk.total, chunk.primes)
                assert bound is not None
                room = spared + (expression.operator in ("<", ">"))
                shown = visible(display(side))
                what = shown if len(shown) <= 40 else f"the {'left' if side is expression.left else 'right'} side"
                reached = f"{bound - room} at most" if upwards else f"{bound + room} at least"
                return f": {what} is {reached}", nearer
    return f": it has {spared} to spare, or more", nearer


def _contradicting(chunk_id: str, names: tuple[str, ...], text: str, tool: Tool) -> Iterator[Finding]:
    found = contradictions(text, tool)
    named = {label(name): name for name in names}
    for one in found.impossible:
        about = (named[one],)
        yield Finding("impossible", about, f"{one} holds at no point, whatever the others say", Absence(about))
    for one, other in found.pairs:
        both = named[one], named[other]
        yield Finding("contradiction", both, f"{one} and {other} hold at no common point", Absence(both))
    if not found.impossible and not found.pairs:
        said = f"no point is valid; solve:{chunk_id} names constraints that conflict"
        yield Finding("unsatisfiable", names, said, Absence(names))
    for unknown in found.unknown:
        what = " and ".join(unknown) + (" hold at a common point" if len(unknown) > 1 else " holds anywhere")
        yield Finding("not known", tuple(named[one] for one in unknown), f"whether {what}")
