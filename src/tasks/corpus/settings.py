"""corpus.yaml: what holds for the corpus as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeAlias

from ..errors import CorpusError, Mistake, visible
from ..files import digest
from .document import pointer_to, read_text
from .explain import Problem, load_schema, mistake, refuse, violations
from .names import ID, SETTINGS, file_name

SCHEMA = "corpus.schema.json"
MOST_VALUES = 20_000
"""Values in corpus.yaml, those behind aliases counted each time."""

Policy: TypeAlias = Literal["anywhere", "documentation", "never"]


@dataclass(frozen=True)
class Limits:
    """What a run of a tool may take: wall time of MiniZinc's and of Lean's in seconds, memory in MiB."""

    solve_seconds: float = 30
    prove_seconds: float = 60
    memory_mb: int = 4096


@dataclass(frozen=True)
class Settings:
    """The settings of a corpus; the defaults are those of a corpus without corpus.yaml.

    general_limits are those of every chunk that is not in chunk_limits; general_balance and chunk_balances are rules
    such as "40" or "30%", "" where corpus.yaml states none. sha256: of the text of corpus.yaml, "" without one.
    """

    pilots: tuple[str, ...] = ()
    documentation: tuple[str, ...] = ()
    general_balance: str = ""
    chunk_balances: Mapping[str, str] = field(default_factory=dict)
    general_limits: Limits = Limits()
    chunk_limits: Mapping[str, Limits] = field(default_factory=dict)
    samples: int = 256
    strict: Literal["all", "pilots"] = "all"
    in_lean: Literal["telling", "all"] = "telling"
    informal: Policy = "anywhere"
    solver: str = "gecode"
    sha256: str = field(default="", compare=False)

    def limits(self, chunk_id: str) -> Limits:
        """The limits of a run for the chunk; for a run that is about no chunk, chunk_id is ""."""
        return self.chunk_limits.get(chunk_id, self.general_limits)

    def with_limits(self, solve_seconds: str = "", prove_seconds: str = "", memory_mb: str = "") -> Settings:
        """The same settings with other limits for every chunk, as the command line writes them; "" changes nothing.

        Raises ValueError with what was expected.
        """
        texts = {"solve_seconds": solve_seconds, "prove_seconds": prove_seconds, "memory_mb": memory_mb}
        given = {name: _given_limit(name, text) for name, text in texts.items() if text}
        return replace(
            self,
            general_limits=replace(self.general_limits, **given),
            chunk_limits={chunk_id: replace(own, **given) for chunk_id, own in self.chunk_limits.items()},
        )

    def has_balance_limit(self, chunk_id: str) -> bool:
        """Whether corpus.yaml states how far the tracts of the chunk may be apart."""
        return chunk_id in self.chunk_balances or bool(self.general_balance)

    def balance_rule(self, chunk_id: str) -> str:
        """How far the tracts of the chunk may be apart: a number, or a share of N such as "30%"."""
        return self.chunk_balances.get(chunk_id, self.general_balance) or "100"

    def balance_limit(self, chunk_id: str, total: int) -> int:
        """How far the tracts of the chunk may be apart where N is total; a share is rounded down."""
        rule = self.balance_rule(chunk_id)
        return int(rule[:-1]) * total // 100 if rule.endswith("%") else int(rule)


def allows_informal(policy: Policy, documentation: bool) -> bool:
    """Whether a chunk may hold informal claims."""
    return policy == "anywhere" or (policy == "documentation" and documentation)


def limit_can_bind(limit: int, total: int, unit_sum: bool) -> bool:
    """Whether a limit on |T_int - T_ext| excludes any point of the domain; x[1]..x[8] are in 0..total.

    The tracts are at most total apart where all eight add up to it, else four times that.
    """
    return limit < total * (1 if unit_sum else 4)


def read_settings(folder: Path, known: Collection[str] | None = None) -> Settings:
    """The settings in folder's corpus.yaml, or the defaults where there is none.

    known: the ids that there are; None stands for any.
    Raises CorpusError that names file, line, key, found and expected of every mistake.
    """
    path = folder / SETTINGS
    if not path.exists() and not path.is_symlink():
        return Settings()
    return parse_settings(path, read_text(path), known)


def parse_settings(path: Path, text: str, known: Collection[str] | None = None) -> Settings:
    """The settings in text, which was read from path; as read_settings."""
    file = _File(path, text)
    data = file.data()
    try:
        settings = replace(settings_of(data), sha256=digest(text))
    except ValueError:
        refuse(file, violations(SCHEMA, file, data, yaml=True))
        raise AssertionError(f"{path}: the schema accepts what is refused") from None
    refuse(file, _wrong_ids(settings, known))
    return settings


def _wrong_ids(settings: Settings, known: Collection[str] | None) -> Iterator[Problem]:
    """Where settings name a chunk that there is not, or state limits of one that is not checked."""
    named = [(pointer_to(key, position), chunk_id) for key in ("pilots", "documentation")
             for position, chunk_id in enumerate(getattr(settings, key))]  # fmt: skip
    limited = [(pointer_to(key, "chunks", chunk_id), chunk_id)
               for key, own in (("tract_balance", settings.chunk_balances), ("limits", settings.chunk_limits))
               for chunk_id in own]  # fmt: skip
    for pointer, chunk_id in named + limited:
        if known is not None and chunk_id not in known:
            expected = f"expected ids of chunks in this folder; there is no {file_name(chunk_id)}"
            yield Problem(pointer, f"found the id {chunk_id!r}, {expected}")
    for pointer, chunk_id in limited:
        if chunk_id in settings.documentation:
            what = f"found the id {chunk_id!r}, expected none of `documentation`, as those are not checked"
            yield Problem(pointer, what, is_key=True)


# From plain data to settings. The schema says the same and explains it, but a build that has nothing to do has no time
# to load jsonschema. A test holds the two to each other.

_Reader: TypeAlias = Callable[[Any], Any]
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+ -]{0,99}")
_SHARE = re.compile(r"(?:[1-3]?[0-9]{1,2}|400)%")


def settings_of(data: Any) -> Settings:
    """The settings that the data of a corpus.yaml states. Raises ValueError where the schema does not accept it."""
    top = _section(_TOP)(data)
    balance, limits, compared = (dict(top.pop(key, {})) for key in ("tract_balance", "limits", "crosscheck"))
    own_limits = limits.pop("chunks", {})
    general = Limits(**limits)
    names = {"samples": "samples", "lean": "in_lean", "strict": "strict"}
    return Settings(
        **top,
        general_balance=balance.get("limit", ""),
        chunk_balances=balance.get("chunks", {}),
        general_limits=general,
        chunk_limits={chunk_id: replace(general, **own) for chunk_id, own in own_limits.items()},
        **{names[key]: value for key, value in compared.items()},
    )


def _section(readers: Mapping[str, _Reader]) -> _Reader:
    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not value.keys() <= readers.keys():
            raise ValueError
        return {key: readers[key](inner) for key, inner in value.items()}

    return read


def _by_chunk(reader: _Reader) -> _Reader:
    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not all(map(ID.fullmatch, value)):
            raise ValueError
        return {chunk_id: reader(inner) for chunk_id, inner in value.items()}

    return read


def _ids(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and ID.fullmatch(item) for item in value):
        raise ValueError
    if len(set(value)) < len(value):
        raise ValueError
    return tuple(value)


def _whole(least: int, most: int = 10**9) -> _Reader:
    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError
        return value

    return read


def _seconds(value: Any) -> float:
    if type(value) not in (int, float) or not 0 < value <= 86_400:
        raise ValueError
    return float(value) if value != int(value) else int(value)


def _distance(value: Any) -> str:
    if isinstance(value, str) and _SHARE.fullmatch(value):
        return value
    return str(_whole(0)(value))


def _one_of(*words: str) -> _Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError
        return value

    return read


def _word(value: Any) -> str:
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise ValueError
    return value


_LIMITS: dict[str, _Reader] = {"solve_seconds": _seconds, "prove_seconds": _seconds, "memory_mb": _whole(64)}
_TOP: dict[str, _Reader] = {
    "pilots": _ids,
    "documentation": _ids,
    "tract_balance": _section({"limit": _distance, "chunks": _by_chunk(_distance)}),
    "limits": _section({**_LIMITS, "chunks": _by_chunk(_section(_LIMITS))}),
    "crosscheck": _section(
        {"samples": _whole(1, 4096), "lean": _one_of("telling", "all"), "strict": _one_of("all", "pilots")}
    ),
    "informal": _one_of("anywhere", "documentation", "never"),
    "solver": _word,
}


def _given_limit(name: str, text: str) -> Any:
    """The limit that text on the command line states. Raises ValueError with what was expected."""
    try:
        if not re.fullmatch(r"[0-9]{1,20}(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?", text):
            raise ValueError
        return _LIMITS[name](int(text) if text.isdecimal() else float(text))
    except ValueError:
        schema = load_schema(SCHEMA)
        reference = schema["properties"]["limits"]["properties"][name]["$ref"].rpartition("/")[2]
        raise ValueError(f"{name}={text}: {schema['$defs'][reference]['errorMessage']}") from None


# From text to plain data.


@dataclass(frozen=True)
class _Place:
    """line is that of the key, place how messages write it, node the value, key its node, itself where it has none."""

    line: int
    place: str
    node: Any
    key: Any


@dataclass(frozen=True)
class _File:
    """The file as what the messages about its data need (see explain.Source); data() fills in places."""

    path: Path
    text: str
    places: dict[str, _Place] = field(default_factory=dict)

    def line(self, pointer: str) -> int:
        return self.places[pointer].line

    def extent(self, pointer: str, is_key: bool = False) -> tuple[int, int]:
        place = self.places[pointer]
        found = (0, 0) if is_key else self._extent(place.node)
        return found if found[0] < found[1] else self._extent(place.key)

    def place(self, pointer: str) -> str:
        place = visible(self.places[pointer].place)
        return place if len(place) <= 200 else place[:197] + "..."

    def shown(self, pointer: str, value: Any = None) -> str:
        return self._source(self.places[pointer].node)

    def data(self) -> Any:
        """Scalars, lists and mappings by text. Raises CorpusError where the file is not YAML, or holds other things."""
        import yaml

        try:
            top = yaml.compose(self.text, Loader=yaml.SafeLoader)
            return {} if top is None else self._value(top, "", _Place(top.start_mark.line + 1, "", top, top))
        except yaml.YAMLError as error:
            raise CorpusError(_complaint(self.path, self.text, error)) from None
        except RecursionError:
            raise CorpusError(f"{self.path}: excessive nesting, expected four levels at most") from None

    def _extent(self, node: Any) -> tuple[int, int]:
        """Start and end offset of the first line of a node."""
        start, end = node.start_mark.index, node.end_mark.index
        return start, start + len(self.text[start:end].split("\n", 1)[0].rstrip())

    def _source(self, node: Any) -> str:
        """What the file says where node is, on one line."""
        found = " ".join(self.text[node.start_mark.index : node.end_mark.index].split()) or "nothing"
        return visible(found if len(found) <= 60 else found[:57] + "...")

    def _refuse(self, pointer: str, what: str, is_key: bool = False) -> NoReturn:
        raise CorpusError(mistake(self, Problem(pointer, what, is_key)))

    def _value(self, node: Any, pointer: str, place: _Place) -> Any:
        """The data of a node, which is at pointer."""
        import yaml

        self.places[pointer] = place
        if len(self.places) > MOST_VALUES:
            self._refuse("", f"found more than {MOST_VALUES:,} values; write out what the aliases stand for")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, pointer)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [
                self._value(
                    item, f"{pointer}/{i}", _Place(item.start_mark.line + 1, f"{place.place}: item {i + 1}", item, item)
                )
                for i, item in enumerate(node.value)
            ]
        if not isinstance(node, yaml.MappingNode) or node.tag != "tag:yaml.org,2002:map":
            self._refuse(pointer, f"found {self._source(node)}, expected a value without a tag")
        return dict(self._pair(key, value, pointer, place.place) for key, value in node.value)

    def _pair(self, key_node: Any, node: Any, around: str, prefix: str) -> tuple[str, Any]:
        """Key and value in the mapping at the pointer around, whose place is prefix."""
        line = key_node.start_mark.line + 1
        if key_node.tag != "tag:yaml.org,2002:str" or not isinstance(key_node.value, str):
            what = f"unknown key {self._source(key_node)}; expected text, in quotes where it is a number"
            within = self.place(around) if prefix else ""
            raise CorpusError(Mistake(str(self.path), line, what, *self._extent(key_node), place=within))
        key: str = key_node.value
        pointer = around + pointer_to(key)
        place = _Place(line, f"{prefix}{'.' if prefix else ''}{key}", node, key_node)
        if pointer in self.places:
            self.places[pointer] = place
            self._refuse(pointer, "found the key a second time, expected each key once", is_key=True)
        return key, self._value(node, pointer, place)

    def _scalar(self, node: Any, pointer: str) -> str | int | float | None:
        import yaml

        try:
            value = yaml.constructor.SafeConstructor().construct_object(node)
        except (yaml.YAMLError, ValueError, LookupError, ArithmeticError, AttributeError):
            # The last four are what PyYAML makes of `!!int x`, `!!bool x`, `1:1:...:1.0` and `!!timestamp x`.
            value = b""
        if not isinstance(value, str | int | float | None):  # a date, or the list that `!!seq x` is
            self._refuse(pointer, f"found {self._source(node)}, expected a plain value")
        return value


def _complaint(path: Path, text: str, error: Any) -> Mistake | str:
    """What YAML's own reader has to say."""
    if mark := getattr(error, "problem_mark", None):
        what = f"invalid YAML: {', '.join(filter(None, (error.context, error.problem)))}"
        start = min(mark.index, max(0, len(text.rstrip()) - 1))  # at the end there is nothing to mark
        return Mistake(str(path), mark.line + 1, what, start, start + 1)
    if (at := getattr(error, "position", None)) is not None:
        what = f"found the character U+{ord(text[at]):04X}, expected text that YAML allows"
        return Mistake(str(path), text.count("\n", 0, at) + 1, what, at, at + 1)
    return f"{path}: invalid YAML: {error}"
