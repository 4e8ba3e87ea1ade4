"""The surface of a rendered Lean text."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Stated:
    """The surface of a rendered Lean text, in the order of the text.

    conjuncts is None where the whole goes through helper definitions.
    """

    names: tuple[str, ...]
    conjuncts: tuple[str, ...] | None
    witness: tuple[int, ...]


def read_lean(text: str, kind: str) -> Stated:
    """What a certificate or a module states."""
    if kind == "certificate":
        section = text.partition("\nnamespace Constraint\n")[2].partition("\nend Constraint\n")[0]
        kind = "Bool"
        point = re.search(r"^def witness : Point :=\n  Point\.mk (.*)$", text, re.MULTILINE)
        whole = re.search(r"^def valid \(x : Point\) : Bool :=\n  (.*)$", text, re.MULTILINE)
        conjuncts = re.findall(r"\((?:Constraint\.)?(«[^»]*»|[\w']+) x\)", whole.group(1) if whole else "")
    else:
        section, kind = text, "Prop"
        point = re.search(r"^def witness : Point :=\n  ⟨(.*)⟩$", text, re.MULTILINE)
        whole = re.search(r"^def Valid \(x : Point\) : Prop :=\n(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
        conjuncts = re.findall(r"(«[^»]*»|[\w']+) x(?: |$|\n)", whole.group(1) if whole else "")
    found = re.findall(rf"^def («[^»]*»|\S+) \(x : Point\) : {kind}", section, re.MULTILINE)
    numbers = re.findall(r"\(Int\.neg (\d+)\)|(-?\d+)", point.group(1) if point else "")
    simplex = ["bounds", "unit_sum", "valid", "Bounds", "UnitSum", "Valid"]
    return Stated(
        names=tuple(name for name in found if name not in simplex and not re.fullmatch(r"part\d+", name)),
        conjuncts=None if any(re.fullmatch(r"part\d+", name) for name in conjuncts) else tuple(conjuncts),
        witness=tuple(-int(negative) if negative else int(other) for negative, other in numbers),
    )
