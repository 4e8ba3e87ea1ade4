"""A report says what a build has shown, beside what another did, and whatever it is made of, it stays a report."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from conftest import Project
from tasks.errors import ReportError
from tasks.records.journal import Entry, build_name, entries
from tasks.records.report import Report, Row, brief, changed_formulas, read_report, write_report
from tasks.render.forms import forms_in_model, forms_in_module, kind_in_model
from tasks.render.lean_module import render as render_module
from tasks.render.model import formula
from tasks.render.model import render as render_model
from tasks.render.text import names
from tasks.report.diagram import Node, dot, layout, mermaid, svg
from tasks.report.evidence import Evidence, Step
from tasks.report.junit import junit
from tasks.report.markdown import LONGEST, markdown
from tasks.report.sarif import sarif
from tasks.report.timeline import Span, builds, critical_path, side_by_side
from tasks.specification import understand


def reported(project: Project, *arguments: str) -> str:
    finished = project.doit("report", *arguments)
    assert finished.status == 0, finished.text()
    return (project.rendered / "report" / "summary.md").read_text(encoding="utf-8")


def test_a_passed_build_is_reported_stage_by_stage(built: Project) -> None:
    text = reported(built)
    assert text.startswith("## Duality: 4 chunks, all checks passed\n")
    assert "| schema | 4 | 0 | 0 | 0 |" in text
    assert "| solve | 3 | 0 | 0 | 0 |" in text
    assert "Constraints: 5 formal, 0 vacuous, 1 informal (not checked)." in text
    assert "JSON, MiniZinc and Lean agree in 3 of 3 chunks." in text
    assert "No base to compare with." in text
    assert reported(built, "of=pilots").startswith("## Duality: 1 chunk, all checks passed\n")


def test_an_edited_chunk_is_compared_with_the_base(built: Project, tmp_path: Path) -> None:
    reported(built)
    base = tmp_path / "base"
    built.rendered.joinpath("report.json").rename(base)
    unchanged = "No constraint, witness, balance interval or result has changed."
    assert unchanged in reported(built, f"base={base}")
    built.write("06", "x[1] + x[2] >= 30", "x[3] = 5", "x[4] >= 7")
    built.write("20", "x[1] = 1")
    assert built.doit().status == 0
    text = reported(built, f"base={base}")
    assert "| 06 | 2 formal → 3 formal | (0, 30, 5, 0, 0, 0, 0, 65) → (0, 30, 5, 7, 0, 0, 0, 58) | 0..100 |" not in text
    row = next(line for line in text.splitlines() if line.startswith("| 06 |"))
    assert "| 2 formal → 3 formal | (0, 30, 5, 0, 0, 0, 0, 65) → (0, 30, 5, 7, 0, 0, 0, 58) |" in row
    assert any(line.startswith("| 20 | new: 1 formal |") for line in text.splitlines())
    assert not any(line.startswith("| 08 |") for line in text.splitlines())
    assert not any(line.startswith("| 20 |") for line in reported(built, "of=pilots", f"base={base}").splitlines())


def test_constraints_of_a_chunk_that_cannot_be_read_are_not_gone() -> None:
    old, new = Row({"schema": "passed"}, formulas={"c1": "x[1] = 1"}), Row({"schema": "failed"})
    assert changed_formulas(new, old) == changed_formulas(old, new) == {}
    assert changed_formulas(replace(old, formulas={"c1": "x[1] = 2"}), old) == {"c1": ("x[1] = 1", "x[1] = 2")}
    long = "x[1] + " * 200
    assert brief(long + "x[2]") != brief(long + "x[3]")


def test_a_failing_chunk_is_named_with_its_message(built: Project) -> None:
    built.write("08", "x[1] >= 60", "x[2] >= 60")
    assert built.doit("pilots", "solve:08", "balance:19").status != 0
    text = reported(built)
    assert text.startswith("## Duality: 4 chunks, 1 not passed: 08\n")
    assert "**solve:08**\n<pre>" in text
    assert "c1" in text
    assert "| solve | 2 | 0 | 1 | 0 |" in text
    assert "| prove | 2 | 0 | 0 | 1 |" in text


def test_what_failed_once_and_passes_now_is_not_reported_as_failed(built: Project) -> None:
    good = (built.chunks / "chunk-06.constraints.json").read_text()
    built.write("06", "x[1] >= 60", "x[2] >= 60")
    assert built.doit("pilots").status != 0
    (built.chunks / "chunk-06.constraints.json").write_text(good)
    assert built.doit("pilots").status == 0
    assert "all checks passed" in reported(built)


def test_a_chunk_that_was_edited_and_not_checked_again_is_not_reported_as_passed(built: Project) -> None:
    built.write("08", "x[1] = 1")
    assert "| schema | 3 | 0 | 0 | 1 |" in reported(built)


def test_a_missing_or_damaged_base_is_said_and_no_failure(built: Project, tmp_path: Path) -> None:
    finished = built.doit("report", f"base={tmp_path / 'nowhere'}")
    assert finished.status == 0
    assert "nowhere: cannot be read" in finished.output
    (tmp_path / "torn").write_text('{"chunks": {')
    finished = built.doit("report", f"base={tmp_path / 'torn'}")
    assert finished.status == 0
    assert "torn: not a valid report" in finished.output


REPORT = Report(
    {"06": Row({"schema": "passed", "solve": "failed"}, {"formal": 2}, seconds={"schema": 0.25})},
    {"solve:06": "no point"}, ("minizinc 2.6.4",), ("schema", "solve", "crosscheck"), "pilots", "0" * 40,
    "refs/pull/7/merge",
)  # fmt: skip


def test_a_report_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    write_report(tmp_path / "report.json", REPORT)
    assert read_report(tmp_path / "report.json") == read_report(tmp_path) == REPORT


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("chunks", []),
        ("chunks", {"<b>": {}}),
        ("chunks.06.stages", {"schema": "<img>"}),
        ("chunks.06.stages", {"schema": ["passed"]}),
        ("chunks.06.stages", {"@everyone": "passed"}),
        ("chunks.06.constraints", {"formal": "2"}),
        ("chunks.06.constraints", {"formal": True}),
        ("chunks.06.witness", [1, 2]),
        ("chunks.06.seconds", {"schema": float("nan")}),
        ("chunks.06.seconds", {"schema": -1}),
        ("failures", {"solve:06\n# x": "no"}),
        ("failures", {"solve:06": 5}),
        ("commit", "main"),
        ("ref", "refs/pull/7/merge\n"),
        ("of", "nothing"),
    ],
)
def test_what_is_not_a_report_is_refused(tmp_path: Path, place: str, value: object) -> None:
    path = tmp_path / "report.json"
    write_report(path, REPORT)
    data = json.loads(path.read_text())
    inner = data
    *above, last = place.split(".")
    for name in above:
        inner = inner[name]
    assert last in inner
    inner[last] = value
    path.write_text(json.dumps(data))
    with pytest.raises(ReportError):
        read_report(path)


@pytest.mark.parametrize("content", ["", "[]", "null", "[" * 100_000, '{"chunks": {}}', "\0"])
def test_a_file_of_anything_else_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(content)
    with pytest.raises(ReportError):
        read_report(path)


HOSTILE = "</pre></code>\n\n# @everyone ![x](http://x)\n<script>| `a` **b** #1 &lt; \u202e~~~ [a](b)\t```"


def test_texts_of_chunks_are_shown_and_not_interpreted() -> None:
    row = Row({"crosscheck": "warned"}, disagreements=(HOSTILE,), constant_on_sample=(HOSTILE,))
    text = markdown(replace(REPORT, chunks={"06": row}, failures={"solve:06": HOSTILE}))
    for harmful in ("@", "![", "](", "<script", "`", "~~~", " #1", "**b", "\u202e", "\t"):
        assert harmful not in text
    assert text.count("<pre>") == text.count("</pre>") == 1
    assert text.count("<code>") == text.count("</code>") == 2


def test_a_report_is_never_longer_than_a_comment_may_be() -> None:
    row = Row({"crosscheck": "warned"}, disagreements=("<" * 5000,) * 10)
    large = Report(
        {f"{i:04}": row for i in range(600)}, {f"solve:{i:04}": "<" * 5000 for i in range(600)}, (), ("crosscheck",)
    )
    text = markdown(large, large)
    assert len(text) <= LONGEST
    assert "... and 595 more." in text


def test_a_kept_report_is_printed_by_the_module(tmp_path: Path) -> None:
    write_report(tmp_path / "report.json", REPORT)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tasks.report", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run("report.json", "report.json").stdout == markdown(REPORT, REPORT)
    assert run("nowhere").stderr == "nowhere: cannot be read: No such file or directory\n"
    assert run().returncode == 2


def beside(project: Project, name: str) -> str:
    return (project.rendered / "report" / name).read_text(encoding="utf-8")


def test_a_build_is_reported_for_other_programs(built: Project) -> None:
    assert "report: rendered/report/index.html" in built.doit("report").output
    root = ElementTree.fromstring(beside(built, "junit.xml"))
    summary = built.summary()
    assert root.attrib["tests"] == str(sum(sum(results.values()) for results in summary["stages"].values()))
    assert (root.attrib["failures"], root.attrib["skipped"]) == ("0", "0")
    assert {suite.attrib["name"]: int(suite.attrib["tests"]) for suite in root} == {
        stage: results["passed"] for stage, results in summary["stages"].items()
    }
    cases = {case.attrib["name"] for case in root.iterfind("testsuite[@name='solve']/testcase")}
    assert cases == {"06 Chunk 06", "08 Chunk 08", "19 Chunk 19"}

    ran = [entry for entry in entries(built.rendered / "journal.jsonl") if entry.task != "report"]
    events = [event for event in json.loads(beside(built, "trace.json"))["traceEvents"] if event["ph"] == "X"]
    assert sorted(event["name"] for event in events) == sorted(entry.task.lstrip("_") for entry in ran)
    spent = {entry.task.lstrip("_"): entry.seconds for entry in ran}
    assert all(event["dur"] == pytest.approx(1e6 * spent[event["name"]], abs=1) for event in events)
    assert min(event["ts"] for event in events) == 0
    for one, other in combinations(events, 2):  # a worker does one thing at a time; times are rounded to milliseconds
        if one["tid"] == other["tid"]:
            first, second = sorted((one, other), key=lambda event: (event["ts"], event["dur"]))
            assert first["ts"] + first["dur"] <= second["ts"] + 2000

    log = json.loads(beside(built, "results.sarif"))
    jsonschema.validate(log, SARIF)
    assert log["runs"][0]["results"] == []


def test_a_build_on_a_cluster_is_reported_by_worker(built: Project) -> None:
    journal = built.rendered / "journal.jsonl"
    asked = {
        "solve:06": ["one:41"],
        "solve:08": ["two:42"],
        "prove:06": ["two:42"],
        "crosscheck:06": ["one:41", "<b>:1"],
    }
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    for number, line in enumerate(lines):  # solve:06 and solve:08 at the same time
        line["time"] = f"2026-01-02T03:04:{0 if line['task'].startswith('solve') else 10 + number % 45:02}.000+00:00"
        line["seconds"] = 2.0 if line["task"] in asked else 0.1
        line["where"] = asked.get(line["task"], [])
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    reported(built)

    events = json.loads(beside(built, "trace.json"))["traceEvents"]
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    told = {(names[e["pid"], e["tid"]], e["name"]) for e in events if e["ph"] == "X" and e["pid"] == 2}
    assert told == {(place, task) for task, places in asked.items() for place in places}
    assert {e["name"]: e["args"].get("where") for e in events if e["ph"] == "X" and e["pid"] == 1}.items() >= {
        (task, ", ".join(places)) for task, places in asked.items()
    }
    assert len([e for e in events if e["ph"] == "X" and e["pid"] == 1]) == len(lines)

    page = beside(built, "index.html").partition('id="places-title"')[2].partition("</table>")[0]
    rows = [re.sub(r"<[^>]*>|\s+", " ", row).split() for row in page.split("<tr>")[1:]]
    assert rows == [[place, str(count), noun, *taken] for place, count, noun, taken in (
        ("one:41", 2, "tasks", ["4", "s"]), ("two:42", 2, "tasks", ["4", "s"]), ("&lt;b&gt;:1", 1, "task", ["2", "s"]),
    )]  # fmt: skip
    drawn = [sum(path.count("M") for path in re.findall(r' d="([^"]*)"', row)) for row in page.split("<tr>")[1:]]
    assert drawn == [2, 2, 1]


def test_what_a_worker_did_at_a_time_stands_side_by_side() -> None:
    def span(task: str, start: float, end: float) -> Span:
        return Span(task, "passed", start, end, 1)

    spans = [span("a", 0, 3), span("b", 1, 2), span("c", 2, 4), span("d", 3, 5), span("e", 3.5, 6)]
    assert [[each.task for each in row] for row in side_by_side(reversed(spans))] == [["a", "d"], ["b", "c"], ["e"]]


def test_failures_have_their_places_in_the_files(built: Project) -> None:
    built.write("06", "x[1] >= 1", 'x[2] >= 1 /\\ "é" >= 2', notes="n")
    built.write("08", "x[1] >= 60", "x[3] >= 0", "x[2] >= 60", notes="both cannot be")
    path = built.write("19", "x[1] >= 1", "x[1] >= 1 /\\ cuont(i in 5..8)(x[i] >= 10) >= 2")
    path.write_text(path.read_text().replace("/\\\\", "\\u002f\\u005c"))  # another spelling of the same text
    built.write("20", "x[1] >= 1").write_text('{\n  "id": "20",\n  "title": 5 6\n}\n')
    assert built.doit("schema", "solve:08").status != 0
    reported(built)
    log = json.loads(beside(built, "results.sarif"))
    jsonschema.validate(log, SARIF)
    results = log["runs"][0]["results"]

    def marked(place: dict[str, Any]) -> str:
        physical = place["physicalLocation"]
        lines = (built.home / physical["artifactLocation"]["uri"]).read_text(encoding="utf-8").split("\n")
        region = physical["region"]
        assert region.get("endLine", region["startLine"]) == region["startLine"]
        line = lines[region["startLine"] - 1]
        return str(line[region["startColumn"] - 1 : region["endColumn"] - 1] if "startColumn" in region else line)

    found = {place: result for result in results for place in map(marked, result["locations"])}
    assert found.keys() == {'\\"', '"x[1] >= 60"', "cuont", "6"}
    conflict = found['"x[1] >= 60"']
    assert conflict["ruleId"] == "solve"
    assert [marked(place) for place in conflict["relatedLocations"]] == ['"x[2] >= 60"']
    assert found["cuont"]["message"]["text"].startswith("unknown name 'cuont'")

    root = ElementTree.fromstring(beside(built, "junit.xml"))
    failed = {case.attrib["name"]: case for case in root.iter("testcase") if case.find("failure") is not None}
    assert failed.keys() == {"06 Chunk 06", "08 Chunk 08", "19 Chunk 19", "20"}
    failure = failed["08 Chunk 08"].find("failure")
    assert failure is not None
    assert "c3: x[2] >= 60" in (failure.text or "")
    skipped = root.findall(".//testcase/skipped")
    assert len(skipped) == int(root.attrib["skipped"]) > 0


def test_no_text_breaks_a_file_for_other_programs() -> None:
    hostile = f"]]>{HOSTILE}\x00\x1b\ud800"
    row = Row({"crosscheck": "warned", "solve": "failed"}, disagreements=(hostile,))
    evidence = Evidence(replace(REPORT, chunks={"06": row}, failures={"solve:06": hostile, "minizinc": hostile}))
    root = ElementTree.fromstring(junit(evidence).encode())
    assert [len(suite) for suite in root] == [1, 1, 1]
    log = json.loads(sarif(evidence).encode())
    jsonschema.validate(log, SARIF)
    assert len(log["runs"][0]["results"]) == 3


def of(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object", "properties": properties, "required": required.split(), "additionalProperties": False
    }  # fmt: skip


# The parts of the schema of SARIF 2.1.0 (OASIS, sarif-schema-2.1.0.json) that reports use, and nothing beside them.
TEXT = of("text", text={"type": "string"})
NUMBER = {"type": "integer", "minimum": 1}
PLACE = of(
    "physicalLocation",
    physicalLocation=of(
        "artifactLocation",
        artifactLocation=of("uri", uri={"type": "string", "format": "uri-reference"}),
        region=of("startLine", startLine=NUMBER, startColumn=NUMBER, endLine=NUMBER, endColumn=NUMBER),
    ),
    logicalLocations={
        "type": "array",
        "minItems": 0,
        "uniqueItems": True,
        "items": of("name", name={"type": "string"}),
    },
    message=TEXT,
)
PLACES = {"type": "array", "minItems": 0, "uniqueItems": True, "items": PLACE}
RESULT = of(
    "message",
    ruleId={"type": "string"},
    level={"enum": ["none", "note", "warning", "error"]},
    message=TEXT,
    locations={**PLACES, "uniqueItems": False},
    relatedLocations=PLACES,
)
RULE = of("id", id={"type": "string"}, shortDescription=TEXT)
DRIVER = of(
    "name",
    name={"type": "string"},
    semanticVersion={"type": "string"},
    rules={"type": "array", "uniqueItems": True, "items": RULE},
)
RUN = of(
    "tool",
    tool=of("driver", driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "minItems": 0, "items": RESULT},
)
SARIF = {
    **of("version runs", version={"enum": ["2.1.0"]}, runs={"type": "array", "items": RUN}),
}
SARIF["properties"]["$schema"] = {"type": "string", "format": "uri"}


def test_the_critical_path_is_the_longest_chain_that_waits() -> None:
    steps = (
        Step("a", "", (), (), True), Step("b", "", ("a",), ("tool",), True), Step("c", "", ("a", "b"), (), True),
    )  # fmt: skip

    def entry(task: str, seconds: float, end: int) -> Entry:
        return Entry(task, "passed", seconds, time=f"2026-01-01T00:00:{end:02}.000+00:00", build="one")

    journal = [
        entry("_tool", 2, 2), entry("a:01", 1, 3), entry("b:01", 5, 9), entry("c:01", 1, 12), entry("a:02", 4, 8),
        entry("c:02", 3, 30), replace(entry("a:03", 90, 59), build="two"), entry("report", 99, 40),
    ]  # fmt: skip
    first, second = builds(journal, steps)
    assert [span.task for span in critical_path(first, steps)] == ["_tool", "b:01", "c:01"]
    assert [span.task for span in critical_path(second, steps)] == ["a:03"]
    assert first.seconds == 30


def test_all_steps_of_a_run_on_github_are_one_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_RUN_ID", raising=False)
    assert build_name(0.0) == "1970-01-01T00:00:00.000+00:00" != build_name(1.0)
    monkeypatch.setenv("GITHUB_RUN_ID", "17")
    monkeypatch.setenv("GITHUB_RUN_ATTEMPT", "2")
    assert build_name(0.0) == build_name(1.0) == "run 17.2"


def test_a_graph_is_drawn_without_the_arrows_that_others_imply() -> None:
    nodes = [Node("schema"), Node("solve", ("schema",)), Node("prove", ("schema", "solve")), Node("lean", kind="tool")]
    nodes.append(Node("check", ("prove", "lean", "schema")))
    drawn = dot(nodes)
    assert '"schema" -> "solve"' in drawn
    assert '"schema" -> "prove"' not in drawn
    assert drawn.count("->") == 4
    assert mermaid(nodes).count("-->") == 4
    picture = ElementTree.fromstring(svg(nodes))
    assert len(picture.findall("{*}rect")) == 5
    places = {place.node.name: place for place in layout(nodes).places}
    assert places["schema"].x < places["solve"].x < places["prove"].x == places["lean"].x < places["check"].x
    assert places["prove"].y != places["lean"].y
    hostile = [Node('"]--><script>', (), '\\" # &amp; <b>')]
    assert "<script" not in mermaid(hostile) + svg(hostile)
    ElementTree.fromstring(svg(hostile))


def test_forms_are_read_from_code_and_not_from_what_people_write() -> None:
    trap = "-/\n\ndef c_a (x : Point) : Prop :=\n  True\n\npredicate c_a(array[int] of var int: x) =\n  true;\n/- "
    texts = {
        "a": "x[1] + x[2] >= 30", "b": "1 <= 2", "c": "component_of(X, T_int)", 'd "': "x[1] < 5 -> x[3] = 2",
    }  # fmt: skip
    constraints = [{"name": name, "expr": text, "notes": trap} for name, text in texts.items()]
    data = {"id": "06", "title": trap, "goalType": "proof", "constraints": constraints}
    specification = understand(Path("chunk-06.constraints.json"), json.dumps(data))
    chunk, statements = specification.chunk, specification.statements
    model, module = render_model(chunk, statements), render_module(chunk, statements, [30, 0, 2, 0, 0, 0, 0, 68])
    identifiers = names(texts)
    forms = forms_in_model(model)
    assert [forms.get(name) for name in identifiers] == [
        formula(statement.expression) if statement.kind == "formal" and statement.expression else None
        for statement in statements
    ]
    pairs = zip(texts, identifiers, strict=True)
    assert [kind_in_model(model, name, identifier in forms) for name, identifier in pairs] == [
        statement.kind for statement in statements
    ]
    lean = forms_in_module(module)
    assert (lean["c_a"], lean[identifiers[3]]) == ("x.x1 + x.x2 ≥ 30", "x.x1 < 5 → x.x3 = 2")
    assert not {identifiers[1], identifiers[2]} & lean.keys()
