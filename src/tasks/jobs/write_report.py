"""report: what the out folder shows, beside what another shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..plan import Plan
from .job import Job

if TYPE_CHECKING:
    from ..records.report import Report

_MOST = 20
"""Lines of changes that are printed; the report has them all."""


def run(plan: Plan) -> None:
    """Writes report.json, and the report in every format, and prints where.

    A missing or damaged base is reported; it is no failure.

    A failed task leaves no stamp, so its message is taken from the task's last entry in the journal.
    """
    from ..errors import ReportError
    from ..files import write_whole
    from ..records.journal import entries, now
    from ..records.report import make_report, read_report, write_report
    from ..report import FORMATS
    from ..report.evidence import Evidence
    from ..stages import PIPELINE, stages_of
    from ..state.recorded import recorded_ledger
    from .evidence import dossiers, steps

    layout = plan.layout
    base, lost = None, ""
    if plan.values["base"]:
        try:
            base = read_report(Path(plan.values["base"]))
        except ReportError as error:
            lost = f"report: {error}"
    of: Literal["all", "pilots"] = "pilots" if plan.values["of"] == "pilots" else "all"
    if of == "pilots":
        plan = replace(plan, corpus=plan.corpus.only(plan.corpus.settings.pilots))
    journal = tuple(entries(layout.journal))
    last = {entry.task: entry for entry in journal}
    names = {f"{stage.name}:{chunk_id}" for chunk_id in plan.corpus.ids for stage in stages_of(chunk_id, plan)}
    names |= {name for name in last if name.startswith("_")}
    failures = {
        name.lstrip("_"): entry.message for name, entry in last.items() if entry.result == "failed" and name in names
    }
    ledger = recorded_ledger(plan)
    chunks = {dossier.id: dossier for dossier in dossiers(plan, ledger)}
    formulas = {i: {claim.name: claim.text for claim in dossier.claims} for i, dossier in chunks.items()}
    order = tuple(stage.name for stage in PIPELINE)
    report = make_report(ledger.summarise(failures), last, order, of, formulas)
    write_report(layout.report, report)
    evidence = Evidence(
        report, base, chunks, steps(plan), journal, layout.chunks.as_posix(), layout.out.as_posix(),
        layout.reports.as_posix(), now(),
    )  # fmt: skip
    layout.reports.mkdir(parents=True, exist_ok=True)
    for form in FORMATS:
        write_whole(layout.reports / form.file, form.render(evidence))
    print(f"report: {layout.reports / FORMATS[0].file}")
    if lost:
        print(lost)
    if base:
        _print_changes(report, base)


def _print_changes(report: Report, base: Report) -> None:
    """Prints which constraints are not those of the base."""
    from ..errors import visible
    from ..records.report import changed_formulas

    lines = [
        f"{chunk_id}: {visible(name)} {'is new' if not old else 'is gone' if not new else 'changed'}"
        for chunk_id, row in report.chunks.items()
        if chunk_id in base.chunks
        for name, (old, new) in changed_formulas(row, base.chunks[chunk_id]).items()
    ]
    print("\n".join(lines[:_MOST]) if lines else "no constraint has changed against the base")
    if len(lines) > _MOST:
        print(f"and {len(lines) - _MOST} more constraints")


JOB = Job(
    name="report",
    doc="what the build has shown, as a page and for other tools (base=DIR compares it with another; of=pilots)",
    run=run,
    module="jobs/write_report.py",
)
