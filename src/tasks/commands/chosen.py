"""What the arguments of a command name: tasks, chunks and stages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..corpus.names import FILE_NAME
from ..errors import UsageError
from ..project import Build


def chunk_of(build: Build, word: str) -> str:
    """The chunk that a word names: 06, chunk:06, a task of its such as solve:06, or its file.

    Raises UsageError where there is no such chunk.
    """
    file = FILE_NAME.fullmatch(Path(word).name)
    chunk_id = file[1] if file else word.rpartition(":")[2]
    if chunk_id not in build.names.ids:
        raise UsageError(f"{word}: there is no such chunk; {_near(chunk_id, build.names.ids)}")
    return chunk_id


def choose(build: Build, words: Sequence[str]) -> set[tuple[str, str]] | None:
    """The stage and the chunk of each task that the words name; None for no words. Raises UsageError."""
    if not words:
        return None
    from ..stages import BY_NAME, stages_of

    plan = build.plan
    found: set[tuple[str, str]] = set()
    for word in words:
        kind = word.partition(":")[0]
        if word in BY_NAME:
            found |= {(word, one) for one in plan.corpus.ids if BY_NAME[word] in stages_of(one, plan)}
            continue
        if ":" in word and kind not in {*BY_NAME, "chunk"}:
            raise UsageError(f"{word}: there is no such task; {_near(kind, [*BY_NAME, 'chunk'])}")
        chunk_id = chunk_of(build, word)
        stages = [stage.name for stage in stages_of(chunk_id, plan)]
        if kind in BY_NAME and kind not in stages:
            raise UsageError(f"{word}: there is no such task; the stages of chunk {chunk_id} are {', '.join(stages)}")
        found |= {(stage, chunk_id) for stage in stages if kind not in BY_NAME or kind == stage}
    return found


def _near(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else "`doit list` shows the tasks, `doit list --all` the chunks"
