"""A stage's digest covers all code and data that compute it, and what it does not cover does not."""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from conftest import Project
from tasks.digests import PACKAGE, Code, outdated_bytecode, package_signature
from tasks.stages import STAGES


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What each module of the package uses, as a build keeps it; not to be changed."""
    kept = tmp_path_factory.mktemp("known") / "code.json"
    code = Code(kept)
    for stage in STAGES:
        code.digest(stage.module)
    return kept


@pytest.mark.parametrize("stage", [stage.name for stage in STAGES])
def test_a_digest_covers_what_a_stage_imports_inside_functions_and_the_data_that_it_reads(
    known: Path, stage: str
) -> None:
    closure = Code(known).closure(f"stages/{stage}.py")
    assert {"__init__.py", "errors.py", "files.py", "stages/stage.py", f"stages/{stage}.py"} <= closure
    reads_chunks = {"language/grammar.lark", "language/parse.py", "corpus/chunk.schema.json", "specification.py"}
    assert reads_chunks <= closure
    by_stage = {
        "render_mzn": {"render/model.py"},
        "solve": {"check/minizinc.py", "check/supervisor.py", "check/cache.py", "check/witness.py"},
        "balance": {"check/minizinc.py", "check/witness.py"},
        "render_lean": {"render/certificate.py", "render/lean_module.py", "render/lean_text.py"},
        "sample": {"points.py", "claims.py", "language/mutate.py"},
        "prove": {"check/lean.py", "check/kernel.py", "render/library/Support.lean"},
        "crosscheck": {"check/values.py", "check/agreement.py", "render/lean_reader.py", "render/model_reader.py"},
        "lint": {"check/hygiene.py", "check/advice.py", "render/boundary.py"},
    }
    assert by_stage.get(stage, set()) <= closure


def test_a_renderer_concerns_its_own_stage_alone(known: Path) -> None:
    code = Code(known)
    using = {
        file: {stage.name for stage in STAGES if file in code.closure(stage.module)}
        for file in ("render/model.py", "render/certificate.py", "render/lean_module.py")
    }
    assert using == {
        "render/model.py": {"render_mzn", "lint"},  # which asks the solver formulas of its own
        "render/certificate.py": {"render_lean", "lint"},  # which has Lean judge what it says of all points
        "render/lean_module.py": {"render_lean"},
    }


def test_every_file_of_data_is_named_by_a_module_that_some_task_is_computed_by() -> None:
    code = Code()
    data = {name for name in package_signature() if not name.endswith(".py")} - {"py.typed"}
    modules = [name for name in package_signature() if name.endswith(".py")]
    assert data - code.closure(*modules) == set()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACKAGE, tmp_path / "tasks", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.mark.parametrize(
    ("file", "stages"),
    [
        ("__init__.py", {stage.name for stage in STAGES}),
        ("files.py", {stage.name for stage in STAGES}),
        ("corpus/chunk.schema.json", {stage.name for stage in STAGES}),
        ("render/model.py", {"render_mzn", "lint"}),
        ("check/supervisor.py", {"solve", "prove", "crosscheck", "balance", "lint"}),
        ("report/markdown.py", set()),
        ("run.py", set()),
    ],
)
def test_an_edit_changes_the_digests_of_what_it_concerns(
    known: Path, package: Path, tmp_path: Path, file: str, stages: set[str]
) -> None:
    kept = Path(shutil.copy(known, tmp_path))
    code = Code(kept, package)
    before = {stage.name: code.digest(stage.module) for stage in STAGES}
    path = package / file
    path.write_text(path.read_text() + "\n")
    code = Code(kept, package)
    after = {stage.name: code.digest(stage.module) for stage in STAGES}
    assert {name for name in before if before[name] != after[name]} == stages


def test_what_is_imported_for_types_alone_is_no_part_of_a_digest(package: Path) -> None:
    module = package / "stages" / "schema.py"
    text = module.read_text()
    module.write_text(f"{text}\nif TYPE_CHECKING:\n    from ..render.model import render\n")
    assert "render/model.py" not in Code(package=package).closure("stages/schema.py")
    module.write_text(f"{text}\n\ndef later():\n    from ..render import model\n")
    assert "render/model.py" in Code(package=package).closure("stages/schema.py")


def test_digests_are_kept_by_signature_and_a_changed_file_is_read_again(package: Path, tmp_path: Path) -> None:
    kept = tmp_path / "code.json"
    first = Code(kept, package).digest("stages/solve.py")
    again = Code(kept, package)
    assert again._digests == {"stages/solve.py": first}
    path = package / "files.py"
    path.write_text(path.read_text() + "\n")
    assert again.has_changed()
    assert Code(kept, package).digest("stages/solve.py") != first
    kept.write_text("{")
    assert Code(kept, package).digest("stages/solve.py") != first


def test_what_a_module_uses_is_kept_by_its_content_wherever_the_package_lies(
    known: Path, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Path(shutil.copy(known, tmp_path))
    modules = [stage.module for stage in STAGES]
    first = [Code(kept, package).digest(module) for module in modules]
    package = package.rename(tmp_path / "elsewhere")
    (package / "stages" / "solve.py").write_text("from ..render import model\nNAME = 'later.txt'\n")
    read: list[str] = []
    uses = Code._uses

    def counted(code: Code, name: str) -> Iterator[str]:
        read.append(name)
        return uses(code, name)

    monkeypatch.setattr(Code, "_uses", counted)
    second = [Code(kept, package).digest(module) for module in modules]
    assert read == ["stages/solve.py"]
    assert [module for module, a, b in zip(modules, first, second, strict=True) if a != b] == ["stages/solve.py"]
    (package / "render" / "later.txt").touch()
    found = Code(kept, package).closure("stages/solve.py")
    assert {"render/model.py", "render/later.txt"} <= found
    assert len(read) > 2  # with another file, a name may lead elsewhere in every module


def test_a_worker_takes_the_digests_that_the_build_has_found_out(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, worker = (Code(tmp_path / "code.json", package) for _ in range(2))
    found = build.digest("stages/solve.py")
    monkeypatch.setattr(Code, "closure", None)
    assert worker.digest("stages/solve.py") == found
    monkeypatch.undo()
    (package / "files.py").write_text("# other code\n")
    assert Code(tmp_path / "code.json", package).digest("stages/solve.py") != found


def test_what_python_compiled_from_another_version_is_not_believed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a version of the same size and the same second, which Python takes for the same."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE")
    module = project.own_package() / "render" / "model.py"
    compiled = Path(cache_from_source(str(module)))
    text, now = module.read_text(), module.stat().st_mtime
    compiled.unlink()
    assert project.doit("render_mzn:06", "cache=off").status == 0
    model = project.rendered / "mzn" / "chunk-06.mzn"
    before = model.read_text()
    assert " satisfy;" in before
    module.write_text(text.replace("{by_x} satisfy;", "{by_x} sAtisfy;"))
    os.utime(module, (now, now))
    finished = project.doit("render_mzn:06", "cache=off")
    assert finished.status == 3
    assert finished.errors == (
        f"ERROR: Python has compiled {compiled.name} from another version of the file: it is removed, build again\n"
    )
    assert "render_mzn:06" in project.doit("render_mzn:06", "cache=off").ran
    assert model.read_text() == before.replace(" satisfy;", " sAtisfy;")


@pytest.mark.parametrize("mode", py_compile.PycInvalidationMode)
def test_compiled_modules_are_outdated_where_python_would_not_notice(
    tmp_path: Path, mode: py_compile.PycInvalidationMode
) -> None:
    module = tmp_path / "module.py"
    module.write_text("A = 1\n")
    compiled = Path(str(py_compile.compile(str(module), invalidation_mode=mode)))
    before, signature = module.stat(), package_signature(tmp_path)
    assert list(outdated_bytecode(tmp_path, signature)) == []
    size, changed, touched, inode = signature["module.py"]
    copied = {"module.py": [size, changed, touched + 10**12, inode]}  # as in an image of a container
    assert list(outdated_bytecode(tmp_path, copied)) == []
    module.write_text("A = 2\n")
    os.utime(module, ns=(before.st_atime_ns, before.st_mtime_ns))
    noticed = mode == py_compile.PycInvalidationMode.CHECKED_HASH
    assert list(outdated_bytecode(tmp_path, package_signature(tmp_path))) == ([] if noticed else [compiled])
    module.write_text("A = 33\n")  # of another size
    noticed = mode != py_compile.PycInvalidationMode.UNCHECKED_HASH
    assert list(outdated_bytecode(tmp_path, package_signature(tmp_path))) == ([] if noticed else [compiled])


def test_the_package_is_looked_at_before_it_is_loaded() -> None:
    """So that code that changes while it is loaded is seen to have changed."""
    for first in ("tasks.state.plugin", "tasks.cli"):
        script = f"import sys\nfrom importlib import import_module\nimport tasks\n{HOOK}import_module({first!r})\n"
        found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
        assert set(found.split()) <= {"tasks", "tasks.state", "tasks.errors", "tasks.files", first}


HOOK = """
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "tasks.digests":
            print(*(name for name in sys.modules if name.partition(".")[0] == "tasks"))
sys.meta_path.insert(0, Finder())
"""


def test_code_that_changes_during_a_build_is_not_believed(built: Project) -> None:
    module = built.own_package() / "check" / "minizinc.py"
    stage = built.own_package() / "stages" / "solve.py"
    planted = (
        "    from pathlib import Path\n"
        f"    path = Path({str(module)!r})\n"
        "    if Path('switch').exists():\n"
        "        text = path.read_text()\n"
        "        path.write_text(text + '# another branch')\n"
        "        path.write_text(text)\n"
    )
    stage.write_text(stage.read_text().replace("    return Result(", f"{planted}    return Result("))
    (built.home / "switch").touch()
    finished = built.doit("solve:06")
    assert finished.status == 3
    assert finished.errors == "ERROR: the code of the package changed during the build: build again\n"
    (built.home / "switch").unlink()
    assert "solve:06" in built.doit("solve:06").ran
    assert built.doit("solve:06").ran == set()
