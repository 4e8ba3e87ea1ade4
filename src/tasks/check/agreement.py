"""Structure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..corpus.chunk import Chunk
from ..render.lean_reader import Stated
from ..render.lean_text import names
from ..render.model_reader import ModelText
from ..render.text import label, visible
from ..specification import Specification
from .lean_form import LeanForm

MOST_SHOWN = 20


@dataclass(frozen=True)
class Disagreement:
    where: str
    what: str


def _identifiers(chunk: Chunk) -> dict[str, str]:
    """What each constraint is called in Lean."""
    given = [constraint.name for constraint in chunk.constraints]
    return dict(zip(given, names(given), strict=True))


def structure(
    specification: Specification, witness: list[int], model: ModelText, lean: Stated, form: LeanForm
) -> list[Disagreement]:
    """What of names, parameters, goal and witness is not as the chunk and the solver have it."""
    chunk = specification.chunk
    formal = [c.name for c, s in zip(chunk.constraints, specification.statements, strict=True) if s.kind == "formal"]
    wanted = [label(name) for name in formal]
    labels = [text for text, _ in model.constraints]
    if chunk.unit_sum:
        own = labels.pop() if labels else ""
        if not re.fullmatch("unit sum_*", own):
            wanted.append("unit sum")
    everyone = _identifiers(chunk)
    simplex = [name.rpartition(".")[2] for name in [form.bounds, form.unit_sum][: 2 if chunk.unit_sum else 1]]
    identifiers = [everyone[name] for name in formal]
    joined = simplex + identifiers
    if chunk.objective == "none":
        goal = "solve :: int_search(x, input_order, indomain_min) satisfy;"
    else:
        goal = (
            "solve :: seq_search([int_search([objective], input_order, indomain_split), "
            "int_search(x, input_order, indomain_min)]) minimize objective;"
        )
    compared: list[tuple[str, object, object]] = [
        ("names in the model", labels, wanted),
        ("names in Lean", list(lean.names), identifiers),
        ("conjuncts in Lean", joined if lean.conjuncts is None else list(lean.conjuncts), joined),
        ("N in the model", model.total, chunk.total),
        ("P in the model", model.primes, chunk.primes),
        ("bounds in the model", model.domain, "0..N"),
        ("solve item", model.goal, goal),
        ("objective", model.objective is not None, chunk.objective != "none"),
        ("witness in Lean", list(lean.witness), witness),
    ]
    return [Disagreement(where, f"found {found}, expected {want}") for where, found, want in compared if found != want]


def message(chunk_id: str, found: Sequence[Disagreement]) -> str:
    lines = [f"    {visible(d.where)}: {d.what}" for d in found[:MOST_SHOWN]]
    if len(found) > MOST_SHOWN:
        lines.append(f"    and {len(found) - MOST_SHOWN} more")
    return "\n".join([f"chunk {chunk_id}: the forms of the chunk do not mean the same", *lines])
