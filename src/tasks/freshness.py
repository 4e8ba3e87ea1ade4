"""Decides whether the result of a task is up to date. Nothing else decides it.

A task leaves in doit's database what it was made by (its recipe), the SHA-256 of every file that it read, as it read
it, and of every file that it wrote. It is up to date while all three are the same. Nothing else counts: no time of a
file, and nothing that a command of doit tells the database.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

from .files import file_digest

Values: TypeAlias = Mapping[str, Any]
"""The record of a task: recipe, read, written, status, and whether a limit affected the outcome (limited)."""

YOUNG_NS = 2_000_000_000
_seen: dict[tuple[object, ...], str | None] = {}


def digest_of(path: str, ask: Callable[[str], os.stat_result] = os.stat) -> str | None:
    """SHA-256 of a plain file, None where there is none. A file is read once a process while its signature is the same.

    A file that changed a moment ago could change again without a trace, as clocks of file systems tick slowly (and may
    be set back): it is read every time.
    """
    try:
        status = ask(path)
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    key = (path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if key in _seen:
        return _seen[key]
    found = file_digest(path, follow=ask is os.stat)
    if time.time_ns() - status.st_ctime_ns > YOUNG_NS:
        _seen[key] = found
    return found


def written_digest_of(path: str) -> str | None:
    """SHA-256 of a file that a task wrote; no task writes a link, whatever it points to."""
    return digest_of(path, os.lstat)


def reasons(
    values: Values, recipe: Mapping[str, Any], targets: Collection[str] = (), strict: bool = False,
    read_now: Callable[[str], str | None] = digest_of,
) -> list[str]:  # fmt: skip
    """Why the result of a task is not up to date, in the order of cause; [] where it is.

    recipe: what the task would be made by now, plain data; strict: whether a warning is a failure now; read_now: as
    digest_of.
    """
    return list(_reasons(values, recipe, targets, strict, read_now))


def _reasons(
    values: Values, recipe: Mapping[str, Any], targets: Collection[str], strict: bool,
    read_now: Callable[[str], str | None],
) -> Iterator[str]:  # fmt: skip
    made_by, read, written = values.get("recipe"), values.get("read"), values.get("written")
    if not isinstance(made_by, dict) or not isinstance(read, dict) or not isinstance(written, dict):
        yield NEVER
        return
    for path, digest in read.items():
        now = read_now(path)
        if now != digest:
            yield f"{path} {'is missing' if now is None else 'has changed'}"
    for part in sorted({*made_by, *recipe}):
        if part != "limits" and made_by.get(part) != recipe.get(part):
            yield _difference(part, made_by.get(part), recipe.get(part))
    if values.get("limited") and made_by.get("limits") != recipe.get("limits"):
        yield f"{_difference('limits', made_by.get('limits'), recipe.get('limits'))}, and one affected the outcome"
    for path in sorted({*written, *targets}):
        if written.get(path) is None or (now := written_digest_of(path)) is None:
            yield f"{path} is {'no plain file' if os.path.lexists(path) else 'missing'}"
        elif now != written[path]:
            yield f"{path} was edited"
    if strict and values.get("status") == "warned":
        yield "it passed with a warning, which is a failure now"


NEVER = "never built successfully"
CODE = "code has changed"
"""What is said of the recipe's part `code`; Code.changes knows of which files."""


def _difference(part: str, then: Any, now: Any) -> str:
    """How a part of a recipe has changed; a digest is not shown, as it says nothing to a reader."""
    if part == "code":
        return CODE
    if not isinstance(then, dict) or not isinstance(now, dict):
        return f"{part} has changed{_from_to(then, now)}"
    if not now:
        return f"{part} has changed, or is not there"
    changed = [
        f"{key}{_from_to(then.get(key), now.get(key))}" if _is_shown(then.get(key), now.get(key)) else key
        for key in sorted({*then, *now})
        if then.get(key) != now.get(key)
    ]
    return f"{part} has changed: {', '.join(changed)}"


def _from_to(then: Any, now: Any) -> str:
    return f" from {then} to {now}" if _is_shown(then, now) else ""


def _is_shown(*values: Any) -> bool:
    """Whether values say something to a reader: numbers, and short words that are no digests."""
    return all(isinstance(value, int | float) or (isinstance(value, str) and 0 < len(value) < 32) for value in values)
