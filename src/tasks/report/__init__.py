"""Reports as people read them: one module a format."""

from __future__ import annotations

from . import markdown
from .format import ReportFormat

FORMATS: tuple[ReportFormat, ...] = (markdown.FORMAT,)
