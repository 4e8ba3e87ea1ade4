"""completion: scripts by which bash, zsh and fish complete command lines, and the words that they ask for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from doit.cmd_base import Command as DoitCommand
from doit.doit_cmd import DoitMain

from ..errors import DualityError, UsageError, visible
from ..project import Build
from ..variables import VARIABLES
from . import COMMANDS
from .command import Command

LINE = "DUALITY_COMPLETE"
"""The environment variable by which a shell hands over the line as far as the cursor: of arguments doit takes those
with a `=` away.
"""
SCRIPTS = {"bash": "completion.bash", "zsh": "completion.zsh", "fish": "completion.fish"}
"""By shell; PROGRAM stands for the program's name."""
_TITLES = 100
"""Chunks whose titles are read; more take too long for one who waits."""

Word = tuple[str, str]
"""A word, and what it is."""


class Completion(Command):
    name = "completion"
    doc_purpose = "print a script that completes command lines: doit completion bash"
    doc_usage = "bash|zsh|fish"
    doc_description = (
        "Commands, tasks, chunks, and variables with their values are completed. For bash and zsh: "
        'eval "$(doit completion bash)". For fish: doit completion fish | source'
    )

    def run(self, build: Build, params: Any, args: Sequence[str]) -> None:
        if list(args) == ["words"]:
            for word, what in words(os.environ.get(LINE, "")):
                print(f"{word}\t{visible(what)}")
            return
        if len(args) != 1 or args[0] not in SCRIPTS:
            raise UsageError(f"for which shell? `{self.program} completion bash`, zsh or fish")
        from ..files import data_text

        print(data_text(__package__, SCRIPTS[args[0]]).replace("PROGRAM", self.program), end="")


def words(line: str) -> list[Word]:
    """What may stand at the end of a line, which begins with the program; none where a file may."""
    before, typed = line.split()[1:], ""
    if before and not line[-1].isspace():
        typed = before.pop()
    found = {word: what for word, what in _candidates(before, typed) if word.startswith(typed)}
    return list(found.items())


def _candidates(before: list[str], typed: str) -> Iterator[Word]:
    name, equals, _ = typed.partition("=")
    if equals:
        yield from ((f"{name}={value}", "") for v in VARIABLES if v.name == name for value in v.values)
        return
    if "/" in typed or typed.startswith("-"):
        return
    given = dict(word.split("=", 1) for word in before if "=" in word)
    named = [word for word in before if "=" not in word and not word.startswith("-")]
    classes = {command.get_name(): command for command in DoitMain.DOIT_CMDS}
    build = None
    with suppress(DualityError):
        build = Build({"chunks": given["chunks"]} if "chunks" in given else {})
    usage = _command(named[0], classes).doc_usage if named and named[0] in classes.keys() | COMMANDS else "TASK"
    if not named or "COMMAND" in usage:
        yield from ((command, _command(command, classes).doc_purpose) for command in sorted(classes.keys() | COMMANDS))
    with suppress(DualityError):
        if build and "TASK" in usage:
            yield from _tasks(build, typed)
        if build and ("TASK" in usage or "CHUNK" in usage.upper()):
            yield from _chunks(build, [i for i in build.names.ids if i.startswith(typed)])
    if "|" in usage and "=" not in usage:
        yield from ((word, "") for word in usage.split("|"))
    for variable in VARIABLES:
        if variable.name not in given:
            yield f"{variable.name}=", variable.help


def _command(name: str, classes: dict[str, type[DoitCommand]]) -> Any:
    if name not in COMMANDS:
        return classes[name]
    module, _, attribute = COMMANDS[name].partition(":")
    return getattr(import_module(module), attribute)


def _tasks(build: Build, typed: str) -> Iterator[Word]:
    """The tasks: groups by their names; those in a group once its colon is there."""
    from ..graph import GROUPS, SUMMARY
    from ..jobs import JOBS
    from ..stages import STAGES

    group, colon, _ = typed.partition(":")
    if not colon:
        yield "summary", SUMMARY
        yield from GROUPS.items()
        yield from ((stage.name, stage.doc) for stage in STAGES)
        yield from ((job.name, job.doc) for job in JOBS if not job.beside)
        return
    plan = build.plan
    yield from ((job.task, job.doc) for job in JOBS if job.beside == group)
    if group == "pilots":
        yield from ((f"pilots:{stage.name}", stage.doc) for stage in STAGES if not stage.advisory)
    fitting = [
        chunk_id
        for chunk_id in plan.corpus.ids
        if f"{group}:{chunk_id}".startswith(typed)
        and (group == "chunk" or any(stage.name == group for stage in _all_stages(build, chunk_id)))
    ]
    yield from ((f"{group}:{chunk_id}", what) for chunk_id, what in _chunks(build, fitting))


def _all_stages(build: Build, chunk_id: str) -> Iterable[Any]:
    from ..stages import STAGES, stages_of

    advisory = [s for s in STAGES if s.advisory and build.plan.corpus.roles[chunk_id]]
    return [*stages_of(chunk_id, build.plan), *advisory]


def _chunks(build: Build, ids: Sequence[str]) -> Iterator[Word]:
    from ..corpus.chunk import read_chunk

    for chunk_id in ids:
        title = ""
        if len(ids) <= _TITLES:
            with suppress(DualityError):
                title = read_chunk(build.layout.source(chunk_id))[0].title
        yield chunk_id, title
