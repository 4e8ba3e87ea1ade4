"""corpus.yaml: what holds for the corpus as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ..errors import CorpusError
from .document import read_text

FILE_NAME = "corpus.yaml"

Policy: TypeAlias = Literal["anywhere", "documentation", "never"]


@dataclass(frozen=True)
class Settings:
    """The settings of a corpus; the defaults are those of a corpus without corpus.yaml."""

    pilots: tuple[str, ...] = ()
    documentation: tuple[str, ...] = ()
    balance_limit: int = 100
    solve_seconds: float = 30
    prove_seconds: float = 60
    memory_mb: int = 4096
    samples: int = 256
    strict: Literal["all", "pilots"] = "all"
    informal: Policy = "anywhere"


def _ids(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError('a list of ids such as ["06", "08"]')
    for item in value:
        if not isinstance(item, str) or not re.fullmatch("[0-9]{2,}", item):
            raise ValueError(f'ids in quotes such as "06" instead of {item!r}')
    if len(set(value)) < len(value):
        raise ValueError("each id once")
    return tuple(value)


def _whole(least: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= 10**9:
            raise ValueError(f"a whole number from {least} to 10^9")
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
    "tract_balance.limit": ("balance_limit", _whole(0)),
    "limits.solve_seconds": ("solve_seconds", _seconds),
    "limits.prove_seconds": ("prove_seconds", _seconds),
    "limits.memory_mb": ("memory_mb", _whole(64)),
    "crosscheck.samples": ("samples", _whole(1)),
    "crosscheck.strict": ("strict", _one_of("all", "pilots")),
    "informal": ("informal", _one_of("anywhere", "documentation", "never")),
}
_SECTIONS = {key.split(".")[0] for key in _KEYS if "." in key}


def read_settings(folder: Path) -> Settings:
    """The settings in folder's corpus.yaml, or the defaults where there is none.

    Raises CorpusError that names file, line, key, found and expected.
    """
    path = folder / FILE_NAME
    if not path.exists() and not path.is_symlink():
        return Settings()
    text = read_text(path)
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise CorpusError(f"{place}: no YAML: {getattr(error, 'problem', None) or error}") from None
    except RecursionError:
        raise CorpusError(f"{path}: brackets nest too deeply") from None
    values: dict[str, Any] = {}
    if node is not None:
        _collect(path, node, "", values)
    return Settings(**values)


def _collect(path: Path, node: Any, prefix: str, values: dict[str, Any]) -> None:
    """Reads the settings of a mapping node into values, by attribute name."""
    import yaml

    if not isinstance(node, yaml.MappingNode):
        where = f" for {prefix[:-1]}" if prefix else ""
        raise CorpusError(f"{path}:{node.start_mark.line + 1}: found no mapping, expected `key: value` lines{where}")
    seen = set()
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = prefix + str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        if key in seen:
            raise CorpusError(f"{path}:{line}: found the key {key} a second time, expected each key once")
        seen.add(key)
        if key in _SECTIONS:
            _collect(path, value_node, key + ".", values)
        elif key in _KEYS:
            attribute, read = _KEYS[key]
            try:
                values[attribute] = read(_plain(value_node))
            except ValueError as error:
                raise CorpusError(f"{path}:{line}: {key}: expected {error}") from None
        else:
            from difflib import get_close_matches

            known = sorted(_KEYS.keys() | _SECTIONS)
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(known)}"
            raise CorpusError(f"{path}:{line}: found the unknown key {key!r}, {hint}")


def _plain(node: Any) -> Any:
    """The value of a scalar or of a flat list of scalars; anything deeper is no setting."""
    import yaml

    if isinstance(node, yaml.SequenceNode):
        if not all(isinstance(item, yaml.ScalarNode) for item in node.value):
            raise ValueError("a flat list")
        return [_plain(item) for item in node.value]
    if not isinstance(node, yaml.ScalarNode):
        raise ValueError("a plain value")
    constructor = yaml.constructor.SafeConstructor()
    try:
        return constructor.construct_object(node)  # type: ignore[no-untyped-call]
    except yaml.YAMLError:
        raise ValueError("a plain value") from None


def allows_informal(policy: Policy, documentation: bool) -> bool:
    """Whether a chunk may hold informal claims."""
    return policy == "anywhere" or (policy == "documentation" and documentation)
