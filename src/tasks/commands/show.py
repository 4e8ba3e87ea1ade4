"""`doit show`: what is known of a chunk, from its file, its stamps and the journal."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..project import Build
from ..selection import chunks_named
from .command import Command

if TYPE_CHECKING:
    from ..language.statement import Statement
    from ..ledger import Ledger
    from ..specification import Specification

_BAR = 40
"""Columns of the longest bar."""


class Show(Command):
    name = "show"
    doc_purpose = "show what is known of a chunk: constraints, witness, verdicts, times"
    doc_usage = "CHUNK ..."
    doc_description = (
        "For each chunk: every constraint with its kind, its form in MiniZinc and in Lean, and what it has to spare at "
        "the witness (0: it is tight); the witness; the balance interval; and who judged, when and how long. What does "
        "not hold for the files as they are is not shown."
    )

    def run(self, build: Build, params: Any, args: Sequence[str]) -> None:
        from ..errors import UsageError
        from ..state.recorded import recorded_ledger

        if not args:
            raise UsageError("expected a chunk, such as `doit show 06`")
        ids = chunks_named(args, build)
        ledger = recorded_ledger(build.plan)
        width = shutil.get_terminal_size().columns
        print("\n\n".join("\n".join(describe(ledger, chunk_id, width)) for chunk_id in ids))


def describe(ledger: Ledger, chunk_id: str, width: int = 100) -> Iterator[str]:
    """What is known of a chunk, in lines. Raises CorpusError where its file is not valid."""
    from ..render.text import label, lines, visible
    from ..specification import read_specification

    plan = ledger.plan
    spec = read_specification(plan.layout.source(chunk_id))
    chunk = spec.chunk
    yield from lines(f"chunk {chunk_id}: {chunk.title}", max(40, width - 1))
    tract = f"{chunk.tract} tract, N = {chunk.total}"
    yield f"{tract}, P = {{{', '.join(map(str, chunk.primes))}}}" if chunk.primes else tract
    x = witness(ledger, chunk_id)
    yield ""
    if x:
        yield from picture(x, chunk.total, width)
    elif plan.corpus.roles[chunk_id]:
        yield f"no witness is known: `doit {chunk_id}` builds the chunk, `doit explain {chunk_id}` says why it fails"
    else:
        yield "a documentation chunk: its constraints are not checked"
    forms = _forms(ledger, spec)
    for constraint, statement, (minizinc, lean) in zip(chunk.constraints, spec.statements, forms, strict=True):
        yield ""
        yield f"{label(constraint.name)}: {state(spec, statement, x)}"
        yield f"  {visible(constraint.text)}"
        if minizinc:
            yield f"  MiniZinc  {minizinc}"
        if lean:
            first, *more = lean.splitlines()
            yield f"  Lean      {first}"
            yield from (f"            {line}" for line in more)
    yield from _verdicts(ledger, chunk_id)


def brief(ledger: Ledger, chunk_id: str, width: int = 100) -> Iterator[str]:
    """The witness of a chunk, what its constraints have to spare there, and its balance; nothing where none holds."""
    from ..render.text import label
    from ..specification import read_specification

    x = witness(ledger, chunk_id)
    if not x:
        return
    spec = read_specification(ledger.plan.layout.source(chunk_id))
    yield f"chunk {chunk_id}: x = {list(x)}"
    rows = [
        (label(constraint.name), state(spec, statement, x))
        for constraint, statement in zip(spec.chunk.constraints, spec.statements, strict=True)
    ]
    wide = max((len(name) for name, _ in rows), default=0)
    yield from (f"  {name:<{wide}}  {what}" for name, what in rows)
    yield from (f"  {line}" for line in _balance(ledger, chunk_id))


def witness(ledger: Ledger, chunk_id: str) -> tuple[int, ...]:
    from ..records.outcomes import Solved

    found = ledger.outcome(Solved, chunk_id)
    return found.witness if found else ()


def picture(x: Sequence[int], total: int, width: int = 100) -> Iterator[str]:
    """A point as bars: a row for each coordinate, and one for each tract."""
    columns = max(8, min(_BAR, width - 24))
    for i, value in enumerate(x, start=1):
        tract = {1: "internal", 5: "external"}.get(i, "")
        yield f"{tract:<9} x[{i}] {value:>6}  {bar(value, max(*x, 1), columns)}".rstrip()
    inner, outer = sum(x[:4]), sum(x[4:])
    yield f"T_int = {inner}, T_ext = {outer}, |T_int - T_ext| = {abs(inner - outer)}, of N = {total}"


def bar(value: int, most: int, columns: int) -> str:
    """A bar of at most columns characters, drawn to an eighth of one."""
    eighths = round(8 * columns * max(0, value) / most)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def state(spec: Specification, statement: Statement, x: Sequence[int]) -> str:
    """The kind of a constraint, and what it has to spare at a point."""
    from ..language.slack import slack

    if statement.kind != "formal" or statement.expression is None:
        return {"informal": "a claim in words, not checked", "vacuous": "vacuous: constantly true"}[statement.kind]
    if not x:
        return "formal"
    spare = slack(statement.expression, x, spec.chunk.total, spec.chunk.primes)
    if spare < 0:
        return "violated" if math.isinf(spare) else f"violated, by {-spare}"
    return "holds at every point" if math.isinf(spare) else "tight" if spare == 0 else f"{spare} to spare"


def _forms(ledger: Ledger, spec: Specification) -> Iterator[tuple[str, str]]:
    """What the rendered files state of each constraint, "" for those that do not hold."""
    from ..files import text_of
    from ..render.forms import forms_in_model, forms_in_module
    from ..render.text import names

    layout, chunk_id = ledger.plan.layout, spec.chunk.id
    model = text_of(layout.model(chunk_id)) if ledger.stamp_named("render_mzn", chunk_id) else ""
    module = text_of(layout.module(chunk_id)) if ledger.stamp_named("render_lean", chunk_id) else ""
    minizinc, lean = forms_in_model(model), forms_in_module(module)
    for name in names(constraint.name for constraint in spec.chunk.constraints):
        yield minizinc.get(name, ""), lean.get(name, "")


def _verdicts(ledger: Ledger, chunk_id: str) -> Iterator[str]:
    from ..records.journal import last_entries
    from ..records.summary import engine_text
    from ..stages import stages_of

    last = last_entries(ledger.plan.layout.journal)
    yield ""
    yield from _balance(ledger, chunk_id)
    for stage in stages_of(chunk_id, ledger.plan):
        stamp, entry = ledger.stamp(stage, chunk_id), last.get(f"{stage.name}:{chunk_id}")
        if stamp is None:
            failed = entry is not None and entry.result == "failed"
            yield f"{stage.name:<12} {'failed' if failed else 'does not hold for the files as they are'}"
            continue
        when = f"  {entry.seconds:7.2f} s  {entry.time[:19].replace('T', ' ')}" if entry else ""
        engines = ", ".join(engine_text(engine) for engine in stamp.engines)
        yield f"{stage.name:<12} {stamp.status:<7}{when}  {engines}".rstrip()


def _balance(ledger: Ledger, chunk_id: str) -> Iterator[str]:
    from ..records.outcomes import Balanced, Proved

    if found := ledger.outcome(Balanced, chunk_id):
        proved = ledger.outcome(Proved, chunk_id)
        who = "Lean has proved the limit"
        if proved is None or proved.balanced is None:
            who = "the solver alone says so" + (f": {proved.unproved}" if proved else "")
        interval = f"|T_int - T_ext| is {found.least} to {found.most} over all valid points, limit {found.limit}"
        yield f"{interval}; {who}"
