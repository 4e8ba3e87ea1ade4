"""Secrets: that those of CI are encrypted as they should be, and that none lies about in plain text."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# What the makers of these secrets say that they look like, so that nothing else looks so.
_KINDS: tuple[tuple[str, str], ...] = (
    ("age secret key", r"AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{50,}"),
    ("private key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    ("GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{60,}"),
    ("GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("Slack webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20,}"),
    ("Slack token", r"\bxox[abposr]-[A-Za-z0-9-]{10,}"),
    ("Discord webhook", r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d{10,}/[A-Za-z0-9_-]{30,}"),
    ("AWS access key", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    ("Google API key", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("npm token", r"\bnpm_[A-Za-z0-9]{36}"),
    ("PyPI token", r"\bpypi-AgE[A-Za-z0-9_-]{50,}"),
    ("JSON web token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}"),
    ("Cachix signing key", r"\b[a-z0-9][a-z0-9.-]*-1:[A-Za-z0-9+/]{86}=="),
    ("password in a URL", r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"'<>{}$]+:[^\s/:@\"'<>{}$]{4,}@[^\s/]"),
)
_KNOWN = re.compile("|".join(f"(?P<k{number}>{pattern})" for number, (_, pattern) in enumerate(_KINDS)))
_ASSIGNED = re.compile(
    r"(?i)(?:secret|token|password|passwd|api_?key|auth_?key)[\w-]*[\"']?\s*[:=]\s*[\"']?(?P<value>[A-Za-z0-9+/=_.~-]{20,})"
)
_LEAST_ENTROPY = 3.7
"""Bits a character: words and paths have less, random text of twenty characters more."""


@dataclass(frozen=True)
class Finding:
    """line is 1-based; shown is the secret with all but its ends hidden."""

    line: int
    kind: str
    shown: str


def plain_secrets(text: str) -> Iterator[Finding]:
    """What in a text looks like a secret that everybody can read."""
    for number, line in enumerate(text.split("\n"), start=1):
        if found := _KNOWN.search(line):
            kind = _KINDS[int(str(found.lastgroup)[1:])][0]
            yield Finding(number, kind, _hidden(found.group(0)))
            continue
        for assigned in _ASSIGNED.finditer(line):
            value = assigned["value"]
            if _is_random(value):
                yield Finding(number, "value of a secret's name", _hidden(value))
                break


def _is_random(value: str) -> bool:
    """Letters of both cases and digits, as evenly mixed as chance mixes them."""
    classes = [re.search(pattern, value) for pattern in ("[a-z]", "[A-Z]", "[0-9]")]
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return all(classes) and entropy >= _LEAST_ENTROPY


def _hidden(secret: str) -> str:
    return f"{secret[:4]}...{len(secret)} characters"


def recipients(rules: Any) -> set[str]:
    """The age recipients that a .sops.yaml names. Raises ValueError where it is none."""
    found: set[str] = set()
    for rule in rules["creation_rules"] if isinstance(rules, dict) and "creation_rules" in rules else [None]:
        if not isinstance(rule, dict) or not isinstance(rule.get("age"), str):
            raise ValueError("expected creation_rules with a path_regex and age recipients each")
        found.update(part.strip() for part in rule["age"].split(",") if part.strip())
    return found


# Ways in which SOPS leaves values in plain text, or lets others read them.
_HOLES = ("unencrypted_suffix", "encrypted_suffix", "unencrypted_regex", "encrypted_regex",
          "unencrypted_comment_regex", "encrypted_comment_regex", "mac_only_encrypted")  # fmt: skip
_OTHERS = ("kms", "gcp_kms", "azure_kv", "hc_vault", "pgp", "key_groups", "hckms")
_ENCRYPTED = re.compile(r"ENC\[AES256_GCM,data:[A-Za-z0-9+/=]*,iv:[A-Za-z0-9+/=]+,tag:[A-Za-z0-9+/=]+,type:\w+\]")


def encryption_faults(document: Any, known: set[str]) -> Iterator[str]:
    """What is wrong with a SOPS file that has been read as YAML; known are the recipients that may read it."""
    if not isinstance(document, dict) or not isinstance(metadata := document.get("sops"), dict):
        yield "is not encrypted: there is no `sops` section"
        return
    for pointer, value in _leaves({key: value for key, value in document.items() if key != "sops"}, ""):
        if not isinstance(value, str) or not _ENCRYPTED.fullmatch(value):
            yield f"{pointer} is in plain text"
    if not isinstance(mac := metadata.get("mac"), str) or not _ENCRYPTED.fullmatch(mac):
        yield "has no MAC: who can write it can change it unseen"
    if "lastmodified" not in metadata:
        yield "does not say when it was encrypted"
    for hole in _HOLES:
        if metadata.get(hole) and (hole, metadata[hole]) != ("unencrypted_suffix", "_unencrypted"):  # SOPS's own habit
            yield f"leaves values in plain text ({hole})"
    for other in _OTHERS:
        if metadata.get(other):
            yield f"can be read by others than the age recipients of .sops.yaml ({other})"
    readers = metadata.get("age")
    named = {r.get("recipient") for r in readers if isinstance(r, dict)} if isinstance(readers, list) else set()
    if not named:
        yield "has no age recipient"
    for stranger in sorted(str(name) for name in named - known):
        yield f"can be read by {stranger}, whom .sops.yaml does not name"


def _leaves(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(inner, f"{pointer}/{key}")
    elif not isinstance(value, dict | list):
        yield pointer, value
