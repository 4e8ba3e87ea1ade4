"""Tools of other machines, asked through a process that knows where they are (see cluster/bridge.py)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import BufferedRWPair
from pathlib import Path

from ..errors import RunnerLost, ToolError
from .call import Run, ToolCall, ran_at
from .messages import Answer, Question, connect, name_of, pack, read_frame, unpack, write_frame

_lines: dict[tuple[int, str], BufferedRWPair] = {}
"""The line of each process to each socket: a fork makes its own."""


@dataclass(frozen=True)
class RemoteRunner:
    """Hands calls to whatever listens at a socket, for tools that have the same identity elsewhere.

    package: the digest of this package, which the other side must have too; toolchain: see LocalRunner.
    """

    socket: str
    package: str
    toolchain: str

    def run(self, call: ToolCall) -> Run:
        """Raises ToolError where no tool could be run, RunnerLost where none can be any more."""
        question = pack(Question(call, self.package, self.toolchain))
        try:
            line = _lines.get((os.getpid(), self.socket)) or connect(self.socket)
            _lines[os.getpid(), self.socket] = line
            write_frame(line, question)
            data = read_frame(line)
        except (OSError, ValueError):
            data = None
        if data is None:
            _lines.pop((os.getpid(), self.socket), None)
            raise RunnerLost("the process that speaks to the cluster has ended; finished tasks are kept: build again")
        try:
            answer = unpack(Answer, data)
        except ValueError:
            answer = Answer(fault="machine", message="a worker's answer is no answer; is it the same Duality?")
        if answer.run is not None and answer.asked != name_of(question):
            answer = Answer(fault="machine", message="a worker's answer is one to another question")
        if answer.fault in ("lost", "machine"):
            raise RunnerLost(f"{answer.message}; finished tasks are kept: build again")
        if answer.run is None:
            raise ToolError(answer.message)
        ran_at.add(answer.where)
        return answer.run

    def keep(self, call: ToolCall, run: Run) -> None:
        """Nothing is kept here."""


def machine_scratch() -> Path:
    """A folder of this user for what a machine finds out and compiles. Raises OSError where it cannot be made."""
    from ..plan import user_folder

    folder = Path(os.path.abspath(os.environ.get("DUALITY_TOOLS") or user_folder() / "tools"))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
