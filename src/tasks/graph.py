"""The task graph: stages, engines and jobs bound to doit."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, redirect_stdout
from fnmatch import fnmatch
from typing import Any, cast

from doit.exceptions import TaskFailed

from .check.ask import Memory, count_verdicts, is_current, places
from .errors import CheckFailed, CodeChanged, DualityError, RunnerLost, Unsatisfiable
from .jobs import JOBS, write_package
from .jobs.job import Job
from .lifecycle import clean
from .project import Build
from .records.journal import Entry, append, build_name, now
from .stages import BY_NAME, PIPELINE, STAGES, earlier, stages_of
from .stages.perform import perform, recipe, targets
from .stages.stage import Stage, engine_task
from .state.staleness import UpToDate
from .state.stopping import NO_ROOM, Stopped, no_room

Task = dict[str, Any]  # what doit makes a task of
ENGINES = tuple(dict.fromkeys(engine for stage in STAGES for engine in stage.engines))
PACKAGE = write_package.JOB.task
"""What the modules of chunks need to be compiled."""


def tasks(build: Build) -> Iterator[Task]:
    """The tasks of the build: stages, what groups them, the engines that they ask, and jobs."""
    plan = build.plan
    chosen = [chunk_id for chunk_id in plan.corpus.ids if chunk_id not in build.left_out]
    for stage in PIPELINE:
        yield from _stage_tasks(build, stage, chosen)
    for engine in ENGINES:
        if plan.has(engine):
            yield _engine(build, engine)
    for name, doc in GROUPS.items():
        yield _group(name, None, doc)
    for chunk_id in chosen:
        members = [f"{stage.name}:{chunk_id}" for stage in stages_of(chunk_id, plan)]
        members += [PACKAGE] * plan.corpus.roles[chunk_id]
        yield _group("chunk", chunk_id, f"everything for chunk {chunk_id}", members)
    for stage in PIPELINE:
        pilots = [chunk_id for chunk_id in plan.corpus.settings.pilots if chunk_id not in build.left_out]
        members = [f"{stage.name}:{chunk_id}" for chunk_id in pilots if stage in stages_of(chunk_id, plan)]
        members += [PACKAGE] * (stage.name == "render_lean")
        yield _group("pilots", stage.name, f"{stage.name} of the pilot chunks", members)
    for job in JOBS:
        if job.beside and BY_NAME[job.beside].advisory:
            yield from _stage_tasks(build, BY_NAME[job.beside], chosen)
        if job.is_kept or not build.left_out:  # those that are not kept are about every chunk
            yield from _job(build, job)
    engines = [engine_task(engine) for engine in ENGINES if plan.has(engine)]  # first: all chunks wait for them
    members = [*engines, "schema:names", PACKAGE, "chunk"]
    yield {**_group("summary", None, SUMMARY, members), "clean": [(clean, [plan])]}


SUMMARY = "build and check the whole corpus, and sum up (what `doit` does)"
GROUPS = {
    "chunk": "everything for one chunk: chunk:06",
    "pilots": "everything for the pilot chunks; pilots:solve is one stage of it",
}


def numbers(build: Build) -> dict[str, int]:
    """A number for each chunk of which tasks are made, and for each of these, in the order of the chunks."""
    groups = ["chunk", *(stage.name for stage in STAGES)]
    ids = [chunk_id for chunk_id in build.plan.corpus.ids if chunk_id not in build.left_out]
    return {f"{group}:{chunk_id}": at for at, chunk_id in enumerate(ids) for group in groups}


def _stage_tasks(build: Build, stage: Stage, ids: Sequence[str]) -> Iterator[Task]:
    plan = build.plan
    yield _group(stage.name, None, stage.doc)
    if not stage.is_on(plan):
        return
    for chunk_id in ids:
        if stage.documentation or plan.corpus.roles[chunk_id]:
            yield _stage(build, stage, chunk_id)


def _stage(build: Build, stage: Stage, chunk_id: str) -> Task:
    """The task of one stage for one chunk."""
    plan, layout = build.plan, build.plan.layout
    before = earlier(stage, plan)
    engines = stage.asked_engines(plan)

    def made_by(values: Callable[[str], Mapping[str, Any]]) -> Mapping[str, Any]:
        found = {engine: values(engine_task(engine)).get("engine") for engine in engines}
        return recipe(stage, plan, chunk_id, found, build.code)

    reads = [layout.file(name, chunk_id) for name in stage.reads]
    reads += [layout.stamp(other.name, chunk_id) for other in before if other.name in stage.needs]
    return {
        "basename": stage.name,
        "name": chunk_id,
        "doc": f"{stage.name} of chunk {chunk_id}",
        "actions": [(_act, [build, f"{stage.name}:{chunk_id}", _perform, stage.name, chunk_id])],
        "file_dep": [str(path) for path in reads],
        "task_dep": [*(f"{other.name}:{chunk_id}" for other in before), *map(engine_task, engines)],
        "targets": [str(path) for path in targets(stage, plan, chunk_id)],
        "uptodate": [UpToDate(made_by, strict=stage.strict(plan, chunk_id))],
        "getargs": {engine: (engine_task(engine), "engine") for engine in engines},
        "clean": True,
    }


def _perform(build: Build, stage: str, chunk_id: str, **engines: Any) -> dict[str, Any]:
    # What advice says stands in the job that sums it up, where that is asked for as well.
    with redirect_stdout(None) if _is_summed_up(build, stage) else nullcontext():
        try:
            return perform(BY_NAME[stage], build.plan, chunk_id, engines, build.code, Memory(build.plan))
        except Unsatisfiable as error:
            from .check.refutation import word

            specification, proof, easy = cast(tuple[Any, Any, bool], error.evidence)
            said = word(build.plan, specification, proof, easy=easy)
            raise CheckFailed(f"{error}\n{said}") from None


def _is_summed_up(build: Build, stage: str) -> bool:
    return any(
        name == stage or fnmatch(job.task, name)
        for job in JOBS
        if job.beside == stage and BY_NAME[stage].advisory
        for name in build.asked
    )


def _engine(build: Build, engine: str) -> Task:
    """The hidden task that finds out which tool an engine is."""
    plan = build.plan
    made_by = {"code": build.code.digest("check/engines.py"), "choice": plan.choice(engine)}

    def is_the_same(values: Mapping[str, Any]) -> bool:
        files = values.get("files")
        if build.seen and build.seen.snapshot["engines"].get(engine) == [plan.choice(engine), files]:
            return True  # it was looked at when the build began (see snapshot.look)
        return is_current(plan, engine, files)

    return {
        "basename": engine_task(engine),
        "doc": f"which {engine} is asked",
        # doit runs what depends on a task again when the result of its last action changes: the engine, and not where
        # its files are.
        "actions": [(_act, [build, engine_task(engine), _identify, engine, made_by]), (_identified, [engine])],
        "uptodate": [UpToDate(lambda values: made_by, current=is_the_same)],
    }


def _identify(build: Build, engine: str, made_by: Mapping[str, Any]) -> dict[str, Any]:
    from .check.ask import identify

    found = identify(build.plan, engine)
    _found[engine] = found["engine"]  # for the task's last action, which runs in the same process
    return {"recipe": dict(made_by), "read": {}, "written": {}, "files": found["files"]}


def _identified(engine: str) -> dict[str, Any]:
    return {"engine": _found.pop(engine)}


_found: dict[str, Any] = {}


def _group(basename: str, name: str | None, doc: str, members: Sequence[str] = ()) -> Task:
    return {"basename": basename, "name": name, "doc": doc, **_nothing(members)}


def _nothing(members: Sequence[str]) -> Task:
    """A task that does nothing itself: always up to date, as doit would send it to a worker process."""
    return {"actions": None, "task_dep": list(members), "uptodate": [True]}


def _job(build: Build, job: Job) -> Iterator[Task]:
    """The task of a job: of its own, or beside those of the stage that it belongs to."""
    plan = build.plan
    named = {"basename": job.beside, "name": job.name} if job.beside else {"basename": job.name}
    written = [str(path) for path in job.writes(plan)]
    made_by = job.recipe(plan, build.code)
    yield {
        **named,
        "doc": job.doc,
        "actions": [(_act, [build, job.task, _run_job, job.task, made_by])],
        "task_dep": list(job.after(plan)),
        "targets": written,
        "uptodate": [UpToDate(lambda values: made_by) if job.is_kept else False],
        "clean": True,
    }


def _run_job(build: Build, task: str, made_by: Mapping[str, Any]) -> dict[str, Any]:
    written = next(job for job in JOBS if job.task == task).run(build.plan)
    return {"recipe": dict(made_by), "read": {}, "written": dict(written or {})}


def _act(
    build: Build, task: str, function: Callable[..., Any], *given: Any, **more: Any
) -> TaskFailed | dict[str, Any]:
    """The action of every task: calls function for the build, and tells the journal how it ended.

    The build is passed and not looked up, as a worker process need not be a fork of the one that read the corpus.
    Modules that compute anything are imported by then, so that a build with nothing to do imports no parser.
    """
    journal = build.plan.layout.journal
    started, before = time.monotonic(), count_verdicts()
    failure = ""
    result: dict[str, Any] = {}
    try:
        result = function(build, *given, **more)
    except (CodeChanged, RunnerLost) as error:
        raise Stopped(str(error)) from None
    except DualityError as error:
        failure = str(error)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise no_room(error.filename or task, error) from None
        failure = f"{error.filename or task}: {error.strerror}"
    seconds = round(time.monotonic() - started, 3)
    entry = Entry(
        task, "failed" if failure else "passed", seconds, failure, count_verdicts() - before, now(),
        build_name(build.started), os.getpid(), places(),
    )  # fmt: skip
    try:
        append(journal, entry)
    except OSError as error:
        raise no_room(journal, error) from None
    return TaskFailed(failure) if failure else result


_act.__signature__ = inspect.signature(_act)  # type: ignore[attr-defined] # doit asks for it before each task
