"""Verdicts of a real Lean: a full one compiles modules, the embedded kernel judges certificates."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import CheckFailed, NoVerdict, ToolError
from .call import Limits, Run, Tool, shorten
from .lean_install import Form

ALLOWED_AXIOMS: Mapping[Form, frozenset[str]] = {
    "toolchain": frozenset({"propext", "Quot.sound", "Classical.choice"}),
    "embedded kernel": frozenset(),
}
"""What a theorem may rest on: a certificate on nothing at all."""

_BY_HAND = "try the rendered text by hand, or another Lean (lean=toolchain, lean=kernel)"
# What Lean says where a proposition is false, as opposed to a text or a limit it cannot cope with.
_FALSE = re.compile(
    r"Type mismatch|type mismatch|proposition\s.*\sis false|did not evaluate to 'true'|did not reduce to 'true'", re.S
)
# What depends on the machine's stack and memory rather than on the text.
_OF_THE_MOMENT = re.compile(r"deep recursion|stack overflow|out of memory|interrupted", re.IGNORECASE)


# A certificate's first comment, less which two chunks of other names are the same text.
_HEADING = re.compile(r"(?<=\Aprelude\n\nimport Support\n\n)-- Chunk .*$", re.MULTILINE)


@dataclass(frozen=True)
class Message:
    """line is 1-based in the text that was judged."""

    severity: str
    text: str
    line: int


@dataclass(frozen=True)
class Judgement:
    """accepted: the text compiled without an error; axioms: what its theorem depends on; added: what Lean said of the
    text that was added to it, lines counted from the first one added.
    """

    accepted: bool
    axioms: tuple[str, ...]
    messages: tuple[Message, ...]
    added: tuple[Message, ...] = ()

    def warnings(self) -> list[str]:
        return [m.text for m in self.messages if m.severity == "warning"]

    def errors(self) -> list[Message]:
        return [m for m in self.messages if m.severity == "error"]

    def everything(self) -> tuple[Message, ...]:
        return self.messages + self.added


def form_of(lean: Tool) -> Form:
    """Which form of Lean a tool is."""
    return "toolchain" if lean.engine["form"] == "toolchain" else "embedded kernel"


def judge(text: str, theorem: str | None, lean: Tool, added: str = "") -> Judgement:
    """Lean's judgement about text, and what the theorem named rests on, where one is named.

    added is a text that is put behind it and judged in the same run; it has no part in the judgement about text.
    Raises NoVerdict where there is none within the limits, ToolError where lean crashes or answers garbage.
    """
    if not text.endswith("\n"):
        text += "\n"
    text = _HEADING.sub("--", text, count=1)
    return lean.ask(
        ("--json", "--stdin"),
        text + added,
        read=lambda run: _judgement(run, text.count("\n") if added else None, theorem, lean.limits),
        definite=lambda judgement: not any(_OF_THE_MOMENT.search(m.text) for m in judgement.everything()),
    )


@dataclass(frozen=True)
class Assertion:
    """That a definition over points has these truth values at these points (8 integers each)."""

    definition: str
    points: Sequence[Sequence[int]]
    expected: Sequence[bool]


def _judgement(run: Run, lines: int | None, theorem: str | None, limits: Limits) -> Judgement:
    """What Lean said of a text of so many lines, and of what was added behind it; None where nothing was."""
    if fault := run.fault(limits.memory_mb):
        said = f": {_first_line(run)}" if run.status is not None else ""
        raise ToolError(f"lean {fault}{said}; {_BY_HAND}")
    if run.status is None:
        raise NoVerdict(
            f"Lean has no verdict within {limits.seconds} s; raise limits.prove_seconds in corpus.yaml{run.note}"
        )
    if run.status not in (0, 1):
        raise ToolError(
            f"lean ended with exit code {run.status} after {run.seconds:.1f} s: {_first_line(run)}; {_BY_HAND}"
        )
    everything = _messages(run.output)
    clean = not any(m.severity == "error" for m in everything)
    if clean == (run.status == 1):
        raise ToolError(
            f"lean contradicts itself: exit code {run.status} with {len(everything)} messages: "
            f"{_first_line(run)}; {_BY_HAND}"
        )
    messages = tuple(m for m in everything if lines is None or m.line <= lines)
    accepted = not any(m.severity == "error" for m in messages)
    return Judgement(
        accepted,
        _axioms(messages, theorem) if accepted and theorem else (),
        messages,
        tuple(Message(m.severity, m.text, m.line - (lines or 0)) for m in everything if m not in messages),
    )


_AGREES = """
def Crosscheck.coordinate (packed place base shift : Nat) : Int :=
  Int.subNatNat (Nat.mod (Nat.div packed place) base) shift
def Crosscheck.point (packed base shift {places} : Nat) : Point :=
  Point.mk {coordinates}
def Crosscheck.agrees (f : Point -> Bool) (count base shift {places} whole packed expected : Nat) : Bool :=
  Nat.rec (fun _ _ => Bool.true)
    (fun _ rest packed expected =>
      Bool.cond (Bool.iff (f (Crosscheck.point packed base shift {places})) (Nat.beq (Nat.mod expected 2) 1))
        (rest (Nat.div packed whole) (Nat.div expected 2)) Bool.false)
    count packed expected
