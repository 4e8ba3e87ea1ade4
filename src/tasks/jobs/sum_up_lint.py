"""lint:table: how much of the corpus is really checked, and what lint found."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from ..plan import Plan
from .job import Job


def run(plan: Plan) -> None:
    """Prints how much of the corpus is really checked, and every finding of the stamps of lint.

    A formula in a documentation chunk is not checked.
    """
    from ..check.advice import KINDS
    from ..corpus.chunk import read_chunk
    from ..records.outcomes import Understood
    from ..records.stamp import read_stamp
    from ..stages.lint import Linted, sentences

    layout = plan.layout
    kinds: dict[str, Counter[str]] = {tract: Counter() for tract in ("internal", "external", "bridge", "all")}
    said: list[str] = []
    counted: Counter[str] = Counter()
    proved: Counter[bool] = Counter()
    for chunk_id, computational in plan.corpus.roles.items():
        schema, linted = (
            read_stamp(layout.stamp("schema", chunk_id), Understood),
            read_stamp(layout.stamp("lint", chunk_id), Linted),
        )
        found = asdict(schema.outcome.constraints) if schema else {}
        found["checked"] = found.get("formal", 0) if computational else 0
        chunk, document = read_chunk(layout.source(chunk_id))
        for row in (chunk.tract, "all"):
            kinds[row].update(found)
        if computational and linted:
            findings = (*linted.outcome.findings, *linted.outcome.not_known)
            counted.update(finding.kind for finding in findings)
            proved.update(finding.proved for finding in findings if finding.proved is not None)
            said += sentences(document, layout.settings, findings)
    print(f"{'constraints':<14}{'formal':>8}{'vacuous':>9}{'informal':>10}   really checked")
    for row, count in kinds.items():
        every = count["formal"] + count["vacuous"] + count["informal"]
        share = f"{count['checked']} of {every}" + (f" ({100 * count['checked'] / every:.1f} %)" if every else "")
        print(f"{row:<14}{count['formal']:>8}{count['vacuous']:>9}{count['informal']:>10}   {share}")
    known = f": {proved[True]} proved, {proved[False]} by the solver alone" if proved else ""
    print(f"findings      {', '.join(f'{counted[k]} {k}' for k in KINDS if counted[k]) or 'none'}{known}")
    for line in said:
        print(line)


JOB = Job(
    name="table",
    doc="how much of the corpus is really checked, and all findings",
    run=run,
    module="jobs/sum_up_lint.py",
    beside="lint",
    after=lambda plan: [f"schema:{i}" for i in plan.corpus.ids] + [f"lint:{i}" for i in plan.corpus.computational],
)
