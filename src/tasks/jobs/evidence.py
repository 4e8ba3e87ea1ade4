"""Gathers what a report is made from: the chunks as they are, the results that hold, and the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..corpus.chunk import Chunk, parse_chunk
from ..corpus.document import Document, pointer_to, read_text
from ..corpus.settings import allows_informal
from ..errors import CorpusError, Mistake
from ..files import text_of
from ..ledger import Ledger
from ..plan import Plan
from ..records.outcomes import Balanced, Compared, Proved
from ..render.forms import forms_in_model, forms_in_module, kind_in_model
from ..render.text import names
from ..report.evidence import Claim, Dossier, Kind, Region, Step, Wrong
from ..specification import understand
from ..stages import PIPELINE, earlier


def steps(plan: Plan) -> tuple[Step, ...]:
    """The stages of a build of the plan."""
    return tuple(
        Step(stage.name, stage.doc, tuple(other.name for other in earlier(stage, plan)), stage.asked_engines(plan),
             stage.documentation)
        for stage in PIPELINE if stage.is_on(plan)
    )  # fmt: skip


def dossiers(plan: Plan, ledger: Ledger) -> Iterator[Dossier]:
    """What is known of each chunk, in the order of the corpus."""
    layout = plan.layout
    for chunk_id, computational in plan.corpus.roles.items():
        source, model, module = (file(chunk_id) for file in (layout.source, layout.model, layout.module))
        dossier = Dossier(
            chunk_id, source.as_posix(), model.as_posix(), module.as_posix(), documentation=not computational,
            pilot=chunk_id in plan.corpus.settings.pilots,
            proved=ledger.outcome(Proved, chunk_id),
            compared=ledger.outcome(Compared, chunk_id),
            balanced=ledger.outcome(Balanced, chunk_id),
        )  # fmt: skip
        yield _read(plan, ledger, dossier)


def _read(plan: Plan, ledger: Ledger, dossier: Dossier) -> Dossier:
    """The dossier with what stands in the chunk's file."""
    path = Path(dossier.source)
    try:
        text = read_text(path)
    except CorpusError:  # the failure of its stage `schema` says why
        return dossier
    if not ledger.stamp_named("schema", dossier.id):
        dossier = replace(dossier, mistakes=tuple(_mistakes(plan, dossier, path, text)))
    try:
        chunk, document = parse_chunk(path, text)
    except CorpusError:
        return dossier
    return replace(
        dossier, title=chunk.title, goal=chunk.goal, tract=chunk.tract, objective=chunk.objective,
        total=chunk.total, primes=chunk.primes, claims=tuple(_claims(plan, ledger, chunk, document)),
    )  # fmt: skip


def _mistakes(plan: Plan, dossier: Dossier, path: Path, text: str) -> Iterator[Wrong]:
    """What is wrong in the chunk's file, where it has a place there."""
    try:
        understand(path, text, informal=allows_informal(plan.corpus.settings.informal, dossier.documentation))
    except CorpusError as error:
        for mistake in error.mistakes:
            if isinstance(mistake, Mistake):
                yield Wrong(_region(text, mistake.start, mistake.end), mistake.what)


def _claims(plan: Plan, ledger: Ledger, chunk: Chunk, document: Document) -> Iterator[Claim]:
    """The constraints of a chunk, with what each states in the rendered files that hold."""
    model, module = (
        text_of(plan.layout.file(file, chunk.id)) if ledger.stamp_named(stage, chunk.id) else ""
        for stage, file in (("render_mzn", "model"), ("render_lean", "module"))
    )
    minizinc, lean = forms_in_model(model), forms_in_module(module)
    kinds = () if model else _kinds(document.path, document.text)
    for index, (constraint, name) in enumerate(
        zip(chunk.constraints, names(c.name for c in chunk.constraints), strict=True)
    ):
        kind: Kind = kinds[index] if kinds else "unknown"
        if model:  # which costs less than to read the formulas again
            kind = kind_in_model(model, constraint.name, name in minizinc)
        start, end = document.span(pointer_to("constraints", index, "expr"))
        yield Claim(
            constraint.name, kind, constraint.text, constraint.notes, _region(document.text, start, end),
            minizinc.get(name, ""), lean.get(name, ""),
        )  # fmt: skip


def _kinds(path: Path, text: str) -> Sequence[Kind]:
    """The kind of each constraint; nothing where one of them is wrong."""
    try:
        return [statement.kind for statement in understand(path, text).statements]
    except CorpusError:
        return ()


def _region(text: str, start: int, end: int) -> Region:
    lines = [text.count("\n", 0, at) + 1 for at in (start, end)]
    columns = [at - text.rfind("\n", 0, at) for at in (start, end)]
    return Region(lines[0], columns[0], lines[1], columns[1])
