"""The begin and the end of a build, under any reporter: removes outputs of chunks that are gone, writes the summary."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from .digests import Code
from .errors import DualityError
from .files import digest, discard, remove_leftovers, write_whole
from .freshness import digest_of, written_digest_of
from .plan import Plan
from .stages import BY_NAME, PIPELINE, stages_of
from .state.database import Database
from .state.recorded import make_ledger
from .state.stopping import no_room

SUMMARY = "_summary"
"""The record of what the summary was made from; not a task."""


@dataclass(frozen=True)
class Build:
    """What this command builds, and the code that does it, as both were when the command began."""

    plan: Plan
    code: Code

    @cached_property
    def stage_tasks(self) -> tuple[str, ...]:
        """The names of the tasks that a whole build runs for chunks."""
        ids = self.plan.corpus.ids
        return tuple(f"{stage.name}:{chunk_id}" for chunk_id in ids for stage in stages_of(chunk_id, self.plan))


@dataclass(frozen=True)
class Conclusion:
    """table: the summary for the screen; passed: whether every stage of every chunk holds for the files as they are."""

    table: str
    passed: bool


def begin(build: Build, database: Database) -> None:
    """Removes what an earlier build wrote for chunks that are gone, or that are documentation now, and nothing else."""
    layout = build.plan.layout
    if not layout.summary.exists():  # the last build was stopped or killed, perhaps in the middle of a write
        remove_leftovers(layout.folders())
    for task in database.names():
        stage, _, chunk_id = task.partition(":")
        if stage not in BY_NAME or not chunk_id.isdigit():
            continue
        computational = build.plan.corpus.roles.get(chunk_id)
        if computational is None or not (computational or BY_NAME[stage].documentation):
            for path, written in ((database.get(task, "_values_:") or {}).get("written") or {}).items():
                if written_digest_of(path) == written:
                    discard([path])
            database.remove(task)


def forget_summary(plan: Plan) -> None:
    """Removes the summary, before the first thing happens that may make it wrong."""
    discard([plan.layout.summary])


def conclude(
    build: Build, database: Database, verified: Collection[str], failures: Mapping[str, str], ignored: Collection[str]
) -> Conclusion:
    """Writes the summary of what lies there, and returns it for the screen.

    verified: the tasks that this build has found up to date. Where these are all, and the summary was written for
    the very same records, it is left as it is.
    """
    plan, layout = build.plan, build.plan.layout
    notes = [f"{layout.chunks.name}/{name} is not a chunk and is ignored" for name in plan.corpus.ignored]
    key = _key(build, database, notes)
    kept = database.get(SUMMARY, "_values_:") or {}
    if kept.get("key") == key and set(build.stage_tasks) <= set(verified) and not failures and not ignored:
        written = kept.get("written") or {}
        if all(written_digest_of(path) == made for path, made in written.items()) and len(written) == 2:
            return Conclusion(str(kept["table"]), bool(kept["passed"]))
    from .check.ask import trim
    from .records.summary import HOLDS, table, write_summary

    summary = make_ledger(plan, build.code, lambda task: database.get(task, "_values_:")).summarise(
        failures, ignored, notes
    )
    with suppress(DualityError):  # tasks that use it have said what is wrong with the folder
        trim(plan)
    modules = [row.id for row in summary.chunks if row.stages.get("render_lean") in HOLDS]
    try:
        written = {
            str(layout.summary): write_summary(layout.summary, summary),
            str(layout.imports): _write_imports(layout.imports, modules),
        }
    except OSError as error:
        raise no_room(error.filename or layout.out, error) from None
    shown = table(summary, [stage.name for stage in PIPELINE])
    passed = summary.status == "passed"
    database.note(SUMMARY, {"key": key, "written": written, "table": shown, "passed": passed})
    return Conclusion(shown, passed)


def _key(build: Build, database: Database, notes: list[str]) -> str:
    """What a summary depends on: the records of all stages, which chunks there are, and what is to be noted."""
    total = sha256("\0".join([*build.stage_tasks, *notes, build.plan.lean]).encode())
    for task in build.stage_tasks:
        total.update(database.text(task).encode())
    return total.hexdigest()


def _write_imports(path: Path, chunk_ids: list[str]) -> str:
    """Writes the root module of the Lake package, which imports the modules that are there; returns its SHA-256."""
    names = ["Duality.Base", *(f"Duality.Chunk{chunk_id}" for chunk_id in chunk_ids)]
    text = "".join(f"import {name}\n" for name in names)
    if digest_of(str(path)) != digest(text):
        write_whole(path, text)
    return digest(text)


def clean(plan: Plan) -> None:
    """Removes what the build writes beside the targets of tasks; doit's database and the journal stay."""
    layout = plan.layout
    for path in (layout.summary, layout.imports, layout.code):
        path.unlink(missing_ok=True)
    shutil.rmtree(layout.scratch, ignore_errors=True)
    for path in sorted(layout.out.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
            path.rmdir()
