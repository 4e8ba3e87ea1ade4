"""Commands of the program that doit does not have; one module each."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "completion": "tasks.commands.completion:Completion",
    "explain": "tasks.commands.explain:Explain",
    "fmt": "tasks.commands.fmt:Format",
    "graph": "tasks.commands.graph:Graph",
    "init": "tasks.commands.init:Init",
    "lsp": "tasks.commands.lsp:Lsp",
    "new": "tasks.commands.new:New",
    "show": "tasks.commands.show:Show",
    "watch": "tasks.commands.watch:Watch",
    "why": "tasks.commands.why:Why",
}
"""Where the class of each command is. doit imports the one that runs; pyproject.toml names the same."""
