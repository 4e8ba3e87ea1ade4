"""The results of a build: for every stage of every chunk, whether its result is up to date.

doit's task graph, the summary and the report all ask here and in freshness; nothing else decides it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, cached_property
from typing import TypeVar

from . import freshness
from .digests import Code
from .freshness import Values
from .plan import Plan
from .records.outcomes import Balanced, Compared, Proved, Solved, Understood, is_unsatisfiable
from .records.stamp import Engine, Stamp, read_stamp
from .records.summary import HOLDS, Chunks, Outcome, Part, Row, Summary, part_of
from .stages import BY_NAME, PIPELINE, earlier, stages_of
from .stages.perform import judges, recipe, targets
from .stages.stage import OfStage, Stage, engine_task

O = TypeVar("O", bound=OfStage)  # noqa: E741


class Ledger:
    """values gives what a task left in the database, {} for nothing; is_current says whether an engine is still the one
    that the database knows.
    """

    def __init__(
        self, plan: Plan, code: Code, values: Callable[[str], Values], is_current: Callable[[str, Values], bool]
    ) -> None:
        self.plan = plan
        self.code = code
        self.values = values
        self._is_current = is_current
        self._stamps: dict[tuple[str, str], Stamp[object] | None] = {}
        # Once for all stages, so that they are held to the same content of a file that changes meanwhile.
        self._digest_of = cache(freshness.digest_of)

    @cached_property
    def engines(self) -> dict[str, Engine | None]:
        """The engines that the database knows, None for one that is not there or has changed."""
        found: dict[str, Engine | None] = {}
        for engine in sorted({engine for stage in PIPELINE for engine in stage.asked_engines(self.plan)}):
            values = self.values(engine_task(engine))
            found[engine] = values.get("engine") if values and self._is_current(engine, values) else None
        return found

    def reasons(self, stage: Stage, chunk_id: str) -> list[str]:
        """Why a stage's own result for a chunk does not hold; [] where it does, if the earlier stages' do."""
        made_by = recipe(stage, self.plan, chunk_id, self.engines, self.code)
        written = [str(path) for path in targets(stage, self.plan, chunk_id)]
        strict = stage.strict(self.plan, chunk_id)
        return freshness.reasons(self.values(f"{stage.name}:{chunk_id}"), made_by, written, strict, self._digest_of)

    def stamp(self, stage: Stage, chunk_id: str) -> Stamp[object] | None:
        """The stamp of a stage where it and those of all earlier stages hold for the files as they are; else None."""
        key = (stage.name, chunk_id)
        if key not in self._stamps:
            found: Stamp[object] | None = None
            if all(self.stamp(other, chunk_id) for other in earlier(stage, self.plan)) and not self.reasons(
                stage, chunk_id
            ):
                path = self.plan.layout.stamp(*key)
                written = self.values(f"{stage.name}:{chunk_id}")["written"]
                found = read_stamp(path, stage.outcome, written[str(path)])
            self._stamps[key] = found
        return self._stamps[key]

    def outcome(self, kind: type[O], chunk_id: str) -> O | None:
        """The outcome of a stage, None where the chunk has no such stage, or its result does not hold."""
        stamp = self.stamp_named(kind.stage, chunk_id)
        return stamp.outcome if stamp and isinstance(stamp.outcome, kind) else None

    def stamp_named(self, stage: str, chunk_id: str) -> Stamp[object] | None:
        """As stamp, of the stage of that name; None too where the chunk has no such stage."""
        known = BY_NAME[stage]
        return self.stamp(known, chunk_id) if known in stages_of(chunk_id, self.plan) else None

    def summarise(
        self, failures: Mapping[str, str], ignored: Iterable[str] = (), notes: Iterable[str] = (),
        kept: Part | None = None,
    ) -> Summary:  # fmt: skip
        """The summary of what lies there.

        failures maps names of failed tasks (`solve:06`) to their messages; ignored are names of tasks. kept: rows of
        the last summary of which all still holds.
        """
        plan, skipped = self.plan, set(ignored)
        kept = kept or part_of([])
        engines: dict[str, dict[str, str]] = {}
        for chunk_id in {plan.corpus.roles[chunk_id]: chunk_id for chunk_id in kept.rows}.values():  # one of each kind
            for stage in stages_of(chunk_id, plan):
                engines.update({_name(engine): engine for engine in judges(stage, plan, self.engines)})
        made = []
        for chunk_id, computational in plan.corpus.roles.items():
            if chunk_id in kept.rows:
                continue
            results: dict[str, Outcome] = {}
            stamps: dict[type, object] = {}
            for stage in stages_of(chunk_id, plan):
                task = f"{stage.name}:{chunk_id}"
                stamp = None if task in failures or task in skipped else self.stamp(stage, chunk_id)
                results[stage.name] = "failed" if task in failures else stamp.status if stamp else "not_run"
                if stamp:
                    stamps[stage.outcome] = stamp.outcome
                    engines.update({_name(engine): engine for engine in stamp.engines})
            row = _row(chunk_id, computational, results, stamps)
            if results.get("solve") == "failed" and is_unsatisfiable(failures[f"solve:{chunk_id}"]):
                is_proved = plan.layout.refutation(chunk_id).exists()
                row = replace(row, unsatisfiable="proved" if is_proved else "solver alone")
            made.append(row)
        whole = kept.plus(part_of(made))
        complete = all(result in HOLDS for _, result in whole.results)
        count = sum(plan.corpus.roles.values())
        return Summary(
            status="failed" if failures or skipped else "passed" if complete else "incomplete",
            chunks=tuple(whole.rows[chunk_id] for chunk_id in plan.corpus.roles),
            count=Chunks(len(whole.rows), count, len(whole.rows) - count),
            stages=whole.stages(stage.name for stage in PIPELINE if stage.is_on(plan)),
            off=tuple(stage.name for stage in PIPELINE if not stage.is_on(plan)),
            lean="on" if plan.has("lean") else "off",
            constraints=whole.constraints,
            theorems=whole.theorems,
            engines=tuple(engines[key] for key in sorted(engines)),
            notes=tuple(notes),
            failures=dict(sorted(failures.items())),
            ignored=tuple(sorted(skipped)),
        )


def _name(engine: Engine) -> str:
    return " ".join(engine.values())


def _row(chunk_id: str, computational: bool, results: dict[str, Outcome], stamps: Mapping[type, object]) -> Row:
    """The row of a chunk from the outcomes that hold."""
    understood, solved, proved = stamps.get(Understood), stamps.get(Solved), stamps.get(Proved)
    balanced, compared = stamps.get(Balanced), stamps.get(Compared)
    kinds = understood.constraints if isinstance(understood, Understood) else None
    return Row(
        id=chunk_id,
        documentation=not computational,
        stages=results,
        constraints=kinds,
        witness=solved.witness if isinstance(solved, Solved) else None,
        judged=proved.judged if isinstance(proved, Proved) else None,
        unproved=proved.unproved if isinstance(proved, Proved) else "",
        balance_proved=isinstance(proved, Proved) and proved.balanced is not None and isinstance(balanced, Balanced),
        balance=(balanced.least, balanced.most) if isinstance(balanced, Balanced) else None,
        constant_on_sample=compared.constant_on_sample if isinstance(compared, Compared) else (),
        disagreements=compared.disagreements if isinstance(compared, Compared) else (),
    )
