"""secrets: fails where a secret can be read in the repository, or in the commits that are about to be pushed."""

from __future__ import annotations

from ..plan import Plan
from .job import Job


def run(plan: Plan) -> None:
    """Runs check.guard, of the commits that the command line names. Raises CheckFailed with what it found.

    It has a process of its own, as its scanner is a library that does not bear the embedded Lean beside it.
    """
    import subprocess
    import sys

    from ..errors import CheckFailed

    command = [sys.executable, "-m", "tasks.check.guard", plan.values["commits"]]
    finished = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if finished.returncode != 0:
        raise CheckFailed(finished.stdout.strip() or f"the guard ended with exit code {finished.returncode}")
    print(finished.stdout.strip())


JOB = Job(
    name="secrets",
    doc="look for secrets that can be read: in the files, and in commits=BASE..HEAD",
    run=run,
    module="jobs/guard_secrets.py",
)
