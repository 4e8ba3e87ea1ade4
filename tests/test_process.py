"""Tools are not trusted: whatever one does, it is ended with all that it started, and the build says what it did."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import Project
from interference import compiled
from tasks.check import process
from tasks.check.call import Run
from tasks.check.engines import identify
from tasks.check.lean import judge
from tasks.check.minizinc import solve
from tasks.check.process import Library, Quota, run
from tasks.errors import ToolError
from tools import lean, minizinc, runner

Tool = Callable[..., Path]


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What every process of this test's tools has in its environment, wherever it goes. (A tool is given LC_*.)"""
    found = f"LC_MARK={tmp_path.name}-{os.getpid()}-{time.monotonic_ns()}"
    monkeypatch.setenv(*found.split("=", 1))
    return found


def alive(mark: str) -> list[str]:
    """The command lines of the processes that bear the mark, zombies aside."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # A process between its fork and its exec has the environment of its parent.
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def gone(mark: str, within: float = 20.0) -> list[str]:
    """What is left after a while, or as soon as nothing is."""
    end = time.monotonic() + within
    while (left := alive(mark)) and time.monotonic() < end:
        time.sleep(0.02)
    return left


def shell(script: str, seconds: float = 20, memory_mb: int = 4096) -> Run:
    return run(["sh", "-c", script], "", Quota(seconds, memory_mb))


# In its own session, with its parent gone, deaf to what can be ignored: nothing but a search of /proc finds it.
DAEMON = (
    "import os, signal, time\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    if os.fork() == 0:\n"
    "        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):\n"
    "            signal.signal(number, signal.SIG_IGN)\n"
    "        open(READY, 'w').close()\n"
    "        time.sleep(60)\n"
    "    os._exit(0)\n"
    "os.wait()\n"
    "while not os.path.exists(READY): time.sleep(0.005)\n"
)


@pytest.fixture
def daemon(tmp_path: Path) -> str:
    """A command that leaves a daemon behind; it is there when the command ends, and so is the file `ready`."""
    script = tmp_path / "daemon.py"
    script.write_text(DAEMON.replace("READY", repr(str(tmp_path / "ready"))))
    return f"{sys.executable} -S {script}"


# One run


def test_a_tool_that_ends_in_order_says_what_it_says() -> None:
    finished = run(["sh", "-c", "cat; echo oops >&2; exit 3"], "gr\u00fc\u00df", Quota(20, 4096))
    assert (finished.status, finished.output, finished.errors) == (3, "gr\u00fc\u00df", "oops\n")
    assert finished.ended == ""
    assert finished.fault(4096) is None


@pytest.mark.filterwarnings("ignore")  # as a build does; a warning that is an error here hid the fault
def test_a_tool_that_ends_at_once_is_seen_to_end_each_time() -> None:
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda _: run(["false"], "", Quota(20, 4096)).status, range(100))
    assert set(found) == {1}


def test_tools_are_run_by_threads_too() -> None:
    """The build forks while other forks of it are under way."""
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda code: shell(f"exit {code}").status, range(20))
    assert list(found) == list(range(20))


@pytest.mark.parametrize("how", ["TERM", "INT", "SEGV", "KILL"])
def test_a_tool_that_dies_by_a_signal_is_said_to(how: str) -> None:
    finished = shell(f"kill -{how} $$")
    assert finished.status == -(number := getattr(signal, f"SIG{how}"))
    assert (finished.fault(4096) or "").startswith(f"was killed by signal {number} (")


def test_a_tool_that_ignores_sigterm_ends_at_its_time(mark: str) -> None:
    finished = shell("trap '' TERM INT HUP; while :; do sleep 60; done", seconds=0.2)
    assert (finished.status, finished.ended) == (None, "time")
    assert 0.2 <= finished.seconds < 30
    assert alive(mark) == []


def test_a_daemon_ends_with_the_time_of_its_tool(mark: str, daemon: str, tmp_path: Path) -> None:
    assert shell(f"{daemon}; sleep 60", seconds=0.6).ended == "time"
    assert (tmp_path / "ready").exists()
    assert alive(mark) == []


def test_without_a_descriptor_of_a_process_it_goes_by_looking(
    mark: str, daemon: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = f"import os; del os.pidfd_open; {process._PROGRAM}"
    monkeypatch.setattr(process, "_PROGRAM", blind)
    monkeypatch.setattr(process, "_idle", [])
    assert shell("exit 5").status == 5
    assert shell(f"{daemon}; sleep 60", seconds=0.6).ended == "time"
    build = os.fork()
    if build == 0:
        try:
            shell("sleep 60")
        finally:
            os._exit(0)
    end = time.monotonic() + 60
    while not any("sleep" in line for line in alive(mark)):
        assert time.monotonic() < end
        time.sleep(0.01)
    os.kill(build, signal.SIGKILL)
    os.waitpid(build, 0)
    assert gone(mark) == []
    process.dismiss_supervisors()


def test_a_daemon_does_not_outlive_a_tool_that_ends_in_order(mark: str, daemon: str, tmp_path: Path) -> None:
    finished = shell(f"{daemon}; echo done")
    assert (finished.status, finished.output, finished.ended) == (0, "done\n", "")
    assert (tmp_path / "ready").exists()
    assert alive(mark) == []


@pytest.mark.parametrize("stream", ["", ">&2"])
def test_a_tool_that_prints_a_gigabyte_is_stopped_early(stream: str) -> None:
    finished = shell(f"exec head -c 1000000000 /dev/zero {stream}")
    assert (finished.status, finished.ended) == (None, "output")
    assert len(finished.output) + len(finished.errors) < 1_000_000
    assert finished.fault(4096) == "printed more than 64 MB and was stopped"


def test_a_tool_that_prints_on_when_it_is_refused_is_stopped_too() -> None:
    finished = shell("trap '' XFSZ; while :; do head -c 40000000 /dev/zero; done 2>/dev/null")
    assert (finished.status, finished.ended) == (None, "output")
    assert finished.seconds < 15


def test_just_enough_output_is_not_too_much() -> None:
    finished = shell(f"exec head -c {64 * 1024 * 1024} /dev/zero")
    assert (finished.status, finished.ended, len(finished.output)) == (0, "", 64 * 1024 * 1024)


@pytest.mark.parametrize(
    "code",
    [
        "x = bytearray(300 * 10**6)",
        "import os, time\nfor _ in range(2): os.fork()\nx = bytearray(80 * 10**6)\ntime.sleep(60)",
    ],
    ids=["one process", "four that share it out"],
)
def test_a_tool_that_wants_more_memory_than_its_limit_is_said_to(mark: str, code: str) -> None:
    finished = run([sys.executable, "-S", "-c", code], "", Quota(20, 200))
    assert finished.ended == "memory"
    assert (finished.fault(200) or "").startswith("needed more than 200 MB of memory; raise limits.memory")
    assert alive(mark) == []


def test_a_tool_that_forks_without_end_is_stopped(mark: str) -> None:
    finished = shell("while :; do sleep 60 & done")
    assert (finished.status, finished.ended) == (None, "processes")
    assert "started more than 100 processes" in (finished.fault(4096) or "")
    assert alive(mark) == []


LIBRARY = r"""
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int initialized = 0;
void initialize(void) { initialized += 1; }

