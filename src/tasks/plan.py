"""What one command builds: which corpus, from where to where, with which settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from .corpus.folder import Corpus, read_corpus
from .corpus.names import Names, read_names
from .errors import CorpusError, UsageError
from .files import file_digest, text_of
from .layout import Layout
from .variables import read_variables


@dataclass(frozen=True)
class Asking:
    """How one engine is asked: which, within which limits, with kept verdicts or without; plain data.

    engine: its name, version and identity; seconds of wall time and memory_mb for each run; scratch: a folder for what
    it compiles; toolchain: what the toolchain file says; cache: where verdicts are kept, and how
    they are used, as on the command line; bridge: the socket that tools of other machines are asked through, "" for
    those of this machine; package: the digest of the package, which they must have too.
    """

    name: str
    engine: Mapping[str, str]
    seconds: float
    memory_mb: int
    scratch: Path
    toolchain: str
    cache: str
    bridge: str = ""
    package: str = ""


@dataclass(frozen=True)
class Plan:
    """values are those of the command line's variables; toolchain is the file that names the full Lean's version.
    bridge, package: as Asking has them.
    """

    layout: Layout
    corpus: Corpus
    values: Mapping[str, str]
    toolchain: Path
    bridge: str = ""
    package: str = ""

    def through(self, bridge: str, package: str) -> Plan:
        """The same plan, with tools asked through a bridge."""
        found = replace(self, bridge=bridge, package=package)
        vars(found)["toolchain_text"] = self.toolchain_text
        return found

    @property
    def lean(self) -> str:
        """Which Lean judges: auto, toolchain, kernel or off."""
        return self.values["lean"]

    def has(self, engine: str) -> bool:
        """Whether an engine is to be asked at all."""
        return engine != "lean" or self.lean != "off"

    def choice(self, engine: str) -> str:
        """Which of several tools is to be the engine."""
        return self.lean if engine == "lean" else self.values["solver"] or self.corpus.settings.solver

    def limits(self, engine: str, chunk_id: str) -> dict[str, Any]:
        """The limits of one run of an engine for a chunk: seconds and memory_mb."""
        limits = self.corpus.settings.limits(chunk_id)
        seconds = limits.prove_seconds if engine == "lean" else limits.solve_seconds
        return {"seconds": seconds, "memory_mb": limits.memory_mb}

    def asking(self, name: str, engine: Mapping[str, str], chunk_id: str = "") -> Asking:
        """How an engine is asked about a chunk, or about itself."""
        return Asking(name, engine, **self.limits(name, chunk_id), scratch=self.scratch,
                      toolchain=self.toolchain_text, cache=self.values["cache"], bridge=self.bridge,
                      package=self.package)  # fmt: skip

    @cached_property
    def scratch(self) -> Path:
        """The folder for files of tools that outlast a call: the user's own, or one in the out folder where the former
        can neither be made nor written to.
        """
        folder = Path(os.path.abspath(os.environ.get("DUALITY_TOOLS") or user_folder() / "tools"))
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if os.access(folder, os.W_OK):
                return folder
        return self.layout.scratch.absolute()

    def is_strict(self, chunk_id: str) -> bool:
        """Whether a disagreement of a chunk's forms is an error."""
        settings = self.corpus.settings
        warn = self.values["crosscheck"] == "warn" or settings.strict == "pilots"
        return not warn or chunk_id in settings.pilots

    @cached_property
    def toolchain_text(self) -> str:
        """What the toolchain file said when it was first asked for; "" where there is none, as the embedded kernel
        needs none.
        """
        return text_of(self.toolchain)

    def is_outdated(self) -> bool:
        """Whether corpus.yaml, or which chunks there are, is another now."""
        try:
            ids, _, misnamed = read_names(self.layout.chunks)
        except CorpusError:
            return True
        settings = file_digest(self.layout.settings) or ""
        return (ids, misnamed, settings) != (self.corpus.ids, self.corpus.misnamed, self.corpus.settings.sha256)


def user_folder() -> Path:
    """Where this user's caches are."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")).absolute() / "duality"


def make_plan(given: Mapping[str, str], names: Names | None = None) -> Plan:
    """The plan of a command line; given are its variables; names: what lies in the folder of chunks, as it was read.

    Raises UsageError for a variable that is wrong, CorpusError where the corpus cannot be read.
    """
    values = read_variables(given)
    chunks, out = (Path(os.path.normpath(values[name])) for name in ("chunks", "out"))
    corpus = read_corpus(chunks, names)
    try:
        settings = corpus.settings.with_limits(**{n: values[n] for n in LIMITS})
    except ValueError as error:
        raise UsageError(str(error)) from None
    layout = Layout(chunks, out)
    return Plan(layout, corpus.with_settings(settings), values, layout.toolchain)


LIMITS = ("solve_seconds", "prove_seconds", "memory_mb")
