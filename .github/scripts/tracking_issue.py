"""One open issue for as long as the nightly fails: opened by the first failure, updated by those that follow."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from github import api, ours

from tasks.errors import ReportError
from tasks.records.report import read_report
from tasks.report.markdown import markdown

MARKER = "<!-- duality-nightly -->"


def main(folder: Path) -> None:
    try:
        text = markdown(read_report(folder))
    except ReportError:
        text = "The run has left no report; its log says why.\n"
    run = os.environ["RUN"]
    body = f"{MARKER}\nThe nightly check of all chunks fails. Latest run: {run}\n\n{text}"
    issue = ours("issues?state=open", MARKER)
    if issue is None:
        api("issues", "POST", title="The nightly check of all chunks fails", body=body)
    else:
        api(f"issues/{issue['number']}", "PATCH", body=body)
        api(f"issues/{issue['number']}/comments", "POST", body=f"Failed again: {run}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