int tool(int argc, char **argv) {
    static char zeros[1000000];
    if (!strcmp(argv[1], "say")) { printf("%d %s", initialized, argv[2]); return 7; }
    if (!strcmp(argv[1], "crash")) raise(SIGSEGV);
    if (!strcmp(argv[1], "hang")) {
        if (fork() == 0) { setsid(); execlp("sleep", "sleep", "60", (char *)0); }
        signal(SIGTERM, SIG_IGN);
    }
    signal(SIGXFSZ, SIG_IGN);
    for (;;) if (!strcmp(argv[1], "hang") || write(1, zeros, sizeof zeros) < 0) usleep(10000);
}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library whose function `tool` is a tool."""
    source = tmp_path_factory.mktemp("library") / "tool.c"
    source.write_text(LIBRARY)
    return Library("the tool", [compiled(source, source.with_suffix(".so"))], "tool", "initialize", "try another")


def test_a_library_is_a_tool_as_a_command_is(mark: str, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_idle", [])  # another one may have loaded Lean, which handles its signals
    for word in ("one", "two"):
        finished = run(["tool", "say", word], "", Quota(20, 8192), library=library)
        assert (finished.status, finished.output) == (7, f"1 {word}")
    assert run(["tool", "crash"], "", Quota(20, 8192), library=library).status == -signal.SIGSEGV
    assert run(["tool", "hang"], "", Quota(0.3, 8192), library=library).ended == "time"
    assert run(["tool", "print"], "", Quota(20, 8192), library=library).ended == "output"
    assert [line for line in alive(mark) if "sleep" in line] == []
    with pytest.raises(ToolError, match=r"^the tool does not load here \(.*\): .*undefined symbol: main_; try another"):
        run(["tool"], "", Quota(20, 8192), library=replace(library, main="main_"))
    with pytest.raises(ToolError, match=r"^the tool does not load here .*: /no/such\.so: cannot open"):
        run(["tool"], "", Quota(20, 8192), library=replace(library, paths=[Path("/no/such.so")]))
    process.dismiss_supervisors()


def test_one_supervisor_runs_one_tool_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each tool has the folder and the environment that its build has when it runs it."""
    monkeypatch.chdir(tmp_path)
    first = run(["sh", "-c", "echo $PPID; pwd; umask; set -- /proc/$$/fd/*; echo $#"], "", Quota(20, 4096))
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setenv("LC_MARK", "later")
    again = run(["sh", "-c", "echo $PPID; pwd; echo $LC_MARK"], "", Quota(20, 4096))
    assert first.output.split()[0] == again.output.split()[0]
    assert again.output.split()[1:] == [str(tmp_path / "below"), "later"]
    assert first.output.split()[1] == str(tmp_path)
    assert int(first.output.split()[3]) == 4, "descriptors of ours: these are its streams, and the folder that it reads"


