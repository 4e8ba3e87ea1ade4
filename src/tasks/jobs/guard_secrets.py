"""secrets: nothing secret can be read in the repository, or in the commits that are about to be pushed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..check.secrets import encryption_faults, plain_secrets, recipients
from ..errors import CheckFailed, CorpusError
from ..plan import Plan
from ..render.text import visible
from .job import Job

FOLDER = Path(".github/workflows/secrets")
TEMPLATE = "example.sops.yaml"
RULES = Path(".sops.yaml")
LARGEST = 4 * 1024 * 1024
_SKIPPED = {".git", ".venv", "node_modules", "__pycache__", "rendered"}


def guard(commits: str) -> None:
    """Looks at every file that is or could be committed, at the encrypted ones, and at the lines that commits add.

    commits is a range such as main..HEAD; "" stands for those that the upstream of this branch does not have, where
    there is one. Says what it looked at. Raises CheckFailed with every finding.
    """
    found = [*_encrypted()]
    files, listed = _files()
    looked = skipped = 0
    for path in files:
        text = _text(path)
        if text is None:
            skipped += 1
            continue
        looked += 1
        found += [f"{visible(str(path))}:{f.line}: {f.kind} ({visible(f.shown)})" for f in plain_secrets(text)]
    where = f"{looked} files{'' if listed else ' (no git repository: all that lie here)'}"
    if skipped:
        where += f", {skipped} that hold no text left out"
    if listed:
        upstream = _git("rev-parse", "--abbrev-ref", "@{upstream}") if not commits else None
        wanted = commits or (f"{upstream.strip()}..HEAD" if upstream else "")
        if wanted:
            count, more = _commits(wanted)
            found += more
            where += f", {count} commits of {visible(wanted)}"
        else:
            where += "; no commits: this branch has no upstream (commits=BASE..HEAD names them)"
    elif commits:
        raise CorpusError(f"commits={visible(commits)}: this is no git repository")
    if found:
        raise CheckFailed("\n".join([*found, f"looked at {where}", "whatever was committed is known: revoke it first"]))
    print(f"no secret in plain text: looked at {where}")


def _encrypted() -> Iterator[str]:
    if not FOLDER.is_dir():
        return
    try:
        known = recipients(_yaml(RULES))
    except (CorpusError, ValueError) as error:
        yield f"{RULES}: {error}"
        known = set()
    for path in sorted(FOLDER.iterdir()):
        if path.name == TEMPLATE:
            continue
        if path.suffix not in (".yaml", ".yml") or path.is_symlink():
            yield f"{visible(str(path))}: only SOPS files in YAML belong here"
            continue
        try:
            document = _yaml(path)
        except CorpusError as error:
            yield f"{visible(str(path))}: {error}"
            continue
        yield from (f"{visible(str(path))}: {visible(fault)}" for fault in encryption_faults(document, known))


def _yaml(path: Path) -> Any:
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise CorpusError(f"cannot be read as YAML: {type(error).__name__}") from None


def _git(*arguments: str) -> str | None:
    """What git prints, None where it fails or there is none."""
    try:
        finished = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except OSError:
        return None
    return finished.stdout.decode("utf-8", "replace") if finished.returncode == 0 else None


def _files() -> tuple[list[Path], bool]:
    """The files that are committed or could be, and whether git named them."""
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is not None:
        return [Path(name) for name in sorted(set(listed.split("\0"))) if name], True
    found = []
    for folder, inner, names in os.walk("."):
        inner[:] = sorted(set(inner) - _SKIPPED)
        found += [Path(folder) / name for name in sorted(names)]
    return found, False


def _text(path: Path) -> str | None:
    """The text of a plain file; a link's is where it points to. None for what is none, or too large."""
    try:
        if path.is_symlink():
            return os.readlink(path)
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        raw = path.read_bytes()
    except OSError:
        return None
    return None if b"\0" in raw else raw.decode("utf-8", "replace")


def _commits(wanted: str) -> tuple[int, list[str]]:
    """How many commits a range has, and the secrets in the lines that they add."""
    if wanted.startswith("-"):
        raise CorpusError(f"commits={visible(wanted)}: expected a range such as main..HEAD")
    names = _git("rev-list", wanted, "--")
    patches = _git(
        "log", "-p", "--no-color", "--no-ext-diff", "--no-textconv", "-m", "--format=commit %H", wanted, "--"
    )
    if names is None or patches is None:
        raise CorpusError(f"commits={visible(wanted)}: git knows no such commits; expected a range such as main..HEAD")
    found, commit, file = [], "", ""
    for line in patches.split("\n"):
        if line.startswith("commit "):
            commit = line[7:19]
        elif line.startswith("+++ "):
            file = line[4:].removeprefix("b/")
        elif line.startswith("+"):
            found += [
                f"commit {commit}, {visible(file)}: {f.kind} ({visible(f.shown)})" for f in plain_secrets(line[1:])
            ]
    return len(names.split()), list(dict.fromkeys(found))


def run(plan: Plan) -> None:
    """As guard, of the commits that the command line names."""
    guard(plan.values["commits"])


JOB = Job(
    name="secrets",
    doc="look for secrets that can be read: in the files, and in commits=BASE..HEAD",
    run=run,
    module="jobs/guard_secrets.py",
)
