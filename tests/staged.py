"""The stages of one chunk in a folder of its own, without doit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from conftest import REPOSITORY
from samples import write_chunk
from tasks.check.call import Tool
from tasks.corpus.chunk import Chunk
from tasks.corpus.settings import Limits
from tasks.digests import Code
from tasks.files import write_whole
from tasks.plan import Plan, make_plan
from tasks.records.codec import encode
from tasks.records.outcomes import Solved
from tasks.records.stamp import OURSELVES, Stamp
from tasks.stages import BY_NAME, STAGES
from tasks.stages.perform import perform
from tools import lean, minizinc

CODE = Code()


class Staged:
    """values are variables of the command line; limits are those of tools that are given to a stage."""

    def __init__(self, folder: Path, chunk: Chunk, settings: str = "", **values: str) -> None:
        chunks = folder / "chunks"
        chunks.mkdir(parents=True, exist_ok=True)
        self.chunk, self.folder = chunk, folder
        write_chunk(chunks, chunk)
        (chunks / "corpus.yaml").write_text(settings or "{}\n", encoding="utf-8")
        given = {"chunks": str(chunks), "out": str(folder / "out"), "cache": "off", **values}
        self.plan: Plan = replace(make_plan(given), toolchain=REPOSITORY / "lean-toolchain")

    def path(self, name: str) -> Path:
        """A file of the chunk, or with `stamp of STAGE` one of its stamps."""
        if name.startswith("stamp of "):
            return self.plan.layout.stamp(name.removeprefix("stamp of "), self.chunk.id)
        return self.plan.layout.file(name, self.chunk.id)

    def run(self, *stages: str, tool: Tool | None = None) -> dict[str, Any]:
        """Runs stages; returns the last one's stamp. Raises as the stages do."""
        for stage in stages:
            self.perform(stage, tool)
        found: dict[str, Any] = json.loads(self.path(f"stamp of {stages[-1]}").read_text(encoding="utf-8"))
        return found

    def perform(self, stage: str, tool: Tool | None = None) -> dict[str, Any]:
        """Runs one stage with tools as they are on PATH; tool gives other limits. Returns what doit would keep."""
        plan = self.plan
        if tool is not None:
            limits = Limits(tool.limits.seconds, tool.limits.seconds, tool.limits.memory_mb)
            settings = replace(plan.corpus.settings, general_limits=limits, chunk_limits={})
            plan = replace(plan, corpus=plan.corpus.with_settings(settings))
        engines = {"minizinc": minizinc().engine, "lean": lean().engine}
        asked = {name: engines[name] for name in BY_NAME[stage].asked_engines(plan)}
        return perform(BY_NAME[stage], plan, self.chunk.id, asked, CODE)

    def rewrite(self, name: str, old: str, new: str) -> None:
        """Changes a rendered file as if its renderer had a fault: no stamp says that it rendered another text."""
        path = self.path(name)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        for stage in STAGES:
            if name in stage.writes:
                self.path(f"stamp of {stage.name}").unlink()

    def put_witness(self, witness: list[int]) -> None:
        """Leaves the stamp of a solver that found that point."""
        stamp = Stamp("solve", self.chunk.id, "passed", (dict(OURSELVES),), {}, {}, Solved(tuple(witness)))
        write_whole(self.path("stamp of solve"), encode(stamp))
