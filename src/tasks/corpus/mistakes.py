"""What to say of a text that is no JSON: the place where its author would look for the mistake, and what to write."""

from __future__ import annotations

from json import JSONDecodeError
from pathlib import Path

from ..errors import Mistake, excerpt

AND = r"write `/\\` or `&&` for and"
OR = r"write `\\/` or `||` for or"

_SAID = {
    "Expecting property name enclosed in double quotes": "expected a key in double quotes",
    "Expecting value": "expected a value: a text in double quotes, a number, true, false, null, `[` or `{`",
    "Extra data": "expected the end of the file",
    "Invalid control character": r"a control character within a text; a line break is written `\n`, a tab `\t`",
    "Unterminated string starting": "a text without a quote at its end",
}
"""Messages of Python's reader in our words."""


def explain_json(path: Path, text: str, error: JSONDecodeError) -> Mistake:
    """What is wrong, where, and what to write, with the line and a caret."""
    at, what = _mistake(text, error)
    column = at - text.rfind("\n", 0, at)
    shown = excerpt(text, at, at + 1) if text[:at].strip() or text[at:].strip() else ""
    # Behind the end of a line there is nothing to mark.
    start = at if text[at : at + 1].strip() else max(0, at - 1)
    end = start + (2 if text.startswith("\\", start) else 1)
    return Mistake(
        str(path), text.count("\n", 0, at) + 1, f"invalid JSON: {what}", start, end,
        within=f"column {column}", excerpt=shown,
    )  # fmt: skip


def _mistake(text: str, error: JSONDecodeError) -> tuple[int, str]:
    """Offset and kind of the mistake."""
    at, message = error.pos, error.msg
    end = len(text[:at].rstrip()) - 1  # the last character before
    before, found = text[end : end + 1], text[at : at + 1]
    if message.startswith("Invalid \\"):
        at = text.rindex("\\", 0, at + 1)
        return at, f"{message}; {_escape(text, at)}"
    if message.startswith("Illegal trailing comma"):  # from Python 3.13 on, at the comma
        return at, "a comma before a closing bracket; delete it"
    if before == "," and found in ("}", "]") and found:
        return end, "a comma before a closing bracket; delete it"
    if message == "Expecting ',' delimiter":
        if not found:
            return end, "the text ends where `,` or a closing bracket is expected"
        if "\n" in text[end:at] or found in ('"', "{", "["):
            return end + 1, "expected `,` after this"
        hint = '; a quote within a text is written `\\"`' if before == '"' else ""
        return at, f"expected `,` or a closing bracket{hint}"
    if message == "Expecting ':' delimiter":
        return end + 1, "expected `:` after the key"
    if message.startswith("Invalid control character") and found in ("\n", "\r"):
        return at, r"the line ends within a text: a quote is missing, or a line break that is written `\n`"
    said = _SAID.get(message.removesuffix(" at"), message)
    return (at, said) if found else (max(0, end), f"the text ends here; {said}")


def _escape(text: str, at: int) -> str:
    """What to write for the backslash at that offset."""
    if text[at - 1 : at] == "/":
        return AND
    return r"a backslash is written `\\` in JSON"


def meant(source: str, slash: int) -> str:
    r"""What to write for a slash of a text, the one with that number from 0, which is no operator; source is the text
    in JSON. A `\/` is read as `/` there, and `/\` with many a letter behind it as a slash and a control character.
    """
    parts = source.split("/")
    if slash + 1 >= len(parts):  # it is written otherwise
        return ""
    before, after = parts[slash], parts[slash + 1]
    if (len(before) - len(before.rstrip("\\"))) % 2:
        return f"{OR} in JSON"
    return f"{AND} in JSON" if (len(after) - len(after.lstrip("\\"))) % 2 else ""
