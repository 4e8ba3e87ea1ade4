"""A report as JUnit XML: a suite for each stage, in it a case for each chunk."""

from __future__ import annotations

from xml.etree import ElementTree as xml

from ..errors import visible
from .evidence import Evidence
from .format import ReportFormat


def junit(evidence: Evidence) -> str:
    """The report for programs that show test results. What has not run counts as skipped."""
    report, titles = evidence.report, {i: dossier.title for i, dossier in (evidence.chunks or {}).items()}
    root = xml.Element("testsuites", name="duality")
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    time = 0.0
    for stage in report.stages:
        rows = {i: row for i, row in report.chunks.items() if stage in row.stages}
        if not rows:
            continue
        suite = xml.SubElement(root, "testsuite", name=stage)
        counts = dict.fromkeys(totals, 0)
        spent = 0.0
        for chunk_id, row in rows.items():
            result, seconds = row.stages[stage], row.seconds.get(stage, 0.0)
            name = " ".join(filter(None, (chunk_id, titles.get(chunk_id, ""))))
            case = xml.SubElement(suite, "testcase", classname=stage, name=visible(name), time=f"{seconds:.3f}")
            counts["tests"] += 1
            spent += seconds
            if result == "failed":
                counts["failures"] += 1
                text = report.failures.get(f"{stage}:{chunk_id}", "")
                first = visible(text.partition("\n")[0])
                xml.SubElement(case, "failure", type=stage, message=first).text = _lines(text)
            elif result == "not_run":
                counts["skipped"] += 1
                xml.SubElement(case, "skipped", message="not run as the files are now")
            elif stage == "crosscheck" and row.disagreements:
                xml.SubElement(case, "system-out").text = "\n".join(map(visible, row.disagreements))
        suite.attrib |= {name: str(count) for name, count in counts.items()} | {"time": f"{spent:.3f}"}
        totals = {name: totals[name] + counts[name] for name in totals}
        time += spent
    _tools(root, evidence, totals)
    root.attrib |= {name: str(count) for name, count in totals.items()} | {"time": f"{time:.3f}"}
    xml.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _tools(root: xml.Element, evidence: Evidence, totals: dict[str, int]) -> None:
    """A suite of what failed for no single chunk, such as a tool that is missing."""
    others = {task: text for task, text in evidence.report.failures.items() if ":" not in task}
    if not others:
        return
    count = len(others)
    numbers = {"tests": str(count), "failures": "0", "errors": str(count), "skipped": "0", "time": "0.000"}
    suite = xml.SubElement(root, "testsuite", numbers, name="tools")
    for task, text in others.items():
        case = xml.SubElement(suite, "testcase", classname="tools", name=visible(task), time="0.000")
        xml.SubElement(case, "error", type="tool", message=visible(text.partition("\n")[0])).text = _lines(text)
    totals["tests"] += count
    totals["errors"] += count


def _lines(text: str) -> str:
    """text in characters that XML can hold."""
    return "\n".join(map(visible, text.split("\n")))


FORMAT = ReportFormat(file="junit.xml", render=junit)
