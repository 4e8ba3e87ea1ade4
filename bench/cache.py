"""What a build without its database costs, with and without what is kept. Run as ./dev python -m bench.cache [CHUNKS].

Builds a corpus with -n 1 and -n 2 three times each: with an empty cache, without its out folder but with what the cache
holds then, and with nothing left to do. The corpus is the project's own, or one that is generated, of so many chunks.
Each build has an out folder of its own: ext4 takes its time to make files where many were deleted a moment ago.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .corpus import chunk_ids, write_corpus
from .systems import make_project

REPOSITORY = Path(__file__).parent.parent


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, count = REPOSITORY, len(list((REPOSITORY / "chunks").glob("chunk-*.json")))
        environment = dict(os.environ)
        if sys.argv[1:]:
            home, count = Path(folder) / "project", int(sys.argv[1])
            make_project(home)
            write_corpus(home, chunk_ids(count))
            environment["PYTHONPATH"] = "src"
        for jobs in (1, 2):
            cache = Path(folder) / f"verdicts-{jobs}"

            def build(out: str, jobs: int = jobs, cache: Path = cache) -> tuple[float, float]:
                """Seconds of wall time, and of CPU."""
                place = Path(folder) / f"{out}-{jobs}"
                command = [sys.executable, "-m", "doit", "-n", str(jobs), f"out={place}", f"cache={cache}"]
                started, before = time.perf_counter(), _cpu()
                subprocess.run(command, cwd=home, env=environment, check=True, stdout=subprocess.DEVNULL)
                return time.perf_counter() - started, _cpu() - before

            cold, kept, nothing = build("first"), build("second"), build("second")
            size = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
            print(f"-n {jobs}, {count} chunks, wall and CPU:")
            print(f"  nothing kept: {cold[0]:.1f} s, {cold[1]:.1f} s")
            print(
                f"  everything from the cache ({size / 1e6:.1f} MB): {kept[0]:.1f} s, {kept[1]:.1f} s; more than with "
                f"nothing to do, a chunk: {(kept[1] - nothing[1]) / count * 1000:.1f} ms of CPU"
            )
            print(f"  nothing to do: {nothing[0]:.2f} s, {nothing[1]:.2f} s")


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
