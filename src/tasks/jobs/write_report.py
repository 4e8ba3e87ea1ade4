"""report: what the out folder shows, beside what another shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from ..plan import Plan
from .job import Job


def run(plan: Plan) -> None:
    """Writes report.json, and the report in every format. A missing or damaged base is reported; it is no failure.

    A failed task leaves no stamp, so its message is taken from the task's last entry in the journal.
    """
    from ..errors import ReportError
    from ..files import write_whole
    from ..records.journal import last_entries
    from ..records.report import make_report, read_report, write_report
    from ..report import FORMATS
    from ..stages import PIPELINE, stages_of
    from ..state.recorded import recorded_ledger

    found, lost = None, ""
    if plan.values["base"]:
        try:
            found = read_report(Path(plan.values["base"]))
        except ReportError as error:
            lost = f"report: {error}"
    of: Literal["all", "pilots"] = "pilots" if plan.values["of"] == "pilots" else "all"
    if of == "pilots":
        plan = replace(plan, corpus=plan.corpus.only(plan.corpus.settings.pilots))
    last = last_entries(plan.layout.journal)
    names = {f"{stage.name}:{chunk_id}" for chunk_id in plan.corpus.ids for stage in stages_of(chunk_id, plan)}
    names |= {name for name in last if name.startswith("_")}
    failures = {
        name.lstrip("_"): entry.message for name, entry in last.items() if entry.result == "failed" and name in names
    }
    report = make_report(recorded_ledger(plan).summarise(failures), last, tuple(stage.name for stage in PIPELINE), of)
    write_report(plan.layout.report, report)
    for form in FORMATS:
        write_whole(plan.layout.out / form.file, form.render(report, found))
    if lost:
        print(lost)


JOB = Job(
    name="report",
    doc="what the build has shown, in Markdown (base=DIR compares it with another; of=pilots)",
    run=run,
    module="jobs/write_report.py",
)
