"""Stamps: what was checked, by which engine, on which inputs, with which outcome.

A stamp holds no time and no path of the machine, so its bytes change only when its meaning does. Times go to
the journal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from . import __version__
from .errors import CorpusError
from .files import write_whole

Engine: TypeAlias = Mapping[str, str]
"""At least name and version; identity, where it has one, says which files it is made of, and is in no stamp."""

OURSELVES: Engine = {"name": "duality", "version": __version__}


def to_json(data: Any) -> str:
    """Deterministic JSON: sorted keys, two spaces, a final newline."""
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write_stamp(
    path: Path, *, chunk: str, stage: str, engine: Engine, inputs: Mapping[str, str], outcome: Mapping[str, Any],
    status: Literal["passed", "warned"] = "passed",
) -> None:  # fmt: skip
    """Writes the stamp of a check that passed, or that was let pass with a warning; inputs maps names to SHA-256."""
    shown = {key: value for key, value in engine.items() if key != "identity"}
    stamp = {
        "chunk": chunk, "stage": stage, "status": status,
        "engine": shown, "inputs": dict(inputs), "outcome": dict(outcome),
    }  # fmt: skip
    write_whole(path, to_json(stamp))


def read_stamp(path: Path) -> dict[str, Any] | None:
    """The stamp at path (STAGE/NN.json), None where there is none that can be read and is of that stage and chunk."""
    try:
        stamp = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(stamp, dict) or not isinstance(stamp.get("outcome"), dict):
        return None
    named = stamp.get("stage"), stamp.get("chunk")
    return stamp if stamp.get("status") in ("passed", "warned") and named == (path.parent.name, path.stem) else None


def read_witness(solved: Path) -> list[int]:
    """The witness (8 integers) in a stamp of solve. Raises CorpusError where there is none."""
    stamp = read_stamp(solved)
    witness = stamp["outcome"].get("witness") if stamp else None
    if not isinstance(witness, list) or len(witness) != 8:
        raise CorpusError(f"{solved}: no stamp with a witness; `doit forget` the solve task and build again")
    return witness


def note_in_journal(
    journal: Path, task: str, seconds: float, verdicts: Mapping[str, int], failure: str | None = None
) -> None:
    """Appends one line to the journal; one write, so that lines of parallel tasks do not mix.

    verdicts counts those that tools gave and those that were found in the cache.
    """
    line: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "task": task, "result": "passed" if failure is None else "failed", "seconds": round(seconds, 3),
        **({} if failure is None else {"message": failure}),
    }  # fmt: skip
    if any(verdicts.values()):
        line["verdicts"] = dict(verdicts)
    journal.parent.mkdir(parents=True, exist_ok=True)
    with open(journal, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read_journal(journal: Path) -> dict[str, dict[str, Any]]:
    """The last line of each task. A line that is torn, or not ours, is passed over."""
    last: dict[str, dict[str, Any]] = {}
    try:
        lines = journal.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return last
    for text in lines:
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and {"task", "result", "seconds"} <= line.keys():
            last[str(line["task"])] = line
    return last