def test_a_supervisor_that_was_killed_while_it_was_idle_is_replaced() -> None:
    supervisor = int(shell("echo $PPID").output)
    os.kill(supervisor, signal.SIGKILL)
    os.waitid(os.P_PID, supervisor, os.WEXITED | os.WNOWAIT)
    assert int(shell("echo $PPID").output) != supervisor


def test_a_fork_of_a_build_has_a_supervisor_of_its_own() -> None:
    supervisor = int(shell("echo $PPID").output)
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        other = int(pool.submit(shell, "echo $PPID").result().output)
    assert other != supervisor
    assert int(shell("echo $PPID").output) == supervisor


def test_a_tool_that_cannot_be_started_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"^no-such-tool cannot be started: No such file or directory$"):
        run(["no-such-tool"], "", Quota(1, 4096))
    with pytest.raises(ToolError, match=r"cannot be started: Permission denied$"):
        run([str(tmp_path)], "", Quota(1, 4096))


def test_a_supervisor_that_cannot_be_started_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_idle", [])
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(ToolError, match=r"^true cannot be started: No such file or directory$"):
        run(["true"], "", Quota(1, 4096))


# What readers make of it

SOLUTION = '{"type": "solution", "output": {"json": {"x": [1]}}}'
GARBAGE = [
    ("echo garbage", "gave an invalid answer: 'garbage'"),
    (r"printf '\377\376\000{\n'", "gave an invalid answer"),
    ('printf \'{"type": "solu\'', 'gave an invalid answer: \'{"type": "solu\''),
    ("echo '[[1, 2], 3]'", "gave an invalid answer"),
    ("echo null", "gave an invalid answer"),
    ("head -c 200000 /dev/zero | tr '\\0' '['", "gave an invalid answer: '[[["),
    ("head -c 200000 /dev/zero | tr '\\0' '7'", "gave an invalid answer: '777"),
    (r"printf '\033[31mred\n'", "gave an invalid answer: '\ufffd[31mred'"),
    ("exec head -c 1000000000 /dev/zero", "printed more than 64 MB and was stopped"),
    ("kill -SEGV $$", "was killed by signal 11 (Segmentation fault)"),
    ("echo 'std::bad_alloc' >&2; exit 1", "needed more than 4096 MB of memory; raise limits.memory_mb in corpus.yaml"),
    (
        "echo 'Memory: Heap memory exhausted' >&2; kill -ABRT $$",
        "needed more than 4096 MB of memory; raise limits.memory",
    ),
]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        *GARBAGE,
        ("exit 0", "minizinc ended without an answer (status 'none'): no message"),
        ("exit 5", "minizinc failed with exit code 5: no message"),
        (f"echo '{SOLUTION}'; exit 5", "minizinc failed with exit code 5"),
        ("echo '{\"type\": [7]}'", "minizinc ended without an answer"),
        ('echo \'{"type": "error", "message": "out of memory"}\'; exit 1', "needed more than 4096 MB of memory"),
        ('echo \'{"type": "error", "message": "\\ud800"}\'; exit 1', "rejects the model: error: \ufffd"),
    ],
)
def test_minizinc_s_reader_has_one_clear_line_for_it(
    stub: Tool, tmp_path: Path, script: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = stub("minizinc", f"#!/bin/sh\n{script}\n")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ToolError) as caught:
        solve("solve satisfy;", minizinc())
    said = str(caught.value)
    assert said.startswith("minizinc ")
    assert message in said
    assert "\n" not in said
    assert len(said.encode()) < 1000
    with pytest.raises(ToolError, match="minizinc"):
        identify("minizinc", "", "", runner(tmp_path))


