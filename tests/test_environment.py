"""A build in a strange environment: any locale, clock or home, few files, a small disk."""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import Project, contents
from interference import compiled
from privileges import as_root
from tasks.check.process import Quota, run
from tasks.state.stopping import no_room

# Python's own ways to UTF-8 are turned off, as a locale of another encoding would.
PLAIN = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "LANG": "C"}
UTF8 = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}


def test_a_locale_changes_nothing_but_how_a_message_is_written(project: Project) -> None:
    project.write("06", "x[1] + x[2] ≥ 30", "x[3] = 5", notes="日本 ≤ \N{SNOWMAN}")
    left = []
    for locale in (PLAIN, UTF8):
        project.environment.update(locale)
        finished = project.doit(f"out={locale['LANG']}")
        assert finished.status == 0, finished.text()
        left.append(contents(project.home / locale["LANG"]))
    assert left[0] == left[1]
    project.write("06", "x[1] + x[2] ≥ 30", "x[1] + x[2] ≤ 20")
    project.environment.update(PLAIN)
    finished = project.doit("solve:06")
    assert (finished.status, finished.errors) == (1, "")
    assert "c1: x[1] + x[2] \\u2265 30\n" in finished.output


def test_a_home_that_cannot_be_made_is_replaced_by_a_folder_beside_the_build(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DUALITY_CACHE", "DUALITY_TOOLS", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    project.environment["HOME"] = "/proc/nobody"  # not even root can make a folder there
    finished = project.doit("prove:06", "solve:06")
    assert finished.status == 0, finished.text()
    assert finished.errors == ""
    assert "verdicts could not be kept in the cache" in finished.output
    assert (project.rendered / ".duality-tools").is_dir()


def test_sixty_four_open_files_are_enough_for_any_number_of_workers(project: Project, built_once: Project) -> None:
    few = 64

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))

    finished = project.doit("-n", "60", first=limit)
    assert finished.status == 0, finished.text()
    assert contents(project.rendered) == contents(built_once.rendered)
    few = 11
    project.write("06", "x[1] = 3")
    finished = project.doit("-n", "60", first=limit)
    assert finished.status == 3
    assert finished.errors.startswith("ERROR: no worker process can be started: Too many open files")
    assert finished.errors.count("\n") == 1


# time() and clock_gettime() a year earlier, from the 20th call on, as if the clock had been set back meanwhile.
CLOCK = r"""
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static int calls;
int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (clock == CLOCK_REALTIME && ++calls > 20) now->tv_sec -= 366L * 86400;
    return failed;
}
time_t time(time_t *there) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (there) *there = now.tv_sec;
    return now.tv_sec;
}
"""


def test_a_clock_that_is_set_back_by_a_year_makes_nothing_outdated_count(
    project: Project, built_once: Project, tmp_path: Path
) -> None:
    source = tmp_path / "clock.c"
    source.write_text(CLOCK)
    project.environment["LD_PRELOAD"] = str(compiled(source, tmp_path / "clock.so"))
    finished = project.doit("-n", "1")
    assert finished.status == 0, finished.text()
    assert contents(project.rendered) == contents(built_once.rendered)
    year = time.gmtime().tm_year
    lines = (project.rendered / "journal.jsonl").read_text().splitlines()
    times = [json.loads(line)["time"][:4] for line in lines]
    assert {times[0], times[-1]} == {str(year), str(year - 1)}
    for path in (*project.chunks.iterdir(), *project.rendered.rglob("*")):
        later = time.time() + 365 * 86400
        os.utime(path, (later, later))
    assert project.doit().ran == set()
    path = project.write("06", "x[1] + x[2] >= 30", "x[3] = 6")
    os.utime(path, (1, 1))
    finished = project.doit("solve")
    assert (finished.status, finished.ran) == (0, {"schema:06", "render_mzn:06", "solve:06"})
    assert project.stamp("solve", "06")["outcome"]["witness"][2] == 6


def test_room_is_asked_for_only_where_there_is_none() -> None:
    full, broken = (no_room("f", OSError(number, os.strerror(number))).text for number in (errno.ENOSPC, errno.EIO))
    kept = "finished tasks are kept"
    assert full == f"f: cannot be written: No space left on device; {kept}: free some space, and build again"
    assert broken == f"f: cannot be written: Input/output error; {kept}: build again"


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A file system of 1 MB at a new folder."""
    place.mkdir()
    options = f"size=1m,uid={os.geteuid()},gid={os.getegid()}"
    command = [*as_root(), "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a tmpfs cannot be mounted here (it takes CAP_SYS_ADMIN): {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run([*as_root(), "umount", "--lazy", str(place)], check=True)


def test_a_disk_of_a_megabyte_that_fills_up_ends_the_build_in_one_line(
    project: Project, built_once: Project, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        ballast = disk / "ballast"
        for left in (0, 120_000):
            ballast.unlink(missing_ok=True)
            room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            ballast.write_bytes(bytes(max(0, room - left)))
            finished = project.doit(f"out={disk / 'out'}")
            assert finished.status == 3, finished.text()
            # SQLite says of its log on a full disk: "disk I/O error".
            assert re.fullmatch(r"ERROR: \S+: cannot be [^\n]+\n", finished.errors), finished.errors
        ballast.unlink()
        finished = project.doit(f"out={disk / 'out'}")
        assert finished.status == 0, finished.text()
        assert contents(disk / "out") == contents(built_once.rendered)


@pytest.mark.parametrize("script", ["head -c 3000000 /dev/zero; exit 0", "exit 0"])
def test_what_a_tool_printed_to_a_full_disk_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """Some end as if all were well."""
    with small_disk(tmp_path / "disk") as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        assert run(["sh", "-c", "cat"], "text", Quota(10, 1000)).output == "text"
        text = "" if script.startswith("head") else "x" * 2_000_000
        with pytest.raises(OSError, match=f"No space left on device: '{disk}'"):
            run(["sh", "-c", script], text, Quota(10, 1000))
