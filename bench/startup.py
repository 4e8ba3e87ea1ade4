"""What a build costs beside the checks: nothing to do, and one chunk edited. Run as ./dev python -m bench.startup.

Prints medians and ratios of whole processes, measured in turns; builds the corpus into a temporary folder first.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
ROUNDS = 9


def seconds(*command: str) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        chunks = Path(folder) / "chunks"
        shutil.copytree(REPOSITORY / "chunks", chunks)
        doit = [sys.executable, "-m", "doit", f"chunks={chunks}", f"out={folder}/rendered"]
        first = seconds(*doit, "-n", "2")
        chunk = chunks / "chunk-06.constraints.json"
        text = chunk.read_text(encoding="utf-8")
        measured: dict[str, list[float]] = {"floor": [], "no-op": [], "one chunk edited": []}
        for number in range(ROUNDS):
            measured["floor"].append(seconds(sys.executable, "-c", "import doit.doit_cmd"))
            measured["no-op"].append(seconds(*doit))
            chunk.write_text(text.replace("<= 5", f"<= {4 + number % 2}"), encoding="utf-8")
            measured["one chunk edited"].append(seconds(*doit))
        floor = statistics.median(measured["floor"])
        print(f"{'first build, -n 2':<20}{first * 1000:8.0f} ms")
        for name, times in measured.items():
            middle = statistics.median(times)
            print(f"{name:<20}{middle * 1000:8.0f} ms   {middle / floor:5.1f} x the import of doit")


if __name__ == "__main__":
    main()
