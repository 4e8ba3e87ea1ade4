"""Foreign text inside rendered files: whatever it holds, it stays the comment or the string it was put in."""

from __future__ import annotations


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


def lines(text: str, width: int = 110) -> list[str]:
    """text as visible lines, broken at line breaks and, at spaces, near width columns."""
    import textwrap

    found = []
    for line in text.splitlines():
        shown = visible(line)
        found += textwrap.wrap(shown, width, break_long_words=False, break_on_hyphens=False) or [""]
    return found
