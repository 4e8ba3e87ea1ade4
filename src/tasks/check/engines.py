"""The tools that judge: which are on this machine, which files each is made of, and what it is.

An engine's identity is a digest over the content of everything that its answers depend on: programs, their shared
libraries, the libraries of models and theorems that they read, and the settings that choose among them. The content is
read once a machine: whether it is still the same is seen by the files' states.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from ..errors import DualityError, ToolError
from .call import IDENTITY, Limits, Run, ToolCall, shorten
from .identity import Digests, expand, is_ours, states, write_beside
from .lean_install import INSTALL, LIBRARIES, full_lean, kernel_folder
from .lean_library import alone, library_digest, library_sources

_FORMAT = 1
_SIGNATURE = 3
"""The format of signatures: those of others are not the same as any of ours."""
_PROBE = Limits(10, 4096)
_REMEMBERED = 64
"""Records that a machine remembers; each project, mode and PATH may have its own."""
_PRELOAD = "/etc/ld.so.preload"

DEFAULT_SOLVER = "gecode"


class Machine(Protocol):
    """A runner of this machine (see check/local.py)."""

    @property
    def scratch(self) -> Path: ...

    def run(self, call: ToolCall) -> Run: ...


@dataclass(frozen=True)
class Found:
    """An engine that answered. files: the content that makes it what it is, each with what it is in that engine;
    watched: beside the files, paths whose appearance or change could matter.

    about: its name, version, and solver or form; "search" where the solver does not search in the order that a model
    states, "numbers" where it does not compute with integers, and "flattened" where the solver can be asked itself, by
    program. A path that ends with a slash is a folder, for all files in it.
    """

    about: dict[str, str]
    files: list[tuple[str, str]]
    watched: list[str]
    note: str = ""
    program: str = ""


@dataclass(frozen=True)
class Engine:
    """choose: what decides which files would be asked now, for a choice (of its forms, as on the command line) and the
    content of lean-toolchain, found without starting anything; probe: asks them.
    """

    choose: Callable[[str, str], list[str | None]]
    probe: Callable[[str, str, Machine], Found]


def signature(name: str, choice: str, toolchain: str, last: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """How the engine's files are now, as JSON data; equal to last, the "files" of what identify returned, exactly while
    the engine need not be identified again. Starts nothing, and reads nothing but the Lean library's source.
    """
    known = last.get("paths") if last else None
    paths = [str(path) for path in known] if isinstance(known, list) else []
    return {"paths": paths, "chosen": _chosen(name, choice, toolchain), "states": states(paths)}


def is_current(name: str, choice: str, toolchain: str, files: Any) -> bool:
    """Whether the engine is still the one that has these files (of identify). Reads no content."""
    return isinstance(files, dict) and signature(name, choice, toolchain, files) == files


def _chosen(name: str, choice: str, toolchain: str) -> str:
    # The loader reads the variable, so it counts; all others that could choose other files are kept from tools.
    facts = [_SIGNATURE, name, choice, *ENGINES[name].choose(choice, toolchain), os.environ.get("LD_LIBRARY_PATH")]
    return sha256(json.dumps(facts).encode()).hexdigest()


def identify(name: str, choice: str, toolchain: str, runner: Machine) -> dict[str, Any]:
    """The engine that choice asks for, as JSON data: {"engine": {name, version, solver or form, identity}, "files":
    its signature, "program": the solver's, where it can be asked itself, "note": what to tell the user, or ""}.

    What is known of the very same files is remembered in the runner's scratch folder; else the tool is asked for its
    version, and what is new is read. Raises ToolError where there is no such tool, with what to install.
    """
    memory = runner.scratch / "engines.json"
    chosen = _chosen(name, choice, toolchain)
    for record in _remembered(runner.scratch):
        files = record["files"]
        if files["chosen"] == chosen and files["states"] == states(files["paths"]):
            return record
    for _ in range(3):
        found = ENGINES[name].probe(choice, toolchain, runner)
        # Not the library's source: another project, which may be gone soon, has the same, and chosen holds its content.
        paths = sorted({path for _, path in found.files} - _sources() | {*found.watched})
        files = signature(name, choice, toolchain, {"paths": paths})
        digests = Digests(runner.scratch / "digests.json")
        total = sha256(f"{_FORMAT}\n".encode())
        for line in sorted(_contents(found.files, digests)):
            total.update(line.encode("utf-8", "surrogateescape"))
        digests.save()
        if signature(name, choice, toolchain, files) == files:
            break
    else:
        raise ToolError(f"the files of {name} keep changing; run the build again when they are settled")
    record = {
        "engine": {**found.about, IDENTITY: total.hexdigest()},
        "files": files,
        "program": found.program,
        "note": found.note,
    }
    if not found.note:  # which may be true of this moment alone
        with suppress(OSError), alone(memory.with_suffix(".lock")):  # it is found out anew then
            # Read again: another engine may have been found out meanwhile.
            write_beside(memory, json.dumps([record, *_remembered(runner.scratch)][:_REMEMBERED]))
    return record


def named_by(call: ToolCall, toolchain: str, runner: Machine) -> dict[str, Any]:
    """What identify returns for the tool here which a call names, with its files as they are now.

    Raises ToolError where there is none, or its identity is not the one that the call asks for.
    """
    for record in _remembered(runner.scratch):
        files = record["files"]
        if record["engine"][IDENTITY] == call.identity and states(files["paths"]) == files["states"]:
            return record
    name, choice = named(call.tool)
    record = identify(name, choice, toolchain, runner)
    if record["engine"][IDENTITY] != call.identity:
        raise ToolError(f"the {name} here is not the one that is asked, its files have changed; run the build again")
    return record


def named(tool: str) -> tuple[str, str]:
    """The engine and the choice that give a tool that a call names."""
    name, _, form = tool.partition(" ")
    return name, "kernel" if form == "embedded kernel" else form


def _remembered(scratch: Path) -> list[dict[str, Any]]:
    """What identify found on this machine. Raises ToolError where others can write to the folder."""
    try:
        if not is_ours(os.stat(scratch)):
            raise ToolError(f"{scratch} is another user's, or others can write to it: remove it, or chmod go-w it")
        found = json.loads((scratch / "engines.json").read_text(encoding="utf-8"))
        return [
            r
            for r in found
            if r["engine"][IDENTITY] and "program" in r and {"paths", "chosen", "states"} == r["files"].keys()
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _contents(files: Iterable[tuple[str, str]], digests: Digests) -> Iterable[str]:
    for role, path in files:
        for file in expand([path]):
            inside = os.path.relpath(file, path) if path.endswith("/") else os.path.basename(file)
            yield f"{role}\0{inside}\0{digests.digest(file)}\n"


def _program(role: str, path: str) -> tuple[list[tuple[str, str]], list[str]]:
    """A program with all that runs where it does, and what decides on that."""
    from .parts import parts_of
    from .process import clean_environment

    found, searched = parts_of(path, clean_environment())
    return [(role, file) for file in found], [*searched, "/etc/ld.so.cache", _PRELOAD]


# MiniZinc


def _ask_minizinc(choice: str, option: str, runner: Machine) -> str:
    run = runner.run(ToolCall(f"minizinc {choice}", "", (option,), "", _PROBE))
    if fault := run.fault(_PROBE.memory_mb):
        raise ToolError(f"minizinc {fault} (`minizinc {option}`)")
    if run.status is None:
        raise ToolError(
            f"`minizinc {option}` does not answer in time; is it a whole MiniZinc? "
            "`minizinc --solvers` shows Gecode in one"
        )
    return run.output


def solver_folders(solver: str) -> list[str]:
    """The folders where the user says that solvers are defined; none for the default one, which is MiniZinc's own."""
    own = solver.casefold() in ("", DEFAULT_SOLVER, f"org.{DEFAULT_SOLVER}.{DEFAULT_SOLVER}")
    found = "" if own else os.environ.get("MZN_SOLVER_PATH", "")
    return [folder for folder in found.split(os.pathsep) if folder]


def _choose_minizinc(choice: str, toolchain: str) -> list[str | None]:
    name = (choice or DEFAULT_SOLVER).casefold()
    return [*map(shutil.which, ("minizinc", f"fzn-{name.rpartition('.')[2]}")), *solver_folders(name)]


def _probe_minizinc(choice: str, toolchain: str, runner: Machine) -> Found:
    from .solvers import find_solver, own_program, try_out

    place = shutil.which("minizinc")
    if place is None:
        raise ToolError("minizinc is not installed: `apt-get install minizinc`, or see https://www.minizinc.org")
    version = re.search(r"version (\d+(?:\.\d+)+)", _ask_minizinc(choice, "--version", runner))
    if version is None:
        raise ToolError("`minizinc --version` names no version; is it MiniZinc?")
    solver = find_solver(choice or DEFAULT_SOLVER, _ask_minizinc(choice, "--solvers-json", runner))
    try:
        places = json.loads(_ask_minizinc(choice, "--config-dirs", runner))
        library, settings = os.path.normpath(places["mznStdlibDir"]), str(places["globalConfigFile"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ToolError("`minizinc --config-dirs` does not say where MiniZinc's library is") from None
    settings = os.path.normpath(settings or f"{library}/Preferences.json")
    files, watched = _program("minizinc", place)
    files += [("settings", settings), ("library", f"{library}/std/")]
    # Where MiniZinc looks for definitions of solvers, without a home.
    folders = [f"{folder}/solvers/" for folder in (library, "/usr/share/minizinc", "/usr/local/share/minizinc")]
    watched += folders + [folder.rstrip("/") for folder in solver_folders(solver.name)]
    for entry in solver.definitions:
        extra = entry.get("extraInfo")
        given = extra if isinstance(extra, dict) else {}
        definition, program, own = (
            str(given.get(key) or entry.get(key) or "") for key in ("configFile", "executable", "mznlib")
        )
        if definition:
            files.append(("solver's definition", definition))
        if program:
            more, others = _program("solver", shutil.which(program) or program)
            files, watched = files + more, watched + others
        if own:
            own = f"{library}/{own[2:]}" if own.startswith("-G") else own
            files.append(("solver's library", os.path.join(os.path.dirname(definition), own).rstrip("/") + "/"))
    keeps_order, libraries = try_out(solver)
    known = {os.path.realpath(path) for _, path in files}
    files += [("loaded", path) for path in libraries if os.path.realpath(path) not in known]
    about = {"name": "minizinc", "version": version.group(1), "solver": f"{solver.name} {solver.version}"}
    about |= {} if keeps_order else {"search": "its own"}
    about |= {} if solver.is_exact else {"numbers": "floating-point"}
    program = own_program(solver, settings)
    about |= {"flattened": "once"} if program else {}
    return Found(about, files, watched, program=program)


# Lean


_LIBRARIES = ("lean toolchain", "lean embedded kernel")


def _sources() -> set[str]:
    """The sources of our libraries for Lean."""
    return {str(source) for tool in _LIBRARIES for source in library_sources(tool)}


def _choose_lean(choice: str, toolchain: str) -> list[str | None]:
    full = full_lean(toolchain)[0] if choice in ("auto", "toolchain") else None
    folder = kernel_folder() if choice in ("auto", "kernel") else None
    libraries = map(library_digest, _LIBRARIES)
    return [str(full) if full else None, str(folder) if folder else None, *libraries]


def _probe_lean(choice: str, toolchain: str, runner: Machine) -> Found:
    reason = note = ""
    passed_over: list[str] = []
    if choice in ("auto", "toolchain"):
        place, reason = full_lean(toolchain)
        if place:
            try:
                return _full_lean(place, runner)
            except DualityError as error:
                if choice == "toolchain":
                    raise
                note = f"{error}; the embedded kernel judges instead"
                passed_over = [str(place)]
        elif choice == "toolchain":
            raise ToolError(f"no full Lean: {reason}; {INSTALL}")
    folder = kernel_folder()
    if folder is None:
        raise ToolError(f"no Lean: {note or reason or 'the embedded kernel is not installed'}; {INSTALL}")
    version = _ask_lean("lean embedded kernel", runner)
    files, watched = _program("lean", str(folder / LIBRARIES[-1]))
    files += [("lean", str(folder / name)) for name in LIBRARIES[:-1]]
    files += [("library", str(source)) for source in library_sources("lean embedded kernel")]
    about = {"name": "lean", "version": version, "form": "embedded kernel"}
    return Found(about, files, watched + passed_over, note)


def _full_lean(place: Path, runner: Machine) -> Found:
    version = _ask_lean("lean toolchain", runner)
    files, watched = _program("lean", str(place))
    # What a module of ours imports, by way of Duality.Base, is Init; Lean's own parts are in its shared libraries.
    library = Path(os.path.realpath(place)).parent.parent / "lib" / "lean"
    files += [("Init", f"{library}/Init/"), *(("Init", str(path)) for path in sorted(library.glob("Init.*")))]
    files += [("library", str(source)) for source in library_sources("lean toolchain")]
    return Found({"name": "lean", "version": version, "form": "toolchain"}, files, watched)


def _ask_lean(tool: str, runner: Machine) -> str:
    run = runner.run(ToolCall(tool, "", ("--version",), "", _PROBE))
    if fault := run.fault(_PROBE.memory_mb):
        raise ToolError(f"lean {fault}")
    found = re.search(r"version (\d+\.\d+\.\d+[\w.-]*)", run.output)
    if run.status != 0 or found is None:
        said = (run.errors.strip() or run.output.strip() or "no message").splitlines()[0]
        raise ToolError(f"`lean --version` gives no version within {_PROBE.seconds} s: {shorten(said)}")
    return found.group(1).rstrip(",")


ENGINES = {
    "minizinc": Engine(_choose_minizinc, _probe_minizinc),
    "lean": Engine(_choose_lean, _probe_lean),
}
