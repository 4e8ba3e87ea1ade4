"""What to say where Lean does not accept a proof."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..render.lean_text import names
from ..specification import Specification
from .call import Tool
from .lean import Judgement, judge, says_false
from .lean_form import LeanForm


def rejection(
    specification: Specification, witness: Sequence[int], form: LeanForm, text: str, judgement: Judgement, lean: Tool
) -> str:
    """The message that Lean does not accept the text of a chunk that the solver calls satisfied."""
    chunk = specification.chunk
    rejected = _rejected(specification, form, text, lean) if any(map(says_false, judgement.errors())) else []
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
    """The constraints that Lean calls false at the witness, each judged by a theorem of its own."""
    chunk = specification.chunk
    claims = {name: name for name in ("Bounds", "UnitSum", "bounds", "unit_sum")}
    for constraint, name in zip(chunk.constraints, names(c.name for c in chunk.constraints), strict=True):
        claims[name] = f"{constraint.name}: {constraint.text}"
    asked: dict[int, str] = {}
    body = text[: text.index("\ntheorem witness_valid")]
    if form.form == "toolchain":
        stated, statement = r"^def («[^»]*»|\S+) \(x : Point\) : Prop", "theorem judged{0} : {1} witness := by decide"
    else:
        stated = r"^def («[^»]*»|\S+) \(x : Point\) : Bool"
        statement = "theorem judged{0} : Eq ({1} witness) Bool.true := Eq.refl Bool.true"
        body += "\nopen Constraint\n"
    line = body.count("\n") + 1
    for name in re.findall(stated, body, re.MULTILINE):
        if name in claims:
            asked[line + len(asked)] = name
    body += "\n".join(statement.format(at, name) for at, name in asked.items())
    judgement = judge(body + "\n", None, lean)
    lines = {message.line for message in judgement.errors() if says_false(message)}
    return [claims[name] for at, name in asked.items() if at in lines]
