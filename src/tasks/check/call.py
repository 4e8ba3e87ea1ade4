"""A question to a tool as plain data, and the tool's answer.

A check asks a Tool and reads its answers. A Runner provides them: by running the tool here (check/local.py), from the
cache (check/cache.py), or anywhere else that has the package and the same tools.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, TypeAlias, TypeVar

from ..errors import DualityError

T = TypeVar("T")

Ended: TypeAlias = Literal["", "time", "output", "memory", "processes"]
"""Which limit a tool ran into; "" where it ended by itself."""

Step: TypeAlias = Literal["", "flatten", "search"]
"""What MiniZinc is asked for: "flatten" the FlatZinc of a model, "search" what the solver itself says of FlatZinc, ""
an answer by itself.
"""

MOST_OUTPUT = 64 * 1024 * 1024
"""Bytes that a tool may print, on each of its two streams, and write into any one file."""
MOST_PROCESSES = 100
"""Processes that a tool's tree may have. RLIMIT_NPROC counts those of the user, and means nothing for root."""

ran_at: set[str] = set()
"""The workers of a cluster that ran tools for this process since it was last emptied."""

IDENTITY = "identity"
"""The key of an engine that says which files the tool is made of: SHA-256, "" or absent where nobody knows."""


@dataclass(frozen=True)
class Limits:
    """seconds of wall time, memory_mb of address space in MB, for each run of a tool."""

    seconds: float
    memory_mb: int


@dataclass(frozen=True)
class ToolCall:
    """One question to one tool.

    tool: which one, as Tool.name has it; identity: as its engine has it. The tool gets arguments on its command line
    and text as standard input; what it needs beside (paths, environment, the limits in its own terms) the runner adds.
    """

    tool: str
    identity: str
    arguments: tuple[str, ...]
    text: str
    limits: Limits
    step: Step = ""


@dataclass(frozen=True)
class Run:
    """The result of a call.

    status: exit code, negative for a signal; None where a limit ended it, and ended says which. ended is "memory" too,
    beside a status, where the tool ended as it got no more memory. remembered: an earlier run, with limits that were no
    lower than those of the call, had ended so.
    """

    status: int | None
    output: str
    errors: str
    seconds: float
    ended: Ended = ""
    remembered: bool = field(default=False, compare=False)

    @property
    def note(self) -> str:
        """What a message about a limit adds where nothing was run."""
        return "; remembered from an earlier run, cache=rebuild asks again" if self.remembered else ""

    def fault(self, memory_mb: int) -> str | None:
        """Why the tool failed, other than by its time limit; None where it did not."""
        if self.ended == "output":
            return f"printed more than {MOST_OUTPUT // 1024**2} MB and was stopped"
        if self.ended == "processes":
            return f"started more than {MOST_PROCESSES} processes at a time and was stopped"
        if self.ended == "memory":
            return f"needed more than {memory_mb} MB of memory; raise limits.memory_mb in corpus.yaml{self.note}"
        if self.status == -signal.SIGXFSZ:
            most = MOST_OUTPUT // 1024**2
            return f"wrote a file of more than {most} MB and was stopped; smaller domains make smaller files"
        if self.status is not None and self.status < 0:
            name = signal.strsignal(-self.status) or "unknown"
            return f"was killed by signal {-self.status} ({name}) after {self.seconds:.1f} s"
        return None


class Runner(Protocol):
    """Answers calls. A runner is data too: it can be pickled and used in another process."""

    def run(self, call: ToolCall) -> Run:
        """What the tool says. Raises ToolError where it cannot be started or is another than the call asks for."""

    def keep(self, call: ToolCall, run: Run) -> None:
        """Told that a run was read and is an answer (ended is ""), or had none for the limit that ended names."""


@dataclass(frozen=True)
class Tool:
    """A tool that can be asked.

    engine: name, version, solver or form, and identity, as engines.identify gives it; limits: for each run.
    """

    engine: Mapping[str, str]
    limits: Limits
    runner: Runner

    @property
    def name(self) -> str:
        """Which tool it is, for a runner: "minizinc SOLVER", "lean toolchain" or "lean embedded kernel"."""
        return name_of(self.engine)

    @property
    def solver(self) -> str:
        """The solver that MiniZinc asks, as it names it; "" for its default one."""
        return _solver(self.engine)

    @property
    def keeps_order(self) -> bool:
        """Whether the solver searches in the order that a model states."""
        return "search" not in self.engine

    @property
    def is_exact(self) -> bool:
        """Whether the solver computes with integers."""
        return "numbers" not in self.engine

    @property
    def flattens_once(self) -> bool:
        """Whether a model can be flattened once, and the solver be asked itself then."""
        return "flattened" in self.engine

    def within(self, seconds: float) -> Tool:
        """The same tool with another time limit."""
        return replace(self, limits=replace(self.limits, seconds=seconds))

    def ask(
        self, arguments: Sequence[str], text: str, read: Callable[[Run], T],
        definite: Callable[[T], bool] = lambda answer: True, step: Step = "",
    ) -> T:  # fmt: skip
        """read(..) of what the tool says.

        The runner may keep what is definite, which must not depend on the limits or on anything else of the moment;
        and that there was no answer, where read raised or its answer is not definite and a limit had been reached.
        Raises what read raises, and ToolError where the tool cannot be run.
        """
        call = ToolCall(self.name, self.engine.get(IDENTITY, ""), tuple(arguments), text, self.limits, step)
        run = self.runner.run(call)
        try:
            answer = read(run)
        except DualityError:
            if run.ended:
                self.runner.keep(call, run)
            raise
        if definite(answer):
            self.runner.keep(call, replace(run, ended=""))
        elif run.ended or run.seconds >= call.limits.seconds:  # a tool may keep its time limit itself, and end in order
            self.runner.keep(call, replace(run, ended=run.ended or "time"))
        return answer


def name_of(engine: Mapping[str, str]) -> str:
    """The name of the tool that an engine is, for a runner."""
    return " ".join(filter(None, (engine["name"], _solver(engine), engine.get("form"))))


def _solver(engine: Mapping[str, str]) -> str:
    return engine.get("solver", "").partition(" ")[0]


def shorten(text: str, most: int = 300) -> str:
    """A tool's output for one line of a message: its first characters, unprintable ones replaced."""
    line = " ".join(text.split())
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line[:most])
    return shown + "..." * (len(line) > most)
