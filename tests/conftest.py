"""What the tests share: the real program on corpora of their own."""

from __future__ import annotations

import compileall
import fcntl
import json
import os
import py_compile
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from doit.doit_cmd import DoitMain
from hypothesis import HealthCheck, is_hypothesis_test, settings
from pytest_cov.plugin import CovPlugin

from forkserver import ForkServer, run
from tasks.commands import COMMANDS

with suppress(ImportError):
    # Before the embedded Lean: its library puts its own memory functions before those of whatever is loaded later.
    import kingfisher_sdk  # noqa: F401

REPOSITORY = Path(__file__).parent.parent
SOURCE = REPOSITORY / "src"

# A shell's background job ignores Ctrl-C, and so would every build that a test starts there.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# An example may take long on a machine that is busy; only the whole test has a limit. Examples may share a folder.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("untimed")


@dataclass
class Finished:
    """A run of doit that ended: its exit code, what it printed, and the tasks that it ran."""

    status: int
    output: str
    errors: str

    @property
    def ran(self) -> set[str]:
        return {line[3:] for line in self.output.splitlines() if line.startswith(".  ")}

    def text(self) -> str:
        return self.output + self.errors


@dataclass
class Project:
    """The project's program with a corpus of its own."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Path:
        """For PYTHONPATH: where the package is that it runs."""
        own = self.home / "src"
        return own if own.is_dir() else SOURCE

    def own_package(self) -> Path:
        """The package, from now on a copy of the project's own, to be edited or moved."""
        if self.source == SOURCE:
            ignored = shutil.ignore_patterns("*.egg-info")
            shutil.copytree(SOURCE, self.home / "src", ignore=ignored, copy_function=duplicate)
        return self.source / "tasks"

    @property
    def chunks(self) -> Path:
        return self.home / "chunks"

    @property
    def rendered(self) -> Path:
        return self.home / "rendered"

    def doit(self, *arguments: str, first: Callable[[], object] | None = None, measured: bool = False) -> Finished:
        """Runs doit in the project; first is called in its process before it starts.

        measured: the lines that it runs count in the suite's coverage.
        """
        environment = {**os.environ, "PYTHONPATH": str(self.source), **self.environment}
        server = fork_server(loaded=environment["PYTHONPATH"] == str(SOURCE))
        if server.is_like(environment) and not (first or measured):
            with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
                printing = (output.fileno(), errors.fileno())
                status = run(server.address, listing(arguments), str(self.home), environment, *printing, 300)
                output.seek(0)
                errors.seek(0)
                return Finished(status, output.read(), errors.read())
        command = [sys.executable, "-m"]
        if measured:
            command += ["coverage", "run", f"--rcfile={REPOSITORY / 'pyproject.toml'}",
                        f"--data-file={REPOSITORY / '.coverage'}", "--parallel-mode", "-m"]  # fmt: skip
        finished = subprocess.run(
            [*command, "doit", *listing(arguments)],
            cwd=self.home, env=environment, capture_output=True, text=True, timeout=300, check=False,
            preexec_fn=first,
        )  # fmt: skip
        return Finished(finished.returncode, finished.stdout, finished.stderr)

    def write(self, chunk_id: str, *expressions: str, notes: str = "", **more: Any) -> Path:
        constraints = [
            {"name": f"c{position}", "expr": text, **({"notes": notes} if notes else {})}
            for position, text in enumerate(expressions, start=1)
        ]
        data = {"id": chunk_id, "title": f"Chunk {chunk_id}", "goalType": "proof", "constraints": constraints, **more}
        path = self.chunks / f"chunk-{chunk_id}.constraints.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return path

    def stamp(self, stage: str, chunk_id: str) -> dict[str, Any]:
        text = (self.rendered / "stamps" / stage / f"{chunk_id}.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return found

    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.rendered / "summary.json").read_text(encoding="utf-8"))
        return found

    def copy(self, to: Path) -> Project:
        shutil.copytree(self.home, to, copy_function=duplicate)
        return Project(to, dict(self.environment))


@cache
def fork_server(loaded: bool = False) -> ForkServer:
    """This worker's, started when the first test asks for it: one that has loaded the repository's package, or one for
    any other.
    """
    return ForkServer(SOURCE if loaded else None)


def listing(arguments: Sequence[str]) -> list[str]:
    """The arguments of doit so that a build lists the tasks that it runs."""
    words = [word for word in arguments if word.startswith("-") or "=" not in word]
    commands = {command.get_name() for command in DoitMain.DOIT_CMDS} | set(COMMANDS)
    if not words or not commands.union(["--version"]).issuperset(words[:1]):
        return ["-v", "1", *arguments]
    return [*arguments, "-v", "1"] if words[0] == "run" else list(arguments)


def duplicate(source: str, to: str) -> None:
    """Copies a file; one that Python compiled, which is replaced and never written into, is the same file."""
    if source.endswith(".pyc"):
        with suppress(OSError):  # on another disk
            os.link(source, to)
            return
    shutil.copy2(source, to)


