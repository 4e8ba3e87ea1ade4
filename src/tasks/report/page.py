"""A report as one page of HTML: it opens from disk, loads nothing, and can be read without scripts.

Every text is escaped by the template. A policy in the page lets a browser run its own script and nothing else.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from itertools import islice
from os.path import relpath
from typing import Any, TypeAlias

from ..errors import visible
from ..files import data_text
from ..records.report import KINDS, RESULTS, Report, Row, changed_formulas
from ..records.summary import HOLDS, Outcome
from . import timeline
from .diagram import Diagram, Node, layout
from .evidence import Dossier, Evidence, Step
from .format import ReportFormat
from .markdown import headline
from .timeline import BuildTime, Span

_LONGEST = 6000
"""Characters of a formula or message that the page shows; the files have them all."""
_BUILDS = 40
_SLOWEST = 10
WORDS: Mapping[Outcome, str] = {
    "passed": "passed", "warned": "passed with a warning", "failed": "failed", "not_run": "not run",
}  # fmt: skip
_WORST: tuple[Outcome, ...] = ("failed", "not_run", "warned", "passed")


@dataclass(frozen=True)
class Chunk:
    """One chunk as the page shows it.

    failures: messages by stage; changes: each constraint that is another than in the base, with what it was and is.
    """

    id: str
    row: Row
    about: Dossier
    failures: Mapping[str, str]
    changes: Mapping[str, tuple[str, str]]
    is_new: bool

    @cached_property
    def result(self) -> Outcome:
        """The worst of its results."""
        return next((result for result in _WORST if result in self.row.stages.values()), "passed")

    @cached_property
    def seconds(self) -> float:
        return sum(self.row.seconds.values())

    @cached_property
    def words(self) -> str:
        """What a search looks into."""
        names = (claim.name for claim in self.about.claims)
        return " ".join((self.id, self.about.title, self.about.tract, self.about.goal, *names)).lower()


@dataclass(frozen=True)
class StageRow:
    """One stage of the table: how many chunks have which result; bar: its share of the time in percent."""

    name: str
    doc: str
    counts: Mapping[Outcome, int] | None
    seconds: float
    bar: float


def page(evidence: Evidence) -> str:
    """The page."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FunctionLoader(lambda name: data_text(__package__, name)),
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "seconds": seconds, "cut": _cut, "words": lambda result: WORDS[result], "day": _day, "number": "{:,}".format,
    }  # fmt: skip
    # The package's own files; nothing of a corpus is in them.
    style, script = (Markup(data_text(__package__, name)) for name in ("page.css", "page.js"))
    nodes = [Node(step.name, step.needs) for step in evidence.steps]
    across, down = layout(nodes), layout(nodes, down=True)
    style += Markup(_picture_style(across, down))
    hashes = {"style_hash": _hash(style), "script_hash": _hash(script)}
    text: str = environment.get_template("page.html").render(
        style=style, script=script, **hashes, **_view(evidence), across=across, down=down, KINDS=KINDS, RESULTS=RESULTS
    )
    return text


def _picture_style(across: Diagram, down: Diagram) -> str:
    """Where the nodes of the task graph are, beside each other or below where that is too wide, and their colours.

    Every picture of the graph is the same drawing; by its classes it shows what has not passed.
    """
    colours = {"warned": "warn", "failed": "bad", "not_run": "none"}
    stages = [place.node.name for place in across.places]
    rules = [f":root{{--stages:{len(stages)}}}"]
    rules += [f".lamp.{stage}{{fill:var(--{stage},var(--good))}}" for stage in stages]
    rules += [f".{stage}-{result}{{--{stage}:var(--{to})}}" for stage in stages for result, to in colours.items()]
    rules += [*_placed(across), ".down{display:none}"]
    rules += ["@media (max-width:58rem){", *_placed(down), ".down{display:inline}.across{display:none}", "}"]
    return "".join(rules)


def _placed(found: Diagram) -> Iterator[str]:
    yield f".pipeline{{width:{found.width:g}px;height:{found.height:g}px}}"
    for place in found.places:
        yield f".at-{place.node.name}{{transform:translate({place.x:g}px,{place.y:g}px)}}"


def _view(evidence: Evidence) -> dict[str, Any]:
    """What the template shows."""
    report, steps = evidence.report, evidence.steps
    chunks = list(_chunks(evidence))
    built = timeline.builds(evidence.journal, steps)
    last = built[-1] if built else None
    times = [build.seconds for build in built[-_BUILDS:]]
    tasks = [float(len(build.spans)) for build in built[-_BUILDS:]]
    known = [chunk.about.compared for chunk in chunks if chunk.about.compared]
    return {
        "report": report,
        "base": evidence.base,
        "evidence": evidence,
        "headline": headline(report).removeprefix("Duality: ").partition(": ")[0],
        "totals": {kind: sum(row.constraints.get(kind, 0) for row in report.chunks.values()) for kind in KINDS},
        "solved": _formal(report, "solve"),
        "proved": _formal(report, "prove"),
        "documentation": sum(chunk.about.documentation for chunk in chunks),
        "points": sum(compared.points for compared in known),
        "faults": (sum(c.faults.found for c in known), sum(c.faults.all for c in known)),
        "verdicts_in_lean": sum(c.verdicts_in_lean or 0 for c in known),
        "stages": _stages(report, steps),
        "bad": [chunk for chunk in chunks if chunk.result not in HOLDS],
        "others": {task: text for task, text in report.failures.items() if ":" not in task},
        "chunks": chunks,
        "changed": [chunk for chunk in chunks if chunk.changes or chunk.is_new],
        "gone": [i for i in evidence.base.chunks if i not in report.chunks] if evidence.base else [],
        "last": last,
        "lanes": _lanes(last, last.workers.values(), steps) if last else None,
        "places": list(_places(last, steps)) if last else [],
        "ticks": _ticks(last.seconds) if last else [],
        "slowest": last.slowest(_SLOWEST) if last else [],
        "path": timeline.critical_path(last, steps) if last else [],
        "history": built[-_BUILDS:],
        "curves": [
            ("Time", seconds(max(times, default=0.0)), _curve(times)),
            ("Tasks that ran", f"{int(max(tasks, default=0.0)):,}", _curve(tasks)),
        ],
        "link": lambda path: relpath(path, evidence.page or "."),
    }


