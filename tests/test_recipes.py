"""The recipes for maintainers do what they say, on a copy of the program, and touch no more files than they name."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import REPOSITORY, Project


def steps(recipe: str) -> dict[str, str]:
    """The Python files that a recipe says to write, by the path that stands before each."""
    text = (REPOSITORY / "docs" / "recipes" / f"{recipe}.md").read_text(encoding="utf-8")
    found = re.findall(r"Write `([^`]+)`.*?```python\n(.*?)```", text, re.DOTALL)
    return {path: re.sub(r"^ {3}", "", code, flags=re.MULTILINE) for path, code in found}


def named(path: Path, before: str, more: str) -> None:
    """Adds something to a file before a text that stands there once."""
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, more + before))


def test_the_recipe_adds_a_stage(built: Project) -> None:
    ((path, code),) = steps("stage").items()
    package = built.own_package() / "stages" / "__init__.py"
    (built.home / path).write_text(code)
    text = package.read_text()
    package.write_text(text.replace("schema, solve", "schema, solve, tightness"))
    named(package, "    lint.STAGE,\n", "    tightness.STAGE,\n")
    finished = built.doit()
    assert finished.status == 0, finished.text()
    assert finished.ran == {"tightness:06", "tightness:08", "tightness:19"}
    assert "tightness            3       0        0" in finished.output
    assert built.stamp("tightness", "06")["outcome"] == {"tight": 2}
    assert "tightness" in built.doit("list").output
    assert built.doit().ran == set()
    built.write("06", "x[1] + x[2] >= 30", "x[3] >= 5")
    assert "tightness:06" in built.doit().ran


def test_the_recipe_adds_a_report_format(built: Project) -> None:
    ((path, code),) = steps("report").items()
    package = built.own_package() / "report" / "__init__.py"
    (built.home / path).write_text(code)
    text = package.read_text()
    package.write_text(
        text.replace("import junit, markdown", "import junit, line, markdown").replace(
            "(page.FORMAT,", "(page.FORMAT, line.FORMAT,"
        )
    )
    finished = built.doit("report")
    assert finished.status == 0, finished.text()
    assert (built.rendered / "report" / "line.txt").read_text() == "Duality: 4 chunks, all checks passed\n"
    assert (built.rendered / "report" / "index.html").is_file()
