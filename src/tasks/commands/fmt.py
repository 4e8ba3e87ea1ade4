"""fmt: chunk files in canonical form."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from ..errors import DualityError
from ..project import Build
from ..selection import chunks_named
from .command import Command


class Format(Command):
    name = "fmt"
    doc_purpose = "write chunk files in canonical form (fmt=check only tells)"
    doc_usage = "[CHUNK ...]"
    doc_description = (
        "Keys in the order of the schema, one layout, and one spacing of expressions. What a chunk means stays the "
        "same, and so do the words of titles and notes. Without a chunk it is about all of them. With fmt=check "
        "nothing is written, and the exit code is 1 where a file is not in canonical form."
    )

    def run(self, build: Build, params: Any, args: Sequence[str]) -> int:
        from ..corpus.document import parse_document, read_text, replace_text
        from ..formatting import formatted

        only_check = build.values["fmt"] == "check"
        ids = chunks_named(args, build) or build.names.ids
        changed = left_alone = 0
        for chunk_id in ids:
            path = build.layout.source(chunk_id)
            try:
                text = read_text(path)
                new = formatted(parse_document(path, text))
                if new == text:
                    continue
                if not only_check:
                    replace_text(path, text, new)
            except DualityError as error:
                sys.stderr.write(f"{error}\n")
                left_alone += 1
                continue
            changed += 1
            if only_check:
                print(f"{path}:{_first_difference(text, new)}: not in canonical form")
            else:
                print(f"{path}: formatted")
        count = "1 chunk" if len(ids) == 1 else f"{len(ids)} chunks"
        if only_check:
            print(f"{count}, {changed} not in canonical form" + ("; `doit fmt` formats them" if changed else ""))
        else:
            print(f"{count}, {changed} formatted" + (f", {left_alone} left alone" if left_alone else ""))
        return int(bool(left_alone or (only_check and changed)))


def _first_difference(text: str, new: str) -> int:
    """The 1-based line of text at which the two begin to differ."""
    pairs = zip_longest(text.splitlines(keepends=True), new.splitlines(keepends=True))
    return next(number for number, (one, other) in enumerate(pairs, start=1) if one != other)
