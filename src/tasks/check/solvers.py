"""The solvers that MiniZinc can ask: which one a name means, whether it works, and how it searches."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from ..errors import DualityError, ToolError
from .call import Limits, Run, Tool, ToolCall, shorten
from .engines import solver_folders
from .flatzinc import ask
from .minizinc import OPTIONS, read_answer
from .process import Quota, clean_environment, run

UNKNOWN = "<unknown version>"
"""What MiniZinc says of a solver whose library it does not find."""

_ORDERED = frozenset({"org.gecode.gecode", "org.chuffed.chuffed", "org.minizinc.chuffed", "org.choco.choco"})
"""Solvers known to search in the order that a model states, and to stop at the first solution."""
_READ = frozenset({"org.gecode.gecode"})
"""Solvers of which check/flatzinc.py reads what they print."""
_NEEDS = ("needsMznExecutable", "needsStdlibDir", "needsPathsFile", "requiredFlags")
"""What a solver's definition says where its program needs more than FlatZinc."""
_LIMITS = Limits(60, 4096)
# Of the points of least cost the search that the model states finds one first: neither the smallest nor the largest,
# and none that a solver with a mind of its own would come upon.
_TRIAL = """\
array[1..6] of var 0..7: y;
var 0..3: cost;
constraint y[1] + y[2] + y[3] = 10 + cost;
constraint abs(y[4] - y[5]) >= 3 \\/ y[6] mod 4 = 3;
constraint y[4] + y[5] + y[6] = 11;
constraint cost >= 1 \\/ y[1] = 9;
solve :: seq_search([
  int_search([cost], input_order, indomain_split),
  int_search([y[3], y[1], y[2]], input_order, indomain_min),
  int_search([y[5], y[6], y[4]], input_order, indomain_max)
]) minimize cost;
"""
_LEAST = 1
_FIRST = [4, 7, 0, 0, 7, 4]
_LOADED = re.compile(r"^ *\d+:\tcalling init: (/.*)$", re.MULTILINE)
_TRACE = re.compile(r"^ *\d+:\t.*\n?", re.MULTILINE)


@dataclass(frozen=True)
class Solver:
    """name: as MiniZinc is told it, and as stamps name it; definitions: all that MiniZinc finds under its id."""

    name: str
    id: str
    definitions: tuple[Mapping[str, Any], ...]

    @property
    def version(self) -> str:
        return shorten(str(self.definitions[0]["version"]))

    @property
    def is_exact(self) -> bool:
        """Whether it computes with integers: solvers of mixed-integer programs do so with floating-point numbers."""
        return not any("mip" in (entry.get("tags") or ()) for entry in self.definitions)


def environment(solver: str) -> dict[str, str]:
    """What MiniZinc is started with to ask that solver."""
    folders = os.pathsep.join(solver_folders(solver))
    return clean_environment() | ({"MZN_SOLVER_PATH": folders} if folders else {})


