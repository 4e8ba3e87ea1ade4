"""Tools on a cluster of Dask's: real schedulers and workers on this machine's loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import Finished, Project, contents, small_corpus
from tasks.check.call import Limits, Run, ToolCall
from tasks.check.messages import Answer, Question, name_of, pack, read_frame, write_frame
from tasks.check.remote import RemoteRunner
from tasks.cluster import answerer, bridge, connection
from tasks.cluster.connection import warning
from tasks.digests import Code
from tasks.errors import RunnerLost
from tasks.records.journal import entries
from test_environment import small_disk
from test_stopping import MARK, finished_tasks, marked, wait_until

# Stands before the real MiniZinc: notes each run for a model, and holds it up while a file is there, or runs another.
# What is run for up to 60 s is the trial of a solver, when the tools are identified.
MINIZINC = """#!/bin/sh
case "$*" in
  *" 60000 -") ;;
  *" -")
    echo "$$ $PPID" >> {home}/runs
    while [ -e {home}/hold ]; do sleep 0.1; done
    [ -e {home}/instead ] && exec {home}/instead;;
esac
exec {minizinc} "$@"
"""

# Makes a folder where it is unpickled, but by the worker, which unpickles its own exceptions.
EVIL = """
import os, sys
def make(path):
    if sys.argv[0].endswith("ask.py"): os.mkdir(path)
    return ValueError(path)
class Evil:
    def __init__(self, path): self.path = path
    def __reduce__(self): return make, (self.path,)
