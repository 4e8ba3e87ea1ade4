"""The process between a build and a cluster of Dask's: `python -m tasks.cluster.bridge`.

A build has a process for each task that runs. They share this one: it alone knows Dask, so that they stay small and can
be forked, and it passes many questions on at once. It reads what it is to do from its standard input, says in one frame
whether the build can go on, listens at a socket, and ends when its standard input does: whatever ends the build, its
tasks are cancelled. A line of the socket that ends takes its question back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ..check.messages import (
    LENGTH,
    MOST_BYTES,
    Answer,
    Demand,
    Question,
    Report,
    ability,
    pack,
    read_frame,
    unpack,
    write_frame,
)
from . import worker
from .data_only import client as data_only_client
from .data_only import own_pickles
from .orders import Orders, Ready, count_file

_LISTENING = 5.0
"""Seconds for a port to take a connection: the system does that, however busy the scheduler is."""
_PULSE = 2.0
_REPORTS = 60.0
"""Seconds for the workers to say which tools they have: a tool may have to be read once."""
_GATHER = 0.002
"""Seconds in which questions are collected and passed on together."""
_TRIES = 3


class Unusable(Exception):
    """The cluster cannot be used; the text says why, in one line."""


class _Worker:
    """A worker of Dask's, as the scheduler tells of it. abilities: the tools of the build that it has; running: calls
    that this build gave it; gone: done when Dask has it no more, or it is silent.
    """

    def __init__(self, address: str, told: Mapping[str, Any]) -> None:
        self.address = address
        self.slots = int(told["nthreads"])
        self.beat = told["last_seen"]
        """When the scheduler heard of it, by the scheduler's clock."""
        self.heard = asyncio.get_running_loop().time()
        """When that was seen to change, by ours."""
        self.abilities: set[str] = set()
        self.running = 0
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Bridge:
    def __init__(self, client: Any, address: str, demand: Demand, count: str) -> None:
        self.client = client
        self.address = address
        self.demand = demand
        self.waiting: list[tuple[bytes, str, asyncio.Future[Any]]] = []
        self.patience = patience()
        self.workers: dict[str, _Worker] = {}
        """Those that can be asked, by their addresses."""
        self.silent: dict[str, Any] = {}
        """The last beats of those that are silent."""
        self.changed = asyncio.Event()
        """Set where there is another worker."""
        self.lost = asyncio.get_running_loop().create_future()
        """Why nothing can be asked any more."""
        self._submit: asyncio.Task[None] | None = None
        self._joining: set[asyncio.Task[Any]] = set()
        self._count = os.open(count, os.O_WRONLY | os.O_CREAT, 0o600)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers the questions of one line."""
        next_one = asyncio.ensure_future(_read(reader))
        with contextlib.suppress(OSError, EOFError, ValueError):
            while True:
                data = await next_one
                next_one = asyncio.ensure_future(_read(reader))
                asked = asyncio.ensure_future(self._ask(data))
                await asyncio.wait({asked, next_one}, return_when=asyncio.FIRST_COMPLETED)
                if not asked.done():  # nothing comes before the answer but the end
                    asked.cancel()
                    break
                answer = asked.result()
                writer.write(LENGTH.pack(len(answer)) + answer)
                await writer.drain()
        next_one.cancel()
        writer.close()

    async def _ask(self, data: bytes) -> bytes:
        question = unpack(Question, data)
        name = ability(question.package, question.call.tool, question.call.identity)
        answer, asked = b"", set[str]()
        for tried in range(_TRIES):
            chosen = await self._free(name, asked)
            if chosen is None:
                return pack(Answer(fault="lost", message=self.lost.result()))
            asked.add(chosen.address)
            self._begin(chosen, 1)
            try:
                future = await self._submitted(data, chosen.address)
                done = asyncio.ensure_future(future.result())
                try:
                    await asyncio.wait({done, chosen.gone, self.lost}, return_when=asyncio.FIRST_COMPLETED)
                    if done.done() and not done.cancelled() and not done.exception():
                        answer = done.result()
                    elif self.lost.done():
                        return pack(Answer(fault="lost", message=self.lost.result()))
                    elif not chosen.gone.done() and (message := await self._why(future)) and not chosen.gone.done():
                        return pack(Answer(fault="lost", message=message))
                    elif tried == _TRIES - 1:
                        message = f"{self.address}: {_TRIES} workers were lost that ran the same call (see their logs)"
                        return pack(Answer(fault="lost", message=message))
                    else:
                        continue
                finally:
                    done.cancel()
                    future.release()  # which cancels the call where it has not ended
            finally:
                self._begin(chosen, -1)
            if not isinstance(answer, bytes):
                answer = b""
            if tried == _TRIES - 1 or not of_the_machine(answer):
                break
        return answer

    def _begin(self, chosen: _Worker, sign: int) -> None:
        """A call begins at a worker, or (-1) ends: the build sees how many there are in a file."""
        chosen.running += sign
        running = sum(each.running for each in self.workers.values())
        os.pwrite(self._count, f"{running:6}".encode(), 0)

    async def _free(self, name: str, asked: set[str]) -> _Worker | None:
        """The worker that has a tool, was not asked before, and has the most room; waits for one that has the tool.
        None where nothing can be asked any more.

        Dask itself goes by how long calls took so far, and gives one worker more of them than it has threads while
        another has none: a call of a minute then waits for a minute.
        """
        while not self.lost.done():
            able = [each for each in self.workers.values() if name in each.abilities]
            if able:
                return min(able, key=lambda each: (each.address in asked, each.running / each.slots, each.address))
            self.changed.clear()
            joined = asyncio.ensure_future(self.changed.wait())
            await asyncio.wait({joined, self.lost}, return_when=asyncio.FIRST_COMPLETED)
            joined.cancel()
        return None

    async def _submitted(self, data: bytes, address: str) -> Any:
        """The future of Dask's for a question: those of the same moment are passed on together."""
        found: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting.append((data, address, found))
        if self._submit is None or self._submit.done():
            self._submit = asyncio.ensure_future(self._pass_on())
        return await found

    async def _pass_on(self) -> None:
        while self.waiting:
            await asyncio.sleep(_GATHER)
            waiting, self.waiting = self.waiting, []
            for address in dict.fromkeys(address for _, address, _ in waiting):
                asked = [(data, found) for data, to, found in waiting if to == address and not found.cancelled()]
                data = [each for each, _ in asked]
                with own_pickles():
                    futures = self.client.map(worker.answer, data, pure=False, workers=[address]) if data else []
                for future, (_, found) in zip(futures, asked, strict=True):
                    found.set_result(future)

    async def _why(self, future: Any) -> str:
        """Why a call has no answer."""
        if self.lost.done():
            return str(self.lost.result())
        try:
            await self._look()
        except Unusable as error:
            return str(error)
        if self.client.status != "running" or future.cancelled():
            return f"{self.address}: the scheduler is gone, and with it what was asked"
        return f"{self.address}: a worker cannot be asked any more (see its log)"

    async def watch(self) -> None:
        """Ends when the cluster cannot be used any more: self.lost says why."""
        loop = asyncio.get_running_loop()
        alive = loop.time()
        while True:
            await asyncio.sleep(_PULSE)
            try:
                await self._look()
                alive = max([alive, *(each.heard for each in self.workers.values() if each.abilities)])
                if loop.time() - alive > self.patience:
                    silent = f" ({', '.join(list(self.silent)[:3])} silent)" if self.silent else ""
                    raise Unusable(f"{self.address}: no worker that has the tools is left{silent}")
            except Unusable as error:
                self.lost.set_result(str(error))
                return

    async def _look(self) -> None:
        """Sees which workers there are. Raises Unusable where the scheduler does not answer."""
        asked = asyncio.get_running_loop().time()
        told = await self._told()
        now = asyncio.get_running_loop().time()
        self.silent = {address: beat for address, beat in self.silent.items()
                       if address in told and told[address]["last_seen"] == beat}  # fmt: skip
        for address, each in list(self.workers.items()):
            beat = told[address]["last_seen"] if address in told else None
            each.heard += now - asked  # in which the scheduler itself was silent
            if beat is not None and beat != each.beat:
                each.beat, each.heard = beat, now
            elif beat is None or now - each.heard > self.patience:
                if beat is not None:  # it is stopped, or the network to it is: Dask waits for minutes
                    self.silent[address] = beat
                self.workers.pop(address).gone.set_result(None)
        for address in told.keys() - self.workers.keys() - self.silent.keys():  # it joined, or was started again
            self.workers[address] = joined = _Worker(address, told[address])
            self._joining.add(joining := asyncio.ensure_future(self._reported(joined)))
            joining.add_done_callback(self._joining.discard)

    async def _told(self) -> dict[str, Any]:
        """The workers that the scheduler tells of, by their addresses. Raises Unusable where it does not answer."""
        if self.client.status != "running":
            raise Unusable(f"{self.address}: the scheduler is gone")
        try:
            asked = self.client.scheduler.identity(n_workers=-1)
            found: dict[str, Any] = (await asyncio.wait_for(asked, self.patience))["workers"]
        except TimeoutError:
            raise Unusable(f"{self.address}: the scheduler has not answered for {self.patience:.0f} s") from None
        except OSError as error:
            raise Unusable(f"{self.address}: the scheduler is gone ({type(error).__name__})") from None
        return found

    async def _reported(self, of: _Worker) -> Report | None:
        """What a worker says that it has, which is kept of it; None where it says nothing in time."""
        given = pack(self.demand)
        with own_pickles():
            future = self.client.submit(worker.report, given, workers=[of.address], pure=False, priority=1000)
        try:
            found = unpack(Report, await asyncio.wait_for(future.result(), _REPORTS))
        except (Exception, asyncio.CancelledError):
            return None
        of.abilities = _able(found) & _abilities(self.demand)
        self.changed.set()
        return found

    async def prepare(self) -> Ready:
        """Asks every worker for its tools. Raises Unusable where no worker has one."""
        told = await self._told()
        until = asyncio.get_running_loop().time() + self.patience
        while not told and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.5)
            told = await self._told()
        if not told:
            raise Unusable(f"{self.address}: the scheduler has no workers; start some: `dask worker {self.address}`")
        self.workers = {address: _Worker(address, each) for address, each in told.items()}
        found = await asyncio.gather(*map(self._reported, self.workers.values()))
        reports = dict(zip(self.workers, found, strict=True))
        able = _abilities(self.demand)
        problems = dict.fromkeys(
            _problem(address, report, self.demand)
            for address, report in reports.items() if not able <= self.workers[address].abilities
        )  # fmt: skip
        for wanted in self.demand.tools:
            name = ability(self.demand.package, wanted.tool, wanted.identity)
            if not any(name in each.abilities for each in self.workers.values()):
                raise Unusable(
                    f"{self.address}: no worker has {wanted.version}, identity {wanted.identity[:12]}, which this "
                    f"build asks: {'; '.join(list(problems)[:3])}"
                )
        asked = [each for each in self.workers.values() if each.abilities]
        where = dict.fromkeys(report.where for each in asked if (report := reports[each.address]))
        slots = sum(each.slots for each in asked)
        return Ready(slots=slots, where=tuple(where), notes=tuple(list(problems)[:3]))


