"""Digests of the package's own code: what computes a stage, derived from what its module imports.

A module's closure is the module, all that it imports of this package (inside functions too, but not what is imported
for type checking alone), and every data file of the package that one of these names in a string.
"""

from __future__ import annotations

import ast
import json
import marshal
import os
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from typing import Any, TypedDict

from .errors import CodeChanged
from .files import data_text, digest, discard, text_of, write_whole

PACKAGE = Path(__file__).parent
Signature = dict[str, list[int]]
_VERSIONS = 4
"""Earlier versions of the package that are remembered, to say which files changed."""


class Version(TypedDict):
    """Of one version of the package: digests of closures by their modules, and of files by their names."""

    digests: dict[str, str]
    files: dict[str, str]


_started = 0


def note_start() -> None:
    """Told that this process starts a program, which may read files of the package."""
    global _started
    _started += 1


def package_signature(package: Path = PACKAGE) -> Signature:
    """Size, times and inode of every file of the package, by its relative path; no file is opened."""
    found: Signature = {}
    folders = [str(package)]
    start = len(str(package)) + 1
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        folders.append(entry.path)
                elif not entry.name.startswith("."):
                    status = entry.stat()
                    found[entry.path[start:]] = [
                        status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
                    ]  # fmt: skip
    return found


_at_start = package_signature()
"""As it was before nearly all of the package was loaded."""


_UNCHECKED = 1
_TICK_NS = 20_000_000
"""By how much a clock of a file system may be late."""


