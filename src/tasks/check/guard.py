"""The guard: no secret can be read in the repository, or in the commits that are about to be pushed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import CheckFailed, CorpusError, DualityError, ToolError
from ..render.text import visible
from .secrets import ALLOW, encryption_faults, plain_secrets, recipients, unpacked, without_secrets

FOLDER = Path(".github/workflows/secrets")
TEMPLATE = "example.sops.yaml"
RULES = Path(".sops.yaml")
LARGEST = 64 * 1024 * 1024
"""Bytes of the largest file that is read."""
_SKIPPED = {".git", ".venv", "node_modules", "__pycache__", "rendered"}


def guard(commits: str) -> None:
    """Looks at all files that are or could be committed, at the SOPS files among them, and at what commits bring.

    commits is a range such as main..HEAD; "" stands for the commits that the upstream of this branch does not have,
    if it has an upstream. Prints what was looked at, and which findings their line says to be false alarms.
    Raises CheckFailed with every other finding, ToolError where the scanner is not installed.
    """
    encryption = [*_encryption()]
    looked = _Looked()
    try:
        where = _look_at_files(looked)
        where += _look_at_commits(looked, commits)
    except ToolError as error:
        raise ToolError("\n".join([*encryption, str(error)])) from None
    if looked.packed:
        where += f"; {looked.packed} archives that cannot be unpacked read as they are"
    if looked.allowed:
        where += f"; {len(looked.allowed)} allowed by `{ALLOW.decode()}` ({', '.join(looked.allowed)})"
    if found := [*encryption, *looked.found]:
        last = "treat committed secrets as leaked: revoke them first, then remove them"
        raise CheckFailed("\n".join([*dict.fromkeys(found), f"looked at {where}", last]))
    print(f"no secret in plain text: looked at {where}")


@dataclass
class _Looked:
    """The findings in what was looked at, and the places of those that are allowed."""

    found: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    packed: int = 0
    """Archives that cannot be unpacked; their bytes were looked at."""

    def file(self, name: str, content: bytes, prefix: str = "") -> None:
        """Looks at a file: its name, and its bytes, or the files in it. prefix says in which commit it is."""
        try:
            parts = unpacked(name, content)
        except ValueError:
            self.packed += 1
            parts = [(name, content)]
        for path, part in parts:
            shown, named = without_secrets(path)
            place = prefix + visible(shown)
            self.found += [f"{place}: its name has a secret: {f.kind} ({visible(f.shown)})" for f in named]
            self.text(place, part)

    def text(self, place: str, content: bytes, line: bool = True) -> None:
        """Looks at bytes. line: whether the line within them is told."""
        for finding in plain_secrets(content):
            where = f"{place}:{finding.line}" if line else place
            if finding.allowed:
                self.allowed.append(where)
            else:
                self.found.append(f"{where}: {finding.kind} ({visible(finding.shown)})")


def _look_at_files(looked: _Looked) -> str:
    files, listed = _files()
    count = unread = 0
    for path in files:
        content = _content(path)
        if content is not None:
            count += 1
            looked.file(str(path), content)
        elif path.is_file():
            unread += 1
    where = f"{count} files{'' if listed else ' (no git repository: all in this folder)'}"
    if listed:
        with _objects() as read:  # what `git commit` would commit is in the index, not in the folder
            for name, blob in _changes("diff-files", "--raw", "-z", "--no-abbrev"):
                if (content := read(blob)) != _content(Path(name)):
                    looked.file(name, content, "staged, ")
    if unread:
        where += f", {unread} left out (unreadable, or more than {LARGEST // 1024**2} MB)"
    return where


def _look_at_commits(looked: _Looked, commits: str) -> str:
    if _git("rev-parse", "--git-dir") is None:
        if commits:
            raise CorpusError(f"commits={visible(commits)}: not a git repository")
        return ""
    upstream = _git("rev-parse", "--abbrev-ref", "@{upstream}") if not commits else None
    wanted = commits or (f"{upstream.strip()}..HEAD" if upstream else "")
    if not wanted:
        return "; no commits: this branch has no upstream (commits=BASE..HEAD names them)"
    if wanted.startswith("-"):
        raise CorpusError(f"commits={visible(wanted)}: expected a range such as main..HEAD")
    names = _git("rev-list", wanted, "--")
    if names is None:
        raise CorpusError(f"commits={visible(wanted)}: git knows no such commits; expected a range such as main..HEAD")
    seen = set()
    with _objects() as read:
        for commit in names.split():
            head, _, message = read(commit).partition(b"\n\n")
            prefix = f"commit {commit[:12]}, "
            for line in head.split(b"\n"):
                if line.startswith((b"author ", b"committer ")):
                    looked.text(prefix + line.split(b" ")[0].decode(), line, line=False)
            looked.text(f"{prefix}message", message)
            for name, blob in _changes("diff-tree", "-c", "-r", "--root", "--no-commit-id", "-z", commit):
                if (name, blob) not in seen:
                    seen.add((name, blob))
                    looked.file(name, read(blob), prefix)
        for tag in _tags_of(set(names.split())):
            looked.text(f"tag {tag[:12]}", read(tag))
    return f", {len(names.split())} commits of {visible(wanted)}"


def _encryption() -> Iterator[str]:
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


# Replacements (git replace) are this clone's own: what is pushed is the object itself.
_GIT = ("git", "--no-replace-objects")


def _git(*arguments: str) -> str | None:
    """What git prints, None where it fails or is not installed."""
    try:
        finished = subprocess.run([*_GIT, *arguments], capture_output=True, check=False)
    except OSError:
        return None
    return finished.stdout.decode("utf-8", "surrogateescape") if finished.returncode == 0 else None


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


def _content(path: Path) -> bytes | None:
    """The bytes of a plain file; of a link, where it points to. None for anything else, or what is too large."""
    try:
        if path.is_symlink():
            return os.fsencode(os.readlink(path))
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        return path.read_bytes()
    except OSError:
        return None


def _changes(*command: str) -> Iterator[tuple[str, str]]:
    """(path, blob) of each file that a raw diff names, the blob from the index or from the commit.

    Whole files, not lines: so neither what a line begins with nor .gitattributes can hide anything.
    """
    parts = iter((_git(*command) or "").split("\0"))
    for head in parts:
        if not head.startswith(":"):
            continue
        parents = len(head) - len(head.lstrip(":"))
        fields = head[parents:].split(" ")
        modes, blobs = fields[: parents + 1], fields[parents + 1 : -1]
        side = 0 if command[0] == "diff-files" else parents
        name = next(parts)
        if modes[side] not in ("000000", "160000") and set(blobs[side]) != {"0"}:  # gone, or a submodule
            yield name, blobs[side]


def _tags_of(commits: set[str]) -> list[str]:
    """The tag objects, with their messages, of commits."""
    listed = _git("for-each-ref", "--format=%(objecttype) %(objectname) %(*objectname)", "refs/tags") or ""
    rows = [line.split(" ") for line in listed.splitlines()]
    return [row[1] for row in rows if row[0] == "tag" and row[2] in commits]


@contextmanager
def _objects() -> Iterator[Any]:
    """A function from the name of an object of git to its bytes; those of more than LARGEST are cut there."""
    with subprocess.Popen([*_GIT, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        into, out = process.stdin, process.stdout

        def read(name: str) -> bytes:
            into.write(name.encode() + b"\n")
            into.flush()
            head = re.fullmatch(rb"\w+ \w+ (\d+)\n", out.readline())
            if head is None:
                raise CorpusError(f"git has no object {name}: is this a partial or a damaged clone?")
            size = int(head[1])
            content = out.read(min(size, LARGEST))
            for start in range(len(content), size, LARGEST):
                out.read(min(LARGEST, size - start))
            out.read(1)
            return content

        yield read
        into.close()


def main() -> int:
    """Runs the guard on the range of commits that is given; prints what it says. 1 where it fails."""
    try:
        guard(sys.argv[1])
    except DualityError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
