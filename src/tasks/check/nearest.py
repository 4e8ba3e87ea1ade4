"""Asks for the point that comes nearest to being valid, where none is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations

from ..render.model_reader import UNIT_SUM, read_model
from .call import Tool
from .minizinc import Answer, solve


def fewest_violations(model: str, tool: Tool) -> Answer:
    """A point `x` that violates as few of the model's named constraints as any; its sum is N where the model says so.

    Raises as solve.
    """
    surface = read_model(model)
    conditions = [condition for _, condition in surface.constraints if condition != UNIT_SUM]
    kept = surface.body(lambda _, condition: condition == UNIT_SUM)
    count = len(conditions)
    denied = "".join(f"constraint denied[{k}] = not ({c});\n" for k, c in enumerate(conditions, start=1))
    text = (
        f"{kept}\narray[1..{count}] of var bool: denied;\n{denied}"
        f"var 0..{count}: violations;\nconstraint violations = sum(k in 1..{count})(bool2int(denied[k]));\n"
        "solve :: seq_search([int_search([violations], input_order, indomain_min), "
        "int_search(x, dom_w_deg, indomain_split)]) minimize violations;\n"
    )
    return solve(text, tool)


def improve(x: Sequence[int], cost: Callable[[Sequence[int]], tuple[float, ...]], sums: bool) -> list[int]:
    """x with a cost as small as steps from one point to a neighbour reach: by moving units from one coordinate to
    another, or, unless the sum is to stay, by changing one.
    """
    best, least = list(x), cost(x)
    step = max(1, max(x) // 2)
    while step:
        for point in _neighbours(best, step, sums):
            if (found := cost(point)) < least:
                best, least = point, found
                break
        else:
            step //= 2
    return best


def _neighbours(x: Sequence[int], step: int, sums: bool) -> list[list[int]]:
    found = []
    for i, j in permutations(range(8), 2):
        if x[i] >= step:
            found.append([value + step * ((k == j) - (k == i)) for k, value in enumerate(x)])
    if not sums:
        found += [[value + sign * step * (k == i) for k, value in enumerate(x)] for i in range(8) for sign in (1, -1)]
    return [point for point in found if min(point) >= 0]
