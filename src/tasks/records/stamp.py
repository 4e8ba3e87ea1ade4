"""Stamps: what was checked, by which engine, on which inputs, with which outcome.

A stamp holds no time and no path of the machine, so its bytes change only when its meaning does. Times go to
the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeAlias, TypeVar

from .. import __version__
from ..errors import RecordError
from ..files import digest, text_of

Engine: TypeAlias = Mapping[str, str]
"""At least name and version. An engine that is asked has an identity too, which is in no stamp."""
Status: TypeAlias = Literal["passed", "warned"]
O = TypeVar("O")  # noqa: E741

FORMAT = 2
OURSELVES: Engine = {"name": "duality", "version": __version__}


@dataclass(frozen=True)
class Stamp(Generic[O]):
    """A check that passed, or that was let pass with a warning.

    inputs and outputs map the names of files (see Layout.name_of), and of earlier outcomes, to their SHA-256;
    outcome is of the stage's own type.
    """

    stage: str
    chunk: str
    status: Status
    engines: tuple[dict[str, str], ...]
    inputs: dict[str, str]
    outputs: dict[str, str]
    outcome: O
    format: int = FORMAT


def is_identified(engine: Engine) -> bool:
    """Whether it is known which files the engine is made of."""
    return bool(engine.get("identity"))


def without_identity(engine: Engine) -> dict[str, str]:
    """An engine as stamps name it."""
    return {key: value for key, value in engine.items() if key != "identity"}


def decode_stamp(text: str, path: Path, outcome: type[O]) -> Stamp[O]:
    """The stamp in text, which was read from path (STAGE/NN.json).

    Raises RecordError where it is not a stamp of this format, of that stage and chunk, with an outcome of that type.
    """
    from .codec import decode

    try:
        stamp: Stamp[O] = decode(Stamp[outcome], text)  # type: ignore[valid-type]
        if stamp.format != FORMAT:
            raise ValueError(f"format {stamp.format}")
        if (stamp.stage, stamp.chunk) != (path.parent.name, path.stem):
            raise ValueError(f"it is the stamp of {stamp.stage}:{stamp.chunk}")
    except ValueError as error:
        again = f"`doit forget {path.parent.name}:{path.stem}`, and build again"
        raise RecordError(f"{path}: not a valid stamp: {error}; {again}") from None
    return stamp


def read_stamp(path: Path, outcome: type[O], sha256: str = "") -> Stamp[O] | None:
    """The stamp at path, None where there is no valid one, or another than that with the SHA-256, if one is given."""
    text = text_of(path)
    try:
        return None if sha256 and digest(text) != sha256 else decode_stamp(text, path, outcome)
    except RecordError:
        return None
