"""primes: every computational chunk holds the Monster primes that the algorithm gives it."""

from __future__ import annotations

import re
from pathlib import Path

from ..corpus.chunk import Chunk, read_chunk
from ..corpus.document import Document
from ..corpus.primes import assign_primes
from ..errors import CheckFailed, DualityError
from ..files import write_whole


def run(sources: list[Path], write: bool) -> None:
    """Checks (or, with write, assigns) parameters.monsterPrimes of every source.

    Raises CheckFailed that lists the chunks whose primes differ, and those that cannot be read.
    """
    wrong, written = [], 0
    for source in sources:
        try:
            chunk, document = read_chunk(source)
        except DualityError as error:
            wrong.append(str(error))
            continue
        wanted = assign_primes(chunk.id, chunk.tract)
        found = document.data.get("parameters", {}).get("monsterPrimes")
        if found == list(wanted):
            continue
        if write:
            write_whole(source, _with_primes(document, wanted))
            written += 1
        else:
            wrong.append(_difference(document, chunk, found, wanted))
    if wrong:
        raise CheckFailed("\n".join([*wrong, "`doit primes write=yes` assigns them"]))
    print(f"{len(sources)} chunks hold their Monster primes" + (f", {written} of them newly assigned" if write else ""))


def _difference(document: Document, chunk: Chunk, found: list[int] | None, wanted: tuple[int, ...]) -> str:
    pointer = "/parameters/monsterPrimes"
    return f"{document.path}:{document.line(pointer)}: {pointer}: found {found}, expected {list(wanted)} ({chunk.tract} tract)"


def _with_primes(document: Document, primes: tuple[int, ...]) -> str:
    """The document's text with these primes, every other character as it was."""
    text, data = document.text, document.data
    value = f"[{', '.join(map(str, primes))}]"
    if "monsterPrimes" in data.get("parameters", {}):
        start, end = document.span("/parameters/monsterPrimes")
        return text[:start] + value + text[end:]
    if "parameters" in data:
        start, _ = document.span("/parameters")
        return _insert(text, start + 1, "monsterPrimes", value, bool(data["parameters"]))
    start, _ = document.span("/constraints")
    at = text.rindex('"constraints"', 0, start)
    return _insert(text, at, "parameters", f'{{ "monsterPrimes": {value} }}', True)


def _insert(text: str, at: int, key: str, value: str, more: bool) -> str:
    """text with a key at offset at, the start of an object's inside or of a key; white space as its neighbour has it."""
    found = re.match(r"\s*", text[at:])
    space = found.group(0) if found else ""
    if not space:
        before = re.search(r"\s*$", text[:at])
        return text[:at] + f'"{key}": {value}' + ("," + (before.group(0) if before else "") if more else "") + text[at:]
    return text[:at] + f'{space}"{key}": {value}' + ("," if more else "") + text[at:]
