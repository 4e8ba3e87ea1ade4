"""What both Lean forms share: comments, and conjunctions that do not nest deeply."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..corpus.chunk import Constraint
from .text import label, lines, visible

GROUP = 16
"""Terms of a chain in one definition; longer chains overflow Lean's elaborator."""


def comment_text(text: str) -> list[str]:
    """text as lines that neither end nor open a block comment."""
    return [_unbroken(line) for line in lines(text, 96)]


def _unbroken(line: str) -> str:
    return re.sub(r"/(?=-)", "/ ", re.sub(r"-(?=/)", "- ", line))


def doc_comment(constraint: Constraint, identifier: str) -> str:
    """A doc comment with the source expression and the notes of a constraint, and its name where that is not the
    identifier's.
    """
    # In quotes: `--` right behind the beginning of a doc comment would begin another comment.
    named = "" if identifier == f"c_{constraint.name}" else f"`{_unbroken(label(constraint.name))}`: "
    parts = [f"{named}`" + "\n".join(comment_text(constraint.text)) + "`"]
    if constraint.notes.strip():
        parts.append("\n".join(comment_text(constraint.notes)))
    # A last character `-` would join with the end of the comment.
    return "/-- " + "\n\n".join(parts) + " -/"


def line_comment(text: str) -> list[str]:
    return [f"-- {line}" for line in lines(text, 96)]


def heading(text: str) -> str:
    """A text for one line of a block comment."""
    return _unbroken(visible(text))


def balanced(terms: Sequence[str], join: Callable[[str, str], str]) -> str:
    """One term of a non-empty sequence, nested as a balanced tree."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return join(balanced(terms[:middle], join), balanced(terms[middle:], join))
