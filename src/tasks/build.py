"""The stages as doit tasks: what each reads and writes, and when it is up to date."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

from doit import doit_cmd, get_var
from doit.exceptions import InvalidDodoFile, TaskFailed
from doit.task import result_dep

from .check.cache import COUNT, Cache, Mode
from .check.lean_install import LIBRARIES, kernel_folder
from .check.limits import IDENTITY, Limits
from .corpus.folder import Corpus, read_corpus
from .corpus.settings import allows_informal
from .errors import DualityError
from .files import code_digest, remove, written
from .layout import Layout
from .stamps import Engine, note_in_journal, read_stamp
from .state.record import RecordCodec
from .state.staleness import ContentChecker, SameFiles, SettledFor, Unchanged
from .state.stopping import NO_ROOM, no_room, stop_on_signals
from .summary import STAGES, stages_of

Task = dict[str, Any]
"""What doit makes a task of."""

VARIABLES = {
    "base": "with the task report: the out folder, or report.json, of the build to compare with",
    "cache": "where verdicts of tools are kept: a folder; off, replay (run no tool) or rebuild (ask again)",
    "chunks": "the folder of chunks",
    "commits": "with the task secrets: the commits to look at, such as main..HEAD",
    "crosscheck": "strict, or warn: disagreements outside the pilots are warnings",
    "lean": "which Lean judges: auto, toolchain, kernel or off",
    "lint": "with the task lint: strict makes every finding a failure, advice none",
    "of": "with the task report: which chunks, all or pilots",
    "out": "the folder for everything that is built",
    "write": "with the task primes: yes assigns them",
}
"""What may stand on the command line as name=value."""

# The parts of the package that compute a stage, beside the stage's own module.
_READING = (
    "corpus/chunk.py", "corpus/chunk.schema.json", "corpus/document.py", "corpus/primes.py",
    "language", "specification.py", "stamps.py",
)  # fmt: skip
_RUNNING = ("check/cache.py", "check/identity.py", "check/limits.py", "check/process.py", "check/supervisor.py")
_SOLVING = (*_READING, *_RUNNING, "check/minizinc.py", "render/model_reader.py", "render/text.py")
_LEAN = ("render/certificate.py", "render/library", "render/lean_module.py", "render/lean_text.py", "render/text.py")
_JUDGING = (*_RUNNING, "check/lean.py", "check/lean_install.py", "corpus/document.py", "stamps.py")
_CODE = {
    "schema": _READING,
    "render_mzn": (*_READING, "render/model.py", "render/text.py"),
    "minizinc": (*_RUNNING, "check/minizinc.py", "render/model_reader.py", "stamps.py"),
    "solve": _SOLVING,
    "balance": (*_SOLVING, "stages/solve.py"),
    "render_lean": (*_READING, *_LEAN),
    "lean": (*_JUDGING, "sample.py"),
    "sample": (*_READING, "render/lean_text.py", "render/text.py", "sample.py", "sampling.py"),
    "prove": (*_JUDGING, "render/lean_text.py", "render/text.py", "sample.py", "stages/lean.py"),
    "lint": (*_SOLVING, "check/hygiene.py", "render/boundary.py", "render/model.py", "stages/solve.py"),
    "crosscheck": (*_SOLVING, *_JUDGING, "render/lean_text.py", "sample.py", "stages/lean.py"),
    "summary": ("check/cache.py", "check/process.py", "check/supervisor.py", "stamps.py", "summary.py"),
}

MINIZINC = "_minizinc"
"""The hidden task whose result is the identity of the MiniZinc on PATH."""
LEAN = "_lean"
"""The hidden task whose result is the identity of the Lean that judges."""
LEAN_LIBRARY = "_lean_library"
"""The hidden task whose result is what that Lean compiled for all chunks."""
TOOLCHAIN = Path(os.environ.get("DUALITY_TOOLCHAIN", "lean-toolchain"))
"""The file that names the full Lean's version, for elan, Nix and us."""


