"""That no point meets some constraints of a chunk and a condition beside, as Lean text for behind its certificate."""

from __future__ import annotations

from ..language.unroll import unroll
from ..render import certificate
from ..render.lean_text import balanced
from ..specification import Specification
from .absence import Absence
from .theorem import UNSATISFIABLE, Proof, formal_constraints


def absence_text(specification: Specification, claim: Absence, proof: Proof, name: str) -> str:
    """Lean text for behind the certificate of the chunk: the proof, and a theorem `name.holds` in words of our own that
    it proves; with what shows the theorem's axioms.
    """
    chunk, beside = specification.chunk, {}
    for constraint, identifier, _ in formal_constraints(specification):
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
