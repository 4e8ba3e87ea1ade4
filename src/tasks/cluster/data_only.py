"""Dask's client, made to take plain data alone: nothing that arrives from the cluster is unpickled here.

Dask unpickles what workers and the scheduler send: types, exceptions, warnings. A build needs none of these, and
whoever is in the cluster could have them run any code as the user who builds.
"""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """What stands here for whatever was pickled."""


def refuse(*given: Any, **more: Any) -> Refused:
    return Refused("pickled data is not taken")


def client(address: str, **options: Any) -> Any:
    """An asynchronous client of Dask's, not yet connected. From then on nothing is unpickled in this process."""
    import distributed.client
    import distributed.protocol.core as core
    import distributed.protocol.pickle as pickle
    from distributed.protocol.serialize import merge_and_deserialize

    def deserialize(header: Any, frames: Any, deserializers: Any = None) -> Any:
        plain = header.get("serializer") == "msgpack"
        return merge_and_deserialize(header, frames, deserializers=("msgpack",)) if plain else refuse()

    core.merge_and_deserialize = deserialize
    pickle.loads = refuse
    distributed.client.loads = refuse
    distributed.client.pickle = pickle
    distributed.client.clean_exception = lambda *given, **more: (Refused, refuse(), None)
    plain = ("msgpack",)
    return distributed.Client(address, asynchronous=True, serializers=plain, deserializers=plain, **options)