def configuration() -> dict[str, Any]:
    """doit's DOIT_CONFIG for this command line.

    Raises InvalidDodoFile for an unknown variable, and where the out folder cannot be made.
    """
    unknown = sorted(set(doit_cmd._CMDLINE_VARS or ()) - VARIABLES.keys())
    if unknown:
        known = ", ".join(f"{name}= ({meaning})" for name, meaning in VARIABLES.items())
        raise InvalidDodoFile(f"unknown variable {unknown[0]}=; known are {known}")
    stop_on_signals()
    layout = _layout()
    try:
        layout.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidDodoFile(f"{layout.out}: cannot be made: {error.strerror}; see out=DIR") from None
    return {
        "default_tasks": ["summary"],
        "dep_file": str(layout.database),
        "backend": "duality",
        "codec_cls": partial(RecordCodec, {"chunks": layout.chunks, "out": layout.out}),
        "check_file_uptodate": ContentChecker,
        "reporter": "duality",
        "verbosity": 0,
        "continue": True,
    }


def schema() -> Iterator[Task]:
    corpus, layout = _corpus(), _layout()
    for chunk_id in corpus.ids:
        informal = allows_informal(corpus.settings.informal, chunk_id in corpus.settings.documentation)
        yield _stage("schema", chunk_id, {"informal": informal}, informal=informal)
    yield {
        "name": "names",
        "doc": "every file that is meant as a chunk is named as one",
        "actions": [_action("schema", "schema:names", "check_names", folder=layout.chunks, misnamed=corpus.misnamed)],
        "uptodate": [Unchanged(misnamed=list(corpus.misnamed), code=_code("schema"))],
    }


def render_mzn() -> Iterator[Task]:
    layout = _layout()
    for chunk_id in _corpus().computational:
        model = layout.model(chunk_id)
        yield _stage("render_mzn", chunk_id, {"model": model}, targets=[model], after=["schema"])


def minizinc() -> Task:
    return {
        "doc": "which MiniZinc is on PATH",
        # A task's result, on which others depend, is its last action's: identity is for the cache alone.
        "actions": [_action("minizinc", MINIZINC, "identify"), _action("minizinc", MINIZINC, cache=_cache())],
        "uptodate": [SameFiles(("minizinc", "fzn-gecode")), Unchanged(code=_code("minizinc"))],
    }


def solve() -> Iterator[Task]:
    for chunk_id in _corpus().computational:
        yield _minizinc_stage("solve", chunk_id, {})


def balance() -> Iterator[Task]:
    limit = _corpus().settings.balance_limit
    for chunk_id in _corpus().computational:
        yield _minizinc_stage("balance", chunk_id, {"limit": limit}, limit=limit)


def render_lean() -> Iterator[Task]:
    corpus, layout = _corpus(), _layout()
    for chunk_id in corpus.computational:
        written = {"module": layout.module(chunk_id), "certificate": layout.certificate(chunk_id)}
        solved = layout.stamp("solve", chunk_id)
        yield _stage(
            "render_lean", chunk_id, {"solved": solved, **written}, targets=[*written.values()], reads=[solved]
        )
    lean, ids = layout.lean, list(corpus.computational)
    package = {"toolchain": TOOLCHAIN, "lean": lean, "certificates": layout.certificates, "chunk_ids": ids}
    targets = ("lakefile.toml", "lean-toolchain", "Duality.lean", "Duality/Base.lean")
    yield {
        "name": "package",
        "doc": "the Lake package around the modules",
        "actions": [_action("render_lean", "render_lean:package", "write_package", **package)],
        "file_dep": [str(TOOLCHAIN)],
        "targets": [*(str(lean / name) for name in targets), str(layout.certificates / "Support.lean")],
        "uptodate": [Unchanged(ids=ids, code=_code("render_lean"))],
        "clean": True,
    }


def lean() -> Task:
    folder = kernel_folder()
    kernel = [str(folder / LIBRARIES[-1])] if folder else []
    return {
        "doc": "which Lean judges",
        "actions": [
            _action("lean", LEAN, "identify", mode=_lean_mode(), toolchain=TOOLCHAIN),
            _action("lean", LEAN, "probe", mode=_lean_mode(), toolchain=TOOLCHAIN, cache=_cache()),
        ],
        "file_dep": [str(TOOLCHAIN)],
        "uptodate": [SameFiles(("lean", "elan", *kernel)), Unchanged(mode=_lean_mode(), code=_code("lean"))],
    }