""".format(
    places=" ".join(f"p{i}" for i in range(8)),
    coordinates=" ".join(f"(Crosscheck.coordinate packed p{i} base shift)" for i in range(8)),
)
_NAME = "Crosscheck.claim{}"
# A file need not end with a line feed, so the first line stays empty.
_HEAD = f"\nopen Constraint\nset_option smartUnfolding false\n{_AGREES}"


def question(form: Form, assertions: Sequence[Assertion]) -> str:
    """What is put behind a certificate or a module to ask about its definitions, for answer to read.

    The embedded kernel is asked for one theorem an assertion; points and truth values are packed into one numeral
    each, as the kernel computes on numerals by itself and lists of them are slow to read. A full Lean evaluates the
    decision procedures of a module.
    """
    if form == "embedded kernel":
        theorems = [_theorem(number, assertion) for number, assertion in enumerate(assertions)]
        return "\n".join([_HEAD, *theorems, ""])
    asked = []
    for assertion in assertions:
        points = ", ".join(f"⟨{', '.join(f'({v})' if v < 0 else str(v) for v in point)}⟩" for point in assertion.points)
        asked.append(f"#eval ([{points}] : List Duality.Point).map (fun x => decide ({assertion.definition} x))")
    return "\n".join(["", *asked, ""])


def answer(form: Form, assertions: Sequence[Assertion], judgement: Judgement) -> list[Assertion]:
    """The assertions that Lean does not share, by what it said of their question.

    Raises CheckFailed where Lean does not understand the question, ToolError where its answer is none.
    """
    first = (_HEAD.count("\n") if form == "embedded kernel" else 0) + 2
    errors = [m for m in judgement.added if m.severity == "error"]
    foreign = [m for m in errors if not first <= m.line < first + len(assertions)]
    if foreign:
        raise CheckFailed(f"Lean does not accept what it is asked behind the text: {foreign[0].text}")
    mistaken = {m.line for m in errors}
    said = {m.line: m.text for m in judgement.added if m.severity == "information"}
    refused = []
    for line, assertion in enumerate(assertions, start=first):
        heard = said.get(line, "")
        if line in mistaken:
            refused.append(assertion)
        elif form == "embedded kernel":
            if heard != f"'{_NAME.format(line - first)}' does not depend on any axioms":
                raise ToolError(
                    f"lean does not say that it has judged {assertion.definition}: {shorten(heard)!r}; {_BY_HAND}"
                )
        else:
            truths = [word == "true" for word in re.findall("true|false", heard)]
            if len(truths) != len(assertion.points):
                raise ToolError(f"lean answered something that is no list of verdicts: {shorten(heard)!r}; {_BY_HAND}")
            if truths != list(assertion.expected):
                refused.append(assertion)
    return refused


def first_difference(text: str, assertion: Assertion, lean: Tool) -> int:
    """The index of the first point at which Lean does not share an assertion about a text; raises as judge."""
    single = [
        Assertion(assertion.definition, [p], [e]) for p, e in zip(assertion.points, assertion.expected, strict=True)
    ]
    form = form_of(lean)
    refused = answer(form, single, judge(text, None, lean, question(form, single)))
    return next((i for i, s in enumerate(single) if s in refused), 0)


def _theorem(number: int, assertion: Assertion) -> str:
    shift = max(0, -min((value for point in assertion.points for value in point), default=0))
    base = shift + 1 + max((value for point in assertion.points for value in point), default=0)
    packed = 0
    for point in reversed(assertion.points):
        for value in reversed(point):
            packed = packed * base + value + shift
    expected = sum(1 << position for position, truth in enumerate(assertion.expected) if truth)
    places = " ".join(hex(base**i) for i in range(8))
    numbers = f"{len(assertion.points)} {base} {shift} {places} {hex(base**8)} {hex(packed)} {hex(expected)}"
    statement = f"Eq (Crosscheck.agrees {assertion.definition} {numbers}) Bool.true"
    name = _NAME.format(number)
    return f"theorem {name} : {statement} := Eq.refl Bool.true #print axioms {name}"


def says_false(message: Message) -> bool:
    """Whether an error says that a proposition is false."""
    return bool(_FALSE.search(message.text))


def _messages(output: str) -> list[Message]:
    found = []
    for line in output.split("\n"):
        if not line.strip():
            continue
        try:
            message = json.loads(line)
            severity, text, at = message["severity"], message["data"], message["pos"]["line"]
            if not (isinstance(severity, str) and isinstance(text, str) and isinstance(at, int)):
                raise ValueError(line)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ToolError(f"lean answered something that is no answer: {shorten(line)!r}; {_BY_HAND}") from None
        # JSON may hold halves of characters, which nothing can be written with.
        found.append(Message(severity, text.encode("utf-8", "replace").decode("utf-8"), at))
    return found


def _axioms(messages: tuple[Message, ...], theorem: str) -> tuple[str, ...]:
    """What `#print axioms` said. Raises ToolError where it said nothing."""
    for message in messages:
        if message.severity == "information" and re.match(rf"'{re.escape(theorem)}' ", message.text):
            if "does not depend on any axioms" in message.text:
                return ()
            found = re.search(r"depends on axioms: \[(.*)\]", message.text, re.S)
            if found:
                return tuple(name.strip() for name in found.group(1).split(","))
    raise ToolError(f"lean accepts the text but says nothing of the axioms of {theorem}; {_BY_HAND}")


def _first_line(run: Run) -> str:
    text = (run.errors.strip() or run.output.strip() or "no message").splitlines()[0]
    return shorten(text)
