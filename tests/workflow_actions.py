"""Stand-ins for the actions that our workflows use: they really check out, keep and restore.

Another action, or an input that an action does not know, is an error.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conftest import duplicate

PACKAGE = Path(__file__).parent.parent / "src" / "tasks"
PINNED = re.compile(r"([\w-]+/[\w-]+(?:/[\w-]+)*)@[0-9a-f]{40}")


@dataclass(frozen=True)
class Entry:
    """A cache entry: scope is the branch or pull request that saved it; a later one is newer."""

    scope: str
    key: str
    version: tuple[str, ...]
    folder: Path


@dataclass
class Store:
    """What outlives a run: caches, and artifacts by run and name."""

    root: Path
    caches: list[Entry] = field(default_factory=list)
    artifacts: dict[tuple[int, str], Path] = field(default_factory=dict)

    def new_folder(self) -> Path:
        folder = self.root / f"kept-{len(list(self.root.glob('kept-*')))}"
        folder.mkdir(parents=True)
        return folder


@dataclass
class Place:
    """Where a job runs: its folders, the refs whose caches it may read (its own first), and its run."""

    store: Store
    origin: Path
    workspace: Path
    home: Path
    sha: str
    scopes: tuple[str, ...]
    run_id: int
    log: list[str] = field(default_factory=list)

    @property
    def nix_store(self) -> Path:
        return self.home / "nix-store"

    def path(self, text: str) -> Path:
        return self.home / text[2:] if text.startswith("~/") else self.workspace / text


class ActionFailed(Exception):
    pass


Given = dict[str, str]
Action = Callable[[Place, Given], dict[str, str]]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _git(*arguments: str | Path, cwd: Path) -> None:
    subprocess.run(["git", *map(str, arguments)], cwd=cwd, check=True, capture_output=True)


def checkout(place: Place, given: Given) -> dict[str, str]:
    place.workspace.mkdir(parents=True, exist_ok=True)
    depth = given.get("fetch-depth", "1")
    _git("init", "-q", cwd=place.workspace)
    shallow = [] if depth == "0" else [f"--depth={depth}"]
    _git("fetch", "-q", *shallow, place.origin.as_uri(), place.sha, cwd=place.workspace)
    if folders := _lines(given.get("sparse-checkout", "")):
        _git("sparse-checkout", "set", *folders, cwd=place.workspace)
    _git("checkout", "-q", "--detach", "FETCH_HEAD", cwd=place.workspace)
    if folders:
        return {}
    for compiled in PACKAGE.rglob("__pycache__"):  # believed only for the very same source (see conftest.py)
        to = place.workspace / "src" / "tasks" / compiled.relative_to(PACKAGE)
        shutil.copytree(compiled, to, copy_function=duplicate, dirs_exist_ok=True)
    return {}


def cache_restore(place: Place, given: Given) -> dict[str, str]:
    """As GitHub searches: in each scope first the key, then the keys that begin with it, then each restore key."""
    version = tuple(_lines(given["path"]))
    prefixes = [given["key"], *_lines(given.get("restore-keys", ""))]
    for scope in place.scopes:
        for prefix in prefixes:
            found = [e for e in place.store.caches if (e.scope, e.version) == (scope, version)]
            for entry in reversed([e for e in found if e.key == prefix] or found):
                if entry.key.startswith(prefix):
                    for number, text in enumerate(version):
                        if (kept := entry.folder / str(number)).exists():
                            shutil.copytree(kept, place.path(text), dirs_exist_ok=True)
                    place.log.append(f"restored {entry.key}")
                    return {"cache-hit": str(entry.key == given["key"]).lower(), "cache-matched-key": entry.key}
    place.log.append("restored nothing")
    return {"cache-hit": ""}


def cache_save(place: Place, given: Given) -> dict[str, str]:
    version = tuple(_lines(given["path"]))
    scope = place.scopes[0]
    if any((e.scope, e.key, e.version) == (scope, given["key"], version) for e in place.store.caches):
        place.log.append(f"not saved, exists: {given['key']}")  # a warning there too, no failure
        return {}
    folder = place.store.new_folder()
    for number, text in enumerate(version):
        if place.path(text).is_dir():
            shutil.copytree(place.path(text), folder / str(number))
    if not any(folder.iterdir()):
        raise ActionFailed(f"no path of {version} exists")
    place.store.caches.append(Entry(scope, given["key"], version, folder))
    place.log.append(f"saved {given['key']}")
    return {}


STORE_KEY = re.compile(r"nix-Linux-X64-\w+-[0-9a-f]{64}(-\d+-\d+)?")


def nix_restore(place: Place, given: Given) -> dict[str, str]:
    """As cache-nix-action does: the primary key alone is a hit of it; of several with a prefix the newest is taken."""
    primary = given["primary-key"]
    assert STORE_KEY.fullmatch(primary), primary
    for prefix in (None, *_lines(given.get("restore-prefixes-first-match", ""))):
        for scope in place.scopes:
            for entry in reversed([e for e in place.store.caches if (e.scope, e.version) == (scope, ("/nix",))]):
                if entry.key == primary if prefix is None else entry.key.startswith(prefix):
                    shutil.copytree(entry.folder, place.nix_store, dirs_exist_ok=True)
                    place.log.append(f"restored {entry.key}")
                    return {"primary-key": primary, "hit-primary-key": str(prefix is None).lower()}
    return {"primary-key": primary, "hit-primary-key": "false"}


def nix_save(place: Place, given: Given) -> dict[str, str]:
    key, scope = given["primary-key"], place.scopes[0]
    assert STORE_KEY.fullmatch(key), key
    if any((e.scope, e.key, e.version) == (scope, key, ("/nix",)) for e in place.store.caches):
        place.log.append(f"not saved, exists: {key}")
        return {}
    folder = place.store.new_folder()
    shutil.copytree(place.nix_store, folder, dirs_exist_ok=True)
    place.store.caches.append(Entry(scope, key, ("/nix",), folder))
    place.log.append(f"saved {key}")
    return {}


def upload(place: Place, given: Given) -> dict[str, str]:
    """Without hidden files; several paths keep their common ancestor, here the workspace, as the root."""
    paths = _lines(given["path"])
    folder = place.store.new_folder()
    count = 0
    for text in paths:
        path = place.path(text)
        root = path if len(paths) == 1 and path.is_dir() else place.workspace
        for file in sorted(path.rglob("*")) if path.is_dir() else [path] if path.exists() else []:
            inside = file.relative_to(root)
            if file.is_file() and not any(part.startswith(".") for part in inside.parts):
                (folder / inside).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, folder / inside)
                count += 1
    if not count and given.get("if-no-files-found") == "error":
        raise ActionFailed("no files found")
    key = (place.run_id, given["name"])
    if key in place.store.artifacts and given.get("overwrite") != "true":
        raise ActionFailed(f"artifact {given['name']} exists")
    if count:
        place.store.artifacts[key] = folder
    return {}


def download(place: Place, given: Given) -> dict[str, str]:
    run = int(given.get("run-id", place.run_id))
    if run != place.run_id and not given.get("github-token"):
        raise ActionFailed("another run's artifact wants a token")
    if (run, given["name"]) not in place.store.artifacts:
        raise ActionFailed(f"artifact {given['name']} not found")
    shutil.copytree(place.store.artifacts[run, given["name"]], place.path(given["path"]), dirs_exist_ok=True)
    return {}


def noted(name: str, shown: str) -> Action:
    def note(place: Place, given: Given) -> dict[str, str]:
        place.log.append(f"{name} {given.get(shown, '')}".strip())
        return {}

    return note


ACTIONS: dict[str, tuple[Iterable[str], Action]] = {
    "actions/checkout": (("fetch-depth", "persist-credentials", "sparse-checkout"), checkout),
    "actions/cache/restore": (("path", "key", "restore-keys"), cache_restore),
    "actions/cache/save": (("path", "key"), cache_save),
    "actions/upload-artifact": (("name", "path", "if-no-files-found", "overwrite", "retention-days"), upload),
    "actions/download-artifact": (("name", "path", "run-id", "github-token"), download),
    "step-security/harden-runner": (("egress-policy",), noted("watched", "egress-policy")),
    "cachix/install-nix-action": ((), noted("nix installed", "")),
    "nix-community/cache-nix-action/restore": (("primary-key", "restore-prefixes-first-match"), nix_restore),
    "nix-community/cache-nix-action/save": (("primary-key",), nix_save),
    "actions/attest-build-provenance": (("subject-path",), noted("attested", "subject-path")),
    "pypa/gh-action-pypi-publish": ((), noted("published", "")),
    "ossf/scorecard-action": (("results_file", "results_format", "publish_results"), noted("scored", "results_format")),
    "github/codeql-action/upload-sarif": (("sarif_file",), noted("shown", "sarif_file")),
    "cachix/cachix-action": (("name", "authToken"), noted("cachix", "name")),
}


def perform(uses: str, given: dict[str, Any], place: Place) -> dict[str, str]:
    """Runs the stand-in of an action and returns its outputs. Raises ActionFailed where the action would fail."""
    found = PINNED.fullmatch(uses)
    if found is None:
        raise ValueError(f"{uses}: is not pinned to a commit")
    inputs, action = ACTIONS[found.group(1)]
    if unknown := given.keys() - set(inputs):
        raise ValueError(f"{uses}: unknown inputs {unknown}")
    return action(place, given)