def _able(found: Report) -> set[str]:
    return {ability(found.package, offer.tool, offer.identity) for offer in found.offers}


def _abilities(demand: Demand) -> set[str]:
    return {ability(demand.package, wanted.tool, wanted.identity) for wanted in demand.tools}


def _problem(address: str, found: Report | None, demand: Demand) -> str:
    """Why a worker cannot do all."""
    if found is None:
        return f"{address} did not say what it has: is Duality installed there and where the scheduler runs?"
    place = f"{address} ({found.where})"
    if found.package != demand.package:
        here = f"package {found.package[:12]}, here {demand.package[:12]}"
        return f"{place} has Duality {found.version} with other content ({here})"
    wrong = []
    for wanted, offer in zip(demand.tools, found.offers, strict=True):
        if offer.problem:
            wrong.append(offer.problem)
        elif offer.identity != wanted.identity:
            wrong.append(f"has {offer.version}, identity {offer.identity[:12]}")
    return f"{place} {', '.join(wrong)}"


def of_the_machine(answer: bytes) -> bool:
    """Whether another machine might have a run for the same question."""
    try:
        return unpack(Answer, answer).fault == "machine"
    except ValueError:
        return True


def patience() -> float:
    """Seconds without a sign of life after which a scheduler or a worker is given up: Dask's own setting for them."""
    import dask
    import distributed  # noqa: F401  -- whose settings dask has from then on

    found: float = dask.utils.parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"), default="seconds")
    return found


