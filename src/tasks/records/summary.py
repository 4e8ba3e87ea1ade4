"""The summary of a build: what its stamps show, for other programs and as a table for the screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from itertools import chain
from operator import add
from typing import Literal, TypeAlias

from .outcomes import Kinds

FORMAT = 2

Outcome: TypeAlias = Literal["passed", "warned", "failed", "not_run"]
"""not_run: not reached, ignored, or what lies there does not hold for the files as they are."""
HOLDS: frozenset[Outcome] = frozenset(("passed", "warned"))
"""The results of a stage that are believed."""


@dataclass(frozen=True)
class Results:
    """How many chunks a stage passed, passed with a warning, failed, and was not run for."""

    passed: int = 0
    warned: int = 0
    failed: int = 0
    not_run: int = 0


@dataclass(frozen=True)
class Row:
    """One chunk: the result of every stage that is meant for it, and what those that passed found out.

    witness: 8 integers; balance: least and most |T_int - T_ext|; judged: the file that Lean accepted; balance_proved:
    whether Lean accepted, too, that the tracts are within the limit at every valid point; unproved: why it did not,
    where it was asked; unsatisfiable: that the chunk has none, by whom.
    """

    id: str
    documentation: bool
    stages: dict[str, Outcome]
    constraints: Kinds | None = None
    witness: tuple[int, ...] | None = None
    judged: str | None = None
    balance: tuple[int, int] | None = None
    balance_proved: bool = False
    unproved: str = ""
    unsatisfiable: Literal["", "proved", "solver alone"] = ""
    constant_on_sample: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Totals:
    """formal, vacuous, informal: constraints of all chunks; solved and proved: the formal ones of chunks that are."""

    formal: int = 0
    vacuous: int = 0
    informal: int = 0
    solved: int = 0
    proved: int = 0


@dataclass(frozen=True)
class Theorems:
    """Of how many chunks Lean has proved that the witness is valid, that all valid points are within the limit of the
    balance, and that there is no valid point; and for how many of the latter two the solver's word stands alone.
    """

    witnesses: int = 0
    balances: int = 0
    refutations: int = 0
    solver_alone: int = 0


@dataclass(frozen=True)
class Chunks:
    all: int
    computational: int
    documentation: int


@dataclass(frozen=True)
class Summary:
    """status: passed where every stage of every chunk passed on the files as they are, failed where a task failed or
    was ignored, else incomplete, also where the corpus is no more the one that the build began with.

    stages: by name; off: the stages that are turned off. failures: names of failed
    tasks with their messages. ignored: tasks that `doit ignore` keeps from running. engines: all that judged.
    """

    status: Literal["passed", "failed", "incomplete"]
    chunks: tuple[Row, ...]
    count: Chunks
    stages: dict[str, Results]
    off: tuple[str, ...]
    lean: Literal["on", "off"]
    constraints: Totals
    engines: tuple[dict[str, str], ...]
    theorems: Theorems = Theorems()
    notes: tuple[str, ...] = ()
    failures: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    format: int = FORMAT


@dataclass(frozen=True)
class Part:
    """Some rows of a summary by their ids, with what it says of them together.

    results: how many of the rows have that result of that stage.
    """

    rows: dict[str, Row]
    results: Counter[tuple[str, Outcome]]
    constraints: Totals
    theorems: Theorems

    def plus(self, other: Part) -> Part:
        """This part and another, which has other rows."""
        return Part(
            self.rows | other.rows,
            self.results + other.results,
            Totals(*_sums(self.constraints, other.constraints)),
            Theorems(*_sums(self.theorems, other.theorems)),
        )

    def stages(self, names: Iterable[str]) -> dict[str, Results]:
        """The results of these stages, and of all that a row has."""
        found: dict[str, dict[str, int]] = {name: {} for name in names}
        for (stage, result), number in self.results.items():
            found[stage][result] = number
        return {stage: Results(**results) for stage, results in found.items()}


def part_of(rows: Iterable[Row]) -> Part:
    """These rows, and the sums over them."""
    found = {row.id: row for row in rows}
    of_rows = found.values()
    read = [(row.constraints, row.stages) for row in of_rows if row.constraints]
    return Part(
        found,
        Counter(chain.from_iterable(row.stages.items() for row in of_rows)),
        Totals(
            formal=sum(kinds.formal for kinds, _ in read),
            vacuous=sum(kinds.vacuous for kinds, _ in read),
            informal=sum(kinds.informal for kinds, _ in read),
            solved=sum(kinds.formal for kinds, stages in read if stages.get("solve") in HOLDS),
            proved=sum(kinds.formal for kinds, stages in read if stages.get("prove") in HOLDS),
        ),
        Theorems(
            witnesses=sum(row.judged is not None for row in of_rows),
            balances=sum(row.balance_proved for row in of_rows),
            refutations=sum(row.unsatisfiable == "proved" for row in of_rows),
            solver_alone=sum(
                row.unsatisfiable == "solver alone" or (row.balance is not None and not row.balance_proved)
                for row in of_rows
            ),
        ),
    )


def _sums(ours: Totals | Theorems, theirs: Totals | Theorems) -> Iterable[int]:
    """Of each number of two records of one kind."""
    return map(add, astuple(ours), astuple(theirs))


def decode_summary(text: str) -> Summary | None:
    """The summary in text, None where it is not a valid one."""
    from .codec import decode

    try:
        summary = decode(Summary, text)
    except ValueError:
        return None
    return summary if summary.format == FORMAT else None


def recall_summary(text: bytes) -> Summary | None:
    """The summary in a text that a build of this code is known to have written; a large one takes half of the time."""
    from .codec import recall

    try:
        return recall(Summary, text)
    except ValueError:
        return None


def table(summary: Summary, order: Iterable[str]) -> str:
    """The summary in about twelve lines for a terminal; order is that of the stages."""
    count, total = summary.count, summary.constraints
    lines = [
        f"{_plural(count.all, 'chunk')}: {count.computational} computational, {count.documentation} documentation",
        "",
        f"{'stage':<14}{'passed':>8}{'failed':>8}{'not run':>9}",
    ]
    for stage in order:
        if stage in summary.off:
            lines.append(f"{stage:<14}{'off':>8}   (lean=off)")
            continue
        results = summary.stages[stage]
        more = f"   {results.warned} with warnings" if results.warned else ""
        if stage == "crosscheck" and summary.lean == "off":
            more += "   JSON and MiniZinc only (lean=off)"
        lines.append(f"{stage:<14}{results.passed:>8}{results.failed:>8}{results.not_run:>9}{more}")
    engines = ", ".join(engine_text(e) for e in summary.engines if e["name"] != "duality") or "none"
    reasons = Counter(row.unproved for row in summary.chunks if row.unproved)
    lines += [
        "",
        f"constraints   {total.formal} formal ({total.solved} solved, {total.proved} proved), "
        f"{total.vacuous} vacuous, {total.informal} informal (not checked)",
        f"theorems      {_theorems(summary.theorems)}",
        *(f"              {_plural(count, 'balance')} not proved: {why}" for why, count in sorted(reasons.items())),
        f"engines       {engines}",
    ]
    lines += [f"note          {note}" for note in summary.notes]
    if summary.ignored:
        lines.append(f"ignored       {', '.join(summary.ignored)} (`doit forget` makes them run again)")
    return "\n".join(lines) + "\n"


def _theorems(count: Theorems) -> str:
    """What Lean has proved, and what the solver alone says."""
    proved = f"{_plural(count.witnesses, 'witness', 'es')}, {_plural(count.balances, 'balance')}"
    if count.refutations:
        proved += f", {_plural(count.refutations, 'refutation')}"
    return f"{proved} proved, {count.solver_alone} by the solver alone"


def engine_text(engine: dict[str, str]) -> str:
    """An engine in a few words, such as `minizinc 2.6.4 with gecode 6.2.0`."""
    more = f" with {engine['solver']}" if "solver" in engine else f" ({engine['form']})" if "form" in engine else ""
    return f"{engine['name']} {engine['version']}{more}"


def _plural(count: int, noun: str, ending: str = "s") -> str:
    return f"{count} {noun}" + ("" if count == 1 else ending)
