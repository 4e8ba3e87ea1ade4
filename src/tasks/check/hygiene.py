"""Asks MiniZinc whether the constraints of a rendered model are redundant or contradictory.

Each question is one run of the solver (two, of half the time each, where the first has no answer). An answer that
does not come in time is None: it is never taken for either of the two others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from ..render.model_reader import UNIT_SUM, read_model
from .call import Tool
from .minizinc import Answer, solve
from .tracts import with_tracts

# No point is wanted for its own sake here, so the search looks for what fails first. Where it has no answer, the tracts
# come before it, as a constraint on their sums is otherwise refuted point by point: T_ext <= N / 2 from T_int >= N / 2
# takes 0.2 s that way, and has no answer in 8 s the other. It is the other way round where points are hard to find.
_BY_X = "int_search(x, dom_w_deg, indomain_split)"
_SEARCHES = (_BY_X, f"seq_search([int_search([t_int], input_order, indomain_split), {_BY_X}])")


def constraints(model: str) -> dict[str, str]:
    """The condition of each named constraint of the model, in order; the unit sum is none of them."""
    return {label: condition for label, condition in read_model(model).constraints if condition != UNIT_SUM}


def valid_point(model: str, tool: Tool, but: Sequence[int] | None = None) -> Answer:
    """Some point that meets every constraint, other than `but` (8 integers)."""
    more = [f"exists(i in 1..8)(x[i] != {list(but)}[i])"] if but else []
    return _ask(model, [*constraints(model).values(), *more], tool)


def implied(model: str, name: str, tool: Tool) -> bool | None:
    """Whether the named constraint holds at every point that meets all the others."""
    every = constraints(model)
    denied = [f"not ({condition})" if other == name else condition for other, condition in every.items()]
    return _impossible(_ask(model, denied, tool))


def never(model: str, condition: str, tool: Tool) -> bool | None:
    """Whether a condition over x, N and P holds at none of the model's valid points."""
    return _impossible(_ask(model, [*constraints(model).values(), condition], tool))


def least(model: str, number: str, tool: Tool) -> int | None:
    """The least value of a number over x, N and P at the model's valid points; None where the solver does not say."""
    asked = f"var int: asked;\nconstraint asked = {number};\n"
    body = with_tracts(read_model(model).body())
    answer = solve(f"{body}{asked}solve :: {_BY_X} minimize asked;\n", tool)
    found = answer.values.get("asked")
    return found if answer.status == "satisfied" and type(found) is int else None


@dataclass(frozen=True)
class Contradictions:
    """impossible: constraints without a point of the simplex; pairs: of the others, those without a common point.

    unknown: constraints and pairs about which there is no answer.
    """

    impossible: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    unknown: tuple[tuple[str, ...], ...]


def contradictions(model: str, tool: Tool) -> Contradictions:
    """Which constraints of an unsatisfiable model contradict each other pairwise.

    Every point that the solver comes up with says of all constraints whether they hold there, which settles most
    pairs: of k constraints, about 2k + 1 runs do for all pairs, and 3k are the most; what is open then is unknown.
    """
    every = constraints(model)
    names = list(every)
    together: set[tuple[str, str]] = set()
    shown: set[str] = set()
    impossible: list[str] = []
    pairs: list[tuple[str, str]] = []
    unknown: list[tuple[str, ...]] = []

    def possible(*conditions: str) -> bool | None:
        verdicts = "".join(f"constraint holds[{k}] = {c};\n" for k, c in enumerate(every.values(), start=1))
        answer = _ask(model, conditions, tool, f"array[1..{len(every)}] of var bool: holds;\n{verdicts}")
        if answer.status == "satisfied":
            holding = answer.read("holds", bool, len(names))
            here = [name for name, holds in zip(names, holding, strict=True) if holds]
            shown.update(here)
            together.update(combinations(here, 2))
        return {"satisfied": True, "unsatisfiable": False}.get(answer.status)

    for name in names:
        if name in shown:
            continue
        alone = possible(every[name])
        if alone is None:
            unknown.append((name,))
        elif not alone:
            impossible.append(name)
    left = 2 * len(names)
    for position, name in enumerate(names):
        partners = [other for other in names[position + 1 :] if other not in impossible] * (name not in impossible)
        while open_pairs := [other for other in partners if (name, other) not in together]:
            left -= 1
            found = possible(every[name], " \\/ ".join(every[o] for o in open_pairs)) if left >= 0 else None
            if found is None:
                unknown += [(name, other) for other in open_pairs]
                break
            if not found:
                pairs += [(name, other) for other in open_pairs]
                break
    return Contradictions(tuple(impossible), tuple(pairs), tuple(unknown))


def _ask(model: str, conditions: Sequence[str], tool: Tool, more: str = "") -> Answer:
    """A point of the model's simplex that meets the conditions, in place of the model's own constraints and goal."""
    body = read_model(model).body(lambda _, condition: condition == UNIT_SUM)
    asked = "".join(f"constraint {condition};\n" for condition in conditions)
    half = tool.within(tool.limits.seconds / 2)
    for search in _SEARCHES:
        answer = solve(f"{with_tracts(body)}{more}{asked}solve :: {search} satisfy;\n", half)
        if answer.status != "no answer":
            break
    return answer


def _impossible(answer: Answer) -> bool | None:
    return {"unsatisfiable": True, "satisfied": False}.get(answer.status)