def outdated_bytecode(package: Path, signature: Signature) -> Iterator[Path]:
    """What Python compiled from other versions of modules and takes for these: it goes by size and by whole seconds, or
    believes in any case. The rest it compiles again by itself.
    """
    for name, (size, changed, touched, _) in signature.items():
        if not name.endswith(".py"):
            continue
        source = package / name
        path = Path(cache_from_source(str(source)))
        with suppress(OSError, ValueError, TypeError, EOFError, struct.error), open(path, "rb") as file:
            magic, flags, *known = struct.unpack("<4s3I", file.read(16))
            if flags:
                suspect = flags == _UNCHECKED
            else:
                older = os.fstat(file.fileno()).st_mtime_ns < touched + _TICK_NS
                suspect = older and known == [changed // 10**9 & 0xFFFFFFFF, size & 0xFFFFFFFF]
            if not suspect or magic != MAGIC_NUMBER:
                continue
            if marshal.load(file) != compile(source.read_bytes(), str(source), "exec", dont_inherit=True):
                yield path


class Code:
    """The package's code as it was when this was made; of this package, when it was loaded.

    kept: a file that holds digests from an earlier build, believed where the signature of every file is still the same.
    Raises CodeChanged where Python has loaded other code than what the files say.
    """

    def __init__(self, kept: Path | None = None, package: Path = PACKAGE) -> None:
        self.package = package
        self.kept = kept
        self.signature = _at_start if package == PACKAGE else package_signature(package)
        self._loaded: tuple[int, int, int] | None = None
        self._digests: dict[str, str] = {}
        self._files: dict[str, str] = {}
        self._earlier: list[Version] = []
        self._recall()
        if not self._files and package == PACKAGE:
            _refuse(list(outdated_bytecode(package, self.signature)))

    def digest(self, *modules: str) -> str:
        """SHA-256 over the closure of modules, paths relative to the package such as "stages/solve.py"."""
        return self._digest_of(" ".join(modules), lambda: self.closure(*modules))

    def package_digest(self) -> str:
        """SHA-256 over every file of the package."""
        return self._digest_of("*", lambda: self.signature)

    def _digest_of(self, key: str, names: Callable[[], Iterable[str]]) -> str:
        if key not in self._digests:
            self._recall()  # the build may have found it out since it started this worker
        if key not in self._digests:
            total = sha256()
            for name in sorted(names()):
                total.update(f"{name}\0{self._content(name)}\n".encode())
            self._digests[key] = total.hexdigest()
            self._remember()
        return self._digests[key]

    def changes(self, then: str, *modules: str) -> list[str] | None:
        """The files of the closure of modules that are others than when its digest was then; None where that version
        of the package is not remembered.
        """
        key = " ".join(modules)
        version = next((v for v in self._earlier if v["digests"].get(key) == then), None)
        if version is None:
            return None
        self.package_digest()
        return sorted(n for n in self.closure(*modules) if version["files"].get(n) != self._files[n])

    def has_changed(self) -> bool:
        """Whether a file of the package is not the one that it was, so that what was computed may be other code's.

        While this process has loaded nothing and started no tool since it last looked, it does not look again: what it
        has loaded does not change.
        """
        loaded = (len(sys.modules), data_text.cache_info().misses, _started)
        if loaded == self._loaded:
            return False
        changed = package_signature(self.package) != self.signature
        if not changed:
            self._loaded = loaded
        return changed

    def closure(self, *modules: str) -> set[str]:
        """The files, relative to the package, that compute what the modules compute."""
        found: set[str] = set()
        waiting = list(modules)
        # A stage's module is no reason to count its neighbours, which the package of stages imports.
        own = {f"{os.path.dirname(module)}/__init__.py" for module in modules} - {"/__init__.py"}
        while waiting:
            name = waiting.pop()
            if name in found or name in own:
                continue
            found.add(name)
            if name.endswith(".py"):
                if name not in self._used or self._used[name][0] != self._content(name):
                    self._used[name] = self._content(name), sorted(set(self._uses(name)))
                waiting += self._used[name][1]
        return found

    def _content(self, name: str) -> str:
        """The digest of a file of the package, which is read once."""
        if name not in self._files:
            self._files[name] = digest((self.package / name).read_bytes())
        return self._files[name]

    def _uses(self, name: str) -> Iterator[str]:
        """The files of the package that a module imports or names, and the packages around those."""
        tree = ast.parse((self.package / name).read_bytes())
        folder = os.path.dirname(name)
        for node in _executed(tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = Path(folder)
                for _ in range(node.level - 1):
                    base = base.parent
                base = base.joinpath(*(node.module or "").split(".")) if node.module else base
                for candidate in (base, *(base / alias.name for alias in node.names)):
                    yield from self._module(candidate)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from self._data.get(node.value, ())

    def _module(self, path: Path) -> Iterator[str]:
        """The file of a module, and those of the packages around it, which are executed with it."""
        module, package = f"{path.as_posix()}.py", (path / "__init__.py").as_posix()
        found = module if module in self.signature else package if package in self.signature else None
        if found is None:
            return
        yield found
        for parent in Path(found).parents:
            if (around := (parent / "__init__.py").as_posix()) in self.signature:
                yield around

    @cached_property
    def _data(self) -> dict[str, list[str]]:
        """The data files of the package by their names."""
        found: dict[str, list[str]] = {}
        for name in self.signature:
            if not name.endswith(".py"):
                found.setdefault(os.path.basename(name), []).append(name)
        return found

    def _recall(self) -> dict[str, Any]:
        """Takes what a build kept: of this version of the package what holds of it, of others what they were. Returns
        all that it kept of a package with these files, whatever is in them and wherever they lie.
        """
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            data: dict[str, Any] = json.loads(text_of(self.kept)) if self.kept else {}
            versions: list[Version] = [
                {kind: {str(k): str(v) for k, v in version[kind].items()} for kind in ("digests", "files")}  # type: ignore[misc]
                for version in data["versions"]
            ]
            if data["signature"] == self.signature and data["package"] == str(self.package):
                self._digests |= versions[0]["digests"]
                self._files |= versions[0]["files"]
                versions = versions[1:]
            self._earlier = versions[:_VERSIONS]
            if data["signature"].keys() == self.signature.keys():
                return data
        return {}

    @cached_property
    def _used(self) -> dict[str, tuple[str, list[str]]]:
        """Which files a module uses, with the digest of its content: what was kept, and what is found out."""
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            return {
                str(name): (str(content), [str(file) for file in files])
                for name, (content, files) in self._recall()["used"].items()
            }
        return {}

    def _remember(self) -> None:
        if self.kept and self.kept.parent.is_dir():
            now: Version = {"digests": self._digests, "files": self._files}
            earlier = [version for version in self._earlier if version["files"] != self._files]
            data = {
                "package": str(self.package), "signature": self.signature, "versions": [now, *earlier],
                "used": self._used,
            }  # fmt: skip
            with suppress(OSError):
                write_whole(self.kept, json.dumps(data))


def _refuse(outdated: Sequence[Path]) -> None:
    """Removes what Python compiled from other versions. Raises CodeChanged where there is any: it is loaded already."""
    if outdated:
        discard(outdated)
        left = [str(path) for path in outdated if path.exists()]
        raise CodeChanged(
            f"Python has compiled {outdated[0].name} from another version of the file: "
            + (f"remove {left[0]}, and build again" if left else "it is removed, build again")
        )


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node, but for what stands under `if TYPE_CHECKING`."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            waiting += node.orelse
            continue
        for field in node._fields:
            below = getattr(node, field, None)
            waiting += [n for n in (below if isinstance(below, list) else [below]) if isinstance(n, ast.AST)]
