"""Tasks about the corpus or the repository as a whole; one module each."""

from __future__ import annotations

from . import assign_primes, check_names, guard_secrets, sum_up_lint, write_package, write_report
from .job import Job

JOBS: tuple[Job, ...] = (
    check_names.JOB,
    write_package.JOB,
    assign_primes.JOB,
    guard_secrets.JOB,
    sum_up_lint.JOB,
    write_report.JOB,
)
