"""The message where Lean does not accept a proof."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from ..errors import DualityError
from ..render.lean_reader import read_lean
from ..specification import Specification
from .agreement import at_witness
from .call import Tool
from .lean import Judgement, decide
from .lean_form import LeanForm


def rejection(
    specification: Specification, witness: Sequence[int], form: LeanForm, text: str, judgement: Judgement, lean: Tool
) -> str:
    """The message that Lean does not accept the text of a chunk that the solver calls satisfied."""
    chunk, rejected = specification.chunk, []
    with suppress(DualityError):  # the first judgement is what counts, whatever else is wrong with the text
        rejected = _rejected(specification, witness, form, text, lean)
    if not rejected:
        first = judgement.errors()[0]
        return f"chunk {chunk.id}: Lean does not accept the text (line {first.line}): {first.text}"
    return (
        f"chunk {chunk.id}: THE SOLVER AND THE PROVER DISAGREE\n"
        f"the solver calls x = {list(witness)} a solution; Lean ({form.form}) calls false at this point:\n"
        + "\n".join(f"    {line}" for line in rejected)
        + "\none of the renderers, the solver or the prover is wrong, or a rendered file was edited: "
        "do not rely on either before you know which"
    )


def _rejected(specification: Specification, witness: Sequence[int], form: LeanForm, text: str, lean: Tool) -> list[str]:
    """The constraints that Lean proves to be false at the text's witness."""
    claims = at_witness(specification, witness, read_lean(text, form.kind))
    truths = decide(text, [f"{assertion.definition} {form.witness}" for _, assertion in claims], lean)
    return [what for (what, _), truth in zip(claims, truths, strict=True) if truth is False]
