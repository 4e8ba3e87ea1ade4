"""What the words of a command line name: `06` and `chunks/chunk-06.constraints.json` are chunk:06."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from .corpus.names import FILE_NAME, ID
from .errors import UsageError, visible
from .project import Build

_OF_A_CHUNK = re.compile(rf"(?:([a-z_]+):)?({ID.pattern}|[0-9])")


def id_of(word: str, build: Build) -> str | None:
    """The id, of a chunk or not, that a word names: 06, chunk:06, or its file by path or name; None for another."""
    if found := _OF_A_CHUNK.fullmatch(word):
        return found[2] if found[1] in (None, "chunk") else None
    path = Path(word)
    named = FILE_NAME.fullmatch(path.name)
    if named and (word == path.name or os.path.realpath(path.parent) == os.path.realpath(build.layout.chunks)):
        return named[1]
    return None


def task_named(word: str, build: Build) -> str:
    """The task that a word names: of a chunk by its id or file; any other word itself."""
    found = id_of(word, build)
    return f"chunk:{found}" if found in set(build.names.ids) else word


def chunks_named(words: Iterable[str], build: Build) -> list[str]:
    """The ids of the chunks that the words name. Raises UsageError for a word that names none."""
    known = set(build.names.ids)
    ids = []
    for word in words:
        found = id_of(word, build)
        if found not in known:
            raise UsageError(no_chunk(found, build) if found else f"no chunk is named {_shown(word)}; write its id: 06")
        ids.append(found)
    return ids


def no_chunk(chunk_id: str, build: Build) -> str:
    """The message that there is no chunk of that id, with those that are near."""
    near = nearest_ids(chunk_id, build.names.ids)
    listed = f"{', '.join(near[:-1])} and {near[-1]}" if len(near) > 1 else "".join(near)
    first = f"did you mean {near[0]}?" if near and int(near[0]) == int(chunk_id) else f"near it: {listed}"
    return f"there is no chunk {chunk_id} in {build.layout.chunks}; {first}"


def nearest_ids(chunk_id: str, ids: Sequence[str], most: int = 3) -> list[str]:
    """The ids that are nearest by number, ascending; the one of the same number alone."""
    if len(chunk_id) > 100:
        return list(ids[-most:])
    number = int(chunk_id)
    near = sorted(ids, key=lambda other: abs(int(other) - number))[:most]
    same = [other for other in near if int(other) == number]
    return same or sorted(near, key=int)


def unknown(word: str, build: Build, tasks: Collection[str], commands: Collection[str]) -> str:
    """The message that a word names nothing, with the name that is nearest."""
    more = "(`doit list` shows the tasks, `doit help` the commands)"
    if word.startswith("-"):
        return f"{_shown(word)} comes after a name; options stand before names: `doit list --all chunk`"
    groups = [name for name in tasks if ":" not in name and not name.startswith("_")]
    found = _OF_A_CHUNK.fullmatch(word)
    head = found[1] or "chunk" if found else word.partition(":")[0]
    if found and head in groups:
        if found[2] not in build.names.ids:
            return no_chunk(found[2], build)
        role = "computational" if build.plan.corpus.roles[found[2]] else "documentation"
        return f"there is no task {word}: chunk {found[2]} is {role}; `doit list --all {head}` shows what there is"
    if FILE_NAME.fullmatch(Path(word).name):
        chunk_id = id_of(word, build)
        where = f"{_shown(word)} is no file of {build.layout.chunks}"
        return no_chunk(chunk_id, build) if chunk_id else f"{where}; see chunks=DIR"
    if near := _near(head, [*groups, *commands]):
        tail = word[len(head) :]
        if near not in groups:
            near, tail = f"the command `doit {near}`", ""
        return f"nothing is named {_shown(word)}; did you mean {near}{tail}? {more}"
    return f"nothing is named {_shown(word)}: it is no command, task, chunk or file that a task writes {more}"


def _near(word: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(word.casefold()[:100], names, n=1)), "")


def _shown(word: str) -> str:
    shown = visible(word)
    return f"'{shown if len(shown) <= 80 else shown[:77] + '...'}'"
