"""The flake, evaluated by the real Nix for every output and system.

nixpkgs and lean4-nix are stood in for by stubs that know the names and calls which the flake uses, and nothing else, so
a misspelt one is an error; and so is what is known to go wrong there. Nothing is built here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

import tasks
from conftest import NOT_IN_THE_SHELL, REPOSITORY

SYSTEMS = ("x86_64-linux", "aarch64-linux", "x86_64-darwin")
PINS = {
    "nixpkgs": ("50ab793786d9de88ee30ec4e4c24fb4236fc2674", "sha256-/bVBlRpECLVzjV19t5KMdMFWSwKLtb5RyXdjz3LJT+g="),
    "lean4-nix": ("14326a235621e8f98526daa0974a8a2ad3682d30", "sha256-bNSODbOOy5tb/vNOPGBlGqMrT8yz7Ghlr8VbVcNbNzY="),
    "flake-parts": ("a34fae9c08a15ad73f295041fec82323541400a9", "sha256-XswHlK/Qtjasvhd1nOa1e8MgZ8GS//jBoTqWtrS1Giw="),
    "nixpkgs-lib": ("2075416fcb47225d9b68ac469a5c4801a9c4dd85", "sha256-k00uTP4JNfmejrCLJOwdObYC9jHRrr/5M/a/8L2EIdo="),
}

NIXPKGS = {
    "flake.nix": "{ outputs = _: { lib = import ./lib.nix; }; }",
    "lib.nix": """
      rec {
        genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
        optionals = condition: list: if condition then list else [ ];
        removePrefix = prefix: text:
          let n = builtins.stringLength prefix; in
          if builtins.substring 0 n text == prefix then builtins.substring n (-1) text else text;
        removeSuffix = suffix: text:
          let n = builtins.stringLength text - builtins.stringLength suffix; in
          if n >= 0 && builtins.substring n (-1) text == suffix then builtins.substring 0 n text else text;
        hasInfix = infix: text:
          builtins.length (builtins.split (builtins.replaceStrings [ "." ] [ "[.]" ] infix) text) > 1;
      }
    """,
    "default.nix": """
      { system, overlays }:
      let
        derive = name: more: builtins.derivation ({ inherit name system; builder = "/bin/sh"; } // more);
        tool = name: derive name { };
        shell = compiler: { packages, shellHook }:
          derive "nix-shell" { inherit packages shellHook compiler; names = map (package: package.name) packages; };
        pythonPackages = {
          buildPythonPackage =
            { pname, version, src, format ? null, pyproject ? false, build-system ? [ ], dependencies ? [ ],
              nativeBuildInputs ? [ ], buildInputs ? [ ] }:
            assert (format == "wheel") != pyproject;
            derive "python-${pname}-${version}" {
              inherit src build-system dependencies nativeBuildInputs buildInputs;
            };
          fetchPypi = { pname, version, format, dist, python, abi, platform, hash }:
            derive "${pname}-${version}-${dist}-${abi}-${platform}.whl" {
              outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = hash;
            };
        } // builtins.listToAttrs (map (name: { inherit name; value = tool "python-${name}"; }) [
          "cloudpickle" "doit" "hypothesis" "jinja2" "jsonschema" "lark" "msgspec" "mypy" "pyte" "pytest" "pytest-cov"
          "pytest-timeout" "pytest-xdist" "pyyaml" "rich" "setuptools" "types-pyyaml" "watchfiles" "yamllint"
        ]);
        self = {
          stdenv.cc.cc.lib = tool "gcc-lib";
          python311 = {
            pkgs = pythonPackages;
            withPackages = f: derive "python-env" { packages = f pythonPackages; };
          };
          writeShellApplication = { name, runtimeInputs, text }:
            assert builtins.match ".*''.*" text == null;
            derive name { inherit runtimeInputs text; };
          runCommand = name: { nativeBuildInputs }: script: derive name { inherit nativeBuildInputs script; };
          linkFarm = name: entries: derive name { links = map (e: "${e.name} ${e.path}") entries; };
          mkShell = shell "gcc";
          mkShellNoCC = shell "no compiler";
        } // builtins.listToAttrs (map (name: { inherit name; value = tool name; }) [
          "actionlint" "age" "autoPatchelfHook" "gh" "git" "minizinc" "ruff" "shellcheck" "sops"
        ]);
      in
      builtins.foldl' (pkgs: overlay: pkgs // overlay pkgs pkgs) self overlays
    """,
}
LEAN4_NIX = {
    "flake.nix": """
      {
        inputs.nixpkgs.url = "path:/nonexistent";
        outputs = { nixpkgs, ... }: {
          readToolchainFile = file: final: prev:
            # Its issue 76: the release for aarch64-darwin cannot be patched.
            assert prev.minizinc.system != "aarch64-darwin";
            let tag = builtins.match "leanprover/lean4:(v[0-9.]+)\\n" (builtins.readFile file); in
            {
              lean.lean-all = builtins.derivation {
                name = "lean-${builtins.head tag}"; builder = "/bin/sh"; system = "none";
              };
            };
        };
      }
    """,
}


@pytest.fixture(scope="module")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("stubs")
    for name, files in (("nixpkgs", NIXPKGS), ("lean4-nix", LEAN4_NIX)):
        (home / name).mkdir()
        for file, text in files.items():
            (home / name / file).write_text(text)
    return home


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("flake") / "project"
    ignored = shutil.ignore_patterns(".git", ".venv", "rendered", "__pycache__", ".*_cache", "node_modules")
    shutil.copytree(REPOSITORY, home, ignore=ignored)
    return home


def evaluate(project: Path, stubs: Path, output: str, expression: str = "it: it") -> Any:
    """The value of a Nix function of an output of the flake, as JSON."""
    assert shutil.which("nix"), "the tests of the flake need Nix: apt-get install nix-bin"
    environment = {
        **os.environ, "HOME": str(stubs), "NIX_STATE_DIR": str(stubs / "state"), "NIX_STORE_DIR": str(stubs / "store"),
        "NIX_LOG_DIR": str(stubs / "log"), "NIX_REMOTE": "", "NIX_CONF_DIR": str(stubs / "conf"),
    }  # fmt: skip
    finished = subprocess.run(
        [
            "nix", "--extra-experimental-features", "nix-command flakes", "--offline", "eval", "--json",
            f"path:{project}#{output}", "--no-write-lock-file", "--override-input", "nixpkgs", f"path:{stubs}/nixpkgs",
            "--override-input", "lean4-nix", f"path:{stubs}/lean4-nix", "--apply", expression,
        ],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr[-3000:]
    return json.loads(finished.stdout)


PATHS = "systems: builtins.mapAttrs (_: outputs: builtins.mapAttrs (_: it: it.drvPath or it.program) outputs) systems"


def test_every_output_evaluates_for_every_system(project: Path, stubs: Path) -> None:
    names = {
        "packages": {"default", "corpus"},
        "apps": {"render-pilots", "validate-pilots"},
        "checks": {"pilots", "tests"},
        "devShells": {"default", "ci"},
    }
    for kind, wanted in names.items():
        found = evaluate(project, stubs, kind, PATHS)
        assert set(found) == set(SYSTEMS)
        for outputs in found.values():
            assert set(outputs) == wanted
            assert all(path.startswith(str(stubs / "store")) for path in outputs.values())


def test_editing_a_chunk_changes_that_chunk_s_derivation_alone(project: Path, stubs: Path) -> None:
    def links() -> dict[str, str]:
        found = evaluate(project, stubs, "packages.x86_64-linux.corpus.links")
        return dict(link.split(" ") for link in found)

    before = links()
    assert len(before) == len(list((project / "chunks").glob("chunk-*.json"))) == 62
    path = project / "chunks" / "chunk-19.constraints.json"
    kept = path.read_text(encoding="utf-8")
    path.write_text(kept + "\n", encoding="utf-8")
    try:
        after = links()
    finally:
        path.write_text(kept, encoding="utf-8")
    assert {chunk_id for chunk_id in before if before[chunk_id] != after[chunk_id]} == {"19"}
    (project / "tests" / "new.py").write_text("")
    assert links() == before


def test_the_command_s_text_is_a_script(project: Path, stubs: Path, tmp_path: Path) -> None:
    shells = [f"devShells.x86_64-linux.{name}.shellHook" for name in ("default", "ci")]
    for what in ("packages.x86_64-linux.default.text", *shells):
        script = tmp_path / "script"
        script.write_text(evaluate(project, stubs, what))
        checked = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


SHELL = """shell:
  let isPython = it: it.name == "python-env"; in
  {
    inherit (shell) compiler names;
    python = map (it: it.name) (builtins.head (builtins.filter isPython shell.packages)).packages;
  }"""


def test_the_shell_of_a_build_holds_what_a_build_takes_and_nothing_that_is_compiled(project: Path, stubs: Path) -> None:
    shell = evaluate(project, stubs, "devShells.x86_64-linux.ci", SHELL)
    assert shell["names"] == ["minizinc", "lean-v4.15.0", "python-env"]
    assert shell["compiler"] == "no compiler"
    written = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    needed = {re.match(r"[\w-]+", requirement)[0] for requirement in written}  # type: ignore[index]
    assert set(shell["python"]) == {f"python-{name}" for name in needed}


def test_no_package_of_a_shell_brings_another_python_that_comes_first_on_path(project: Path, stubs: Path) -> None:
    """pkgs.yamllint does: it propagates nixpkgs' own Python, and stands before the environment in the alphabet."""
    shell = evaluate(project, stubs, "devShells.x86_64-linux.default", SHELL)
    assert "yamllint" not in shell["names"]
    assert "python-yamllint" in shell["python"]


