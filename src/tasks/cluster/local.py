"""A cluster of this machine, for one build: `python -m tasks.cluster.local SLOTS`.

It prints how to reach it, a line of JSON, and ends when its standard input does, which is when whoever started it ends.
"""

from __future__ import annotations

import json
import os
import sys

_THREADS = 8
"""Slots of a worker: each runs its tools in a process of its own, so a worker is no more than what looks after them."""


def main() -> int:
    import dask
    from distributed import LocalCluster, Security

    # Dask serves pages about itself, which nobody asked for here: none of them, and on a port of this machine alone.
    dask.config.set({f"distributed.{part}.http.routes": [] for part in ("scheduler", "worker")})
    try:
        security: Security | bool = Security.temporary()  # others on this machine could use a port that is open to all
    except ImportError:
        security = False
    slots = int(sys.argv[1])
    threads = min(slots, _THREADS)
    with LocalCluster(
        n_workers=-(-slots // threads), threads_per_worker=threads, processes=True, memory_limit=0, silence_logs=50,
        host="127.0.0.1", protocol="tls://" if security else "tcp://", security=security,
        dashboard_address="127.0.0.1:0", worker_dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False},
    ) as cluster:  # fmt: skip
        keys = ("tls_ca_file", "tls_client_key", "tls_client_cert")
        secrets = {key: getattr(security, key) for key in keys} if security else {}
        print(json.dumps({"address": cluster.scheduler_address, "tls": secrets}), flush=True)
        os.dup2(2, 1)
        sys.stdin.buffer.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
