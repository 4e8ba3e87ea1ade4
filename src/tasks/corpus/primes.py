"""Which tract a chunk belongs to, and which Monster primes it is given."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal, TypeAlias, get_args

Tract: TypeAlias = Literal["internal", "external", "bridge"]
TRACTS: tuple[Tract, ...] = get_args(Tract)

MONSTER_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 41, 47, 59, 71)
"""The primes that divide the order of the Monster group (OEIS A002267)."""
PICKS = 3

_TITLE_WORDS: tuple[tuple[str, Tract], ...] = (
    ("external tract", "external"),
    ("interface operator", "external"),
    ("internal tract", "internal"),
    ("intelligence operator", "internal"),
    ("bridge", "bridge"),
    ("corpus callosum", "bridge"),
)


def zone(chunk_id: str) -> int:
    """The last digit of the id, 0..9."""
    return int(chunk_id[-1])


def infer_tract(chunk_id: str, title: str) -> Tract:
    """The tract of a chunk that does not state one: by words of its title, else by its zone."""
    lowered = title.lower()
    for words, tract in _TITLE_WORDS:
        if words in lowered:
            return tract
    return "internal" if zone(chunk_id) <= 3 else "external" if zone(chunk_id) <= 6 else "bridge"


def assign_primes(chunk_id: str, tract: Tract) -> tuple[int, ...]:
    """The three primes of a chunk, ascending.

    Pick i takes bytes 2i and 2i+1 (big-endian) of the 16-byte BLAKE2b digest of
    `chunk:{id}:zone:{zone}:tract:{tract}` modulo the size of the pool, which the pick then leaves. The pool
    is all 15 primes, ascending, without 2 for an internal chunk.
    """
    digest = blake2b(f"chunk:{chunk_id}:zone:{zone(chunk_id)}:tract:{tract}".encode("ascii"), digest_size=16).digest()
    pool = [p for p in MONSTER_PRIMES if p != 2 or tract != "internal"]
    return tuple(sorted(pool.pop((256 * digest[2 * i] + digest[2 * i + 1]) % len(pool)) for i in range(PICKS)))
