"""The language server as an editor meets it: the real process, asked by a real client over its standard input."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient
from pytest_lsp.client import log_message, register_lsp_features

from conftest import REPOSITORY, Project
from tasks.cli import PLUGINS
from tasks.corpus.document import parse_document
from tasks.corpus.explain import load_schema
from tasks.editor.completion import without_places
from tasks.formatting import formatted

asked = pytest.mark.asyncio(loop_scope="module")
"""A test of the one server of this file."""

SNIPPETS = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        completion=types.CompletionClientCapabilities(
            completion_item=types.ClientCompletionItemOptions(
                snippet_support=True, documentation_format=[types.MarkupKind.Markdown]
            )
        )
    )
)


class Editor:
    """One client with one server. A text is written with the mark |, which is where the cursor is."""

    def __init__(self, client: LanguageClient, project: Project) -> None:
        self.client, self.project = client, project
        self.version = 0
        self.heard: Counter[str] = Counter()
        self.news = asyncio.Event()

    def hear(self, params: types.PublishDiagnosticsParams) -> None:
        self.client.diagnostics[params.uri] = params.diagnostics
        self.heard[params.uri] += 1
        self.news.set()

    def uri(self, name: str) -> str:
        return (self.project.chunks / name).as_uri()

    async def show(self, name: str, marked: str) -> tuple[types.TextDocumentIdentifier, types.Position]:
        """Shows the text in place of the file's; the cursor's position, in UTF-16 as the protocol has it."""
        text, offset = marked.replace("|", "", 1), max(0, marked.find("|"))
        since = self.heard[self.uri(name)]
        self.version += 1
        document = types.TextDocumentItem(self.uri(name), "json", self.version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        await self.told(name, since)
        before = text[:offset].split("\n")
        position = types.Position(len(before) - 1, len(before[-1].encode("utf-16-le")) // 2)
        return types.TextDocumentIdentifier(self.uri(name)), position

    async def write(self, name: str, text: str) -> None:
        since = self.heard[self.uri(name)]
        self.version += 1
        document = types.VersionedTextDocumentIdentifier(uri=self.uri(name), version=self.version)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        await self.told(name, since)

    async def close(self, name: str) -> None:
        since = self.heard[self.uri(name)]
        document = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))
        await self.told(name, since)

    async def told(self, name: str, since: int) -> None:
        """Waits until the server has said once more than since what is wrong in the file."""
        while self.heard[self.uri(name)] <= since:
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 20)

    def wrong(self, name: str) -> list[tuple[tuple[int, int], tuple[int, int], str]]:
        """What the server said last: start, end and message."""
        return [
            ((d.range.start.line, d.range.start.character), (d.range.end.line, d.range.end.character), d.message)
            for d in self.client.diagnostics.get(self.uri(name), ())
        ]

    async def hover(self, name: str, marked: str) -> str:
        found = await self.client.text_document_hover_async(types.HoverParams(*await self.show(name, marked)))
        if found is None:
            return ""
        assert isinstance(found.contents, types.MarkupContent)
        return found.contents.value

    async def complete(self, name: str, marked: str) -> dict[str, types.CompletionItem]:
        params = types.CompletionParams(*await self.show(name, marked))
        found = await self.client.text_document_completion_async(params)
        assert isinstance(found, list)
        return {item.label: item for item in found}

    async def definitions(self, name: str, marked: str) -> list[str]:
        """The lines that the cursor is led to, with the names of their files."""
        params = types.DefinitionParams(*await self.show(name, marked))
        found = await self.client.text_document_definition_async(params)
        assert isinstance(found, list)
        lines = []
        for location in found:
            assert isinstance(location, types.Location)
            path = Path(location.uri.removeprefix("file://"))
            line = path.read_text().split("\n")[location.range.start.line]
            lines.append(f"{path.name}: {line[location.range.start.character : location.range.end.character]}")
        return lines


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editor(built_once: Project) -> AsyncIterator[Editor]:
    client = LanguageClient(converter_factory=default_converter)
    shown = Editor(client, built_once)
    register_lsp_features(
        client,
        {
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: lambda params: shown.hear(params),
            types.WINDOW_LOG_MESSAGE: log_message,
        },
    )
    environment = {**os.environ, "PYTHONPATH": str(built_once.source)}
    await client.start_io(sys.executable, "-m", "doit", "lsp", cwd=built_once.home, env=environment)
    root = types.InitializeParams(SNIPPETS, root_uri=built_once.home.as_uri())
    result = await client.initialize_session(root)
    assert result.capabilities.position_encoding == types.PositionEncodingKind.Utf16
    synchronised = result.capabilities.text_document_sync
    assert isinstance(synchronised, types.TextDocumentSyncOptions)
    assert synchronised.change == types.TextDocumentSyncKind.Full  # so that lines are counted in one place
    assert result.server_info
    assert result.server_info.name == "duality"
    yield shown
    await client.shutdown_session()
    assert client._server
    assert await asyncio.wait_for(client._server.wait(), 10) == 0
    assert not client.log_messages


NAME = "chunk-06.constraints.json"


def chunk(*expressions: str, indent: int | None = 1) -> str:
    constraints = [{"name": f"c{position}", "expr": text} for position, text in enumerate(expressions, start=1)]
    data = {"id": "06", "title": "T", "goalType": "proof", "constraints": constraints}
    return json.dumps(data, indent=indent, ensure_ascii=False)


@asked
async def test_a_mistake_in_a_formula_is_marked_as_one_types_in_utf_16(editor: Editor) -> None:
    text = '{"id": "06", "title": "\U0001f600", "goalType": "proof", "constraints": [\n'
    text += '{"name": "\U0001f600\\n", "expr": "true \\u005c/ \\u0078[1] > 1 /\\\\ y[1] > 2"}]}'
    await editor.show(NAME, text)
    column = text.split("\n")[1].index("y[1]") + 1  # one more, as the character of the name has two units
    assert editor.wrong(NAME) == [((1, column), (1, column + 1), "unknown name 'y'; did you mean 'x'?")]


@asked
async def test_what_is_wrong_is_told_anew_with_every_change(editor: Editor) -> None:
    await editor.show(NAME, chunk("x[9] > 1"))
    assert [message for *_, message in editor.wrong(NAME)] == ["the index of x is 9; it goes from 1 to 8"]
    await editor.write(NAME, chunk("x[8] > 1"))
    assert editor.wrong(NAME) == []
    await editor.write(NAME, chunk("x[8] > 1", "x[9] > 1")[:-3])
    first, second = sorted(editor.wrong(NAME))
    assert "the index of x is 9" in first[2]
    assert second[2].startswith("invalid JSON")
    await editor.close(NAME)
    assert editor.wrong(NAME) == []


@asked
async def test_corpus_yaml_is_looked_at_and_counts_as_it_is_open(editor: Editor) -> None:
    await editor.show(NAME, chunk("A = B"))
    assert len(editor.wrong(NAME)) == 1  # by the file on the disk
    since = editor.heard[editor.uri(NAME)]
    await editor.show("corpus.yaml", "informal: anywhere\nlimits:\n  memory_mb: 1\n")
    assert editor.wrong("corpus.yaml") == [((2, 13), (2, 14), "found 1, expected a whole number from 64 to 10^9")]
    await editor.told(NAME, since)
    for policy, count in (("anywhere", 0), ("never", 1)):
        since = editor.heard[editor.uri(NAME)]
        await editor.write("corpus.yaml", f"informal: {policy}\n")
        await editor.told(NAME, since)
        assert editor.wrong("corpus.yaml") == []
        assert len(editor.wrong(NAME)) == count
    await editor.close("corpus.yaml")


@asked
async def test_a_hover_shows_forms_value_and_slack_of_the_file_as_it_was_built(editor: Editor) -> None:
    built = (editor.project.chunks / NAME).read_text()
    witness = editor.project.stamp("solve", "06")["outcome"]["witness"]
    shown = await editor.hover(NAME, built.replace("x[1] +", "|x[1] +"))
    assert f"x[1] : int = {witness[0]} at the witness" in shown
    assert "(x[1] + x[2]) >= 30" in shown
    assert "x.x1 + x.x2 ≥ 30" in shown
    assert "proved by lean" in shown
    shown = await editor.hover(NAME, built.replace("x[1] +", "|x[1]  +"))
    assert "no witness of this text yet" in shown
    said = load_schema("chunk.schema.json")["properties"]["goalType"]["description"]
    assert said in await editor.hover(NAME, built.replace("goalType", "goal|Type"))
    said = load_schema("corpus.schema.json")["properties"]["pilots"]["description"]
    assert said in await editor.hover("corpus.yaml", 'pil|ots: ["06"]\n')
    assert await editor.hover(NAME, " |" + built) == ""


@asked
async def test_what_is_completed_replaces_what_is_there(editor: Editor) -> None:
    found = await editor.complete(NAME, chunk("forall(i in 1..8)(x[i] >= mi|)"))
    edit = found["min"].text_edit
    assert isinstance(edit, types.TextEdit)
    assert edit.range.end.character - edit.range.start.character == 2
    assert edit.new_text == "min($1, $2)"
    assert found["i"].kind == types.CompletionItemKind.Variable
    assert isinstance(found["mod"].documentation, types.MarkupContent)
    assert found["mod"].documentation.value.startswith("the remainder of `div`")
    keys = await editor.complete(NAME, '{"id": "06", "ti|')
    assert keys["title"].filter_text == '"title"'
    assert keys["title"].insert_text_format == types.InsertTextFormat.Snippet
    assert "limits" in await editor.complete("corpus.yaml", "pilots: []\n|")


@asked
async def test_the_definition_of_a_constraint_is_what_was_rendered_of_it(editor: Editor) -> None:
    built = (editor.project.chunks / NAME).read_text()
    assert await editor.definitions(NAME, built.replace("x[3]", "x|[3]")) == [
        "chunk-06.mzn: c_c2", "Chunk06.lean: c_c2",
    ]  # fmt: skip
    assert await editor.definitions(NAME, built.replace('"c1"', '"new|"')) == []
    assert await editor.definitions("corpus.yaml", 'pilots: ["0|6"]\n') == ["chunk-06.constraints.json: "]


@asked
async def test_a_chunk_is_formatted_as_doit_fmt_does(editor: Editor) -> None:
    options = types.FormattingOptions(tab_size=8, insert_spaces=False)

    async def edits(name: str, text: str) -> list[str]:
        document, _ = await editor.show(name, text)
        found = await editor.client.text_document_formatting_async(types.DocumentFormattingParams(document, options))
        for edit in found or ():
            assert edit.range.start == types.Position(0, 0)
            assert edit.range.end == types.Position(text.count("\n"), len(text.split("\n")[-1]))
        return [edit.new_text for edit in found or ()]

    text = chunk("x[1]>=3  /\\ x[2]<N", indent=None)
    (canonical,) = await edits(NAME, text)
    assert json.loads(canonical) == json.loads(text.replace("x[1]>=3  /\\\\ x[2]<N", "x[1] >= 3 /\\\\ x[2] < N"))
    assert canonical == formatted(parse_document(Path(NAME), text))
    assert await edits(NAME, canonical) == []
    assert await edits(NAME, text[:-1]) == []
    assert await edits("corpus.yaml", "pilots:   []\n") == []
    await editor.close("corpus.yaml")


@asked
async def test_files_of_others_are_none_of_its_business(editor: Editor) -> None:
    uri = editor.uri("package.json")
    text = types.TextDocumentItem(uri, "json", 1, '{"a": ')
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(text))
    where = (types.TextDocumentIdentifier(uri), types.Position(0, 2))
    assert await editor.client.text_document_hover_async(types.HoverParams(*where)) is None
    assert not await editor.client.text_document_completion_async(types.CompletionParams(*where))
    assert not await editor.client.text_document_definition_async(types.DefinitionParams(*where))
    assert uri not in editor.client.diagnostics


# Without a client.


def lsp(project: Project, *arguments: str, first: str = "pass") -> subprocess.CompletedProcess[str]:
    """Runs `duality lsp` with nothing to read; first is executed in its process before."""
    code = f"import sys; {first}; from tasks.cli import main; sys.exit(main(['lsp', *{list(arguments)}]))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=project.home, env={**os.environ, "PYTHONPATH": str(project.source)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_it_ends_where_there_is_no_client(built_once: Project) -> None:
    finished = lsp(built_once, "--stdio")
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_where_pygls_is_missing_one_line_says_what_to_install(built_once: Project) -> None:
    finished = lsp(built_once, first="sys.modules['pygls'] = None")
    assert finished.returncode == 3
    assert finished.stdout == ""
    assert re.sub(r"\s+", " ", finished.stderr.strip()) == (
        "ERROR: the language server needs pygls: pip install 'duality[editor]'"
    )


def test_snippets_are_plain_texts_to_an_editor_that_has_none() -> None:
    assert without_places('"a": ${1:"b\\}"}, $2\\$') == '"a": "b}", $'


GUIDE = (REPOSITORY / "docs" / "editor.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def test_the_settings_in_the_guide_start_this_server() -> None:
    settings, extension, launch = map(json.loads, blocks("json"))
    started = [settings["glspc.server.command"], *settings["glspc.server.commandArguments"]]
    (helix,) = map(tomllib.loads, blocks("toml"))
    server = helix["language-server"]["duality"]
    assert started == [server["command"], *server["args"]] == ["duality", "lsp"]
    assert all("duality" in language["language-servers"] for language in helix["language"])
    assert launch["configurations"][0]["type"] == "extensionHost"
    (script,) = blocks("js")
    assert extension["main"] == "./extension.js"
    assert 'command: "duality", args: ["lsp"]' in script
    (neovim,) = blocks("lua")
    assert 'cmd = { "duality", "lsp" }' in neovim
    assert PLUGINS["COMMAND"]["lsp"] == "tasks.commands.lsp:Lsp"
