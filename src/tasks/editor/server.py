"""The language server: what the protocol asks for, from what there is to say of the open files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from .. import __version__
from ..layout import Layout
from .completion import Completion, without_places
from .definition import Target
from .findings import Finding
from .positions import Encoding, Positions
from .workspace import Workspace, is_ours

PAUSE = 0.1
"""Seconds without a change after which a text is looked at."""

_SEVERITY = {
    "error": types.DiagnosticSeverity.Error,
    "information": types.DiagnosticSeverity.Information,
}
_KIND = {
    "key": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.Value,
    "function": types.CompletionItemKind.Function,
    "word": types.CompletionItemKind.Keyword,
    "variable": types.CompletionItemKind.Variable,
    "snippet": types.CompletionItemKind.Snippet,
}


class Server(LanguageServer):
    """workspace holds the open files that are ours; it is asked in the order in which the editor asks."""

    def __init__(self, own: Layout) -> None:
        # The whole text each time: what counts as a line is then nobody's business but ours.
        super().__init__("duality", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.files = Workspace(own)
        self._uris: dict[Path, str] = {}
        self._waiting: dict[Path, asyncio.TimerHandle] = {}

    def path_of(self, uri: str) -> Path | None:
        """The path of a document that is ours and open, else None."""
        found = uris.to_fs_path(uri)
        path = Path(found) if found else None
        return path if path in self.files.texts else None

    def take(self, uri: str, text: str, pause: float = 0) -> None:
        """Takes the text of a document, and has it looked at after the pause."""
        found = uris.to_fs_path(uri)
        if found and is_ours(path := Path(found)):
            self._uris[path] = uri
            self.files.open(path, text)
            for other in self.files.affected(path):
                self.schedule(other, pause)

    def drop(self, uri: str) -> None:
        if path := self.path_of(uri):
            self.files.close(path)
            if waiting := self._waiting.pop(path, None):
                waiting.cancel()
            for other in self.files.affected(path):
                if other in self.files.texts:
                    self.schedule(other, 0)
            self._publish(self._uris.pop(path), [])

    def schedule(self, path: Path, pause: float) -> None:
        if waiting := self._waiting.pop(path, None):
            waiting.cancel()
        self._waiting[path] = asyncio.get_running_loop().call_later(pause, self.check, path)

    def check(self, path: Path) -> None:
        """Says what is wrong in a file."""
        self._waiting.pop(path, None)
        if path in self.files.texts:
            positions = self.positions(path)
            found = [_diagnostic(finding, positions) for finding in self.files.findings(path)]
            self._publish(self._uris[path], found)

    def _publish(self, uri: str, found: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri=uri, diagnostics=found))

    def positions(self, path: Path) -> Positions:
        encoding = self.server_capabilities.position_encoding or types.PositionEncodingKind.Utf16
        return Positions(self.files.texts[path], cast(Encoding, str(getattr(encoding, "value", encoding))))

    @property
    def of_items(self) -> types.ClientCompletionItemOptions:
        """What the client can show of a completion."""
        document = self.client_capabilities.text_document
        found = document.completion.completion_item if document and document.completion else None
        return found or types.ClientCompletionItemOptions()


def _range(positions: Positions, start: int, end: int) -> types.Range:
    return types.Range(types.Position(*positions.position(start)), types.Position(*positions.position(end)))


def _diagnostic(finding: Finding, positions: Positions) -> types.Diagnostic:
    return types.Diagnostic(
        range=_range(positions, finding.start, finding.end),
        message=finding.message,
        severity=_SEVERITY[finding.severity],
        source="duality",
        tags=[types.DiagnosticTag.Unnecessary] if finding.unused else None,
    )


def _item(
    found: Completion, positions: Positions, order: int, shown: types.ClientCompletionItemOptions
) -> types.CompletionItem:
    replaced = positions.text[found.start : found.end]
    as_written = f'"{found.label}"' if replaced.startswith('"') and not found.label.startswith('"') else None
    insert = found.insert if shown.snippet_support else without_places(found.insert)
    kind = types.InsertTextFormat.Snippet if shown.snippet_support else types.InsertTextFormat.PlainText
    markdown = types.MarkupKind.Markdown in (shown.documentation_format or ())
    return types.CompletionItem(
        label=found.label,
        kind=_KIND[found.kind],
        detail=found.detail or None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, found.help) if markdown else found.help,
        sort_text=f"{order:04}",
        filter_text=as_written,
        text_edit=types.TextEdit(_range(positions, found.start, found.end), insert),
        insert_text_format=kind,
    )


def _location(target: Target) -> types.Location:
    start, end = types.Position(target.line, target.start), types.Position(target.line, target.end)
    return types.Location(str(uris.from_fs_path(str(target.path))), types.Range(start, end))


def make_server(own: Layout) -> Server:
    """The server with all that it answers."""
    server = Server(own)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.take(params.text_document.uri, params.text_document.text)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        for change in params.content_changes[-1:]:
            server.take(params.text_document.uri, change.text, PAUSE)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.drop(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        if (path := server.path_of(params.text_document.uri)) is None:
            return None
        positions = server.positions(path)
        found = server.files.hover(path, positions.offset(params.position.line, params.position.character))
        if found is None:
            return None
        content = types.MarkupContent(types.MarkupKind.Markdown, found.markdown)
        return types.Hover(content, _range(positions, found.start, found.end))

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=['"']))
    def complete(params: types.CompletionParams) -> list[types.CompletionItem]:
        if (path := server.path_of(params.text_document.uri)) is None:
            return []
        positions = server.positions(path)
        found = server.files.completions(path, positions.offset(params.position.line, params.position.character))
        return [_item(item, positions, order, server.of_items) for order, item in enumerate(found)]

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def define(params: types.DefinitionParams) -> Sequence[types.Location]:
        if (path := server.path_of(params.text_document.uri)) is None:
            return []
        positions = server.positions(path)
        offset = positions.offset(params.position.line, params.position.character)
        return [_location(target) for target in server.files.definitions(path, offset)]

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def format_whole(params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        path = server.path_of(params.text_document.uri)
        text = server.files.formatted(path) if path else None
        if path is None or text is None or text == server.files.texts[path]:
            return []
        positions = server.positions(path)
        return [types.TextEdit(_range(positions, 0, len(positions.text)), text)]

    return server


def serve(own: Layout, stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Answers an editor until it says that it ends, or is gone."""
    logging.getLogger("pygls").setLevel(logging.ERROR)
    make_server(own).start_io(stdin, stdout)
