"""What a build's report says of each check by the name that people require it by. Reads no package but Python's own.

checks.py FOLDER: a table of all checks, as Markdown. checks.py FOLDER CHECK: one of them; exit code 1 unless it passed.
SETUP, how the step setup-nix ended, is that check's result.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

PILOTS = {
    "validate-json-schema": ("schema",),
    "render-pilots": ("render_mzn", "render_lean"),
    "validate-minizinc": ("solve",),
    "validate-lean": ("sample", "prove"),
    "cross-check": ("crosscheck",),
    "validate-tract-balance": ("balance",),
}
ALL = {
    "validate-all-json-schema": ("schema",),
    "render-all": ("render_mzn", "render_lean"),
    "validate-all-minizinc": ("solve",),
    "validate-all-lean": ("sample", "prove"),
    "cross-check-all": ("crosscheck",),
    "validate-tract-balance": ("balance",),
}
"""The stages that each check is about."""


def counts(report: dict[str, Any], stages: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The tasks of these stages that passed, perhaps with warnings, and the others, each with its result."""
    good, bad = [], []
    for chunk_id, row in report["chunks"].items():
        for stage in stages:
            if result := row["stages"].get(stage):
                (good if result in ("passed", "warned") else bad).append(f"{stage}:{chunk_id} {result}")
    return good, bad


def main(folder: Path, check: str = "") -> int:
    if check == "setup-nix":
        print(f"setup-nix: {os.environ['SETUP'] or 'did not run'}")
        return int(os.environ["SETUP"] != "success")
    try:
        report = json.loads((folder / "report.json").read_bytes())
    except (OSError, ValueError) as error:
        print(f"{check or 'checks'}: there is no report to read ({error}); the build's log says why")
        return 1
    checks = ALL if report["of"] == "all" else PILOTS
    results = {name: counts(report, stages) for name, stages in checks.items()}
    bad = sum(len(missed) for _, missed in results.values()) + len(report["failures"])
    if not check:
        print("| check | tasks passed | not passed |\n|---|--:|--:|")
        for name, (good, missed) in results.items():
            print(f"| {name} | {len(good)} | {len(missed)} |")
        print(f"| summary | {'passed' if not bad else 'not passed'} | |\n")
        return 0
    if check == "summary":
        print("summary: everything passed" if not bad else "summary: something did not pass; the other checks say what")
        return int(bad > 0)
    good, missed = results[check]
    print("\n".join([f"{check}: {len(good)} tasks passed, {len(missed)} did not", *missed]))
    return int(bool(missed) or not good)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
