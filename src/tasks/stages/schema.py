"""schema: a chunk file says what the format and the language allow."""

from __future__ import annotations

from pathlib import Path

from ..errors import CorpusError
from ..specification import read_specification
from ..stamps import OURSELVES, write_stamp


def run(chunk_id: str, source: Path, stamp: Path, informal: bool) -> None:
    """Checks one chunk. Raises CorpusError with every mistake in it."""
    specification = read_specification(source, informal=informal)
    write_stamp(
        stamp,
        chunk=chunk_id,
        stage="schema",
        engine=OURSELVES,
        inputs={source.name: specification.sha256},
        outcome={"status": "valid", "constraints": specification.kinds()},
    )


def check_names(folder: Path, misnamed: tuple[str, ...]) -> None:
    """Raises CorpusError where files of the folder are meant as chunks but are not named as chunks."""
    if misnamed:
        raise CorpusError(
            "\n".join(
                f"{folder / name}: found a name that is no chunk's, expected chunk-NN.constraints.json, "
                "NN two or more digits"
                for name in misnamed
            )
        )
