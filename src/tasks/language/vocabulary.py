"""The words of the language, the nearest of them to a word that is none, and the most that a text may hold."""

from __future__ import annotations

from collections.abc import Iterable

from .operators import FUNCTIONS, QUANTIFIERS

COORDINATES = 8
"""x[1]..x[8]."""
MOST_TERMS = 20_000
"""Bodies that the quantifiers of one constraint may unroll to, together."""
MOST_NESTING = 64
"""Brackets, calls and prefix operators inside one another; and variables that are bound at one place."""
MOST_LEVELS = 200
"""These and the binary operators together: what our recursive visitors take on Python's default stack."""
LARGEST_INTEGER = 10**18
"""Constants beyond, literals or computed ones, do not fit the solver's 64-bit integers."""

CONSTANTS = ("x", "N", "P", "true", "false", "True", "False")
WORDS = frozenset((*CONSTANTS, *FUNCTIONS, *QUANTIFIERS))


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The candidate that the user may have meant by name, or ""."""
    from difflib import get_close_matches

    pool = sorted(set(candidates))
    for candidate in pool:
        if candidate.casefold() == name.casefold():
            return candidate
    return next(iter(get_close_matches(name, pool, n=1, cutoff=0.6)), "")
