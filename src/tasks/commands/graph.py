"""`doit graph`: the task graph, or what some tasks need, as a picture."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..project import Build
from .chosen import choose
from .command import Command

if TYPE_CHECKING:
    from ..report.diagram import Node


class Graph(Command):
    name = "graph"
    doc_purpose = "print the task graph as a picture: dot, Mermaid or SVG"
    doc_usage = "[TASK or chunk ...] [format=dot|mermaid|svg]"
    doc_description = (
        "Without arguments a node is a stage. With tasks (solve:06), chunks (06) or stages (solve) it is a task: these "
        "and all that they need. An arrow that others imply is left out. `doit graph 06 format=svg > graph.svg`."
    )

    def run(self, build: Build, params: Any, args: Sequence[str]) -> None:
        from ..report import diagram

        chosen = choose(build, args)
        nodes = [*_stages(build)] if chosen is None else [*_tasks(build, chosen)]
        form = {"dot": diagram.dot, "mermaid": diagram.mermaid, "svg": diagram.svg}[build.values["format"]]
        print(form(nodes), end="")


def _stages(build: Build) -> Iterator[Node]:
    """The stages of a build, and the tools that they ask."""
    from ..report.diagram import Node
    from ..stages import PIPELINE, earlier, stages_of

    plan = build.plan
    stages = [stage for stage in PIPELINE if stage.is_on(plan)]
    for engine in dict.fromkeys(engine for stage in stages for engine in stage.asked_engines(plan)):
        yield Node(engine, kind="tool")
    for stage in stages:
        count = sum(stage in stages_of(chunk_id, plan) for chunk_id in plan.corpus.ids)
        needs = (*(other.name for other in earlier(stage, plan)), *stage.asked_engines(plan))
        yield Node(stage.name, needs, f"{count} task{'' if count == 1 else 's'}")


def _tasks(build: Build, chosen: Collection[tuple[str, str]]) -> Iterator[Node]:
    """The chosen tasks (stage and chunk) and all that they need, in the order of the chunks and of the stages."""
    from ..report.diagram import Node
    from ..stages import BY_NAME, STAGES, earlier

    plan = build.plan
    wanted: set[tuple[str, str]] = set()
    left = list(chosen)
    while left:
        task = left.pop()
        if task not in wanted:
            wanted.add(task)
            left += [(other.name, task[1]) for other in earlier(BY_NAME[task[0]], plan)]
    asked = {engine: None for stage in STAGES for engine in stage.asked_engines(plan)}
    for engine in asked:
        if any(engine in BY_NAME[stage].engines for stage, _ in wanted):
            yield Node(engine, kind="tool")
    for chunk_id in plan.corpus.ids:
        for stage in STAGES:
            if (stage.name, chunk_id) in wanted:
                needs = (*(f"{other.name}:{chunk_id}" for other in earlier(stage, plan)), *stage.asked_engines(plan))
                yield Node(f"{stage.name}:{chunk_id}", needs)
