"""What to say where Lean does not accept a proof."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..render.lean_text import names
from ..specification import Specification
from .call import Tool
from .lean import Judgement, decide
from .lean_form import LeanForm


def rejection(
    specification: Specification, witness: Sequence[int], form: LeanForm, text: str, judgement: Judgement, lean: Tool
) -> str:
    """The message that Lean does not accept the text of a chunk that the solver calls satisfied."""
    chunk = specification.chunk
    rejected = _rejected(specification, form, text, lean)
    if not rejected:
        first = judgement.errors()[0]
        return f"chunk {chunk.id}: Lean does not accept the text (line {first.line}): {first.text}"
    return (
        f"chunk {chunk.id}: THE SOLVER AND THE PROVER DISAGREE\n"
        f"the solver calls x = {list(witness)} a solution; Lean ({form.form}) calls false at this point:\n"
        + "\n".join(f"    {line}" for line in rejected)
        + "\none of the renderers, the solver or the prover is wrong, or a rendered file was edited: "
        "believe neither until you know which"
    )


def _rejected(specification: Specification, form: LeanForm, text: str, lean: Tool) -> list[str]:
    """The constraints that Lean calls false at the witness, each by a proof of its own."""
    chunk = specification.chunk
    claims = {name: name for name in ("Bounds", "UnitSum", "bounds", "unit_sum")}
    for constraint, name in zip(chunk.constraints, names(c.name for c in chunk.constraints), strict=True):
        claims[name] = f"{constraint.name}: {constraint.text}"
    body = text[: text.index("\ntheorem witness_valid")]
    kind = "Prop" if form.kind == "module" else "Bool"
    stated = [n for n in re.findall(rf"^def («[^»]*»|\S+) \(x : Point\) : {kind}", body, re.MULTILINE) if n in claims]
    truths = decide(body, [f"{name} witness" for name in stated], lean)
    return [claims[name] for name, truth in zip(stated, truths, strict=True) if truth is False]