def find_solver(wanted: str, listing: str) -> Solver:
    """The solver of that id, of that name, or with that word at the end of its id.

    listing: what `minizinc --solvers-json` prints. Raises ToolError where there is none, or more than one.
    """
    known: dict[str, list[Mapping[str, Any]]] = {}
    for entry in _entries(listing):
        known.setdefault(entry["id"], []).append(entry)
    ends = [_end(identifier) for identifier in known]
    names = {i: _end(i) if ends.count(_end(i)) == 1 else i for i in known}
    word = wanted.casefold()
    fitting = {i for i, entries in known.items() if word == i.casefold()} or {
        i for i, entries in known.items()
        if word in {_end(i).casefold(), *(str(entry.get("name", "")).casefold() for entry in entries)}
    }  # fmt: skip
    if len(fitting) == 1:
        (found,) = fitting
        return Solver(names[found], found, tuple(known[found]))
    if fitting:
        raise ToolError(f"solver={wanted} can be {' or '.join(sorted(fitting))}; say which by its whole id")
    near = get_close_matches(wanted.casefold(), names.values(), n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    there = [f"{names[i]} ({e[0].get('name', i)} {e[0]['version']})" for i, e in known.items()
             if e[0]["version"] != UNKNOWN]  # fmt: skip
    if not there:
        raise ToolError(f"minizinc has no solver {wanted}, nor any other; install MiniZinc with Gecode")
    raise ToolError(f"minizinc has no solver {wanted!r}; {hint}it has {', '.join(sorted(there))} (docs/build.md)")


def _entries(listing: str) -> Iterator[Mapping[str, Any]]:
    try:
        for entry in json.loads(listing):
            identifier, version = entry["id"], entry["version"]
            fits = isinstance(identifier, str) and isinstance(version, str) and not re.search(r"\s", identifier)
            if fits and identifier and not entry.get("isGUIApplication"):
                yield entry
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return


def _end(identifier: str) -> str:
    return identifier.rpartition(".")[2]


def try_out(solver: Solver) -> tuple[bool, set[str]]:
    """Whether a solver searches in the order that a model states, and the shared libraries that are loaded where it
    runs, be it by itself (glibc alone says which).

    Raises ToolError where the solver does not work.
    """
    command = ["minizinc", "--solver", solver.name, *OPTIONS, "--time-limit", str(1000 * _LIMITS.seconds), "-"]
    traced = {**environment(solver.name), "LD_DEBUG": "files"}
    found = run(command, _TRIAL, Quota(_LIMITS.seconds, _LIMITS.memory_mb), traced)
    libraries = set(map(os.path.normpath, _LOADED.findall(found.errors)))
    found = replace(found, errors=_TRACE.sub("", found.errors))
    try:
        answer = read_answer(found, _LIMITS, optimise=True)
    except DualityError as error:
        raise ToolError(f"the solver {solver.name} does not work: {error}") from None
    if answer.status == "no answer":
        raise ToolError(f"the solver {solver.name} does not answer within {_LIMITS.seconds} s")
    if answer.values.get("cost") != _LEAST:
        raise ToolError(
            f"the solver {solver.name} gives a wrong answer: {shorten(str(answer.values or answer.status))}"
        )
    return solver.id in _ORDERED and answer.values.get("y") == _FIRST, libraries


def run_call(call: ToolCall, solver: str, program: str) -> Run:
    """Runs MiniZinc with that solver, or for a call to the solver its program. Raises ToolError where it cannot be
    started, or there is no program.
    """
    seconds, arguments = call.limits.seconds, list(call.arguments)
    if call.step == "search":
        if not program:
            raise ToolError(f"the solver {solver} here cannot be asked without minizinc; run the build again")
        command = [program, *arguments, "-"]
    else:
        if call.text:
            # MiniZinc keeps the limit itself; ours comes two seconds later, for the case that it does not.
            arguments = ["--solver", solver, *arguments, "--time-limit", str(math.ceil(seconds * 1000)), "-"]
            seconds += 2
        command = ["minizinc", *arguments]
    return run(command, call.text, Quota(seconds, call.limits.memory_mb), environment(solver))


@dataclass(frozen=True)
class _Untried:
    """A runner of a solver whose program has not been tried yet."""

    solver: str
    program: str

    def run(self, call: ToolCall) -> Run:
        return run_call(call, self.solver, self.program)

    def keep(self, call: ToolCall, run: Run) -> None:
        """Nothing is kept here."""


def own_program(solver: Solver, settings: str) -> str:
    """The program that can be asked in the solver's name, as a trial shows; "" where there is none, or where MiniZinc
    would tell it more: by its definition, or by options in the file settings.
    """
    entry = solver.definitions[0]
    plain = entry.get("supportsFzn") is True and entry.get("inputType", "FZN") == "FZN"
    if solver.id not in _READ or len(solver.definitions) > 1 or not plain or any(map(entry.get, _NEEDS)):
        return ""
    program = shutil.which(str(entry.get("executable") or ""))
    if program is None or not os.path.isabs(program) or _has_options(solver, settings):
        return ""
    engine = {"name": "minizinc", "solver": solver.name}
    try:
        answer = ask(_TRIAL, Tool(engine, _LIMITS, _Untried(solver.name, program)))
    except DualityError:
        return ""
    return program if (answer.values.get("cost"), answer.values.get("y")) == (_LEAST, _FIRST) else ""


def _has_options(solver: Solver, settings: str) -> bool:
    """Whether the settings hold options for the solver, or something unknown."""
    try:
        with open(settings, encoding="utf-8") as file:
            defaults = json.load(file).get("solverDefaults") or []
        return any(default[0] in ("", solver.id) for default in defaults)
    except FileNotFoundError:
        return False
    except (OSError, ValueError, AttributeError, LookupError, TypeError, RecursionError):
        return True
