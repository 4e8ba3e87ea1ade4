"""Proofs in a certificate's terms that a Bool evaluates to true: who evaluates it."""

from __future__ import annotations

BY_KERNEL = "(by decide +kernel)"
"""By Lean's kernel alone; see Decide.lean. Where it fails Lean says only that the theorem is not there."""
BY_ELABORATOR = "(Eq.refl Bool.true)"
"""By Lean's elaborator, and then by the kernel once more. Where it fails Lean says why."""


def explained(text: str) -> str:
    """A text with the same definitions and statements, of which Lean says why a proof fails."""
    return text.replace(BY_KERNEL, BY_ELABORATOR)
