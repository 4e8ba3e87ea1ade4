"""The code keeps its own rules: format, lint, types, and who may import whom."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import REPOSITORY

PACKAGE = REPOSITORY / "src" / "tasks"

# What each part of the package may import of the others: data moves one way, and doit stands on top.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "files": set(),
    "variables": {"errors"},
    "corpus": {"errors", "files"},
    "language": {"errors", "files"},
    "specification": {"corpus", "errors", "files", "language"},
    "formatting": {"corpus", "errors", "language"},
    "layout": {"corpus"},
    "plan": {"corpus", "errors", "files", "layout", "variables"},
    "freshness": {"files"},
    "digests": {"errors", "files"},
    "records": {"errors", "files"},
    "render": {"corpus", "errors", "files", "language"},
    "points": {"language", "specification"},
    "boxes": {"language", "render", "specification"},
    "claims": {"corpus", "points", "records", "render"},
    "check": {"boxes", "claims", "corpus", "digests", "errors", "language", "plan", "records", "render",
              "specification"},
    "cluster": {"check", "digests", "errors", "plan"},
    "stages": {"boxes", "check", "claims", "corpus", "digests", "errors", "files", "freshness", "plan", "points",
               "records", "render", "specification"},
    "ledger": {"digests", "freshness", "plan", "records", "stages"},
    "report": {"errors", "files", "records"},
    "state": {"check", "digests", "files", "freshness", "layout", "ledger", "plan"},
    "jobs": {"check", "corpus", "digests", "errors", "files", "ledger", "plan", "records", "render", "report",
             "specification", "stages", "state"},
    "forks": set(),
    "snapshot": {"check", "corpus", "digests", "files", "forks", "freshness", "layout", "variables"},
    "project": {"corpus", "digests", "layout", "plan", "snapshot", "variables"},
    "idle": {"errors", "files", "project", "screen", "snapshot", "state"},
    "selection": {"corpus", "errors", "project"},
    "lifecycle": {"check", "errors", "files", "freshness", "jobs", "ledger", "plan", "project", "records", "snapshot",
                  "stages", "state"},
    "graph": {"check", "errors", "jobs", "lifecycle", "project", "records", "stages", "state"},
    "build": {"errors", "graph", "project", "snapshot", "state"},
    "screen": {"state"},
    "reporter": {"build", "cluster", "records", "screen", "state"},
    "naming": {"build", "commands", "corpus", "errors", "project", "selection", "stages", "state", "variables"},
    "run": {"build", "check", "cluster", "commands", "errors", "files", "graph", "jobs", "lifecycle", "naming",
            "project", "selection", "snapshot", "stages", "state"},
    "editor": {"corpus", "errors", "files", "formatting", "language", "layout", "records", "render", "specification"},
    "cli": {"build", "commands", "corpus", "digests", "idle", "project"},
    "__main__": {"cli"},
}  # fmt: skip
MAY_IMPORT["commands"] = set(MAY_IMPORT) - {"cli", "__main__"}
MAY_IMPORT_DOIT = {"build", "cli", "commands", "graph", "naming", "reporter", "run", "state"}


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["zizmor", "--offline", "--persona", "auditor", "--quiet", ".github"],
    ],
    ids=["lint", "format", "types", "workflows"],
)
def test_the_code_is_clean(command: list[str]) -> None:
    """For the locked versions: others, which a Nix shell may have, have other rules."""
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    locked = re.search(rf"^{command[0]}==(\S+)", lock, re.MULTILINE)
    assert locked
    if shutil.which(command[0]) is None and "IN_NIX_SHELL" in os.environ:
        pytest.skip(f"this Nix shell has no {command[0]}")
    version = subprocess.run([command[0], "--version"], capture_output=True, text=True, check=True).stdout
    if locked[1] not in version.split():
        assert "IN_NIX_SHELL" in os.environ, f"{version.strip()} is not the locked {locked[1]}; use ./dev"
        pytest.skip(f"{version.strip()} is not the locked {locked[1]}")
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.skipif("IN_NIX_SHELL" in os.environ, reason="a Nix shell's packages are those of nixpkgs")
def test_the_locks_name_every_package_that_another_needs() -> None:
    """They are installed without dependencies, so nothing else would notice."""
    finished = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def imports(path: Path) -> set[str]:
    """The parts of the package, and "doit", that a module imports."""
    package = path.relative_to(PACKAGE).parts[:-1]
    found: set[str] = set()
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
        stated[part] = (
            set(stated) - {part} if allowed.strip() == "all of the above" else set(re.findall(r"`(\w+)`", allowed))
        )
    assert stated == MAY_IMPORT


def test_the_tests_of_a_file_run_in_one_worker(request: pytest.FixtureRequest) -> None:
    marker = request.node.get_closest_marker("xdist_group")
    assert marker.args == ("test_house.py",)
    if hasattr(request.config, "workerinput"):
        assert request.node.nodeid.endswith("@test_house.py"), "pytest-xdist does not group the tests"
