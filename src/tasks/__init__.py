"""Duality: a task-graph build for a corpus of machine-checked specifications."""

__version__ = "0.2.0"
