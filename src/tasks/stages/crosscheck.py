"""crosscheck: JSON, MiniZinc and Lean mean the same, shown by their values at points where a fault would show."""

from __future__ import annotations

from ..records.outcomes import Compared, Proved, Sampled, Solved
from .stage import Context, Result, Stage


def run(context: Context) -> Result[Compared]:
    """Compares the forms of a chunk as they lie on disk; without Lean, its text is read and its values are left out.

    The evaluator's verdicts are in the stamp of sample, Lean's in that of prove. Raises CheckFailed with every
    disagreement (where strict) and where Lean had no verdict, ToolError where a tool crashes or rejects a text.
    """
    from ..check.agreement import message, structure
    from ..check.ask import tool
    from ..check.lean_form import lean_form
    from ..check.values import in_lean, in_minizinc
    from ..claims import from_record
    from ..errors import CheckFailed
    from ..render.lean_reader import read_lean
    from ..render.model_reader import read_model
    from ..specification import understand

    specification, witness = understand(*context.source()), context.outcome(Solved).witness
    sampled = context.outcome(Sampled)
    sample, model = from_record(sampled), read_model(context.read("model"))
    lean = tool(context.asking("lean")) if "lean" in context.engines else None
    form = lean_form(lean.engine["form"] if lean else "embedded kernel", context.chunk_id)
    text = context.read(form.kind)
    found = [
        *structure(specification, witness, model, read_lean(text, form.kind)),
        *in_minizinc(specification, sample, model, tool(context.asking("minizinc"))),
    ]
    if form.kind == "module":  # the proof of the balance is about the certificate
        found += structure(specification, witness, None, read_lean(context.read("certificate"), "certificate"))
    if lean:
        found += in_lean(specification, sample, context.outcome(Proved).refused, form, text, lean)
    if found:
        if context.strict:
            raise CheckFailed(message(context.chunk_id, found))
        print(f"warning: {message(context.chunk_id, found)}")
    outcome = Compared(
        points=len(sample.points),
        verdicts_in_lean=sum(len(c.points) for c in sample.claims if c.subject == "constraint") if lean else None,
        faults=sampled.faults,
        comparisons=sampled.comparisons,
        constant_on_sample=sampled.constant_on_sample,
        disagreements=tuple(f"{d.where}: {d.what}" for d in found),
    )
    return Result(outcome, warned=bool(found))


STAGE = Stage(
    name="crosscheck",
    doc="compare what JSON, MiniZinc and Lean say of each constraint at points that matter",
    asks="do JSON, MiniZinc and Lean mean the same? ([docs/crosscheck.md](docs/crosscheck.md))",
    leaves="what was compared, in the stamp",
    outcome=Compared,
    run=run,
    reads=("source", "model", "module", "certificate"),
    needs=("solve", "sample", "prove"),
    engines=("minizinc", "lean"),
    optional=("lean",),
    strict=lambda plan, chunk_id: plan.is_strict(chunk_id),
)
