"""Reports as people and other programs read them: one module a format."""

from __future__ import annotations

from . import junit, markdown, page, sarif, trace
from .format import ReportFormat

FORMATS: tuple[ReportFormat, ...] = (page.FORMAT, markdown.FORMAT, junit.FORMAT, sarif.FORMAT, trace.FORMAT)
