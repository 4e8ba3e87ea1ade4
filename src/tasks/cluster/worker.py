"""What a worker of Dask's does: hands questions to a process of its own, and says what it can do.

It runs in the threads of Dask's worker, and is imported there with this package. What it takes and returns is bytes.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any

from ..check.messages import Answer, pack, read_frame, write_frame

_PULSE = 0.2
"""Seconds between two looks whether anybody still waits for the answer."""
_local = threading.local()


def answer(payload: bytes) -> bytes:
    """The answer to a question, both packed. Raises nothing but where the task was cancelled."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()
    where = f"{socket.gethostname()}:{worker.address.rpartition(':')[2]}"
    process = _answerer(where)
    try:
        write_frame(process.stdin, payload)
        while not select.select([process.stdout], [], [], _PULSE)[0]:
            task = worker.state.tasks.get(key)
            if task is None or task.state == "cancelled":
                _end(process)
                return b""
        data = read_frame(process.stdout)
    except (OSError, ValueError):
        data = None
    if data is None:
        _end(process)
        return pack(Answer(fault="machine", message=f"{where}: the process that runs tools there died", where=where))
    return data


def report(payload: bytes) -> bytes:
    """What a process of this machine says to a demand, both packed. Raises OSError where it says nothing."""
    process = _start()
    try:
        write_frame(process.stdin, payload)
        data = read_frame(process.stdout)
    finally:
        _end(process)
    if data is None:
        raise OSError("the process that looks for tools died")
    return data


def _answerer(where: str) -> Any:
    """The process of this thread, which answers for a worker; it ends with the thread (see answerer.py)."""
    process = getattr(_local, "process", None)
    if process is None or process.poll() is not None:
        process = _local.process = _start(where)
    return process


def _start(*where: str) -> Any:
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", "tasks.cluster.answerer", *where], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )  # fmt: skip


def _end(process: Any) -> None:
    """Ends it at once; its supervisor ends the tool, with all that this started."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            stream.close()
    if getattr(_local, "process", None) is process:
        _local.process = None
