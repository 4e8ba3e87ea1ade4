"""schema:names: every file that is meant as a chunk is named as one."""

from __future__ import annotations

from ..errors import CorpusError
from ..plan import Plan
from .job import Job


def run(plan: Plan) -> None:
    """Raises CorpusError where files of the folder are meant as chunks but are not named as chunks."""
    if plan.corpus.misnamed:
        expected = "expected a name of the form chunk-NN.constraints.json, NN two or more digits"
        raise CorpusError(
            "\n".join(
                f"{plan.layout.chunks / name}: not the name of a chunk; {expected}" for name in plan.corpus.misnamed
            )
        )


JOB = Job(
    name="names",
    doc="every file that is meant as a chunk is named as one",
    run=run,
    module="jobs/check_names.py",
    beside="schema",
    is_kept=True,
    settings=lambda plan: {"misnamed": list(plan.corpus.misnamed)},
)
