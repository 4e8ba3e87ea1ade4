"""One comment on a pull request, updated in place, from the report that its build left.

The report may come from anybody: it is read as data (tasks.report), and commented only on the pull request whose head
is the very commit of the very branch that GitHub says was built: a commit can be the head of many.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from github import api, ours

from tasks.errors import ReportError
from tasks.records.report import read_report
from tasks.report.markdown import markdown

MARKER = "<!-- duality-report -->"


def main(folder: Path, baseline: Path) -> None:
    try:
        report = read_report(folder)
        base = read_report(baseline) if baseline.exists() else None
    except ReportError as error:
        raise SystemExit(str(error)) from None
    found = re.fullmatch(r"refs/pull/([1-9][0-9]{0,9})/merge", report.ref)
    if found is None:
        raise SystemExit("the report is not of a pull request")
    number = int(found.group(1))
    pull = api(f"pulls/{number}")
    head = pull["head"]
    built = {key: os.environ[f"HEAD_{key}"] for key in ("SHA", "BRANCH", "REPOSITORY")}
    # A repository that was deleted since is null.
    found_there = {"SHA": head["sha"], "BRANCH": head["ref"], "REPOSITORY": (head["repo"] or {}).get("full_name")}
    if other := [key.lower() for key, value in built.items() if found_there[key] != value]:
        print(f"the head of pull request {number} is not what was built ({', '.join(other)}); nothing is written")
        return
    body = f"{MARKER}\n{markdown(report, base)}\n[The run]({os.environ['RUN']})\n"
    comment = ours(f"issues/{number}/comments", MARKER)
    if comment is None:
        api(f"issues/{number}/comments", "POST", body=body)
    elif comment["body"] != body:
        api(f"issues/comments/{comment['id']}", "PATCH", body=body)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