@pytest.mark.parametrize(
    ("script", "message"),
    [
        *GARBAGE,
        ("exit 0", "lean accepts the text but does not list the axioms of t"),
        ("exit 1", "lean contradicts itself: exit code 1 with 0 messages"),
        ("exit 5", "lean ended with exit code 5"),
        ('echo \'{"severity": 7, "data": "", "pos": {"line": 1}}\'', "lean gave an invalid answer"),
        ('echo \'{"severity": "error", "data": 7, "pos": {"line": 1}}\'', "lean gave an invalid answer"),
        ('echo \'{"severity": "error", "data": "", "pos": 7}\'', "lean gave an invalid answer"),
        (
            'echo \'{"severity": "error", "data": "", "pos": {"line": ""}}\'',
            "lean gave an invalid answer",
        ),
    ],
)
def test_lean_s_reader_has_one_clear_line_for_it(
    stub: Tool, tmp_path: Path, script: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiles = 'case "$*" in -R*) echo olean > "$4"; exit 0;; esac'
    folder = stub("lean", f"#!/bin/sh\n{compiles}\n{script}\n")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ToolError) as caught:
        judge("theorem t : True := trivial", "t", lean("toolchain", 20))
    said = str(caught.value)
    assert said.startswith("lean ")
    assert message in said
    assert "\n" not in said
    assert len(said.encode()) < 1000
    with pytest.raises(ToolError, match="lean"):
        identify("lean", "toolchain", "", runner(tmp_path))


