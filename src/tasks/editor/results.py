"""What the last build found out about exactly the text that an editor shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ..corpus.names import file_name
from ..files import digest
from ..layout import Layout
from ..records.outcomes import Balanced, Proved, Solved
from ..records.stamp import Stamp, read_stamp
from ..records.summary import engine_text

O = TypeVar("O")  # noqa: E741


@dataclass(frozen=True)
class Results:
    """witness: 8 integers; the others are "" and None where the stage did not pass for this text."""

    witness: tuple[int, ...]
    solver: str
    prover: str
    balance: Balanced | None


def results_of(layout: Layout, chunk_id: str, text: str) -> Results | None:
    """What the stamps say of a chunk whose file has this text; None where they are about another text, or no build
    solved it.
    """
    source = {f"chunks/{file_name(chunk_id)}": digest(text)}
    solved = _stamp(layout, "solve", chunk_id, Solved, source)
    if solved is None or len(solved.outcome.witness) != 8:
        return None
    rendered = _stamp(layout, "render_lean", chunk_id, object, source)
    proved = _stamp(layout, "prove", chunk_id, Proved, {})
    balanced = _stamp(layout, "balance", chunk_id, Balanced, source)
    is_proved = rendered and proved and rendered.outputs.items() & proved.inputs.items()
    return Results(
        solved.outcome.witness, _named(solved), _named(proved) if is_proved else "",
        balanced.outcome if balanced else None,
    )  # fmt: skip


def _stamp(layout: Layout, stage: str, chunk_id: str, outcome: type[O], inputs: dict[str, str]) -> Stamp[O] | None:
    """The stamp, where it is about these inputs."""
    found = read_stamp(layout.stamp(stage, chunk_id), outcome)
    return found if found and inputs.items() <= found.inputs.items() else None


def _named(stamp: Stamp[Any] | None) -> str:
    return ", ".join(map(engine_text, stamp.engines)) if stamp else ""


def layout_of(path: Path, own: Layout) -> Layout:
    """Where the build of the corpus reads and writes that the file at path belongs to: the command's own folders where
    it is about that corpus, else `rendered` beside the folder of chunks.
    """
    folder = path.parent
    if folder == own.chunks.absolute():
        return Layout(folder, own.out.absolute())
    return Layout(folder, folder.parent / "rendered")
