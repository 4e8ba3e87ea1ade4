"""A report says what a build has shown, beside what another did, and whatever it is made of, it stays a report."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import Project
from tasks.errors import ReportError
from tasks.records.report import Report, Row, read_report, write_report
from tasks.report.markdown import LONGEST, markdown


def reported(project: Project, *arguments: str) -> str:
    finished = project.doit("report", *arguments)
    assert finished.status == 0, finished.text()
    return (project.rendered / "report.md").read_text(encoding="utf-8")


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
    unchanged = "No constraint count, witness, balance interval or result has changed."
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
        {f"{i:04}": row for i in range(3000)}, {f"solve:{i:04}": "<" * 5000 for i in range(3000)}, (), ("crosscheck",)
    )
    text = markdown(large, large)
    assert len(text) <= LONGEST
    assert "... and 2995 more." in text


def test_a_kept_report_is_printed_by_the_module(tmp_path: Path) -> None:
    write_report(tmp_path / "report.json", REPORT)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tasks.report", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run("report.json", "report.json").stdout == markdown(REPORT, REPORT)
    assert run("nowhere").stderr == "nowhere: cannot be read: No such file or directory\n"
    assert run().returncode == 2
