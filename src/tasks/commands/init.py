"""init: a corpus to begin with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..corpus.names import FILE_NAME, SETTINGS, file_name
from ..errors import UsageError
from ..project import Build
from .command import Command
from .new import write_draft


class Init(Command):
    name = "init"
    doc_purpose = "make a corpus to begin with: one chunk, corpus.yaml, settings for editors"
    doc_usage = "[DIR]"
    doc_description = (
        "DIR is the current folder where it is not given; the chunks go to DIR/chunks. What is there already stays as "
        "it is, but for the copies of the schemas, which become those of this version."
    )

    def run(self, build: Build, params: Any, args: Sequence[str]) -> None:
        from ..corpus.draft import SCHEMAS, editor_settings, schema_copies, settings_text

        if len(args) > 1:
            raise UsageError(f"init makes a corpus in one folder, found {len(args)}")
        home, below = Path(args[0] if args else "."), build.values["chunks"]
        chunks = home / below
        if os.path.isabs(below) or ".." in Path(below).parts:
            raise UsageError(f"chunks={below}: expected a folder in {home}")
        try:
            for name, text in schema_copies().items():
                self._write(chunks / SCHEMAS / name, text, replace=True)
            self._write(chunks / SETTINGS, settings_text())
            for name, text in editor_settings(below, f"{below}/{SCHEMAS}").items():
                self._write(home / ".vscode" / name, text)
            self._write(home / ".gitignore", "/rendered/\n")
            if not any(FILE_NAME.fullmatch(name) for name in os.listdir(chunks)):
                first = chunks / file_name("01")
                write_draft(first, "01", "A First Chunk", "internal")
                print(f"{first}: made")
        except BrokenPipeError:  # of standard output
            raise
        except OSError as error:
            raise UsageError(f"{error.filename or home}: cannot be written: {error.strerror}") from None
        elsewhere = "" if str(home) == "." else f"cd {home} && "
        print(f"next: {elsewhere}duality" + (f" chunks={below}" if below != "chunks" else ""))

    def _write(self, path: Path, text: str, replace: bool = False) -> None:
        """Makes a file with its folders, and says so."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            if not replace or path.read_bytes() == text.encode("utf-8"):
                print(f"{path}: is there, and stays")
                return
            from ..files import write_whole

            write_whole(path.resolve(), text)
            print(f"{path}: renewed")
            return
        print(f"{path}: made")
