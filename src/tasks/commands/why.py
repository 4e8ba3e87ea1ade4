"""`doit why`: which tasks the next build would run, and for which reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..project import Build
from ..snapshot import look
from ..state.database import Reader
from ..state.record import codec_of
from .chosen import choose
from .command import Command

if TYPE_CHECKING:
    from ..ledger import Ledger
    from ..plan import Plan
    from ..records.journal import Entry

_NAMED = 8
"""Tasks of one kind that are named one by one."""
_WIDTH = 100


@dataclass(frozen=True)
class Finding:
    """Why a task would run. after: tasks before it that would run, so that what it reads may change."""

    task: str
    reasons: tuple[str, ...]
    after: tuple[str, ...] = ()

    @property
    def runs(self) -> bool:
        return bool(self.reasons or self.after)


class Why(Command):
    name = "why"
    doc_purpose = "show which tasks would run, and why (nothing is built)"
    doc_usage = "[TASK or chunk ...]"
    doc_description = (
        "Without arguments it is the dry run of `doit`: causes first, then the tasks that follow from each. With tasks "
        "(solve:06), chunks (06) or stages (solve) it shows every reason of each of their tasks. Exit code 0."
    )

    def run(self, build: Build, params: Any, args: Sequence[str]) -> None:
        build.code.kept, reader = None, Reader(str(build.layout.database), codec_of(build.layout))
        chosen = choose(build, args)
        build.seen = look(build, reader)
        if build.seen and build.seen.whole and not args:
            print(f"nothing would run: {build.seen.count_tasks()} tasks are up to date")
            return
        found = list(_findings(build, reader, chosen))
        if args:
            for finding in found:
                print(_one(finding))
        else:
            fresh = build.seen.count_tasks() if build.seen else 0
            print("\n".join(_all(found, fresh)))


def _findings(build: Build, reader: Reader, chosen: set[tuple[str, str]] | None) -> Iterator[Finding]:
    """Of the chosen tasks (stage and chunk), or of all that are not known to be up to date, in the order of a build."""
    from ..records.journal import last_entries
    from ..stages import PIPELINE, earlier, stages_of
    from ..stages.perform import targets
    from ..state.recorded import make_ledger

    plan = build.plan
    ledger = make_ledger(plan, build.code, lambda task: reader.get(task, "_values_:"))
    fresh = build.seen.fresh if build.seen and chosen is None else frozenset()
    last = last_entries(plan.layout.journal)
    if chosen is None:
        for engine, known in ledger.engines.items():
            if known is None:
                yield Finding(engine, (f"{engine} is asked which tool it is: {_asked(plan, ledger, reader, engine)}",))
        yield from _jobs(build, ledger)
    order = {stage.name: at for at, stage in enumerate(PIPELINE)}
    for chunk_id in plan.corpus.ids:
        if chunk_id in fresh or (chosen is not None and not any(chunk_id == one for _, one in chosen)):
            continue
        would_run: set[str] = set()
        rewritten: set[str] = set()
        for stage in stages_of(chunk_id, plan):
            task = f"{stage.name}:{chunk_id}"
            told = _told(build, ledger, stage, chunk_id, last.get(task))
            # What a task before it writes anew may be as it was when this one read it.
            reasons = tuple(reason for reason in told if not rewritten.intersection(_changed_file(reason)))
            before = [other.name for other in earlier(stage, plan) if other.name in would_run]
            after = tuple(f"{name}:{chunk_id}" for name in sorted(before, key=order.__getitem__))
            finding = Finding(task, reasons, after)
            if finding.runs:
                would_run.add(stage.name)
                rewritten.update(map(str, targets(stage, plan, chunk_id)))
            if chosen is None or (stage.name, chunk_id) in chosen:
                yield finding


def _asked(plan: Plan, ledger: Ledger, reader: Reader, engine: str) -> str:
    from ..stages.stage import engine_task

    if not reader.in_(engine_task(engine)):
        return "it was never asked"
    then = (ledger.values(engine_task(engine)).get("recipe") or {}).get("choice")
    now = plan.choice(engine)
    return "its files have changed" if then in (now, None) else f"the choice was {then}, it is {now} now"


def _jobs(build: Build, ledger: Ledger) -> Iterator[Finding]:
    from .. import freshness
    from ..jobs import JOBS

    for job in JOBS:
        if job.is_kept:
            written = [str(path) for path in job.writes(build.plan)]
            yield Finding(
                job.task, tuple(freshness.reasons(ledger.values(job.task), job.recipe(build.plan, build.code), written))
            )


def _told(build: Build, ledger: Ledger, stage: Any, chunk_id: str, last: Entry | None) -> Iterator[str]:
    """The reasons of the ledger, with what else is known of them."""
    from ..freshness import CODE, NEVER

    for reason in ledger.reasons(stage, chunk_id):
        if reason == CODE:
            then = ledger.values(f"{stage.name}:{chunk_id}")["recipe"]["code"]
            files = build.code.changes(then, stage.module, "stages/perform.py")
            yield f"{reason}: {', '.join(files)}" if files else reason
        elif reason == NEVER and last is not None and last.result == "failed":
            yield "it failed last time: " + next(iter(last.message.splitlines()), "")
        elif reason == NEVER and last is not None:
            yield "nothing is recorded of it: it was forgotten, or could not run"
        else:
            yield reason


def _changed_file(reason: str) -> Iterator[str]:
    """The file that a reason is about, where one that the task read is not what it was."""
    for end in (" has changed", " is missing"):
        if reason.endswith(end):
            yield reason.removesuffix(end)


def _one(finding: Finding) -> str:
    if not finding.runs:
        return f"{finding.task} is up to date"
    lines = [f"{finding.task} would run" if finding.reasons else f"{finding.task} would run if what it reads changes"]
    lines += [f"  {reason}" for reason in finding.reasons]
    if finding.after:
        lines.append(f"  after {', '.join(finding.after)}")
    return "\n".join(lines)


def _all(found: Sequence[Finding], fresh: int) -> Iterator[str]:
    """Each cause, with the tasks that it makes run; then those that may follow, and the counts."""
    causes: dict[str, list[str]] = {}
    for finding in found:
        for reason in finding.reasons:
            causes.setdefault(reason, []).append(finding.task)
    for reason, tasks in causes.items():
        yield reason
        yield from _listed(tasks)
    follow = [finding.task for finding in found if finding.after and not finding.reasons]
    if follow:
        yield "these follow, if what they read changes"
        yield from _listed(follow)
    own = sum(1 for finding in found if finding.reasons)
    yield (
        f"{own} task{'s' * (own != 1)} would run, {len(follow)} may follow, "
        f"{fresh + sum(1 for finding in found if not finding.runs)} are up to date"
    )


def _listed(tasks: Iterable[str]) -> Iterator[str]:
    """The tasks, where there are many of a stage their number, in lines."""
    kinds: dict[str, list[str]] = {}
    for task in tasks:
        kinds.setdefault(task.partition(":")[0], []).append(task)
    words = []
    for kind, names in kinds.items():
        words += names if len(names) <= _NAMED else [f"{kind} ({len(names)})"]
    line = ""
    for word in words:
        if line and len(line) + len(word) > _WIDTH:
            yield line
            line = ""
        line += f"  {word}"
    yield line
