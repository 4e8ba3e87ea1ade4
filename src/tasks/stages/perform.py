"""Runs one stage for one chunk, writes its files, and returns the record of what they were made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Protocol

from ..digests import Code
from ..errors import CodeChanged
from ..files import digest, discard, remove, write_whole
from ..plan import Plan
from ..records.codec import decode, encode
from ..records.stamp import OURSELVES, Engine, Stamp, is_identified, without_identity
from . import earlier
from .stage import Context, Result, Stage, outcome_of


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


class Memory(Protocol):
    """Where results are kept: by the stage's name, the digest of its code, and the text of all that it is given."""

    def recall(self, name: str, code: str, text: str) -> str: ...
    def remember(self, name: str, code: str, text: str, output: str) -> None: ...


@dataclass(frozen=True)
class Made:
    """What a stage leaves. read: the names of the files that it read (see Layout.name_of); texts: what it rendered, by
    the names in Stage.writes; stamp: the text of its stamp.
    """

    read: tuple[str, ...]
    texts: dict[str, str]
    stamp: str


def perform(
    stage: Stage, plan: Plan, chunk_id: str, engines: Mapping[str, Engine], code: Code, memory: Memory | None = None
) -> dict[str, Any]:
    """Runs the stage; leaves all of its files, or none where it raises. Returns what freshness.reasons judges later.

    With a memory, what passed is kept, and the same code is not run again for the same inputs.

    Raises as the stage does, RecordError where an earlier stage worked from other contents of the same files, and
    CodeChanged where the package is not the one that was digested.
    """
    made_by = recipe(stage, plan, chunk_id, engines, code)
    layout, written = plan.layout, targets(stage, plan, chunk_id)
    for path in [*written, *(layout.file(name, chunk_id) for name in stage.clears)]:
        remove(path)
    context = Context(plan, stage, chunk_id, engines, earlier(stage, plan))
    given = _given(context, made_by) if memory else ""
    result = None
    try:
        made = _kept(context, memory.recall(stage.name, made_by["code"], given)) if memory and given else None
        if made is None:
            result, said = _run(context)
            made = _made(context, result, judges(stage, plan, engines))
        if code.has_changed():
            raise CodeChanged("the code of the package changed during the build: build again")
        if memory and given and result and not (result.warned or result.limited or said):
            memory.remember(stage.name, made_by["code"], given, encode(made))
        texts = {layout.file(name, chunk_id): text for name, text in made.texts.items()} | {written[-1]: made.stamp}
        for path, text in texts.items():
            write_whole(path, text)
    except BaseException:
        discard(written)
        raise
    return {
        "recipe": made_by,
        "read": {str(path): sha256 for path, sha256 in context.files.items()},
        # From here, not from the disk: the file may be another's by the time that the build looks at it.
        "written": {str(path): digest(text) for path, text in texts.items()},
        "status": result.status if result else "passed",
        "limited": result is not None and result.limited,
    }


def _run(context: Context) -> tuple[Result[Any], str]:
    """Runs the stage. Returns its result, and what it printed."""
    said = StringIO()
    try:
        with redirect_stdout(said):
            return context.stage.run(context), said.getvalue()
    finally:
        print(said.getvalue(), end="")


def _made(context: Context, result: Result[Any], engines: tuple[dict[str, str], ...]) -> Made:
    name_of = context.plan.layout.name_of
    stamp = Stamp(
        stage=context.stage.name,
        chunk=context.chunk_id,
        status=result.status,
        engines=engines,
        inputs=inputs(context),
        outputs={name_of(context.path(name)): digest(text) for name, text in result.texts.items()},
        outcome=result.outcome,
    )
    return Made(tuple(map(name_of, context.files)), dict(result.texts), encode(stamp))


def _given(context: Context, made_by: Mapping[str, Any]) -> str:
    """All that a result depends on: recipe and inputs; "" where not all of it is known. Limits are no part of it: what
    they had a part in is not kept.
    """
    inputs = context.given()
    if inputs is None or not all(is_identified(made_by[engine]) for engine in made_by["limits"]):
        return ""
    return json.dumps([context.chunk_id, {**made_by, "limits": None}, inputs], sort_keys=True)


def _kept(context: Context, text: str) -> Made | None:
    """What is kept, which then counts as read and made now; None for nothing."""
    with suppress(ValueError, KeyError):
        made = decode(Made, text)
        if made.texts.keys() == set(context.stage.writes):
            context.note(made.read)
            return made
    return None


def load(scratch: Path) -> None:
    """Loads what nearly all stages need, and what takes them longest: the parser, whose tables are kept in scratch. A
    mistake in it is for the stages to tell.
    """
    with suppress(Exception):
        from ..specification import load as load_parser

        load_parser(scratch / "parser")


def inputs(context: Context) -> dict[str, str]:
    """The inputs of a stamp. Of an earlier stage it names the outcome: its stamp may change where that does not."""
    layout, chunk_id = context.plan.layout, context.chunk_id
    stamps = {layout.stamp(stage, chunk_id) for stage in context.outcomes}
    files = {layout.name_of(path): sha256 for path, sha256 in context.files.items() if path not in stamps}
    return files | {outcome_of(stage): sha256 for stage, sha256 in context.outcomes.items()}
