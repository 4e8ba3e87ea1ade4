"""The white space of a canonical text, be it a formula or a claim in words; every sign stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

from lark import Token, Tree

from .parse import parse

Node = Tree[Token] | Token

_INFIX = {"chain", "comparison", "membership", "difference"}


def spaced(text: str) -> str:
    """The text that has the same raw tree, with one way to write each. Raises LanguageError as parse does."""
    return "".join(_pieces(parse(text)))


def same(text: str, other: str) -> bool:
    """Whether two texts have equal raw trees: the same signs, joined in the same way. Raises LanguageError."""
    return bool(parse(text) == parse(other))


def _pieces(node: Node) -> Iterator[str]:
    if isinstance(node, Token):
        yield str(node)
        return
    for child in node.children:
        if not isinstance(child, Token):
            yield from _pieces(child)
        elif node.data in _INFIX or child.type == "WHERE":
            yield f" {child} "
        elif child == "," or (node.data == "prefix" and child.isalpha()):
            yield f"{child} "
        else:
            yield str(child)