def lean_library() -> Task:
    layout = _layout()
    sources = [layout.lean / "Duality" / "Base.lean", layout.certificates / "Support.lean"]
    given = {
        "toolchain": TOOLCHAIN, "lean": layout.lean, "certificates": layout.certificates,
        "folder": layout.library, "limits": _limits("prove"),
    }  # fmt: skip
    return {
        "doc": "what the Lean that judges has compiled for all chunks",
        "actions": [_action("lean", LEAN_LIBRARY, "library", **given)],
        "file_dep": [str(path) for path in sources],
        "uptodate": [Unchanged(code=_code("lean"), replay=_cache().mode == "replay"), result_dep(LEAN)],
        "clean": [(shutil.rmtree, [layout.library, True])],
        "getargs": _of_engine(LEAN),
    }


def sample() -> Iterator[Task]:
    corpus, layout, settings = _corpus(), _layout(), _corpus().settings
    drawn: dict[str, Any] = {"samples": settings.samples, "in_lean": settings.in_lean}
    for chunk_id in corpus.computational if _lean_mode() != "off" else ():
        solved = layout.stamp("solve", chunk_id)
        yield _stage("sample", chunk_id, {"solved": solved, **drawn}, reads=[solved], **drawn)


def prove() -> Iterator[Task]:
    for chunk_id in _corpus().computational if _lean_mode() != "off" else ():
        yield _lean_stage("prove", chunk_id, {"limits": _limits("prove")}, {})


def crosscheck() -> Iterator[Task]:
    corpus, layout, settings = _corpus(), _layout(), _corpus().settings
    warn = _choice("crosscheck", "strict", "warn") == "warn" or settings.strict == "pilots"
    for chunk_id in corpus.computational if _lean_mode() != "off" else ():
        strict = not warn or chunk_id in settings.pilots
        given = {"strict": strict, "solve_limits": _limits("solve"), "prove_limits": _limits("prove")}
        solved, proved = layout.stamp("solve", chunk_id), layout.stamp("prove", chunk_id)
        texts = {"model": layout.model(chunk_id), "solved": solved, "proved": proved}
        task = _lean_stage("crosscheck", chunk_id, given, texts)
        task["uptodate"] += [SettledFor(strict), result_dep(MINIZINC)]
        task["getargs"] |= {"minizinc": (MINIZINC, "engine"), "minizinc_identity": (MINIZINC, "identity")}
        yield task


def chunk() -> Iterator[Task]:
    corpus = _corpus()
    for chunk_id, computational in corpus.roles.items():
        stages = stages_of(computational, _lean_mode() != "off")
        yield {
            "name": chunk_id,
            "doc": f"everything for chunk {chunk_id}",
            "actions": None,
            "task_dep": [f"{stage}:{chunk_id}" for stage in stages],
        }


def pilots() -> Iterator[Task]:
    corpus, proving = _corpus(), _lean_mode() != "off"
    of = {chunk_id: stages_of(corpus.roles[chunk_id], proving) for chunk_id in corpus.settings.pilots}
    for stage in STAGES:
        yield {
            "name": stage,
            "doc": f"{stage} of the pilot chunks",
            "actions": None,
            "task_dep": [f"{stage}:{chunk_id}" for chunk_id, stages in of.items() if stage in stages],
        }


def primes() -> Task:
    corpus = _corpus()
    write = _choice("write", "no", "yes")
    sources = [corpus.path(chunk_id) for chunk_id in corpus.computational]
    return {"actions": [_action("primes", "primes", sources=sources, write=write == "yes")], "uptodate": [False]}


def secrets() -> Task:
    commits = get_var("commits", None) or ""
    return {"actions": [_action("jobs.guard_secrets", "secrets", commits=commits)], "uptodate": [False]}


def lint() -> Iterator[Task]:
    corpus, layout = _corpus(), _layout()
    strict = _choice("lint", "advice", "strict") == "strict"
    for chunk_id in corpus.computational:
        task = _minizinc_stage("lint", chunk_id, {"strict": strict})
        if strict:  # what was advice is to fail now; a chunk without findings has nothing to fail with
            task["uptodate"].append(_linted_clean(layout.stamp("lint", chunk_id)))
        yield task
    yield {
        "name": "table",
        "doc": "how much of the corpus is really checked, and all findings",
        "actions": [_action("lint", "lint:table", "table", layout=layout, chunks=corpus.roles)],
        "task_dep": [f"schema:{i}" for i in corpus.ids] + [f"lint:{i}" for i in corpus.computational],
        "uptodate": [False],
    }


