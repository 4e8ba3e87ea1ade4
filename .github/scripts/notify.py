"""Tells Slack and Discord of a failed nightly, where the secrets hold a webhook; run by with-secrets."""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from pathlib import Path

WEBHOOKS = {"SLACK_WEBHOOK_URL": "text", "DISCORD_WEBHOOK_URL": "content"}
"""Where the message goes, and under which key."""


def main(folder: Path) -> int:
    try:
        text = (folder / "report" / "summary.md").read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
    except OSError:
        text = "Duality: the nightly has left no report"
    message = f"{text}\n{os.environ['RUN']}"
    failed = 0
    for variable, key in WEBHOOKS.items():
        name, url = variable.split("_")[0].capitalize(), os.environ.get(variable, "")
        if not url.startswith(("https://", "http://127.0.0.1:")):
            print(f"{name}: no webhook is set")
            continue
        sent = json.dumps({key: message}).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "duality"}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, sent, headers), timeout=20):
                print(f"{name}: told")
        except (OSError, ValueError) as error:  # never the address: it is the secret
            print(f"{name}: could not be told: {getattr(error, 'reason', type(error).__name__)}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
