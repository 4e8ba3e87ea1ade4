"""A corpus: the chunk files of a folder with the settings beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import CorpusError
from . import settings as settings_file
from .chunk import FILE_NAME, file_name
from .settings import Settings, read_settings


@dataclass(frozen=True)
class Corpus:
    """ids in numeric order; ignored names what else lies in the folder, misnamed what was meant as a chunk."""

    folder: Path
    settings: Settings
    ids: tuple[str, ...]
    ignored: tuple[str, ...]
    misnamed: tuple[str, ...]

    @property
    def computational(self) -> tuple[str, ...]:
        """The ids of the chunks that are rendered and checked."""
        return tuple(i for i in self.ids if i not in self.settings.documentation)

    def path(self, chunk_id: str) -> Path:
        return self.folder / file_name(chunk_id)


def read_corpus(folder: Path) -> Corpus:
    """The corpus in folder; no chunk is opened.

    Raises CorpusError where there is no such folder, corpus.yaml is wrong, or it names ids that do not exist.
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
            misnamed.append(name)
        elif name != settings_file.FILE_NAME and not name.startswith("."):
            ignored.append(name)
    ids.sort(key=lambda i: (int(i), i))
    settings = read_settings(folder)
    _refuse_unknown_ids(folder, {"pilots": settings.pilots, "documentation": settings.documentation}, set(ids))
    return Corpus(folder, settings, tuple(ids), tuple(ignored), tuple(misnamed))


def _refuse_unknown_ids(folder: Path, named: Mapping[str, tuple[str, ...]], known: set[str]) -> None:
    for key, ids in named.items():
        for chunk_id in ids:
            if chunk_id not in known:
                raise CorpusError(
                    f"{folder / settings_file.FILE_NAME}: {key}: found the id {chunk_id!r}, "
                    f"expected ids of chunks in this folder; there is no {file_name(chunk_id)}"
                )
