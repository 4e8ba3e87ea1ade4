"""What rendered files state of each constraint, as people read it there."""

from __future__ import annotations

import re

_PREDICATE = re.compile(r"^predicate (\w+)\(array\[int\] of var int: x\) =\n  (.*);$", re.MULTILINE)
_DEFINITION = re.compile(r"^def (\w+) \(x : Point\) : \w+ :=\n((?:  .*\n)+)", re.MULTILINE)

_COMMENT = re.compile(r"/-.*?-/\n?", re.DOTALL)
"""A block comment of a rendered module: what stands in it cannot end it."""


def forms_in_model(text: str) -> dict[str, str]:
    """The formula of each predicate of a model, by its name."""
    return dict(_PREDICATE.findall(text))


def forms_in_module(text: str) -> dict[str, str]:
    """The body of each definition of a Lean module, by its name; in the lines that it has there."""
    code = _COMMENT.sub("", text)
    return {name: "\n".join(line[2:] for line in body.splitlines()) for name, body in _DEFINITION.findall(code)}
