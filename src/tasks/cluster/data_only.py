"""Dask's client, made to take plain data alone: nothing that arrives from the cluster can run code here.

Dask unpickles what workers and the scheduler send: types, exceptions, warnings. A build needs none of these, and
whoever is in the cluster could have them run any code as the user who builds. A pickle does so by the functions and
classes that it names; Python asks its audit hooks about each of them, whoever unpickles, and ours refuses.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_HARMLESS = {("builtins", "bytes"), ("builtins", "bytearray")}
"""What Dask wraps in a pickle though it is plain: an exception that is pickled, and refused when it is looked into."""


class Refused(TypeError):
    """A pickle names a function or a class that it must not. A TypeError, as Dask gets over one."""


@cache
def refuse_pickled_names() -> None:
    """From now on nothing is unpickled in this process that names a function or a class, but that of bytes."""
    import distributed  # noqa: F401  -- which may unpickle while it is imported

    sys.addaudithook(_refuse)


_own = threading.local()


@contextmanager
def own_pickles() -> Iterator[None]:
    """Meanwhile this thread unpickles: Dask does so with what it has just pickled, for a call's name. For calls that
    read nothing from the cluster.
    """
    _own.now = True
    try:
        yield
    finally:
        _own.now = False


def _refuse(event: str, given: tuple[Any, ...]) -> None:
    if event == "pickle.find_class" and given not in _HARMLESS and not getattr(_own, "now", False):
        raise Refused(f"pickled data is not taken: it names {'.'.join(map(str, given))}")


def client(address: str, **options: Any) -> Any:
    """An asynchronous client of Dask's, not yet connected; results that are no plain data are errors."""
    import distributed

    refuse_pickled_names()
    plain = ("msgpack",)
    return distributed.Client(address, asynchronous=True, serializers=plain, deserializers=plain, **options)
