"""Nothing secret can be read in the repository: the guard, the encrypted file, its use in CI, the commands on paper."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from conftest import REPOSITORY, Project, program
from tasks.check.secrets import encryption_faults, plain_secrets, recipients

FOLDER = Path(".github/workflows/secrets")
FILE = FOLDER / "duality-ci.sops.yaml"
OURS = "age15ss3edcg6ejg2mapcnucugnsegcyrs23tzts55jdmtv5wjshha6qy9e0m9"


def letters(count: int, of: str = string.ascii_letters + string.digits) -> str:
    """Made when the test runs, so that the tests hold no secret themselves."""
    return "aZ3" + "".join(secrets.choice(of) for _ in range(count - 3))


PLANTED: dict[str, Callable[[], str]] = {
    "age secret key": lambda: (
        "AGE-SECRET-" + "KEY-1" + "".join(secrets.choice("QPZRY9X8GF2TVDW0S3JN") for _ in range(58))
    ),
    "private key": lambda: "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    "GitHub token": lambda: "gh" + "p_" + letters(36),
    "GitHub fine-grained token": lambda: "github_" + "pat_" + letters(82),
    "GitLab token": lambda: "glp" + "at-" + letters(20),
    "Slack webhook": lambda: "https://hooks.slack" + ".com/services/T0000/B0000/" + letters(24),
    "Slack token": lambda: "xox" + "b-1234567890-" + letters(24),
    "Discord webhook": lambda: "https://discord" + ".com/api/webhooks/123456789012345678/" + letters(60),
    "AWS access key": lambda: "AK" + "IA" + "".join(secrets.choice(string.ascii_uppercase) for _ in range(16)),
    "Google API key": lambda: "AI" + "za" + letters(35),
    "npm token": lambda: "np" + "m_" + letters(36),
    "PyPI token": lambda: "pypi-" + "AgEIcHlwaS5vcmc" + letters(60),
    "JSON web token": lambda: "ey" + "J" + letters(20) + ".ey" + "J" + letters(40) + "." + letters(43),
    "Cachix signing key": lambda: "name.cachix.org" + "-1:" + letters(86, string.ascii_letters) + "==",
    "password in a URL": lambda: "postgres://user:" + letters(12) + "@db.example.org/x",
    "value of a secret's name": lambda: "api_" + "token = '" + letters(40) + "'",
}


@pytest.fixture
def repository(tmp_path: Path) -> Project:
    """The project as git would have it, committed once."""
    home = tmp_path / "clone"
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=REPOSITORY, capture_output=True, check=False)
    if listed.returncode == 0:
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (REPOSITORY / name).exists():
                (home / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(REPOSITORY / name, home / name)
    else:
        shutil.copytree(REPOSITORY, home, ignore=shutil.ignore_patterns(".venv", "rendered", "__pycache__"))
    git(home, "init", "-q")
    git(home, "commit", "-q", "--allow-empty", "-m", "first")
    commit(home)
    return Project(home)


def git(home: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *identity, *arguments], cwd=home, capture_output=True, text=True, check=True).stdout


def commit(home: Path) -> None:
    git(home, "add", "-A")
    git(home, "commit", "-qm", "more")


def test_the_project_itself_is_clean(repository: Project) -> None:
    finished = repository.doit("secrets")
    assert finished.status == 0, finished.text()
    assert re.search(r"no secret in plain text: looked at \d{3} files; no commits: .* no upstream", finished.output)


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found_and_not_shown(kind: str) -> None:
    secret = PLANTED[kind]()
    for text in (secret, f"  value: {secret}\n", f'x = "{secret}"  # why', f"<{secret}>"):
        found = list(plain_secrets(f"fine\n{text}"))
        assert [finding.line for finding in found] == [2], (kind, text)
        assert secret not in found[0].shown


def test_planted_secrets_are_found_in_files_and_in_commits(repository: Project) -> None:
    planted = {f"docs/{number}.md": make() for number, make in enumerate(PLANTED.values())}
    for name, secret in planted.items():
        (repository.home / name).write_text(f"fine\n{secret}\n")
    finished = repository.doit("secrets")
    assert finished.status != 0
    for name, secret in planted.items():
        assert f"{name}:2: " in finished.output
        assert secret not in finished.output
    commit(repository.home)
    for name in planted:
        (repository.home / name).unlink()
    commit(repository.home)
    gone = repository.doit("secrets")
    assert gone.status == 0, gone.text()
    pushed = repository.doit("secrets", "commits=HEAD~2..HEAD")
    assert pushed.status != 0
    for name, secret in planted.items():
        assert f", {name}: " in pushed.output
        assert secret not in pushed.output
    assert repository.doit("secrets", "commits=HEAD~1..HEAD").status == 0
    unknown = repository.doit("secrets", "commits=nowhere..HEAD")
    assert "git knows no such commits" in unknown.output


def test_without_git_that_is_said(tmp_path: Path) -> None:
    project = Project(program(tmp_path / "plain"))
    project.write("06", "x[1] >= 3")
    finished = project.doit("secrets")
    assert finished.status == 0, finished.text()
    assert "(no git repository: all that lie here)" in finished.output


def test_the_file_of_ci_is_encrypted_for_the_one_recipient() -> None:
    known = recipients(yaml.safe_load((REPOSITORY / ".sops.yaml").read_text()))
    document = yaml.safe_load((REPOSITORY / FILE).read_text())
    assert known == {OURS}
    assert list(encryption_faults(document, known)) == []
    template = yaml.safe_load((REPOSITORY / FOLDER / "example.sops.yaml").read_text())
    assert set(document) - {"sops"} == set(template)
    assert all(value.startswith("PLACEHOLDER") for value in template.values())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda d: d.pop("sops"), "no `sops` section"),
        (lambda d: d.update(MORE="plain"), "/MORE is in plain text"),
        (lambda d: d.update(MORE={"inner": ["plain"]}), "/MORE/inner/0 is in plain text"),
        (lambda d: d.update(MORE=7), "/MORE is in plain text"),
        (lambda d: d.update(MORE=""), "/MORE is in plain text"),
        (lambda d: d["sops"].pop("mac"), "has no MAC"),
        (lambda d: d["sops"].update(encrypted_regex="^TOKEN"), "leaves values in plain text"),
        (lambda d: d["sops"].update(unencrypted_suffix="_URL"), "leaves values in plain text"),
        (lambda d: d["sops"].update(pgp=[{"fp": "1"}]), "by others than the age recipients"),
        (lambda d: d["sops"]["age"].append({"recipient": "age1stranger", "enc": "x"}), "can be read by age1stranger"),
        (lambda d: d["sops"].pop("age"), "has no age recipient"),
    ],
)
def test_a_file_that_is_not_wholly_encrypted_is_found(change: object, fault: str) -> None:
    document = yaml.safe_load((REPOSITORY / FILE).read_text())
    change(document)  # type: ignore[operator]
    assert any(fault in found for found in encryption_faults(document, {OURS}))


def test_the_guard_reads_what_lies_in_the_folder(repository: Project) -> None:
    shutil.copy(repository.home / FOLDER / "example.sops.yaml", repository.home / FOLDER / "new.sops.yaml")
    (repository.home / FOLDER / "notes.txt").write_text("a note")
    finished = repository.doit("secrets")
    assert "new.sops.yaml: is not encrypted" in finished.output
    assert "notes.txt: only SOPS files in YAML belong here" in finished.output


# with the real sops and age


@pytest.fixture
def shell(repository: Project, tmp_path: Path) -> dict[str, str]:
    for tool in ("sops", "age-keygen"):
        assert shutil.which(tool), f"the tests need {tool}"
    home = tmp_path / "home"
    home.mkdir()
    clean = {key: value for key, value in os.environ.items() if not key.startswith("SOPS_")}
    return {
        **clean, "HOME": str(home), "PYTHONPATH": str(repository.home / "src"), "TMPDIR": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip


def test_every_command_of_the_guide_does_what_it_says(repository: Project, shell: dict[str, str]) -> None:
    guide = (repository.home / "docs" / "SOPS_USAGE.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 7
    assert set(re.findall(r"^```(\w+)$", guide, re.MULTILINE)) == {"sh", "console"}
    script = "set -eux\n" + "".join(blocks)
    finished = subprocess.run(
        ["bash", "-c", script], cwd=repository.home, env=shell, capture_output=True, text=True, timeout=120, check=False
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    assert "no secret in plain text" in finished.stdout
    assert "MCP_ENDPOINT: none" in finished.stdout
    known = recipients(yaml.safe_load((repository.home / ".sops.yaml").read_text()))
    assert len(known) == 2
    document = yaml.safe_load((repository.home / FILE).read_text())
    assert list(encryption_faults(document, known)) == []


def with_secrets(repository: Project, shell: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [".github/scripts/with-secrets", *command],
        cwd=repository.home, env=shell, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_ci_gets_the_values_masked_and_leaves_none_on_the_disk(repository: Project, shell: dict[str, str]) -> None:
    def run(*command: str, text: str | None = None) -> str:
        finished = subprocess.run(
            command, cwd=repository.home, env=shell, input=text, capture_output=True, text=True, check=True
        )
        return finished.stdout

    key = run("age-keygen").splitlines()[-1]
    public = run("age-keygen", "-y", text=key).strip()
    rules = repository.home / ".sops.yaml"
    rules.write_text(rules.read_text().replace(OURS, public))
    first, second = letters(30), letters(30)
    values = yaml.safe_dump({"ONE": f"{first}\n50% {second}", "TWO": "PLACEHOLDER", "THREE": ""})
    kinds = ("--input-type", "yaml", "--output-type", "yaml")
    text = run("sops", "encrypt", "--filename-override", str(FILE), *kinds, "/dev/stdin", text=values)
    (repository.home / FILE).write_text(text)
    show = 'echo "seen: $ONE ${TWO-unset} ${THREE-unset} ${SOPS_AGE_KEY-unset}"'
    without = with_secrets(repository, shell, "sh", "-c", 'echo "${ONE-unset}"')
    assert (without.returncode, without.stdout) == (0, "unset\n")
    assert "going on without" in without.stderr
    finished = with_secrets(repository, {**shell, "SOPS_AGE_KEY": key}, "sh", "-c", show)
    assert finished.returncode == 0, finished.stderr
    masks, _, seen = finished.stdout.partition("seen: ")
    assert set(masks.splitlines()) == {
        f"::add-mask::{first}", f"::add-mask::50%25 {second}", f"::add-mask::{first}%0A50%25 {second}",
    }  # fmt: skip
    assert seen == f"{first}\n50% {second} unset unset unset\n"
    stranger = run("age-keygen").splitlines()[-1]
    wrong = with_secrets(repository, {**shell, "SOPS_AGE_KEY": stranger}, "echo", "ran")
    assert wrong.returncode == 1
    assert wrong.stdout == ""
    assert wrong.stderr.count("\n") == 1
    assert "cannot be decrypted with SOPS_AGE_KEY" in wrong.stderr
    for folder in (repository.home, Path(shell["HOME"])):
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                assert first.encode() not in path.read_bytes(), path


def test_the_rule_is_for_the_folder_of_secrets_alone(repository: Project, shell: dict[str, str]) -> None:
    (repository.home / "elsewhere.sops.yaml").write_text("a: b\n")
    for path in ("elsewhere.sops.yaml", "chunks/corpus.yaml", ".github/yamllint.yml"):
        finished = subprocess.run(
            ["sops", "encrypt", path], cwd=repository.home, env=shell, capture_output=True, text=True, check=False
        )
        assert finished.returncode != 0
        assert "no matching creation rules" in finished.stderr
