"""The stages as doit tasks: what each reads and writes, and when it is up to date."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from doit import doit_cmd, get_var
from doit.exceptions import InvalidDodoFile, TaskFailed
from doit.task import result_dep

from .check.limits import Limits
from .corpus.folder import Corpus, read_corpus
from .corpus.settings import allows_informal
from .errors import DualityError
from .files import code_digest
from .layout import Layout
from .stamps import Engine, note_in_journal
from .state import ContentChecker, SameFiles, Unchanged
from .summary import stages_of

Task = dict[str, Any]
"""What doit makes a task of."""

VARIABLES = {
    "chunks": "the folder of chunks",
    "out": "the folder for everything that is built",
    "write": "with the task primes: yes assigns them",
}
"""What may stand on the command line as name=value."""

# The parts of the package that compute a stage, beside the stage's own module.
_READING = (
    "corpus/chunk.py", "corpus/chunk.schema.json", "corpus/document.py", "corpus/primes.py",
    "language", "specification.py", "stamps.py",
)  # fmt: skip
_SOLVING = (*_READING, "check")
_CODE = {
    "schema": _READING,
    "render_mzn": (*_READING, "render"),
    "solve": _SOLVING,
    "balance": (*_SOLVING, "stages/solve.py"),
    "summary": ("summary.py", "stamps.py"),
}

MINIZINC = "_minizinc"
"""The hidden task whose result is the identity of the MiniZinc on PATH."""


def configuration() -> dict[str, Any]:
    """doit's DOIT_CONFIG for this command line.

    Raises InvalidDodoFile for an unknown variable, and where the out folder cannot be made.
    """
    unknown = sorted(set(doit_cmd._CMDLINE_VARS or ()) - VARIABLES.keys())
    if unknown:
        known = ", ".join(f"{name}= ({meaning})" for name, meaning in VARIABLES.items())
        raise InvalidDodoFile(f"unknown variable {unknown[0]}=; known are {known}")
    layout = _layout()
    try:
        layout.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidDodoFile(f"{layout.out}: cannot be made: {error.strerror}; see out=DIR") from None
    return {
        "default_tasks": ["summary"],
        "dep_file": str(layout.database),
        "backend": "json",
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
        "actions": [_action("minizinc", MINIZINC)],
        "uptodate": [SameFiles(("minizinc", "fzn-gecode")), Unchanged(code=_code("solve"))],
    }


def solve() -> Iterator[Task]:
    for chunk_id in _corpus().computational:
        yield _minizinc_stage("solve", chunk_id, {})


def balance() -> Iterator[Task]:
    limit = _corpus().settings.balance_limit
    for chunk_id in _corpus().computational:
        yield _minizinc_stage("balance", chunk_id, {"limit": limit}, limit=limit)


def chunk() -> Iterator[Task]:
    corpus = _corpus()
    for chunk_id in corpus.ids:
        stages = stages_of(chunk_id in corpus.computational)
        yield {
            "name": chunk_id,
            "doc": f"everything for chunk {chunk_id}",
            "actions": None,
            "task_dep": [f"{stage}:{chunk_id}" for stage in stages],
        }


def pilots() -> Task:
    return {"actions": None, "task_dep": [f"chunk:{chunk_id}" for chunk_id in _corpus().settings.pilots]}


def primes() -> Task:
    corpus = _corpus()
    write = get_var("write", "no")
    if write not in ("yes", "no"):
        raise InvalidDodoFile(f"write={write}: expected yes or no")
    sources = [corpus.path(chunk_id) for chunk_id in corpus.computational]
    return {"actions": [_action("primes", "primes", sources=sources, write=write == "yes")], "uptodate": [False]}


def summary() -> Task:
    corpus, layout = _corpus(), _layout()
    chunks = {chunk_id: chunk_id in corpus.computational for chunk_id in corpus.ids}
    notes = [f"{layout.chunks.name}/{name} is no chunk and is ignored" for name in corpus.ignored]
    stamps = [layout.stamp(s, chunk_id) for chunk_id, computed in chunks.items() for s in stages_of(computed)]
    facts: dict[str, Any] = {"layout": layout, "chunks": chunks, "notes": notes}
    return {
        "actions": [_action("summary", "summary", **facts)],
        "file_dep": [str(stamp) for stamp in stamps],
        "task_dep": ["schema:names", "chunk"],
        "targets": [str(layout.summary)],
        "uptodate": [Unchanged(notes=notes, chunks=chunks, code=_code("summary"))],
        "clean": True,
        "meta": facts,
    }


def _stage(
    stage: str, chunk_id: str, arguments: dict[str, Any], targets: list[Path] | None = None,
    after: list[str] | None = None, **settings: Any,
) -> Task:  # fmt: skip
    """The task of one stage for one chunk: reads the chunk file, leaves a stamp.

    settings: what beside files and code the outcome depends on.
    """
    layout = _layout()
    source, stamp = layout.source(chunk_id), layout.stamp(stage, chunk_id)
    given = {"chunk_id": chunk_id, "source": source, "stamp": stamp, **arguments}
    return {
        "name": chunk_id,
        "doc": f"{stage} of chunk {chunk_id}",
        "actions": [_action(stage, f"{stage}:{chunk_id}", **given)],
        "file_dep": [str(source)],
        "task_dep": [f"{earlier}:{chunk_id}" for earlier in after or ()],
        "targets": [*map(str, targets or ()), str(stamp)],
        "uptodate": [Unchanged(code=_code(stage), **settings)],
        "clean": True,
    }


def _minizinc_stage(stage: str, chunk_id: str, arguments: dict[str, Any], **settings: Any) -> Task:
    """A stage whose verdict is MiniZinc's: it also reads the model, and is as old as the tool."""
    model = _layout().model(chunk_id)
    limits = Limits(_corpus().settings.solve_seconds, _corpus().settings.memory_mb)
    task = _stage(stage, chunk_id, {"model": model, "limits": limits, **arguments}, **settings)
    task["file_dep"].append(str(model))
    task["uptodate"].append(result_dep(MINIZINC))
    task["getargs"] = {"engine": (MINIZINC, "engine")}
    return task


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


@cache
def _code(stage: str) -> str:
    own = f"stages/{stage}.py"
    return code_digest((*_CODE[stage], own))


def _action(stage: str, task: str, function: str = "run", **arguments: Any) -> tuple[Any, list[Any]]:
    return (_perform, [stage, function, task, _layout().journal, arguments])


def _perform(
    stage: str, function: str, name: str, journal: Path, arguments: dict[str, Any], targets: list[str],
    engine: Engine | None = None,
) -> TaskFailed | dict[str, Any] | None:  # fmt: skip
    """The action of every task: runs a function of a stage's module, which leaves all of its targets or none.

    The module is imported here, so that a build with nothing to do imports no parser and no validator.
    """
    for target in targets:
        Path(target).unlink(missing_ok=True)
    given = arguments if engine is None else {**arguments, "engine": engine}
    started = time.monotonic()
    failure: str | None = None
    result = None
    try:
        result = getattr(import_module(f".stages.{stage}", __package__), function)(**given)
    except DualityError as error:
        failure = str(error)
    except OSError as error:
        failure = f"{error.filename or name}: {error.strerror}"
    if failure is not None:
        for target in targets:
            Path(target).unlink(missing_ok=True)
    note_in_journal(journal, name, "passed" if failure is None else "failed", time.monotonic() - started)
    return TaskFailed(failure) if failure is not None else result
