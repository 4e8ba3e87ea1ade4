"""corpus.yaml: what holds for the corpus as a whole."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ..errors import CorpusError
from .chunk import ID, file_name
from .document import read_text, visible

FILE_NAME = "corpus.yaml"

Policy: TypeAlias = Literal["anywhere", "documentation", "never"]


@dataclass(frozen=True)
class Settings:
    """The settings of a corpus; the defaults are those of a corpus without corpus.yaml."""

    pilots: tuple[str, ...] = ()
    documentation: tuple[str, ...] = ()
    limit: int = 100
    solve_seconds: float = 30
    prove_seconds: float = 60
    memory_mb: int = 4096
    samples: int = 256
    strict: Literal["all", "pilots"] = "all"
    in_lean: Literal["telling", "all"] = "telling"
    informal: Policy = "anywhere"

    def limits(self, chunk_id: str) -> Settings:
        return self

    def with_limits(self, **k: str) -> Settings:
        return self

    def balance_rule(self, chunk_id: str) -> str:
        return str(self.limit)

    def balance_limit(self, chunk_id: str, total: int) -> int:
        return self.limit


def _ids(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError('a list of ids such as ["06", "08"]')
    for position, item in enumerate(value, start=1):
        if not isinstance(item, str) or not ID.fullmatch(item):
            raise ValueError(f'ids in quotes such as "06"; item {position} is none')
    if len(set(value)) < len(value):
        raise ValueError("each id once")
    return tuple(value)


def _whole(least: int, most: int = 10**9) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {'10^9' if most == 10**9 else most}")
        return value

    return read


def _seconds(value: Any) -> float:
    if type(value) not in (int, float) or not 0 < value <= 86_400:
        raise ValueError("seconds, more than 0 and at most 86400")
    return float(value) if value != int(value) else int(value)


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(" or ".join(f'"{word}"' for word in words))
        return str(value)

    return read


_KEYS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "pilots": ("pilots", _ids),
    "documentation": ("documentation", _ids),
    "tract_balance.limit": ("limit", _whole(0)),
    "limits.solve_seconds": ("solve_seconds", _seconds),
    "limits.prove_seconds": ("prove_seconds", _seconds),
    "limits.memory_mb": ("memory_mb", _whole(64)),
    "crosscheck.samples": ("samples", _whole(1, 4096)),
    "crosscheck.lean": ("in_lean", _one_of("telling", "all")),
    "crosscheck.strict": ("strict", _one_of("all", "pilots")),
    "informal": ("informal", _one_of("anywhere", "documentation", "never")),
}
_SECTIONS = {key.split(".")[0] for key in _KEYS if "." in key}


def read_settings(folder: Path, known: Container[str] | None = None) -> Settings:
    """The settings in folder's corpus.yaml, or the defaults where there is none.

    known: the ids that pilots and documentation may name; None stands for any.
    Raises CorpusError that names file, line, key, found and expected.
    """
    path = folder / FILE_NAME
    if not path.exists() and not path.is_symlink():
        return Settings()
    file = _File(path, read_text(path))
    import yaml

    try:
        top = yaml.compose(file.text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise CorpusError(f"{path}{_complaint(file.text, error)}") from None
    except RecursionError:
        raise CorpusError(f"{path}: found deep nesting, expected two levels") from None
    values: dict[str, Any] = {}
    for key, node in _settings(file, top, "", set()) if top is not None else ():
        attribute, read = _KEYS[key]
        try:
            value = values[attribute] = read(_plain(node))
        except ValueError as error:
            raise file.wrong(node, f"{key}: found {file.source(node)}, expected {error}") from None
        if read is _ids and known is not None:
            for chunk_id in value:
                if chunk_id not in known:
                    expected = f"expected ids of chunks in this folder; there is no {file_name(chunk_id)}"
                    raise file.wrong(node, f"{key}: found the id {chunk_id!r}, {expected}")
    return Settings(**values)


@dataclass(frozen=True)
class _File:
    path: Path
    text: str

    def wrong(self, node: Any, what: str) -> CorpusError:
        return CorpusError(f"{self.path}:{node.start_mark.line + 1}: {what}")

    def source(self, node: Any) -> str:
        """What the file says where node is, on one line."""
        found = " ".join(self.text[node.start_mark.index : node.end_mark.index].split()) or "nothing"
        return visible(found if len(found) <= 60 else found[:57] + "...")


def _settings(file: _File, node: Any, prefix: str, seen: set[str]) -> Iterator[tuple[str, Any]]:
    """Key and node of each setting in a mapping node; seen collects the keys. Raises CorpusError at a wrong key."""
    import yaml

    if not isinstance(node, yaml.MappingNode) or node.tag != "tag:yaml.org,2002:map":
        where = f" for {prefix[:-1]}" if prefix else ""
        raise file.wrong(node, f"found {file.source(node)}, expected `key: value` lines{where}")
    for key_node, value_node in node.value:
        key = prefix + (key_node.value if isinstance(key_node, yaml.ScalarNode) else file.source(key_node))
        if key in seen:
            raise file.wrong(key_node, f"found the key {key} a second time, expected each key once")
        seen.add(key)
        if key in _SECTIONS:
            yield from _settings(file, value_node, key + ".", seen)
        elif key in _KEYS:
            yield key, value_node
        else:
            from difflib import get_close_matches

            names = sorted(_KEYS.keys() | _SECTIONS)
            near = get_close_matches(key, names, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(names)}"
            raise file.wrong(key_node, f"found the unknown key {key!r}, {hint}")


def _plain(node: Any) -> Any:
    """The value of a scalar or of a flat list of scalars; anything deeper is no setting."""
    import yaml

    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        if not all(isinstance(item, yaml.ScalarNode) for item in node.value):
            raise ValueError("a flat list")
        return [_plain(item) for item in node.value]
    if not isinstance(node, yaml.ScalarNode):
        raise ValueError("a plain value")
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except (yaml.YAMLError, ValueError, LookupError, ArithmeticError, AttributeError):
        # The last four are what PyYAML makes of `!!int x`, `!!bool x`, `1:1:...:1.0` and `!!timestamp x`.
        raise ValueError("a plain value") from None
    if not isinstance(value, str | int | float | None):  # a date, or the list that `!!seq x` is
        raise ValueError("a plain value")
    return value


def _complaint(text: str, error: Any) -> str:
    """What YAML's own reader has to say, from the line on."""
    if mark := getattr(error, "problem_mark", None):
        return f":{mark.line + 1}: no YAML: {', '.join(filter(None, (error.context, error.problem)))}"
    if (at := getattr(error, "position", None)) is not None:
        line = text.count("\n", 0, at) + 1
        return f":{line}: found the character U+{ord(text[at]):04X}, expected text that YAML allows"
    return f": no YAML: {error}"


def allows_informal(policy: Policy, documentation: bool) -> bool:
    """Whether a chunk may hold informal claims."""
    return policy == "anywhere" or (policy == "documentation" and documentation)


def limit_can_bind(limit: int, total: int, unit_sum: bool) -> bool:
    return limit < total * (1 if unit_sum else 4)
