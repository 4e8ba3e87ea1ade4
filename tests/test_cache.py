"""Verdicts are kept by content: no tool is asked the same thing twice, and no entry answers for another text."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Project, contents
from tasks.check.cache import COUNT, Cache
from tasks.check.process import Run
from tasks.errors import ToolError

pytestmark = pytest.mark.cold


def verdicts(project: Project) -> dict[str, int]:
    """What the journal counts, over all builds."""
    total = {"found": 0, "asked": 0, "not kept": 0}
    for line in (project.rendered / "journal.jsonl").read_text(encoding="utf-8").splitlines():
        for kind, count in json.loads(line).get("verdicts", {}).items():
            total[kind] += count
    return total


def forget(project: Project) -> None:
    shutil.rmtree(project.rendered)


@pytest.fixture
def spied(project: Project, stub: Callable[[str, str], Path], tmp_path: Path) -> Callable[[], int]:
    """How often MiniZinc has been run."""
    log = tmp_path / "runs"
    log.touch()
    folder = stub("minizinc", f'#!/bin/sh\necho run >> {log}\nexec {shutil.which("minizinc")} "$@"\n')
    project.environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return lambda: len(log.read_text().splitlines())


def test_a_lost_build_and_a_second_clone_ask_no_tool_again(
    project: Project, spied: Callable[[], int], tmp_path: Path
) -> None:
    assert project.doit().status == 0
    first, asked = contents(project.rendered), verdicts(project)
    assert asked["found"] == 0
    assert asked["asked"] > 10
    runs = spied()
    forget(project)
    again = project.doit()
    assert again.status == 0
    assert spied() == runs
    assert verdicts(project) == {"found": asked["asked"], "asked": 0, "not kept": 0}
    assert f"{asked['asked']} of {asked['asked']} verdicts from the cache" in again.output
    assert contents(project.rendered) == first
    forget(project)
    clone = project.copy(tmp_path / "clone")
    assert clone.doit().status == 0
    assert spied() == runs
    assert verdicts(clone)["asked"] == 0


def test_back_on_an_older_branch_nothing_is_asked_again(project: Project, spied: Callable[[], int]) -> None:
    path = project.write("06", "x[1] >= 30")
    one = path.read_text()
    project.doit()
    two = one.replace("30", "31")
    path.write_text(two)
    project.doit()
    runs = spied()
    for text in (one, two, one):
        path.write_text(text)
        assert "solve:06" in project.doit().ran
    assert spied() == runs


def test_a_chunk_under_another_name_asks_no_tool_again(project: Project) -> None:
    """The embedded kernel is asked as little as MiniZinc: the journal counts both."""
    path = project.write("06", "x[1] + x[2] >= 30", "x[3] = 5", notes="first", title="A title")
    assert project.doit("lean=kernel").status == 0
    asked = verdicts(project)["asked"]
    path.unlink()
    (project.chunks / "corpus.yaml").write_text('documentation: ["01"]\n')
    project.write("63", "x[1] + x[2] >= 30", "x[3] = 5", notes="first", title="Another title")
    renamed = project.doit("lean=kernel")
    assert {"solve:63", "prove:63", "crosscheck:63", "balance:63"} <= renamed.ran
    assert verdicts(project)["asked"] == asked


def test_a_no_is_kept_and_no_answer_is_not(project: Project, spied: Callable[[], int]) -> None:
    project.write("06", "x[1] >= 30", "x[1] < 20")
    refused = project.doit("solve:06")
    assert "is unsatisfiable" in refused.output
    runs = spied()
    forget(project)
    again = project.doit("solve:06")
    assert spied() == runs
    assert (
        again.output.split("is unsatisfiable")[1].split("\n\n")[0].splitlines()[:3]
        == (refused.output.split("is unsatisfiable")[1].split("\n\n")[0].splitlines()[:3])
    )
    odd = "sum(i in 1..8)(x[i] * x[i]) = 200001"  # the sum of x is even; the solver has to try all points
    project.write("06", odd, parameters={"scaleN": 1000})
    (project.chunks / "corpus.yaml").write_text('documentation: ["01"]\nlimits: {solve_seconds: 1}\n')
    assert "no answer within 1 s" in project.doit("solve:06").output
    runs = spied()
    assert "no answer within 1 s" in project.doit("solve:06").output
    assert spied() > runs


def test_the_modes(project: Project, spied: Callable[[], int], tmp_path: Path) -> None:
    missed = project.doit("cache=replay", "solve:06")
    assert missed.status != 0
    assert "cache=replay: no verdict is kept" in missed.output
    assert spied() == 0
    folder = tmp_path / "elsewhere"
    assert project.doit(f"cache={folder}").status == 0
    assert len(list(folder.glob("??/*"))) > 10
    runs = spied()
    forget(project)
    project.environment["DUALITY_CACHE"] = str(folder)
    replayed = project.doit("cache=replay")
    assert replayed.status == 0, replayed.text()
    assert spied() == runs
    assert not list(project.rendered.glob(".lean/*"))
    forget(project)
    assert project.doit("cache=rebuild", "solve").status == 0
    assert verdicts(project)["found"] == 0
    rebuilt = spied()
    assert rebuilt > runs
    kept = {path: path.read_bytes() for path in folder.glob("??/*")}
    forget(project)
    assert project.doit("cache=off", "solve").status == 0
    assert spied() > rebuilt
    assert {path: path.read_bytes() for path in folder.glob("??/*")} == kept


def test_another_tool_of_the_same_version_is_asked_itself(
    project: Project, spied: Callable[[], int], stub: Callable[[str, str], Path]
) -> None:
    assert project.doit("solve").status == 0
    runs = spied()
    forget(project)
    folder = Path(project.environment["PATH"].partition(os.pathsep)[0])
    script = (folder / "minizinc").read_text()
    (folder / "minizinc").write_text(script + "# another build\n")
    assert project.doit("solve").status == 0
    assert spied() > runs


def test_a_cache_that_cannot_be_written_is_said_and_keeps_nobody_from_building(project: Project) -> None:
    blocked = project.home.parent / "blocked"
    blocked.write_text("a file, where a folder should be")
    finished = project.doit(f"cache={blocked}", "solve:06")
    assert finished.status == 0, finished.text()
    assert "verdicts could not be kept in the cache" in finished.output


# the entries

SAID = Run(0, "the verdict", "", 0.1)


def ask(cache: Cache, text: str, said: Run = SAID, arguments: tuple[str, ...] = ("-a",)) -> str:
    return cache.ask(arguments, text, lambda: said, lambda run: run.output)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache("use", tmp_path / "verdicts", "tool 1")


def entries(cache: Cache) -> list[Path]:
    return sorted(cache.folder.glob("??/*"))


def test_a_flipped_bit_is_a_miss(cache: Cache) -> None:
    ask(cache, "text")
    (entry,) = entries(cache)
    content = entry.read_bytes()
    for place in range(len(content)):
        for bit in (0, 4):
            entry.write_bytes(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
            assert ask(cache, "text", Run(0, "asked again", "", 0)) == "asked again", (place, bit)
    entry.write_bytes(content[:-1])
    assert ask(cache, "text", Run(0, "asked again", "", 0)) == "asked again"
    entry.write_bytes(content)
    assert ask(cache, "text", Run(0, "asked again", "", 0)) == "the verdict"


def test_an_entry_under_another_s_name_is_a_miss(cache: Cache) -> None:
    ask(cache, "easy", Run(0, "yes", "", 0))
    (easy,) = entries(cache)
    ask(cache, "hard", Run(0, "no", "", 0))
    (hard,) = set(entries(cache)) - {easy}
    shutil.copy(easy, hard)
    assert ask(cache, "hard", Run(0, "asked again", "", 0)) == "asked again"


def test_no_text_is_taken_for_another(cache: Cache) -> None:
    asked = [("-a", "bc"), ("-ab", "c"), ("-a", "b", "c"), ("-a", "b\0c"), ("-a", "2:bc"), ("-a", "b", "1:c")]
    for number, (*arguments, text) in enumerate(asked):
        assert ask(cache, text, Run(0, str(number), "", 0), tuple(arguments)) == str(number)
    other = Cache("use", cache.folder, "tool 1-a")
    assert ask(other, "bc", Run(0, "other", "", 0), ()) == "other"
    assert len(entries(cache)) == len(asked) + 1


def test_what_cannot_be_read_or_is_not_definite_is_not_kept(cache: Cache) -> None:
    def unreadable(run: Run) -> str:
        raise ToolError("garbage")

    with pytest.raises(ToolError):
        cache.ask((), "text", lambda: SAID, unreadable)
    cache.ask((), "text", lambda: SAID, lambda run: run.output, lambda answer: False)
    assert entries(cache) == []


def test_many_builds_at_once_never_see_half_an_entry(cache: Cache) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from tasks.check.cache import Cache; from tasks.check.process import Run\n"
        "for n in range(300):\n"
        "    cache = Cache(('use', 'rebuild')[n % 2], Path(sys.argv[1]), 'tool')\n"
        "    text = str(n % 7)\n"
        "    got = cache.ask((), text, lambda: Run(0, text * 5000, '', 0), lambda run: run.output)\n"
        "    assert got == text * 5000\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, str(cache.folder)]) for _ in range(4)]
    assert [process.wait() for process in running] == [0, 0, 0, 0]
    assert len(entries(cache)) == 7
    assert not list(cache.folder.glob("??/.new-*"))


def test_the_cache_is_trimmed_by_age_and_by_size(cache: Cache) -> None:
    for number in range(10):
        ask(cache, str(number), Run(0, "x" * 1000, "", 0))
    every = entries(cache)
    now = time.time()
    for age, entry in enumerate(every):
        os.utime(entry, (now - age * 24 * 3600, now - age * 24 * 3600))
    cache.trim(most_days=6.5)
    assert entries(cache) == every[:7] or set(entries(cache)) == set(every[:7])
    cache.trim(most_bytes=1)
    assert len(entries(cache)) == 7, "looked at once a day"
    (cache.folder / "trimmed").unlink()
    cache.trim(most_bytes=sum(path.stat().st_size for path in every[:3]))
    assert set(entries(cache)) == set(every[:3])


def test_a_hit_counts_as_use(cache: Cache) -> None:
    ask(cache, "text")
    (entry,) = entries(cache)
    os.utime(entry, (0, 0))
    before = COUNT.found
    ask(cache, "text")
    assert COUNT.found == before + 1
    assert time.time() - entry.stat().st_mtime < 60