def answer(path): return Evil(path)
def fail(path): raise ValueError(Evil(path))
"""


@dataclass
class Cluster:
    """A scheduler and its workers, in a folder with the project that they have the program of."""

    home: Path
    environment: dict[str, str]
    scheme: str = "tls"
    address: str = ""
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def hold(self) -> Path:
        return self.home / "hold"

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        environment = self.environment | more
        command = [sys.executable, "-m", f"distributed.cli.dask_{arguments[0]}", *arguments[1:], "--no-dashboard"]
        with (self.home / "log").open("ab") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)

    def start_scheduler(self) -> None:
        file = self.home / "scheduler.json"
        file.unlink(missing_ok=True)
        options = ["--host", "127.0.0.1", "--port", "0", "--protocol", self.scheme, "--scheduler-file", str(file)]
        self.scheduler = self.start("scheduler", *options)
        wait_until(lambda: file.exists() and file.read_text().endswith("}"))
        self.address = json.loads(file.read_text())["address"]

    def start_worker(self, **more: str) -> subprocess.Popen[bytes]:
        """more: variables of its environment."""
        options = ["--no-nanny", "--nthreads", "2", "--host", "127.0.0.1", "--death-timeout", "30"]
        self.workers.append(self.start("worker", self.address, *options, **more))
        return self.workers[-1]

    def have(self, count: int) -> None:
        """Sees to it that there are so many workers."""
        while len(self.workers) < count:
            self.start_worker()
        for worker in self.workers[count:]:
            self.lose(worker)

    def lose(self, worker: subprocess.Popen[bytes]) -> None:
        worker.kill()
        worker.wait()
        self.workers.remove(worker)

    def running(self) -> list[tuple[int, subprocess.Popen[bytes]]]:
        """The runs of MiniZinc that live, each with the worker that runs it."""
        found = []
        for pid, above in self.runs():
            while above > 1 and lives(pid):
                found += [(pid, worker) for worker in self.workers if worker.pid == above]
                above = parent(above)
        return found

    def runs(self) -> list[tuple[int, int]]:
        """The process ids of the runs of MiniZinc for a model so far, each with that of its parent."""
        path = self.home / "runs"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(int(line.split()[0]), int(line.split()[1])) for line in lines]

    def end(self) -> None:
        self.hold.unlink(missing_ok=True)
        for process in [*self.workers, *filter(None, [self.scheduler])]:
            process.kill()
            process.wait()
        self.scheduler, self.workers = None, []


def certificates(home: Path) -> dict[str, str]:
    """Dask's own settings for TLS, with an authority and a certificate made for the test."""
    run = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
           "-subj", "/CN=duality", "-keyout", str(home / "key.pem"), "-out", str(home / "cert.pem")]  # fmt: skip
    subprocess.run(run, check=True, capture_output=True)
    names = {"CA_FILE": "cert.pem"}
    for part in ("CLIENT", "SCHEDULER", "WORKER"):
        names |= {f"{part}__CERT": "cert.pem", f"{part}__KEY": "key.pem"}
    found = {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(home / file) for name, file in names.items()}
    return found | {"DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    home = tmp_path_factory.mktemp("cluster")
    minizinc = shutil.which("minizinc")
    (home / "bin").mkdir()
    (home / "bin/minizinc").write_text(MINIZINC.format(home=home, minizinc=minizinc))
    (home / "bin/minizinc").chmod(0o755)
    (home / "evil.py").write_text(EVIL)
    project = small_corpus(home / "project")
    paths = [str(project.source), str(home), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ, **certificates(home), "PATH": f"{home / 'bin'}:{os.environ['PATH']}", MARK: str(home),
        "PYTHONPATH": ":".join(paths),
    }  # fmt: skip
    found = Cluster(home, environment)
    try:
        found.start_scheduler()
        found.start_worker()
        found.start_worker()
        yield found
    finally:
        found.end()
    wait_until(lambda: not marked(str(home)))


@pytest.fixture
def spread(cluster: Cluster, project: Project) -> Project:
    """The small corpus, for builds with the tools that the cluster has."""
    keys = ("PATH", *(name for name in cluster.environment if name.startswith("DASK_")))
    project.environment |= {key: cluster.environment[key] for key in keys}
    project.environment["PYTHONPATH"] = cluster.environment["PYTHONPATH"]
    return project


@contextmanager
def held(cluster: Cluster, project: Project, *arguments: str, runs: int = 1) -> Iterator[subprocess.Popen[str]]:
    """A build while so many runs of MiniZinc are held up."""
    cluster.hold.touch()
    (cluster.home / "runs").unlink(missing_ok=True)
    environment = {**os.environ, **project.environment, MARK: str(project.home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "doit", *(arguments or [f"runner={cluster.address}"]), "cache=off"],
        cwd=project.home, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        wait_until(lambda: len(cluster.runs()) >= runs or process.poll() is not None)
        assert process.poll() is None, process.communicate()
        yield process
    finally:
        cluster.hold.unlink(missing_ok=True)
        process.kill()
        process.communicate()


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][1] != "Z"
    except OSError:
        return False


def command(pid: int) -> bytes:
    """Nothing where the process has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def parent(pid: int) -> int:
    """0 where the process has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def refusal(finished: Finished) -> str:
    assert finished.status == 3, finished.text()
    (line,) = [line for line in finished.errors.splitlines() if line.startswith("ERROR")]
    return line


@pytest.mark.cold
def test_a_cluster_over_tls_judges_as_this_machine_does_and_what_is_known_does_not_travel(
    cluster: Cluster, spread: Project, built_once: Project
) -> None:
    finished = spread.doit(f"runner={cluster.address}")
    assert finished.status == 0, finished.text()
    assert f"tools run on {socket.gethostname()}: 4 slots\n" in finished.output
    there, here = contents(spread.rendered), contents(built_once.rendered)
    files = [name for name in here if not re.fullmatch(r"summary\.json|\.snapshot.*|scratch/.*|report/.*", name)]
    assert [name for name in files if there.get(name) != here[name]] == []
    assert any(name.startswith("stamps/prove/") for name in files)
    asked = cluster.runs()
    assert asked
    ran_at = {entry.task: entry.where for entry in entries(spread.rendered / "journal.jsonl")}
    for task in ("solve:06", "prove:06"):
        (where,) = ran_at[task]
        assert re.fullmatch(rf"{re.escape(socket.gethostname())}:\d+", where)
    assert ran_at["schema:06"] == ()
    again = spread.doit("out=again", f"runner={cluster.address}")
    assert again.status == 0, again.text()
    assert "15 of 15 verdicts from the cache" in again.output
    assert cluster.runs() == asked


def test_workers_with_another_tool_or_another_package_are_not_asked(cluster: Cluster, spread: Project) -> None:
    tool = spread.home / "bin/minizinc"
    tool.parent.mkdir()
    tool.write_text((cluster.home / "bin/minizinc").read_text() + "# another\n")
    tool.chmod(0o755)
    path = spread.environment["PATH"]
    spread.environment["PATH"] = f"{tool.parent}:{path}"
    line = refusal(spread.doit(f"runner={cluster.address}", "solve:06"))
    assert re.search(r"no worker has minizinc \S+ \(gecode \S+\), identity [0-9a-f]{12}, which this build asks", line)
    assert re.search(r"127\.0\.0\.1:\d+ \(.*\) has minizinc \S+ \(gecode \S+\), identity [0-9a-f]{12}", line)
    assert finished_tasks(spread) >= {"schema:06", "render_mzn:06"}

    spread.environment["PATH"] = path
    with (spread.own_package() / "files.py").open("a") as file:
        file.write("# another version\n")
    shared = spread.environment["PYTHONPATH"]
    spread.environment["PYTHONPATH"] = f"{spread.source}{os.pathsep}{shared}"
    assert "with other content (package" in refusal(spread.doit(f"runner={cluster.address}", "solve:06"))


# Asks for what the worker answers with Evil; then reads a message of the scheduler's that holds one.
ASK = """
import asyncio, pickle, sys, evil
from distributed import protocol
from tasks.cluster.data_only import client, own_pickles
async def ask(function, path):
    async with client(sys.argv[1]) as found:
        with own_pickles(): future = found.submit(function, path, pure=False)
        try: print(await future.result())
        except Exception as error: print('refused', type(error).__name__, str(error)[:40])
for function in (evil.answer, evil.fail):
    asyncio.run(ask(function, sys.argv[2] + function.__name__))
there = evil.Evil(sys.argv[2] + 'message')
for message in (protocol.ToPickle(there), protocol.to_serialize(there)):
    try: protocol.loads(protocol.dumps({'op': 'x', 'data': message}))
    except TypeError as error: print(type(error).__name__, error)
print(pickle.loads(pickle.dumps([1, 'plain'])))
"""


def test_nothing_that_a_worker_sends_runs_code_here(cluster: Cluster, tmp_path: Path) -> None:
    script = tmp_path / "ask.py"
    script.write_text(ASK)
    made = tmp_path / "made-"
    command = [sys.executable, str(script), cluster.address, str(made)]
    finished = subprocess.run(command, env=cluster.environment, capture_output=True, text=True, check=True, timeout=60)
    refused = "Refused pickled data is not taken: it names evil.make"
    lines = finished.stdout.splitlines()
    assert [line[:17] for line in lines[:2]] == ["refused TypeError", "refused Exception"]
    assert lines[2:] == [refused, refused, "[1, 'plain']"]
    assert list(tmp_path.glob("made-*")) == []


def test_a_killed_worker_loses_no_call(cluster: Cluster, spread: Project) -> None:
    cluster.have(2)
    with held(cluster, spread, runs=3) as build:
        runs = cluster.runs()
        cluster.lose(cluster.workers[0])
        wait_until(lambda: any(not lives(pid) for pid, _ in runs))  # with the tools that it ran
        assert any(lives(pid) for pid, _ in runs)
        assert build.stdout
        wait_until(lambda: " of 4 slots busy" in build.stdout.readline())  # type: ignore[union-attr]
        cluster.hold.unlink()
        output, errors = build.communicate(timeout=120)
        assert build.returncode == 0, output + errors
        assert len(cluster.runs()) > 3


@pytest.mark.parametrize("end", [signal.SIGINT, pytest.param(signal.SIGKILL, marks=pytest.mark.slow)])
def test_a_build_that_ends_leaves_no_tool_on_a_worker(cluster: Cluster, spread: Project, end: signal.Signals) -> None:
    cluster.have(2)
    with held(cluster, spread, runs=3) as build:
        assert {worker.pid for _, worker in cluster.running()} == {worker.pid for worker in cluster.workers}
        build.send_signal(end)
        _, errors = build.communicate(timeout=60)
        assert build.returncode == (130 if end == signal.SIGINT else -9)
        assert errors.count("\n") == (end == signal.SIGINT), errors
        wait_until(lambda: not any(lives(pid) for pid, _ in cluster.runs()))
        wait_until(lambda: not marked(str(spread.home)))


def test_a_cluster_of_the_build_ends_with_it(cluster: Cluster, spread: Project, request: pytest.FixtureRequest) -> None:
    # Not pytest's own, whose path may be too long for a socket.
    temporary = Path(tempfile.mkdtemp(dir="/tmp"))
    request.addfinalizer(lambda: shutil.rmtree(temporary, ignore_errors=True))
    spread.environment["TMPDIR"] = str(temporary)
    with held(cluster, spread, "runner=dask", "-n", "2") as build:
        assert any(b"tasks.cluster.local" in command(pid) for pid in marked(str(spread.home)))
        assert list(temporary.iterdir()) != []
        build.kill()
        build.communicate()
        wait_until(lambda: not marked(str(spread.home)))
        assert list(temporary.glob("duality-*")) == []


def test_a_limit_that_ends_a_tool_there_is_told_and_remembered_as_one_here(cluster: Cluster, spread: Project) -> None:
    (spread.chunks / "corpus.yaml").write_text(
        'documentation: ["01"]\ninformal: documentation\nlimits: {solve_seconds: 1, memory_mb: 500}\n'
    )
    instead = cluster.home / "instead"
    instead.write_text(
        f"#!/bin/sh\ncase $(cat) in *minimize*) exec {sys.executable} -c 'bytearray(1 << 30)';; esac; sleep 60\n"
    )
    instead.chmod(0o755)
    caches = [spread.home / name for name in ("here", "there")]
    try:
        told = []
        for runner, cache in (("local", caches[0]), (cluster.address, caches[1]), ("local", caches[1])):
            cache.mkdir(mode=0o700, exist_ok=True)
            finished = spread.doit("-c", "out=of", f"runner={runner}", f"cache={cache}", "solve:06", "solve:08")
            assert finished.status == 1, finished.text()
            told.append([line.strip() for line in finished.output.splitlines() if re.match(r" *solve:0\d +", line)])
            shutil.rmtree(spread.home / "of")
    finally:
        instead.unlink()
    here, there, again = map(sorted, told)
    assert [" ".join(line.split()[1:5]) for line in here] == ["chunk 06: no answer", "minizinc needed more than"]
    assert there == here
    remembered = "; remembered from an earlier run, cache=rebuild asks again"
    assert [line.count(remembered) for line in again] == [1, 1]
    assert [line.replace(remembered, "") for line in again] == here


def test_a_worker_that_is_silent_is_given_up_and_used_again(cluster: Cluster, spread: Project) -> None:
    cluster.have(2)
    spread.environment["DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT"] = "5s"
    stopped: list[subprocess.Popen[bytes]] = []
    try:
        with held(cluster, spread, runs=3) as build:
            for worker in cluster.workers:
                worker.send_signal(signal.SIGSTOP)
                stopped.append(worker)
                asked = len(cluster.runs())
                if len(stopped) == 1:
                    wait_until(lambda: len(cluster.runs()) > asked)  # noqa: B023
            _, errors = build.communicate(timeout=60)
            assert build.returncode == 3
            assert re.fullmatch(
                r"ERROR: tls://\S+: no worker that has the tools is left \(tls://\S+, tls://\S+ silent\); "
                r"finished tasks are kept: build again\n",
                errors,
            )
    finally:
        for worker in stopped:
            worker.send_signal(signal.SIGCONT)
    wait_until(lambda: not cluster.running())
    assert spread.doit(f"runner={cluster.address}", "solve:06", "cache=off").status == 0


def test_a_scheduler_that_does_not_answer_ends_the_build(cluster: Cluster, spread: Project) -> None:
    spread.environment["DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT"] = "3s"
    assert cluster.scheduler
    with held(cluster, spread) as build:
        cluster.scheduler.send_signal(signal.SIGSTOP)
        try:
            _, errors = build.communicate(timeout=60)
        finally:
            cluster.scheduler.send_signal(signal.SIGCONT)
        assert build.returncode == 3
        assert "the scheduler has not answered for 3 s; finished tasks are kept: build again" in errors
        assert errors.count("\n") == 1


def test_an_answer_to_another_question_is_none(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    mine, other = (ToolCall("minizinc", "1", (), text, Limits(1, 100)) for text in ("mine", "other"))
    runner = RemoteRunner(path, "package", "toolchain")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()

        def serve() -> None:
            with listening.accept()[0] as line, line.makefile("rwb") as stream:
                asked = pack(Question(mine, "package", "toolchain"))
                while read_frame(stream):
                    write_frame(stream, pack(Answer(Run(0, "yes", "", 0.1), where="there:1", asked=name_of(asked))))

        threading.Thread(target=serve, daemon=True).start()
        assert runner.run(mine).output == "yes"
        with pytest.raises(RunnerLost, match="a worker's answer is one to another question"):
            runner.run(other)


def test_a_call_that_three_workers_are_lost_by_ends_the_build(cluster: Cluster, spread: Project) -> None:
    cluster.have(3)
    with held(cluster, spread, f"runner={cluster.address}", "solve:06", "render_mzn") as build:
        for _ in range(3):
            wait_until(lambda: cluster.running() or build.poll() is not None)
            ((_, worker),) = cluster.running()
            cluster.lose(worker)
        _, errors = build.communicate(timeout=60)
        assert build.returncode == 3
        assert re.fullmatch(
            r"ERROR: tls://\S+: 3 workers were lost that ran the same call \(see their logs\); "
            r"finished tasks are kept: build again\n",
            errors,
        )
        assert finished_tasks(spread) >= {"render_mzn:06", "render_mzn:08"}
    cluster.start_worker()
    finished = spread.doit(f"runner={cluster.address}", "solve")
    assert finished.status == 0
    assert "render_mzn:06" not in finished.ran


def test_a_worker_whose_disk_fills_up_leaves_its_calls_to_others(cluster: Cluster, spread: Project) -> None:
    with small_disk(cluster.home / "disk") as disk:
        cluster.have(0)
        full = cluster.start_worker(TMPDIR=str(disk), DUALITY_TOOLS=str(disk / "tools"))
        with held(cluster, spread) as build:
            fill(disk)
            cluster.hold.unlink()
            output, errors = build.communicate(timeout=60)
            assert build.returncode == 3, output + errors
            assert re.fullmatch(r"ERROR: \S+:\d+: no tool can be run there: No space left on device.*\n", errors)
        (disk / "ballast").unlink()
        cluster.have(2)
        with held(cluster, spread, runs=3) as build:
            assert full in {worker for _, worker in cluster.running()}
            fill(disk)
            cluster.hold.unlink()
            output, errors = build.communicate(timeout=60)
            assert build.returncode == 0, output + errors
        cluster.lose(full)


def fill(disk: Path) -> None:
    """Leaves no room on a small disk."""
    with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_socket_has_a_path_that_is_short_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    found = Path(connection.Cluster("tcp://127.0.0.1:1", 1).socket)
    found.parent.rmdir()
    assert len(os.fsencode(found)) < 100


def test_a_scheduler_that_goes_away_ends_the_build_in_one_line(cluster: Cluster, spread: Project) -> None:
    """The last with this cluster."""
    with held(cluster, spread, runs=2) as build:
        assert cluster.scheduler
        cluster.scheduler.kill()
        _, errors = build.communicate(timeout=60)
        assert build.returncode == 3
        assert re.fullmatch(
            r"ERROR: tls://\S+: the scheduler is gone.*; finished tasks are kept: build again\n", errors
        )
        assert "render_mzn:06" in finished_tasks(spread)
    assert spread.doit("runner=local").status == 0


def test_a_scheduler_that_is_not_there_is_told_in_one_line(spread: Project) -> None:
    line = refusal(spread.doit("runner=tcp://127.0.0.1:9", "solve:06", "cache=off"))
    assert "tcp://127.0.0.1:9: no scheduler answers" in line


@pytest.mark.parametrize("value", ["dusk", "tcp://", "tcp://host", "tls://a:1/x", "http://host:80"])
def test_a_runner_that_is_none_is_told(project: Project, value: str) -> None:
    finished = project.doit(f"runner={value}")
    assert finished.status == 3
    assert f"runner={value}: expected local, dask, tcp://HOST:PORT or tls://HOST:PORT" in finished.text()


def test_tcp_beyond_this_machine_is_warned_of() -> None:
    assert "anybody on that network can run programs" in warning("tcp://build.example.org:8786")
    assert warning("tcp://10.0.0.1:8786")
    for address in ("tcp://127.0.0.1:8786", "tcp://[::1]:8786", "tcp://localhost:1", "tls://10.0.0.1:8786", "dask"):
        assert warning(address) == ""


def asked_here(identity: str = "", package: str = "") -> Answer:
    """What a worker's process answers on this machine."""
    code = Code()
    call = ToolCall("minizinc", identity, ("--version",), "", Limits(10, 4096))
    return answerer.answer(pack(Question(call, package or code.package_digest(), "")), code, "there:1")


def test_a_worker_without_room_leaves_the_call_to_another(
    stub: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert asked_here().run
    full = tmp_path / "file"
    full.touch()
    monkeypatch.setenv("DUALITY_TOOLS", str(full / "tools"))  # as where the disk is full, and no folder can be made
    answer = asked_here()
    assert answer.fault == "machine"
    assert answer.message.startswith("there:1: no tool can be run there: Not a directory")
    assert bridge.of_the_machine(pack(answer))


def test_a_tool_that_crashes_or_is_another_is_told_with_its_machine(
    stub: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = asked_here(identity="0" * 64)
    assert other.fault == "tool"
    assert other.message.startswith("there:1: the minizinc here is not the one that is asked")
    assert asked_here(package="0").fault == "machine"
    monkeypatch.setenv(
        "PATH", f"{stub('minizinc', '#!/bin/sh' + chr(10) + 'kill -SEGV $$' + chr(10))}:{os.environ['PATH']}"
    )
    crashed = asked_here()
    assert crashed.run
    assert crashed.run.status == -signal.SIGSEGV


def test_what_is_no_answer_is_asked_of_another_machine() -> None:
    assert bridge.of_the_machine(b"")
    assert bridge.of_the_machine(b"[]")
    assert not bridge.of_the_machine(pack(Answer(fault="tool", message="crashed")))
