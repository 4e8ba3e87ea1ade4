"""doit's questions about what is up to date, passed on to freshness."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from typing import Any

from doit.dependency import FileChangedChecker, UptodateCalculator
from doit.task import Task

from ..freshness import digest_of, reasons


class ContentChecker(FileChangedChecker):  # type: ignore[misc]
    """A file dependency has changed exactly when its SHA-256 has."""

    def check_modified(self, file_path: str, file_stat: os.stat_result, state: str) -> bool:
        return digest_of(file_path) != state

    def get_state(self, dep: str, current_state: str | None) -> str | None:
        state = digest_of(dep)
        if state is None:
            raise FileNotFoundError(2, "No such file", dep)
        return state


class UpToDate(UptodateCalculator):  # type: ignore[misc]
    """Up to date while what the task left in its values holds (see freshness.reasons).

    recipe: what the task would be made by now, from the values of other tasks, which are asked for by name; strict:
    whether a warning is a failure now; current: a further question about the values.
    """

    def __init__(
        self, recipe: Callable[[Callable[[str], Mapping[str, Any]]], Mapping[str, Any]], *, strict: bool = False,
        current: Callable[[Mapping[str, Any]], bool] = lambda values: True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.recipe = recipe
        self.strict = strict
        self.current = current
        self.__signature__ = _SIGNATURE

    def __call__(self, task: Task, values: Mapping[str, Any]) -> bool:
        recipe = self.recipe(lambda name: self.get_val(name, "_values_:") or {})
        return not reasons(values, recipe, task.targets, self.strict) and self.current(values)

    def __repr__(self) -> str:
        return "UpToDate(recipe, files read, files written)"


_SIGNATURE = inspect.Signature(list(inspect.signature(UpToDate.__call__).parameters.values())[1:])
"""Of a call: doit asks for it before each task, and to find it out takes its time."""
