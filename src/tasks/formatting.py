"""The canonical form of a chunk file, which means what the file means."""

from __future__ import annotations

from .corpus.canonical import laid_out
from .corpus.chunk import expressions
from .corpus.document import Document, parse_document
from .errors import LanguageError
from .language.spacing import same, spaced


def formatted(document: Document) -> str:
    """The document's text in canonical form. An expression with a mistake stays as it is, and so do notes and titles.

    That it means the same is looked up in the text itself: equal data but for the expressions, whose trees are equal.
    """
    text = laid_out(document, _expression)
    again = parse_document(document.path, text)
    pairs = zip(expressions(document), expressions(again), strict=True)
    if not all(one == other or same(one[1], other[1]) for one, other in pairs):
        raise AssertionError("an expression would mean something else")
    if _without_expressions(document) != _without_expressions(again):
        raise AssertionError("a chunk would say something else")
    return text


def _expression(text: str) -> str:
    try:
        return spaced(text)
    except LanguageError:
        return text


def _without_expressions(document: Document) -> object:
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("constraints"), list):
        return data
    bare = [{**each, "expr": ""} if isinstance(each, dict) else each for each in data["constraints"]]
    return {**data, "constraints": bare}
