"""prove: a real Lean accepts the theorem that the witness is a valid point."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..check.lean import ALLOWED_AXIOMS, Judgement, Lean, answer, question, says_false
from ..check.limits import Limits
from ..corpus.document import read_text
from ..errors import CheckFailed, DualityError, NoVerdict
from ..files import digest, file_digest
from ..render.lean_reader import read_lean
from ..sample import read_sample
from ..stamps import Engine, read_witness, write_stamp
from .lean import Judged, chosen, judged

if TYPE_CHECKING:
    from ..specification import Specification


def run(
    chunk_id: str, source: Path, solved: Path, sampled: Path, module: Path, certificate: Path, stamp: Path,
    toolchain: Path, folder: Path, limits: Limits, engine: Engine, library: str,
) -> None:  # fmt: skip
    """Has the engine judge its form of the chunk as it lies on disk, and what the chunk's sample claims of it.

    The claims are asked in the same run, as most of a run is its start; they have no part in the proof: the
    cross-check reads from the stamp which of them Lean refused. Raises CheckFailed where Lean rejects the theorem, has
    no verdict in time, or the theorem rests on an axiom it must not rest on; ToolError where Lean crashes.
    """
    lean = chosen(engine, toolchain)
    limits = limits.of(engine, library)
    form = judged(lean.form, chunk_id, module, certificate)
    text = read_text(form.path)
    asked = form.assertions(read_sample(sampled))
    whole = text + form.question
    unanswered = ""
    try:
        judgement = lean.judge(whole, form.theorem, folder, limits, question(lean.form, asked))
    except NoVerdict as error:  # perhaps about the claims alone
        unanswered = str(error)
        judgement = lean.judge(whole, form.theorem, folder, limits)
    if not judgement.accepted:
        from ..specification import read_specification  # here, as a proof that holds needs no parser

        specification = read_specification(source)
        witness = read_witness(solved)
        raise CheckFailed(_disagreement(lean, specification, witness, form, text, judgement, folder, limits))
    for warning in judgement.warnings():
        print(f"chunk {chunk_id}: lean warns: {warning}")
    if foreign := sorted(set(judgement.axioms) - ALLOWED_AXIOMS[lean.form]):
        raise CheckFailed(
            f"chunk {chunk_id}: {form.theorem} rests on {', '.join(foreign)}: this is no proof ({form.path})"
        )
    refused = []
    try:
        if not unanswered:
            refused = [assertion.definition for assertion in answer(lean.form, asked, judgement)]
    except DualityError as error:
        unanswered = str(error)
    write_stamp(
        stamp,
        chunk=chunk_id,
        stage="prove",
        engine=engine,
        inputs={form.path.name: digest(text), "sample": str(file_digest(sampled)), "library": library},
        outcome={
            "status": "proved", "judged": form.kind, "theorem": form.theorem, "axioms": list(judgement.axioms),
            "of the sample": {"claims": len(asked), "refused": refused, "unanswered": unanswered},
        },
    )  # fmt: skip


def _disagreement(
    lean: Lean, specification: Specification, witness: list[int], form: Judged, text: str, judgement: Judgement,
    folder: Path, limits: Limits,
) -> str:  # fmt: skip
    """What to say when Lean does not accept a chunk that the solver calls satisfied."""
    chunk, rejected = specification.chunk, []
    if any(map(says_false, judgement.errors())):
        with suppress(DualityError):  # the first judgement is to be told, whatever is wrong with the text
            rejected = _rejected(lean, specification, witness, form, text, folder, limits)
    if not rejected:
        first = judgement.errors()[0]
        return f"chunk {chunk.id}: Lean does not accept the text (line {first.line}): {first.text}"
    return (
        f"chunk {chunk.id}: THE SOLVER AND THE PROVER DISAGREE\n"
        f"the solver calls x = {witness} a solution; Lean ({lean.form}) calls false at this point:\n"
        + "\n".join(f"    {line}" for line in rejected)
        + "\none of the renderers, the solver or the prover is wrong, or a rendered file was edited: "
        "believe neither until you know which"
    )


def _rejected(
    lean: Lean, specification: Specification, witness: list[int], form: Judged, text: str, folder: Path, limits: Limits
) -> list[str]:
    """The constraints that Lean calls false at the witness."""
    from ..check.agreement import at_witness

    claims = at_witness(specification, witness, read_lean(text, form.kind))
    asked = [assertion for _, assertion in claims]
    judgement = lean.judge(text, None, folder, limits, question(lean.form, asked))
    refused = answer(lean.form, asked, judgement)
    return [what for what, assertion in claims if assertion in refused]