def program(home: Path) -> Path:
    """The program without a corpus, as a clone would have it; the package is the repository's (see Project.source)."""
    home.mkdir(parents=True, exist_ok=True)
    for name in ("dodo.py", "pyproject.toml", "lean-toolchain"):
        shutil.copy(REPOSITORY / name, home)
    return home


def contents(folder: Path) -> Mapping[str, bytes]:
    """Every rendered file by its relative path, the database and the journal aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith((".doit.db", "journal", ".code.json"))
    }


def small_corpus(home: Path) -> Project:
    """The program with a corpus of three computational chunks and a documentation chunk; nothing is built."""
    small = Project(program(home))
    small.write("01", "component_of(X, T_int)")
    small.write("06", "x[1] + x[2] >= 30", "x[3] = 5")
    small.write("08", "forall(i in 1..8)(x[i] >= 3)", parameters={"similarityObjective": "neighbor_distance_min"})
    small.write("19", "x[8] in P", "count(i in 1..8)(x[i] > 10) >= 2", parameters={"monsterPrimes": [2, 7, 17]})
    (small.chunks / "corpus.yaml").write_text('pilots: ["06"]\ndocumentation: ["01"]\ninformal: documentation\n')
    return small


# The suite in parallel. A file's tests stay together, as they share what the file builds, unless they say otherwise
# by @pytest.mark.xdist_group; the groups that take longest come first.
SLOWEST = (
    "test_workflows.py", "test_cluster.py", "nightly", "test_crosscheck.py", "test_engines.py", "test_run.py",
    "test_build.py", "test_lint.py", "test_lean.py", "test_hostile.py", "test_cache.py", "test_boxes.py",
    "test_solvers.py", "test_snapshot.py", "test_state.py", "test_corpus.py",
)  # fmt: skip

# Tests of one thing a thousand times over, by what is in their names, and hypothesis's are left out of coverage: they
# take two to five times as long with it, and reach what others do.
FLOODS = (
    "five_thousand", "twenty_thousand", "monstrous", "deep_nesting", "linear_time", "every_pair_of_operators",
    "one_word_misspelt", "hundreds_of_formulas", "thousands_of_formulas", "not_too_deep", "[message14]", "random",
    "costly_chunks", "share_one_budget", "a_megabyte", "[deep]", "notes_alone", "generated_chunks",
)  # fmt: skip


# What the Nix shell does not have, or not new enough. Outside of it a package that is missing is an error.
NOT_IN_THE_SHELL = {"test_cluster.py": "distributed", "test_lsp.py": "pytest_lsp", "test_solvers.py": "pyscipopt"}
collect_ignore = [
    file for file, module in NOT_IN_THE_SHELL.items() if "IN_NIX_SHELL" in os.environ and find_spec(module) is None
]


def pytest_report_header() -> list[str]:
    return [f"not run in this Nix shell, but by ./dev pytest: {file}" for file in collect_ignore]


def everything_asked(config: pytest.Config) -> bool:
    """Whether the whole suite runs, rather than tests that were named."""
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One worker more than there are processors, as tests wait for limits of time and for each other; but none, so that
    a test starts at once, where tests are named.
    """
    return (os.cpu_count() or 1) + 1 if everything_asked(config) else 0


