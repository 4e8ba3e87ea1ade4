"""What commands print. Where standard output takes no more, they end in one line."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import TextIOWrapper
from typing import Any, TextIO

from .stopping import Stopped


class Output:
    """A stream that is written line by line. What its encoding lacks (LC_ALL=C) is escaped.

    Where it takes no more, the command is Stopped; a pipe that nobody reads is a BrokenPipeError. more: the end of the
    message.
    """

    def __init__(self, stream: TextIO, name: str, more: str = "") -> None:
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        self.stream = stream
        self.name = name
        self.more = more

    def write(self, text: str) -> None:
        self._attempt(lambda: self.stream.write(text))
        if text.endswith("\n"):
            self.flush()

    def flush(self) -> None:
        self._attempt(self.stream.flush)

    def isatty(self) -> bool:
        return self.stream.isatty()

    @property
    def encoding(self) -> str:
        return self.stream.encoding or "utf-8"

    def drop(self) -> None:
        """From now on what is written goes nowhere, also what Python has kept back."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())

    def _attempt(self, action: Callable[[], object]) -> None:
        try:
            action()
        except BrokenPipeError:
            raise
        except OSError as error:
            self.drop()
            raise Stopped(f"{self.name}: cannot be written: {error.strerror}{self.more}") from None


class Printing:
    """The first base of a command of doit's that prints."""

    def execute(self, params: Any, args: list[str]) -> Any:
        with open(os.devnull, "w") as nowhere:
            stream = Output(sys.stdout or nowhere, "standard output")
            self.outstream = stream
            try:
                with redirect_stdout(stream):  # type: ignore[type-var]
                    code = super().execute(params, args)  # type: ignore[misc]
                    stream.flush()
            except BrokenPipeError:  # nobody reads any more (`doit list | head`)
                stream.drop()
                return 128 + signal.SIGPIPE
            except Stopped as stopped:
                sys.stderr.write(f"ERROR: {stopped.text}\n")
                raise
            return code