def _chunks(evidence: Evidence) -> Iterator[Chunk]:
    report, base = evidence.report, evidence.base
    for chunk_id, row in report.chunks.items():
        about = (evidence.chunks or {}).get(chunk_id) or Dossier(chunk_id, "", "", "", len(row.stages) == 1, False)
        tasks = {stage: f"{stage}:{chunk_id}" for stage in row.stages}
        failures = {stage: report.failures[task] for stage, task in tasks.items() if task in report.failures}
        old = base.chunks.get(chunk_id) if base else None
        changes = changed_formulas(row, old) if old else {}
        yield Chunk(chunk_id, row, about, failures, changes, is_new=base is not None and old is None)


def _formal(report: Report, stage: str) -> int:
    """How many formal constraints are of chunks that passed a stage."""
    return sum(row.constraints.get("formal", 0) for row in report.chunks.values() if row.stages.get(stage) in HOLDS)


def _stages(report: Report, steps: Sequence[Step]) -> list[StageRow]:
    docs = {step.name: step.doc for step in steps}
    spent = {stage: sum(row.seconds.get(stage, 0.0) for row in report.chunks.values()) for stage in report.stages}
    most = max(spent.values(), default=0.0) or 1.0
    rows = []
    for stage in report.stages:
        results = [row.stages[stage] for row in report.chunks.values() if stage in row.stages]
        counts = {result: results.count(result) for result in RESULTS} if results else None
        rows.append(StageRow(stage, docs.get(stage, ""), counts, spent[stage], 100 * spent[stage] / most))
    return rows


# The timeline: a path for each kind of work, in a box of 1000 by 20 for each worker.

Lanes: TypeAlias = dict[str, tuple[str, str]]
"""For each kind of work its class of the style, and its path."""
_LANE = 20
_PLACES = 50


@dataclass(frozen=True)
class Place:
    """A worker of a cluster: the tasks that asked it, in rows of the timeline."""

    name: str
    tasks: int
    seconds: float
    rows: int
    lanes: Lanes


def _places(build: BuildTime, steps: Sequence[Step]) -> Iterator[Place]:
    for name, spans in islice(build.places.items(), _PLACES):
        rows = timeline.side_by_side(spans)
        taken = sum(span.seconds for span in spans)
        yield Place(name, len(spans), taken, len(rows), _lanes(build, rows, steps))


def _lanes(build: BuildTime, rows: Iterable[Sequence[Span]], steps: Sequence[Step]) -> Lanes:
    """For each tool that tasks asked the rectangles of these tasks, as one path of SVG."""
    engines = {step.name: " and ".join(step.engines) or "Duality alone" for step in steps}
    classes = {name: f"lane{at}" for at, name in enumerate(dict.fromkeys(engines.values()))}
    classes |= {"tools looked up": "lane-tools", "failed": "lane-failed"}
    found: dict[str, list[str]] = {name: [] for name in classes}
    scale = 1000 / (build.seconds or 1)
    for lane, spans in enumerate(rows):
        for span in spans:
            x, width = (span.start - build.start) * scale, max(span.seconds * scale, 0.4)
            kind = "failed" if span.result == "failed" else engines.get(span.stage, "tools looked up")
            found[kind].append(f"M{x:.1f} {lane * _LANE + 2}h{width:.1f}v{_LANE - 4}h-{width:.1f}z")
    return {kind: (classes[kind], "".join(paths)) for kind, paths in found.items() if paths}


def _ticks(most: float) -> list[tuple[float, str]]:
    """Round times on an axis that ends at most: where in percent, and as text."""
    if most <= 0:
        return []
    step = next(s for s in (10.0**e * m for e in range(-3, 7) for m in (1, 2, 5)) if most / s <= 6)
    return [(100 * n * step / most, seconds(n * step)) for n in range(int(most / step) + 1)]


def _curve(values: Sequence[float]) -> list[tuple[float, float]]:
    """Points in percent of a box, from its upper left corner; 0 is its lower side."""
    most = max(values, default=0.0) or 1.0
    width = max(len(values) - 1, 1)
    return [(100 * at / width, 100 - 100 * value / most) for at, value in enumerate(values)]


def seconds(value: float) -> str:
    """A time for people."""
    if value >= 60:
        return f"{int(value // 60)} min {int(value % 60):02} s"
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 1 else 2
    return f"{value:.{digits}f} s"


def _day(time: str | float) -> str:
    """A time in ISO 8601 or of Unix for people."""
    when = datetime.fromtimestamp(time, UTC) if isinstance(time, float) else datetime.fromisoformat(time)
    return when.strftime("%-d %B %Y, %H:%M UTC")


def _cut(text: str) -> str:
    more = len(text) - _LONGEST
    return text if more <= 0 else f"{text[:_LONGEST]}\n... and {more:,} more characters"


def _printable(value: object) -> object:
    """A text with what does not print made visible, line feeds aside; anything else as it is."""
    if type(value) is not str or value.isprintable():
        return value
    return "\n".join(map(visible, value.split("\n")))


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


FORMAT = ReportFormat(file="index.html", render=page)
