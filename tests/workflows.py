"""A small GitHub: runs the workflows of a repository as they stand, each job in a fresh clone with the real doit.

It knows the part of GitHub Actions that our files use; anything else in them is an error.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from conftest import SOURCE, fork_server
from tasks.records.journal import entries
from workflow_actions import ActionFailed, Place, Store, perform
from workflow_expressions import Functions, as_text, filled, holds

STANDINS = Path(__file__).parent / "standins"
NAME = "acme/duality"
WORKFLOW_KEYS = {"name", "on", "permissions", "concurrency", "cache-mode", "defaults", "jobs"}
JOB_KEYS = {
    "name",
    "needs",
    "if",
    "runs-on",
    "timeout-minutes",
    "permissions",
    "env",
    "environment",
    "outputs",
    "strategy",
    "steps",
    "uses",
    "with",
    "secrets",
}
STEP_KEYS = {"name", "id", "if", "uses", "with", "run", "env", "shell", "continue-on-error"}
BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]


@dataclass
class Step:
    """A step that was come to. outcome: success, failure or skipped; conclusion: what counts (continue-on-error).

    ran: the tasks that doit ran in it.
    """

    name: str
    outcome: str
    conclusion: str
    output: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    ran: set[str] = field(default_factory=set)


@dataclass
class Job:
    name: str
    result: str
    steps: list[Step] = field(default_factory=list)
    summary: str = ""
    log: list[str] = field(default_factory=list)
    environments: list[dict[str, str]] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    @property
    def ran(self) -> set[str]:
        return {task for step in self.steps for task in step.ran if task != "report"}


@dataclass
class Run:
    """A run of a workflow: its jobs by id, those of a matrix by name; `pilots/checks` in one that another calls."""

    number: int
    jobs: dict[str, Job]
    event: Mapping[str, Any]

    @property
    def result(self) -> str:
        return "failure" if any(job.result == "failure" for job in self.jobs.values()) else "success"


class GitHub:
    """A repository with its caches, artifacts, issues and secrets."""

    def __init__(self, root: Path, verdicts: Path | None = None) -> None:
        """verdicts: what tools said, which each machine that has Nix knows."""
        self.root, self.verdicts = root, verdicts
        self.origin = root / "origin"
        self.store = Store(root / "store")
        self.environments: dict[str, dict[str, str]] = {}
        """The secrets of each; the repository itself has none."""
        self.state = root / "gh.json"
        self.state.write_text(json.dumps({"last": 100, "calls": [], "pulls": {}, "comments": {}, "issues": []}))
        self.asked = root / "nix.log"
        self.asked.touch()
        self.runs = 0
        self.environment: dict[str, str] = {}

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=A. Author", "-c", "user.email=author@example.org"]
        finished = subprocess.run(
            ["git", *identity, *arguments], cwd=self.origin, check=True, capture_output=True, text=True
        )
        return finished.stdout.strip()

    def api(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.state.read_text())
        return found

    def change_api(self, **change: Any) -> None:
        self.state.write_text(json.dumps(self.api() | change))

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "A change")
        return self.git("rev-parse", "HEAD")

    def run(
        self, file: str, event_name: str, ref: str = "refs/heads/main", *, event: Mapping[str, Any] | None = None,
        sha: str | None = None, inputs: Mapping[str, Any] | None = None, trusted: bool = True, again: Run | None = None,
        only: Iterable[str] = (),
    ) -> Run:  # fmt: skip
        """Runs a workflow.

        trusted: False for a fork's pull request, which gets no secret and a token that reads. again: the run that this
        is another attempt at. only: the jobs to run, if not all of them are meant; `pilots/checks` is one that pilots
        calls.
        """
        self.runs += 1
        run_id = again.number if again else self.runs
        event = event or {}
        pull = event.get("pull_request", {})
        base = pull.get("base", {}).get("ref", "")
        scopes = dict.fromkeys((ref, *([f"refs/heads/{base}"] if base else []), "refs/heads/main"))
        workflow = self.read(f".github/workflows/{file}")
        unknown = workflow.keys() - WORKFLOW_KEYS
        assert not unknown, unknown
        assert event_name in workflow["on"], f"{file} is not run by {event_name}"
        github = {
            "event_name": event_name, "event": event, "ref": ref, "ref_name": ref.split("/", 2)[2], "base_ref": base,
            "sha": sha or self.git("rev-parse", ref if ref.startswith("refs/heads") else "main"),
            "run_id": str(run_id), "run_attempt": str(1 + bool(again)), "repository": NAME,
            "workflow": workflow["name"], "server_url": "https://github.example",
        }  # fmt: skip
        assert self.starts(file, event_name, ref)
        run = Run(run_id, {}, event)
        scope = _Scope(self, run, github, dict(inputs or {}), {}, tuple(scopes), trusted)
        scope.jobs(workflow, "", set(only), {"contents": "read"} if trusted else None)
        return run

    def starts(self, file: str, event_name: str, ref: str, changed: Iterable[str] | None = None) -> bool:
        """Whether an event starts a workflow. changed: the files that a push or pull request changes."""
        events = self.read(f".github/workflows/{file}")["on"]
        if event_name not in events or event_name not in ("push", "pull_request"):
            return event_name in events
        filters = dict(events[event_name] or {})
        branches, paths = filters.pop("branches", None), filters.pop("paths", None)
        assert not filters
        if branches is not None and ref.removeprefix("refs/heads/") not in branches:
            return False
        return changed is None or paths is None or any(fnmatchcase(file, path) for file in changed for path in paths)

    def read(self, path: str) -> dict[str, Any]:
        found = yaml.safe_load((self.origin / path).read_text(encoding="utf-8"))
        if True in found:  # YAML 1.1 takes the key `on` for a truth value
            found["on"] = found.pop(True)
        assert isinstance(found, dict)
        if isinstance(found.get("on"), str):
            found["on"] = {found["on"]: None}
        return found


@dataclass
class _Scope:
    """A run, as seen by one workflow file of it."""

    server: GitHub
    run: Run
    github: dict[str, Any]
    inputs: dict[str, Any]
    secrets: Mapping[str, str]
    caches: tuple[str, ...]
    trusted: bool

    def jobs(self, workflow: dict[str, Any], prefix: str, only: set[str], allowed: Mapping[str, str] | None) -> str:
        """Runs the jobs of a workflow in the order of their needs; returns success or failure."""
        results: dict[str, str] = {}
        outputs: dict[str, dict[str, str]] = {}
        assert workflow["defaults"] == {"run": {"shell": "bash"}}
        for name, job in workflow["jobs"].items():
            assert job.keys() <= JOB_KEYS, job.keys() - JOB_KEYS
            if only and name not in {word.split("/")[0] for word in only}:
                continue
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            assert all(need in results for need in needs), f"{name}: {needs} stand below it or are left out"
            needed = {need: {"result": results[need], "outputs": outputs.get(need, {})} for need in needs}
            contexts = self.contexts({"needs": needed})
            good = all(results[need] == "success" for need in needs)
            if not holds(job.get("if"), contexts, _status(good)):
                results[name] = "skipped"
                self.run.jobs[prefix + name] = Job(name, "skipped")
            elif "uses" in job:
                inside = {word.partition("/")[2] for word in only} - {""}
                results[name] = self.call(job, contexts, f"{prefix}{name}/", inside, allowed)
            else:
                granted = {**workflow.get("permissions", {}), **job.get("permissions", {})}
                if prefix and allowed is not None:
                    assert granted.items() <= allowed.items(), "a called workflow may not do more than its caller"
                results[name] = "success"
                contexts["secrets"] = {**contexts["secrets"], **self.environment_secrets(job, contexts)}
                for values in self.matrix(job, contexts):
                    called = prefix + (as_text(filled(job["name"], {**contexts, **values}, {})) if values else name)
                    done = _Runner(self, called, job, {**contexts, **values}, granted).go()
                    self.run.jobs[called] = done
                    outputs[name] = done.outputs
                    if done.result != "success":
                        results[name] = done.result
        return "failure" if "failure" in results.values() else "success"

    def environment_secrets(self, job: dict[str, Any], contexts: dict[str, Any]) -> Mapping[str, str]:
        if not self.trusted or "environment" not in job:
            return {}
        assert job["environment"].keys() == {"name", "deployment"}
        return self.server.environments.get(filled(job["environment"]["name"], contexts, {}), {})

    def matrix(self, job: dict[str, Any], contexts: dict[str, Any]) -> list[dict[str, Any]]:
        """What the context `matrix` is in each of a job's runs: nothing in the only one of a job without."""
        if "strategy" not in job:
            return [{}]
        assert job["strategy"].keys() == {"fail-fast", "matrix"}
        assert job["strategy"]["fail-fast"] is False
        ((key, values),) = job["strategy"]["matrix"].items()
        return [{"matrix": {key: value}} for value in filled(values, contexts, {})]

    def call(
        self, job: dict[str, Any], contexts: dict[str, Any], prefix: str, only: set[str], allowed: Any
    ) -> str:  # fmt: skip
        called = self.server.read(job["uses"].removeprefix("./"))
        wanted = called["on"]["workflow_call"]
        given = {key: filled(value, contexts, _status(True)) for key, value in job.get("with", {}).items()}
        inputs = {}
        assert given.keys() <= wanted["inputs"].keys()
        for key, meaning in wanted["inputs"].items():
            assert key in given or not meaning.get("required"), f"{job['uses']} wants {key}"
            value = given.get(key, meaning.get("default"))
            kinds: dict[str, Any] = {"string": str, "boolean": bool, "number": (int, float)}
            assert isinstance(value, kinds[meaning["type"]]), f"{job['uses']}: {key}: {value!r}"
            inputs[key] = value
        assert job.get("secrets", {}).keys() <= wanted["secrets"].keys()
        secrets = {key: as_text(filled(value, contexts, {})) for key, value in job.get("secrets", {}).items()}
        scope = _Scope(self.server, self.run, self.github, inputs, secrets, self.caches, self.trusted)
        return scope.jobs(called, prefix, only, allowed)

    def contexts(self, more: Mapping[str, Any]) -> dict[str, Any]:
        return {"github": self.github, "inputs": self.inputs, "secrets": self.secrets, **more}


