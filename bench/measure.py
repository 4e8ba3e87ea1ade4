"""Runs a command and writes down what it took, its descendants included. Imports nothing of ours.

`python -I -S measure.py RESULT COMMAND ...` writes [exit code, wall s, CPU s, peak bytes of the largest process] as
JSON. It is a small process of its own, as a child's peak is never told to be below that of the process that starts it.
"""

import json
import os
import sys
import time


def main() -> None:
    result, *command = sys.argv[1:]
    started = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - started
    taken = [os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024]
    with open(result, "w", encoding="utf-8") as file:
        json.dump(taken, file)


if __name__ == "__main__":
    main()
