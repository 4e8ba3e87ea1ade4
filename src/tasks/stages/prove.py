"""prove: a real Lean accepts the theorem that the witness is a valid point."""

from __future__ import annotations

from ..records.outcomes import Proved, Sampled
from .stage import Context, Result, Stage


def run(context: Context) -> Result[Proved]:
    """Has Lean judge its form of the chunk as it lies on disk, and what the chunk's sample claims of it.

    The claims are asked in the same run, as most of a run is its start; they have no part in the proof. Where Lean does
    not answer about them within the limit, the proof is judged alone, and the cross-check asks again. Raises
    CheckFailed where Lean rejects the theorem, has no verdict in time, or the theorem rests on an axiom it must not
    rest on; ToolError where Lean crashes.
    """
    from ..check.ask import tool
    from ..check.lean import ALLOWED_AXIOMS, answer, judge, question
    from ..check.lean_form import lean_form
    from ..check.proof import rejection
    from ..claims import from_record
    from ..errors import CheckFailed, DualityError, NoVerdict
    from ..specification import understand

    chunk_id, lean = context.chunk_id, tool(context.asking("lean"))
    form = lean_form(lean.engine["form"], chunk_id)
    text, sample = context.read(form.kind), from_record(context.outcome(Sampled))
    asked, whole = form.assertions(sample), text + form.question
    answered = True
    try:
        judgement = judge(whole, form.theorem, lean, question(form.form, asked))
    except NoVerdict:  # perhaps about the claims alone
        answered = False
        judgement = judge(whole, form.theorem, lean)
    if not judgement.accepted:
        witness = sample.points[0]
        raise CheckFailed(rejection(understand(*context.source()), witness, form, text, judgement, lean))
    for warning in judgement.warnings():
        print(f"chunk {chunk_id}: lean warns: {warning}")
    if foreign := sorted(set(judgement.axioms) - ALLOWED_AXIOMS[form.form]):
        raise CheckFailed(
            f"chunk {chunk_id}: {form.theorem} rests on the axioms {', '.join(foreign)}: this is not a proof "
            f"({context.path(form.kind)})"
        )
    refused = None
    if answered:
        try:
            refused = tuple(assertion.definition for assertion in answer(form.form, asked, judgement))
        except DualityError:  # the cross-check asks again, and fails with the message
            refused = None
    return Result(Proved(form.kind, form.theorem, judgement.axioms, len(asked), refused), limited=refused is None)


STAGE = Stage(
    name="prove",
    doc="have Lean accept that each chunk's witness is valid (lean=off skips it)",
    asks="does Lean accept that the witness is such a point?",
    leaves="theorem and axioms, in the stamp",
    outcome=Proved,
    run=run,
    reads=("source", "module", "certificate"),
    needs=("sample",),
    engines=("lean",),
)
