"""docs/tutorial.md, step by step: every command is run, and shows what the page says it does."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(console|json)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_REPLACE = re.compile(r"[Ww]rite `([^`]+)`\s+instead\s+of\s+`([^`]+)`\s+in\s+`([^`]+)`")
_LIST = re.compile(r"Replace the constraints in `([^`]+)` by these:\s*$")


def masked(text: str) -> list[str]:
    """The lines of an output without what depends on the machine, the moment or the cache."""
    text = re.sub(r"\b\d+\.\d+ s\b", "T s", text)
    text = re.sub(r", \d+ of \d+ verdicts from the cache|, slowest \w+:\w+ T s", "", text)
    text = re.sub(r"^engines .*", "engines", text, flags=re.MULTILINE)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "WHEN", text)
    return [line.rstrip() for line in text.splitlines()]


def matches(expected: str, found: str) -> bool:
    """Whether an output is the expected one, in which a line of three dots stands for any lines."""
    wanted, shown = masked(expected), masked(found)

    def fits(i: int, j: int) -> bool:
        if i == len(wanted):
            return j == len(shown)
        if wanted[i] == "...":
            return any(fits(i + 1, k) for k in range(j, len(shown) + 1))
        return j < len(shown) and wanted[i] == shown[j] and fits(i + 1, j + 1)

    return fits(0, 0)


def steps(text: str) -> Iterator[tuple[str, str, str]]:
    """What the page has its reader do: (command, its output, ""), or (what to write, where, what was there)."""
    at = 0
    for block in _BLOCK.finditer(text):
        before = text[at : block.start()]
        for found in _REPLACE.finditer(before):
            yield found[1], found[3], found[2]
        if block[1] == "json":
            place = _LIST.search(before)
            assert place, before
            yield block[2], place[1], ""
        else:
            for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block[2], re.MULTILINE):
                yield f"$ {command}", output, ""
        at = block.end()


def test_every_command_shows_what_the_page_says(tmp_path: Path) -> None:
    home = tmp_path
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src")}
    ran = 0
    for what, where, before in steps(PAGE.read_text(encoding="utf-8")):
        if not what.startswith("$ "):
            path = home / where
            text = path.read_text(encoding="utf-8")
            if before:
                assert before in text, before
                path.write_text(text.replace(before, what), encoding="utf-8")
            else:
                data = json.loads(text)
                data["constraints"] = json.loads(what)
                path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
            continue
        words = shlex.split(what[2:])
        if words[0] == "cd":
            home = home / words[1]
            continue
        assert words[0] == "duality"
        finished = subprocess.run(
            [sys.executable, "-m", "tasks", *words[1:]], cwd=home, env=environment, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip
        assert not finished.stderr, finished.stderr
        assert matches(where, finished.stdout), f"{what}\nexpected:\n{where}\nfound:\n{finished.stdout}"
        ran += 1
    assert ran >= 12
    assert (home / "rendered" / "report" / "index.html").is_file()


def test_another_output_would_be_noticed() -> None:
    assert matches("a 1.0 s\n...\nb\n", "a 2.5 s\nx\ny\nb\n")
    assert not matches("a\n...\nb\n", "a\nx\nc\n")
    assert not matches("a\n", "a\nb\n")
