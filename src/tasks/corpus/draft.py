"""What a new chunk and a new corpus begin with, and what tells editors about their formats."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from ..files import data_text
from .chunk import SCHEMA as CHUNK_SCHEMA
from .names import SETTINGS
from .primes import Tract, assign_primes, infer_tract
from .settings import SCHEMA as SETTINGS_SCHEMA

SCHEMAS = ".schema"
"""The folder in a corpus with copies of the schemas: editors there need not know where the program is."""

_SETTINGS = f"""\
# yaml-language-server: $schema={SCHEMAS}/{SETTINGS_SCHEMA}
# What holds for the chunks of this folder as a whole. An editor shows the keys that there are.

# Chunks to build first when trying something out: `duality pilots`.
pilots: ["01"]

# At every valid point of a chunk, x[1]+..+x[4] and x[5]+..+x[8] must not be further apart. A share is one of its N.
tract_balance:
  limit: 50%

# Where claims that are no formula may stand: anywhere, documentation or never.
informal: anywhere
"""


def draft(chunk_id: str, title: str, tract: Tract | None, schema: str = "") -> str:
    """A chunk that is valid, has its primes, and can be solved; tract None leaves it to title and id.

    schema: what the file says of where its schema is, "" for nothing.
    """
    data = {
        **({"$schema": schema} if schema else {}),
        "id": chunk_id,
        "title": title,
        "goalType": "proof",
        **({"tract": tract} if tract else {}),
        "parameters": {
            "scaleN": 100,
            "monsterPrimes": list(assign_primes(chunk_id, tract or infer_tract(chunk_id, title))),
        },
        "constraints": [
            {
                "name": "everyone_takes_part",
                "expr": "forall(i in 1..8)(x[i] >= 10)",
                "notes": "Every operator holds at least ten of the hundred units.",
            }
        ],
    }
    return json.dumps(data, ensure_ascii=False)


def schema_beside(folder: Path) -> str:
    """What a chunk in that folder says of where its schema is: the copy there, "" where there is none."""
    return f"./{SCHEMAS}/{CHUNK_SCHEMA}" if os.path.exists(folder / SCHEMAS / CHUNK_SCHEMA) else ""


def schema_copies() -> Mapping[str, str]:
    """The files of the folder SCHEMAS."""
    return {name: data_text(__package__, name) for name in (CHUNK_SCHEMA, SETTINGS_SCHEMA)}


def settings_text() -> str:
    """A corpus.yaml for one chunk, 01."""
    return _SETTINGS


def editor_settings(chunks: str, schemas: str) -> Mapping[str, str]:
    """The files of the folder .vscode; chunks and schemas are folders, relative to the one that is opened."""
    files = f"/{chunks}/chunk-*.constraints.json"
    settings = {
        "json.schemas": [{"fileMatch": [files], "url": f"./{schemas}/{CHUNK_SCHEMA}"}],
        "yaml.schemas": {f"./{schemas}/{SETTINGS_SCHEMA}": [f"{chunks}/{SETTINGS}"]},
        "[json]": {"editor.tabSize": 2},
    }
    extensions = {"recommendations": ["redhat.vscode-yaml"]}
    return {
        "settings.json": json.dumps(settings, indent=2) + "\n",
        "extensions.json": json.dumps(extensions, indent=2) + "\n",
    }