def report() -> Task:
    corpus, of, base = _corpus(), _choice("of", "all", "pilots"), get_var("base", None)
    facts: dict[str, Any] = {
        "layout": _layout(),
        "chunks": {i: c for i, c in corpus.roles.items() if of == "all" or i in corpus.settings.pilots},
        "proving": _lean_mode() != "off",
        "of": of,
        "base": Path(base) if base else None,
    }
    return {"actions": [_action("report", "report", **facts)], "uptodate": [False]}


def summary() -> Task:
    corpus, layout = _corpus(), _layout()
    chunks = corpus.roles
    proving = _lean_mode() != "off"
    notes = [f"{layout.chunks.name}/{name} is no chunk and is ignored" for name in corpus.ignored]
    stamps = [layout.stamp(s, chunk_id) for chunk_id, computed in chunks.items() for s in stages_of(computed, proving)]
    facts: dict[str, Any] = {"layout": layout, "chunks": chunks, "proving": proving, "notes": notes}
    return {
        "actions": [_action("summary", "summary", **facts, cache=_cache())],
        "file_dep": [str(stamp) for stamp in stamps],
        "task_dep": ["schema:names", "render_lean:package", "chunk"],
        "targets": [str(layout.summary)],
        "uptodate": [Unchanged(notes=notes, chunks=chunks, proving=proving, code=_code("summary"))],
        "clean": True,
        "meta": facts,
    }


def _stage(
    stage: str, chunk_id: str, arguments: dict[str, Any], targets: list[Path] | None = None,
    reads: list[Path] | None = None, after: list[str] | None = None, **settings: Any,
) -> Task:  # fmt: skip
    """The task of one stage for one chunk: reads the chunk file and what else it names, leaves a stamp.

    settings: what beside files and code the outcome depends on.
    """
    layout = _layout()
    source, stamp = layout.source(chunk_id), layout.stamp(stage, chunk_id)
    given = {"chunk_id": chunk_id, "source": source, "stamp": stamp, **arguments}
    return {
        "name": chunk_id,
        "doc": f"{stage} of chunk {chunk_id}",
        "actions": [_action(stage, f"{stage}:{chunk_id}", **given)],
        "file_dep": [str(source), *map(str, reads or ())],
        "task_dep": [f"{earlier}:{chunk_id}" for earlier in after or ()],
        "targets": [*map(str, targets or ()), str(stamp)],
        "uptodate": [Unchanged(code=_code(stage), **settings)],
        "clean": True,
    }


def _minizinc_stage(stage: str, chunk_id: str, arguments: dict[str, Any], **settings: Any) -> Task:
    """A stage whose verdict is MiniZinc's: it also reads the model, and is as old as the tool."""
    model = _layout().model(chunk_id)
    task = _stage(stage, chunk_id, {"model": model, "limits": _limits("solve"), **arguments}, reads=[model], **settings)
    task["uptodate"].append(result_dep(MINIZINC))
    task["getargs"] = _of_engine(MINIZINC)
    return task


def _lean_stage(stage: str, chunk_id: str, arguments: dict[str, Any], reads: dict[str, Path]) -> Task:
    """A stage about the Lean texts and the sample of a chunk; it is as old as the Lean that judges."""
    layout = _layout()
    solved = layout.stamp("solve", chunk_id)
    texts = {
        "sampled": layout.stamp("sample", chunk_id),
        "module": layout.module(chunk_id),
        "certificate": layout.certificate(chunk_id),
        **reads,
    }
    given = {"toolchain": TOOLCHAIN, "folder": layout.library, "solved": solved, **arguments, **texts}
    task = _stage(stage, chunk_id, given, reads=[*texts.values()])
    task["uptodate"] += [result_dep(LEAN), result_dep(LEAN_LIBRARY)]
    task["getargs"] = _of_engine(LEAN) | {"library": (LEAN_LIBRARY, "library")}
    return task


