"""Records as JSON: dataclasses on this side, deterministic text on the other."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


def encode(record: object) -> str:
    """A dataclass as JSON: sorted keys, two spaces, a final newline; the same record gives the same bytes."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(record, order="sorted"), indent=2).decode() + "\n"


def encode_line(record: object) -> str:
    """A dataclass as one line of JSON, without the line feed."""
    import msgspec

    return msgspec.json.encode(record, order="sorted").decode()


def decode(kind: type[T], text: str | bytes) -> T:
    """The record of that type in a JSON text.

    Raises ValueError for a text that encode would not have written for the type: another type or range of a value, an
    unknown or a missing key.
    """
    import msgspec

    try:
        with suppress(msgspec.DecodeError):
            record = msgspec.json.decode(text, type=kind)
            written = text if isinstance(text, str) else text.decode()
            if written == (encode(record) if "\n" in written else encode_line(record)):  # as is nearly all that is read
                return record
        data = json.loads(text)
        record = msgspec.convert(data, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError(str(error)[:200]) from None
    if (plain := _plain(record)) != data:
        raise ValueError(f"unexpected key or value: {_difference(plain, data)}")
    return record


def recall(kind: type[T], text: bytes) -> T:
    """The record of that type in a text that is known to be of encode, by its digest.

    Raises ValueError for one that is none of the type, as that was another then.
    """
    import msgspec

    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)[:200]) from None


def _plain(record: object) -> Any:
    """What reading the record's JSON gives: lists for tuples."""
    import msgspec

    return json.loads(msgspec.json.encode(record))


def _difference(plain: Any, data: Any, at: str = "") -> str:
    """Where data holds what its type does not."""
    if isinstance(plain, dict) and isinstance(data, dict):
        for key in data:
            if key not in plain:
                return f"{at}/{str(key)[:50]}"
            if plain[key] != data[key]:
                return _difference(plain[key], data[key], f"{at}/{str(key)[:50]}")
    if isinstance(plain, list) and isinstance(data, list):
        for index, (ours, theirs) in enumerate(zip(plain, data, strict=False)):
            if ours != theirs:
                return _difference(ours, theirs, f"{at}/{index}")
    return at or "/"
