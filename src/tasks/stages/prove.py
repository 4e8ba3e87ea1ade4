"""prove: a real Lean accepts that the witness is a valid point, and that all valid points are balanced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..plan import Plan
from ..records.outcomes import Proved, Sampled
from .stage import Context, Result, Stage


def run(context: Context) -> Result[Proved]:
    """Has Lean judge its form of the chunk as it lies on disk, and what the chunk's sample claims of it.

    The claims are asked in the same run, as most of a run is its start; so is the proof of the chunk's balance where
    that run is about the certificate, which the proof stands behind, and else it has one of its own. They have no part
    in the witness's proof. Where Lean does not answer about all of it within the limit, the balance is left to the
    solver, then the claims to the cross-check, and the witness's proof is judged alone. Raises CheckFailed where Lean
    rejects the theorem, has no verdict in time, or the theorem rests on an axiom it must not rest on; ToolError where
    Lean crashes.
    """
    from ..boxes.theorem import QUESTION
    from ..check.ask import tool
    from ..check.lean import ALLOWED_AXIOMS, answer, judge, objections, question, unproved
    from ..check.lean_form import lean_form
    from ..check.proof import rejection
    from ..claims import from_record
    from ..errors import CheckFailed, DualityError, NoVerdict
    from ..specification import understand

    chunk_id, lean = context.chunk_id, tool(context.asking("lean"))
    form = lean_form(lean.engine["form"], chunk_id)
    text, sample = context.read(form.kind), from_record(context.outcome(Sampled))
    asked, whole = form.assertions(sample), text + form.question
    ours = question(form.form, asked)
    limit = context.plan.corpus.settings.balance_limit(chunk_id, understand(*context.source()).chunk.total)
    proof = _proof_of_balance(context, limit)
    together = proof if form.kind == "certificate" else ""
    judgement = None
    for added in dict.fromkeys((ours + together, ours, "")):
        try:
            judgement = judge(whole, form.theorem, lean, added)
            break
        except NoVerdict:  # perhaps about what is added alone
            if not added:
                raise
    assert judgement is not None
    answered = added != ""
    judgement, about_balance = judgement.divided(ours.count("\n"))
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
    why, late = "", f"Lean has no verdict within {lean.limits.seconds} s"
    if not proof:
        why = "no proof was found within the limit of the search"
    elif together:
        why = unproved(about_balance, QUESTION) if added == ours + together else late
    else:
        try:
            (why,) = objections(context.read("certificate"), [(proof, QUESTION)], lean)
        except NoVerdict:
            why = late
    refused = None
    if answered:
        try:
            refused = tuple(assertion.definition for assertion in answer(form.form, asked, judgement))
        except DualityError:  # the cross-check asks again, and fails with the message
            refused = None
    limited = refused is None or (proof != "" and why != "")
    balanced = None if why else limit
    outcome = Proved(form.kind, form.theorem, judgement.axioms, len(asked), refused, balanced, why)
    return Result(outcome, limited=limited)


def _proof_of_balance(context: Context, limit: int) -> str:
    """What is put behind the certificate to prove that all valid points are within the limit; "" where nothing does.

    Raises CheckFailed where the text on disk states something else.
    """
    from ..boxes.theorem import balance_question
    from ..check.theorem_reader import BALANCED, misstated
    from ..errors import CheckFailed

    proof = context.read("balance")
    if "theorem" not in proof:
        return ""
    if wrong := misstated(proof, "balanced", BALANCED.format(limit=limit)):
        raise CheckFailed(f"chunk {context.chunk_id}: {context.path('balance')} states something else: {wrong}")
    return proof + balance_question(limit)


def _settings(plan: Plan, chunk_id: str) -> Mapping[str, Any]:
    return {"limit": plan.corpus.settings.balance_rule(chunk_id)}


STAGE = Stage(
    name="prove",
    doc="have Lean accept each chunk's witness, and its balance for all points (lean=off skips it)",
    asks="does Lean accept that the witness is such a point, and that all are within the limit of the balance?",
    leaves="theorems and axioms, in the stamp",
    outcome=Proved,
    run=run,
    reads=("source", "module", "certificate", "balance"),
    needs=("sample",),
    engines=("lean",),
    settings=_settings,
)
