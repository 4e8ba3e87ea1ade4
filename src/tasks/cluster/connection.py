"""A build's connection to a cluster: starts the bridge before the first task runs, and ends it with the build."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from ..check.ask import identify
from ..check.call import IDENTITY, name_of
from ..check.messages import Demand, Wanted, pack, read_frame, unpack, version_of, write_frame
from ..digests import PACKAGE
from ..errors import DualityError
from ..plan import Plan
from .orders import Orders, Ready, count_file

MOST_SLOTS = 256
"""Calls in flight at a time: each has a process of the build, of some 20 MB."""


class Unreachable(Exception):
    """No tool can be run there; the text says why in one line, and what to do."""


class Cluster:
    """Where the tools of a build run. address: of a scheduler, or "dask" for a cluster of this machine with so many
    slots; socket: where its bridge will listen; ready: what it said when it was opened.

    Raises Unreachable where Dask is not installed.
    """

    def __init__(self, address: str, slots: int) -> None:
        if find_spec("distributed") is None:
            raise Unreachable(f"runner={address} needs Dask: `pip install 'duality[dask]'`")
        self.address = address
        self.slots = slots
        self.ready: Ready | None = None
        # Only this user may enter it. A socket's path has 107 bytes at most, wherever TMPDIR leads.
        place = tempfile.gettempdir()
        self._folder = Path(tempfile.mkdtemp(prefix="duality-", dir=place if len(os.fsencode(place)) < 80 else "/tmp"))
        self.socket = str(self._folder / "bridge")
        self._process: subprocess.Popen[bytes] | None = None

    def open(self, plan: Plan, engines: Iterable[str]) -> Ready:
        """Starts the bridge, for a plan and those of the engines that there are.

        Raises Unreachable where it cannot be used.
        """
        demand = Demand(plan.package, plan.toolchain_text, tuple(_wanted(plan, engines)))
        paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        # In a session of its own: Ctrl-C is for the build to answer, which then takes everything back.
        self._process = process = subprocess.Popen(
            # Dask's client warns of itself where it is ended while it connects.
            [sys.executable, "-W", "ignore", "-m", "tasks.cluster.bridge"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}, start_new_session=True,
        )  # fmt: skip
        assert process.stdin
        assert process.stdout
        try:
            write_frame(process.stdin, pack(Orders(self.address, self.socket, self.slots, demand)))
            data = read_frame(process.stdout)
        except OSError:
            data = None
        ready = unpack(Ready, data) if data else Ready(f"runner={self.address}: the bridge to the cluster has ended")
        if ready.error:
            raise Unreachable(f"{ready.error}; runner=local builds without, see docs/scaling.md")
        self.ready = replace(ready, slots=max(1, min(ready.slots, MOST_SLOTS)))
        return self.ready

    def busy(self) -> int:
        """How many slots have a call."""
        with suppress(OSError, ValueError), open(count_file(self.socket), "rb") as file:
            return int(file.read())
        return 0

    def close(self) -> None:
        """Ends the bridge, which takes back what is in flight."""
        if process := self._process:
            assert process.stdin
            assert process.stdout
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _wanted(plan: Plan, engines: Iterable[str]) -> Iterator[Wanted]:
    """The tools of this machine that others must have, too. What is wrong with one of them, its tasks will say."""
    for engine in engines:
        if plan.has(engine):
            with suppress(DualityError), redirect_stdout(None):
                found = identify(plan, engine)["engine"]
                yield Wanted(name_of(found), found[IDENTITY], version_of(found))


def warning(address: str) -> str:
    """What a user should know of an address; "" where there is nothing."""
    parts = urlsplit(address)
    if parts.scheme != "tcp" or _is_loopback(parts.hostname or ""):
        return ""
    return (
        f"runner={address}: without TLS anybody on that network can run programs as the workers' user and forge "
        "verdicts; use tls:// (docs/scaling.md)"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
