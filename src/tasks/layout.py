"""Where a build reads and writes: one place for every path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .corpus.chunk import file_name


@dataclass(frozen=True)
class Layout:
    """chunks: the corpus; out: everything the build writes, its database included."""

    chunks: Path
    out: Path

    def source(self, chunk_id: str) -> Path:
        return self.chunks / file_name(chunk_id)

    def model(self, chunk_id: str) -> Path:
        return self.out / "mzn" / f"chunk-{chunk_id}.mzn"

    def module(self, chunk_id: str) -> Path:
        return self.lean / "Duality" / f"Chunk{chunk_id}.lean"

    def certificate(self, chunk_id: str) -> Path:
        return self.certificates / f"Chunk{chunk_id}.lean"

    def stamp(self, stage: str, chunk_id: str) -> Path:
        return self.out / "stamps" / stage / f"{chunk_id}.json"

    @property
    def lean(self) -> Path:
        """The Lake package."""
        return self.out / "lean"

    @property
    def certificates(self) -> Path:
        return self.out / "certificate"

    @property
    def library(self) -> Path:
        """What the engine at hand has compiled of the package and the certificates."""
        return self.out / ".lean"

    @property
    def summary(self) -> Path:
        return self.out / "summary.json"

    @property
    def report(self) -> Path:
        """The report's facts; its Markdown lies beside."""
        return self.out / "report.json"

    @property
    def database(self) -> Path:
        return self.out / ".doit.db"

    @property
    def journal(self) -> Path:
        return self.out / "journal.jsonl"
