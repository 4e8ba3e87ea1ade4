"""Programs on a real pseudo-terminal, and what a person sees there."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte


class Terminal:
    """Runs a command on a terminal of this size. pictures: what was on the screen, each different from the last."""

    def __init__(
        self, command: list[str], cwd: Path, environment: Mapping[str, str], columns: int = 80, rows: int = 40
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.output = b""
        self.pictures: list[str] = []
        self.master, slave = pty.openpty()
        self.resize(columns)
        self.process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0) and None,
        )  # fmt: skip
        os.close(slave)

    def resize(self, columns: int) -> None:
        self.screen.resize(columns=columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", self.screen.lines, columns, 0, 0))

    def press_ctrl_c(self) -> None:
        os.write(self.master, b"\x03")

    def run(self, seen: Callable[[str], object] = lambda picture: None) -> int:
        """Reads until the command ends; seen is called with every new picture. Returns the exit code."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    data = os.read(self.master, 65536)
                except OSError:  # what a terminal says when nobody is left
                    break
                self.output += data
                self.stream.feed(data)
                if not self.pictures or self.picture() != self.pictures[-1]:
                    self.pictures.append(self.picture())
                    seen(self.pictures[-1])
        os.close(self.master)
        status = self.process.wait(timeout=30)
        return status if status >= 0 else 128 + signal.Signals(-status)

    def picture(self) -> str:
        """What is on the screen, without empty lines at its end."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip() + "\n"


def doit(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "doit", *arguments]