def test_what_lean_says_may_hold_any_character(stub: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    text = r'{"severity": "warning", "data": "a LINE \\ud800 b", "pos": {"line": 1}}'.replace("LINE", "\u2028")
    compiles = 'case "$*" in -R*) echo olean > "$4"; exit 0;; esac'
    folder = stub("lean", f"#!/bin/sh\n{compiles}\ncat <<'END'\n{text}\nEND\n".replace("\\\\u", "\\u"))
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    assert judge("", None, lean("toolchain", 20)).warnings() == ["a \u2028 ? b"]


# Through the whole build


@pytest.fixture
def misbehaving(project: Project, stub: Tool) -> Callable[[str], Project]:
    """A build whose minizinc does something else for chunk 06, and what it should for all others."""
    real = shutil.which("minizinc")

    def make(script: str) -> Project:
        folder = stub(
            "minizinc",
            f'#!/bin/sh\ncase "$*" in --*s-json|--version) exec {real} "$@";; esac\n'
            f"model=$(mktemp -p {project.home}); cat >$model\n"
            f'if grep -q "x\\[1\\] + x\\[2\\])" $model; then\n{script}\nelse {real} "$@" <$model; fi\n',
        )
        project.environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        settings = project.chunks / "corpus.yaml"
        settings.write_text(settings.read_text() + "limits: {solve_seconds: 1}\n")
        return project

    return make


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("head -c 1000000000 /dev/zero", "minizinc printed more than 64 MB and was stopped"),
        ("exec head -c 1000000000 /dev/zero >>$model", "minizinc wrote a file of more than 64 MB and was stopped"),
        ("while :; do sleep 60 & done", "minizinc started more than 100 processes at a time and was stopped"),
        ("trap '' TERM; sleep 60", "no answer within 1 s; raise the limit (solve_seconds="),
        ("printf '{\"type\": \\377'", "minizinc gave an invalid answer: '{\"type\": \ufffd'"),
    ],
    ids=["prints", "writes", "forks", "hangs", "garbage"],
)
def test_a_tool_that_misbehaves_for_one_chunk_hides_no_other(
    misbehaving: Callable[[str], Project], mark: str, script: str, message: str
) -> None:
    project = misbehaving(script)
    finished = project.doit("-n", "2", "solve")
    assert finished.status != 0
    assert f"!! solve:06 failed\n   {'chunk 06: ' if 'no answer within' in message else ''}{message}" in finished.output
    assert "FAILED: solve:06\n" in finished.output
    assert "Traceback" not in finished.text()
    for chunk_id in ("08", "19"):
        assert project.stamp("solve", chunk_id)["status"] == "passed"
    assert not (project.rendered / "stamps" / "solve" / "06.json").exists()
    assert alive(mark) == []


@pytest.mark.parametrize(
    ("how", "processes"),
    [(signal.SIGKILL, "0"), (signal.SIGKILL, "2"), (signal.SIGTERM, "2"), (signal.SIGINT, "0"), (signal.SIGINT, "2")],
    ids=["SIGKILL", "SIGKILL -n 2", "SIGTERM -n 2", "Ctrl-C", "Ctrl-C -n 2"],
)
def test_a_killed_build_leaves_no_process_behind(
    misbehaving: Callable[[str], Project], mark: str, daemon: str, tmp_path: Path, how: int, processes: str
) -> None:
    project = misbehaving(f"{daemon}; sleep 60")
    settings = project.chunks / "corpus.yaml"
    settings.write_text(settings.read_text().replace("solve_seconds: 1", "solve_seconds: 60"))
    environment = {**os.environ, "PYTHONPATH": str(project.source), **project.environment}
    build = subprocess.Popen(
        [sys.executable, "-m", "doit", "-n", processes, "solve"],
        cwd=project.home, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not (tmp_path / "ready").exists():
        assert build.poll() is None
        time.sleep(0.01)
    assert any("daemon.py" in line for line in alive(mark))
    os.killpg(build.pid, how)
    build.wait(10)
    assert gone(mark) == []


def test_a_supervisor_that_is_killed_takes_the_tool_along(mark: str) -> None:
    with pytest.raises(ToolError, match="sh has no verdict: the process that watches it was killed; run the build"):
        shell("kill -9 $PPID; exec sleep 60")
    assert gone(mark) == []
