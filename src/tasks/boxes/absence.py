"""That no point meets some constraints of a chunk and a condition beside: as a statement to prove, and as Lean text."""

from __future__ import annotations

from dataclasses import dataclass

from ..language import syntax
from ..language.evaluate import evaluate
from ..language.syntax import Expression
from ..language.unroll import unroll
from ..render import certificate
from ..render.lean_text import balanced
from ..render.text import names
from ..specification import Specification
from .theorem import UNSATISFIABLE, Proof, Statement, simplex, usable


@dataclass(frozen=True)
class Absence:
    """No point of the simplex meets these constraints, does not meet the denied one, and meets the condition.

    constraints, denied: by their names, of formal ones; "" and None for nothing.
    """

    constraints: tuple[str, ...]
    denied: str = ""
    condition: Expression | None = None

    def is_refuted_by(self, specification: Specification, x: list[int]) -> bool:
        """Whether the point x is one, by our own evaluator."""
        chunk = specification.chunk
        if not all(0 <= value <= chunk.total for value in x) or (chunk.unit_sum and sum(x) != chunk.total):
            return False
        met = {name: evaluate(e, x, chunk.total, chunk.primes) for name, _, e in _formal(specification)}
        beside = self.condition is None or evaluate(self.condition, x, chunk.total, chunk.primes) is True
        return all(met[name] is True for name in self.constraints) and met.get(self.denied) is not True and beside


def absence(specification: Specification, claim: Absence) -> Statement:
    """The statement that a claim is. Formulas that are very large or deep are not used."""
    chunk = specification.chunk
    formulas = []
    for name, identifier, expression in _formal(specification):
        if name in claim.constraints:
            formulas.append((f"Constraint.{identifier}", unroll(expression, chunk.total, chunk.primes)))
        elif name == claim.denied:
            formulas.append(("denied", syntax.Application("not", (unroll(expression, chunk.total, chunk.primes),))))
    if claim.condition is not None:
        formulas.append(("condition", unroll(claim.condition, chunk.total, chunk.primes)))
    found, complete = usable(formulas)
    return Statement(chunk.total, None, (*simplex(specification), *found), complete)


def absence_text(specification: Specification, claim: Absence, proof: Proof, name: str) -> str:
    """Lean text for behind the certificate of the chunk: the proof, and a theorem `name.holds` in words of our own that
    it proves; with what shows the theorem's axioms.
    """
    chunk, beside = specification.chunk, {}
    for constraint, identifier, _ in _formal(specification):
        if constraint == claim.denied:
            beside["denied"] = f"(Constraint.{identifier} x).not"
    if claim.condition is not None:
        beside["condition"] = certificate.term(unroll(claim.condition, chunk.total, chunk.primes))
    joined = [f"({definition} x)" for definition, _ in proof.statement.definitions]
    stated = [f"({beside.get(definition, f'{definition} x')})" for definition, _ in proof.statement.definitions]
    parts = [
        f"namespace {name}",
        *(f"def {definition} (x : Point) : Bool :=\n  {term}" for definition, term in beside.items()),
        f"def valid (x : Point) : Bool :=\n  {balanced(joined, certificate.both)}",
        proof.text().rstrip("\n"),
        f"end {name}",
        f"theorem {name}.holds : (x : Point) → Eq {balanced(stated, certificate.both)} Bool.true → False :=\n"
        f"  {name}.{UNSATISFIABLE}",
        f"#print axioms {name}.holds",
    ]
    return "\n" + "\n\n".join(parts) + "\n"


def _formal(specification: Specification) -> list[tuple[str, str, Expression]]:
    """Name, identifier in a certificate, and expression of each formal constraint."""
    given = specification.chunk.constraints
    identifiers = names(constraint.name for constraint in given)
    return [
        (constraint.name, identifier, stated.expression)
        for constraint, identifier, stated in zip(given, identifiers, specification.statements, strict=True)
        if stated.kind == "formal" and stated.expression is not None
    ]
