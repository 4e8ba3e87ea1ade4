"""The tasks of stages that the arguments of a command name."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import UsageError
from ..project import Build
from ..selection import chunks_named, unknown


def choose(build: Build, words: Sequence[str]) -> set[tuple[str, str]] | None:
    """The stage and the chunk of each task that the words name (solve:06, solve, 06); None for no words.

    Raises UsageError for a word that names none.
    """
    if not words:
        return None
    from ..stages import BY_NAME, stages_of

    plan = build.plan
    tasks = {(stage.name, chunk_id) for chunk_id in plan.corpus.ids for stage in stages_of(chunk_id, plan)}
    found: set[tuple[str, str]] = set()
    for word in words:
        stage, _, chunk_id = word.partition(":")
        if word in BY_NAME:
            found |= {task for task in tasks if task[0] == word}
        elif (stage, chunk_id) in tasks:
            found.add((stage, chunk_id))
        elif stage in BY_NAME or (":" in word and stage != "chunk"):
            names = {*BY_NAME, "chunk", *(f"{one}:{other}" for one, other in tasks)}
            raise UsageError(unknown(word, build, names, ()))
        else:
            ids = chunks_named([word], build)
            found |= {task for task in tasks if task[1] in ids}
    return found