async def _listening(address: str) -> None:
    """Raises Unusable where nothing listens: Dask itself would try until its patience ends."""
    parts, loop = urlsplit(address), asyncio.get_running_loop()
    until = loop.time() + _LISTENING
    while True:
        try:
            opening = asyncio.open_connection(parts.hostname, parts.port)
            _, writer = await asyncio.wait_for(opening, until - loop.time())
            writer.close()
            return
        except OSError as error:  # TimeoutError too
            if loop.time() + 0.2 > until:
                number = error.errno or 0
                reason = os.strerror(number) if number > 0 else error.strerror or str(error)
                raise Unusable(f"{address}: no scheduler answers: {reason or 'silence'}") from None
            await asyncio.sleep(0.2)


async def _read(reader: asyncio.StreamReader) -> bytes:
    size = LENGTH.unpack(await reader.readexactly(LENGTH.size))[0]
    if size > MOST_BYTES:
        raise ValueError(f"a frame of {size} bytes")
    return await reader.readexactly(size)


@contextlib.asynccontextmanager
async def _cluster(orders: Orders) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The address of the scheduler, and options for its client; a cluster of this machine lasts as long."""
    if orders.address != "dask":
        yield orders.address, {}
        return
    from distributed import Security

    local = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tasks.cluster.local", str(orders.slots),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert local.stdin
    assert local.stdout
    try:
        line = await local.stdout.readline()
        if not line:
            raise Unusable("runner=dask: the cluster of this machine did not start")
        data = json.loads(line)
        yield data["address"], {"security": Security(**data["tls"], require_encryption=True)} if data["tls"] else {}
    finally:
        local.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(local.wait(), 10)
        if local.returncode is None:
            local.kill()


async def bridge(orders: Orders) -> None:
    loop = asyncio.get_running_loop()
    ended = loop.create_future()  # the build

    def read() -> None:
        if not os.read(0, 1000):
            loop.remove_reader(0)  # or it would be read again and again
            ended.set_result(None)

    loop.add_reader(0, read)
    work = asyncio.ensure_future(_bridge(orders))
    await asyncio.wait({work, ended}, return_when=asyncio.FIRST_COMPLETED)
    work.cancel()
    await asyncio.wait({work}, timeout=15)
    if not work.cancelled() and work.done():
        work.result()


async def _bridge(orders: Orders) -> None:
    said = False
    try:
        async with _cluster(orders) as (address, options):
            await _listening(address)
            client = data_only_client(address, timeout=patience(), name="duality", **options)
            try:
                client = await client
            except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
                raise Unusable(f"{address}: no scheduler answers: {str(error).splitlines()[0]}") from None
            async with client:
                served = Bridge(client, address, orders.demand, count_file(orders.socket))
                ready = await served.prepare()
                server = await asyncio.start_unix_server(served.serve, orders.socket)
                write_frame(sys.stdout.buffer, pack(ready))
                said = True
                try:
                    await served.watch()
                    await asyncio.Event().wait()  # the build has been told, and ends
                finally:
                    server.close()
    except Unusable as error:
        if not said:
            write_frame(sys.stdout.buffer, pack(Ready(error=str(error))))


def main() -> int:
    logging.disable()  # what goes wrong is told in one line
    with open(0, "rb", buffering=0, closefd=False) as stdin:
        data = read_frame(stdin)
    if data is None:
        return 1
    orders = unpack(Orders, data)
    try:
        asyncio.run(bridge(orders))
    finally:  # a build that was killed leaves the folder
        with contextlib.suppress(OSError):
            for path in (count_file(orders.socket), orders.socket):
                if os.path.exists(path):
                    os.unlink(path)
            os.rmdir(os.path.dirname(orders.socket))
    return 0


if __name__ == "__main__":
    sys.exit(main())
