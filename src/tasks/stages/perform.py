"""Runs one stage for one chunk, writes its files, and returns the record of what they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..digests import Code
from ..errors import CodeChanged
from ..files import digest, discard, remove, write_whole
from ..plan import Plan
from ..records.stamp import OURSELVES, Engine, Stamp, without_identity, write_stamp
from . import earlier
from .stage import Context, Memory, Stage, outcome_of


def recipe(stage: Stage, plan: Plan, chunk_id: str, engines: Mapping[str, Engine | None], code: Code) -> dict[str, Any]:
    """What, beside files, a stage's result for a chunk is made by: code, settings, engines and limits; plain data."""
    asked = stage.asked_engines(plan)
    return {
        "code": code.digest(stage.module, "stages/perform.py"),
        **stage.settings(plan, chunk_id),
        **{engine: dict(engines.get(engine) or {}) for engine in asked},
        "limits": {engine: plan.limits(engine, chunk_id) for engine in asked},
    }


def judges(stage: Stage, plan: Plan, engines: Mapping[str, Engine | None]) -> tuple[dict[str, str], ...]:
    """The engines that judge in a stage, as its stamps name them."""
    asked = [engines[name] for name in stage.asked_engines(plan)]
    return tuple(without_identity(engine) for engine in asked if engine) or (dict(OURSELVES),)


def targets(stage: Stage, plan: Plan, chunk_id: str) -> list[Path]:
    """The files that a stage writes for a chunk, its stamp last."""
    layout = plan.layout
    return [*(layout.file(name, chunk_id) for name in stage.writes), layout.stamp(stage.name, chunk_id)]


def perform(
    stage: Stage, plan: Plan, chunk_id: str, engines: Mapping[str, Engine], code: Code, memory: Memory | None = None
) -> dict[str, Any]:
    """Runs the stage; leaves all of its files, or none where it raises. Returns what freshness.reasons judges later.

    Raises as the stage does, RecordError where an earlier stage worked from other contents of the same files, and
    CodeChanged where the package is not the one that was digested.
    """
    made_by = recipe(stage, plan, chunk_id, engines, code)
    written = targets(stage, plan, chunk_id)
    for path in written:
        remove(path)
    context = Context(plan, stage, chunk_id, engines, earlier(stage, plan), made_by["code"], memory)
    try:
        result = stage.run(context)
        if code.has_changed():
            raise CodeChanged("the code of the package changed during the build: build again")
        result.keep()
        layout = plan.layout
        texts = {layout.file(name, chunk_id): text for name, text in result.texts.items()}
        for path, text in texts.items():
            write_whole(path, text)
        stamp = Stamp(
            stage=stage.name,
            chunk=chunk_id,
            status=result.status,
            engines=judges(stage, plan, engines),
            inputs=inputs(context),
            outputs={layout.name_of(path): digest(text) for path, text in texts.items()},
            outcome=result.outcome,
        )
        texts[written[-1]] = write_stamp(written[-1], stamp)
    except BaseException:
        discard(written)
        raise
    return {
        "recipe": made_by,
        "read": {str(path): sha256 for path, sha256 in context.files.items()},
        # From here, not from the disk: the file may be another's by the time that the build looks at it.
        "written": {str(path): digest(text) for path, text in texts.items()},
        "status": result.status,
        "limited": result.limited,
    }


def load() -> None:
    """Loads what nearly all stages need, and what takes them longest: the parser. A mistake in it is for the stages to
    tell.
    """
    with suppress(Exception):
        from ..specification import load as load_parser

        load_parser()


def inputs(context: Context) -> dict[str, str]:
    """The inputs of a stamp. Of an earlier stage it names the outcome: its stamp may change where that does not."""
    layout, chunk_id = context.plan.layout, context.chunk_id
    stamps = {layout.stamp(stage, chunk_id) for stage in context.outcomes}
    files = {layout.name_of(path): sha256 for path, sha256 in context.files.items() if path not in stamps}
    return files | {outcome_of(stage): sha256 for stage, sha256 in context.outcomes.items()}
