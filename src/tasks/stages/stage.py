"""The declaration of a stage, its input and its result. doit's tasks, the summary and the documents derive from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from ..errors import RecordError
from ..files import digest
from ..plan import Asking, Plan
from ..records.stamp import Engine, Status, decode_stamp

Outcome = TypeVar("Outcome")


class OfStage(Protocol):
    """An outcome that other stages read says whose it is."""

    stage: ClassVar[str]


Read = TypeVar("Read", bound=OfStage)


@dataclass(frozen=True)
class Result(Generic[Outcome]):
    """The result of a stage.

    texts: the rendered files, by the names that the stage declares in writes; warned: whether it is let pass with a
    warning; limited: whether a limit had a part in the outcome, so that it does not hold under other limits.
    """

    outcome: Outcome
    texts: Mapping[str, str] = field(default_factory=dict)
    warned: bool = False
    limited: bool = False

    @property
    def status(self) -> Status:
        return "warned" if self.warned else "passed"


@dataclass(frozen=True)
class Stage:
    """One step for one chunk, declared in a module of its own.

    doc: one line for `doit list`. asks, leaves: for the table of the README. outcome: the type of its outcome.
    run: does it; raises an exception of errors where the check fails.
    reads, writes: files of the chunk by name (see Layout.file); a stamp is written in any case.
    clears: files that a failure of the stage leaves.
    needs: earlier stages whose outcome it reads. after: earlier stages that must have passed.
    engines: the tools that it asks; optional: those of them that it can do without.
    settings: what else, from corpus.yaml and the command line, the outcome depends on.
    strict: whether a warning is a failure. documentation: whether documentation chunks have it too.
    advisory: it is no part of a build.
    """

    name: str
    doc: str
    asks: str
    leaves: str
    outcome: type
    run: Callable[[Context], Result[Any]]
    reads: tuple[str, ...] = ("source",)
    writes: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    settings: Callable[[Plan, str], Mapping[str, Any]] = lambda plan, chunk_id: {}
    strict: Callable[[Plan, str], bool] = lambda plan, chunk_id: False
    documentation: bool = False
    advisory: bool = False

    @property
    def module(self) -> str:
        """The file that declares it, relative to the package."""
        return f"stages/{self.name}.py"

    def is_on(self, plan: Plan) -> bool:
        """Whether every engine that it needs is asked at all."""
        return all(plan.has(engine) for engine in self.engines if engine not in self.optional)

    def asked_engines(self, plan: Plan) -> tuple[str, ...]:
        return tuple(engine for engine in self.engines if plan.has(engine))


def engine_task(engine: str) -> str:
    """The hidden task whose values hold what an engine is."""
    return f"_{engine}"


class Context:
    """What a stage gets to work on one chunk. It notes what is read, for the stamp and for the next build.

    files: the SHA-256 of each file, as it was read; outcomes: that of each earlier stage's outcome.
    earlier: the stages that must have passed before. What they read and wrote, as their stamps say, must be what this
    stage reads: else the files changed between two stages, and its result would be one of a mixture.
    """

    def __init__(
        self,
        plan: Plan,
        stage: Stage,
        chunk_id: str,
        engines: Mapping[str, Engine],
        earlier: Iterable[Stage] = (),
    ) -> None:
        """Raises RecordError where earlier stages worked from different contents of a file, or left no valid stamp."""
        self.plan = plan
        self.stage = stage
        self.chunk_id = chunk_id
        self.engines = engines
        self.files: dict[Path, str] = {}
        self.outcomes: dict[str, str] = {}
        self._texts: dict[Path, tuple[str, str]] = {}
        self._seen: dict[str, tuple[str, str]] = {}
        for other in earlier:
            if (path := plan.layout.stamp(other.name, chunk_id)).exists():
                self._agree_with(path)

    def path(self, name: str) -> Path:
        """The path of one of the chunk's files, for messages."""
        return self.plan.layout.file(name, self.chunk_id)

    def read(self, name: str) -> str:
        """The text of one of the files that the stage declares in reads; it is read once. Raises CorpusError."""
        if name not in self.stage.reads:
            raise AssertionError(f"{self.stage.name} does not declare that it reads {name}")
        return self._text(self.path(name))

    def outcome(self, kind: type[Read]) -> Read:
        """The outcome of one of the stages that the stage declares in needs.

        Raises CorpusError, RecordError where there is no valid stamp, or it is about other contents of files.
        """
        if kind.stage not in self.stage.needs:
            raise AssertionError(f"{self.stage.name} does not declare that it needs {kind.stage}")
        path = self.plan.layout.stamp(kind.stage, self.chunk_id)
        stamp = decode_stamp(self._text(path), path, kind)
        self._agree_with(path)
        self.outcomes[kind.stage], _ = self._seen[outcome_of(kind.stage)]
        return stamp.outcome

    def given(self) -> dict[str, str] | None:
        """The SHA-256 of all that the stage declares that it reads: files and outcomes, by their names in stamps; None
        where something is not there. It is not noted.
        """
        from ..errors import CorpusError

        try:
            files = {self.plan.layout.name_of(path): self._look(path)[1] for path in map(self.path, self.stage.reads)}
            return files | {name: self._seen[name][0] for name in map(outcome_of, self.stage.needs)}
        except (CorpusError, KeyError):
            return None

    def note(self, names: Iterable[str]) -> None:
        """Notes that files are read, by their names in stamps. Raises KeyError for one that is not declared."""
        layout = self.plan.layout
        declared = [
            *map(self.path, self.stage.reads),
            *(layout.stamp(name, self.chunk_id) for name in self.stage.needs),
        ]
        paths = {layout.name_of(path): path for path in declared}
        for name in names:
            self._text(paths[name])

    def source(self) -> tuple[Path, str]:
        """The path and the text of the chunk file. Raises CorpusError where it is not readable text."""
        return self.path("source"), self.read("source")

    def asking(self, engine: str) -> Asking:
        """How an engine that the stage declares is asked about the chunk."""
        return self.plan.asking(engine, self.engines[engine], self.chunk_id)

    @property
    def strict(self) -> bool:
        return self.stage.strict(self.plan, self.chunk_id)

    def _text(self, path: Path) -> str:
        text, sha256 = self._look(path)
        if path not in self.files:
            self.files[path] = sha256
            self._agree(self.stage.name, self.plan.layout.name_of(path), sha256)
        return text

    def _look(self, path: Path) -> tuple[str, str]:
        """The text of a file, which is read once, and its SHA-256."""
        from ..corpus.document import read_text

        if path not in self._texts:
            text = read_text(path)
            self._texts[path] = text, digest(text)
        return self._texts[path]

    def _agree_with(self, stamp: Path) -> None:
        for name, sha256 in _contents(self._look(stamp)[0], stamp).items():
            self._agree(stamp.parent.name, name, sha256)

    def _agree(self, stage: str, name: str, sha256: str) -> None:
        """Notes what a stage has seen of a file or an outcome. Raises RecordError where another saw something else."""
        seen, other = self._seen.setdefault(name, (sha256, stage))
        if seen != sha256:
            place = name if name.startswith(_OUTCOME) else self.plan.layout.path(name)
            between = f"{other}:{self.chunk_id} and {stage}:{self.chunk_id}"
            raise RecordError(f"{place}: it changed between {between}: build again")


@lru_cache(maxsize=64)  # all later stages of a chunk ask, mostly one after the other
def _contents(text: str, path: Path) -> dict[str, str]:
    """The SHA-256 of what a stage read, wrote and found out, as the text of its stamp says. Raises RecordError."""
    from ..records.codec import encode

    stamp = decode_stamp(text, path, object)
    return stamp.inputs | stamp.outputs | {outcome_of(stamp.stage): digest(encode(stamp.outcome))}


_OUTCOME = "outcome of "


def outcome_of(stage: str) -> str:
    """How stamps name what a stage found out."""
    return f"{_OUTCOME}{stage}"
