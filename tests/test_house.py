"""The code keeps its own rules: format, lint, types, and who may import whom."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from conftest import REPOSITORY
from tasks import build

PACKAGE = REPOSITORY / "src" / "tasks"

# What each part of the package may import of the others: data moves one way, and doit stands on top.
MAY_IMPORT = {
    "errors": set(),
    "files": set(),
    "corpus": {"errors"},
    "language": {"errors"},
    "specification": {"corpus", "errors", "files", "language"},
    "sample": {"errors", "stamps"},
    "sampling": {"language", "specification"},
    "render": {"corpus", "errors", "language"},
    "check": {"errors", "render"},
    "layout": {"corpus"},
    "stamps": {"errors", "files"},
    "summary": {"files", "layout", "stamps"},
    "report": {"errors", "files", "layout", "stamps", "summary"},
    "stages": {
        "check",
        "corpus",
        "errors",
        "files",
        "language",
        "layout",
        "render",
        "specification",
        "stamps",
        "summary",
        "sample",
        "sampling",
        "report",
    },
    "jobs": {"check", "errors", "render"},
    "state": {"files"},
    "reporter": {"state", "summary"},
    "build": {"check", "corpus", "errors", "files", "layout", "stamps", "state", "summary"},
}
MAY_IMPORT_DOIT = {"build", "reporter", "state"}


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]],
    ids=["lint", "format", "types"],
)
def test_the_code_is_clean(command: list[str]) -> None:
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def imports(path: Path) -> set[str]:
    """The parts of the package, and "doit", that a module imports."""
    package = path.relative_to(PACKAGE).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found.update((*base, *(name or "").split("."))[0] for name in names)
        elif isinstance(node, ast.ImportFrom):
            found.update({"doit"} & {str(node.module).split(".")[0]})
        elif isinstance(node, ast.Import):
            found.update({"doit"} & {alias.name.split(".")[0] for alias in node.names})
    return found - {"__version__"}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_each_part_imports_only_what_lies_below_it(path: Path) -> None:
    part = path.relative_to(PACKAGE).with_suffix("").parts[0]
    if part == "__init__":
        return
    found = imports(path)
    assert found - MAY_IMPORT[part] - {part, "doit"} == set()
    assert "doit" not in found or part in MAY_IMPORT_DOIT


# What they do shows in no verdict and in no rendered text.
HARMLESS = {PACKAGE / name for name in ("errors.py", "files.py", "layout.py")}


def closure(path: Path) -> set[Path]:
    """The modules of the package that a module imports when it is imported, and theirs; the harmless ones aside."""
    found: set[Path] = set()
    waiting = [path]
    while waiting:
        module = waiting.pop()
        package = module.parent
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.level:
                base = package
                for _ in range(node.level - 1):
                    base = base.parent
                base = base.joinpath(*(node.module or "").split(".")) if node.module else base
                named = [base.with_suffix(".py"), *((base / alias.name).with_suffix(".py") for alias in node.names)]
                for imported in named:
                    if imported.is_file() and imported not in found | HARMLESS:
                        found.add(imported)
                        waiting.append(imported)
    return found


@pytest.mark.parametrize("stage", sorted(build._CODE))
def test_a_stage_is_as_old_as_all_the_code_that_it_runs(stage: str) -> None:
    own = PACKAGE / "stages" / f"{stage}.py"
    counted = {own}
    for part in build._CODE[stage]:
        path = PACKAGE / part
        assert path.exists(), part
        counted.update(path.iterdir() if path.is_dir() else [path])
    assert closure(own) - counted == set()


def test_the_commands_of_the_readme_are_those_that_ci_runs() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    ci = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    for command in ("./dev doit", "./dev pytest"):
        assert f"\n{command}" in readme
        assert f"\n{command}" in ci


def test_the_architecture_on_paper_is_the_one_that_is_held() -> None:
    text = (REPOSITORY / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    stated: dict[str, set[str]] = {}
    for part, allowed in re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*)\|$", text, re.MULTILINE):
        stated[part] = set(stated) if allowed.strip() == "all of the above" else set(re.findall(r"`(\w+)`", allowed))
    assert stated == MAY_IMPORT
