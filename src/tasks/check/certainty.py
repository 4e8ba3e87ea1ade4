"""How a finding about all points is known: Lean has proved it, or the solver alone says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..boxes.absence import Absence
from ..boxes.absence_text import absence_text
from ..boxes.search import MOST_STEPS
from ..boxes.theorem import Proof
from ..errors import NoVerdict
from ..render import certificate
from ..specification import Specification
from . import theorem_reader
from .call import Tool
from .contradiction import EASY_STEPS, proved
from .lean import objections
from .theorem_reader import misstated

MOST_PROOFS = 64
"""Of one chunk, that Lean judges in one run."""


@dataclass(frozen=True)
class Claim:
    """What a solver says of all points, in words for a message."""

    said: str
    of: Absence


@dataclass(frozen=True)
class Certainty:
    """why: what a claim lacks that is not proved, else "". limited: a limit of Lean's may have a part in it."""

    why: str
    limited: bool = False


def certainties(specification: Specification, claims: Sequence[Claim], lean: Tool | None) -> list[Certainty]:
    """How each claim is known. All that have a proof are judged in one run of Lean; without any, nothing is run.

    Raises CheckFailed where a point refutes a claim, whether there is a Lean or not; ToolError where Lean crashes.
    """
    considered = claims[:MOST_PROOFS]
    steps = max(EASY_STEPS, MOST_STEPS // max(1, len(considered)))
    proofs = [proved(specification, claim.of, claim.said, steps) for claim in considered]
    found = [Certainty("no proof was found within the limit of the search")] * len(considered)
    found += [Certainty(f"only {MOST_PROOFS} findings of a chunk are proved")] * (len(claims) - len(found))
    given = [(at, claims[at].of, proof) for at, proof in enumerate(proofs) if proof]
    for (at, _, _), certainty in zip(given, _judged(specification, given, lean), strict=True):
        found[at] = certainty
    return found


def _judged(
    specification: Specification, given: Sequence[tuple[int, Absence, Proof]], lean: Tool | None
) -> list[Certainty]:
    """What Lean says of the proof of each claim; the number names it in the text."""
    if not given:
        return []
    if lean is None:
        return [Certainty("lean=off")] * len(given)
    definitions = certificate.render(specification.chunk, specification.statements, None)
    texts = [(absence_text(specification, of, proof, f"Finding{at}"), f"Finding{at}.holds") for at, of, proof in given]
    try:
        against = objections(definitions, texts, lean)
    except NoVerdict:
        return [Certainty(f"Lean has no verdict within {lean.limits.seconds} s", limited=True)] * len(given)
    found = []
    for (_, _, proof), objection in zip(given, against, strict=True):
        if wrong := misstated(proof.text(), "unsatisfiable", theorem_reader.UNSATISFIABLE):
            found.append(Certainty(f"the text states something else: {wrong}"))
        else:
            found.append(Certainty(objection and f"Lean does not accept its proof: {objection}", bool(objection)))
    return found
