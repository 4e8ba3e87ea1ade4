"""A build says only what holds for the files as they are, whatever command or option of doit it was given."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

from conftest import Finished, Project, contents, program
from privileges import give
from tasks import lifecycle
from tasks.run import Watch

IMPOSSIBLE = ("x[1] + x[2] >= 30", "x[1] + x[2] <= 20")


def says_passed(project: Project) -> bool:
    path = project.rendered / "summary.json"
    return path.is_file() and json.loads(path.read_text())["status"] == "passed"


@pytest.mark.parametrize(
    "commands",
    [
        [["reset-dep"], []],
        [["reset-dep", "solve:06", "schema:06"], ["-s", "summary"]],
        [["ignore", "solve:06", "balance:06"], []],
        [["ignore", "chunk:06"], []],
        [["ignore", "summary"], ["summary"]],
        [["-s", "summary"]],
        [["forget", "chunk:06"], ["-s", "summary"]],
        [["clean", "chunk:06"], ["-s", "summary"]],
        [["--check_file_uptodate", "timestamp"]],
        [["-r", "zero"]],
    ],
    ids=lambda commands: " ; ".join(" ".join(["doit", *command]) for command in commands),
)
def test_no_command_of_doit_makes_an_impossible_chunk_pass(built: Project, commands: list[list[str]]) -> None:
    path = built.write("06", *IMPOSSIBLE)
    os.utime(path, (1, 1))
    finished = Finished(0, "", "")
    for command in commands:
        finished = built.doit(*command)
    assert finished.status in (1, 2), finished.text()
    assert "Traceback" not in finished.text()
    assert not says_passed(built)
    assert "solve                3       0        0" not in finished.output


def test_another_database_is_refused(built: Project, tmp_path: Path) -> None:
    for option in (["--db-file", str(tmp_path / "other.db")], ["--backend", "json"]):
        finished = built.doit(*option)
        assert finished.status == 3
        assert finished.errors.startswith("ERROR: the build keeps its own database")


def test_what_is_ignored_is_named_and_is_no_success(built: Project) -> None:
    assert built.doit("ignore", "solve:06").status == 0
    finished = built.doit()
    assert finished.status == 1
    assert "ignored       solve:06 (`doit forget` makes them run again)" in finished.output
    assert built.summary()["ignored"] == ["solve:06"]
    assert built.summary()["stages"]["solve"] == {"passed": 2, "warned": 0, "failed": 0, "not_run": 1}
    assert built.doit("forget", "solve:06").status == 0
    assert built.doit().status == 0
    assert says_passed(built)


@pytest.mark.parametrize("reporter", ["console", "json", "zero", "executed-only", "error-only", "duality"])
def test_under_any_reporter_a_failure_leaves_nothing_that_says_passed(built: Project, reporter: str) -> None:
    built.write("06", *IMPOSSIBLE)
    finished = built.doit("-r", reporter, "-n", "1")
    assert finished.status == 2
    assert built.summary()["status"] == "failed"
    assert set(built.summary()["failures"]) == {"solve:06"}
    for stage in ("solve", "render_lean", "sample", "prove", "crosscheck", "balance"):
        assert not (built.rendered / "stamps" / stage / "06.json").exists()
    assert not (built.rendered / "certificate" / "Chunk06.lean").exists()


def test_under_any_reporter_a_build_holds_the_lock(project: Project) -> None:
    project.write("08", "x[1] >= 2", parameters={"scaleN": 100})
    environment = {**os.environ, "PYTHONPATH": str(project.source)}
    hold = (
        "import sys, time\nfrom tasks.state.lock import hold\n"
        "hold(sys.argv[1]); print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", hold, str(project.rendered / ".doit.db.lock")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for arguments in (["-r", "console"], ["-r", "json"], ["clean"], ["forget", "solve:06"]):
            finished = project.doit(*arguments)
            assert finished.status == 3, arguments
            assert f"process {holder.pid} is building here" in finished.errors
        holder.kill()


def test_a_summary_goes_when_something_runs_and_stays_when_nothing_does(built: Project) -> None:
    before = (built.rendered / "summary.json").read_bytes()
    assert built.doit().status == 0
    assert (built.rendered / "summary.json").read_bytes() == before
    stage = built.own_package() / "stages" / "solve.py"
    stage.write_text(
        stage.read_text().replace("    return Result(", "    __import__('os').kill(0, 9)\n    return Result(")
    )
    assert built.doit("-n", "1", first=os.setsid).status == -9
    assert not (built.rendered / "summary.json").exists()


def test_a_summary_that_was_edited_is_written_again(built: Project) -> None:
    path = built.rendered / "summary.json"
    before = path.read_text()
    path.write_text(before.replace('"passed"', '"failed"'))
    finished = built.doit()
    assert (finished.status, finished.ran) == (0, set())
    assert path.read_text() == before


def test_a_job_leaves_the_summary_alone(built: Project) -> None:
    before = (built.rendered / "summary.json").read_bytes()
    assert built.doit("primes").status != 0
    assert (built.rendered / "summary.json").read_bytes() == before


def test_outputs_of_a_chunk_that_is_gone_go_even_where_the_build_fails(built: Project) -> None:
    (built.chunks / "chunk-08.constraints.json").unlink()
    built.write("06", *IMPOSSIBLE)
    assert built.doit().status != 0
    assert not [name for name in contents(built.rendered) if "08" in name]
    assert (built.rendered / "lean" / "Duality.lean").read_text() == "import Duality.Base\nimport Duality.Chunk19\n"


def test_files_of_others_in_the_out_folder_stay(built: Project) -> None:
    mine = [
        built.rendered / "lean" / "Duality" / "ChunkLemmas.lean",
        built.rendered / "mzn" / "chunk-mine.mzn",
        built.rendered / "stamps" / "solve" / "99.json",
    ]
    for path in mine:
        path.write_text("mine")
    edited = built.rendered / "mzn" / "chunk-08.mzn"
    edited.write_text(edited.read_text() + "% my note\n")
    (built.chunks / "chunk-08.constraints.json").unlink()
    assert built.doit().status == 0
    assert all(path.read_text() == "mine" for path in mine)
    assert edited.is_file()  # it is not what the build wrote
    assert not (built.rendered / "stamps" / "solve" / "08.json").exists()


def test_what_others_keep_in_the_out_folder_outlasts_clean_and_a_killed_build(built: Project) -> None:
    empty = [built.rendered / name for name in (".git/refs/heads", "mine", "stamps/mine")]
    for folder in empty:
        folder.mkdir(parents=True)
    link = built.rendered / "report"
    link.symlink_to(built.rendered / "mine")
    draft = built.rendered / ".draft.tmp"
    draft.write_text("mine")
    (built.rendered / "summary.json").unlink()  # as a killed build leaves it
    assert built.doit().status == 0
    assert built.doit("clean").status == 0
    assert all(folder.is_dir() for folder in empty)
    assert link.is_symlink()
    assert contents(built.rendered) == {".draft.tmp": b"mine"}


@pytest.mark.parametrize("out", [".", "chunks", "..", "link"])
def test_an_out_folder_that_holds_the_corpus_is_refused(built: Project, out: str) -> None:
    (built.home / "link").symlink_to("..")
    before = contents(built.home)
    for command in ([], ["clean"], ["list"]):
        finished = built.doit(*command, f"out={out}")
        assert (finished.status, finished.output) == (3, "")
        assert finished.errors.startswith(f"ERROR: {out}: holds the corpus, and what the build writes")
    assert contents(built.home) == before


def test_engines_that_no_chunk_is_left_for_are_not_named(project: Project) -> None:
    (project.chunks / "corpus.yaml").write_text('documentation: ["01"]\n')
    assert project.doit().status == 0
    assert {engine["name"] for engine in project.summary()["engines"]} == {"duality", "lean", "minizinc"}
    for chunk_id in ("06", "08", "19"):
        (project.chunks / f"chunk-{chunk_id}.constraints.json").unlink()
    assert project.doit().status == 0
    assert {engine["name"] for engine in project.summary()["engines"]} == {"duality"}


def test_one_cause_is_counted_once(built: Project) -> None:
    built.write("06", *IMPOSSIBLE)
    finished = built.doit("-n", "1")
    assert finished.output.count("!! ") == 1
    assert "1 failed, 5 not run" in finished.output
    assert "FAILED: solve:06\n" in finished.output


def test_a_pipe_that_nobody_reads_ends_the_build_quietly(built: Project) -> None:
    built.write("06", "x[1] + x[2] >= 31")
    environment = {**os.environ, "PYTHONPATH": str(built.source)}
    for arguments in ("", "list --all"):
        script = f'"{sys.executable}" -m doit {arguments} | head -n 1; echo "${{PIPESTATUS[0]}}"'
        finished = subprocess.run(
            ["bash", "-c", script], cwd=built.home, env=environment, capture_output=True, text=True, check=True
        )
        assert finished.stderr == "", arguments
        assert len(finished.stdout.splitlines()) == 2
    assert built.doit().status == 0


@pytest.mark.parametrize(
    "redirection",
    [">&-", ">/dev/full", "-r json >/dev/full", "-r console >/dev/full", "-n 1 -r json -o /dev/full", "-o /dev/full"],
)
def test_a_closed_or_full_standard_output_gives_no_traceback(built: Project, redirection: str) -> None:
    built.write("06", "x[1] + x[2] >= 31")
    environment = {**os.environ, "PYTHONPATH": str(built.source)}
    finished = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -m doit {redirection}'],
        cwd=built.home, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in finished.stderr
    assert len(finished.stderr.splitlines()) <= 1
    if redirection.endswith("/dev/full"):
        assert finished.returncode == 3
        assert "cannot be written: No space left on device; finished tasks are kept" in finished.stderr


@pytest.mark.parametrize(
    "command", ["list --all", "info summary", "help", "dumpdb", "reset-dep", "tabcompletion", "why", "init more"]
)
def test_a_command_that_cannot_print_ends_in_one_line(built: Project, command: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(built.source)}

    def run(redirection: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", f'"{sys.executable}" -m doit {command} {redirection}'],
            cwd=built.home, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    full, closed, unread = run(">/dev/full"), run(">&-"), run("| true; exit ${PIPESTATUS[0]}")
    assert (full.returncode, full.stderr) == (
        3, "ERROR: standard output: cannot be written: No space left on device\n"
    )  # fmt: skip
    assert (closed.returncode, closed.stderr) == (0, "")
    assert unread.returncode in (0, 128 + signal.SIGPIPE), "what is printed may have been taken before"
    assert unread.stderr == ""


def test_without_a_toolchain_file_the_kernel_judges(project: Project) -> None:
    (project.home / "lean-toolchain").unlink()
    finished = project.doit("prove:06", "render_lean:package")
    assert finished.status == 0, finished.text()
    assert (project.rendered / "lean" / "lean-toolchain").read_text().startswith("leanprover/lean4:")


def test_the_cores_of_the_machine_are_used_unless_one_is_asked_for(project: Project) -> None:
    stage = project.own_package() / "stages" / "schema.py"
    stage.write_text(
        stage.read_text().replace("    return Result(", "    __import__('time').sleep(0.5)\n    return Result(")
    )

    def times(*arguments: str) -> int:
        assert project.doit(*arguments, "schema").status == 0
        lines = (project.rendered / "journal.jsonl").read_text().splitlines()
        shutil.rmtree(project.rendered)
        ends = sorted(json.loads(line)["time"] for line in lines if '"schema:' in line and "names" not in line)
        gaps = [float(b[17:23]) - float(a[17:23]) for a, b in pairwise(ends)]
        return sum(gap % 60 < 0.25 for gap in gaps)

    assert times("-n", "1") == 0
    if len(os.sched_getaffinity(0)) > 1:
        assert times() >= 1


def test_duality_builds_a_corpus_in_any_folder_from_the_installed_package(tmp_path: Path) -> None:
    package = Project(program(tmp_path / "package"))
    package.own_package()
    corpus = Project(tmp_path / "corpus")
    corpus.home.mkdir()
    corpus.write("06", "x[1] + x[2] >= 30")
    below = corpus.home / "chunks"
    environment = {**os.environ, "PYTHONPATH": str(package.source)}

    def duality(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tasks", *arguments], cwd=below, env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    finished = duality()
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert (corpus.rendered / "stamps" / "crosscheck" / "06.json").is_file()
    assert "solve" in duality("list").stdout
    assert duality("solve:06").stdout.startswith("0 tasks run")
    assert "solve:06 -> {" in duality("dumpdb").stdout
    assert "chunks=DIR" in duality("help").stdout


def test_doit_without_the_plug_ins_says_what_to_do(tmp_path: Path, project: Project) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(project.source)}
    for options in (["-f", str(project.home / "dodo.py")], ["-f", str(project.home / "dodo.py"), "-d", "."]):
        finished = subprocess.run(
            [sys.executable, "-m", "doit", *options, "list"],
            cwd=elsewhere, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in finished.stderr
        assert finished.returncode in (0, 3)


def test_doit_seeks_its_file_from_a_folder_below(built: Project) -> None:
    environment = {**os.environ, "PYTHONPATH": str(built.source)}
    finished = subprocess.run(
        [sys.executable, "-m", "doit", "-k"],
        cwd=built.chunks, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in finished.stderr
    assert finished.returncode == 0, finished.stderr


def test_a_link_that_was_planted_in_the_out_folder_is_not_followed(project: Project, tmp_path: Path) -> None:
    (project.rendered / ".code.json").unlink()
    victims = {}
    (project.rendered / "mzn").mkdir()
    names = ("journal.jsonl", ".doit.db.lock", "summary.json", ".doit.db-wal", "mzn/chunk-06.mzn", ".code.json")
    for number, name in enumerate(names):
        victims[name] = tmp_path / f"victim{number}"
        victims[name].write_text("precious\n")
        (project.rendered / name).symlink_to(victims[name])
    for _ in range(8):
        finished = project.doit("render_mzn")
        assert "Traceback" not in finished.text()
        assert all(victim.read_text() == "precious\n" for victim in victims.values())
        planted = [name for name in names if (project.rendered / name).is_symlink()]
        if finished.status == 0:
            break
        assert any(Path(name).name in finished.text() for name in planted), finished.text()
        (project.rendered / planted[0]).unlink()  # what the message asks for
    assert project.doit().status == 0
    assert all(victim.read_text() == "precious\n" for victim in victims.values())


@pytest.mark.parametrize("plant", [os.mkfifo, lambda path: os.symlink("/dev/zero", path)], ids=["pipe", "/dev/zero"])
def test_what_would_never_end_to_be_read_is_no_record(built: Project, plant: Callable[[Path], None]) -> None:
    def little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))

    base = built.home / "base.json"
    plant(base)
    for name in ("summary.json", ".code.json", ".doit.db.snapshot", "stamps/solve/06.json", "report.json"):
        path = built.rendered / name
        path.unlink(missing_ok=True)
        plant(path)
    for command in (["why"], ["show", "06"], [], ["report", f"base={base}"]):
        finished = built.doit(*command, first=little_memory)
        assert finished.status == 0, finished.text()
    assert f"report: {base}: cannot be read: found a folder, pipe or device" in finished.output
    journal = built.rendered / "journal.jsonl"
    journal.unlink()
    plant(journal)
    assert built.doit("show", "06", first=little_memory).status == 0
    (built.rendered / "mzn" / "chunk-06.mzn").unlink()
    finished = built.doit("render_mzn:06", first=little_memory)
    assert finished.status == 3
    assert finished.errors.startswith(f"ERROR: {journal.relative_to(built.home)}: cannot be written: ")


def test_an_out_folder_that_others_can_write_to_is_a_warning(project: Project) -> None:
    def warning(first: Callable[[], object] | None = None) -> str:
        finished = project.doit("schema:06", first=first)
        assert finished.status == 0
        assert finished.errors.count("\n") <= 1
        return finished.errors

    for mode, shown in ((0o777, "drwxrwxrwx"), (0o1777, "drwxrwxrwt"), (0o775, "drwxrwxr-x")):
        project.rendered.chmod(mode)  # the sticky bit keeps nobody from being the first to put something there
        assert warning().startswith(
            f"WARNING: rendered: others can write to this folder (mode {shown}; `chmod go-w` it)"
        )
    project.rendered.chmod(0o755)
    assert warning() == ""
    project.home.chmod(0o777)
    expected = (
        f"WARNING: rendered: others can exchange this folder, as all may write to {project.home} (`chmod o-w` it)"
    )
    assert warning().startswith(expected)
    project.home.chmod(0o1777)
    assert warning() == ""
    shutil.rmtree(project.rendered)
    assert warning(lambda: os.umask(0o002)) == "", (
        "as many systems have it; the folder is made so that it is the user's"
    )


def test_an_out_folder_of_another_user_is_a_warning(project: Project) -> None:
    project.rendered.chmod(0o777)
    give(project.rendered, 12345)
    finished = project.doit("schema:06")
    assert finished.errors.startswith("WARNING: rendered: it is another user's (uid 12345), and what they put there")


def test_what_a_killed_write_left_beside_its_file_is_removed(built: Project) -> None:
    leftover = built.rendered / "mzn" / ".chunk-06.mzn.0011223344556677.tmp"
    leftover.write_text("half")
    (built.rendered / "summary.json").unlink()
    assert built.doit().status == 0
    assert not leftover.exists()


def planted(project: Project, code: str) -> None:
    """Lets the stage solve do something first, for chunk 08 alone."""
    stage = project.own_package() / "stages" / "solve.py"
    stage.write_text(
        stage.read_text().replace(
            "    return Result(", f"    if context.chunk_id == '08':\n        {code}\n    return Result("
        )
    )


@pytest.mark.parametrize(
    ("death", "message"),
    [
        ("__import__('os').kill(__import__('os').getpid(), 9)", "the worker process was killed by signal 9 (Killed)"),
        ("__import__('os')._exit(7)", "the worker process ended with exit code 7"),
        ("__import__('os').kill(__import__('os').getpid(), 19)", "the worker process was stopped by a signal"),
    ],
    ids=["killed", "ended", "stopped"],
)
def test_a_worker_that_dies_fails_its_task_alone(built: Project, death: str, message: str) -> None:
    planted(built, death)
    finished = built.doit("-n", "2")
    assert finished.status == 2
    assert finished.output.count("!! ") == 1
    assert f"!! solve:08 failed\n   {message}" in finished.output
    assert "Traceback" not in finished.text()
    assert built.summary()["stages"]["solve"] == {"passed": 2, "warned": 0, "failed": 1, "not_run": 0}
    assert not (built.rendered / "stamps" / "solve" / "08.json").exists()
    stage = built.own_package() / "stages" / "solve.py"
    stage.write_text(stage.read_text().replace(death, "pass"))
    assert built.doit("-n", "2").status == 0


def test_the_last_summary_is_read_once_a_task_that_runs_asks_a_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    monkeypatch.setattr(lifecycle, "keep", lambda build, last: read.append(last))
    watch = Watch(None, cast(Any, None), cast(Any, None))
    vars(watch)["last"] = b"the file"
    assert not watch.meanwhile(["schema:06", "render_mzn:08", "_minizinc"])
    assert read == []
    assert watch.meanwhile(["schema:06", "solve:08"])
    assert watch.kept is None
    assert read == [b"the file"]
