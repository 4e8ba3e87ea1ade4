"""The errors that a user sees. Each message says what is wrong, where, and what to do next.

Anything below DualityError is shown as its text alone; any other exception is a defect of ours and keeps
its traceback.
"""

from __future__ import annotations

from dataclasses import dataclass


def excerpt(text: str, start: int, end: int, width: int = 96) -> str:
    """The line of text with a caret below each character from start to end (offsets), controls made visible.

    The line is cut to about width columns.
    """
    begin = text.rfind("\n", 0, start) + 1
    line = text[begin:].split("\n", 1)[0]
    at = start - begin
    left = max(0, min(at - width // 2, len(line) - width))
    shown = line[left : left + width]
    mark = max(1, min(end - start, left + len(shown) - at))
    visible = "".join(c if c.isprintable() else "\N{SYMBOL FOR SUBSTITUTE}" for c in shown)
    return f"    {visible}\n    {' ' * (at - left)}{'^' * mark}"


def visible(text: str) -> str:
    """text on one line, with nothing in it that a terminal would obey: a key may hold any character."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class DualityError(Exception):
    """Base of every error that is shown to a user without a traceback."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong in a file, and where; str() is the message.

    line: 1-based, that the message names; place: the JSON pointer or the key as the message writes it; within: the
    place in the value ("column 3"); excerpt: lines that show it. "" is none. what: what is wrong and what to write
    instead. start, end: offsets of what an editor marks, in the text of the file.
    """

    file: str
    line: int
    what: str
    start: int
    end: int
    place: str = ""
    within: str = ""
    excerpt: str = ""

    def __str__(self) -> str:
        head = ": ".join(filter(None, (f"{self.file}:{self.line}", self.place, self.within, self.what)))
        return f"{head}\n{self.excerpt}" if self.excerpt else head


class CorpusError(DualityError):
    """A file of the corpus is not what the format asks for: mistakes in it, or texts that name file, found and expected
    where no place in its text is wrong.
    """

    def __init__(self, *mistakes: Mistake | str) -> None:
        super().__init__(*mistakes)

    @property
    def mistakes(self) -> tuple[Mistake | str, ...]:
        return self.args

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))


class UsageError(DualityError):
    """The command line asks for something that does not exist, or that cannot be done; the text says what to write."""


class RecordError(DualityError):
    """A stamp, summary or report is missing or invalid."""


class ReportError(DualityError):
    """A file is not a valid report."""


class LanguageError(DualityError):
    """A constraint's text is not valid in the language.

    start, end: 0-based character offsets into the text. hint: a next step, or "".
    """

    def __init__(self, message: str, text: str, start: int, end: int | None = None, hint: str = "") -> None:
        self.message = message
        self.text = text
        self.start = max(0, min(start, len(text)))
        self.end = max(self.start + 1, end if end is not None else self.start + 1)
        self.hint = hint
        super().__init__(message)

    @property
    def line(self) -> int:
        """1-based line of the expression."""
        return self.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """1-based column in that line."""
        return self.start - (self.text.rfind("\n", 0, self.start) + 1) + 1

    @property
    def where(self) -> str:
        """The place in the expression, for a message."""
        return f"column {self.column}" if "\n" not in self.text else f"line {self.line}, column {self.column}"

    @property
    def what(self) -> str:
        """The message with the hint."""
        return f"{self.message}; {self.hint}" if self.hint else self.message

    def __str__(self) -> str:
        return f"{self.where}: {self.what}\n{self.excerpt()}"

    def excerpt(self, width: int = 96) -> str:
        """As the function excerpt, of the place in the expression."""
        return excerpt(self.text, self.start, self.end, width)

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.message, self.text, self.start, self.end, self.hint)


class ToolError(DualityError):
    """A tool is missing, crashed, or gave an invalid answer."""


class NumberTooLarge(ToolError):
    """A number of a model does not fit the tool."""


class CheckFailed(DualityError):
    """A check had a negative result."""


class Unsatisfiable(CheckFailed):
    """A chunk has no valid point. evidence: what Lean can be asked about that (see check/refutation.py)."""

    def __init__(self, message: str, evidence: object = None) -> None:
        super().__init__(message)
        self.evidence = evidence


class NoVerdict(CheckFailed):
    """A tool had no verdict within its limits."""


class CodeChanged(DualityError):
    """The package's own code changed while the build ran, so that what it computed cannot be recorded."""


class RunnerLost(DualityError):
    """Tools cannot be run any more where the build has them run; nothing is said about what was asked."""
