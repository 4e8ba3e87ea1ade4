"""Proposes the flake.lock that lies here where it is not the commit's: a branch of one commit, a pull request where
none is open, and the checks, which a push by a workflow's token does not start.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from github import REPOSITORY, api

FILE = "flake.lock"
BRANCH = "update-flake-lock"
TITLE = "Update the inputs of the flake"
CHECKS = ("duality-nix.yml", "duality-nix-smoke.yml")


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def main() -> None:
    content = Path(FILE).read_text(encoding="utf-8")
    if content == git("show", f"HEAD:{FILE}"):
        print("nothing to propose: the inputs are the newest")
        return
    entry = {"path": FILE, "mode": "100644", "type": "blob", "content": content}
    tree = api("git/trees", "POST", base_tree=git("rev-parse", "HEAD^{tree}").strip(), tree=[entry])["sha"]
    commit = api("git/commits", "POST", message=TITLE, tree=tree, parents=[git("rev-parse", "HEAD").strip()])["sha"]
    # At once: a branch without a commit of its own, if only for a moment, closes its pull request.
    if any(ref["ref"] == f"refs/heads/{BRANCH}" for ref in api(f"git/matching-refs/heads/{BRANCH}")):
        api(f"git/refs/heads/{BRANCH}", "PATCH", sha=commit, force=True)
    else:
        api("git/refs", "POST", ref=f"refs/heads/{BRANCH}", sha=commit)
    if not api(f"pulls?state=open&head={REPOSITORY.split('/')[0]}:{BRANCH}&per_page=1&page=1"):
        body = "What `nix flake update` made of it. The runs of this branch say whether everything still holds."
        api("pulls", "POST", title=TITLE, head=BRANCH, base=os.environ["BASE"], body=body)
    for workflow in CHECKS:
        api(f"actions/workflows/{workflow}/dispatches", "POST", ref=BRANCH)
    print(f"proposed as {commit}")


if __name__ == "__main__":
    main()
