"""One open issue for as long as the nightly fails: opened by the first failure, updated by those that follow, closed by
the first night that is green again. Needs no package but Python's own: it also tells of a set-up that is broken.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from github import api, ours

MARKER = "<!-- duality-nightly -->"


def main(folder: Path) -> None:
    run = os.environ["RUN"]
    issue = ours("issues?state=open", MARKER)
    if os.environ["RESULT"] == "success":
        if issue is not None:
            api(f"issues/{issue['number']}/comments", "POST", body=f"Green again: {run}")
            api(f"issues/{issue['number']}", "PATCH", state="closed", state_reason="completed")
        return
    try:
        text = (folder / "report" / "summary.md").read_text(encoding="utf-8")
    except OSError:
        text = "The run has left no report; its log says why.\n"
    body = f"{MARKER}\nThe nightly check of all chunks fails. Latest run: {run}\n\n{text}"
    if issue is None:
        api("issues", "POST", title="The nightly check of all chunks fails", body=body)
    else:
        api(f"issues/{issue['number']}", "PATCH", body=body)
        api(f"issues/{issue['number']}/comments", "POST", body=f"Failed again: {run}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
