"""The workflows, run as they stand: what is checked when, what is kept between runs, and who is told."""

from __future__ import annotations

import http.server
import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import REPOSITORY
from tasks.stages import PIPELINE
from workflow_actions import ACTIONS, PINNED
from workflow_expressions import evaluate, filled, holds
from workflows import GitHub, Run, repository

STAGES = tuple(stage.name for stage in PIPELINE)
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
COMPOSITE = REPOSITORY / ".github" / "actions" / "setup-nix" / "action.yml"
PILOTS = ("06", "08", "09", "19")
OTHERS = ("01", "07")
SECRET = "AGE-SECRET-KEY-NOBODY"


def tasks_of(*ids: str, stages: tuple[str, ...] = STAGES) -> set[str]:
    return {f"{stage}:{chunk_id}" for chunk_id in ids for stage in stages}


def clone(root: Path) -> GitHub:
    """A GitHub with this working tree as its repository, less most chunks."""
    root.mkdir()
    server = GitHub(root)
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


def push(server: GitHub, *only: str, again: Run | None = None) -> Run:
    before = server.git("rev-parse", "HEAD")
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
def story(tmp_path_factory: pytest.TempPathFactory, scanner_rules: None) -> Story:
    server = clone(tmp_path_factory.mktemp("github") / "server")
    first = push(server, "pilots", "tests")
    again = push(server, "pilots", again=first)
    edit(server, "08", add("late", "x[1] >= 0 -> x[2] <= 90"))
    server.commit()
    changed = push(server, "pilots")
    edit(server, "09", add("<b>never</b> @all", "x[1] > 100"))
    server.commit()
    broken = push(server, "pilots")
    edit(server, "09", remove("<b>never</b> @all"))
    server.commit()
    return Story(server, first, again, changed, broken, push(server, "pilots"))


def test_a_first_push_checks_every_pilot_each_stage_in_a_step_of_its_own(story: Story) -> None:
    assert story.first.result == "success", story.first
    job = story.first.jobs["pilots/checks"]
    for step, stage in (
        ("Schema", "schema"), ("Render MiniZinc", "render_mzn"), ("MiniZinc", "solve"), ("Render Lean", "render_lean"),
        ("Lean", "prove"), ("Cross-check", "crosscheck"), ("Tract balance", "balance"),
    ):  # fmt: skip
        assert tasks_of(*PILOTS, stages=(stage,)) <= job.step(step).ran, step
    assert job.ran == tasks_of(*PILOTS) | {"render_lean:package"}
    assert job.summary.startswith("## Duality: 4 chunks, all checks passed\n")


def test_a_first_push_runs_the_tests_and_lints_the_workflows(story: Story) -> None:
    job = story.first.jobs["tests"]
    assert [step.conclusion for step in job.steps if step.name in ("Lint the workflows", "Tests")] == ["success"] * 2
    assert "test_workflows.py" in job.step("Tests").output  # collected only; see the stand-in
    asked = story.server.asked.read_text()
    assert "develop .#default --profile" in asked
    for command in ("actionlint", "yamllint --strict", "pytest", "doit secrets commits="):
        assert f"develop --command {command}" in asked


def test_a_run_again_checks_nothing(story: Story) -> None:
    job = story.again.jobs["pilots/checks"]
    assert job.result == "success"
    assert job.ran == set()
    assert all("0 tasks run" in step.output for step in job.steps if "doit" in step.output and step.name != "Report")
    assert "all checks passed" in job.summary


def test_a_push_that_changes_one_chunk_checks_one_chunk(story: Story) -> None:
    job = story.changed.jobs["pilots/checks"]
    assert job.result == "success"
    assert job.ran == tasks_of("08")


