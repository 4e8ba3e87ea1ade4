"""What a build without its database costs, with and without kept verdicts. Run as ./dev python -m bench.cache.

Builds the corpus with -n 2 three times: with an empty cache, without its out folder but with what the cache holds
then, and with nothing left to do.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out, cache = Path(folder) / "rendered", Path(folder) / "verdicts"

        def build() -> float:
            command = [sys.executable, "-m", "doit", "-n", "2", f"out={out}", f"cache={cache}"]
            started = time.perf_counter()
            subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
            return time.perf_counter() - started

        cold = build()
        shutil.rmtree(out)
        kept = build()
        nothing = build()
        size = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
        print(f"every tool asked: {cold:.1f} s")
        print(f"every verdict from the cache ({size / 1e6:.1f} MB): {kept:.1f} s, {cold / kept:.1f} x as fast")
        print(f"nothing to do: {nothing:.2f} s")


if __name__ == "__main__":
    main()
