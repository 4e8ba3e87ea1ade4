"""render_lean: a solved chunk as a Lean module and as a certificate, and the package around the modules."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from ..corpus.document import read_text
from ..files import digest, write_whole
from ..render import certificate as certificates
from ..render import lean_module as modules
from ..specification import read_specification
from ..stamps import OURSELVES, read_witness, write_stamp


def run(chunk_id: str, source: Path, solved: Path, module: Path, certificate: Path, stamp: Path) -> None:
    """Writes the module, the certificate and the stamp of a chunk from its source and its witness."""
    specification = read_specification(source)
    witness = read_witness(solved)
    chunk, statements = specification.chunk, specification.statements
    texts = {
        module: modules.render(chunk, statements, witness),
        certificate: certificates.render(chunk, statements, witness),
    }
    for path, text in texts.items():
        write_whole(path, text)
    write_stamp(
        stamp,
        chunk=chunk_id,
        stage="render_lean",
        engine=OURSELVES,
        inputs={source.name: specification.sha256, f"solve/{solved.name}": digest(read_text(solved))},
        outcome={
            "status": "rendered",
            "witness": witness,
            "outputs": {f"{path.parent.name}/{path.name}": digest(text) for path, text in texts.items()},
        },
    )


def write_package(toolchain: Path, lean: Path, certificates: Path, chunk_ids: Sequence[str]) -> None:
    """Writes what modules and certificates are stated in, and what makes a Lake package of the modules."""
    data = files("tasks.render") / "library"
    imports = ["Duality.Base", *(f"Duality.Chunk{chunk_id}" for chunk_id in chunk_ids)]
    write_whole(lean / "lakefile.toml", (data / "lakefile.toml").read_text(encoding="utf-8"))
    write_whole(lean / "lean-toolchain", read_text(toolchain))
    write_whole(lean / "Duality.lean", "".join(f"import {name}\n" for name in imports))
    write_whole(lean / "Duality" / "Base.lean", (data / "Base.lean").read_text(encoding="utf-8"))
    write_whole(certificates / "Support.lean", (data / "Support.lean").read_text(encoding="utf-8"))
