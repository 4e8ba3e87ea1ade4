"""Nothing secret can be read in the repository: the guard, the encrypted file, its use in CI, the commands on paper."""

from __future__ import annotations

import io
import os
import re
import secrets
import shutil
import string
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from conftest import REPOSITORY, Project, program
from plants import BASE64, Maker, file_plants, lookalikes
from tasks.check.secrets import encryption_faults, plain_secrets, recipients

pytestmark = pytest.mark.usefixtures("scanner_rules")

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
    "private key": lambda: "-----BEGIN OPENSSH " + "PRIVATE KEY-----\\n" + letters(64),
    "GitHub token": lambda: "gh" + "p_" + letters(36),
    "GitHub fine-grained token": lambda: "github_" + "pat_" + letters(82),
    "GitLab token": lambda: "glp" + "at-" + letters(20),
    "Slack webhook": lambda: "https://hooks.slack" + ".com/services/T0A1B2C3D/B0A1B2C3D/" + letters(24),
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


def head(home: Path) -> str:
    return git(home, "rev-parse", "HEAD").strip()[:12]


def test_the_project_itself_is_clean(repository: Project) -> None:
    finished = repository.doit("secrets")
    assert finished.status == 0, finished.text()
    assert re.search(r"no secret in plain text: looked at \d{3} files; no commits: .* no upstream", finished.output)


@pytest.fixture
def plain(tmp_path: Path) -> Project:
    """The program in a repository of its own, committed once."""
    project = Project(program(tmp_path / "plain"))
    project.write("06", "x[1] >= 3")
    git(project.home, "init", "-q")
    (project.home / ".gitignore").write_text("/rendered/\n__pycache__/\n")
    commit(project.home)
    return project


def test_every_plant_in_files_is_found_and_none_is_shown(plain: Project) -> None:
    plants = file_plants(16)
    for number, plant in enumerate(plants):
        path = plain.home / f"{number:03}" / plant.path
        path.parent.mkdir()
        path.write_bytes(plant.content)
    finished = plain.doit("secrets")
    assert finished.status == 1, finished.text()
    found = {line.strip()[:3] for line in finished.output.splitlines() if re.match(r" +\d{3}/.*\(.*\)", line)}
    missed = [plant.kind for number, plant in enumerate(plants) if f"{number:03}" not in found]
    print(f"found {len(found)} of {len(plants)} plants in files")
    assert len(plants) >= 80
    assert missed == []
    assert [plant.kind for plant in plants if plant.hidden in finished.text()] == []
    assert "treat committed secrets as leaked: revoke them first" in finished.output


def test_no_lookalike_is_reported(plain: Project) -> None:
    rows = lookalikes(16)
    for number, (_, name, text) in enumerate(rows):
        path = plain.home / f"{number:03}" / name
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    commit(plain.home)
    finished = plain.doit("secrets", "commits=HEAD~1..HEAD")
    reported = {rows[int(at)][0] for at in re.findall(r" (\d{3})/", finished.output)}
    print(f"reported {len(reported)} of {len(rows)} look-alikes")
    assert len(rows) >= 100
    assert reported == set()
    assert finished.status == 0, finished.text()


def removed(home: Path, name: str) -> str:
    """Removes a committed file by a further commit; returns the one that has it."""
    at = head(home)
    (home / name).unlink()
    commit(home)
    return at


def file_of(name: str, text: str, encoding: str = "utf-8") -> Callable[[Path, str], str]:
    """A plant in history: a file with a secret, committed and removed by the next commit."""

    def plant(home: Path, secret: str) -> str:
        (home / name).write_bytes(text.replace("@", secret).encode(encoding))
        commit(home)
        at = removed(home, name)
        return f"commit {at}, {name}"

    return plant


def without_diff(attribute: str) -> Callable[[Path, str], str]:
    def plant(home: Path, secret: str) -> str:
        (home / ".gitattributes").write_text(f"*.dat {attribute}\n")
        git(home, "config", "diff.blind.textconv", "true")
        git(home, "config", "diff.blind.command", "true")
        return file_of(f"{len(attribute)}.dat", "API_TOKEN=@\n")(home, secret)

    return plant


def message(text: str, *options: str, place: str = "message") -> Callable[[Path, str], str]:
    def plant(home: Path, secret: str) -> str:
        said = [option.replace("@@", secret) for option in options]
        git(home, *said, "commit", "-q", "--allow-empty", "-m", text.replace("@@", secret))
        return f"commit {head(home)}, {place}"

    return plant


def in_its_name(home: Path, secret: str) -> str:
    (home / f"notes {secret}").write_text("nothing\n")
    commit(home)
    at = removed(home, f"notes {secret}")
    return f"commit {at}, notes "


