"""The flake, evaluated by the real Nix for every output and system.

nixpkgs and lean4-nix are stood in for by stubs that know the names and calls which the flake uses, and nothing else, so
a misspelt one is an error. Nothing is built here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from conftest import REPOSITORY

SYSTEMS = ("x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin")
PINS = {
    "nixpkgs": ("5df43628fdf08d642be8ba5b3625a6c70731c19c", "sha256-Tbk1MZbtV2s5aG+iM99U8FqwxU/YNArMcWAv6clcsBc="),
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
          "cloudpickle" "doit" "hypothesis" "jinja2" "jsonschema" "lark" "msgspec" "mypy" "pytest" "pytest-cov"
          "pytest-timeout" "pytest-xdist" "pyyaml" "rich" "setuptools" "types-pyyaml"
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
          mkShell = { packages, shellHook }: derive "nix-shell" { inherit packages shellHook; };
        } // builtins.listToAttrs (map (name: { inherit name; value = tool name; }) [
          "actionlint" "age" "autoPatchelfHook" "gecode" "gh" "git" "minizinc" "ruff" "shellcheck" "sops" "yamllint"
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
        "devShells": {"default"},
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
    for what in ("packages.x86_64-linux.default.text", "devShells.x86_64-linux.default.shellHook"):
        script = tmp_path / "script"
        script.write_text(evaluate(project, stubs, what))
        checked = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


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


def test_lean_s_version_stands_in_one_place() -> None:
    version = (REPOSITORY / "lean-toolchain").read_text().strip().rpartition(":")[2].lstrip("v")
    assert version not in (REPOSITORY / "flake.nix").read_text(encoding="utf-8")
