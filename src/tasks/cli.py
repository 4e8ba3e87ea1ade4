"""The command `duality`: doit with the build of the installed package, for a corpus in any folder."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import digests  # noqa: F401 # first: what the package's files are, before more of them are loaded
from .commands import COMMANDS
from .corpus.names import FILE_NAME
from .idle import answer
from .project import Build

PLUGINS: dict[str, dict[str, Any]] = {
    "BACKEND": {"duality": "tasks.state.plugin:Database"},
    "COMMAND": {
        "clean": "tasks.naming:Clean", "dumpdb": "tasks.state.dump:DumpDB", "forget": "tasks.naming:Forget",
        "help": "tasks.naming:Help", "ignore": "tasks.naming:Ignore", "info": "tasks.naming:Info",
        "list": "tasks.naming:List", "reset-dep": "tasks.naming:ResetDep", "run": "tasks.run:Run",
        "tabcompletion": "tasks.naming:TabCompletion", **COMMANDS,
    },
    "REPORTER": {"duality": "tasks.reporter:Reporter"},
    "list": {"sort": "definition"},
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Runs doit on this package's build, in the nearest folder upwards that holds a corpus. Returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    words = [argument for argument in given if "=" not in argument]
    if words[:1] != ["init"] and not any(argument.startswith("chunks=") for argument in given):
        _enter_corpus()
    found = answer(given)
    return found if isinstance(found, int) else _run_doit(given, found)


def _run_doit(given: list[str], begun: Build | None) -> int:
    """begun: the build of the command, where somebody has looked what still holds."""
    from doit.cmd_base import NamespaceTaskLoader
    from doit.doit_cmd import DoitMain

    class Loader(NamespaceTaskLoader):  # type: ignore[misc]
        """Makes the tasks when doit asks for them: by then it has read the command line."""

        def setup(self, opt_values: Any) -> None:
            from . import build

            build.begun = begun
            self.namespace = {"DOIT_CONFIG": build.configuration(), "task_build": build.tasks}

    DoitMain.BIN_NAME = "duality"
    return int(DoitMain(Loader(), config_filenames=(), extra_config=PLUGINS).run(given) or 0)


def _enter_corpus() -> None:
    """Changes to the nearest folder upwards that contains a folder of chunks; stays if there is none."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        with suppress(OSError), os.scandir(folder / "chunks") as entries:
            if any(FILE_NAME.fullmatch(entry.name) for entry in entries):
                os.chdir(folder)
                return


if __name__ == "__main__":
    sys.exit(main())
