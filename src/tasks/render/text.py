"""Escapes foreign text for rendered files, so that it cannot leave its comment or string."""

from __future__ import annotations

import re
from collections.abc import Iterable

UNIT_SUM = "unit sum"


def visible(text: str) -> str:
    r"""text with every character that does not print (controls, line breaks, bidirectional marks) as \uXXXX."""
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def label(name: str) -> str:
    r"""A name on one line, in printing characters, and different for different names: a backslash is doubled.

    It holds no double quote: one in the name of a constraint keeps the solver from reading what MiniZinc hands it.
    """
    return visible(name.replace("\\", "\\\\")).replace('"', _escape('"'))


def unit_sum_label(constraints: Iterable[str]) -> str:
    """What the model calls x[1] + ... + x[8] = N: as none of the constraints, which are given by their names."""
    taken = set(map(label, constraints))
    found = UNIT_SUM
    while found in taken:
        found += "_"
    return found


def lines(text: str, width: int = 110) -> list[str]:
    """text as visible lines, broken at line breaks and, at spaces, near width columns."""
    import textwrap

    found = []
    for line in text.splitlines():
        shown = visible(line)
        found += textwrap.wrap(shown, width, break_long_words=False, break_on_hyphens=False) or [""]
    return found


def names(constraints: Iterable[str]) -> list[str]:
    """What each constraint is called in every form, distinct: its own name behind c_ wherever that is an identifier.

    With c_ no name is a word of MiniZinc or Lean, of a library, or of a rendered file. Quotes, which both formats have,
    would not do: Lean refuses `«_hyg»`, `«_root_»` and `«enumToBitVec»`.
    """
    found: list[str] = []
    taken: set[str] = set()
    for position, name in enumerate(constraints, start=1):
        plain = re.sub(r"[^A-Za-z0-9_]", "_", name)[:60]
        identifier = f"c_{plain}" if plain == name else f"c_{plain}_{position}"
        while identifier in taken:
            identifier += "_"
        taken.add(identifier)
        found.append(identifier)
    return found
