"""Whatever happens to files and system calls at any moment of a build: nothing is believed that was not judged, and the
next build completes.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from errno import EIO, EMFILE, ENOSPC, errorcode
from pathlib import Path

import pytest

from interfered import CHUNK, ONE, ONE_SETTING, OTHER, OTHER_SETTING, SETTINGS, Sweep
from interference import EVERY_CALL, OPEN, PUT, REMOVE, RENAME, WRITE_INTO, Fault, builder

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
    with builder() as build:
        yield Sweep(tmp_path_factory.mktemp("sweep"), build)


def spread(moment: int, calls: int) -> int:
    """One of 1..calls; for the moments 0, 1, 2, ... evenly spread, however many there are (by the golden ratio)."""
    return 1 + int(moment * 0.6180339887498949 % 1 * calls)


SEED = 7
"""Chosen so that the few moments of the default suite find stamps of a mixture, were stages to make them."""


def calls_of(sweep: Sweep, kinds: int, arguments: Sequence[str] = ()) -> dict[Path, int]:
    """The starting points of builds (nothing built, another version built, all up to date), with how many calls a build
    from there makes.
    """
    starts = sweep.empty, sweep.other, sweep.built
    return {start: sweep.build(sweep.copy(start), "-n", "1", *arguments, kinds=kinds).calls for start in starts}


def interfere(sweep: Sweep, moments: int) -> tuple[int, list[str]]:
    """Interferes with as many builds, in all forms and spread over all calls. Returns how many builds were still
    running at their moment, and what was wrong.
    """
    calls = calls_of(sweep, OPEN | RENAME)
    forms, starts = random.Random(SEED).sample(list(FORMS.items()), len(FORMS)), itertools.cycle(calls)
    met, wrong = 0, []
    for moment in range(moments):
        name, changes = forms[moment % len(forms)]
        start = next(starts)
        home = sweep.copy(start)
        at = spread(moment, calls[start])
        planned = [sweep.change(at + later, kind, file, version) for later, kind, file, version in changes]
        workers = str(moment // len(calls) % 3)
        interfered = sweep.build(home, "-n", workers, changes=planned)
        met += bool(interfered.met)
        if found := sweep.problems(home, interfered, {file for _, _, file, _ in changes}):
            wrong += [f"{name}, -n {workers}, from {start.name}, before {interfered.met}:", *found]
    return met, wrong


def test_files_that_change_at_any_moment_of_a_build_leave_nothing_wrong(sweep: Sweep) -> None:
    met, wrong = interfere(sweep, 15)
    assert not wrong, "\n".join(wrong)
    assert met >= 11


@pytest.mark.slow
def test_files_that_change_at_a_thousand_moments_leave_nothing_wrong(sweep: Sweep, say: Callable[[str], None]) -> None:
    sweep.know((ONE, OTHER, None), (ONE_SETTING, OTHER_SETTING, None))
    met, wrong = interfere(sweep, 1200)
    say(f"{met} builds were interfered with")
    assert not wrong, "\n".join(wrong)
    assert met >= 1000


# Every call fails once.


def fail(
    sweep: Sweep, moments: Iterable[tuple[Path, int, int]], arguments: Sequence[str] = ()
) -> tuple[int, list[str]]:
    """As interfere, with calls that open, write, rename or remove a file, make a folder or wait for the disk and fail
    instead, those of SQLite included. moments: where a build starts, the number of the call, and its errno.
    """
    met, wrong = 0, []
    for moment, (start, at, errno) in enumerate(moments):
        home = sweep.copy(start)
        workers = str(moment % 3)
        interfered = sweep.build(home, "-n", workers, *arguments, kinds=EVERY_CALL, fault=Fault(at, errno))
        met += bool(interfered.met)
        if found := sweep.problems(home, interfered, set()):
            wrong += [f"{errorcode[errno]}, -n {workers}, from {start.name}, of {interfered.met}:", *found]
    return met, wrong


def test_a_call_that_fails_gives_no_traceback_and_the_next_build_completes(sweep: Sweep) -> None:
    calls = calls_of(sweep, EVERY_CALL)
    kinds = itertools.cycle(itertools.product(calls, (EIO, ENOSPC, EMFILE)))
    met, wrong = fail(
        sweep,
        (
            (start, spread(moment, calls[start]), errno)
            for moment, (start, errno) in zip(range(12), kinds, strict=False)
        ),
    )
    assert not wrong, "\n".join(wrong)
    assert met >= 8


@pytest.mark.slow
@pytest.mark.parametrize("errno", [EIO, ENOSPC, EMFILE], ids=errorcode.get)
def test_every_call_that_fails_once_gives_no_traceback_and_the_next_build_completes(
    sweep: Sweep, say: Callable[[str], None], errno: int
) -> None:
    calls = calls_of(sweep, EVERY_CALL)
    met, wrong = fail(sweep, ((start, at, errno) for start, most in calls.items() for at in range(1, most + 1)))
    # With tools that are asked, whose verdicts are written.
    arguments = ("cache=rebuild",)
    calls = calls_of(sweep, EVERY_CALL, arguments)
    asked, more = fail(sweep, ((sweep.empty, at, errno) for at in range(1, calls[sweep.empty], 9)), arguments)
    say(f"{met + asked} calls failed with {errorcode[errno]}")
    assert not wrong + more, "\n".join(wrong + more)
    assert met >= 800
