"""What doit loads as its backend, before the dodo file; without this project's plug-ins it never does."""

from .. import digests  # noqa: F401 # first: what the package's files are, before more of them are loaded
from .database import Database

__all__ = ["Database"]
