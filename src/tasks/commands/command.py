"""What a command is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from doit import doit_cmd
from doit.cmd_base import Command as DoitCommand
from doit.exceptions import InvalidCommand

from ..errors import DualityError
from ..project import Build
from ..state.output import Printing


class _Command(DoitCommand):  # type: ignore[misc]
    def execute(self, params: Any, args: list[str]) -> int:
        try:
            return self.run(Build(doit_cmd._CMDLINE_VARS or {}), params, args) or 0
        except DualityError as error:
            raise InvalidCommand(str(error)) from None
        except BrokenPipeError:  # of standard output
            raise
        except OSError as error:
            raise InvalidCommand(f"{error.filename or self.name}: {error.strerror}") from None

    def run(self, build: Build, params: Any, args: Sequence[str]) -> int | None:
        raise NotImplementedError


class Command(Printing, _Command):
    """A command that makes no task of doit's.

    A class says what it is in name, doc_purpose (one line for `doit help`), doc_usage, doc_description and, where it
    has options, cmd_options (see doit.cmdparse.CmdOption); and does it in run, which prints to standard output, and
    returns the exit code, or None for 0. An error below DualityError, or of the system, ends it with that one message
    and exit code 3.
    """

    doc_description: str | None = None
    cmd_options: Sequence[dict[str, Any]] = ()

    @property
    def program(self) -> str:
        """The name of the program, for what to type next."""
        name: str = self.bin_name
        return "doit" if name.startswith("-") else name  # `python -m doit`
