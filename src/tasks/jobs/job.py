"""What a job is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..plan import Plan

if TYPE_CHECKING:
    from ..digests import Code


@dataclass(frozen=True)
class Job:
    """A task about the corpus or the repository as a whole, declared in a module of its own.

    doc: one line for `doit list`. run: does it, prints what there is to say, raises an exception of errors where it
    fails; returns the SHA-256 of every file that it wrote, by path, where it writes any.
    module: the file that declares it, relative to the package. beside: the stage whose group it belongs to.
    after: the tasks that it waits for. is_kept: whether it is up to date while its code, its settings and what it wrote
    are the same; else it runs whenever it is named. writes: the files that it leaves then.
    """

    name: str
    doc: str
    run: Callable[[Plan], Mapping[str, str] | None]
    module: str
    beside: str = ""
    after: Callable[[Plan], Iterable[str]] = lambda plan: ()
    is_kept: bool = False
    settings: Callable[[Plan], Mapping[str, Any]] = lambda plan: {}
    writes: Callable[[Plan], Iterable[Path]] = lambda plan: ()

    @property
    def task(self) -> str:
        """The name of its task."""
        return f"{self.beside}:{self.name}" if self.beside else self.name

    def recipe(self, plan: Plan, code: Code) -> dict[str, Any]:
        """What it is made by, where it is kept; {} where it always runs."""
        return {"code": code.digest(self.module), **self.settings(plan)} if self.is_kept else {}
