"""One stage of one chunk in an interpreter of its own: what other systems run as a command.

`python -m bench.step STAGE ID` in a project's folder; `python -m bench.step engines` goes before, once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tasks.check.ask import identify
from tasks.digests import Code
from tasks.plan import make_plan
from tasks.stages import BY_NAME
from tasks.stages.perform import perform

ENGINES = Path("engines.json")


def main() -> None:
    plan = make_plan({"cache": "off"})
    if sys.argv[1:] == ["engines"]:
        engines = {engine: identify(plan, engine)["engine"] for engine in ("minizinc", "lean")}
        ENGINES.write_text(json.dumps(engines), encoding="utf-8")
        return
    stage, chunk_id = sys.argv[1:]
    engines = json.loads(ENGINES.read_text(encoding="utf-8"))
    perform(BY_NAME[stage], plan, chunk_id, engines, Code(Path("code.json")))


if __name__ == "__main__":
    main()
