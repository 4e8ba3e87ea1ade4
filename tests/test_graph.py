"""`doit graph` draws the tasks that there are, with what each needs."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from conftest import Project, contents


def arrows(text: str) -> set[tuple[str, str]]:
    return set(re.findall(r'^  "(\S+)" -> "(\S+)";$', text, re.MULTILINE))


def test_the_whole_graph_has_a_node_for_each_stage_and_tool(built_once: Project) -> None:
    before = contents(built_once.rendered)
    finished = built_once.doit("graph")
    assert finished.status == 0, finished.text()
    labels = dict(re.findall(r'^  "(\S+)" \[label="(.*?)"', finished.output, re.MULTILINE))
    assert labels.pop("minizinc") == "minizinc"
    assert labels.pop("lean") == "lean"
    counts = {stage: sum(results.values()) for stage, results in built_once.summary()["stages"].items()}
    assert labels == {stage: f"{stage}\\n{count} tasks" for stage, count in counts.items()}
    assert {("schema", "render_mzn"), ("minizinc", "solve"), ("lean", "prove")} <= arrows(finished.output)
    assert ("schema", "solve") not in arrows(finished.output)
    assert contents(built_once.rendered) == before


def test_of_a_task_it_shows_all_that_it_needs(built_once: Project) -> None:
    finished = built_once.doit("graph", "balance:06", "01")
    assert arrows(finished.output) == {
        ("schema:06", "render_mzn:06"), ("render_mzn:06", "solve:06"), ("minizinc", "solve:06"),
        ("solve:06", "balance:06"),
    }  # fmt: skip
    assert '"schema:01"' in finished.output
    picture = ElementTree.fromstring(built_once.doit("graph", "balance:06", "format=svg").output)
    assert {text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")} == {
        "schema:06", "render_mzn:06", "solve:06", "balance:06", "minizinc",
    }  # fmt: skip
    assert built_once.doit("graph", "solve:06", "format=mermaid").output.startswith("flowchart LR\n")


def test_an_unknown_task_suggests_the_nearest(built_once: Project) -> None:
    finished = built_once.doit("graph", "sovle:06")
    assert finished.status == 3
    assert "nothing is named 'sovle:06'; did you mean solve:06?" in finished.errors
