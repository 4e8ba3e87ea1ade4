"""Where a build reads and writes: one place for every path."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .corpus.names import SETTINGS, file_name


@dataclass(frozen=True)
class Layout:
    """chunks: the corpus; out: everything the build writes, its database included."""

    chunks: Path
    out: Path

    def out_holds_chunks(self) -> bool:
        """Whether the corpus lies where the build writes and removes."""
        return Path(os.path.realpath(self.chunks)).is_relative_to(os.path.realpath(self.out))

    def file(self, name: str, chunk_id: str) -> Path:
        """A file of a chunk by the name that stages use for it: source, model, module, certificate, balance or
        refutation.
        """
        return _file(self, name, chunk_id)

    def source(self, chunk_id: str) -> Path:
        return self.chunks / file_name(chunk_id)

    def model(self, chunk_id: str) -> Path:
        return self.out / "mzn" / f"chunk-{chunk_id}.mzn"

    def module(self, chunk_id: str) -> Path:
        return self.lean / "Duality" / f"Chunk{chunk_id}.lean"

    def certificate(self, chunk_id: str) -> Path:
        return self.certificates / f"Chunk{chunk_id}.lean"

    def balance(self, chunk_id: str) -> Path:
        return self.certificates / f"Balance{chunk_id}.lean"

    def refutation(self, chunk_id: str) -> Path:
        """Where the proof is written that a chunk has no valid point."""
        return self.certificates / f"Unsatisfiable{chunk_id}.lean"

    def stamp(self, stage: str, chunk_id: str) -> Path:
        return _stamp(self, stage, chunk_id)

    def name_of(self, path: Path) -> str:
        """The name of a file in stamps, which hold no path of the machine: `chunks/...`, else relative to out."""
        return _name_of(self, path)

    def path(self, name: str) -> Path:
        """The file that a stamp names; see name_of."""
        root, _, rest = name.partition("/")
        return self.chunks / rest if root == "chunks" else self.out / name

    @property
    def toolchain(self) -> Path:
        """The file that names the full Lean's version."""
        return Path(os.environ.get("DUALITY_TOOLCHAIN", "lean-toolchain"))

    def package(self) -> Iterator[tuple[Path, str]]:
        """The files of package and certificates that belong to no chunk, with their names in the library."""
        yield self.lean / "lakefile.toml", "lakefile.toml"
        yield self.lean / "Duality" / "Base.lean", "Base.lean"
        for name in ("Support.lean", "Order.lean", "Decide.lean", "Bounds.lean"):
            yield self.certificates / name, name

    def folders(self) -> list[Path]:
        """The folders that a build writes to."""
        stamps = sorted(path for path in (self.out / "stamps").glob("*") if path.is_dir())
        return [self.out, self.reports, self.out / "mzn", self.certificates, self.lean, self.lean / "Duality", *stamps]

    @property
    def lean(self) -> Path:
        """The Lake package."""
        return self.out / "lean"

    @property
    def imports(self) -> Path:
        """The root module of the Lake package, which imports the module of every chunk."""
        return self.lean / "Duality.lean"

    @property
    def certificates(self) -> Path:
        return self.out / "certificate"

    @property
    def scratch(self) -> Path:
        """What tools need beside a call: compiled libraries."""
        return self.out / ".duality-tools"

    @property
    def summary(self) -> Path:
        return self.out / "summary.json"

    @property
    def report(self) -> Path:
        """The report's data, which another report can be compared with."""
        return self.out / "report.json"

    @property
    def reports(self) -> Path:
        """The folder of the report in every format."""
        return self.out / "report"

    @property
    def database(self) -> Path:
        return self.out / ".doit.db"

    @property
    def code(self) -> Path:
        """The digests of the package's code, by the signatures of its files."""
        return self.out / ".code.json"

    @property
    def snapshot(self) -> Path:
        """What held when the last build ended."""
        return self.out / ".doit.db.snapshot"

    @property
    def settings(self) -> Path:
        """The settings of the corpus."""
        return self.chunks / SETTINGS

    @property
    def journal(self) -> Path:
        return self.out / "journal.jsonl"


_ASKED_AGAIN = 1024
"""Paths that are remembered, as all stages of a chunk ask for the same ones, and joining them takes its time."""


@lru_cache(_ASKED_AGAIN)
def _file(layout: Layout, name: str, chunk_id: str) -> Path:
    path: Path = {
        "source": layout.source, "model": layout.model, "module": layout.module, "certificate": layout.certificate,
        "balance": layout.balance, "refutation": layout.refutation,
    }[name](chunk_id)  # fmt: skip
    return path


@lru_cache(_ASKED_AGAIN)
def _stamp(layout: Layout, stage: str, chunk_id: str) -> Path:
    return layout.out / "stamps" / stage / f"{chunk_id}.json"


@lru_cache(_ASKED_AGAIN)
def _name_of(layout: Layout, path: Path) -> str:
    if path.is_relative_to(layout.out):
        return path.relative_to(layout.out).as_posix()
    return f"chunks/{path.relative_to(layout.chunks).as_posix()}"
