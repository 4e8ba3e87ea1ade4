"""The variables of the command line: `doit name=value`. `doit help` and the README show this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import UsageError


@dataclass(frozen=True)
class Variable:
    """values are those that are allowed, () for any text; form is how a value is written, and pattern the regular
    expression for it, "" for any text; task: the one that reads it.

    default is what holds where the variable is not given; "" stands for what the help says.
    """

    name: str
    help: str
    default: str = ""
    values: tuple[str, ...] = ()
    form: str = ""
    task: str = ""
    pattern: str = ""

    @property
    def syntax(self) -> str:
        return f"{self.name}={self.form or '|'.join(self.values)}"


VARIABLES = (
    Variable("chunks", "the corpus to build", "chunks", form="DIR"),
    Variable("out", "where the build writes, doit's database included", "rendered", form="DIR"),
    Variable("cache", "where verdicts of tools are kept, or how they are used",
             form="DIR|shared:DIR|off|rebuild|replay"),
    Variable("runner", "where tools run: here, or on a cluster of Dask's, its own or that of a scheduler", "local",
             form="local|dask|tcp://HOST:PORT|tls://HOST:PORT", pattern=r"local|dask|(tcp|tls)://[^\s/]+:[0-9]+"),
    Variable("lean", "which Lean proves; auto takes a full Lean where there is one, else the embedded kernel", "auto",
             ("auto", "toolchain", "kernel", "off")),
    Variable("solver", "the solver that MiniZinc asks, one of `minizinc --solvers`, instead of corpus.yaml's",
             form="NAME"),
    Variable("crosscheck", "warn makes a disagreement outside the pilots a warning", "strict", ("strict", "warn")),
    Variable("solve_seconds", "time limit of each run of the solver, instead of corpus.yaml's", form="SECONDS"),
    Variable("prove_seconds", "time limit of each run of Lean, instead of corpus.yaml's", form="SECONDS"),
    Variable("memory_mb", "memory limit of each run of a tool, instead of corpus.yaml's", form="MB"),
    Variable("lint", "strict makes every finding a failure", "advice", ("advice", "strict"), task="lint"),
    Variable("base", "the out folder, or report.json, of the build to compare with", form="DIR", task="report"),
    Variable("of", "which chunks the report is about", "all", ("all", "pilots"), task="report"),
    Variable("format", "how the task graph is printed", "dot", ("dot", "mermaid", "svg"), task="graph"),
    Variable("write", "yes assigns the Monster primes instead of checking them", "no", ("no", "yes"), task="primes"),
    Variable("title", "what the new chunk is about", form="TEXT", task="new"),
    Variable("tract", "the tract of the new chunk, instead of that of its title or id",
             values=("internal", "external", "bridge"), task="new"),
    Variable("fmt", "check only tells which chunks are not in canonical form", "write", ("write", "check"), task="fmt"),
    Variable("commits", "the commits to look at, such as main..HEAD", form="RANGE", task="secrets"),
)  # fmt: skip


def read_variables(given: Mapping[str, str]) -> dict[str, str]:
    """The value of every variable, defaults filled in. Raises UsageError for an unknown variable or value."""
    from difflib import get_close_matches

    known = {variable.name: variable for variable in VARIABLES}
    for name, value in given.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}=?" if near else f"expected one of {', '.join(f'{n}=' for n in known)}"
            raise UsageError(f"unknown variable {name}=; {hint} (see `doit help`)")
        allowed = known[name].values
        if allowed and value not in allowed:
            raise UsageError(f"{name}={value}: expected {', '.join(allowed[:-1])} or {allowed[-1]}")
        if value and known[name].pattern and not _matches(known[name].pattern, value):
            *others, last = known[name].form.split("|")
            raise UsageError(f"{name}={value}: expected {', '.join(others)} or {last}")
    return {name: given.get(name) or variable.default for name, variable in known.items()}


def _matches(pattern: str, value: str) -> bool:
    import re

    return re.fullmatch(pattern, value) is not None


def variables_table() -> str:
    """The variables as text for the screen, one a line."""
    width = max(len(variable.syntax) for variable in VARIABLES)
    lines = []
    for variable in VARIABLES:
        only = f" ({variable.task} only)" if variable.task else ""
        default = f" [{variable.default}]" if variable.default else ""
        lines.append(f"  {variable.syntax:<{width}}  {variable.help}{only}{default}")
    return "\n".join(lines) + "\n"
