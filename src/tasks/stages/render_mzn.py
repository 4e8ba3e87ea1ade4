"""render_mzn: a chunk as a MiniZinc model."""

from __future__ import annotations

from pathlib import Path

from ..files import digest, write_whole
from ..render.model import render
from ..specification import read_specification
from ..stamps import OURSELVES, write_stamp


def run(chunk_id: str, source: Path, model: Path, stamp: Path) -> None:
    """Writes the model and its stamp."""
    specification = read_specification(source)
    text = render(specification.chunk, specification.statements)
    write_whole(model, text)
    write_stamp(
        stamp,
        chunk=chunk_id,
        stage="render_mzn",
        engine=OURSELVES,
        inputs={source.name: specification.sha256},
        outcome={"status": "rendered", "constraints": specification.kinds(), "outputs": {model.name: digest(text)}},
    )
