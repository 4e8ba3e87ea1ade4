"""The parser's tables as text: to make them takes ten times as long as to read them."""

from __future__ import annotations

import pickle
import sys
from base64 import b64decode, b64encode
from contextlib import suppress
from io import BytesIO
from typing import NoReturn

import lark

from ..files import digest


def make(grammar: str) -> lark.Lark:
    """A parser of the grammar."""
    return lark.Lark(grammar, parser="lalr", keep_all_tokens=True, maybe_placeholders=False)


def dump(parser: lark.Lark, grammar: str) -> str:
    """The tables of a parser that was made of the grammar, for recall."""
    written = BytesIO()
    parser.save(written)
    text = b64encode(written.getvalue()).decode("ascii")
    return f"{_check(grammar, text)}\n{text}"


def recall(text: str, grammar: str) -> lark.Lark | None:
    """The parser whose tables these are; None where they are not those of this grammar, Lark and Python."""
    checked, _, written = text.partition("\n")
    if checked == _check(grammar, written):
        with suppress(ValueError, pickle.UnpicklingError):
            tables = b64decode(written)
            _Plain(BytesIO(tables)).load()
            return lark.Lark.load(BytesIO(tables))
    return None


def _check(grammar: str, written: str) -> str:
    return digest("\0".join([lark.__version__, sys.version, grammar, written]))


class _Plain(pickle.Unpickler):
    """Refuses a pickle that could run code: Lark's tables are plain data."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"names {module}.{name}")
