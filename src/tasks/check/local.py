"""Tools of this machine: where they are, what they are started with, and what they need beside a call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..digests import note_start
from ..errors import ToolError
from . import kernel
from .call import Limits, Run, ToolCall
from .engines import DEFAULT_SOLVER, named_by
from .identity import shallow_states, state
from .lean_install import INSTALL, full_lean, kernel_folder
from .lean_library import NotCompiled, compiled_library, library_of
from .process import Quota, clean_environment, run

_LIBRARY = Limits(120, 4096)
"""For the compilation of the Lean library, once a machine."""
_RESERVED_MB = 8192
"""Address space that Lean's threads reserve for their stacks (1 GB each) and do not use."""


_identified: dict[tuple[Path, str, str], tuple[dict[str, Any], str]] = {}
"""The tools that this process has found to be the ones that are asked, with the states of their files at the time."""


@dataclass(frozen=True)
class LocalRunner:
    """Runs tools here, each under the supervisor.

    scratch: a folder that outlasts builds, for what is compiled or found out once a machine; nobody else may write to
    it. toolchain: the content of the file lean-toolchain, which says which full Lean elan is to give.
    """

    scratch: Path
    toolchain: str = ""

    def run(self, call: ToolCall) -> Run:
        """Raises ToolError where the tool is not here, cannot be started, or is not the one that the call names, be it
        that it became another one while it ran.
        """
        if not call.identity:
            return self._run(call)
        found = self._confirmed(call)
        finished = self._run(call, found["program"])
        self._confirmed(call)
        return finished

    def _confirmed(self, call: ToolCall) -> dict[str, Any]:
        """The tool that the call names, as identify has it. Raises ToolError where the one here is another."""
        key = (self.scratch, call.tool, call.identity)
        if key in _identified:
            found, before = _identified[key]
            if shallow_states(found["files"]["paths"]) == before:
                return found
            del _identified[key]
        found = named_by(call, self.toolchain, self)
        _identified[key] = found, shallow_states(found["files"]["paths"])
        return found

    def keep(self, call: ToolCall, run: Run) -> None:
        """Nothing is kept here."""

    def _run(self, call: ToolCall, program: str = "") -> Run:
        note_start()
        name, _, solver = call.tool.partition(" ")
        if name == "minizinc":
            from .solvers import run_call

            return run_call(call, solver or DEFAULT_SOLVER, program)
        place = self._lean(call.tool)
        if not call.text:
            return _run_lean(place, call.arguments, "", call.limits, {})

        def compile_with(arguments: Sequence[str], path: Path) -> Run:
            return _run_lean(place, arguments, "", _LIBRARY, {"LEAN_PATH": str(path)})

        identity = call.identity or f"{place} {state(str(place))}"
        library = library_of(call.text)
        try:
            folder = compiled_library(self.scratch, library, identity, compile_with)
        except NotCompiled as error:
            if library == "certificates" and call.tool == "lean toolchain":  # which may be older than what these need
                return _refused(str(error))
            raise
        return _run_lean(place, call.arguments, call.text, call.limits, {"LEAN_PATH": str(folder)})

    def _lean(self, tool: str) -> Path:
        """The lean command of a full Lean, or the folder of the embedded kernel."""
        place, reason = full_lean(self.toolchain) if tool == "lean toolchain" else (kernel_folder(), "")
        if place is None:
            raise ToolError(f"no Lean: {reason or 'the embedded kernel is not installed'}; {INSTALL}")
        return place


def _refused(why: str) -> Run:
    """What a Lean says of a text whose import it does not accept."""
    message = {"severity": "error", "data": why, "pos": {"line": 1, "column": 0}}
    return Run(1, json.dumps(message) + "\n", "", 0.0)


def _run_lean(place: Path, arguments: Sequence[str], text: str, limits: Limits, more: dict[str, str]) -> Run:
    quota = Quota(limits.seconds, limits.memory_mb, _RESERVED_MB)
    given = clean_environment() | more
    if place.is_dir():
        return run(kernel.command(arguments), text, quota, given, kernel.library(place))
    return run([str(place), *arguments], text, quota, given)
