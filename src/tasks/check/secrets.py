"""Secrets: whether a text holds one in plain text, and whether a SOPS file is encrypted as it should be.

Secrets are found by Kingfisher (package kingfisher-secret-scanner), with its own rules and those of secrets.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import ToolError

RULES = Path(__file__).with_name("secrets.toml")
ALLOW = b"secrets: allow"
"""What a line says whose findings are known to be false alarms."""

# Rules of the scanner that one of ours replaces: its rule for private keys takes prose between two headers for a key.
_REPLACED = {"betterleaks.private-key"}
# What documentation writes in the place of a secret: AWS's example keys, rows of crosses, plain words.
_DOCUMENTED = re.compile(
    r"EXAMPLE|(?i:example|placeholder|change.?me|dummy|redacted|your[-_])|([Xx*.0])\1{7}|\A(?:[a-z]{1,12}|[A-Z]{1,12}|[A-Z]+(?:_[A-Z]+)+)\Z"
)
# What SOPS encrypted: random characters, which look like a secret once in a while.
_ENCRYPTED = re.compile(
    rb"ENC\[AES256_GCM,data:[A-Za-z0-9+/]*={0,2},iv:[A-Za-z0-9+/]{43}=,tag:[A-Za-z0-9+/]{22}==,type:\w+\]"
)
# Many rules want white space or a quote around a secret: the second reading has it instead of other separators.
_SEPARATORS = bytes.maketrans(b"\0()<>[]{}|,&", b" " * 12)


@dataclass(frozen=True)
class Finding:
    """A secret in plain text.

    line is 1-based. kind is the name of the rule that found it. allowed: the line says that it is a false alarm.
    """

    line: int
    kind: str
    allowed: bool
    secret: str = field(repr=False)

    @property
    def shown(self) -> str:
        """Enough of the secret to know it by: at most an eighth of it, and its length."""
        return f"{self.secret[: min(4, len(self.secret) // 8)]}... of {len(self.secret)} characters"


@cache
def _scanner() -> Any:
    """Compiles the rules, which takes ten seconds at first; the scanner keeps the result in the user's cache folder."""
    try:
        from kingfisher_sdk import Rules, Scanner
    except ImportError as error:
        raise ToolError(
            f"secrets are looked for by Kingfisher, which cannot be loaded ({error}): "
            "pip install kingfisher-secret-scanner"
        ) from None
    return Scanner(Rules([RULES], confidence="low"))


def plain_secrets(content: bytes) -> list[Finding]:
    """The secrets in a file's bytes, whatever its encoding, each once, by line.

    Raises ToolError where the scanner is not installed.
    """
    lines = content.split(b"\n")
    found: list[Finding] = []
    content = _ENCRYPTED.sub(lambda value: b" " * len(value.group()), content)
    # Without its mark and its NULs, UTF-16 is ASCII, also that of the strings in a program.
    for reading in (content.replace(b"\0", b"").lstrip(b"\xff\xfe"), content.translate(_SEPARATORS)):
        for match in sorted(_scanner().scan(reading), key=lambda match: match.rule_id.startswith("custom.")):
            if not match.visible or match.rule_id in _REPLACED or _DOCUMENTED.search(match.secret):
                continue
            line, secret = match.location["line"], match.secret
            if any(line == other.line and (secret in other.secret or other.secret in secret) for other in found):
                continue
            allowed = ALLOW in lines[line - 1].replace(b"\0", b"")
            found.append(Finding(line, _kind(match.rule_id), allowed, secret))
    return sorted(found, key=lambda finding: finding.line)


def _kind(rule: str) -> str:
    """betterleaks.npm-access-token is an "npm access token"."""
    return re.sub(r"^\w+\.(?:secrets/)?|\.\d+$", "", rule).replace("-", " ")


def without_secrets(name: str) -> tuple[str, list[Finding]]:
    """The name of a file as it may be shown, and the secrets that were in it."""
    found = plain_secrets(f"{name}\n{re.sub('[/.]', ' ', name)}".encode("utf-8", "surrogateescape"))
    for finding in found:
        name = name.replace(finding.secret, finding.shown)
    return name, found[:1]


def unpacked(name: str, content: bytes) -> list[tuple[str, bytes]]:
    """The files in an archive, and those in the archives in it; of what is no archive, itself.

    Raises ValueError for an archive that is damaged or too large, ToolError where the scanner is not installed.
    """
    _scanner()
    from kingfisher_sdk import ScanInput, expand_archives

    printable = name.encode("utf-8", "replace").decode()  # a name on the disk need not be UTF-8, one in Rust must be
    try:
        parts = expand_archives([ScanInput(printable, content)], depth=3)
        return [(name if part.path == printable else part.path, part.data or b"") for part in parts]
    except (RuntimeError, ValueError, OSError) as error:
        raise ValueError(f"cannot be unpacked: {error}") from None


def recipients(rules: Any) -> set[str]:
    """The age recipients in a .sops.yaml that was read as YAML. Raises ValueError for anything else."""
    found: set[str] = set()
    for rule in rules["creation_rules"] if isinstance(rules, dict) and "creation_rules" in rules else [None]:
        if not isinstance(rule, dict) or not isinstance(rule.get("age"), str):
            raise ValueError("expected creation_rules, each with a path_regex and age recipients")
        found.update(part.strip() for part in rule["age"].split(",") if part.strip())
    return found


# Settings of SOPS that leave values in plain text, and those that let others read them.
_HOLES = ("unencrypted_suffix", "encrypted_suffix", "unencrypted_regex", "encrypted_regex",
          "unencrypted_comment_regex", "encrypted_comment_regex", "mac_only_encrypted")  # fmt: skip
_OTHERS = ("kms", "gcp_kms", "azure_kv", "hc_vault", "pgp", "key_groups", "hckms")


def encryption_faults(document: Any, known: set[str]) -> Iterator[str]:
    """What is wrong with a SOPS file that was read as YAML. known: the age recipients that may read it."""
    if not isinstance(document, dict) or not isinstance(metadata := document.get("sops"), dict):
        yield "is not encrypted: there is no `sops` section"
        return
    for pointer, value in _leaves({key: value for key, value in document.items() if key != "sops"}, ""):
        if not _is_encrypted(value):
            yield f"{pointer} is in plain text"
    if not _is_encrypted(metadata.get("mac")):
        yield "has no MAC: a changed value would not be noticed"
    if "lastmodified" not in metadata:
        yield "does not say when it was encrypted"
    for hole in _HOLES:
        if metadata.get(hole) and (hole, metadata[hole]) != ("unencrypted_suffix", "_unencrypted"):  # SOPS's default
            yield f"leaves values in plain text ({hole})"
    for other in _OTHERS:
        if metadata.get(other):
            yield f"can be read by others than the age recipients of .sops.yaml ({other})"
    readers = metadata.get("age")
    named = {r.get("recipient") for r in readers if isinstance(r, dict)} if isinstance(readers, list) else set()
    if not named:
        yield "has no age recipient"
    for stranger in sorted(str(name) for name in named - known):
        yield f"can be read by {stranger}, which is not in .sops.yaml"


def _is_encrypted(value: Any) -> bool:
    return isinstance(value, str) and _ENCRYPTED.fullmatch(value.encode()) is not None


def _leaves(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(inner, f"{pointer}/{key}")
    elif not isinstance(value, dict | list):
        yield pointer, value