def test_a_failing_chunk_is_red_and_named_and_keeps_no_other_from_being_checked(story: Story) -> None:
    job = story.broken.jobs["pilots/checks"]
    assert story.broken.result == "failure"
    assert job.step("Schema").conclusion == job.step("Render MiniZinc").conclusion == "success"
    assert job.step("MiniZinc").conclusion == "failure"
    assert "solve:09 failed" in job.step("MiniZinc").output
    assert job.summary.startswith("## Duality: 4 chunks, 1 not passed: 09\n")
    assert "**solve:09**" in job.summary
    assert "<b>" not in job.summary
    assert "@" not in job.summary


def test_after_a_failure_the_cache_is_saved_all_the_same(story: Story) -> None:
    job = story.broken.jobs["pilots/checks"]
    assert job.step("Save what was built and judged").conclusion == "success"
    assert any(line.startswith("saved duality-build-pilots-") for line in job.log)
    assert not any(line.startswith("saved duality-baseline") for line in job.log)
    assert story.mended.result == "success"
    assert story.mended.jobs["pilots/checks"].ran <= tasks_of("09")
    assert "all checks passed" in story.mended.jobs["pilots/checks"].summary


SETUP = "Set up Nix / Fetch the shell"


def test_a_first_run_whose_time_is_up_saves_what_it_fetched_and_the_next_goes_on_from_there(story: Story) -> None:
    server = story.server
    server.store.caches = [entry for entry in server.store.caches if entry.version != ("/nix",)]
    fetched, results = [], []
    for tired in ("2", "2", "0"):
        asked = len(server.asked.read_text())
        server.environment = {"NIX_TIRED": tired}
        run = push(server, "pilots")
        results.append(run.jobs["pilots/checks"].step(SETUP).outcome)
        fetched.append([line[6:] for line in server.asked.read_text()[asked:].splitlines() if line[:6] == "fetch "])
    server.environment = {}
    assert results == ["failure", "success", "success"]
    assert fetched == [["minizinc", "lean"], ["python"], []]
    assert run.result == "success"
    keys = [entry.key.split("-") for entry in server.store.caches if entry.version == ("/nix",)]
    assert [len(key) for key in keys] == [7, 5], (
        "the part has a key of its own, so that the whole can be saved beside it"
    )


def test_a_job_has_time_left_after_the_longest_set_up() -> None:
    fetch = next(step for step in yaml.safe_load(COMPOSITE.read_text())["runs"]["steps"] if step.get("id") == "shell")
    (limit,) = re.findall(r"timeout --signal=INT (\d+)m nix develop ", fetch["run"])
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
    server.change_api(pulls=server.api()["pulls"] | {str(number): {"head": {"sha": head}}})
    event = {"pull_request": {"base": {"sha": base, "ref": "main"}, "head": {"sha": head}}}
    built = server.run(
        "duality-nix.yml", "pull_request", f"refs/pull/{number}/merge", event=event, sha=head, trusted=trusted,
        only=("pilots",),
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
    server.secrets = {"SOPS_AGE_KEY": SECRET}
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
    server.secrets = {}
    return server, runs, comments


def test_a_pull_request_starts_from_what_its_base_has_checked(
    asked: tuple[GitHub, list[Run], list[list[dict[str, Any]]]],
) -> None:
    _, runs, _ = asked
    for run in runs:
        assert run.result == "success"
        assert run.jobs["pilots/checks"].ran == tasks_of("06")


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
        assert not any(line.startswith("saved duality-baseline") for line in run.jobs["pilots/checks"].log)
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
    run = server.run("duality-nix-comment.yml", "workflow_run", event={"workflow_run": facts})
    assert "nothing is written" in run.jobs["comment"].step("Write or update the comment").output
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
    tmp_path: Path, webhook: tuple[str, list[tuple[str, dict[str, str]]]]
) -> None:
    address, told = webhook
    server = clone(tmp_path / "server")
    good = server.run("duality-nix-nightly.yml", "schedule")
    assert good.result == "success"
    assert good.jobs["tell"].result == "skipped"
    checked = good.jobs["all/checks"]
    assert checked.ran == tasks_of(*PILOTS, "07") | {"schema:01", "schema:names", "render_lean:package"}
    assert "crosscheck=warn" in server.asked.read_text()
    assert checked.summary.startswith("## Duality: 6 chunks, all checks passed\n")

    edit(server, "07", add("never", "x[1] > 100"))
    server.commit()
    server.environment = {"SLACK_WEBHOOK_URL": f"{address}/slack", "DISCORD_WEBHOOK_URL": "placeholder"}
    for night in (1, 2):
        bad = server.run("duality-nix-nightly.yml", "workflow_dispatch", inputs={"fresh": False})
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
        assert "Discord: no webhook is set" in bad.jobs["tell"].step("Notify Slack and Discord").output

    edit(server, "07", remove("never"))
    server.commit()
    fresh = server.run("duality-nix-nightly.yml", "workflow_dispatch", inputs={"fresh": True})
    assert fresh.result == "success"
    assert "restored nothing" not in fresh.jobs["all/checks"].log
    assert fresh.jobs["all/checks"].ran == checked.ran


