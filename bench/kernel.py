"""What proving costs with the embedded kernel. Run as ./dev python -m bench.kernel.

Builds the corpus into a temporary folder, has the kernel judge every certificate one after the other, and then
lets doit prove them all again in two processes. Prints the wall time of that against the kernel's processor time
over the cores, and the part that its start takes.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tasks.check.call import Limits, Tool
from tasks.check.lean import judge as ask
from tasks.check.local import LocalRunner
from tasks.check.process import dismiss_supervisors

REPOSITORY = Path(__file__).parent.parent
PROCESSES = 2
ROUNDS = 3


def processor_seconds(action: Callable[[], object]) -> float:
    """Processor time of the children that action waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    action()
    dismiss_supervisors()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rendered"
        doit = [sys.executable, "-m", "doit"]
        quiet = {"cwd": REPOSITORY, "check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([*doit, "-n", str(PROCESSES), "lean=kernel", "cache=off", f"out={out}"], **quiet)  # type: ignore[call-overload]
        engine = {"name": "lean", "version": "4", "form": "embedded kernel"}
        lean = Tool(engine, Limits(60, 4096), LocalRunner(Path(folder) / "tools"))
        certificates = [path.read_text(encoding="utf-8") for path in sorted((out / "certificate").glob("Chunk*.lean"))]

        def judge(text: str, theorem: str | None) -> None:
            assert ask(text, theorem, lean).accepted

        rows = []
        for _ in range(ROUNDS):
            whole = sum(processor_seconds(lambda text=text: judge(text, "witness_valid")) for text in certificates)  # type: ignore[misc]
            start = sum(processor_seconds(lambda: judge("prelude\nimport Support\n", None)) for _ in certificates)
            subprocess.run([*doit, "forget", "prove", "cache=off", f"out={out}"], **quiet)  # type: ignore[call-overload]
            started = time.perf_counter()
            subprocess.run([*doit, "-n", str(PROCESSES), "lean=kernel", "cache=off", f"out={out}", "prove"], **quiet)  # type: ignore[call-overload]
            rows.append((whole, start, time.perf_counter() - started))
        whole, start, wall = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"{len(certificates)} certificates: {whole:.2f} s of the kernel's processor time")
        print(f"of it its start: {start:.2f} s, {start / whole:.0%}")
        ratio = wall / (whole / PROCESSES)
        print(f"doit -n {PROCESSES} prove: {wall:.2f} s wall, {ratio:.2f} x that time over {PROCESSES} cores")


if __name__ == "__main__":
    main()
