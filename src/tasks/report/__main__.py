"""`python -m tasks.report REPORT [BASE]` prints a report that was kept as JSON as Markdown."""

from __future__ import annotations

import sys
from pathlib import Path

from ..errors import ReportError
from ..records.report import read_report
from .markdown import markdown


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print("usage: python -m tasks.report REPORT [BASE], each a report.json or an out folder", file=sys.stderr)
        return 2
    try:
        print(markdown(*(read_report(Path(argument)) for argument in arguments)), end="")
    except ReportError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
