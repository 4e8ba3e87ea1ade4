"""The build does what is left and nothing else: with the real doit and the real MiniZinc."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Project, contents, duplicate

STAGES = ("schema", "render_mzn", "solve", "render_lean", "sample", "prove", "crosscheck", "balance")


def tasks_of(*chunk_ids: str, stages: tuple[str, ...] = STAGES) -> set[str]:
    return {f"{stage}:{chunk_id}" for stage in stages for chunk_id in chunk_ids}


@pytest.mark.cold
def test_a_first_build_runs_every_stage_and_sums_up(project: Project) -> None:
    finished = project.doit()
    assert finished.status == 0, finished.text()
    assert finished.ran == {
        *tasks_of("06", "08", "19"), "schema:01", "schema:names", "render_lean:package",
    }  # fmt: skip
    assert "4 chunks: 3 computational, 1 documentation" in finished.output
    assert "constraints   5 formal (5 solved, 5 proved), 0 vacuous, 1 informal (not checked)" in finished.output
    assert "minizinc" in finished.output
    summary = project.summary()
    assert summary["status"] == "passed"
    assert summary["stages"]["solve"] == {"passed": 3, "warned": 0, "failed": 0, "not_run": 0}
    assert "count.mzn" not in finished.text()


def test_stamps_say_what_was_checked_by_whom_on_what(built: Project) -> None:
    import hashlib

    for stage in STAGES:
        stamp = built.stamp(stage, "06")
        assert set(stamp) == {"chunk", "stage", "status", "engines", "inputs", "outputs", "outcome", "format"}
        assert (stamp["chunk"], stamp["stage"], stamp["status"]) == ("06", stage, "passed")
        assert all({"name", "version"} <= set(engine) for engine in stamp["engines"])
    solve = built.stamp("solve", "06")
    for name, path in (
        ("chunks/chunk-06.constraints.json", built.chunks / "chunk-06.constraints.json"),
        ("mzn/chunk-06.mzn", built.rendered / "mzn" / "chunk-06.mzn"),
    ):
        assert solve["inputs"][name] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert solve["outcome"] == {"witness": [0, 30, 5, 0, 0, 0, 0, 65]}
    assert built.stamp("balance", "06")["outcome"] == {"least": 0, "most": 100, "limit": 100}


def test_with_everything_built_nothing_runs(built: Project) -> None:
    again = built.doit()
    assert (again.status, again.ran) == (0, set())
    assert "0 tasks run" in again.output
    assert "5 formal (5 solved, 5 proved)" in again.output


def test_touching_every_file_runs_nothing(built: Project) -> None:
    built.own_package()
    for path in built.home.rglob("*"):
        os.utime(path)
    assert built.doit().ran == set()


def test_a_fresh_clone_with_the_rendered_folder_copied_over_runs_nothing(built: Project, tmp_path: Path) -> None:
    clone = built.copy(tmp_path / "elsewhere" / "clone")
    clone.own_package()
    for path in clone.home.rglob("*"):
        os.utime(path, (1, 1))
    assert clone.doit().ran == set()
    assert contents(clone.rendered) == contents(built.rendered)


def test_changing_one_constraint_runs_that_chunk_and_the_summary(built: Project) -> None:
    built.write("06", "x[1] + x[2] >= 31", "x[3] = 5")
    assert built.doit().ran == tasks_of("06")
    assert built.stamp("solve", "06")["outcome"]["witness"] == [0, 31, 5, 0, 0, 0, 0, 64]


def test_same_size_and_mtime_but_other_content_is_seen(built: Project) -> None:
    path = built.chunks / "chunk-06.constraints.json"
    before = path.stat()
    path.write_text(path.read_text().replace("30", "31"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert built.doit().ran == tasks_of("06")


def test_changing_only_notes_renders_and_solves_that_chunk_again(built: Project) -> None:
    witness = built.stamp("solve", "06")["outcome"]
    built.write("06", "x[1] + x[2] >= 30", "x[3] = 5", notes="Why thirty.")
    assert built.doit().ran == tasks_of("06")
    assert built.stamp("solve", "06")["outcome"] == witness
    assert "%   Why thirty." in (built.rendered / "mzn" / "chunk-06.mzn").read_text()


def test_changing_the_renderer_renders_all_and_solves_only_what_came_out_different(built: Project) -> None:
    renderer = built.own_package() / "render" / "model.py"
    code = renderer.read_text()
    renderer.write_text(code + "\n# A comment changes the code, and no text.\n")
    assert built.doit().ran == tasks_of("06", "08", "19", stages=("render_mzn",))

    different = code.replace('f"var int: objective', '"% what is minimised", f"var int: objective')
    assert different != code
    renderer.write_text(different)
    ran = built.doit().ran
    rendered = tasks_of("06", "08", "19", stages=("render_mzn",))
    assert ran == {
        *rendered,
        *tasks_of("08", stages=("solve", "render_lean", "sample", "crosscheck", "balance")),
    }


def test_changing_the_language_runs_all_that_reads_it(built: Project) -> None:
    grammar = built.own_package() / "language" / "grammar.lark"
    grammar.write_text(grammar.read_text() + "\n// more\n")
    assert built.doit().ran == {*tasks_of("06", "08", "19"), "schema:01"}


def test_another_minizinc_version_solves_all_again(built: Project, stub: Callable[[str, str], Path]) -> None:
    real = shutil.which("minizinc")
    folder = stub(
        "minizinc",
        f'#!/bin/sh\nif [ "$1" = --version ]; then {real} --version | sed "s/2\\.[0-9]*\\.[0-9]*/2.9.9/"; '
        f'else exec {real} "$@"; fi\n',
    )
    built.environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    finished = built.doit()
    assert finished.ran == {
        *tasks_of("06", "08", "19", stages=("solve", "render_lean", "sample", "crosscheck", "balance")),
    }
    assert built.stamp("solve", "06")["engines"][0]["version"] == "2.9.9"
    assert "minizinc 2.9.9" in finished.output
    assert built.doit().ran == set()


def test_the_same_version_in_another_place_solves_nothing(built: Project, stub: Callable[[str, str], Path]) -> None:
    folder = stub("other", "")
    real = shutil.which("minizinc")
    assert real is not None
    (folder / "minizinc").symlink_to(real)
    built.environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    assert built.doit().ran == set()


def test_another_program_that_says_the_same_version_solves_all_again(
    built: Project, stub: Callable[[str, str], Path]
) -> None:
    folder = stub("minizinc", f'#!/bin/sh\nexec {shutil.which("minizinc")} "$@"\n')
    built.environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    assert tasks_of("06", "08", "19", stages=("solve", "crosscheck", "balance")) <= built.doit().ran
    assert built.doit().ran == set()


def test_a_missing_minizinc_is_said_once_and_the_rest_is_built(project: Project, tmp_path: Path) -> None:
    project.environment["PATH"] = str(tmp_path)
    finished = project.doit()
    assert finished.status != 0
    assert finished.output.count("\n   minizinc is not installed") == 1
    assert {"schema:01", *tasks_of("06", "08", "19", stages=("schema", "render_mzn"))} <= finished.ran
    assert project.summary()["stages"]["solve"] == {"passed": 0, "warned": 0, "failed": 0, "not_run": 3}
    assert "Traceback" not in finished.text()


@pytest.mark.parametrize("damage", ["edit", "truncate", "delete", "replace by a link"])
def test_a_damaged_target_is_made_again(built: Project, damage: str) -> None:
    before = contents(built.rendered)
    for path, stage in (
        (built.rendered / "mzn" / "chunk-06.mzn", "render_mzn"),
        (built.rendered / "stamps" / "solve" / "06.json", "solve"),
    ):
        if damage == "edit":
            path.write_text(path.read_text().replace("30", "20"))
        elif damage == "truncate":
            path.write_text("")
        else:
            path.unlink()
            if damage == "replace by a link":
                path.symlink_to(built.chunks / "corpus.yaml")
        assert f"{stage}:06" in built.doit().ran
        assert contents(built.rendered) == before


def test_a_failing_chunk_leaves_no_stamp_and_hides_no_other(built: Project) -> None:
    built.write("06", "x[1] + x[2] >= 30", "x[1] + x[2] <= 20")
    built.write("08", "forall(i in 1..8)(x[i] >= 4)")
    finished = built.doit()
    assert finished.status != 0
    assert "Traceback" not in finished.text()
    assert "!! solve:06 failed" in finished.output
    assert "c1: x[1] + x[2] >= 30" in finished.output
    assert "c2: x[1] + x[2] <= 20" in finished.output
    assert not (built.rendered / "stamps" / "solve" / "06.json").exists()
    assert not (built.rendered / "stamps" / "balance" / "06.json").exists()
    assert built.stamp("solve", "08")["outcome"]["witness"][0] == 4
    summary = built.summary()
    assert summary["status"] == "failed"
    assert set(summary["failures"]) == {"solve:06"}
    assert summary["stages"]["solve"] == {"passed": 2, "warned": 0, "failed": 1, "not_run": 0}
    assert "FAILED: solve:06" in finished.output
    built.write("06", "x[1] + x[2] >= 30", "x[3] = 5")
    assert built.doit().status == 0
    assert built.summary()["status"] == "passed"


def test_a_chunk_that_fails_its_schema_leaves_no_older_verdict(built: Project) -> None:
    built.write("06", "x[1] + y[2] >= 30")
    finished = built.doit()
    assert finished.status != 0
    assert (
        "chunk-06.constraints.json:8: /constraints/0/expr: column 8: unknown name 'y'; did you mean 'x'?"
        in finished.output
    )
    for stage in STAGES:
        assert not (built.rendered / "stamps" / stage / "06.json").exists()
    assert not (built.rendered / "mzn" / "chunk-06.mzn").exists()
    assert built.summary()["stages"]["solve"] == {"passed": 2, "warned": 0, "failed": 0, "not_run": 1}


def test_informal_claims_only_where_the_corpus_allows_them(built: Project) -> None:
    built.write("06", "component_of(X, T_int)")
    finished = built.doit()
    assert finished.status != 0
    assert "found a claim in words, expected a formula" in finished.output


@pytest.mark.cold
@pytest.mark.parametrize("processes", ["1", "8"])
def test_any_number_of_processes_gives_the_same_bytes(built: Project, tmp_path: Path, processes: str) -> None:
    other = Project(tmp_path / "another" / "folder")
    shutil.copytree(built.home, other.home, ignore=shutil.ignore_patterns("rendered"), copy_function=duplicate)
    other.environment["PYTHONHASHSEED"] = processes  # another order of sets
    finished = other.doit("-n", processes)
    assert finished.status == 0, finished.text()
    assert contents(other.rendered) == contents(built.rendered)


def test_a_chunk_that_is_gone_leaves_nothing_behind(built: Project) -> None:
    (built.chunks / "chunk-08.constraints.json").unlink()
    finished = built.doit()
    assert (finished.status, finished.ran) == (0, set())
    assert not [name for name in contents(built.rendered) if "08" in name]
    assert built.summary()["count"]["all"] == 3


def test_the_balance_limit_concerns_the_balance_and_its_proof(built: Project) -> None:
    settings = built.chunks / "corpus.yaml"
    settings.write_text(settings.read_text() + "tract_balance: {limit: 99}\n")
    finished = built.doit()
    concerned = ("balance", "render_lean", "prove", "crosscheck")
    assert finished.ran == tasks_of("06", "08", "19", stages=concerned)
    assert "balance:06 failed" in finished.output
    assert "the tracts can be 100 apart, the limit is 99" in finished.output


def test_chunks_and_out_build_any_corpus_anywhere(built: Project, tmp_path: Path) -> None:
    finished = built.doit(f"chunks={built.chunks}", f"out={tmp_path / 'other out'}")
    assert finished.status == 0, finished.text()
    assert contents(tmp_path / "other out") == contents(built.rendered)
    assert built.doit().ran == set()


def test_one_chunk_alone_and_the_pilots_alone(project: Project) -> None:
    assert project.doit("chunk:08").ran == {*tasks_of("08"), "render_lean:package"}
    assert project.doit("pilots").ran == tasks_of("06")
    assert project.doit("solve:19").ran == tasks_of("19", stages=("schema", "render_mzn", "solve"))
    assert project.doit("prove:19").ran == tasks_of("19", stages=("render_lean", "sample", "prove"))


def test_foreign_files_are_noted_and_misnamed_chunks_are_errors(built: Project) -> None:
    (built.chunks / "README.md").write_text("hello")
    finished = built.doit()
    assert finished.status == 0
    assert "note          chunks/README.md is not a chunk and is ignored" in finished.output
    (built.chunks / "chunk-7.constraints.json").write_text("{}")
    finished = built.doit()
    assert finished.status != 0
    assert "chunk-7.constraints.json: not the name of a chunk; expected a name of the form chunk-NN" in finished.output


def test_doit_list_reads_like_a_table_of_contents(project: Project) -> None:
    lines = project.doit("list").output.splitlines()
    assert [line.split()[0] for line in lines] == [
        *STAGES,
        "chunk",
        "pilots",
        "primes",
        "secrets",
        "lint",
        "report",
        "summary",
    ]
    assert all(len(line.split(maxsplit=1)[1]) > 20 for line in lines)


def test_clean_info_and_forget_work_as_with_any_doit(built: Project) -> None:
    assert "up-to-date" in built.doit("info", "solve:06").output
    assert built.doit("forget", "solve:06").status == 0
    assert built.doit().ran == {"solve:06"}
    assert built.doit("clean", "solve:06").status == 0
    assert not (built.rendered / "stamps" / "solve" / "06.json").exists()
    assert built.doit("clean").status == 0
    assert contents(built.rendered) == {}
    assert built.doit().status == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chunk=x"], "unknown variable chunk=; did you mean chunks=?"),
        (["chunks=nowhere"], "nowhere: cannot be read as a folder of chunks"),
        (["out=dodo.py"], "dodo.py: cannot be created"),
        (["primes", "write=maybe"], "write=maybe: expected no or yes"),
        (["solve:77"], "there is no chunk 77 in chunks; near it: 06, 08 and 19"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_clear_line(project: Project, arguments: list[str], message: str) -> None:
    finished = project.doit(*arguments)
    assert finished.status == 3
    assert message in finished.errors
    assert "Traceback" not in finished.text()


def test_a_wrong_corpus_yaml_is_one_clear_line(project: Project) -> None:
    (project.chunks / "corpus.yaml").write_text('pilots: ["06"]\ndocumentation: ["02"]\n')
    finished = project.doit()
    assert finished.status == 3
    assert "corpus.yaml:2: documentation: item 1: found the id '02'" in finished.errors
    assert "Traceback" not in finished.text()


def test_primes_are_checked_and_assigned(project: Project) -> None:
    finished = project.doit("primes")
    assert finished.status != 0
    assert "/parameters/monsterPrimes: found None, expected [2, 7, 17] (external tract)" in finished.output
    assert project.doit("primes", "write=yes").status == 0
    assert project.doit("primes").status == 0
    data = json.loads((project.chunks / "chunk-06.constraints.json").read_text())
    assert data["parameters"]["monsterPrimes"] == [2, 7, 17]


def test_a_no_op_imports_nothing_heavy(built: Project) -> None:
    built.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    finished = built.doit()
    assert finished.ran == set()
    imported = {line.rsplit("|", 1)[-1].strip() for line in finished.errors.splitlines() if "|" in line}
    assert "tasks.build" in imported
    heavy = ("lark", "jsonschema", "ctypes", "rich", "jinja2", "watchfiles", "pygls", "dask", "tasks.language",
             "tasks.check.minizinc", "tasks.commands", "tasks.naming", "tasks.screen.terminal")  # fmt: skip
    assert imported.isdisjoint(heavy), imported.intersection(heavy)
