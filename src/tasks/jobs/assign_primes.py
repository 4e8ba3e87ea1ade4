"""primes: every computational chunk holds the Monster primes that the algorithm gives it."""

from __future__ import annotations

from pathlib import Path

from ..corpus.chunk import Chunk, read_chunk
from ..corpus.document import Document, replace_text
from ..corpus.primes import assign_primes
from ..errors import CheckFailed, DualityError
from ..plan import Plan
from .job import Job


def run(plan: Plan) -> None:
    """Checks the primes of every computational chunk, or with write=yes assigns them. Raises as check_primes."""
    check_primes([plan.corpus.path(chunk_id) for chunk_id in plan.corpus.computational], plan.values["write"] == "yes")


def check_primes(sources: list[Path], write: bool) -> None:
    """Checks (or, with write, assigns) parameters.monsterPrimes of every source.

    Raises CheckFailed that lists the chunks whose primes differ, and those that cannot be read.
    """
    refused: list[str] = []
    wrong: list[str] = []
    written = 0
    for source in sources:
        try:
            chunk, document = read_chunk(source)
        except DualityError as error:
            refused.append(str(error))
            continue
        wanted = assign_primes(chunk.id, chunk.tract)
        found = document.data.get("parameters", {}).get("monsterPrimes")
        if found == list(wanted):
            continue
        if write:
            try:
                replace_text(source, document.text, _with_primes(document, wanted))
            except DualityError as error:
                refused.append(str(error))
                continue
            written += 1
        else:
            wrong.append(_difference(document, chunk, found, wanted))
    if refused or wrong:
        hint = ["`doit primes write=yes` assigns them"] if wrong else []
        raise CheckFailed("\n".join([*refused, *wrong, *hint]))
    count = "1 chunk has its" if len(sources) == 1 else f"{len(sources)} chunks have their"
    print(f"{count} Monster primes" + (f", {written} newly assigned" if write else ""))


def _difference(document: Document, chunk: Chunk, found: list[int] | None, wanted: tuple[int, ...]) -> str:
    pointer = "/parameters/monsterPrimes"
    place = f"{document.path}:{document.line(pointer)}: {pointer}"
    return f"{place}: found {found}, expected {list(wanted)} ({chunk.tract} tract)"


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
    return _insert(text, document.key_start("/constraints"), "parameters", f'{{ "monsterPrimes": {value} }}', True)


def _insert(text: str, at: int, key: str, value: str, more: bool) -> str:
    """text with a key at offset at, where an object's inside or another key starts; white space as that one's."""
    before, after = text[:at], text[at:]
    space = after[: len(after) - len(after.lstrip())]
    if space:
        return f'{before}{space}"{key}": {value}{"," if more else ""}{after}'
    space = before[len(before.rstrip()) :]
    return f'{before}"{key}": {value}{"," + space if more else ""}{after}'


JOB = Job(
    name="primes",
    doc="check each chunk's Monster primes (write=yes assigns them)",
    run=run,
    module="jobs/assign_primes.py",
)
