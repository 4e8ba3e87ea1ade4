"""What a chunk may cost us: steps, the same ones on every machine, counted before the work is done."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MOST_STEPS = 1_000_000
"""Of one chunk, in a stage: about a second."""
STEPS_OF_TOKEN = 20
"""To parse a word, number or sign, and to find its type."""
STEPS_OF_PART = 4
"""To fold, to write out and to render a part of a formula with its quantifiers written out. A part of a condition or of
a domain, which is only evaluated, is one step each time.
"""

SHORTER = "write it shorter, or split the chunk"

_TOKEN = re.compile(r"\w+|[^\w\s]")


class OverBudget(Exception):
    """The text says what costs how much, and what the chunk has used before."""


@dataclass
class Budget:
    """The steps of one chunk: how many there are, and how many each kind of work has taken so far."""

    most: int = MOST_STEPS
    used: dict[str, int] = field(default_factory=dict)
    is_exceeded: bool = False

    @property
    def left(self) -> int:
        return self.most - sum(self.used.values())

    def use(self, kind: str, steps: int) -> None:
        self.used[kind] = self.used.get(kind, 0) + steps

    def read(self, text: str) -> None:
        """Takes what it costs to parse a text. Raises OverBudget."""
        tokens = sum(1 for _ in _TOKEN.finditer(text))
        if tokens * STEPS_OF_TOKEN > self.left:
            raise OverBudget(self.excess(f"to read its {tokens:,} words and signs", tokens * STEPS_OF_TOKEN))
        self.use("to read the texts", tokens * STEPS_OF_TOKEN)

    def excess(self, what: str, steps: int) -> str:
        """The message that something takes so many steps or more, and that they are not left."""
        self.is_exceeded = True
        large = ", ".join(f"{steps:,} {kind}" for kind, steps in self.used.items() if steps * 100 > self.most)
        used = f" and has used {sum(self.used.values()):,}{f' ({large})' if large else ''}"
        return f"{what} takes {steps:,} steps or more; the chunk may take {self.most:,}{used}"