# Collects all tests where, of the packages of a list, none can be imported; pytest finds no plug-ins but those named.
COLLECT = """
import sys
from importlib.machinery import PathFinder
import pytest

class Lacking(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.split(".")[0] in sys.argv[1].split(",") else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Lacking
plugins = ["_hypothesis_pytestplugin", "pytest_cov.plugin", "pytest_timeout", "xdist.plugin"]
options = [word for name in plugins for word in ("-p", name)]
sys.exit(pytest.main(["--collect-only", "-n0", "--no-cov", *options, "tests"]))
"""


def test_the_tests_can_be_collected_with_the_packages_of_the_shell(project: Path, stubs: Path) -> None:
    shell = evaluate(project, stubs, "devShells.x86_64-linux.default", SHELL)
    held = {re.sub(r"^python-|-[0-9.]+$", "", name) for name in (*shell["python"], *shell["names"])}
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    asked = {re.match(r"[\w-]+", line)[0].lower() for line in extras["test"]}  # type: ignore[index]
    # What pytest-lsp brings goes with it.
    missing = {*(asked - held), "lsprotocol", "pytest-asyncio"}
    modules = [module for module, names in packages_distributions().items() if missing & {n.lower() for n in names}]
    assert "pytest_lsp" in modules
    assert "hypothesis" not in modules
    collected = subprocess.run(
        [sys.executable, "-c", COLLECT, ",".join(modules)], cwd=REPOSITORY, capture_output=True, text=True,
        env={**os.environ, "IN_NIX_SHELL": "impure", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, check=False,
    )  # fmt: skip
    assert collected.returncode == 0, collected.stdout[-3000:]
    for file in NOT_IN_THE_SHELL:
        assert f"not run in this Nix shell, but by ./dev pytest: {file}" in collected.stdout
    assert "<Module test_workflows.py>" in collected.stdout
    assert "<Module test_lsp.py>" not in collected.stdout


def test_the_tests_in_the_sandbox_find_what_they_read(project: Path, stubs: Path) -> None:
    """Of the files that the check takes along: the tests can be collected, and no link of a document leads out."""
    script = evaluate(project, stubs, "checks.x86_64-linux.tests.script")
    source = re.search(r"cp -r (\S+) source", script)
    assert source
    files = re.findall(r"tests/test_\w+\.py", script)
    assert len(files) > 5
    for options in (["--collect-only", "-qq", *files], ["tests/test_documents.py", "-k", "link or names"]):
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n0", "--no-cov", "-p", "no:cacheprovider", *options],
            cwd=source[1], env={**os.environ, "PYTHONPATH": f"{source[1]}/src"}, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout[-2000:]


def test_nixpkgs_is_a_release_that_has_built_the_packages_of_python_3_11() -> None:
    """Hydra builds python311Packages for nixos-24.11; the unstable branch left them out from December 2024 on."""
    lock = json.loads((REPOSITORY / "flake.lock").read_text(encoding="utf-8"))
    assert lock["nodes"]["nixpkgs"]["original"]["ref"] == "nixos-24.11"
    flake = (REPOSITORY / "flake.nix").read_text(encoding="utf-8")
    assert 'nixpkgs.url = "github:NixOS/nixpkgs/nixos-24.11"' in flake
    assert re.findall(r"pkgs\.python\d*", flake) == ["pkgs.python311"]


def test_the_lock_is_that_of_the_pins() -> None:
    lock = json.loads((REPOSITORY / "flake.lock").read_text(encoding="utf-8"))
    assert (lock["version"], lock["root"]) == (7, "root")
    nodes = lock["nodes"]
    assert nodes.pop("root") == {"inputs": {"lean4-nix": "lean4-nix", "nixpkgs": "nixpkgs"}}
    assert nodes["lean4-nix"]["inputs"] == {"flake-parts": "flake-parts", "nixpkgs": ["nixpkgs"]}
    assert {name: (node["locked"]["rev"], node["locked"]["narHash"]) for name, node in nodes.items()} == PINS


def test_the_lock_is_accepted_as_it_is(project: Path, stubs: Path) -> None:
    """Nix asks for no input that the lock does not hold, and would change nothing but what is overridden."""
    lock = (project / "flake.lock").read_bytes()
    evaluate(project, stubs, "packages", "builtins.attrNames")
    assert (project / "flake.lock").read_bytes() == lock


def test_the_flake_has_the_version_of_the_package() -> None:
    (version,) = re.findall(r'pname = "duality";\n +version = "(.+)";', (REPOSITORY / "flake.nix").read_text())
    assert version == tasks.__version__


def test_lean_s_version_stands_in_one_place() -> None:
    version = (REPOSITORY / "lean-toolchain").read_text().strip().rpartition(":")[2].lstrip("v")
    assert version not in (REPOSITORY / "flake.nix").read_text(encoding="utf-8")
