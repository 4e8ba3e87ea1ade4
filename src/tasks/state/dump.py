"""`doit dumpdb`, as doit's own reads no database but its own."""

from __future__ import annotations

from pprint import pformat

from doit.cmd_base import DoitCmdBase

from .output import Printing


class DumpDB(Printing, DoitCmdBase):  # type: ignore[misc]
    """Prints every record."""

    name = "dumpdb"
    doc_purpose = "dump dependency DB"
    doc_usage = ""
    doc_description = None

    def _execute(self) -> None:
        for task, record in self.dep_manager.backend.records().items():
            self.outstream.write(f"{task} -> {pformat(record, indent=4, width=100)}\n")
