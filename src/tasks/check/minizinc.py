"""Verdicts of the real MiniZinc, with the solver that it is told to ask, about the text of a rendered model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, TypeVar

from ..errors import NumberTooLarge, ToolError
from ..render.model_reader import ModelText, question, read_model
from .call import Limits, Run, Tool, shorten

_BY_HAND = "try a model of rendered/mzn by hand: minizinc --solver SOLVER MODEL"

# MiniZinc 2.6 to 2.8 half-reify some conditions under bool2int that they must reify whole, and then call points
# solutions that are none (libminizinc issues 719 and 810): sum(..)(bool2int(..)) >= 2 -> x[1] in {2, 7} is enough.
FULL = "--no-half-reifications"
OPTIONS = (FULL, "--json-stream", "--output-mode", "json")
FLATTENING = (FULL, "--json-stream", "-c", "--output-fzn-to-stdout", "--no-output-ozn")
"""For the FlatZinc of a model, which no solver is asked about."""

_NOTHING_LEFT = re.compile(r"solve +satisfy;")
"""FlatZinc without variables and constraints."""

T = TypeVar("T")
Status: TypeAlias = Literal["satisfied", "unsatisfiable", "no answer"]

# Debian's MiniZinc says the first of its own library, for every model; the second only says "unsatisfiable" again.
_HARMLESS = re.compile(r'included file "count\.mzn" overrides a global constraint file|^model inconsistency detected')

_TOO_LARGE = re.compile(r"invalid integer literal|integer overflow|out of limits|NumberFormatException", re.IGNORECASE)
"""What MiniZinc and its solvers say of numbers that do not fit: in a model that we render, nothing else is one."""


@dataclass(frozen=True)
class Answer:
    """values: the solution's variables by name, {} without one; warnings: what else the tool had to say.

    note: what a message adds to "no answer within .. s", where no tool was run for it.
    """

    status: Status
    values: dict[str, Any]
    warnings: tuple[str, ...] = ()
    note: str = ""

    def read(self, name: str, kind: type[T], count: int) -> list[T]:
        """The array of that name. Raises ToolError unless it has exactly count values of that kind."""
        found = self.values.get(name)
        if not isinstance(found, list) or any(type(value) is not kind for value in found):
            what = "nothing" if found is None else shorten(str(found))
            raise ToolError(f"minizinc gave an invalid list of verdicts ({name}): {what}; {_BY_HAND}")
        if len(found) != count:
            raise ToolError(f"minizinc gave {len(found)} answers to {count} questions ({name}); {_BY_HAND}")
        return found


def solve(model: str, tool: Tool) -> Answer:
    """What the model's own solve item asks for.

    An optimum counts only with the solver's word that it is one. Raises ToolError where the tool crashes,
    rejects the model, or answers something that is none of satisfied, unsatisfiable and no answer.
    """
    model = without_comments(model)
    return tool.ask(
        OPTIONS,
        model,
        read=lambda run: read_answer(run, tool.limits, optimise=optimises(model)),
        definite=lambda answer: answer.status != "no answer",
    )


def optimises(text: str) -> bool:
    """Whether a model or FlatZinc asks for an optimum."""
    return bool(re.search(r"^solve .*(min|max)imize \w+(\[\d+\])?;$", text, re.MULTILINE))


def without_comments(model: str) -> str:
    """The model with its lines of comment empty, so that a chunk's name and notes are no part of what is asked.

    Lines keep their numbers. A text with block comments, which the renderer does not write, is left as it is.
    """
    return model if "/*" in model else re.sub(r"^%.*$", "%", model, flags=re.MULTILINE)


def verdicts(model: ModelText, points: Sequence[Sequence[int]], tool: Tool) -> tuple[list[list[bool]], list[int]]:
    """For each constraint of the model its truth at each point (8 integers), and the objective's value at each, [] for
    a model without one.

    Raises ToolError where the tool crashes, rejects the text, has no answer in time, or does not answer exactly what
    it was asked.
    """
    answer = tool.ask(
        FLATTENING,
        question(model, [list(point) for point in points]),
        read=lambda run: read_answer(run, tool.limits, optimise=False, messages=_told),
        definite=lambda answer: answer.status != "no answer",
    )
    if answer.status != "satisfied":
        raise ToolError(
            f"minizinc has no verdicts within {tool.limits.seconds} s; "
            f"see limits.solve_seconds in corpus.yaml{answer.note}"
        )
    count, width, has_objective = len(points), len(model.constraints), model.objective is not None
    asked = ["truths"] * bool(width) + ["objectives"] * has_objective
    if unasked := sorted(answer.values.keys() - asked):
        raise ToolError(f"minizinc answers what it was not asked: {shorten(', '.join(unasked))}; {_BY_HAND}")
    truths = answer.read("truths", bool, count * width) if width else []
    values = answer.read("objectives", int, count) if has_objective else []
    return [truths[position::width] for position in range(width)], values


def messages_and_items(output: str) -> tuple[list[str], list[str]]:
    """The lines of messages and those of FlatZinc in what MiniZinc prints that flattens a model."""
    lines = [line for line in output.split("\n") if line.strip()]
    return [line for line in lines if line.startswith("{")], [line for line in lines if not line.startswith("{")]


def _told(output: str) -> Iterator[tuple[str, Any]]:
    """The messages of MiniZinc about a question (see model_reader.question), and all that it tells as a solution.

    Whatever else it says is invalid: a solution of a solver, or FlatZinc that leaves something to find.
    """
    messages, items = messages_and_items(output)
    told: dict[str, Any] = {}
    for line, message in json_stream("\n".join(messages)):
        match message:
            case {"type": "trace", "message": str(said)}:
                name, _, text = said.partition(" ")
                found = _json(text)
                # With more than one pass MiniZinc tells it again.
                yield line, message if found is not None and told.setdefault(name, found) == found else None
            case {"type": "solution" | "status"}:
                yield line, None
            case _:
                yield line, message
    for item in items:
        yield item, _NOTHING_LEFT.fullmatch(item) and {"type": "solution", "output": {"json": told}}


def conflict(model: str, tool: Tool) -> tuple[list[str], bool]:
    """A minimal set of the model's named constraints that have no common solution, and whether it is proven minimal.

    QuickXplain (Junker 2004): with c of n constraints in conflict, about c * log2(n / c) runs. A run without an
    answer counts as "no conflict", so the set is a conflict in any case, but perhaps not a minimal one.
    """
    surface = read_model(model)
    goal = re.sub(r"(min|max)imize \w+", "satisfy", surface.goal)
    proven = True

    def consistent(kept: Iterable[str]) -> bool:
        nonlocal proven
        keep = set(kept)
        status = solve(f"{surface.body(lambda label, _: label in keep)}{goal};\n", tool).status
        proven = proven and status != "no answer"
        return status != "unsatisfiable"

    def explain(background: list[str], added: bool, candidates: list[str]) -> list[str]:
        if added and not consistent(background):
            return []
        if len(candidates) == 1:
            return candidates
        left, right = candidates[: len(candidates) // 2], candidates[len(candidates) // 2 :]
        from_right = explain([*background, *left], bool(left), right)
        from_left = explain([*background, *from_right], bool(from_right), left)
        return from_left + from_right

    every = [label for label, _ in surface.constraints]
    core = explain([], False, every) if every else []
    return [label for label in every if label in core], proven


def json_stream(output: str) -> Iterator[tuple[str, Any]]:
    """The messages of MiniZinc, each with its line; None for a line that is none."""
    for line in output.split("\n"):
        if line.strip():
            yield line, _json(line)


def _json(text: str) -> Any:
    """What a text of JSON stands for; None for another text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def read_answer(
    run: Run, limits: Limits, *, optimise: bool,
    messages: Callable[[str], Iterator[tuple[str, Any]]] = json_stream, speaker: str = "minizinc",
) -> Answer:  # fmt: skip
    """What a run within limits says, which was asked for an optimum or for any solution. Raises as solve.

    messages: reads the output, of what is called speaker, as json_stream does.
    """
    if run.status is not None and run.status < 0 and _TOO_LARGE.search(run.errors):  # Gecode goes on, and crashes
        raise NumberTooLarge(f"{speaker} found a number that does not fit the solver: {shorten(run.errors)}")
    if fault := run.fault(limits.memory_mb):
        raise ToolError(f"{speaker} {fault}; {_BY_HAND}")
    if run.status is None or run.ended == "time":  # killed in the middle of whatever it was saying
        return Answer("no answer", {}, note=run.note)
    values: dict[str, Any] | None = None
    status = ""
    warnings: list[str] = []
    for line, message in messages(run.output):
        try:
            kind = message["type"]
            if kind == "solution":
                values = dict(message["output"]["json"])
            elif kind == "status":
                status = str(message["status"])
        except (ValueError, TypeError, KeyError):
            ended = f" (its exit code is {run.status})" if run.status else ""
            raise ToolError(f"{speaker} gave an invalid answer: {shorten(line)!r}{ended}; {_BY_HAND}") from None
        if kind == "error":
            if message.get("message") == "out of memory":
                raise ToolError(f"{speaker} {replace(run, ended='memory').fault(limits.memory_mb)}")
            if message.get("what") == "time out":
                return Answer("no answer", {}, tuple(warnings))
            rejection = _rejection(message)
            raise NumberTooLarge(rejection) if _TOO_LARGE.search(rejection) else ToolError(rejection)
        if kind == "warning" and not _HARMLESS.search(said := str(message.get("message", ""))):
            warnings.append(shorten(said))
    if status == "UNKNOWN" and not _TOO_LARGE.search(run.errors):
        if run.seconds < limits.seconds / 2:
            raise ToolError(
                f"the solver gave up after {run.seconds:.1f} s: {shorten(run.errors) or 'no message'}; {_BY_HAND}"
            )
        return Answer("no answer", {}, tuple(warnings))
    if _TOO_LARGE.search(run.errors):
        raise NumberTooLarge(f"{speaker} found a number that does not fit the solver: {shorten(run.errors)}")
    if run.status != 0:
        raise ToolError(
            f"{speaker} failed with exit code {run.status}: {shorten(run.errors) or 'no message'}; {_BY_HAND}"
        )
    if status == "UNSATISFIABLE":
        return Answer("unsatisfiable", {}, tuple(warnings))
    if values is not None and (not optimise or status == "OPTIMAL_SOLUTION"):
        return Answer("satisfied", values, tuple(warnings))
    if run.seconds >= limits.seconds:
        return Answer("no answer", {}, tuple(warnings))
    raise ToolError(
        f"{speaker} ended without an answer (status {shorten(status) or 'none'!r}): "
        f"{shorten(run.errors) or 'no message'}; {_BY_HAND}"
    )


def _rejection(message: dict[str, Any]) -> str:
    place = message.get("location")
    first = place.get("firstLine") if isinstance(place, dict) else None
    line = f" (line {first} of the model)" if isinstance(first, int) else ""
    what = f"{message.get('what', 'error')}: {message.get('message') or 'no message'}"
    return f"minizinc rejects the model{line}: {shorten(what, 2000)}"
