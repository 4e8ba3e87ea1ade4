"""The files that an editor has open, what is around them on the disk, and what there is to say of each."""

from __future__ import annotations

from pathlib import Path

from ..corpus.document import parse_document
from ..corpus.names import FILE_NAME, SETTINGS, read_names
from ..corpus.settings import Settings, allows_informal, parse_settings
from ..errors import CorpusError
from ..files import text_of
from ..formatting import formatted
from ..layout import Layout
from .chunk_text import ChunkText
from .completion import Completion, complete_in_chunk
from .definition import Target, definitions
from .findings import Finding, find_in_chunk, find_in_settings
from .hover import Hover, hover_in_chunk
from .positions import whole_characters
from .results import layout_of, results_of
from .settings_text import SettingsText


class Workspace:
    """texts: of the files that are open, by path; they count instead of what is on the disk. own: the folders that the
    command was started for.
    """

    def __init__(self, own: Layout) -> None:
        self.own = own
        self.texts: dict[Path, str] = {}
        self._chunks: dict[Path, ChunkText] = {}

    def open(self, path: Path, text: str) -> None:
        """Takes the text of a file that was opened or changed."""
        self.texts[path] = whole_characters(text)

    def close(self, path: Path) -> None:
        self.texts.pop(path, None)
        self._chunks.pop(path, None)

    def affected(self, path: Path) -> list[Path]:
        """The open files of which something else is to be said once this one has changed."""
        if path.name != SETTINGS:
            return [path]
        return [path, *(other for other in self.texts if other.parent == path.parent and is_chunk(other))]

    def findings(self, path: Path) -> list[Finding]:
        if is_chunk(path):
            chunk = self.chunk(path)
            settings = self.settings(path.parent)
            return find_in_chunk(chunk, allows_informal(settings.informal, chunk.id in settings.documentation))
        return find_in_settings(path, self.texts[path], frozenset(_ids(path.parent)))

    def hover(self, path: Path, offset: int) -> Hover | None:
        if not is_chunk(path):
            return self.settings_text(path).hover(offset)
        chunk = self.chunk(path)
        return hover_in_chunk(chunk, offset, results_of(layout_of(path, self.own), chunk.id, chunk.text))

    def completions(self, path: Path, offset: int) -> list[Completion]:
        if not is_chunk(path):
            return self.settings_text(path).completions(offset)
        return complete_in_chunk(self.chunk(path), offset)

    def definitions(self, path: Path, offset: int) -> list[Target]:
        if not is_chunk(path):
            return self.settings_text(path).definitions(offset)
        return definitions(self.chunk(path), offset, layout_of(path, self.own))

    def formatted(self, path: Path) -> str | None:
        """The text of a chunk file in canonical form; None where it is no JSON, and for other files."""
        if not is_chunk(path):
            return None
        try:
            return formatted(parse_document(path, self.texts[path]))
        except CorpusError:
            return None

    def chunk(self, path: Path) -> ChunkText:
        """Kept, as an editor asks several things of one text."""
        found = self._chunks.get(path)
        if found is None or found.text != self.texts[path]:
            found = self._chunks[path] = ChunkText(path, self.texts[path])
        return found

    def settings(self, folder: Path) -> Settings:
        """What corpus.yaml says, as it is open or on the disk; the defaults where it has a mistake."""
        path = folder / SETTINGS
        text = self.texts[path] if path in self.texts else text_of(path)
        try:
            return parse_settings(path, text) if text.strip() else Settings()
        except CorpusError:
            return Settings()

    def settings_text(self, path: Path) -> SettingsText:
        return SettingsText(path, self.texts[path], _ids(path.parent))


def is_ours(path: Path) -> bool:
    return is_chunk(path) or path.name == SETTINGS


def is_chunk(path: Path) -> bool:
    return FILE_NAME.fullmatch(path.name) is not None


def _ids(folder: Path) -> tuple[str, ...]:
    try:
        return read_names(folder).ids
    except CorpusError:
        return ()
