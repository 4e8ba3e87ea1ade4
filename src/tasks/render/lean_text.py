"""What both Lean forms share: names, comments, and conjunctions that do not nest deeply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files

from .text import lines, visible

GROUP = 16
"""Terms of a chain in one definition; longer chains overflow Lean's elaborator."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_']*")
# Characters that a name between « and » keeps; others become _.
_QUOTABLE = re.compile(r"[^\W_]|[ _!#$%&*+,\-./:;<=>?@^|~'()\[\]{}]")

_LIBRARY = files(__package__) / "library"
# Words that are no identifiers in some version of Lean 4, and words that our own text means something by.
RESERVED = frozenset((_LIBRARY / "reserved.txt").read_text(encoding="utf-8").split()).union(
    re.findall(r"^def (\w+)", (_LIBRARY / "Base.lean").read_text(encoding="utf-8"), re.MULTILINE)
)


def names(constraints: Iterable[str]) -> list[str]:
    """For each constraint's name a Lean identifier, distinct, quoted with « » wherever it has to be."""
    found: list[str] = []
    seen = set(RESERVED)
    for position, name in enumerate(constraints, start=1):
        kept = "".join(c if _QUOTABLE.fullmatch(c) else "_" for c in name)[:80].strip()
        candidate = kept if kept == name else f"{kept}_{position}".lstrip("_ ") or f"c_{position}"
        while candidate in seen or re.fullmatch(r"(part|inst)_?\d+|_+", candidate):
            candidate += f"_{position}"
        seen.add(candidate)
        found.append(candidate if _PLAIN.fullmatch(candidate) else f"«{candidate}»")
    return found


def comment_text(text: str) -> list[str]:
    """text as lines that neither end nor open a block comment."""
    return [_unbroken(line) for line in lines(text, 96)]


def _unbroken(line: str) -> str:
    return re.sub(r"/(?=-)", "/ ", re.sub(r"-(?=/)", "- ", line))


def doc_comment(expression: str, notes: str) -> str:
    """A doc comment with the source expression and the notes of a constraint."""
    parts = ["`" + "\n".join(comment_text(expression)) + "`"]
    if notes.strip():
        parts.append("\n".join(comment_text(notes)))
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