def _status(good: bool) -> Functions:
    return {
        "success": lambda: good, "failure": lambda: not good, "always": lambda: True, "cancelled": lambda: False,
    }  # fmt: skip


class _Runner:
    """A machine for one job."""

    def __init__(
        self, scope: _Scope, name: str, job: dict[str, Any], contexts: dict[str, Any], granted: dict[str, str]
    ) -> None:
        self.scope, self.job = scope, job
        server = scope.server
        root = server.root / f"machine-{len(list(server.root.glob('machine-*')))}"
        self.temp = root / "temp"
        self.place = Place(
            server.store, server.origin, root / "workspace", root / "home", scope.github["sha"], scope.caches,
            scope.run.number,
        )  # fmt: skip
        for folder in (self.place.workspace, self.place.home, self.temp):
            folder.mkdir(parents=True)
        if server.verdicts and any(step.get("uses", "").endswith("/setup-nix") for step in job["steps"]):
            shutil.copytree(server.verdicts, self.place.home / ".cache" / "duality" / "verdicts")
        assert job["runs-on"] == "ubuntu-24.04"
        self.done = Job(name, "success", log=self.place.log)
        token = " ".join(f"{kind}={may}" for kind, may in granted.items() if scope.trusted or may == "read")
        self.contexts = {
            **contexts,
            "github": {**scope.github, "token": token},
            "runner": {"os": "Linux", "arch": "X64"},
        }
        self.contexts["env"] = {k: as_text(filled(v, self.contexts, {})) for k, v in job.get("env", {}).items()}
        assert isinstance(filled(job["timeout-minutes"], self.contexts, {}), int)

    def go(self) -> Job:
        if not self.steps(self.job["steps"], self.contexts, ""):
            self.done.result = "failure"
        self.done.outputs = {k: as_text(filled(v, self.contexts, {})) for k, v in self.job.get("outputs", {}).items()}
        return self.done

    def steps(self, steps: list[dict[str, Any]], contexts: dict[str, Any], inside: str) -> bool:
        """Runs steps in order; returns whether none failed."""
        known: dict[str, Any] = {}
        contexts["steps"] = known
        good = True
        for position, step in enumerate(steps):
            assert step.keys() <= STEP_KEYS, step.keys() - STEP_KEYS
            name = inside + as_text(filled(step.get("name", f"step {position}"), contexts, {}))
            functions = {**_status(good), "hashFiles": self.hash_files}
            if not holds(step.get("if"), contexts, functions):
                done = Step(name, "skipped", "skipped")
            else:
                done = self.step(step, name, contexts, functions)
                if done.outcome == "failure" and step.get("continue-on-error") is True:
                    done.conclusion = "success"
            good = good and done.conclusion != "failure"
            self.done.steps.append(done)
            if "id" in step:
                known[step["id"]] = {"outcome": done.outcome, "conclusion": done.conclusion, "outputs": done.outputs}
        return good

    def step(self, step: dict[str, Any], name: str, contexts: dict[str, Any], functions: Functions) -> Step:
        if "run" in step:
            return self.shell(step, name, contexts, functions)
        given = {key: filled(value, contexts, functions) for key, value in step.get("with", {}).items()}
        if step["uses"].startswith("./"):
            return self.composite(step["uses"], name, given, contexts)
        try:
            outputs = perform(step["uses"], {key: as_text(value) for key, value in given.items()}, self.place)
        except ActionFailed as failed:
            return Step(name, "failure", "failure", str(failed))
        return Step(name, "success", "success", outputs=outputs)

    def composite(self, path: str, name: str, given: dict[str, Any], contexts: dict[str, Any]) -> Step:
        """An action of the repository, as it stands in what was checked out."""
        action = yaml.safe_load((self.place.workspace / path / "action.yml").read_text(encoding="utf-8"))
        assert action["runs"].keys() == {"using", "steps"}
        assert action["runs"]["using"] == "composite"
        assert given.keys() <= action["inputs"].keys()
        inputs = {key: as_text(given.get(key, meaning.get("default", ""))) for key, meaning in action["inputs"].items()}
        own = {key: value for key, value in contexts.items() if key not in ("secrets", "needs")}
        good = self.steps(action["runs"]["steps"], {**own, "inputs": inputs}, f"{name} / ")
        outcome = "success" if good else "failure"
        return Step(name, outcome, outcome)

    def shell(self, step: dict[str, Any], name: str, contexts: dict[str, Any], functions: Functions) -> Step:
        assert step.get("shell", "bash") == "bash"
        script = self.temp / "script.sh"
        script.write_text(filled(step["run"], contexts, functions), encoding="utf-8")
        files = {key: self.temp / key for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        own = {key: as_text(filled(value, contexts, functions)) for key, value in step.get("env", {}).items()}
        server, github = self.scope.server, self.scope.github
        environment = {
            # The tools are where they are: in a Nix shell not in /usr/bin.
            "PATH": f"{STANDINS}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.place.home), "LANG": "C.UTF-8", "CI": "true",
            "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": NAME, "GITHUB_SHA": github["sha"],
            "GITHUB_REF": github["ref"], "RUNNER_TEMP": str(self.temp),
            "PROJECT_BIN": str(Path(sys.executable).parent), "NIX_LOG": str(server.asked),
            "GH_STATE": str(server.state), "FORK_SERVER": fork_server(loaded=True).address, "LOADED": str(SOURCE),
            # A machine that has compiled nothing is no matter of workflows, and takes seconds.
            **{name: os.environ[name] for name in ("DUALITY_TOOLS", "KF_RULE_CACHE_DIR") if name in os.environ},
            **{key: str(path) for key, path in files.items()}, **server.environment, **contexts["env"], **own,
        }  # fmt: skip
        self.done.environments.append(environment)
        journal = self.place.workspace / "rendered" / "journal.jsonl"
        start = journal.stat().st_size if journal.is_file() else 0
        finished = subprocess.run(
            [*BASH, str(script)], cwd=self.place.workspace, env=environment, text=True, timeout=300, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self.done.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        result = "success" if finished.returncode == 0 else "failure"
        ran = {entry.task for entry in entries(journal, start) if not entry.task.startswith("_")}
        return Step(name, result, result, finished.stdout, outputs, ran)

    def hash_files(self, *patterns: str) -> str:
        total = hashlib.sha256()
        found = sorted({path for pattern in patterns for path in self.place.workspace.glob(pattern) if path.is_file()})
        for path in found:
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest() if found else ""


def repository(server: GitHub, source: Path, chunks: Iterable[str]) -> None:
    """Lays a copy of the working tree as the server's repository, with no more chunks than these."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=source, check=True, capture_output=True, text=True,
    )  # fmt: skip
    kept = {f"chunk-{chunk_id}.constraints.json" for chunk_id in chunks}
    for name in listed.stdout.split("\0"):
        path = source / name
        if not name or not path.is_file() or (name.startswith("chunks/chunk-") and path.name not in kept):
            continue
        (server.origin / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, server.origin / name)
    server.git("init", "-q", "-b", "main")
    server.git("config", "uploadpack.allowAnySHA1InWant", "true")
