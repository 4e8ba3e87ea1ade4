"""secrets: fails where a secret can be read in the repository, or in the commits that are about to be pushed."""

from __future__ import annotations

from ..plan import Plan
from .job import Job


def run(plan: Plan) -> None:
    """As check.guard.guard, of the commits that the command line names."""
    from ..check.guard import guard

    guard(plan.values["commits"])


JOB = Job(
    name="secrets",
    doc="look for secrets that can be read: in the files, and in commits=BASE..HEAD",
    run=run,
    module="jobs/guard_secrets.py",
)