def pytest_configure(config: pytest.Config) -> None:
    """The whole suite measures its coverage; named tests do where they are run with --cov."""
    option, plugins = config.option, config.pluginmanager
    option.loadscopereorder = False
    worker = hasattr(config, "workerinput")
    if not worker:  # workers inherit it
        # Compiled once, and copied so. What a test edits is not compiled to a file: Python could take that for the next
        # edit within the same second.
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        os.environ.pop("PYTHONUNBUFFERED", None)
        by_content = py_compile.PycInvalidationMode.CHECKED_HASH  # so that copies are believed whatever their times
        compileall.compile_dir(SOURCE, quiet=2, invalidation_mode=by_content)
    if everything_asked(config) and not option.collectonly and not option.no_cov:
        option.cov_source = option.cov_source or [True]
    if option.cov_source and not plugins.hasplugin("_cov"):
        plugins.register(CovPlugin(option, plugins, start=not worker), "_cov")
    if plugins.hasplugin("_cov"):
        # What a test forks is not traced: its report would be lost, and it would take twice the time.
        os.register_at_fork(after_in_child=lambda: sys.settrace(None))


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def group(item: pytest.Item) -> str:
        marker = item.get_closest_marker("xdist_group")
        return str(marker.args[0]) if marker else item.path.name

    order = {name: position for position, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: order.get(group(item), len(order)))
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(3 * 3600))
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(group(item)))
        if is_hypothesis_test(getattr(item, "function", None)) or any(word in item.name for word in FLOODS):
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """One worker traces what is imported: all import the same, which takes twice the time so."""
    plugin = session.config.pluginmanager.getplugin("_cov")
    coverage = getattr(plugin, "cov_controller", None)
    if coverage is None or os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        return (yield)
    coverage.pause()
    try:
        return (yield)
    finally:
        coverage.resume()


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Has a line printed at the end of the run, whichever worker the test runs in: a number that was measured."""
    return lambda line: record_property("said", line)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    calls = [report for report in reports if getattr(report, "when", "") == "call"]
    lines = [str(line) for report in calls for name, line in report.user_properties if name == "said"]
    if lines:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(lines))


Once: TypeAlias = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Has a folder filled by the first worker that asks for it by this name, for all of them; not to be changed."""
    home = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        home = home.parent

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder, filled = home / f"once-{name}", home / f"once-{name}.filled"
        with (home / f"once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not filled.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed
                folder.mkdir()
                fill(folder)
                filled.touch()
        return folder

    return make


@pytest.fixture(scope="session", autouse=True)
def verdicts_of_the_session(tmp_path_factory: pytest.TempPathFactory, once: Once) -> Iterator[None]:
    """No test reads or leaves a verdict in the user's cache; all workers share what runners compile and find out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("user")))
        patch.setenv("DUALITY_CACHE", str(tmp_path_factory.mktemp("verdicts")))
        patch.setenv("DUALITY_TOOLS", str(once("tools", lambda folder: folder.chmod(0o700))))
        yield


@pytest.fixture(scope="session")
def scanner_rules(once: Once) -> Iterator[None]:
    """The rules of the scanner of secrets, compiled once for all workers, for which it takes seconds."""

    def fill(folder: Path) -> None:
        code = "from tasks.check.secrets import plain_secrets; plain_secrets(b'')"
        environment = {**os.environ, "PYTHONPATH": str(SOURCE), "KF_RULE_CACHE_DIR": str(folder)}
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
        assert any(folder.iterdir())

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KF_RULE_CACHE_DIR", str(once("rules", fill)))
        yield


@pytest.fixture(autouse=True)
def verdicts_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUALITY_CACHE", str(tmp_path / "verdicts"))


@pytest.fixture(scope="session")
def small_build(once: Once, pytestconfig: pytest.Config) -> Path:
    """The small corpus, built, as `project`, and the tools' verdicts about it, as `verdicts`; not to be changed."""

    def fill(home: Path) -> None:
        project = small_corpus(home / "project")
        project.environment["DUALITY_CACHE"] = str(home / "verdicts")
        finished = project.doit(measured=pytestconfig.pluginmanager.hasplugin("_cov"))
        assert finished.status == 0, finished.text()

    return once("small", fill)


@pytest.fixture
def known_verdicts(request: pytest.FixtureRequest, small_build: Path, tmp_path: Path) -> None:
    """Lets the test's builds know what tools say of the small corpus, unless it is marked cold."""
    if not request.node.get_closest_marker("cold"):
        shutil.copytree(small_build / "verdicts", tmp_path / "verdicts")


@pytest.fixture
def project(tmp_path: Path, small_build: Path, known_verdicts: None) -> Project:
    """A small corpus, not built; what the modules of the package use is known, as in an out folder of a build."""
    small = small_corpus(tmp_path / "project")
    small.rendered.mkdir()
    shutil.copy(small_build / "project" / "rendered" / ".code.json", small.rendered)
    return small


@pytest.fixture(scope="session")
def built_once(small_build: Path) -> Project:
    """The same, built; not to be changed."""
    return Project(small_build / "project")


@pytest.fixture
def built(built_once: Project, tmp_path: Path, known_verdicts: None) -> Project:
    """A copy of it, as a fresh clone with the rendered folder copied over; that nothing runs there is tested."""
    return built_once.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def whole_corpus(once: Once) -> tuple[Path, Finished]:
    """The out folder of the project's own corpus, built by eight processes, and what the build said."""

    def fill(home: Path) -> None:
        environment = {"DUALITY_CACHE": str(home / "verdicts")}
        finished = Project(REPOSITORY, environment).doit("-n", "8", f"out={home / 'rendered'}")
        (home / "finished.json").write_text(json.dumps(asdict(finished)))

    home = once("corpus", fill)
    return home / "rendered", Finished(**json.loads((home / "finished.json").read_text()))


@pytest.fixture(scope="session")
def proved_corpus(whole_corpus: tuple[Path, Finished], once: Once) -> Path:
    """A copy of that folder in which the embedded kernel, and not a full Lean, has judged the proofs; beside it the
    verdicts, as `verdicts`. Not to be changed.
    """

    def fill(home: Path) -> None:
        built, out = whole_corpus[0], home / "rendered"
        shutil.copytree(built, out)
        shutil.copytree(built.with_name("verdicts"), home / "verdicts")
        environment = {"DUALITY_CACHE": str(home / "verdicts")}
        finished = Project(REPOSITORY, environment).doit("-n", "2", f"out={out}", "lean=kernel", "crosscheck")
        assert finished.status == 0, finished.text()[-3000:]

    return once("proved", fill) / "rendered"


@pytest.fixture
def stub(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes an executable of that name in a folder of its own and returns the folder."""

    def make(name: str, script: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_text(script)
        path.chmod(0o755)
        return folder

    return make
