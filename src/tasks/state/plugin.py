"""What doit loads as its backend, before the dodo file; without this project's plug-ins it never does."""

from .database import Database

__all__ = ["Database"]
