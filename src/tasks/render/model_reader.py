"""The surface of a rendered model, read from its text: names, parameters, solve item."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import ToolError

CONSTRAINT = re.compile(r'^constraint :: "((?:[^"\\]|\\.)*)" (.*);$', re.MULTILINE)
"""A constraint of a rendered model: its name as MiniZinc's string, and its condition."""
UNIT_SUM = re.compile(r'^constraint :: "unit sum_*" sum\(x\) = N;$', re.MULTILINE)
_OBJECTIVE = re.compile(r"^var int: objective = (.*);$", re.MULTILINE)


def unquoted(string: str) -> str:
    """The text that the inside of a MiniZinc string literal stands for."""
    return re.sub(r"\\(.)", r"\1", string)


@dataclass(frozen=True)
class ModelText:
    """body is the text before the solve item; constraints are (label, expression) in the order of the text."""

    body: str
    goal: str
    constraints: tuple[tuple[str, str], ...]
    total: int
    primes: tuple[int, ...]
    domain: str
    objective: str | None


def read_model(text: str) -> ModelText:
    """Raises ToolError where the text is not of the form that the renderer writes."""
    body, found, goal = text.rpartition("\nsolve ")
    total = re.findall(r"^int: N = (-?\d+);$", body, re.MULTILINE)
    primes = re.findall(r"^set of int: P = \{([\d, ]*)\};$", body, re.MULTILINE)
    domain = re.findall(r"^array\[1\.\.8\] of var (.*): x;$", body, re.MULTILINE)
    if not found or len(total) != 1 or len(primes) != 1 or len(domain) != 1:
        raise ToolError("the model does not have exactly one each of N, P, x and a solve item, as rendered models have")
    objective = _OBJECTIVE.search(body)
    return ModelText(
        body=body,
        goal=f"solve {goal.strip()}",
        constraints=tuple((unquoted(m.group(1)), m.group(2)) for m in CONSTRAINT.finditer(body)),
        total=int(total[0]),
        primes=tuple(int(p) for p in primes[0].split(",") if p.strip()),
        domain=domain[0],
        objective=objective.group(1) if objective else None,
    )


def question(model: ModelText, points: list[list[int]]) -> str:
    """A model that answers with each constraint's truth at each point as asked_1, asked_2, .., and with the objective's
    values as asked_objective.
    """
    count = len(points)
    numbers = ", ".join(str(value) for point in points for value in point)
    parts = [
        CONSTRAINT.sub("", _OBJECTIVE.sub("", model.body)),
        f"array[1..{count}, 1..8] of int: asked = array2d(1..{count}, 1..8, [{numbers}]);",
    ]
    for position, (_, expression) in enumerate(model.constraints, start=1):
        parts += [
            f"predicate judged_{position}(array[int] of var int: x) = {expression};",
            f"array[1..{count}] of bool: asked_{position} :: add_to_output ="
            f" [fix(judged_{position}(asked[k, 1..8])) | k in 1..{count}];",
        ]
    if model.objective is not None:
        parts += [
            f"function var int: judged_objective(array[int] of var int: x) = {model.objective};",
            f"array[1..{count}] of int: asked_objective :: add_to_output ="
            f" [fix(judged_objective(asked[k, 1..8])) | k in 1..{count}];",
        ]
    return "\n".join([*parts, "solve satisfy;", ""])