def in_a_name_that_is_no_text(home: Path, secret: str) -> str:
    name = os.fsdecode(f"{secret} ".encode() + b"\xff\xfe")
    (home / name).write_text("nothing\n")
    commit(home)
    at = removed(home, name)
    return f"commit {at}, ghp_... of 40 characters \\uDCFF\\uDCFE: its name has a secret"


def in_a_link(home: Path, secret: str) -> str:
    (home / "link").symlink_to(f"/nowhere/{secret}")
    commit(home)
    at = removed(home, "link")
    return f"commit {at}, link"


def in_an_archive(home: Path, secret: str) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.env", f"API_TOKEN={secret}\n")
    (home / "old.zip").write_bytes(packed.getvalue())
    commit(home)
    at = removed(home, "old.zip")
    return f"commit {at}, old.zip!inner.env"


def in_a_merge(home: Path, secret: str) -> str:
    """In none of the two sides, only in what was committed as their merge."""
    trunk = git(home, "branch", "--show-current").strip()
    git(home, "checkout", "-qb", "side")
    git(home, "commit", "-q", "--allow-empty", "-m", "side")
    git(home, "checkout", "-q", trunk)
    git(home, "commit", "-q", "--allow-empty", "-m", "trunk")
    git(home, "merge", "-q", "--no-commit", "--no-ff", "side")
    (home / "merged").write_text(f"API_TOKEN={secret}\n")
    git(home, "add", "merged")
    git(home, "commit", "-qm", "merge")
    at = removed(home, "merged")
    return f"commit {at}, merged"


def on_a_side_branch(home: Path, secret: str) -> str:
    trunk = git(home, "branch", "--show-current").strip()
    git(home, "checkout", "-qb", "other")
    place = file_of("aside", "API_TOKEN=@\n")(home, secret)
    git(home, "checkout", "-q", trunk)
    git(home, "merge", "-q", "--no-ff", "-m", "merge", "other")
    return place


def in_a_tag(home: Path, secret: str) -> str:
    git(home, "tag", "-a", "v1", "-m", f"version 1\n\nAPI_TOKEN={secret}")
    return f"tag {git(home, 'rev-parse', 'v1').strip()[:12]}"


def in_the_index(home: Path, secret: str) -> str:
    """Staged and changed since: `git commit` commits it, though no file has it."""
    (home / "staged.env").write_text(f"API_TOKEN={secret}\n")
    git(home, "add", "staged.env")
    (home / "staged.env").write_text("API_TOKEN=\n")
    return "staged, staged.env"


HISTORY: dict[str, Callable[[Path, str], str]] = {
    "removed file": file_of("gone.env", "fine\nAPI_TOKEN=@\n"),
    "line that begins with ++": file_of("plus.md", "++ API_TOKEN=@\n"),
    "line that begins with --": file_of("minus.md", "-- a/API_TOKEN=@\n"),
    "line like a commit's head": file_of("head.md", f"commit {'0' * 40} API_TOKEN=@\n"),
    "line that ends with a carriage return": file_of("mac.txt", "fine\rAPI_TOKEN=@\rfine\r"),
    "file in UTF-16": file_of("wide.txt", "API_TOKEN=@\n", "utf-16"),
    "binary file": file_of("program", "\0\1\2 API_TOKEN=@ \0\3"),
    "path outside ASCII": file_of('größe "1".env', "API_TOKEN=@\n"),
    "archive": in_an_archive,
    "file without diff": without_diff("-diff"),
    "file called binary": without_diff("binary"),
    "file with a text conversion": without_diff("diff=blind"),
    "subject": message("use API_TOKEN=@@"),
    "body": message("more\n\nfor this I used\n@@\n"),
    "trailer": message("more\n\nCo-authored-by: T <t-@@@example.org>"),
    "message in Latin-1": message("größer: API_TOKEN=@@", "-c", "i18n.commitEncoding=latin1"),
    "author": message("more", "-c", "user.name=T @@", place="author"),
    "address": message("more", "-c", "user.email=@@", place="committer"),
    "file's name": in_its_name,
    "name that is no text": in_a_name_that_is_no_text,
    "link": in_a_link,
    "merge": in_a_merge,
    "side branch": on_a_side_branch,
    "annotated tag": in_a_tag,
    "index": in_the_index,
}


def test_every_plant_in_history_is_found_and_none_is_shown(plain: Project) -> None:
    first, make, places = git(plain.home, "rev-parse", "HEAD").strip(), Maker(16), {}
    planted = {kind: "gh" + "p_" + make.mixed(36) for kind in HISTORY}
    for kind, plant in HISTORY.items():
        places[kind] = plant(plain.home, planted[kind])
    finished = plain.doit("secrets", f"commits={first}..HEAD")
    assert finished.status == 1, finished.text()
    missed = [kind for kind, place in places.items() if f"   {place}" not in finished.output]
    print(f"found {len(places) - len(missed)} of {len(places)} plants in history")
    assert len(HISTORY) >= 20
    assert missed == []
    assert [kind for kind, secret in planted.items() if secret in finished.text()] == []
    lines = [line for line in finished.output.splitlines() if line.startswith(("   commit ", "   tag ", "   staged, "))]
    assert len(lines) == len(HISTORY) + 2  # each once, but for the two authors, who are committers too


