"""render_lean:package: what makes a Lake package of the modules, and what modules and certificates are stated in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ..files import data_text, digest, write_whole
from ..plan import Plan
from .job import Job

LIBRARY = ("lakefile.toml", "Base.lean", "Support.lean", "Order.lean", "Decide.lean", "Bounds.lean", "lean-toolchain")
"""Data of the package; the last is used for a corpus without a toolchain file."""


def writes(plan: Plan) -> Iterable[Path]:
    return [*(path for path, _ in plan.layout.package()), plan.layout.lean / "lean-toolchain"]


def run(plan: Plan) -> Mapping[str, str]:
    """Writes the files."""
    texts = {path: data_text("tasks.render", "library", name) for path, name in plan.layout.package()}
    texts[plan.layout.lean / "lean-toolchain"] = _toolchain(plan)
    for path, text in texts.items():
        write_whole(path, text)
    return {str(path): digest(text) for path, text in texts.items()}


def _toolchain(plan: Plan) -> str:
    return plan.toolchain_text or data_text("tasks.render", "library", "lean-toolchain")


JOB = Job(
    name="package",
    doc="the Lake package around the modules",
    run=run,
    module="jobs/write_package.py",
    beside="render_lean",
    is_kept=True,
    settings=lambda plan: {"toolchain": plan.toolchain_text},
    writes=writes,
)
