"""The build as doit loads it. What is imported here is imported where nothing is to be done, too."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from doit import doit_cmd
from doit.exceptions import InvalidDodoFile

from .errors import DualityError
from .project import Build, collect_less
from .snapshot import circumstances
from .state.record import codec_of
from .state.staleness import ContentChecker
from .state.stopping import stop_on_signals

_build: Build | None = None
begun: Build | None = None
"""The build of a command that looked what still holds before doit was loaded (see idle.py)."""
leave_out: Callable[[Build], frozenset[str]] | None = None
"""Says of which chunks no task is made. The command that runs tasks sets it (see run.py)."""


def current() -> Build | None:
    """The build of this process; None where doit runs another dodo file."""
    return _build


def configuration() -> dict[str, Any]:
    """doit's DOIT_CONFIG for this command line.

    Raises InvalidDodoFile for a wrong variable, a corpus that is not there, and an out folder that cannot be made, or
    that holds the corpus.
    """
    global _build
    if "tasks.state.plugin" not in sys.modules:
        raise InvalidDodoFile(
            "doit does not know this build's plug-ins: run it in the folder of dodo.py, use the command `duality`, or "
            "`pip install` the project"
        )
    stop_on_signals()
    collect_less()
    try:
        given = doit_cmd._CMDLINE_VARS or {}
        _build = begun if begun and begun.given == given else Build(given)
        _build.names  # noqa: B018 # no folder is made for a corpus that is not there
    except DualityError as error:
        raise InvalidDodoFile(str(error)) from None
    layout = _build.layout
    if layout.out_holds_chunks():
        raise InvalidDodoFile(
            f"{layout.out}: holds the corpus, and what the build writes and removes would lie among your files; "
            "see out=DIR"
        )
    try:
        layout.out.mkdir(0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidDodoFile(f"{layout.out}: cannot be created: {error.strerror}; see out=DIR") from None
    processors = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return {
        "default_tasks": ["summary"],
        "dep_file": str(layout.database),
        "backend": "duality",
        "codec_cls": partial(codec_of, layout),
        "check_file_uptodate": ContentChecker,
        "reporter": "duality",
        "verbosity": 0,
        "continue": True,
        "num_process": len(processors),
    }


def tasks() -> Iterator[dict[str, Any]]:
    """The tasks that the command is about. Raises InvalidDodoFile for a corpus that cannot be read."""
    assert _build is not None, "configuration() comes first"
    try:
        _build.left_out = leave_out(_build) if leave_out else frozenset()
        _build.is_done = bool(_build.seen and _build.seen.whole and _build.seen.known == _build.left_out)
        if _build.is_done:
            yield {"basename": "summary", "actions": None, "uptodate": [True]}
            return
        plan, seen = _build.plan, _build.seen
        if seen and seen.snapshot["circumstances"] != circumstances(
            _build, plan.corpus.settings.sha256, plan.toolchain_text
        ):  # edited since
            _build.seen, _build.left_out, _build.settled = None, frozenset(), 0
    except DualityError as error:
        raise InvalidDodoFile(str(error)) from None
    from . import graph

    yield from graph.tasks(_build)
