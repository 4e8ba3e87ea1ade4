"""The canonical point of a model, whichever solver is asked.

It is the lexicographically smallest valid point, and with an objective the one among those of the smallest objective.
A solver that searches in the order that the model states comes upon it first. Any other one is asked coordinate by
coordinate: how small can x[1] be? and x[2], where x[1] is that small? An optimum counts with the solver's word that it
is one, and every answer brings a point: a coordinate that is 0 there need not be asked about.
"""

from __future__ import annotations

from ..errors import ToolError
from ..render.model_reader import UNIT_SUM, read_model
from .call import Tool
from .minizinc import Answer, solve
from .tracts import solve_with_tracts


def solve_canonically(model: str, tool: Tool) -> Answer:
    """As solve, with the canonical point where there is one. A limit of time holds for each question."""
    if tool.keeps_order:
        return solve_with_tracts(model, tool) if tool.flattens_once else solve(model, tool)
    surface = read_model(model)
    body = surface.body()
    if surface.objective is not None:
        body += "var int: value;\nconstraint value = objective;\n"  # MiniZinc shows what has no definition
    answer = solve(f"{body}{surface.goal};\n", tool)
    if answer.status != "satisfied":
        return answer
    if surface.objective is not None:
        body += f"constraint value = {answer.values.get('value')};\n"
    sums_up = any(condition == UNIT_SUM for _, condition in surface.constraints)
    point = answer.read("x", int, 8)
    for i in range(8):
        if point[i] > 0 and not (sums_up and i == 7):  # which the sum decides
            goal = f"solve :: int_search(x, input_order, indomain_min) minimize x[{i + 1}];\n"
            found = solve(body + goal, tool)
            if found.status == "no answer":
                return found
            smaller = found.read("x", int, 8) if found.status == "satisfied" else None
            if smaller is None or smaller[:i] != point[:i] or smaller[i] > point[i]:
                raise ToolError(
                    f"minizinc with {tool.solver} contradicts itself: it finds the point {point}, and says that of "
                    f"those which begin so x[{i + 1}] is least at {smaller or 'none'}; try another solver="
                )
            answer, point = found, smaller
        body += f"constraint x[{i + 1}] = {point[i]};\n"
    return answer
