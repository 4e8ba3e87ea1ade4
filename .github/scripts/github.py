"""GitHub's API, by the `gh` of the shell; GH_TOKEN says as whom."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

REPOSITORY = os.environ["GITHUB_REPOSITORY"]
OURSELVES = "github-actions[bot]"
"""As whom a workflow's token writes."""


def api(path: str, method: str = "GET", **data: Any) -> Any:
    """What the API answers for repos/OWNER/NAME/path, None where that is nothing.

    Ends the program with gh's own message where it refuses.
    """
    command = ["gh", "api", "--method", method, f"repos/{REPOSITORY}/{path}"]
    sent = json.dumps(data) if data else None
    finished = subprocess.run(
        [*command, *(["--input", "-"] if data else [])], input=sent, capture_output=True, text=True, check=False
    )
    if finished.returncode:
        raise SystemExit(f"{method} {path}: {finished.stderr.strip()}")
    return json.loads(finished.stdout or "null")


def ours(path: str, marker: str) -> dict[str, Any] | None:
    """The first of a list (comments or issues) that we wrote under this marker; anybody can write the marker alone."""
    page = 1
    while entries := api(f"{path}{'&' if '?' in path else '?'}per_page=100&page={page}"):
        for entry in entries:
            if entry["user"]["login"] == OURSELVES and (entry["body"] or "").startswith(marker):
                return dict(entry)
        page += 1
    return None
