"""prove: a real Lean accepts the theorem that the witness is a valid point."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ..check.call import Tool
from ..check.lean import ALLOWED_AXIOMS, Judgement, answer, decide, form_of, judge, question
from ..check.lean_library import library_digest
from ..corpus.document import read_text
from ..errors import CheckFailed, DualityError, NoVerdict
from ..files import digest, file_digest
from ..render.lean_text import names
from ..sample import read_sample
from ..stamps import read_witness, write_stamp
from .lean import judged

if TYPE_CHECKING:
    from ..specification import Specification


def run(
    chunk_id: str, source: Path, solved: Path, sampled: Path, module: Path, certificate: Path, stamp: Path,
    lean: Tool,
) -> None:  # fmt: skip
    """Has the engine judge its form of the chunk as it lies on disk, and what the chunk's sample claims of it.

    The claims are asked in the same run, as most of a run is its start; they have no part in the proof: the
    cross-check reads from the stamp which of them Lean refused. Raises CheckFailed where Lean rejects the theorem, has
    no verdict in time, or the theorem rests on an axiom it must not rest on; ToolError where Lean crashes.
    """
    form = judged(form_of(lean), chunk_id, module, certificate)
    text = read_text(form.path)
    asked = form.assertions(read_sample(sampled))
    whole = text + form.question
    unanswered = ""
    try:
        judgement = judge(whole, form.theorem, lean, question(form.form, asked))
    except NoVerdict as error:  # perhaps about the claims alone
        unanswered = str(error)
        judgement = judge(whole, form.theorem, lean)
    if not judgement.accepted:
        from ..specification import read_specification  # here, as a proof that holds needs no parser

        specification = read_specification(source)
        raise CheckFailed(_disagreement(lean, specification, read_witness(solved), text, judgement))
    for warning in judgement.warnings():
        print(f"chunk {chunk_id}: lean warns: {warning}")
    if foreign := sorted(set(judgement.axioms) - ALLOWED_AXIOMS[form.form]):
        raise CheckFailed(
            f"chunk {chunk_id}: {form.theorem} rests on {', '.join(foreign)}: this is no proof ({form.path})"
        )
    refused = []
    try:
        if not unanswered:
            refused = [assertion.definition for assertion in answer(form.form, asked, judgement)]
    except DualityError as error:
        unanswered = str(error)
    write_stamp(
        stamp,
        chunk=chunk_id,
        stage="prove",
        engine=lean.engine,
        inputs={
            form.path.name: digest(text), "sample": str(file_digest(sampled)), "library": library_digest(lean.name),
        },
        outcome={
            "status": "proved", "judged": form.kind, "theorem": form.theorem, "axioms": list(judgement.axioms),
            "of the sample": {"claims": len(asked), "refused": refused, "unanswered": unanswered},
        },
    )  # fmt: skip


def _disagreement(lean: Tool, specification: Specification, witness: list[int], text: str, judgement: Judgement) -> str:
    """What to say when Lean does not accept a chunk that the solver calls satisfied."""
    chunk = specification.chunk
    rejected = _rejected(lean, specification, text)
    if not rejected:
        first = judgement.errors()[0]
        return f"chunk {chunk.id}: Lean does not accept the text (line {first.line}): {first.text}"
    return (
        f"chunk {chunk.id}: THE SOLVER AND THE PROVER DISAGREE\n"
        f"the solver calls x = {witness} a solution; Lean ({lean.engine['form']}) calls false at this point:\n"
        + "\n".join(f"    {line}" for line in rejected)
        + "\none of the renderers, the solver or the prover is wrong, or a rendered file was edited: "
        "believe neither until you know which"
    )


def _rejected(lean: Tool, specification: Specification, text: str) -> list[str]:
    """The constraints that Lean calls false at the witness, each by a proof of its own."""
    chunk = specification.chunk
    claims = {name: name for name in ("Bounds", "UnitSum", "bounds", "unit_sum")}
    for constraint, name in zip(chunk.constraints, names(c.name for c in chunk.constraints), strict=True):
        claims[name] = f"{constraint.name}: {constraint.text}"
    body = text[: text.index("\ntheorem witness_valid")]
    kind = "Prop" if form_of(lean) == "toolchain" else "Bool"
    stated = [n for n in re.findall(rf"^def («[^»]*»|\S+) \(x : Point\) : {kind}", body, re.MULTILINE) if n in claims]
    truths = decide(body, [f"{name} witness" for name in stated], lean)
    return [claims[name] for name, truth in zip(stated, truths, strict=True) if truth is False]
