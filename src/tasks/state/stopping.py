"""Early ends of a build: one line of output, finished tasks kept, no process left behind."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sys
import threading
import time
from multiprocessing import util
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
"""Errors of a file that every other file will meet as well."""

_REPEATED_SECONDS = 1.0
_stopped_at: float | None = None


class Stopped(SystemExit):
    """The build does not go on; text says why in one line, code is the exit code.

    No Exception, so that doit stops instead of calling it one task's failure. doit carries one from a worker to the
    build as its class and its text.
    """

    def __init__(self, text: str, code: int = 3) -> None:
        super().__init__(text)
        self.text = text
        self.code = code

    def __str__(self) -> str:
        return self.text


def no_room(place: object, error: OSError) -> Stopped:
    """What to raise where nothing can be written any more."""
    room = "free some space, and " * (error.errno in NO_ROOM)
    return Stopped(f"{place}: cannot be written: {error.strerror}; finished tasks are kept: {room}build again")


def stop_on_signals() -> None:
    """From now on a signal that ends the build raises Stopped; for the main thread, which alone may say so."""
    if threading.current_thread() is not threading.main_thread():
        return
    # Whoever reads what we print may have seen enough (`doit | head`): then we end, as every program does.
    if signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for number in SIGNALS:
        # What is ignored already (nohup, a job in the background of a script) stays ignored.
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    global _stopped_at
    now = time.monotonic()
    # timeout(1) sends its signal twice, to the process and to its group; the second must not cut the end short.
    if _stopped_at is not None and now - _stopped_at < _REPEATED_SECONDS:
        return
    _stopped_at = now
    name = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name
    raise Stopped(f"stopped by {name}; finished tasks are kept, and the next build continues from there", 128 + number)


def _end_with_the_build(_: object) -> None:
    """For a worker, before anything else: it ends when the build does, however the build ends."""
    for number in SIGNALS:
        if signal.getsignal(number) is _stop:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for all of the group, and the build's to answer
    build = multiprocessing.parent_process()
    assert build is not None
    if sys.platform == "linux" and multiprocessing.get_start_method() == "fork":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != build.pid:  # it had died already
            os._exit(1)
    else:

        def wait() -> None:
            build.join()
            os._exit(1)

        threading.Thread(target=wait, daemon=True).start()


# multiprocessing calls it in every worker that it starts: a fork has this module, any other imports it with its tasks.
util.register_after_fork(_stop, _end_with_the_build)
