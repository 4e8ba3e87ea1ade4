"""Whatever happens to files and system calls at any moment of a build: nothing is believed that was not judged, and the
next build completes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from errno import EIO, EMFILE, ENOSPC, errorcode

import pytest

from interfered import CHUNK, ONE, ONE_SETTING, OTHER, OTHER_SETTING, SETTINGS, Sweep
from interference import COMPILER, EVERY_CALL, PUT, REMOVE, WRITE_INTO, Fault, builder

STAMPS = [f"rendered/stamps/{stage}/06.json" for stage in ("schema", "render_mzn", "solve", "sample", "prove")]
RENDERED = ["rendered/mzn/chunk-06.mzn", "rendered/certificate/Chunk06.lean", *STAMPS]
FORMS = {
    **{f"{name} edited": [(0, PUT, name, "other")] for name in (CHUNK, SETTINGS, *RENDERED)},
    **{f"{name} written into": [(0, WRITE_INTO, name, "other")] for name in (CHUNK, SETTINGS)},
    **{f"{name} deleted": [(0, REMOVE, name, "")] for name in (CHUNK, SETTINGS, *RENDERED)},
    **{
        f"{name} edited, and back {calls} calls later": [(0, PUT, name, "other"), (calls, PUT, name, "one")]
        for name in (CHUNK, SETTINGS)
        for calls in (1, 2, 4, 8, 16, 32, 64, 128)
    },
    **{
        f"{name} deleted, and back {calls} calls later": [(0, REMOVE, name, ""), (calls, PUT, name, "one")]
        for name in (CHUNK, SETTINGS)
        for calls in (1, 4, 16, 64)
    },
    **{
        f"chunk edited with {name}": [(0, PUT, CHUNK, "other"), (0, PUT, name, "other")]
        for name in (SETTINGS, *RENDERED)
    },
    "model and its stamp edited": [(0, PUT, RENDERED[0], "other"), (0, PUT, STAMPS[1], "other")],
}
"""What happens: how many calls later, what, to which file, of which version."""


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweep]:
    if COMPILER is None:
        pytest.skip("no C compiler (cc, gcc or clang), which compiles what interferes with a build")
    with builder() as build:
        yield Sweep(tmp_path_factory.mktemp("sweep"), build)


def spread(moment: int, calls: int) -> int:
    """One of 1..calls; for the moments 0, 1, 2, ... evenly spread, however many there are (by the golden ratio)."""
    return 1 + int(moment * 0.6180339887498949 % 1 * calls)


def interfere(sweep: Sweep, moments: int) -> tuple[int, list[str]]:
    """Interferes with as many builds, in all forms and spread over all calls. Returns how many builds were still
    running at their moment, and what was wrong.
    """
    starts = [sweep.empty, sweep.other]
    calls = {start: sweep.build(sweep.copy(start), "-n", "1").calls for start in starts}
    forms = itertools.cycle(FORMS.items())
    met, wrong = 0, []
    for moment in range(moments):
        name, changes = next(forms)
        start = starts[moment % len(starts)]
        home = sweep.copy(start)
        at = spread(moment, calls[start])
        planned = [sweep.change(at + later, kind, file, version) for later, kind, file, version in changes]
        workers = str(moment // 2 % 3)
        interfered = sweep.build(home, "-n", workers, changes=planned)
        met += bool(interfered.met)
        if found := sweep.problems(home, interfered, {file for _, _, file, _ in changes}):
            wrong += [f"{name}, -n {workers}, from {start.name}, before {interfered.met}:", *found]
    return met, wrong


def test_files_that_change_at_any_moment_of_a_build_leave_nothing_wrong(sweep: Sweep) -> None:
    met, wrong = interfere(sweep, 20)
    assert not wrong, "\n".join(wrong)
    assert met >= 16


@pytest.mark.slow
def test_files_that_change_at_a_thousand_moments_leave_nothing_wrong(sweep: Sweep, say: Callable[[str], None]) -> None:
    sweep.know((ONE, OTHER, None), (ONE_SETTING, OTHER_SETTING, None))
    met, wrong = interfere(sweep, 1100)
    say(f"{met} builds were interfered with")
    assert not wrong, "\n".join(wrong)
    assert met >= 1000


# Every call fails once.


def fail(sweep: Sweep, moments: int, arguments: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """As interfere, with calls that open, write, rename or remove a file, make a folder or wait for the disk and fail
    instead, those of SQLite included; in a cycle with each errno.
    """
    starts = [sweep.empty, sweep.other]
    calls = {start: sweep.build(sweep.copy(start), "-n", "1", *arguments, kinds=EVERY_CALL).calls for start in starts}
    met, wrong = 0, []
    for moment in range(moments):
        start, errno = starts[moment % 2], (EIO, ENOSPC, EMFILE)[moment % 3]
        home = sweep.copy(start)
        fault = Fault(spread(moment, calls[start]), errno)
        workers = str(moment // 2 % 3)
        interfered = sweep.build(home, "-n", workers, *arguments, kinds=EVERY_CALL, fault=fault)
        met += bool(interfered.met)
        if found := sweep.problems(home, interfered, set()):
            wrong += [f"{errorcode[errno]}, -n {workers}, from {start.name}, of {interfered.met}:", *found]
    return met, wrong


def test_a_call_that_fails_gives_no_traceback_and_the_next_build_completes(sweep: Sweep) -> None:
    met, wrong = fail(sweep, 16)
    assert not wrong, "\n".join(wrong)
    assert met >= 12


@pytest.mark.slow
def test_every_call_that_fails_once_gives_no_traceback_and_the_next_build_completes(
    sweep: Sweep, say: Callable[[str], None]
) -> None:
    met, wrong = fail(sweep, 1500)
    asked, more = fail(sweep, 200, ("cache=rebuild",))
    say(f"{met + asked} calls failed")
    assert not wrong + more, "\n".join(wrong + more)
    assert met >= 1200
