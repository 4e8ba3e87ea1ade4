"""Text to raw tree: the grammar file, and a parse error that a reader can act upon."""

from __future__ import annotations

import json

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from ..errors import LanguageError
from ..files import data_text
from . import habits, tables
from .operators import OPERATORS
from .vocabulary import MOST_LEVELS, MOST_NESTING

_COMPARISONS = {spelling for row in OPERATORS if row.level == "comparison" for spelling in row.spelled}

_ready: Lark | None = None


def load(kept: str) -> str:
    """Has the parser ready, which a process makes once. kept: the tables that another process made, "" for none.

    Returns the tables where they had to be made; else "".
    """
    global _ready
    _ready = _ready or tables.recall(kept, _grammar())
    return "" if _ready else tables.dump(_parser(), _grammar())


def _parser() -> Lark:
    global _ready
    _ready = _ready or tables.make(_grammar())
    return _ready


def _grammar() -> str:
    return data_text(__package__, "grammar.lark") + _operators()


def _operators() -> str:
    """What the grammar leaves to the table of operators: a terminal for each spelling, and a rule for each level."""
    terminals: dict[str, str] = {}
    levels: dict[str, list[str]] = {}
    for row in OPERATORS:
        for spelling in row.spelled if row.level != "call" else ():
            levels.setdefault(row.level, []).append(terminals.setdefault(spelling, f"OPERATOR_{len(terminals)}"))
    lines = [f"_{level}: {' | '.join(names)}" for level, names in levels.items()]
    for spelling, name in terminals.items():
        lines.append(f"{name}.1: /{spelling}\\b/" if spelling.isalpha() else f"{name}: {json.dumps(spelling)}")
    return "\n".join(["", *lines, ""])


def parse(text: str) -> Tree[Token]:
    """The raw tree of text: nodes named as in grammar.lark, with every token of it.

    Raises LanguageError where text is no sentence of the grammar or nests deeper than MOST_NESTING or MOST_LEVELS.
    """
    if not text.strip():
        raise LanguageError("the expression is empty", text, 0)
    _refuse_many_brackets(text)
    try:
        tree = _parser().parse(text)
    except UnexpectedCharacters as error:
        raise _unexpected_character(text, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        raise _unexpected_token(text, error) from None
    _refuse_deep_nesting(text, tree)
    return tree


def span(node: Tree[Token] | Token) -> tuple[int, int]:
    """Start and end offset of a raw node in its text."""
    first = last = node
    while isinstance(first, Tree):
        first = first.children[0]
    while isinstance(last, Tree):
        last = last.children[-1]
    return (first.start_pos or 0, last.end_pos or 0)


def _unexpected_character(text: str, at: int) -> LanguageError:
    start, end = habits.signs_at(text, at)
    found = text[start:end]
    shown = f"`{found}`" if found.isprintable() else f"invisible character U+{ord(found):04X}"
    return LanguageError(f"unexpected {shown}", text, start, end, habits.SIGNS.get(found, ""))


def _unexpected_token(text: str, error: UnexpectedToken) -> LanguageError:
    token = error.token
    expected = set(error.accepts or error.expected)
    if "NAME" in expected:
        wanted = "a value"
    elif "RPAR" in expected:
        wanted = "an operator or `)`"
    elif "RSQB" in expected:
        wanted = "an operator or `]`"
    elif "RBRACE" in expected:
        wanted = "an operator, `,` or `}`"
    else:
        wanted = "an operator or the end"
    if token.type == "$END":
        return LanguageError(f"the expression ends where {wanted} is expected", text, len(text.rstrip()))
    start, end = span(token)
    first, last = habits.signs_at(text, start)
    if last - first > end - start:
        return LanguageError(f"unexpected `{text[first:last]}`", text, first, last, habits.SIGNS[text[first:last]])
    hint = habits.of_token(text, start, end)
    if token.type == "INTEGER" and text[:start].endswith("."):
        hint = "there are integers only"
    if token in _COMPARISONS and "NAME" not in expected:
        hint = r"a comparison does not chain: write a < b /\ b < c"
    return LanguageError(f"unexpected `{token}`, expected {wanted}", text, start, end, hint)


def _refuse_many_brackets(text: str) -> None:
    """Saves the parser from what _refuse_deep_nesting would refuse in any case, where a plain x[1] is no level."""
    depth = 0
    for at, character in enumerate(text):
        if character in "([{":
            depth += 1
            if depth > MOST_NESTING + 1:
                raise _too_deep(str(MOST_NESTING), text, at)
        elif character in ")]}":
            depth -= 1


def _too_deep(most: str, text: str, at: int) -> LanguageError:
    return LanguageError(f"nested deeper than {most}", text, at, hint="split it into constraints of their own")


def _has_long_index(node: Tree[Token]) -> bool:
    if node.data != "index":
        return False
    indices = node.children[2]
    assert isinstance(indices, Tree)
    return any(isinstance(child, Tree) and child.data not in ("name", "integer") for child in indices.children)


def _refuse_deep_nesting(text: str, tree: Tree[Token]) -> None:
    stack: list[tuple[Tree[Token], int, int]] = [(tree, 0, 0)]
    while stack:
        node, depth, level = stack.pop()
        level += node.data != "list"
        if node.data in ("group", "call", "prefix", "set", "dotted") or _has_long_index(node):
            depth += 1
        if depth > MOST_NESTING or level > MOST_LEVELS:
            most = f"{MOST_NESTING}" if depth > MOST_NESTING else f"{MOST_LEVELS} operators and brackets"
            raise _too_deep(most, text, span(node)[0])
        stack.extend((child, depth, level) for child in node.children if isinstance(child, Tree))
