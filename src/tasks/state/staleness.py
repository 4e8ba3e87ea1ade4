"""When a task is up to date: by content, never by time.

doit asks the two classes here. It takes equal mtimes for equal files and a target that exists for the target
that was written; neither holds in a Nix store, after a checkout, or after an edit of the target.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from doit.dependency import FileChangedChecker
from doit.task import Task

from ..files import file_digest

State: TypeAlias = tuple[tuple[object, ...], str | None]
"""What a file is known by, and its SHA-256; None where there is no plain file to read."""

_YOUNG_NS = 2_000_000_000
_seen: dict[tuple[object, ...], str | None] = {}
# What the task that is being saved had before it ran, by file; see Unchanged and ContentChecker.
_had_read: dict[str, str | None] = {}


def _state(path: str, ask: Callable[[str], os.stat_result] = os.stat) -> State | None:
    """A file's state, None where there is none. A file is read once a process for each state that it is known by.

    A file that changed a moment ago could change again without a trace, as clocks of file systems tick slowly (and may
    be set back): it is read every time.
    """
    try:
        status = ask(path)
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return (path, status.st_mode), None
    key = (path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if key in _seen:
        return key, _seen[key]
    found = file_digest(path)
    if time.time_ns() - status.st_ctime_ns > _YOUNG_NS:
        _seen[key] = found
    return key, found


def _digest(path: str) -> str | None:
    state = _state(path)
    return state[1] if state else None


def _written(path: str) -> str | None:
    """SHA-256 of a file that a task wrote; no task writes a link, whatever it points to."""
    state = _state(path, os.lstat)
    return state[1] if state else None


class ContentChecker(FileChangedChecker):  # type: ignore[misc]
    """A file dependency has changed exactly when its SHA-256 has."""

    def check_modified(self, file_path: str, file_stat: os.stat_result, state: str) -> bool:
        return _digest(file_path) != state

    def get_state(self, dep: str, current_state: str | None) -> str | None:
        """The SHA-256 to be remembered; None, which is remembered as nothing, where dep changed while the task ran."""
        if dep in _had_read:
            return _had_read.pop(dep)
        state = _digest(dep)
        if state is None:
            raise FileNotFoundError(2, "No such file", dep)
        return state


class Unchanged:
    """Up to date while what a task is made of is the same, and what it wrote is still there as it wrote it.

    recipe: named parts beside the file dependencies, such as the digest of the code and settings; plain data.
    A task may tell the SHA-256 of what it wrote, files that are no targets among them, in its value "written"; else the
    targets are looked at.
    """

    def __init__(self, **recipe: Any) -> None:
        self.recipe = recipe

    def __call__(self, task: Task, values: Mapping[str, Any]) -> bool:
        # doit looks at the file dependencies after the task has run; what it read was what they were before.
        before = {dep: _state(dep) for dep in task.file_dep}

        def save() -> dict[str, Any]:
            _had_read.clear()
            for dep, state in before.items():
                _had_read[dep] = state[1] if state and _state(dep) == state else None
            seen = {target: _written(target) for target in task.targets}
            return {"recipe": self.recipe, "written": seen | task.values.get("written", {})}

        task.value_savers.append(save)
        written = values.get("written", {})
        return (
            values.get("recipe") == self.recipe
            and set(task.targets) <= written.keys()
            and all(digest is not None and _written(file) == digest for file, digest in written.items())
        )

    def __repr__(self) -> str:
        return f"Unchanged({', '.join(self.recipe)}, targets)"


class SettledFor:
    """Up to date unless the task was let pass with a warning (its value "warned") and is asked to be strict now."""

    def __init__(self, strict: bool) -> None:
        self.strict = strict

    def __call__(self, task: Task, values: Mapping[str, Any]) -> bool:
        return not (self.strict and values.get("warned"))

    def __repr__(self) -> str:
        return "SettledFor(strict)" if self.strict else "SettledFor(warnings)"


class SameFiles:
    """Up to date while the commands that PATH finds, or the files named, are the very ones; for a tool's probe."""

    def __init__(self, commands: Iterable[str]) -> None:
        self.commands = tuple(commands)

    def __call__(self, task: Task, values: Mapping[str, Any]) -> bool:
        identity = [_identity(command) for command in self.commands]
        task.value_savers.append(lambda: {"files": identity})
        return bool(values.get("files") == identity)

    def __repr__(self) -> str:
        return f"SameFiles({', '.join(self.commands)})"


def _identity(command: str) -> list[object] | None:
    found = command if os.path.isabs(command) else shutil.which(command)
    if found is None or not os.path.exists(found):
        return None
    real = os.path.realpath(found)
    status = os.stat(real)
    return [real, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
