"""A reader of rendered models: the code of each item, and never a comment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from ..errors import CheckFailed

_PARTS = re.compile(r'("(?:[^"\\\n]|\\[\\"])*")|(;)|[^";]+|"')
"""Strings, ends of items, and the code between them."""
_UNREADABLE = re.compile(r"""[%"']|/\*""")
"""What begins a comment, an unfinished string or a quoted name, where rendered models have none."""
_CONSTRAINT = re.compile(r'constraint :: ("(?:[^"\\]|\\.)*") (.*)')
_OBJECTIVE = "var int: objective = "
UNIT_SUM = "sum(x) = N"
"""The condition of the unit sum."""


@dataclass(frozen=True)
class ModelText:
    """items: the text of each item in the model's order, on one line, without its semicolon and without comments."""

    items: tuple[str, ...]

    @cached_property
    def constraints(self) -> tuple[tuple[str, str], ...]:
        """Label and condition of each constraint that has a label; one of them is the unit sum, where there is one."""
        found = map(_CONSTRAINT.fullmatch, self.items)
        return tuple((_unquote(match[1]), match[2]) for match in found if match)

    @property
    def objective(self) -> str | None:
        """The formula of the objective, None where there is none."""
        return next((item.removeprefix(_OBJECTIVE) for item in self.items if item.startswith(_OBJECTIVE)), None)

    @property
    def goal(self) -> str:
        """The solve item."""
        return next(item for item in self.items if item.startswith("solve "))

    def body(self, wanted: Callable[[str, str], bool] = lambda label, condition: True) -> str:
        """The code of every item but the solve item, and of the labelled constraints those that are wanted."""
        kept = []
        for item in self.items:
            match = _CONSTRAINT.fullmatch(item)
            if wanted(_unquote(match[1]), match[2]) if match else not item.startswith("solve "):
                kept.append(item)
        return _code(kept)


def read_model(text: str) -> ModelText:
    """The items of a model.

    Raises CheckFailed where the text has no solve item, or something that only a whole reader of MiniZinc can read:
    a comment, string or name in a form that the renderer does not write.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.isprintable():
            raise _unreadable(number, "a character that does not print")
    # Comments of a rendered model have lines of their own; they are emptied, so that lines keep their numbers.
    code = "\n".join("" if line.startswith("%") else line for line in lines)
    items = [""]
    for part in _PARTS.finditer(code):
        string, end = part.groups()
        if end:
            items.append("")
            continue
        if not string and (found := _UNREADABLE.search(part[0])):
            number = 1 + code.count("\n", 0, part.start() + found.start())
            raise _unreadable(number, f"{found[0]} where it begins no comment line and no string")
        items[-1] += string or re.sub(r"[ \n]+", " ", part[0])
    *ended, rest = map(str.strip, items)
    if rest:
        raise _unreadable(len(lines), "an item without a semicolon")
    if not any(item.startswith("solve ") for item in ended):
        raise _unreadable(len(lines), "the end, and no solve item before it")
    return ModelText(tuple(ended))


def question(model: ModelText, points: list[list[int]]) -> str:
    """A model of which MiniZinc tells, while it flattens it, as `truths [..]` whether each constraint holds, point by
    point, and as `objectives [..]` the objective's value at each point; nothing of what there is none of.
    """
    count = len(points)
    point = "[asked[8 * k + i] | i in -7..0]"
    numbers = ", ".join(str(value) for point in points for value in point)
    parts = [
        _code(item for item in model.items if item.startswith(("int: ", "set of int: ", "predicate "))),
        f"array[1..{8 * count}] of int: asked = [{numbers}];",
    ]
    for position, (_, expression) in enumerate(model.constraints, start=1):
        parts.append(f"predicate judged_{position}(array[int] of var int: x) = {expression};")
    # What is told has names: an error in the middle of a message would make it unreadable.
    if positions := range(1, len(model.constraints) + 1):
        judged = ", ".join(f"fix(judged_{position}(p))" for position in positions)
        parts += [
            f"array[1..{count * len(positions)}] of bool: truths ="
            f" [truth | k in 1..{count}, p = {point}, truth in [{judged}]];",
            r'constraint trace_stdout("truths \(truths)\n");',
        ]
    if model.objective is not None:
        parts += [
            f"function var int: judged_objective(array[int] of var int: x) = {model.objective};",
            f"array[1..{count}] of int: objectives = [fix(judged_objective({point})) | k in 1..{count}];",
            r'constraint trace_stdout("objectives \(objectives)\n");',
        ]
    return "\n".join([*parts, "solve satisfy;", ""])


def _code(items: Iterable[str]) -> str:
    return "".join(f"{item};\n" for item in items)


def _unquote(string: str) -> str:
    """The text that a MiniZinc string literal stands for."""
    return re.sub(r"\\(.)", r"\1", string[1:-1])


def _unreadable(line: int, what: str) -> CheckFailed:
    return CheckFailed(f"the model is not one that the renderer writes: line {line}: found {what}")