def _of_engine(probe: str) -> dict[str, tuple[str, str]]:
    """What a task that asks a tool gets from the task that looks for it."""
    return {"engine": (probe, "engine"), "identity": (probe, "identity")}


def _linted_clean(path: Path) -> bool:
    stamp = read_stamp(path)
    return stamp is not None and stamp["outcome"].get("findings") == []


@cache
def _layout() -> Layout:
    def folder(name: str, default: str) -> Path:
        return Path(os.path.normpath(get_var(name, None) or default))

    return Layout(folder("chunks", "chunks"), folder("out", "rendered"))


@cache
def _corpus() -> Corpus:
    try:
        return read_corpus(_layout().chunks)
    except DualityError as error:
        raise InvalidDodoFile(str(error)) from None


def _limits(tool: str) -> Limits:
    settings = _corpus().settings
    seconds = settings.solve_seconds if tool == "solve" else settings.prove_seconds
    return Limits(seconds, settings.memory_mb, _cache())


def _cache() -> Cache:
    """Where verdicts are kept: in the user's folder, unless the command line or DUALITY_CACHE names another."""
    given: str = get_var("cache", None) or "use"
    mode: Mode = "use"
    folder = os.environ.get("DUALITY_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "duality"
    )
    if given in ("off", "replay", "rebuild"):
        mode = given  # type: ignore[assignment]
    elif given != "use":
        folder = given
    return Cache(mode, Path(folder).absolute())


def _choice(variable: str, *allowed: str) -> str:
    """The value of a variable of the command line, the first of allowed where it is not given."""
    value: str = get_var(variable, None) or allowed[0]
    if value not in allowed:
        raise InvalidDodoFile(f"{variable}={value}: expected {', '.join(allowed[:-1])} or {allowed[-1]}")
    return value


def _lean_mode() -> str:
    return _choice("lean", "auto", "toolchain", "kernel", "off")


@cache
def _code(stage: str) -> str:
    return code_digest((*_CODE[stage], f"stages/{stage}.py"))


def _action(stage: str, task: str, function: str = "run", **arguments: Any) -> tuple[Any, list[Any]]:
    return (_perform, [stage, function, task, _layout().journal, arguments])


def _perform(
    stage: str, function: str, name: str, journal: Path, arguments: dict[str, Any], targets: list[str],
    engine: Engine | None = None, identity: str = "", library: str | None = None, minizinc: Engine | None = None,
    minizinc_identity: str = "",
) -> TaskFailed | dict[str, Any]:  # fmt: skip
    """The action of every task: runs a function of a stage's module, which leaves all of its targets or none.

    The module is imported here, so that a build with nothing to do imports no parser and no validator.
    """
    found = {
        "engine": engine and {**engine, IDENTITY: identity},
        "minizinc": minizinc and {**minizinc, IDENTITY: minizinc_identity},
        "library": library,
    }
    given = arguments | {name: value for name, value in found.items() if value is not None}
    started = time.monotonic()
    before = replace(COUNT)
    failure: str | None = None
    result: dict[str, Any] | None = None
    try:
        for target in targets:
            remove(target)
        module = import_module(f".{stage}" if "." in stage else f".stages.{stage}", __package__)
        result = getattr(module, function)(**given)
    except DualityError as error:
        failure = str(error)
    except OSError as error:
        if error.errno in NO_ROOM:
            _discard(targets)
            raise no_room(error.filename or name, error) from None
        failure = f"{error.filename or name}: {error.strerror}"
    except BaseException:
        _discard(targets)
        raise
    if failure is not None:
        _discard(targets)
    verdicts = {
        "found": COUNT.found - before.found,
        "asked": COUNT.asked - before.asked,
        "not kept": COUNT.lost - before.lost,
    }
    try:
        if failure is not None or function != "identify":  # one line a task, of its last action
            note_in_journal(journal, name, time.monotonic() - started, verdicts, failure)
    except OSError as error:
        raise no_room(journal, error) from None
    if failure is not None:
        return TaskFailed(failure)
    # What was meant is told from here: the file may be another's by the time that the build comes to look.
    return {"written": {target: written(target) for target in targets}, **(result or {})}


def _discard(targets: list[str]) -> None:
    for target in targets:
        with contextlib.suppress(OSError):  # what stands in the way has been said, or is about to be
            remove(target)
