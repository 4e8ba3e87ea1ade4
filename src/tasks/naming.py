"""doit's commands that run no task. List, info, help, clean, forget, ignore and reset-dep take names of tasks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from doit.cmd_clean import Clean as DoitClean
from doit.cmd_completion import TabCompletion as DoitTabCompletion
from doit.cmd_forget import Forget as DoitForget
from doit.cmd_help import Help as DoitHelp
from doit.cmd_ignore import Ignore as DoitIgnore
from doit.cmd_info import Info as DoitInfo
from doit.cmd_list import List as DoitList
from doit.cmd_resetdep import ResetDep as DoitResetDep
from doit.doit_cmd import DoitMain
from doit.exceptions import InvalidCommand

from . import build
from .commands import COMMANDS
from .errors import DualityError
from .project import Build
from .selection import task_named, unknown
from .state.database import Database
from .state.output import Printing
from .variables import VARIABLES, variables_table


def commands() -> set[str]:
    """The names of all commands."""
    return {command.get_name() for command in DoitMain.DOIT_CMDS} | set(COMMANDS)


class Naming:
    """The first base of a command of doit's that takes names of tasks: chunks may stand for theirs, and a word that
    names nothing is told with the nearest.

    each: whether a chunk stands for its tasks one by one, as the group that it is has nothing of its own.
    """

    each = False

    def execute(self, params: Any, args: list[str]) -> Any:
        def translate(current: Build) -> frozenset[str]:
            named = [task_named(word, current) for word in args]
            args[:] = [task for name in named for task in (_members(name, current) if self.each else [name])]
            return frozenset()

        build.leave_out = translate
        try:
            return super().execute(params, args)  # type: ignore[misc]
        except (InvalidCommand, KeyError):
            current, names = build.current(), {task.name for task in getattr(self, "task_list", ())}
            missing = [word for word in args if word not in names and "*" not in word]
            if current is None or not names or not missing:
                raise
            raise InvalidCommand(unknown(missing[0], current, names, commands())) from None


def _members(name: str, current: Build) -> list[str]:
    """The tasks of a chunk; of another name itself."""
    from .stages import stages_of

    group, _, chunk_id = name.partition(":")
    if group != "chunk" or chunk_id not in current.plan.corpus.roles:
        return [name]
    return [f"{stage.name}:{chunk_id}" for stage in stages_of(chunk_id, current.plan)]


class Clean(Naming, Printing, DoitClean):  # type: ignore[misc]
    """doit's clean, never while a build runs."""

    each = True

    def _execute(
        self, dryrun: bool, cleandep: bool, cleanall: bool, cleanforget: bool, pos_args: Any = None
    ) -> None:  # fmt: skip
        if build.current() is not None and not dryrun and isinstance(self.dep_manager.backend, Database):
            self.dep_manager.backend.own()
        super()._execute(dryrun, cleandep, cleanall, cleanforget, pos_args)


class Forget(Naming, Printing, DoitForget):  # type: ignore[misc]
    """doit's forget."""

    each = True


class Ignore(Naming, Printing, DoitIgnore):  # type: ignore[misc]
    """doit's ignore."""

    each = True


class ResetDep(Naming, Printing, DoitResetDep):  # type: ignore[misc]
    """doit's reset-dep."""

    each = True


class TabCompletion(Printing, DoitTabCompletion):  # type: ignore[misc]
    """doit's tabcompletion."""


class Info(Naming, Printing, DoitInfo):  # type: ignore[misc]
    """doit's info."""


class List(Naming, Printing, DoitList):  # type: ignore[misc]
    """doit's list, with the titles of chunks."""

    def _print_task(self, template: str, task: Any, *more: Any) -> None:
        current, chunk_id = build.current(), task.name.partition(":")[2]
        if current is not None and "{doc}" in template and chunk_id in current.plan.corpus.roles:
            task.doc = title(current, chunk_id) or task.doc
        super()._print_task(template, task, *more)


@cache
def title(current: Build, chunk_id: str) -> str:
    """The title of a chunk on one line, "" where its file says none."""
    from .corpus.chunk import read_chunk
    from .errors import visible

    try:
        return visible(read_chunk(current.layout.source(chunk_id))[0].title)
    except DualityError:
        return ""


class Help(Naming, Printing, DoitHelp):  # type: ignore[misc]
    """doit's help, with the variables of the command line, and more about a task."""

    def print_usage(self, cmds: Any) -> None:
        super().print_usage(cmds)
        print("\nVariables of a build, written NAME=VALUE:\n" + variables_table())

    def execute(self, params: Any, args: list[str]) -> Any:
        if len(args) > 1:
            raise InvalidCommand(f"help is about one command or task, not {len(args)}: `doit help {args[0]}`")
        return super().execute(params, args)

    def _execute(self, pos_args: list[str]) -> bool:
        (name,) = pos_args
        current = build.current()
        if current is None:
            return bool(super()._execute(pos_args))
        found = {task.name: task for task in self.task_list}[name]  # Naming tells where there is none
        about = title(current, name.partition(":")[2]) if ":" in name else ""
        print(f"{found.name}  {found.doc}{f': {about}' if about else ''}\n")
        program = "doit" if self.bin_name.startswith("-") else self.bin_name  # `python -m doit`
        for head, text in _explained(current, name, program):
            print(f"  {head:<11}  {text}")
        return True


def _explained(current: Build, name: str, program: str) -> Iterator[tuple[str, str]]:
    """What there is to know of a task beside its first line: headings and texts."""
    from .stages import BY_NAME, earlier
    from .stages.perform import targets

    plan = current.plan
    group, _, chunk_id = name.partition(":")
    stage = BY_NAME.get(group)
    chunk = chunk_id if chunk_id in plan.corpus.roles else "NN"
    if stage and (chunk_id == chunk or not chunk_id):
        yield "question", stage.asks
        yield "reads", ", ".join(str(plan.layout.file(file, chunk)) for file in stage.reads)
        yield "writes", ", ".join(map(str, targets(stage, plan, chunk)))
        if before := [other.name for other in earlier(stage, plan)]:
            yield "waits for", ", ".join(f"{other}:{chunk}" for other in before)
        if stage.engines:
            yield "asks", ", ".join(stage.engines)
    if chunk_id and chunk_id == chunk:
        yield "run it", f"{program} {name}"
    else:
        yield "run it", f"{program} {name}"
        if not chunk_id and (stage or group == "chunk"):
            yield "of a chunk", f"{program} {group}:{(plan.corpus.computational or plan.corpus.ids)[0]}"
    for variable in VARIABLES:
        if variable.task == group:
            yield "variable", f"{variable.syntax}  {variable.help}"
