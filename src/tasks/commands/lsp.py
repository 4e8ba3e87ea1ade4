"""lsp: the language server, which an editor starts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import Any

from ..errors import UsageError
from ..project import Build
from .command import Command


class Lsp(Command):
    """Speaks the Language Server Protocol over standard input and output."""

    name = "lsp"
    doc_purpose = "language server: what is wrong while you write, hover, completion; an editor starts it"
    doc_usage = ""
    doc_description = "How an editor is told to start it: docs/editor.md."
    cmd_options = (
        {
            "name": "stdio", "long": "stdio", "type": bool, "default": False,
            "help": "accepted, as editors may give it; there is no other way to speak",
        },
    )  # fmt: skip

    def run(self, build: Build, params: Any, args: Sequence[str]) -> int | None:
        """Raises UsageError where pygls is not installed."""
        if args:
            raise UsageError(f"lsp takes no argument, found {args[0]!r}; see docs/editor.md")
        try:
            from ..editor.server import serve
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] not in ("lsprotocol", "pygls"):
                raise
            raise UsageError("the language server needs pygls: pip install 'duality[editor]'") from None
        if sys.stdin.isatty():
            sys.stderr.write("duality lsp: waits for an editor that speaks to it; see docs/editor.md, Ctrl-C ends it\n")
        # Nothing but the protocol goes to standard output.
        with open(0, "rb", closefd=False) as stdin, open(1, "wb", closefd=False) as stdout, redirect_stdout(sys.stderr):
            serve(build.layout, stdin, stdout)
        return 0
