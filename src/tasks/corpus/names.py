"""What lies in a folder of chunks, by the names of the files alone."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from ..errors import CorpusError, visible

ID = re.compile(r"[0-9]{2,}")
FILE_NAME = re.compile(rf"chunk-({ID.pattern})\.constraints\.json")
SETTINGS = "corpus.yaml"


def file_name(chunk_id: str) -> str:
    return f"chunk-{chunk_id}.constraints.json"


class Names(NamedTuple):
    """ids in numeric order; ignored names what else lies in the folder, misnamed what was meant as a chunk."""

    ids: tuple[str, ...]
    ignored: tuple[str, ...]
    misnamed: tuple[str, ...]


def read_names(folder: Path) -> Names:
    """The names in folder; no file is opened.

    Raises CorpusError where the folder cannot be read, and where there is no chunk in it.
    """
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise CorpusError(f"{folder}: cannot be read as a folder of chunks: {error.strerror}; see chunks=DIR") from None
    ids, ignored, misnamed = [], [], []
    for name in names:
        if found := FILE_NAME.fullmatch(name):
            ids.append(found[1])
        elif name.startswith("chunk-") and name.endswith(".json"):
            misnamed.append(_printable(name))
        elif name != SETTINGS and not name.startswith("."):
            ignored.append(_printable(name))
    if not ids and not misnamed:
        raise CorpusError(f"{folder}: holds no chunk; add {file_name('01')}, or say chunks=DIR")
    if len(set(map(len, ids))) > 1:  # else they are in order, as their files are
        ids.sort(key=lambda i: (int(i), i))
    return Names(tuple(ids), tuple(ignored), tuple(misnamed))


def _printable(name: str) -> str:
    """name for the summary and the screen: Linux allows line breaks and bytes that are no UTF-8."""
    return visible(os.fsencode(name).decode("utf-8", "backslashreplace"))
