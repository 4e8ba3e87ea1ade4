"""A report as Markdown for GitHub. Texts from chunks and tools stand in code elements, where nothing is interpreted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from ..records.report import KINDS, RESULTS, Report, Row, changed_formulas
from ..records.summary import HOLDS
from .format import ReportFormat

LONGEST = 60_000
"""Characters of a report; GitHub takes 65,536 in a comment."""
_SLOWER = 2.0
_NOTICED = 1.0


def markdown(report: Report, base: Report | None = None) -> str:
    """The report, compared with base where there is one, in at most LONGEST characters.

    Where it would be longer, fewer rows and shorter messages are shown, and how many are not.
    """
    for rows, characters in ((50, 2000), (20, 500), (5, 100)):
        shown = _Shown(rows, characters)
        text = "\n".join(_sections(report, base, shown)).rstrip() + "\n"
        if len(text) <= LONGEST:
            return text
    return f"## {headline(report)}\n\nThe report is too long to be shown.\n"


class _Shown:
    """How much is shown: rows of a list, and characters of a text."""

    def __init__(self, rows: int, characters: int) -> None:
        self.rows = rows
        self.characters = characters

    def first(self, lines: Sequence[str]) -> list[str]:
        return list(lines[: self.rows])

    def rest(self, lines: Sequence[str]) -> list[str]:
        return ["", f"... and {len(lines) - self.rows} more."] if len(lines) > self.rows else []

    def code(self, text: str) -> str:
        return f"<code>{_inert(text[: self.characters])}</code>"

    def block(self, text: str) -> str:
        cut = text[: self.characters] + ("..." if len(text) > self.characters else "")
        return "<pre>" + "\n".join(_inert(line) for line in cut.splitlines()) + "</pre>"


def _sections(report: Report, base: Report | None, shown: _Shown) -> Iterable[str]:
    yield f"## {headline(report)}"
    yield ""
    yield from _stages(report, base)
    yield ""
    yield from _constraints(report)
    yield from _failures(report, shown)
    yield from _changes(report, base, shown)
    yield from _crosscheck(report, shown)


def headline(report: Report) -> str:
    """Whether it passed, in one line."""
    count = len(report.chunks)
    bad = [i for i, row in report.chunks.items() if not set(row.stages.values()) <= HOLDS]
    if not report.failed:
        return f"Duality: {_plural(count, 'chunk')}, all checks passed"
    names = ", ".join(bad[:10]) + (" and more" if len(bad) > 10 else "")
    return f"Duality: {_plural(count, 'chunk')}, {len(bad)} not passed" + (f": {names}" if bad else "")


def _stages(report: Report, base: Report | None) -> Iterable[str]:
    old = base.chunks if base else {}
    compared = any(_times(report.chunks, old, stage) for stage in report.stages)
    yield "| stage | passed | with warnings | failed | not run | time |" + (
        " of these, in the base |" if compared else ""
    )
    yield "|---|--:|--:|--:|--:|--:|" + ("--:|" if compared else "")
    for stage in report.stages:
        results = [row.stages[stage] for row in report.chunks.values() if stage in row.stages]
        if not results:
            yield f"| {stage} | off | | | | |" + (" |" if compared else "")
            continue
        numbers = [results.count(result) for result in RESULTS]
        spent = sum(row.seconds.get(stage, 0.0) for row in report.chunks.values())
        both = _times(report.chunks, old, stage)
        then = f" {sum(b for _, b in both):.1f} s → {sum(a for a, _ in both):.1f} s |" if both else " |"
        yield f"| {stage} | {' | '.join(map(str, numbers))} | {spent:.1f} s |" + (then if compared else "")


def _times(new: Mapping[str, Row], old: Mapping[str, Row], stage: str) -> list[tuple[float, float]]:
    """Seconds now and then of the tasks that both have timed; only those can be compared."""
    return [
        (row.seconds[stage], old[i].seconds[stage])
        for i, row in new.items()
        if stage in row.seconds and i in old and stage in old[i].seconds
    ]


def _constraints(report: Report) -> Iterable[str]:
    totals = {kind: sum(row.constraints.get(kind, 0) for row in report.chunks.values()) for kind in KINDS}
    formal, vacuous, informal = totals.values()
    yield f"Constraints: {formal} formal, {vacuous} vacuous, {informal} informal (not checked)."


def _failures(report: Report, shown: _Shown) -> Iterable[str]:
    if not report.failures:
        return
    yield ""
    yield "### Failures"
    names = list(report.failures)
    for name in shown.first(names):
        yield ""
        yield f"**{name}**"
        yield shown.block(report.failures[name])
    yield from shown.rest(names)


def _changes(report: Report, base: Report | None, shown: _Shown) -> Iterable[str]:
    yield ""
    if base is None:
        yield "No base to compare with."
        return
    yield f"### Compared with the base{f' ({base.commit[:10]})' if base.commit else ''}"
    yield ""
    new, old = report.chunks, base.chunks
    if report.of != base.of:  # what only one of them asked about is neither new nor gone
        new, old = ({i: row for i, row in rows.items() if i in new and i in old} for rows in (new, old))
    lines = []
    for chunk_id in sorted({*new, *old}, key=lambda i: (int(i), i)):
        if chunk_id not in old:
            lines.append(f"| {chunk_id} | new: {_kinds(new[chunk_id])} | {_point(new[chunk_id])} | "
                         f"{_interval(new[chunk_id])} | {_total(new[chunk_id])} |")  # fmt: skip
        elif chunk_id not in new:
            lines.append(f"| {chunk_id} | gone | | | |")
        else:
            a, b = old[chunk_id], new[chunk_id]
            cells = [_change(show, a, b) for show in (_kinds, _point, _interval)]
            slower = _slower(a, b)
            if any(cells) or slower or a.stages != b.stages:
                lines.append(f"| {chunk_id} | {' | '.join(cells)} | {slower} |")
    formulas = list(_formulas(new, old, shown))
    if not lines and not formulas:
        yield "No constraint, witness, balance interval or result has changed."
        return
    if lines:
        yield "| chunk | constraints | witness | balance | time |"
        yield "|---|---|---|---|---|"
        yield from shown.first(lines)
        yield from shown.rest(lines)
    if formulas:
        yield ""
        yield from shown.first(formulas)
        yield from shown.rest(formulas)


def _formulas(new: Mapping[str, Row], old: Mapping[str, Row], shown: _Shown) -> Iterable[str]:
    """The constraints that are not the same, of chunks that both have."""
    for chunk_id in (i for i in new if i in old):
        for name, (before, after) in changed_formulas(new[chunk_id], old[chunk_id]).items():
            change = " → ".join(shown.code(text) for text in (before, after) if text)
            what = "changed" if before and after else "is new" if after else "is gone"
            yield f"- {chunk_id}: {shown.code(name)} {what}: {change}"


def _change(show: Callable[[Row], str], old: Row, new: Row) -> str:
    return "" if show(old) == show(new) else f"{show(old)} → {show(new)}"


def _kinds(row: Row) -> str:
    return ", ".join(f"{count} {kind}" for kind in KINDS if (count := row.constraints.get(kind, 0))) or "none"


def _point(row: Row) -> str:
    return f"({', '.join(map(str, row.witness))})" if row.witness else "none"


def _interval(row: Row) -> str:
    return "..".join(map(str, row.balance)) or "none"


def _total(row: Row) -> str:
    return f"{sum(row.seconds.values()):.1f} s"


def _slower(old: Row, new: Row) -> str:
    """The times of the tasks that both have, where they differ by so much that it is no accident."""
    both = old.seconds.keys() & new.seconds.keys()
    then, now = sum(old.seconds[s] for s in both), sum(new.seconds[s] for s in both)
    noticed = abs(now - then) >= _NOTICED and max(now, then) >= _SLOWER * min(now, then)
    return f"{then:.1f} s → {now:.1f} s" if noticed else ""


def _crosscheck(report: Report, shown: _Shown) -> Iterable[str]:
    results = [row.stages["crosscheck"] for row in report.chunks.values() if "crosscheck" in row.stages]
    if not results:
        return
    yield ""
    yield "### Cross-check"
    yield ""
    proved = any("prove" in row.stages for row in report.chunks.values())
    forms = "JSON, MiniZinc and Lean agree" if proved else "JSON and MiniZinc agree (Lean was off)"
    yield f"{forms} in {results.count('passed')} of {_plural(len(results), 'chunk')}."
    lines = [f"- {i}: {shown.code(d)}" for i, row in report.chunks.items() for d in row.disagreements]
    lines += [
        f"- {i}: no point on both sides of {', '.join(map(shown.code, shown.first(row.constant_on_sample)))}"
        for i, row in report.chunks.items()
        if row.constant_on_sample
    ]
    if lines:
        yield ""
        yield from shown.first(lines)
        yield from shown.rest(lines)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _inert(text: str) -> str:
    r"""text for an HTML code element in Markdown: marks as character references, what does not print as \uXXXX."""
    return "".join(map(_character, text))


@cache
def _character(text: str) -> str:
    return "".join(
        c if c == " " or (c.isprintable() and (c.isalnum() or ord(c) > 127))
        else f"&#{ord(c)};" if c.isprintable() else f"&#92;u{ord(c):04X}"
        for c in text
    )  # fmt: skip


FORMAT = ReportFormat(file="summary.md", render=lambda evidence: markdown(evidence.report, evidence.base))
