"""The begin and the end of a build, under any reporter: removes outputs of chunks that are gone, writes the summary."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from .check.ask import trim
from .errors import DualityError
from .files import digest, discard, open_plain, remove_leftovers, write_whole
from .freshness import digest_of, written_digest_of
from .jobs import JOBS, write_package
from .ledger import Ledger
from .plan import Plan
from .project import Build
from .records.codec import encode
from .records.summary import HOLDS, Part, Summary, part_of, recall_summary, table
from .snapshot import Data, Kind, circumstances, content_of, state_of
from .stages import BY_NAME, PIPELINE
from .stages.stage import Stage, engine_task
from .state.database import Database
from .state.recorded import make_ledger
from .state.stopping import no_room


@dataclass(frozen=True)
class Conclusion:
    """table: the summary for the screen; passed: whether every stage of every chunk holds for the files as they are."""

    table: str
    passed: bool


def begin(build: Build, database: Database) -> None:
    """Removes what an earlier build wrote for chunks that are gone, or that are documentation now, and nothing else."""
    layout, corpus = build.layout, build.plan.corpus
    if not layout.summary.exists():  # the last build was stopped or killed, perhaps in the middle of a write
        remove_leftovers(layout.folders())
    if build.seen and build.seen.known <= set(corpus.ids):  # the same corpus.yaml, and no chunk is gone
        return
    for task in database.names():
        stage, _, chunk_id = task.partition(":")
        if stage not in BY_NAME or not chunk_id.isdigit():
            continue
        computational = corpus.roles.get(chunk_id)
        if computational is None or not (computational or BY_NAME[stage].documentation):
            for path, written in ((database.get(task, "_values_:") or {}).get("written") or {}).items():
                if written_digest_of(path) == written:
                    discard([path])
            database.remove(task)


def last_summary(build: Build) -> bytes:
    """The file of the summary as it lies there, b"" where there is none that could be of use."""
    if build.seen:
        with suppress(OSError), open_plain(build.layout.summary) as file:
            return file.read()
    return b""


def keep(build: Build, last: bytes) -> Part:
    """What the last summary says of chunks of which all of it still holds, as no task of theirs is made; nothing where
    it is not as the last build left it.

    last: its file, as it was when this build began.
    """
    name, fresh = build.layout.name_of(build.layout.summary), _fresh(build)
    content, _ = build.seen.shared.get(name, ("", "")) if build.seen else ("", "")
    summary = recall_summary(last) if digest(last) == content else None
    return part_of([row for row in summary.chunks if row.id in fresh] if summary else [])


def _fresh(build: Build) -> frozenset[str]:
    return build.left_out & build.seen.fresh if build.seen else frozenset()


def conclude(
    build: Build, database: Database, failures: Mapping[str, str], ignored: Collection[str], kept: Part
) -> tuple[Conclusion, Data]:
    """Writes the summary of what lies there. Returns it for the screen, and what the next build may believe."""
    plan, layout = build.plan, build.layout
    notes = [f"{layout.chunks.name}/{name} is not a chunk and is ignored" for name in plan.corpus.ignored]
    ledger = make_ledger(plan, build.code, lambda task: database.get(task, "_values_:"))
    summary = ledger.summarise(failures, ignored, notes, kept)
    if plan.is_outdated():
        note = f"{layout.chunks}: corpus.yaml, or which chunks there are, changed during the build: build again"
        status = "incomplete" if summary.status == "passed" else summary.status
        summary = replace(summary, status=status, notes=(*summary.notes, note))
    with suppress(DualityError):  # tasks that use it have said what is wrong with the folder
        trim(plan)
    names = ["Duality.Base"]
    names += [f"Duality.Chunk{row.id}" for row in summary.chunks if row.stages.get("render_lean") in HOLDS]
    texts = {
        # The root module of the Lake package, which imports the modules that are there.
        layout.imports: "".join(f"import {name}\n" for name in names),
        layout.summary: encode(summary),  # the last, as it says how the build ended
    }
    digests = {str(path): digest(text) for path, text in texts.items()}
    try:
        for path, text in texts.items():
            if written_digest_of(str(path)) != digests[str(path)]:
                write_whole(path, text)
    except OSError as error:
        raise no_room(error.filename or layout.out, error) from None
    found = Conclusion(table(summary, [stage.name for stage in PIPELINE]), summary.status == "passed")
    return found, _snapshot(build, database, ledger, summary, found, digests)


def _snapshot(
    build: Build, database: Database, ledger: Ledger, summary: Summary, found: Conclusion, digests: Mapping[str, str]
) -> Data:
    """What holds, as far as it is known before the database is closed (see Run); digests: of what was written here."""
    plan, layout, fresh = build.plan, build.layout, _fresh(build)
    on = [stage for stage in PIPELINE if stage.is_on(plan)]
    kinds = [_kind(stage for stage in on if stage.documentation), _kind(on)]
    chunks = {}
    for row in summary.chunks:
        kind = int(not row.documentation)
        if build.seen and row.id in fresh:
            chunks[row.id] = build.seen.kept[row.id]
        elif HOLDS.issuperset(row.stages.values()) and (entry := _entry(build, database, kinds[kind], row.id)):
            chunks[row.id] = [kind, *entry]
    written = {**digests, **(ledger.values(write_package.JOB.task).get("written") or {})}
    shared = {}
    for path in map(str, [*write_package.writes(plan), layout.imports, layout.summary]):
        state = state_of(map(os.lstat, [path]))
        if path in written and (not state or written_digest_of(path) == written[path]):  # else the next build reads it
            shared[layout.name_of(Path(path))] = [written[path], state]
    return {
        "circumstances": circumstances(build, plan.corpus.settings.sha256, plan.toolchain_text),
        "engines": {
            name: [plan.choice(name), ledger.values(engine_task(name)).get("files")] for name in ledger.engines
        },
        "ids": list(plan.corpus.ids),
        "kinds": kinds,
        "chunks": chunks,
        "shared": shared,
        "jobs": sum(1 for job in JOBS if job.beside and job.is_kept),
        "table": found.table,
        "passed": found.passed,
    }


def _kind(stages: Iterable[Stage]) -> Data:
    """What chunks with these stages have: their tasks, and the names of their files (see snapshot.Kind)."""
    stages = list(stages)
    files = dict.fromkeys(["source", *(name for stage in stages for name in stage.writes)])
    return {"stages": [stage.name for stage in stages], "files": [*files, *(f"stamp of {s.name}" for s in stages)]}


def _entry(build: Build, database: Database, kind: Data, chunk_id: str) -> list[str] | None:
    """What is kept of a chunk whose stages hold; None where its records do not agree, or the files are others now."""
    expected: dict[str, set[str]] = {}
    for stage in kind["stages"]:
        values = database.get(f"{stage}:{chunk_id}", "_values_:") or {}
        for path, sha256 in [*values.get("read", {}).items(), *values.get("written", {}).items()]:
            expected.setdefault(path, set()).add(sha256)
    files = Kind(build.layout, **kind)
    paths = files.paths(chunk_id)
    if expected.keys() != paths.keys() or any(len(digests) > 1 for digests in expected.values()):
        return None
    state, content = files.state(chunk_id), content_of(expected[path].pop() for path in paths)
    now = content_of(digest_of(path, ask) or "" for path, ask in paths.items())  # most is known in this process
    return [files.records(database, chunk_id), content, state] if now == content else None


def clean(plan: Plan) -> None:
    """Removes what the build writes beside the targets of tasks; doit's database, the journal and all folders stay."""
    layout = plan.layout
    for path in (layout.summary, layout.imports, layout.code, layout.snapshot):
        path.unlink(missing_ok=True)
    shutil.rmtree(layout.scratch, ignore_errors=True)
