"""One command of doit: its variables, its folders and the code that does it."""

from __future__ import annotations

import atexit
import gc
import os
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .corpus.names import Names, read_names
from .digests import Code
from .layout import Layout
from .snapshot import Seen
from .variables import read_variables

if TYPE_CHECKING:
    from .plan import Plan


class Build:
    """What a command builds, and the package's code as it was when the command began.

    started: when that was, in seconds of Unix.
    The corpus is read when plan is asked for. seen: what still holds of an earlier build, None where nobody looked;
    left_out: the chunks of which no task is made; settled: how many tasks are up to date and need not be made; is_done:
    whether these are all. asked: the tasks that the command names.
    Raises UsageError for a variable that is wrong.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.started = time.time()
        self.values = read_variables(given)
        self.layout = Layout(*(Path(os.path.normpath(self.values[name])) for name in ("chunks", "out")))
        self.code = Code(self.layout.code)
        self.seen: Seen | None = None
        self.left_out: frozenset[str] = frozenset()
        self.settled = 0
        self.is_done = False
        self.asked: tuple[str, ...] = ()

    @cached_property
    def names(self) -> Names:
        """What lies in the folder of chunks. Raises CorpusError where there is no corpus."""
        return read_names(self.layout.chunks)

    @cached_property
    def plan(self) -> Plan:
        """Raises UsageError for a limit that is wrong, CorpusError where the corpus cannot be read."""
        from .plan import make_plan

        return make_plan(self.given, self.names)


def collect_less() -> None:
    """Searches less for garbage: while modules are loaded there is none, and at the end the system frees all at once.
    Together the searches took a quarter of the time of a build with nothing to do.
    """
    gc.set_threshold(100_000, 20, 20)
    atexit.register(gc.freeze)
