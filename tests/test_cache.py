"""Verdicts are kept by content: no tool is asked the same thing twice, and no entry answers for another text."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from conftest import Project, contents
from privileges import as_root, give
from tasks.check.cache import CachingRunner, Count
from tasks.check.call import Limits, Run, Tool, ToolCall
from tasks.check.lean import judge
from tasks.check.local import LocalRunner
from tasks.errors import DualityError, ToolError

pytestmark = pytest.mark.cold


def verdicts(project: Project) -> dict[str, int]:
    """What the journal counts, over all builds."""
    total = {"found": 0, "asked": 0, "lost": 0}
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
    assert verdicts(project) == {"found": asked["asked"], "asked": 0, "lost": 0}
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


def test_a_no_is_kept(project: Project, spied: Callable[[], int]) -> None:
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


def test_a_time_out_is_remembered_until_its_limit_is_raised(project: Project) -> None:
    odd = "sum(i in 1..8)(x[i] * x[i]) = 200001"  # the sum of x is even; the solver has to try all points
    project.write("06", odd, parameters={"scaleN": 1000})
    settings = project.chunks / "corpus.yaml"

    def solve(seconds: float, *more: str) -> tuple[str, int]:
        settings.write_text(f'documentation: ["01"]\nlimits: {{solve_seconds: {seconds}}}\n')
        before = verdicts(project)["asked"] if (project.rendered / "journal.jsonl").exists() else 0
        finished = project.doit("solve:06", *more)
        assert finished.status != 0
        assert f"no answer within {seconds} s; raise the limit (solve_seconds=" in finished.output
        return finished.output, verdicts(project)["asked"] - before

    first, runs = solve(0.5)
    assert "remembered" not in first
    assert runs > 0
    for seconds in (0.5, 0.3):
        again, runs = solve(seconds)
        assert "more tightly; remembered from an earlier run, cache=rebuild asks again" in again
        assert runs == 0
    assert solve(0.5, "cache=rebuild")[1] == 1
    raised, runs = solve(0.7)
    assert "remembered" not in raised
    assert runs == 1
    project.write("06", odd + " /\\ x[1] >= 1", parameters={"scaleN": 1000})
    assert solve(0.5)[1] == 1, "another text"


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

LIMITS = Limits(10, 1000)
SAID = Run(0, "the verdict", "", 0.1)
ENGINE = {"name": "tool", "version": "1", "identity": "1"}


@dataclass
class Scripted:
    """A runner that says what it is told, and counts how often it is asked."""

    says: Run = SAID
    asked: int = 0

    def run(self, call: ToolCall) -> Run:
        self.asked += 1
        return self.says

    def keep(self, call: ToolCall, run: Run) -> None:
        raise AssertionError


def ask(
    cache: CachingRunner, text: str, said: Run = SAID, arguments: tuple[str, ...] = ("-a",),
    engine: dict[str, str] = ENGINE, limits: Limits = LIMITS,
) -> str:  # fmt: skip
    """What is printed; an answer is definite where something is."""
    tool = Tool(engine, limits, replace(cache, runner=Scripted(said)))
    return tool.ask(arguments, text, lambda run: run.output, bool)


@pytest.fixture
def cache(tmp_path: Path) -> CachingRunner:
    return CachingRunner(Scripted(), "use", tmp_path / "verdicts")


def entries(cache: CachingRunner) -> list[Path]:
    return sorted(cache.folder.glob("??/*"))


def test_a_flipped_bit_is_a_miss(cache: CachingRunner) -> None:
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


def test_an_entry_under_another_s_name_is_a_miss(cache: CachingRunner) -> None:
    ask(cache, "easy", Run(0, "yes", "", 0))
    (easy,) = entries(cache)
    ask(cache, "hard", Run(0, "no", "", 0))
    (hard,) = set(entries(cache)) - {easy}
    shutil.copy(easy, hard)
    assert ask(cache, "hard", Run(0, "asked again", "", 0)) == "asked again"


def test_no_text_is_taken_for_another(cache: CachingRunner) -> None:
    asked = [("-a", "bc"), ("-ab", "c"), ("-a", "b", "c"), ("-a", "b\0c"), ("-a", "2:bc"), ("-a", "b", "1:c")]
    for number, (*arguments, text) in enumerate(asked):
        assert ask(cache, text, Run(0, str(number), "", 0), tuple(arguments)) == str(number)
    others = [ENGINE | {"identity": "1-a"}, ENGINE | {"name": "tool1", "identity": ""}, ENGINE | {"form": "1"}]
    for other in others:
        assert ask(cache, "bc", Run(0, "other", "", 0), (), other) == "other"
    assert len(entries(cache)) == len(asked) + 2


def test_a_tool_that_nobody_identified_is_asked_each_time(cache: CachingRunner) -> None:
    for identity in ({}, {"identity": ""}):
        anybody = {"name": "tool", "version": "1"} | identity
        assert ask(cache, "text", Run(0, "first", "", 0), engine=anybody) == "first"
        assert ask(cache, "text", Run(0, "second", "", 0), engine=anybody) == "second"
    assert entries(cache) == []


def test_what_cannot_be_read_or_is_not_definite_is_not_kept(cache: CachingRunner) -> None:
    def fail(run: Run) -> str:
        raise ToolError("garbage")

    for said in (SAID, Run(-11, "", "", 20), Run(None, "", "", 0.1, "output"), Run(None, "", "", 0.1, "processes")):
        with pytest.raises(ToolError):
            Tool(ENGINE, Limits(10, 1000), replace(cache, runner=Scripted(said))).ask((), "text", fail)
    assert ask(cache, "text", Run(0, "", "", 1)) == ""
    assert entries(cache) == []


# no answer within a limit

NONE = Run(None, "", "", 10.0, "time")
OWN_LIMIT = Run(0, "", "", 10.01)  # of a tool that keeps the time itself


def seen(cache: CachingRunner, said: Run, limits: Limits, **more: Any) -> tuple[bool, Run]:
    """Whether the tool was run, and what its reader was given."""
    runner = Scripted(said)
    given: list[Run] = []

    def read(run: Run) -> str:
        given.append(run)
        return run.output

    Tool(ENGINE, limits, replace(cache, runner=runner, **more)).ask((), "text", read, bool)
    return bool(runner.asked), given[0]


@pytest.mark.parametrize(
    "without", [NONE, OWN_LIMIT, Run(None, "", "", 1.0, "memory"), Run(1, "", "bad_alloc", 1.0, "memory")]
)
def test_a_limit_that_was_not_enough_is_not_tried_again(cache: CachingRunner, without: Run) -> None:
    assert seen(cache, without, Limits(10, 1000)) == (True, without)
    for limits in (Limits(10, 1000), Limits(3, 1000), Limits(10, 999), Limits(0.1, 1)):
        asked, given = seen(cache, SAID, limits)
        assert not asked
        assert given.ended == without.ended or (without is OWN_LIMIT and given.ended == "time")
        assert "remembered from an earlier run, cache=rebuild asks again" in given.note
        assert (given.status is None) == (without.status is None)
    for limits in (Limits(10.1, 1000), Limits(10, 1001)):
        assert seen(cache, without, limits)[0], "a higher limit has not been tried"
    assert seen(cache, SAID, Limits(11, 1001)) == (True, SAID)
    assert seen(cache, without, Limits(1, 1)) == (False, replace(SAID, seconds=0.0)), "a verdict replaces it"


@pytest.mark.parametrize("without", [NONE, Run(1, "", "std::bad_alloc", 1.0, "memory")])
def test_a_limit_that_is_an_error_to_its_reader_is_remembered_too(cache: CachingRunner, without: Run) -> None:
    runner = Scripted(without)
    tool = Tool({"name": "lean", "form": "embedded kernel", "identity": "1"}, LIMITS, replace(cache, runner=runner))
    for note in ("", "; remembered from an earlier run, cache=rebuild asks again"):
        with pytest.raises(DualityError) as failed:
            judge("theorem t", "t", tool)
        assert ("remembered" in str(failed.value)) == bool(note)
        assert note in str(failed.value)
    assert runner.asked == 1


def test_a_run_that_was_ended_by_anything_else_is_no_limit(cache: CachingRunner) -> None:
    for said in (Run(0, "", "", 9.9), Run(-9, "", "", 9.9), Run(None, "", "", 0.1, "output")):
        assert seen(cache, said, Limits(10, 1000))[0]

    def interrupt(run: Run) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Tool(ENGINE, Limits(10, 1000), replace(cache, runner=Scripted(NONE))).ask((), "text", interrupt)
    assert seen(cache, SAID, Limits(10, 1000)) == (True, SAID)


def test_a_limit_never_replaces_a_verdict(cache: CachingRunner) -> None:
    assert seen(cache, SAID, Limits(10, 1000))[0]
    assert seen(cache, NONE, Limits(10, 1000), mode="rebuild") == (True, NONE)
    assert seen(cache, NONE, Limits(10, 1000)) == (False, replace(SAID, seconds=0.0))
    assert seen(cache, NONE, Limits(99, 9999)) == (False, replace(SAID, seconds=0.0))


def test_a_lower_limit_does_not_replace_a_higher_one(cache: CachingRunner) -> None:
    seen(cache, NONE, Limits(10, 1000))
    replace(cache, mode="rebuild").keep(ToolCall("tool", "1", (), "other", Limits(3, 1000)), NONE)
    cache.keep(ToolCall("tool", "1", (), "text", Limits(3, 1000)), NONE)
    assert not seen(cache, SAID, Limits(10, 1000))[0]


def test_rebuild_asks_again_and_replay_does_not(cache: CachingRunner) -> None:
    seen(cache, NONE, Limits(10, 1000))
    assert seen(cache, NONE, Limits(10, 1000), mode="replay")[0] is False
    with pytest.raises(ToolError, match="no verdict is kept"):
        seen(cache, NONE, Limits(11, 1000), mode="replay")
    assert seen(cache, SAID, Limits(10, 1000), mode="rebuild") == (True, SAID)
    assert seen(cache, NONE, Limits(10, 1000)) == (False, replace(SAID, seconds=0.0))


def test_many_builds_at_once_never_see_half_an_entry(cache: CachingRunner) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from tasks.check.cache import CachingRunner\n"
        "from tasks.check.call import Limits, Run, Tool\n"
        "class Runner:\n"
        "    def run(self, call): return Run(0, call.text * 5000, '', 0)\n"
        "for n in range(300):\n"
        "    cache = CachingRunner(Runner(), ('use', 'rebuild')[n % 2], Path(sys.argv[1]))\n"
        "    tool = Tool({'name': 'tool', 'identity': '1'}, Limits(1, 1), cache)\n"
        "    text = str(n % 7)\n"
        "    assert tool.ask((), text, lambda run: run.output) == text * 5000\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, str(cache.folder)]) for _ in range(4)]
    assert [process.wait() for process in running] == [0, 0, 0, 0]
    assert len(entries(cache)) == 7
    assert not list(cache.folder.glob("??/.new-*"))


def test_the_cache_is_trimmed_by_age_and_by_size(cache: CachingRunner) -> None:
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


def test_a_hit_counts_as_use(cache: CachingRunner) -> None:
    ask(cache, "text")
    (entry,) = entries(cache)
    os.utime(entry, (0, 0))
    ask(cache, "text")
    assert cache.count == Count(found=1, asked=1)
    assert time.time() - entry.stat().st_mtime < 60


def test_a_runner_and_its_calls_are_data(cache: CachingRunner) -> None:
    call = ToolCall("minizinc", "1", (), "solve satisfy;", Limits(1, 100))
    assert pickle.loads(pickle.dumps(call)) == call
    local = CachingRunner(LocalRunner(cache.folder, "leanprover/lean4:v4.15.0"), "use", cache.folder)
    assert pickle.loads(pickle.dumps(local)) == local


# a folder that is ours

STRANGER = 12345


@pytest.fixture
def old(cache: CachingRunner) -> CachingRunner:
    """A cache with an entry that nobody has used for long."""
    ask(cache, "text")
    (entry,) = entries(cache)
    os.utime(entry, (0, 0))
    return cache


def test_trimming_touches_entries_of_ours_and_nothing_else(old: CachingRunner) -> None:
    (entry,) = entries(old)
    foreign = {
        old.folder / "ab" / "thesis.tex", old.folder / "ab" / ("f" * 64), old.folder / "ab" / ("ab" * 32),
        old.folder / "ab" / "more" / ("ab" * 32), old.folder / "abc" / ("a" * 64), old.folder / "xy" / ("x" * 64),
        old.folder / ("ab" * 32), old.folder / entry.parent.name / (entry.name + "0"),
    }  # fmt: skip
    for path in foreign:
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("the only copy of something")
        os.utime(path, (0, 0))
    link = entry.with_name(entry.name[:2] + "0" * 62)
    link.symlink_to(old.folder / "ab" / "thesis.tex")
    old.trim()
    assert not entry.exists()
    assert all(path.read_text() == "the only copy of something" for path in foreign)
    assert link.is_symlink()


def test_a_folder_with_something_else_in_it_is_no_cache(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    (folder / "ab").mkdir(parents=True)
    precious = folder / "ab" / ("ab" * 32)
    precious.write_text("not to be lost")
    os.utime(precious, (0, 0))
    message = f"cache: {folder} is neither empty nor a cache of Duality; name another folder with cache=DIR"
    for mark in (None, "Signature: 8a477f597d28d172789f06886806bc55\n# of another program\n"):
        if mark:
            (folder / "CACHEDIR.TAG").write_text(mark)
        finished = project.doit(f"cache={folder}", "solve:06")
        assert finished.status == 3
        assert message in finished.errors
        assert "Traceback" not in finished.text()
        with pytest.raises(ToolError, match="neither empty nor a cache of Duality"):
            ask(CachingRunner(Scripted(), "use", folder), "text")
    assert precious.read_text() == "not to be lost"
    assert set(folder.iterdir()) == {folder / "ab", folder / "CACHEDIR.TAG"}


def test_an_empty_folder_becomes_a_cache_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir(mode=0o755)
    cache = CachingRunner(Scripted(), "use", folder)
    ask(cache, "text")
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert ask(cache, "text", Run(0, "asked again", "", 0)) == "the verdict"
    (folder / "CACHEDIR.TAG").unlink()
    with pytest.raises(ToolError, match="neither empty nor a cache"):
        ask(cache, "text")


def test_a_folder_that_others_can_write_to_is_refused(project: Project, cache: CachingRunner) -> None:
    ask(cache, "text")
    for mode in (0o770, 0o707, 0o1777):
        cache.folder.chmod(mode)
        with pytest.raises(ToolError, match=r"others can write to it: chmod go-w it, .*cache=shared:DIR"):
            ask(cache, "text")
        finished = project.doit(f"cache={cache.folder}", "solve:06")
        assert finished.status == 3
        assert f"cache: {cache.folder} is another user's, or others can write to it" in finished.errors
    cache.folder.chmod(0o755)
    assert ask(cache, "text", Run(0, "asked again", "", 0)) == "the verdict"


def test_a_stranger_s_folder_and_entries_are_not_believed(cache: CachingRunner) -> None:
    ask(cache, "text")
    (entry,) = entries(cache)
    again = Run(0, "asked again", "", 0)
    for path in (entry, entry.parent):
        give(path, STRANGER)
        assert ask(cache, "text", again) == "asked again"
        give(path, os.geteuid())
    assert ask(cache, "text", Run(0, "third", "", 0)) == "asked again"
    for path in (cache.folder, cache.folder / "CACHEDIR.TAG"):
        give(path, STRANGER)
        with pytest.raises(ToolError, match=r"another user's|neither empty nor a cache"):
            ask(cache, "text")
        give(path, os.geteuid())
    os.utime(entry, (0, 0))
    give(entry, STRANGER)
    cache.trim()
    assert entry.exists(), "nor removed"


def test_an_entry_that_others_can_write_to_is_not_believed(cache: CachingRunner) -> None:
    ask(cache, "text")
    (entry,) = entries(cache)
    for path, mode in ((entry, 0o666), (entry, 0o620), (entry.parent, 0o777)):
        path.chmod(mode)
        with pytest.raises(ToolError, match="no verdict is kept"):
            ask(replace(cache, mode="replay"), "text")
        path.chmod(0o700)
        assert ask(replace(cache, mode="replay"), "text") == "the verdict"


def test_no_link_is_followed(old: CachingRunner, tmp_path: Path) -> None:
    """Neither to read, nor to write, nor to touch, nor to remove."""
    (entry,) = entries(old)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    target = elsewhere / "file"
    target.write_text("mine")
    os.utime(target, (0, 0))
    (old.folder / "trimmed").symlink_to(target)
    old.trim()
    assert target.stat().st_mtime == 0
    assert entry.exists(), "what is no file of ours does not say when to trim"
    (old.folder / "trimmed").unlink()
    kept = shutil.copytree(entry.parent, elsewhere / "kept")
    os.utime(kept / entry.name, (0, 0))
    shutil.rmtree(entry.parent)
    entry.parent.symlink_to(kept)
    old.trim()
    assert (kept / entry.name).exists()
    with pytest.raises(ToolError, match="no verdict is kept"):
        ask(replace(old, mode="replay"), "text")
    assert ask(old, "text", Run(0, "asked again", "", 0)) == "asked again"
    assert old.count.lost == 1
    entry.parent.unlink()
    entry.parent.mkdir()
    entry.symlink_to(kept / entry.name)
    with pytest.raises(ToolError, match="no verdict is kept"):
        ask(replace(old, mode="replay"), "text")
    before = (kept / entry.name).read_bytes()
    assert ask(old, "text", Run(0, "asked again", "", 0)) == "asked again"
    assert (kept / entry.name).read_bytes() == before
    assert not entry.is_symlink(), "replaced by an entry of ours"
    entry.unlink()
    os.mkfifo(entry)
    assert ask(old, "text", Run(0, "not a pipe", "", 0)) == "not a pipe"
    (old.folder / "CACHEDIR.TAG").rename(elsewhere / "TAG")
    (old.folder / "CACHEDIR.TAG").symlink_to(elsewhere / "TAG")
    with pytest.raises(ToolError, match="neither empty nor a cache"):
        ask(old, "text")


# a shared folder


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CachingRunner:
    """A folder that all can write to."""
    monkeypatch.setenv("DUALITY_CACHE_KEY", "a secret of the team")
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    return CachingRunner(Scripted(), "use", folder, shared=True)


def test_in_a_shared_folder_only_signed_entries_are_believed(
    shared: CachingRunner, cache: CachingRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = Run(0, "asked again", "", 0)
    ask(shared, "text")
    assert ask(shared, "text", again) == "the verdict"
    (entry,) = entries(shared)
    ask(cache, "text", Run(0, "forged", "", 0))
    (unsigned,) = entries(cache)
    assert unsigned.name == entry.name
    shutil.copy(unsigned, entry)
    assert ask(shared, "text", again) == "asked again"
    monkeypatch.setenv("DUALITY_CACHE_KEY", "another key")
    assert ask(shared, "text", Run(0, "by another", "", 0)) == "by another"
    monkeypatch.setenv("DUALITY_CACHE_KEY", "a secret of the team")
    assert ask(shared, "text", again) == "asked again"
    monkeypatch.delenv("DUALITY_CACHE_KEY")
    with pytest.raises(ToolError, match=r"cache=shared:.* needs the key .* in DUALITY_CACHE_KEY"):
        ask(shared, "text")


def test_in_a_shared_folder_a_stranger_s_signed_entry_is_believed(shared: CachingRunner) -> None:
    ask(shared, "text")
    (entry,) = entries(shared)
    for path in (entry, entry.parent, shared.folder, shared.folder / "CACHEDIR.TAG"):
        give(path, STRANGER)
    assert ask(shared, "text", Run(0, "asked again", "", 0)) == "the verdict"
    subprocess.run([*as_root(), "touch", "--date=@0", str(entry)], check=True)
    shared.trim()
    assert entry.exists(), "whoever wrote it removes it"


def test_a_shared_folder_keeps_no_limits_of_one_machine(shared: CachingRunner) -> None:
    assert seen(shared, NONE, Limits(10, 1000))[0]
    assert seen(shared, NONE, Limits(10, 1000))[0]
    assert entries(shared) == []


def test_who_only_reads_writes_nothing(shared: CachingRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(shared, "text")
    monkeypatch.setenv("DUALITY_CACHE_READONLY", "1")
    before = sorted(shared.folder.rglob("*"))
    assert ask(shared, "text", Run(0, "asked again", "", 0)) == "the verdict"
    assert ask(shared, "other", Run(0, "asked", "", 0)) == "asked"
    shared.trim()
    assert sorted(shared.folder.rglob("*")) == before


def test_a_team_s_cache_through_the_build(project: Project, spied: Callable[[], int], tmp_path: Path) -> None:
    folder = tmp_path / "team"
    without = project.doit(f"cache=shared:{folder}", "solve:06")
    assert without.status == 3
    assert f"cache=shared:{folder} needs the key" in without.errors
    project.environment["DUALITY_CACHE_KEY"] = "a secret of the team"
    assert project.doit(f"cache=shared:{folder}", "solve").status == 0
    runs = spied()
    forget(project)
    project.environment |= {"DUALITY_CACHE": f"shared:{folder}", "DUALITY_CACHE_READONLY": "1"}
    assert project.doit("cache=replay", "solve").status == 0
    assert spied() == runs
