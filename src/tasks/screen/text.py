"""Texts of chunks and tools, made safe to print."""

from __future__ import annotations

import os
import re

_PLACE = re.compile(r"(?P<file>[^\s:][^:\n]*\.[a-z]{2,5}):(?P<line>[1-9][0-9]*): ")


def safe(line: str) -> str:
    r"""line as no workflow command: GitHub obeys `::name::` where a line begins, and `##[name]` anywhere."""
    return re.sub(r"^(\s*):(?=:)", r"\1\\u003A", line).replace("##[", r"##\u005B")


def counts(ran: int, up_to_date: int, seconds: float, more: str = "", slowest: str = "") -> str:
    """The last line of a build: how many tasks ran, and were up to date."""
    return f"{ran} task{'' if ran == 1 else 's'} run, {up_to_date} up to date{more}: {seconds:.1f} s{slowest}\n"


def indented(text: str) -> str:
    return "".join(f"   {safe(line)}\n" for line in text.rstrip().splitlines())


def place(message: str) -> tuple[str, int] | None:
    """The file and the line that a message names first."""
    found = next((match for line in message.splitlines() if (match := _PLACE.match(line.strip()))), None)
    return (found["file"], int(found["line"])) if found else None


def annotation(task: str, message: str, file: str) -> str:
    """A failure as GitHub Actions shows it in the diff of a pull request; file: what it is about, where it says none.

    Format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    named, line = place(message) or (file, 1)
    root = os.environ.get("GITHUB_WORKSPACE")
    path = os.path.relpath(named, root) if root and os.path.isabs(root) else named
    title, path = (_escaped(text).replace(":", "%3A").replace(",", "%2C") for text in (task, path))
    return f"::error file={path},line={line},title={title}::{_escaped(message)}\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
