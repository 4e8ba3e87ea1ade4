"""What rendered files state of each constraint, as people read it there."""

from __future__ import annotations

import re
from typing import Literal

from .model import VACUOUS
from .text import label

_PREDICATE = re.compile(r"^predicate (\w+)\(array\[int\] of var int: x\) =\n  (.*);$", re.MULTILINE)
_DEFINITION = re.compile(r"^def (\w+) \(x : Point\) : \w+ :=\n((?:  .*\n)+)", re.MULTILINE)

_COMMENT = re.compile(r"/-.*?-/\n?", re.DOTALL)
"""A block comment of a rendered module: what stands in it cannot end it."""


def forms_in_model(text: str) -> dict[str, str]:
    """The formula of each predicate of a model, by its name."""
    return dict(_PREDICATE.findall(text))


def kind_in_model(text: str, name: str, is_stated: bool) -> Literal["formal", "vacuous", "informal"]:
    """The kind of a constraint in a model, which states it as a predicate or says in a comment why not."""
    return "formal" if is_stated else "vacuous" if f"\n% {VACUOUS}: {label(name)}\n" in text else "informal"


def forms_in_module(text: str) -> dict[str, str]:
    """The body of each definition of a Lean module, by its name; in the lines that it has there."""
    code = _COMMENT.sub("", text)
    return {name: "\n".join(line[2:] for line in body.splitlines()) for name, body in _DEFINITION.findall(code)}
