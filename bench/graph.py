"""The graph of tasks that every system gets: eight steps a chunk, with the dependencies of our stages."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tasks.layout import Layout
from tasks.stages import PIPELINE

REPOSITORY = Path(__file__).parent.parent
LAYOUT = Layout(Path("chunks"), Path("rendered"))
STAGES = [stage.name for stage in PIPELINE]
CODE = {"render_mzn": "src/tasks/render/model.py", "render_lean": "src/tasks/render/lean_module.py"}
"""The renderers, which other systems take for input files like any other."""


@dataclass(frozen=True)
class Step:
    """One stage of one chunk; paths are relative to the project. writes ends with the stamp."""

    stage: str
    chunk: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    command: str

    def data(self) -> dict[str, Any]:
        return asdict(self)


def steps(ids: Iterable[str], real: bool) -> Iterator[Step]:
    """The steps of chunks in an order in which they can run.

    real: whether the commands run the stage with its tools; else they copy the chunk file to each output.
    """
    for chunk_id in ids:
        for stage in PIPELINE:
            reads = [str(LAYOUT.file(name, chunk_id)) for name in stage.reads]
            reads += [str(LAYOUT.stamp(name, chunk_id)) for name in (*stage.needs, *stage.after)]
            reads += [CODE[stage.name]] if stage.name in CODE else []
            files = (LAYOUT.file(name, chunk_id) for name in stage.writes)
            writes = [*map(str, files), str(LAYOUT.stamp(stage.name, chunk_id))]
            command = _real(stage.name, chunk_id) if real else _copy(reads[0], writes)
            yield Step(stage.name, chunk_id, tuple(reads), tuple(writes), command)


def _real(stage: str, chunk_id: str) -> str:
    path = f"PYTHONPATH=src:{shlex.quote(str(REPOSITORY))}"
    return f"env {path} {shlex.quote(sys.executable)} -m bench.step {stage} {chunk_id}"


def _copy(source: str, written: list[str]) -> str:
    return f"cp {source} {written[0]}" if len(written) == 1 else f"tee {' '.join(written)} < {source} > /dev/null"


def folders() -> list[str]:
    """The folders that the steps write to."""
    return sorted({str(Path(path).parent) for step in steps(["0"], False) for path in step.writes})
