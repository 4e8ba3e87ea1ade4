"""A corpus: the chunk files of a folder with the settings beside them."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ..errors import CorpusError
from .chunk import FILE_NAME, file_name
from .document import visible
from .settings import FILE_NAME as SETTINGS_NAME
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


def read_corpus(folder: Path) -> Corpus:
    """The corpus in folder; no chunk is opened.

    Raises CorpusError where there is no such folder, no chunk in it, corpus.yaml is wrong, or it names ids that do not
    exist.
    """
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError as error:
        raise CorpusError(f"{folder}: cannot be read as a folder of chunks: {error.strerror}; see chunks=DIR") from None
    ids, ignored, misnamed = [], [], []
    for name in names:
        if found := FILE_NAME.fullmatch(name):
            ids.append(found.group(1))
        elif name.startswith("chunk-") and name.endswith(".json"):
            misnamed.append(_printable(name))
        elif name != SETTINGS_NAME and not name.startswith("."):
            ignored.append(_printable(name))
    if not ids and not misnamed:
        raise CorpusError(f"{folder}: holds no chunk; add {file_name('01')}, or say chunks=DIR")
    ids.sort(key=lambda i: (int(i), i))
    settings = read_settings(folder, known=set(ids))
    return Corpus(folder, settings, tuple(ids), tuple(ignored), tuple(misnamed))


def _printable(name: str) -> str:
    """name for the summary and the screen: Linux allows line breaks and bytes that are no UTF-8."""
    return visible(os.fsencode(name).decode("utf-8", "backslashreplace"))
