"""The process that runs tools for one thread of a worker: `python -m tasks.cluster.answerer WORKER`.

It is a process of its own, so that it can be killed. It reads questions from its standard input and writes answers to
its standard output. When it is killed, or its worker ends, its tool ends too: its supervisor sees to that.
"""

from __future__ import annotations

import os
import signal
import socket
import sys

from .. import __version__
from ..check import engines
from ..check.call import IDENTITY
from ..check.local import LocalRunner
from ..check.messages import (
    Answer,
    Demand,
    Fault,
    Offer,
    Question,
    Report,
    Wanted,
    name_of,
    pack,
    read_frame,
    unpack,
    version_of,
    write_frame,
)
from ..check.remote import machine_scratch
from ..digests import Code
from ..errors import DualityError


def answer(data: bytes, code: Code, where: str) -> Answer:
    """The answer of the worker of that name to a question. Raises nothing."""
    fault: Fault = "machine"
    try:
        question = unpack(Question, data)
        if question.package != code.package_digest() or code.has_changed():
            return Answer(fault=fault, message=f"{where}: Duality is another version there now", where=where)
        runner = LocalRunner(machine_scratch(), question.toolchain)
        run = runner.run(question.call)
        if code.has_changed():
            return Answer(fault=fault, message=f"{where}: Duality changed there while a tool ran", where=where)
        return Answer(run, where=where, asked=name_of(data))
    except DualityError as error:
        return Answer(fault="tool", message=f"{where}: {error}", where=where)
    except OSError as error:
        message = f"{where}: no tool can be run there: {error.strerror or error}"
        if error.filename:
            message += f" ({error.filename})"
        return Answer(fault=fault, message=message, where=where)
    except Exception as error:  # a defect of ours, which must not look like a lost worker
        return Answer(fault=fault, message=f"{where}: {type(error).__name__}: {error}", where=where)


def report(data: bytes, code: Code) -> Report:
    """What this machine has of what a demand names."""
    where = socket.gethostname()
    demand = unpack(Demand, data)
    if demand.package != code.package_digest():
        return Report(where, __version__, code.package_digest())
    offers = tuple(_offer(wanted, demand.toolchain) for wanted in demand.tools)
    return Report(where, __version__, code.package_digest(), offers)


def _offer(wanted: Wanted, toolchain: str) -> Offer:
    try:
        runner = LocalRunner(machine_scratch(), toolchain)
        found = engines.identify(*engines.named(wanted.tool), toolchain, runner)["engine"]
        return Offer(wanted.tool, found[IDENTITY], version_of(found))
    except DualityError as error:
        return Offer(wanted.tool, problem=str(error))
    except OSError as error:
        return Offer(wanted.tool, problem=f"{error.filename or 'the machine'}: {error.strerror}")


def main() -> int:
    """Answers for the worker that is named, until its standard input ends; where none is, reports."""
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)  # nothing that is printed by mistake may stand among the answers
    _end_with_the_worker()
    try:
        code = Code()
    except DualityError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    while (data := read_frame(stdin)) is not None:
        write_frame(stdout, pack(answer(data, code, sys.argv[1]) if sys.argv[1:] else report(data, code)))
    return 0


def _end_with_the_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the worker's to answer
    if sys.platform == "linux":
        import ctypes

        parent = os.getppid()
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent or parent == 1:
            os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
