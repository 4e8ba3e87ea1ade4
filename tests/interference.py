"""Builds that are interfered with: before a chosen system call of theirs files change, or the call fails.

A library that is preloaded (interference.c) counts the calls about files below the folder around the build's, and acts
before the chosen one. One process loads it and the program, and forks for each build, as most of a small build is its
start.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

OPEN, RENAME, UNLINK, MKDIR, WRITE, SYNC = 1, 2, 4, 8, 16, 32
EVERY_CALL = OPEN | RENAME | UNLINK | MKDIR | WRITE | SYNC
PUT, WRITE_INTO, REMOVE = range(3)


@dataclass(frozen=True)
class Change:
    """Before the call number at: a file is put in the place of another, its content is written into the other, or the
    other is removed.
    """

    at: int
    kind: int
    to: str
    source: str = ""


@dataclass(frozen=True)
class Fault:
    """The call number at fails with the errno."""

    at: int = 0
    errno: int = 0


NO_FAULT = Fault()


@dataclass(frozen=True)
class Interfered:
    """A build that ended: exit code, what it printed, how many calls were counted, which was chosen ("" for none)."""

    status: int
    output: str
    calls: int
    met: str


Build = Callable[..., Interfered]


def compiled(source: Path, library: Path) -> Path:
    """A library to preload. Without a compiler it is an error: what it is for has then not been tested."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    assert compiler, "no C compiler (cc, gcc or clang): ./dev installs one"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True)
    return library


@contextmanager
def builder() -> Iterator[Build]:
    """What builds: a function of home, arguments, environment, kinds of calls to count, changes and fault."""
    with tempfile.TemporaryDirectory() as folder:
        library = compiled(Path(__file__).with_suffix(".c"), Path(folder) / "interference.so")
        environment = {**os.environ, "LD_PRELOAD": str(library)}
        with subprocess.Popen(
            [sys.executable, __file__, str(library)], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        ) as process:  # fmt: skip
            assert process.stdin
            assert process.stdout
            said, asked = process.stdout, process.stdin

            def build(
                home: Path, *arguments: str, environment: Mapping[str, str] | None = None, kinds: int = OPEN | RENAME,
                changes: Sequence[Change] = (), fault: Fault = NO_FAULT,
            ) -> Interfered:  # fmt: skip
                request = {
                    "home": str(home), "arguments": arguments, "environment": dict(environment or {}), "kinds": kinds,
                    "changes": [asdict(change) for change in changes], "fault": asdict(fault),
                }  # fmt: skip
                print(json.dumps(request), file=asked, flush=True)
                return Interfered(**json.loads(said.readline()))

            yield build
            asked.close()


def main() -> None:
    """Builds what is asked for on standard input; returns in the forks, with their command line."""
    library = ctypes.CDLL(sys.argv[1])
    library.interference_count.restype = ctypes.c_long
    library.interference_met.restype = ctypes.c_char_p
    for line in sys.stdin:
        request = json.loads(line)
        change, fault = request["changes"], request["fault"]
        # The count is shared by this process and its forks.
        assert library.interference_begin(
            os.fsencode(os.path.dirname(request["home"])), request["kinds"], ctypes.c_long(fault["at"]), fault["errno"]
        )
        for each in change:
            names = os.fsencode(each["source"]), os.fsencode(each["to"])
            assert library.interference_change(ctypes.c_long(each["at"]), each["kind"], *names)
        with tempfile.TemporaryFile() as output:
            child = os.fork()
            if not child:
                become(request, output.fileno())
                return
            _, status = os.waitpid(child, 0)
            output.seek(0)
            text = output.read().decode(errors="replace")
        met = library.interference_met().decode(errors="replace")
        answer = Interfered(os.waitstatus_to_exitcode(status), text, library.interference_count(), met)
        print(json.dumps(asdict(answer)), flush=True)
    os._exit(0)


def become(request: Mapping[str, Any], output: int) -> None:
    """Makes this process what `doit` would be in the folder."""
    os.setsid()
    os.chdir(request["home"])
    os.environ.update(request["environment"])
    del os.environ["LD_PRELOAD"]
    sys.argv = ["doit", *request["arguments"]]
    sys.stdin.close()
    for stream in (1, 2):
        os.dup2(output, stream)


if __name__ == "__main__":
    import sqlite3  # noqa: F401

    import cloudpickle  # type: ignore[import-untyped] # noqa: F401
    import yaml  # noqa: F401
    from doit.doit_cmd import DoitMain

    import tasks.check.ask
    import tasks.check.cache
    import tasks.ledger
    import tasks.reporter
    import tasks.run
    import tasks.specification
    import tasks.state.plugin

    # Makes the parser.
    tasks.specification.understand(
        Path("chunk-06.constraints.json"),
        '{"id": "06", "title": "A chunk", "goalType": "proof", "constraints": [{"name": "c", "expr": "x[1] >= 1"}]}',
    )
    main()
    sys.exit(DoitMain().run(sys.argv[1:]))
