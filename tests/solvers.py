"""Two solvers beside MiniZinc's own, as ./dev installs them for the tests.

SCIP is a library for MiniZinc, works with floating-point numbers, and searches as it likes. Choco is a program of
Java's that reads FlatZinc, and searches in the order that a model states.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from pathlib import Path

from tasks.check.call import Limits, Tool
from tools import runner

PACKAGES = Path(sys.prefix) / "solvers"
ARE_THERE = (platform.system(), platform.machine()) == ("Linux", "x86_64")
"""Whether ./dev installs them on this platform."""
NAMES = ("scip", "choco")


def set_up(folder: Path) -> dict[str, str]:
    """Makes in folder what MiniZinc needs to find them. Returns the variables that lead it there."""
    library, definitions = folder / "lib", folder / "solvers"
    library.mkdir(parents=True)
    for path in (PACKAGES / "pyscipopt.libs").iterdir():
        (library / path.name).symlink_to(path)
        if path.name.startswith("libscip-"):
            shutil.copy(path, library / "libscip.so")
    definitions.mkdir()
    (jar,) = (PACKAGES / "pycsp3" / "solvers" / "choco").glob("choco-parsers-*.jar")
    shutil.copy(jar, definitions / "choco.jar")
    program = definitions / "fzn-choco"
    program.write_text(
        f"#!/bin/sh\nexec {shutil.which('java')} -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "
        f'-cp {definitions / "choco.jar"} org.chocosolver.parser.flatzinc.ChocoFZN "$@"\n'
    )
    program.chmod(0o755)
    definition = {
        "id": "org.choco.choco", "name": "Choco", "version": "4.10.15", "executable": "fzn-choco", "mznlib": "",
        "stdFlags": ["-a", "-f"], "tags": ["cp", "int"], "supportsFzn": True, "supportsMzn": False,
        "needsSolns2Out": True,
    }  # fmt: skip
    (definitions / "choco.msc").write_text(json.dumps(definition))
    found = os.environ.get("LD_LIBRARY_PATH")
    return {
        "MZN_SOLVER_PATH": str(definitions),
        "LD_LIBRARY_PATH": os.pathsep.join([str(library), *filter(None, [found])]),
    }


def minizinc(solver: str, **more: str) -> Tool:
    """MiniZinc with a solver, without an identity (see tools.py)."""
    engine = {"name": "minizinc", "version": "0", "solver": f"{solver} 0", **more}
    return Tool(engine, Limits(60, 4096), runner())


OWN = {"search": "its own"}
"""What an engine has where the solver does not search in the order that a model states."""