def test_the_legacy_entry_checks_the_same_pilots_and_says_that_it_is_deprecated(story: Story) -> None:
    run = story.server.run("duality-validation.yml", "workflow_dispatch")
    assert run.result == "success"
    assert run.jobs["pilots/checks"].ran == set()  # a push has checked them
    assert run.jobs["pilots/checks"].summary.startswith("## Duality: 4 chunks, all checks passed\n")
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
    server.secrets = {"SOPS_AGE_KEY": SECRET}
    run = server.run("duality-nix-smoke.yml", "push", "refs/heads/smoke")
    server.secrets = {}
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
    assert called or workflow["concurrency"]["cancel-in-progress"] is True
    for job in workflow["jobs"].values():
        assert "uses" in job or "timeout-minutes" in job
        if any(may == "write" for may in job.get("permissions", {}).values()):
            assert "pull_request" not in on
            assert "push" not in on
        for step in job.get("steps", []):
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False
            assert "${{" not in step.get("run", ""), "values reach a script by its environment"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_a_step_runs_comes_from_the_flake(path: Path) -> None:
    plain = {
        ".ci/run",
        "rm",
        "cat",
        "echo",
        "exit",
        "mkdir",
        "cp",
        "git",
        "if",
        "else",
        "fi",
        "for",
        "do",
        "done",
        "nix",
    }
    for job in yaml.safe_load(path.read_text())["jobs"].values():
        for step in job.get("steps", []):
            for line in step.get("run", "").splitlines():
                assert line.split()[0] in plain, line
                assert not {"apt", "apt-get", "pip", "pip3", "npm", "curl"} & set(line.split())


def test_a_push_and_a_pull_request_are_filtered_alike() -> None:
    for name in ("duality-nix.yml", "duality-nix-smoke.yml"):
        on = yaml.safe_load((REPOSITORY / ".github" / "workflows" / name).read_text())[True]
        assert on["push"]["paths"] == on["pull_request"]["paths"]


def test_only_the_comment_and_the_nightly_may_write() -> None:
    writing = {path.name for path in WORKFLOWS if ": write" in path.read_text()}
    assert writing == {"duality-nix-comment.yml", "duality-nix-nightly.yml"}


def lint(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_actionlint_and_yamllint_are_clean_and_would_say_so(tmp_path: Path) -> None:
    for command in (["actionlint"], ["yamllint", "--strict", "-c", ".github/yamllint.yml", ".github", "chunks"]):
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


def test_a_condition_without_a_status_means_success_and() -> None:
    failed = {"success": lambda: False, "always": lambda: True}
    assert not holds("${{ true }}", {}, failed)
    assert not holds(None, {}, failed)
    assert holds("${{ always() && true }}", {}, failed)
    assert filled("a-${{ true }}-${{ null }}b", {}, {}) == "a-true-b"
    with pytest.raises(KeyError):
        evaluate("toJSON('x')", {}, {})
