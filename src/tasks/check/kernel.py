"""The embedded kernel: a whole Lean as a shared library, loaded once a process and run in forks of it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ToolError
from .lean_install import COMMAND, INSTALL, LIBRARIES

if TYPE_CHECKING:
    from ctypes import CDLL


@cache
def _load(folder: Path) -> CDLL:
    from ctypes import CDLL, RTLD_GLOBAL  # here, as most processes of a build run no Lean

    library = None
    try:
        for name in LIBRARIES:
            library = CDLL(str(folder / name), mode=RTLD_GLOBAL)
    except OSError as error:
        raise ToolError(f"the embedded kernel does not load here ({platform.platform()}): {error}; {INSTALL}") from None
    assert library is not None
    return library


def entry(folder: Path, arguments: Sequence[str]) -> Callable[[], int]:
    """What a fork of this process calls to be the lean command.

    The libraries in folder are loaded here, once for all forks. Raises ToolError where they cannot be.
    """
    from ctypes import CDLL, c_char_p

    library = _load(folder)
    # One thread, as tasks run side by side already.
    words = [COMMAND, "-j1", *arguments]
    argv = (c_char_p * (len(words) + 1))(*(word.encode() for word in words), None)
    flush = CDLL(None).fflush  # the child ends without exit(), and C's output is buffered where Python's is

    def call() -> int:
        status = int(library.lean_main(len(words), argv))
        flush(None)
        return status

    return call
