"""What the cross-check costs beside solving and proving. Run as ./dev python -m bench.crosscheck.

Builds the corpus into a temporary folder, one task after the other, and sums up the wall time of the tasks of each
stage. Then every certificate is judged by the embedded kernel alone and with the questions of the cross-check behind
it, so that the part of the proof's run which belongs to the cross-check is told too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tasks.check.call import Limits, Tool
from tasks.check.lean import judge, question
from tasks.check.lean_form import lean_form
from tasks.check.local import LocalRunner
from tasks.claims import from_record
from tasks.records.outcomes import Sampled
from tasks.records.stamp import read_stamp

REPOSITORY = Path(__file__).parent.parent


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rendered"
        doit = [sys.executable, "-m", "doit", "-n", "1", "lean=kernel", "cache=off", f"out={out}"]
        subprocess.run(doit, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
        took: Counter[str] = Counter()
        for line in (out / "journal.jsonl").read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            took[entry["task"].partition(":")[0]] += entry["seconds"]
        engine = {"name": "lean", "version": "4", "form": "embedded kernel"}
        lean = Tool(engine, Limits(60, 4096), LocalRunner(Path(folder) / "tools"))
        alone = asking = 0.0
        for path in sorted((out / "certificate").glob("Chunk*.lean")):
            chunk_id, text = path.stem[5:], path.read_text(encoding="utf-8")
            stamp = read_stamp(out / "stamps" / "sample" / f"{chunk_id}.json", Sampled)
            assert stamp is not None
            form = lean_form("embedded kernel", chunk_id)
            asked = question(form.form, form.assertions(from_record(stamp.outcome)))
            times = [time.perf_counter()]
            for added in ("", asked):
                assert judge(text, "witness_valid", lean, added).accepted
                times.append(time.perf_counter())
            alone += times[1] - times[0]
            asking += times[2] - times[1]
    share = took["prove"] * (1 - alone / asking)
    tasks, others = took["sample"] + took["crosscheck"], took["solve"] + took["prove"]
    print(f"solve {took['solve']:.1f} s, prove {took['prove']:.1f} s (of it {share:.1f} s for the cross-check)")
    print(f"sample {took['sample']:.1f} s, crosscheck {took['crosscheck']:.1f} s")
    print(f"the cross-check's tasks take {tasks / others:.2f} x the time of solve and prove")
    print(f"all that is done for it takes {(tasks + share) / (others - share):.2f} x the time of the rest of them")


if __name__ == "__main__":
    main()
