"""Which files run where a program does: itself, its shared libraries, and what a script starts."""

from __future__ import annotations

import os
import re
import shutil
import struct
import sys
from collections.abc import Iterator, Mapping

from ..errors import ToolError
from .process import Quota, run

# The programs that a wrapper runs, as it names them: Nix's and many by hand are shell scripts.
_NAMED = re.compile(rb"/[^\s\"'`$;|&<>(){}*?\\=:,]+")
_SECONDS, _MEMORY_MB = 20, 4096


def parts_of(program: str, environment: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """The files that run where a program does, and the folders in which other files would be found before them.

    A binary is counted with the shared libraries that the dynamic loader finds for it in that environment; a script
    with its interpreter and the programs (Java's too) that it names by an absolute path, each with what it is made of.
    Raises ToolError where the loader does not answer.
    """
    found: set[str] = set()
    searched: set[str] = set()
    waiting = [program]
    while waiting:
        path = waiting.pop()
        if path in found or len(found) > 1000:
            continue
        found.add(path)
        try:
            with open(path, "rb") as file:
                head = file.read(1 << 16)
        except OSError:
            continue
        if head.startswith(b"#!"):
            waiting += _named(head, environment)
        elif head.startswith(b"\x7fELF"):
            libraries, folders = _libraries(path, environment)
            found |= libraries
            searched |= folders
    return found, searched


def _named(script: bytes, environment: Mapping[str, str]) -> Iterator[str]:
    words = script.partition(b"\n")[0][2:].split()
    if len(words) > 1 and words[0].endswith(b"/env"):
        interpreter = next((w for w in words[1:] if not w.startswith(b"-") and b"=" not in w), b"")
        if place := shutil.which(os.fsdecode(interpreter), path=environment.get("PATH")):
            yield place
    for name in _NAMED.findall(script):
        path = os.fsdecode(name)
        if os.path.isfile(path) and (os.access(path, os.X_OK) or path.endswith(".jar")):
            yield path


def _libraries(path: str, environment: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """The shared libraries of a binary as its loader resolves them, the loader among them, and the folders where it
    looked, be they there or not.

    Nothing of the binary is run. Where there is no loader to ask (a static binary, macOS) there are none.
    """
    loader = _loader(path)
    if loader is None and ".so" in os.path.basename(path):  # a library is loaded by whoever loads it: us
        loader = _loader(sys.executable)
    if loader is None or not os.path.isfile(loader):
        return set(), set()
    asked = run([loader, "--list", path], "", Quota(_SECONDS, _MEMORY_MB), {**environment, "LD_DEBUG": "libs"})
    if asked.status is None:
        raise ToolError(f"{path}: {loader} does not list its shared libraries within {_SECONDS} s")
    found = re.findall(r"^\t(?:.* => )?(/.*) \(0x[0-9a-f]+\)$", asked.output, re.MULTILINE)
    # glibc alone says where it looked.
    searched = re.findall(r"^ *\d+:\t +search path=(/.*?)\t", asked.errors, re.MULTILINE)
    folders = [folder for line in searched for folder in line.split(":")]
    return {loader, *map(os.path.normpath, found)}, set(map(os.path.normpath, folders))


def _loader(path: str) -> str | None:
    """The dynamic loader that an ELF file names (its PT_INTERP), None where it names none."""
    try:
        with open(path, "rb") as file:
            head = file.read(64)
            order = "<" if head[5] == 1 else ">"
            word, at, sizes, start, length = ("Q", 32, 54, 8, 32) if head[4] == 2 else ("I", 28, 42, 4, 16)
            (table,) = struct.unpack_from(order + word, head, at)
            size, count = struct.unpack_from(order + "HH", head, sizes)
            file.seek(table)
            entries = file.read(size * count)
            for entry in (entries[k * size : (k + 1) * size] for k in range(count)):
                if struct.unpack_from(order + "I", entry)[0] == 3:
                    file.seek(struct.unpack_from(order + word, entry, start)[0])
                    name = file.read(min(4096, struct.unpack_from(order + word, entry, length)[0]))
                    return os.fsdecode(name.rstrip(b"\0"))
    except (OSError, struct.error, IndexError, ValueError):
        pass
    return None
