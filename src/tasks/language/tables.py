"""The tables of the parser, kept in a file: to make them takes ten times as long as to read them."""

from __future__ import annotations

import pickle
import sys
from base64 import b64decode, b64encode
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import NoReturn

import lark

from ..files import digest, text_of, write_whole


def make(grammar: str) -> lark.Lark:
    """A parser of the grammar."""
    return lark.Lark(grammar, parser="lalr", keep_all_tokens=True, maybe_placeholders=False)


def recall(grammar: str, kept: Path) -> lark.Lark:
    """The same parser, from the tables in the file kept where they are those of this grammar, Lark and Python; else
    they are made, and kept there. A file that cannot be written costs time.
    """
    with suppress(ValueError, pickle.UnpicklingError):
        checked, _, written = text_of(kept).partition("\n")
        if checked == _check(grammar, written):
            return _read(b64decode(written))
    parser = make(grammar)
    tables = BytesIO()
    parser.save(tables)
    text = b64encode(tables.getvalue()).decode("ascii")
    with suppress(OSError):
        write_whole(kept, f"{_check(grammar, text)}\n{text}")
    return parser


def _check(grammar: str, tables: str) -> str:
    return digest("\0".join([lark.__version__, sys.version, grammar, tables]))


def _read(tables: bytes) -> lark.Lark:
    _Plain(BytesIO(tables)).load()
    return lark.Lark.load(BytesIO(tables))


class _Plain(pickle.Unpickler):
    """Refuses a pickle that could run code: Lark's tables are plain data."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"names {module}.{name}")
