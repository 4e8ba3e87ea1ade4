"""A corpus: the chunk files of a folder with the settings beside them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from .names import Names, file_name, read_names
from .settings import Settings, read_settings


@dataclass(frozen=True)
class Corpus:
    """ids in numeric order; ignored names what else lies in the folder, misnamed what was meant as a chunk."""

    folder: Path
    settings: Settings
    ids: tuple[str, ...]
    ignored: tuple[str, ...]
    misnamed: tuple[str, ...]

    @cached_property
    def computational(self) -> tuple[str, ...]:
        """The ids of the chunks that are rendered and checked."""
        return tuple(i for i in self.ids if i not in self.settings.documentation)

    @cached_property
    def roles(self) -> dict[str, bool]:
        """For each id whether its chunk is computational."""
        computational = set(self.computational)
        return {chunk_id: chunk_id in computational for chunk_id in self.ids}

    def with_settings(self, settings: Settings) -> Corpus:
        """The same chunks under other settings."""
        return replace(self, settings=settings)

    def only(self, ids: Collection[str]) -> Corpus:
        """The same corpus with some of its chunks."""
        return replace(self, ids=tuple(chunk_id for chunk_id in self.ids if chunk_id in ids))

    def path(self, chunk_id: str) -> Path:
        return self.folder / file_name(chunk_id)


def read_corpus(folder: Path, names: Names | None = None) -> Corpus:
    """The corpus in folder; no chunk is opened. names: what lies there, where that has been read.

    Raises CorpusError where there is no such folder, no chunk in it, corpus.yaml is wrong, or it names ids that do not
    exist.
    """
    ids, ignored, misnamed = names or read_names(folder)
    return Corpus(folder, read_settings(folder, known=set(ids)), ids, ignored, misnamed)
