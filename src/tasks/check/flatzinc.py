"""A model flattened once, and the solver itself asked what is wanted of it.

Most of what MiniZinc takes for a small model is the reading of its own library. So it is asked once for the model's
FlatZinc, which is an answer like any other. Questions that differ in what is wanted, and in the order of the search,
differ in the last item of that alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .call import Tool
from .minizinc import FLATTENING, Answer, json_stream, messages_and_items, optimises, read_answer

_INTEGER = r"-?\d{1,19}"
_VALUE = rf"\w+ = (?:{_INTEGER}|array1d\(1\.\.\d+, \[{_INTEGER}(?:, {_INTEGER})*\]\));\n"
_SAID = re.compile(rf"((?:{_VALUE})+)----------\n(==========\n)?|=====(UNSATISFIABLE|UNKNOWN)=====\n")
"""All that Gecode prints which is asked for one solution, or for a best one."""


def ask(model: str, tool: Tool, goal: str = "") -> Answer:
    """What the model's own solve item asks for, or the solve item goal, which must be FlatZinc too.

    The limits hold for the flattening, and for the search. Raises as minizinc.solve.
    """
    flat = tool.ask(
        FLATTENING, model,
        read=lambda run: read_answer(run, tool.limits, optimise=False, messages=_flattened),
        definite=lambda answer: answer.status != "no answer",
        step="flatten",
    )  # fmt: skip
    if flat.status != "satisfied":
        return flat
    text = flat.values["flatzinc"]
    start = text.rindex("solve ")
    if goal and "var " in text[:start]:  # nothing is left of a model that the flattening refuted
        text = f"{text[:start]}{goal}\n"
    answer = tool.ask(
        (), text,
        read=lambda run: read_answer(
            run, tool.limits, optimise=optimises(text), messages=_solved, speaker=f"the solver {tool.solver}"
        ),
        definite=lambda answer: answer.status != "no answer",
        step="search",
    )  # fmt: skip
    return replace(answer, warnings=flat.warnings + answer.warnings)


def _flattened(output: str) -> Iterator[tuple[str, Any]]:
    """The messages of MiniZinc, and the FlatZinc beside them as a solution."""
    messages, items = messages_and_items(output)
    yield from json_stream("\n".join(messages))
    if items:
        text = "".join(f"{item}\n" for item in items)
        whole = items[-1].startswith("solve ") and items[-1].endswith(";")
        yield items[-1], _solution({"flatzinc": text}) if whole else None


def _solved(output: str) -> Iterator[tuple[str, Any]]:
    """What Gecode says, as MiniZinc would."""
    said = _SAID.fullmatch(output)
    if output and said is None:
        yield output, None
    elif said and said[1]:
        yield said[1], _solution(dict(map(_value, said[1].splitlines())))
        if said[2]:
            yield said[2], {"type": "status", "status": "OPTIMAL_SOLUTION"}
    elif said:
        yield said[0], {"type": "status", "status": said[3]}


def _solution(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "solution", "output": {"json": values}}


def _value(line: str) -> tuple[str, int | list[int]]:
    name, _, text = line.rstrip(";").partition(" = ")
    _, bracket, listed = text.rstrip("])").partition("[")
    return name, list(map(int, listed.split(", "))) if bracket else int(text)
