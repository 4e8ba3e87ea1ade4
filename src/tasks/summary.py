"""What a build has shown, as data for other tools and as a short table for the screen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from .files import write_whole
from .layout import Layout
from .stamps import read_stamp, to_json

STAGES = ("schema", "render_mzn", "solve", "render_lean", "sample", "prove", "crosscheck", "balance")
"""In the order of the pipeline; the first alone is for documentation chunks too."""


NEED_LEAN = ("sample", "prove", "crosscheck")
"""Without Lean they are not run."""


def stages_of(computational: bool, proving: bool = True) -> tuple[str, ...]:
    """The stages of a chunk; proving is False where Lean is turned off."""
    return tuple(s for s in STAGES if proving or s not in NEED_LEAN) if computational else STAGES[:1]


def summarise(
    layout: Layout, chunks: Mapping[str, bool], proving: bool, notes: Iterable[str], failures: Mapping[str, str],
    stands: Callable[[str], bool] = lambda task: True,
) -> dict[str, Any]:  # fmt: skip
    """The summary of a build from its stamps.

    chunks maps each id to whether it is computational; proving is False where Lean is turned off; failures maps
    names of failed tasks (`solve:06`) to their messages; stands says of a task whether what it left is still what it
    would leave. A stage is passed where its stamp is there and its task stands, failed where its task failed, else not
    run.
    """
    stages = {stage: {"passed": 0, "warned": 0, "failed": 0, "not run": 0} for stage in stages_of(True, proving)}
    kinds = {"formal": 0, "solved": 0, "proved": 0, "vacuous": 0, "informal": 0}
    engines: dict[str, dict[str, str]] = {}
    rows = []
    for chunk_id, computational in chunks.items():
        row: dict[str, Any] = {"id": chunk_id, "documentation": not computational, "stages": {}}
        for stage in stages_of(computational, proving):
            task = f"{stage}:{chunk_id}"
            stamp = read_stamp(layout.stamp(stage, chunk_id)) if stands(task) else None
            result = "failed" if task in failures else str(stamp["status"]) if stamp else "not run"
            stages[stage][result] += 1
            row["stages"][stage] = result
            if stamp and result != "failed":
                engine = stamp["engine"]
                if stage != "crosscheck":  # two engines that are named by their own stages already
                    engines[" ".join(engine.values())] = engine
                _add_outcome(row, kinds, stage, stamp["outcome"])
        rows.append(row)
    whole = not failures and all(s["failed"] == s["not run"] == 0 for s in stages.values())
    return {
        "status": "passed" if whole else "failed",
        "chunks": rows,
        "count": {
            "chunks": len(chunks),
            "computational": sum(chunks.values()),
            "documentation": len(chunks) - sum(chunks.values()),
        },
        "stages": stages,
        "lean": "on" if proving else "off",
        "constraints": kinds,
        "engines": [engines[key] for key in sorted(engines)],
        "notes": list(notes),
        "failures": dict(sorted(failures.items())),
    }


def _add_outcome(row: dict[str, Any], kinds: dict[str, int], stage: str, outcome: Mapping[str, Any]) -> None:
    match stage:
        case "schema":
            row["constraints"] = outcome["constraints"]
            for kind, count in outcome["constraints"].items():
                kinds[kind] += count
        case "solve":
            row["witness"] = outcome["witness"]
            kinds["solved"] += row.get("constraints", {}).get("formal", 0)
        case "prove":
            row["proved"] = outcome["judged"]
            kinds["proved"] += row.get("constraints", {}).get("formal", 0)
        case "crosscheck":
            row["never seen to turn"] = outcome["never seen to turn"]
            row["disagreements"] = outcome["disagreements"]
        case "balance":
            row["balance"] = [outcome["least"], outcome["most"]]


def write_summary(path: Path, summary: Mapping[str, Any]) -> None:
    write_whole(path, to_json(summary))


def table(summary: Mapping[str, Any]) -> str:
    """The summary in about ten lines for a terminal."""
    count, kinds = summary["count"], summary["constraints"]
    lines = [
        f"{count['chunks']} chunks: {count['computational']} computational, {count['documentation']} documentation",
        "",
        f"{'stage':<14}{'passed':>8}{'failed':>8}{'not run':>9}",
    ]
    for stage in STAGES:
        if stage in summary["stages"]:
            result = summary["stages"][stage]
            warned = f"   {result['warned']} with warnings" if result["warned"] else ""
            lines.append(f"{stage:<14}{result['passed']:>8}{result['failed']:>8}{result['not run']:>9}{warned}")
        else:
            lines.append(f"{stage:<14}{'off':>8}   (lean=off)")
    engines = ", ".join(_engine(e) for e in summary["engines"] if e["name"] != "duality") or "none"
    lines += [
        "",
        f"constraints   {kinds['formal']} formal ({kinds['solved']} solved, {kinds['proved']} proved), "
        f"{kinds['vacuous']} vacuous, {kinds['informal']} informal (not checked)",
        f"engines       {engines}",
    ]
    lines += [f"note          {note}" for note in summary["notes"]]
    return "\n".join(lines) + "\n"


def _engine(engine: Mapping[str, str]) -> str:
    more = f" with {engine['solver']}" if "solver" in engine else f" ({engine['form']})" if "form" in engine else ""
    return f"{engine['name']} {engine['version']}{more}"


def read_summary(path: Path) -> dict[str, Any] | None:
    """The summary at path, None where there is none that can be read."""
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return summary if isinstance(summary, dict) else None