def test_a_false_alarm_can_be_allowed_where_it_is_and_is_counted(plain: Project) -> None:
    token = "gh" + "p_" + letters(36)
    (plain.home / "a.md").write_text(f"fine\n{token}  # secrets: allow\n")
    allowed = plain.doit("secrets")
    assert allowed.status == 0, allowed.text()
    assert "; 1 allowed by `secrets: allow` (a.md:2)" in allowed.output
    commit(plain.home)
    (plain.home / "a.md").write_text(f"fine  # secrets: allow\n{token}\n")
    next_line = plain.doit("secrets", "commits=HEAD~1..HEAD")
    assert next_line.status == 1
    assert "a.md:2: github pat" in next_line.output
    assert f"; 2 allowed by `secrets: allow` (staged, a.md:2, commit {head(plain.home)}, a.md:2)" in next_line.output


def test_without_the_scanner_the_guard_fails_and_says_what_to_install(plain: Project, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "kingfisher_sdk.py").write_text("raise ImportError('not here')\n")
    plain.environment["PYTHONPATH"] = f"{tmp_path / 'broken'}{os.pathsep}{plain.source}"
    (plain.home / FOLDER).mkdir(parents=True)
    (plain.home / FOLDER / "new.sops.yaml").write_text("TOKEN: plain\n")
    finished = plain.doit("secrets")
    assert finished.status == 1, finished.text()
    assert "new.sops.yaml: is not encrypted" in finished.output
    assert "pip install kingfisher-secret-scanner" in finished.output
    assert "no secret in plain text" not in finished.output


def test_only_the_task_of_secrets_loads_the_scanner() -> None:
    text = "import sys, tasks.build, tasks.jobs; print('kingfisher_sdk' in sys.modules)"
    asked = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert asked.stdout == "False\n"


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found_and_not_shown(kind: str) -> None:
    secret = PLANTED[kind]()
    for text in (
        secret,
        f"  value: {secret}\n",
        f'x = "{secret}"  # why',
        f"<{secret}>",
        f"a,{secret};b",
        f"({secret})",
    ):
        found = plain_secrets(f"fine\n{text}".encode())
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
        assert f", {name}:2: " in pushed.output
        assert secret not in pushed.output
    assert repository.doit("secrets", "commits=HEAD~1..HEAD").status == 0
    unknown = repository.doit("secrets", "commits=nowhere..HEAD")
    assert "git knows no such commits" in unknown.output


def test_without_git_that_is_said(tmp_path: Path) -> None:
    project = Project(program(tmp_path / "plain"))
    project.write("06", "x[1] >= 3")
    finished = project.doit("secrets")
    assert finished.status == 0, finished.text()
    assert "(no git repository: all in this folder)" in finished.output


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


def test_no_value_that_sops_encrypted_is_taken_for_a_secret() -> None:
    """Ciphertext is random: about one file in sixty held something that looked like a token."""
    make = Maker(7)
    lines = [
        f"API_TOKEN: ENC[AES256_GCM,data:{make.mixed(size, BASE64)}=,iv:{make.mixed(43, BASE64)}=,"
        f"tag:{make.mixed(22, BASE64)}==,type:str]"
        for size in range(12, 600)
    ]
    assert plain_secrets("\n".join(lines).encode()) == []
    secret = PLANTED["GitHub token"]()
    for line in (f"{lines[0]} # {secret}", f"API_TOKEN: ENC[AES256_GCM,data:{secret},iv:x,tag:y,type:str]"):
        assert [found.secret for found in plain_secrets(line.encode())] == [secret]


# with the real sops and age


@pytest.fixture
def shell(repository: Project, tmp_path: Path) -> dict[str, str]:
    for tool in ("sops", "age-keygen"):
        assert shutil.which(tool), f"the tests need {tool}"
    home = tmp_path / "home"
    home.mkdir()
    clean = {key: value for key, value in os.environ.items() if not key.startswith("SOPS_")}
    return {
        **clean, "HOME": str(home), "TMPDIR": str(home),
        "PYTHONPATH": str(repository.source),
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
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
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
    values = yaml.safe_dump(
        {"ONE": f"{first}\n50% {second}", "TWO": "PLACEHOLDER", "THREE": "", "CACHIX_CACHE": "a name, no secret"}
    )
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
    assert (wrong.returncode, wrong.stderr) == (0, "")
    warning, ran = wrong.stdout.splitlines()
    assert warning.startswith("::warning title=secrets::")
    assert "cannot be decrypted with SOPS_AGE_KEY, going on without" in warning
    assert ran == "ran"
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
