"""Text to raw tree: the grammar file, and a parse error that a reader can act upon."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from ..errors import LanguageError
from .vocabulary import MOST_NESTING

COMPARISONS = {"LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL", "EQUAL", "NOT_EQUAL"}
_SPELLING_HINTS = {
    "|": r"write `\/` or `||` for or",
    "&": r"write `/\` or `&&` for and",
    "/": r"write `div` for division, `/\` for and",
    "^": "there is no power operator; write the product",
    "[": "array comprehensions are not in the language; write sum(i in 1..4)(x[i])",
}


@cache
def _parser() -> Lark:
    grammar = files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def parse(text: str) -> Tree[Token]:
    """The raw tree of text: nodes named as in grammar.lark, with positions.

    Raises LanguageError where text is no sentence of the grammar or nests deeper than MOST_NESTING.
    """
    if not text.strip():
        raise LanguageError("the expression is empty", text, 0)
    try:
        tree = _parser().parse(text)
    except UnexpectedCharacters as error:
        raise _unexpected_character(text, error.pos_in_stream) from None
    except UnexpectedToken as error:
        raise _unexpected_token(text, error) from None
    _refuse_deep_nesting(text, tree)
    return tree


def span(node: Tree[Token] | Token) -> tuple[int, int]:
    """Start and end offset of a raw node in its text."""
    if isinstance(node, Token):
        return (node.start_pos or 0, node.end_pos or 0)
    return (getattr(node.meta, "start_pos", 0), getattr(node.meta, "end_pos", 0))


def _unexpected_character(text: str, at: int) -> LanguageError:
    character = text[at]
    if character.isprintable():
        shown = f"`{character}`"
    else:
        shown = f"the invisible character U+{ord(character):04X}"
    return LanguageError(f"unexpected {shown}", text, at, at + 1, _SPELLING_HINTS.get(character, ""))


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
    hint = _SPELLING_HINTS.get(str(token), "")
    if token.type in COMPARISONS and "NAME" not in expected:
        hint = r"a comparison does not chain: write a < b /\ b < c"
    return LanguageError(f"unexpected `{token}`, expected {wanted}", text, start, end, hint)


def _refuse_deep_nesting(text: str, tree: Tree[Token]) -> None:
    stack: list[tuple[Tree[Token], int]] = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        if node.data in ("group", "call", "prefix", "set", "dotted"):
            depth += 1
        elif node.data == "index" and any(
            isinstance(child, Tree) and child.data not in ("name", "integer") for child in node.children[1].children  # type: ignore[union-attr]
        ):
            depth += 1
        if depth > MOST_NESTING:
            start, _ = span(node)
            raise LanguageError(
                f"nested deeper than {MOST_NESTING}", text, start, hint="split it into constraints of their own"
            )
        stack.extend((child, depth) for child in node.children if isinstance(child, Tree))
