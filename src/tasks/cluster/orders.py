"""What a build and its bridge to a cluster say to each other before the first task runs."""

from __future__ import annotations

from dataclasses import dataclass

from ..check.messages import Demand


@dataclass(frozen=True)
class Orders:
    """What the bridge is to do. address: of a scheduler, or "dask" for a cluster of its own with so many slots."""

    address: str
    socket: str
    slots: int
    demand: Demand


@dataclass(frozen=True)
class Ready:
    """error: why the build cannot go on, or "". slots: how many calls run at a time; notes: what to tell the user."""

    error: str = ""
    slots: int = 0
    where: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def count_file(socket: str) -> str:
    """The file beside a bridge's socket that holds how many calls run."""
    return f"{socket}.count"
