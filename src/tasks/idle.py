"""A build with nothing to do, answered before doit is loaded: loading it takes longer than comparing 2,000 chunks."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from io import TextIOWrapper

from .errors import DualityError
from .files import open_to_others
from .project import Build, collect_less
from .screen.text import counts
from .snapshot import look
from .state.closed import Closed, Open
from .state.lock import Held

_ALL = re.compile(r"(run\0)?((-n\0?|--process[\0=])[0-9]+\0)?(summary\0)?")
"""The words of a command that builds everything; any other is doit's to read."""


def answer(arguments: Sequence[str]) -> int | Build | None:
    """The exit code of the build that these arguments ask for, where there is nothing to do: what doit would show is
    shown. Else what is known of the build, where somebody looked.

    Whatever is unusual is left to doit, which finds it again and says so.
    """
    started = time.monotonic()
    given = variables(arguments)
    if given is None or sys.stdout is None:
        return None
    collect_less()
    default = signal.getsignal(signal.SIGINT) == signal.default_int_handler
    if default:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing is written here
    try:
        build = Build(given)
        if build.layout.out_holds_chunks() or not build.layout.snapshot.exists() or open_to_others(build.layout.out):
            return None
        build.seen = seen = look(build, Closed(build.layout.database))
    except (DualityError, Held, OSError, Open):
        return None
    finally:
        if default:
            signal.signal(signal.SIGINT, signal.default_int_handler)
    if seen is None or not seen.whole or seen.renewed:
        return build if seen else None
    last = counts(0, seen.count_tasks(), time.monotonic() - started)
    return _print(f"\n{seen.snapshot['table']}{last}") or int(not seen.snapshot["passed"])


def _print(text: str) -> int:
    """Prints as doit's commands do (see state/output.py): returns 0, or the exit code where nothing can be printed."""
    try:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python has kept back
        if isinstance(error, BrokenPipeError):
            return 128 + signal.SIGPIPE
        sys.stderr.write(f"ERROR: standard output: cannot be written: {error.strerror}\n")
        return 3
    return 0


def variables(arguments: Sequence[str]) -> dict[str, str] | None:
    """The variables of a command that builds everything; None for any other."""
    given: dict[str, str] = {}
    words = ""
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if equals and not argument.startswith("-"):
            given[name] = value
        else:
            words += f"{argument}\0"
    return given if _ALL.fullmatch(words) else None
