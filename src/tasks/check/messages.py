"""What passes between a build and a process that runs its tools for it: JSON of the records' codec, in frames.

A frame is its length in four bytes and as many bytes. Nothing that arrives is ever unpickled.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BufferedRWPair
from typing import IO, Literal, TypeAlias, TypeVar

from ..records.codec import decode, encode_line
from .call import MOST_OUTPUT, Run, ToolCall

T = TypeVar("T")

LENGTH = struct.Struct(">I")
MOST_BYTES = 4 * MOST_OUTPUT
"""Of a frame: two streams of a tool, with what JSON adds."""

Fault: TypeAlias = Literal["", "tool", "machine", "lost"]
"""Why there is no run: the tool is not there or another one; the machine cannot run it; nobody can any more."""


@dataclass(frozen=True)
class Question:
    """A call, for a machine that has the same package.

    package: the digest of the package that asks; toolchain: the content of the file lean-toolchain.
    """

    call: ToolCall
    package: str
    toolchain: str


@dataclass(frozen=True)
class Answer:
    """What became of a question: a run, or a fault with a message.

    where: the worker that ran the tool, as MACHINE:PORT; asked: the name of the question that a run answers, so that
    nothing that lies between can mix them up.
    """

    run: Run | None = None
    fault: Fault = ""
    message: str = ""
    where: str = ""
    asked: str = ""


@dataclass(frozen=True)
class Wanted:
    """A tool that a build asks: as ToolCall names it, its identity, and its name and version for a message."""

    tool: str
    identity: str
    version: str


@dataclass(frozen=True)
class Offer:
    """A tool of a machine. problem: why it has no such tool."""

    tool: str
    identity: str = ""
    version: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Demand:
    """What a build asks of a machine before it asks a tool: has it the same package, and which tools?"""

    package: str
    toolchain: str
    tools: tuple[Wanted, ...]


@dataclass(frozen=True)
class Report:
    """A machine's answer. version and package: those of its own package; offers: what it has of the tools named."""

    where: str
    version: str
    package: str
    offers: tuple[Offer, ...] = ()


def ability(package: str, tool: str, identity: str) -> str:
    """The name of what a machine can do that has that package and that tool."""
    return f"duality {sha256(f'{package} {tool} {identity}'.encode()).hexdigest()}"


def version_of(engine: Mapping[str, str]) -> str:
    """An engine in words: name, version, solver or form."""
    more = engine.get("solver") or engine.get("form")
    return f"{engine['name']} {engine['version']}" + (f" ({more})" if more else "")


def name_of(question: bytes) -> str:
    """The name of a packed question."""
    return sha256(question).hexdigest()


def pack(record: object) -> bytes:
    return encode_line(record).encode()


def unpack(kind: type[T], data: bytes) -> T:
    """Raises ValueError for anything that pack would not have made of such a record."""
    return decode(kind, data)


def write_frame(stream: IO[bytes] | BufferedRWPair, data: bytes) -> None:
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes] | BufferedRWPair) -> bytes | None:
    """None where the stream ends, also within a frame. Raises ValueError for a length that no frame has."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    if size > MOST_BYTES:
        raise ValueError(f"a frame of {size} bytes")
    data = stream.read(size)
    return data if len(data) == size else None


def connect(path: str) -> BufferedRWPair:
    """A stream to what listens at a socket of this machine. Raises OSError where nobody does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(path)
        return line.makefile("rwb")
