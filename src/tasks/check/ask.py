"""The tools of a stage: run on this machine or on others, with the cache of verdicts in front."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..plan import Asking, Plan
from ..records.journal import Verdicts
from .call import Limits, Run, Runner, Tool, ToolCall, ran_at

if TYPE_CHECKING:
    from .cache import CachingRunner, Count

_count: Count | None = None
"""Of this process."""


def tool(asking: Asking) -> Tool:
    """The tool that a plan names. Raises ToolError where the folder of kept verdicts must not be used."""
    runner = _runner(asking)
    runner.refuse_bad_folder()  # before anything is run
    return Tool(asking.engine, Limits(asking.seconds, asking.memory_mb), runner)


def _runner(asking: Asking) -> CachingRunner:
    from .cache import Count, caching_runner

    global _count
    _count = _count or Count()
    return caching_runner(_without_cache(asking), asking.cache, _count)


def _without_cache(asking: Asking) -> Runner:
    if asking.bridge:
        from .remote import RemoteRunner

        return RemoteRunner(asking.bridge, asking.package, asking.toolchain)
    from .local import LocalRunner

    return LocalRunner(asking.scratch, asking.toolchain)


class Memory:
    """What our own code found before: kept beside verdicts of tools, by code and by what it was given.

    One is made before each task: what the task found rests on the verdicts that this process had since then, and is
    counted for as many where it is recalled.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._before = count_verdicts()

    def recall(self, name: str, code: str, text: str) -> str:
        """What was found; "" where that is not known."""
        verdicts, _, output = self._runner.recall(self._call(name, code, text)).partition("\n")
        if _count and verdicts.isdecimal():
            _count.found += int(verdicts)
        return output

    def remember(self, name: str, code: str, text: str, output: str) -> None:
        had = count_verdicts() - self._before
        self._runner.keep(self._call(name, code, text), Run(0, f"{had.found + had.asked}\n{output}", "", 0.0))

    @cached_property
    def _runner(self) -> CachingRunner:
        from .cache import Count

        return replace(_runner(self.plan.asking("minizinc", {})), count=Count())  # not counted among the verdicts

    def _call(self, name: str, code: str, text: str) -> ToolCall:
        return ToolCall("duality", code, (name,), text, Limits(0, 0))


def identify(plan: Plan, engine: str) -> dict[str, Any]:
    """Which tool an engine is: {"engine": name, version and identity, "files": their states}.

    Prints a note about the choice, if there is one. Raises ToolError where there is no such tool.
    """
    from .engines import identify as identify_engine

    here = replace(plan.asking(engine, {}), bridge="")  # whose answers others must have, too
    found = identify_engine(engine, plan.choice(engine), plan.toolchain_text, _runner(here))
    if found["note"]:
        print(found["note"])
    return {"engine": found["engine"], "files": found["files"]}


def is_current(plan: Plan, engine: str, files: Any) -> bool:
    """Whether an engine is still the one that has these files (of identify). Starts nothing and reads no content."""
    from .engines import is_current as is_engine_current

    return is_engine_current(engine, plan.choice(engine), plan.toolchain_text, files)


def refuse_bad_cache(plan: Plan) -> None:
    """Raises ToolError where a folder of kept verdicts is named that must not be used."""
    _runner(plan.asking("minizinc", {})).refuse_bad_folder()


def trim(plan: Plan) -> None:
    """Removes verdicts that were not used for long. Raises ToolError where the folder must not be used."""
    _runner(plan.asking("minizinc", {})).trim()


def places() -> tuple[str, ...]:
    """The workers of a cluster that ran tools for this process since it was last asked."""
    found = tuple(sorted(ran_at))
    ran_at.clear()
    return found


def count_verdicts() -> Verdicts:
    """How many verdicts this process had so far from the cache, from tools, and could not keep."""
    return Verdicts(_count.found, _count.asked, _count.lost) if _count else Verdicts()
