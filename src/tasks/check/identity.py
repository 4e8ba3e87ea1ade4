"""Which program a tool is: the content of its files, whatever it says of itself."""

from __future__ import annotations

import os
from functools import cache
from hashlib import file_digest, sha256


@cache
def identity_of(*files: str | os.PathLike[str]) -> str:
    """SHA-256 over the content of the files in order, computed once; one that is not there counts as empty."""
    total = sha256()
    for file in files:
        try:
            with open(file, "rb") as content:
                total.update(file_digest(content, "sha256").digest())
        except OSError:
            total.update(b"none")
    return total.hexdigest()
