"""`doit explain`: why a chunk fails, and what would have to give."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..project import Build
from ..selection import chunks_named
from .command import Command

if TYPE_CHECKING:
    from ..check.call import Tool
    from ..ledger import Ledger
    from ..specification import Specification


class Explain(Command):
    name = "explain"
    doc_purpose = "explain why a chunk fails: what conflicts, and what would have to give"
    doc_usage = "CHUNK ..."
    doc_description = (
        "For an unsatisfiable chunk: constraints that conflict, and a point that violates as few constraints as any, "
        "with how much each of them would have to give. For any other failure: its message. Exit code 0."
    )

    def run(self, build: Build, params: Any, args: Sequence[str]) -> None:
        from ..errors import UsageError
        from ..state.recorded import recorded_ledger

        if not args:
            raise UsageError("expected a chunk, such as `doit explain 06`")
        ids = chunks_named(args, build)
        ledger = recorded_ledger(build.plan)
        width = shutil.get_terminal_size().columns
        for position, chunk_id in enumerate(ids):
            print("\n" * (position > 0) + "\n".join(explain(ledger, chunk_id, width)))


def explain(ledger: Ledger, chunk_id: str, width: int = 100) -> Iterator[str]:
    """Why a chunk fails, in lines. Asks the solver. Raises CorpusError where the chunk is not valid, and as solve."""
    from ..check.magnitude import certainly_too_large
    from ..check.minizinc import solve
    from ..check.witness import explain_unsatisfiable
    from ..corpus.settings import allows_informal
    from ..records.journal import last_entries
    from ..render.model import render
    from ..specification import read_specification
    from ..stages import stages_of

    plan = ledger.plan
    informal = allows_informal(plan.corpus.settings.informal, not plan.corpus.roles[chunk_id])
    spec = read_specification(plan.layout.source(chunk_id), informal=informal)
    last = last_entries(plan.layout.journal)
    if not plan.corpus.roles[chunk_id]:
        yield f"chunk {chunk_id} is valid; a documentation chunk is not checked"
        return
    model = render(spec.chunk, spec.statements)
    tool = _solver(ledger, chunk_id)
    if certain := certainly_too_large(spec, tool):
        yield certain
        return
    answer = solve(model, tool)
    if answer.status == "unsatisfiable":
        yield explain_unsatisfiable(spec, model, tool)
        yield ""
        yield from _nearest(spec, model, tool, width)
        return
    if answer.status == "no answer":
        yield f"the solver has no answer within {tool.limits.seconds} s; raise solve_seconds="
        return
    for stage in stages_of(chunk_id, plan):
        entry = last.get(f"{stage.name}:{chunk_id}")
        if entry and entry.result == "failed" and ledger.stamp(stage, chunk_id) is None:
            yield f"{stage.name}:{chunk_id} failed at {entry.time[:19].replace('T', ' ')} UTC:"
            yield from (f"  {line}" for line in entry.message.splitlines())
            return
    yield f"chunk {chunk_id} is satisfiable, and no stage of it failed; see `doit show {chunk_id}`"


def _nearest(spec: Specification, model: str, tool: Tool, width: int) -> Iterator[str]:
    """The point that violates fewest, and by how much."""
    from ..check.nearest import fewest_violations, improve
    from ..language.slack import slack
    from ..render.text import label, visible
    from .show import picture, state

    chunk = spec.chunk
    formal = [(c, s) for c, s in zip(chunk.constraints, spec.statements, strict=True) if s.kind == "formal"]
    answer = fewest_violations(model, tool)
    if answer.status != "satisfied":
        yield f"which point violates fewest constraints is not known within {tool.limits.seconds} s"
        return

    def spare(x: Sequence[int]) -> list[float]:
        return [slack(s.expression, x, chunk.total, chunk.primes) for _, s in formal if s.expression is not None]

    def cost(x: Sequence[int]) -> tuple[float, ...]:
        if max(x) > chunk.total:
            return (math.inf,)
        below = [-found for found in spare(x) if found < 0]
        return (len(below), sum(below))

    x = improve(answer.values["x"], cost, chunk.unit_sum)
    violated = [(c, s) for (c, s), found in zip(formal, spare(x), strict=True) if found < 0]
    many = len(violated) != 1
    yield f"every point violates at least {len(violated)} constraint{'s' * many}; this one no more, and by little:"
    yield from (f"  {line}" for line in picture(x, chunk.total, width - 2))
    yield "for it to be valid, " + ("these would have to give:" if many else "this would have to give:")
    for constraint, statement in violated:
        yield f"  {label(constraint.name)}: {state(spec, statement, x)}"
        yield f"    {visible(constraint.text)}"


def _solver(ledger: Ledger, chunk_id: str) -> Tool:
    """MiniZinc, as the last build knew it, or as it is."""
    from ..check.ask import identify, tool

    known = ledger.engines.get("minizinc") or identify(ledger.plan, "minizinc")["engine"]
    return tool(ledger.plan.asking("minizinc", known, chunk_id))
