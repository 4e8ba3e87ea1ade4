"""Builds the package into a folder: the sdist, and the wheel from what the sdist holds. Needs setuptools.

build_package.py FOLDER [TAG]: the version is to be that of TAG, such as v0.2.0.
"""

from __future__ import annotations

import os
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from setuptools import build_meta


def main(folder: Path, tag: str = "") -> None:
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    name = build_meta.build_sdist(str(folder))
    version = name.removesuffix(".tar.gz").rpartition("-")[2]
    if tag and tag != f"v{version}":
        raise SystemExit(f"the tag is {tag}, the package's version {version}: see CONTRIBUTING.md, Release")
    with TemporaryDirectory() as unpacked:
        with tarfile.open(folder / name) as file:
            if hasattr(tarfile, "data_filter"):  # as Python 3.11 has from 3.11.4 on
                file.extractall(unpacked, filter="data")
            else:
                file.extractall(unpacked)  # what was packed a moment ago
        os.chdir(Path(unpacked, name.removesuffix(".tar.gz")))
        wheel = build_meta.build_wheel(str(folder))
        os.chdir(folder)
    print(f"built {name} and {wheel}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
