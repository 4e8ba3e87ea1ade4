"""lint: which constraints of a chunk are not worth having as they stand? Advice, not a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ..corpus.chunk import expression_place
from ..corpus.document import Document
from ..plan import Plan
from .stage import Context, Result, Stage


@dataclass(frozen=True)
class FindingText:
    """kind: see check.advice.Kind; constraints: the names of those that it is about. proved: of what is said of all
    points, whether Lean has proved it, or the solver alone says so, and why; None of what needs neither.
    """

    kind: str
    constraints: tuple[str, ...]
    text: str
    proved: bool | None = None
    why: str = ""

    @property
    def known(self) -> str:
        """Whose word it is, for behind a sentence."""
        return {None: "", True: "; proved by Lean", False: f"; the solver alone says so: {self.why}"}[self.proved]


@dataclass(frozen=True)
class Linted:
    """not_known: what the solver was asked without an answer."""

    findings: tuple[FindingText, ...]
    not_known: tuple[FindingText, ...]


def sentences(document: Document, settings: Path, findings: Iterable[FindingText]) -> list[str]:
    """The findings about a chunk, each with file and line of the first constraint that it is about, and the lines of
    the others where these are few; settings is the file of the balance limit.
    """
    found = []
    constraints = document.data["constraints"]
    position = {constraint["name"]: index for index, constraint in enumerate(constraints)}
    for finding in findings:
        places = [document.line(expression_place(position[name])) for name in finding.constraints if name in position]
        where = f"{document.path}:{places[0]}" if places else str(settings)
        more = f" (see line {places[1]})" if len(places) == 2 else ""
        if not places or len(places) > 2:
            more = f" (chunk {document.data['id']})"
        found.append(f"{where}: {finding.kind}: {finding.text}{more}{finding.known}")
    return found


def run(context: Context) -> Result[Linted]:
    """Prints the findings about the chunk's constraints and its balance limit; they are its outcome too.

    What the solver says of all points Lean is asked to prove. Raises CheckFailed where strict and there are findings,
    where a point of MiniZinc's is not valid, or refutes what it says, or where a number is too large for a solver that
    would not say so; ToolError where MiniZinc or Lean crashes.
    """
    from ..check.advice import findings
    from ..check.ask import tool
    from ..check.certainty import Claim, certainties
    from ..check.magnitude import certainly_too_large
    from ..corpus.document import parse_document
    from ..errors import CheckFailed
    from ..specification import understand

    specification = understand(*context.source())
    limit = None
    if _stated_rule(context.plan, context.chunk_id):
        limit = context.plan.corpus.settings.balance_limit(context.chunk_id, specification.chunk.total)
    minizinc = tool(context.asking("minizinc"))
    if not minizinc.is_exact and (certain := certainly_too_large(specification, minizinc)):
        raise CheckFailed(certain)
    every = findings(specification, context.read("model"), limit, minizinc)
    texts = [FindingText(finding.kind, finding.constraints, finding.text) for finding in every]
    claimed = [(at, Claim(finding.text, finding.claim)) for at, finding in enumerate(every) if finding.claim]
    lean = tool(context.asking("lean")) if "lean" in context.engines else None
    known = certainties(specification, [claim for _, claim in claimed], lean)
    for (at, _), certainty in zip(claimed, known, strict=True):
        texts[at] = replace(texts[at], proved=not certainty.why, why=certainty.why)
    lines = sentences(parse_document(*context.source()), context.plan.layout.settings, texts) if texts else []
    found = tuple(text for text in texts if text.kind != "not known")
    if found and context.strict:
        raise CheckFailed("\n".join(lines))
    for line in lines:
        print(line)
    unknown = tuple(text for text in texts if text.kind == "not known")
    limited = bool(unknown) or any(certainty.limited for certainty in known)
    return Result(Linted(found, unknown), warned=bool(found), limited=limited)


def _stated_rule(plan: Plan, chunk_id: str) -> str:
    """The balance limit of the chunk as corpus.yaml states it, "" where it states none: a default is no advice."""
    settings = plan.corpus.settings
    return settings.balance_rule(chunk_id) if settings.has_balance_limit(chunk_id) else ""


STAGE = Stage(
    name="lint",
    doc="advise on constraints that are vacuous, redundant or contradictory (lint=strict fails)",
    asks="which constraints are not worth having as they stand?",
    leaves="the findings, in the stamp",
    outcome=Linted,
    run=run,
    reads=("source", "model"),
    engines=("minizinc", "lean"),
    optional=("lean",),
    settings=lambda plan, chunk_id: {"limit": _stated_rule(plan, chunk_id)},
    strict=lambda plan, chunk_id: plan.values["lint"] == "strict",
    advisory=True,
)
