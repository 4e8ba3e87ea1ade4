"""Asks Lean for verdicts: a full Lean compiles modules, the embedded kernel judges certificates."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import CheckFailed, NoVerdict, ToolError
from ..render.evaluation import BY_KERNEL, explained
from .call import Limits, Run, Tool, shorten
from .lean_install import Form

ALLOWED_AXIOMS: Mapping[Form, frozenset[str]] = {
    "toolchain": frozenset({"propext", "Quot.sound", "Classical.choice"}),
    "embedded kernel": frozenset(),
}
"""What a theorem may rest on: a certificate on nothing at all."""

_BY_HAND = "try the rendered text by hand, or another Lean (lean=toolchain, lean=kernel)"
# What the embedded kernel's Lean says of a claim below that evaluates to false, and what it may add to that.
_REFUSAL = re.compile(
    r"[Tt]ype mismatch\s+Eq\.refl Bool\.true\s+has type\s+Eq Bool\.true Bool\.true\s+"
    r"but is expected to have type\s+Eq\s+\((?:Crosscheck\.)?agrees .*\)\s+Bool\.true",
    re.DOTALL,
)
_ADDED_TO_IT = re.compile(r"internal exception #\d+|Unknown constant `Crosscheck\.claim\d+`")
_VERDICTS = re.compile(r"\[\s*(?:(?:true|false)(?:,\s*(?:true|false))*)?\s*\]")
# What depends on the machine's stack and memory rather than on the text.
_OF_THE_MOMENT = re.compile(r"deep recursion|stack overflow|out of memory|interrupted", re.IGNORECASE)


# A certificate's first comment, less which two chunks of other names are the same text.
_HEADING = re.compile(r"(?<=\Aprelude\n\nimport Bounds\n\n)-- Chunk .*$", re.MULTILINE)


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

    def divided(self, lines: int) -> tuple[Judgement, tuple[Message, ...]]:
        """Without what Lean said of the text that was added behind so many lines, and that."""
        rest = tuple(m for m in self.added if m.line > lines)
        return replace(self, added=tuple(m for m in self.added if m.line <= lines)), rest

    def everything(self) -> tuple[Message, ...]:
        return self.messages + self.added

    def gives_reasons(self, text: str) -> bool:
        """Whether Lean says why whatever it does not accept of a text is wrong.

        Of a proof that is left to the kernel it does not. But there is an error then, as the theorem is not there whose
        axioms the text asks for.
        """
        return BY_KERNEL not in text or not any(m.severity == "error" for m in self.everything())


def form_of(lean: Tool) -> Form:
    """Which form of Lean a tool is."""
    return "toolchain" if lean.engine["form"] == "toolchain" else "embedded kernel"


def judge(text: str, theorem: str | None, lean: Tool, added: str = "") -> Judgement:
    """Lean's judgement about text, and what the theorem named rests on, where one is named.

    added is a text that is put behind it and judged in the same run; it has no part in the judgement about text. Where
    Lean may have kept silent about a proof that failed, be it false or too much for the moment, it is asked once more,
    so that it gives the reason.
    Raises NoVerdict where there is none within the limits, ToolError where lean crashes or answers garbage.
    """
    if not text.endswith("\n"):
        text += "\n"
    text = _HEADING.sub("--", text, count=1)

    def read(run: Run) -> Judgement:
        judgement = _judgement(run, text.count("\n") if added else None, theorem, lean.limits)
        if judgement.gives_reasons(text + added):
            return judgement
        return judge(explained(text), theorem, lean, explained(added))

    return lean.ask(
        ("--json", "--stdin"),
        text + added,
        read=read,
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
    """The assertions that Lean does not share, by what it said of their question: those it found false.

    Raises CheckFailed where Lean does not understand the question or cannot decide it, ToolError where its answer is
    none.
    """
    first = (_HEAD.count("\n") if form == "embedded kernel" else 0) + 2
    errors: dict[int, list[str]] = {}
    for message in judgement.added:
        if message.severity == "error":
            errors.setdefault(message.line, []).append(message.text)
    for line, texts in errors.items():
        if not first <= line < first + len(assertions):
            raise CheckFailed(f"Lean does not accept what it is asked behind the text: {shorten(texts[0])}")
    said = {m.line: m.text for m in judgement.added if m.severity == "information"}
    refused = []
    for line, assertion in enumerate(assertions, start=first):
        heard, wrong = said.get(line, ""), errors.get(line, [])
        if form == "embedded kernel" and any(map(_REFUSAL.fullmatch, wrong)):
            wrong = [text for text in wrong if not _REFUSAL.fullmatch(text) and not _ADDED_TO_IT.fullmatch(text)]
            refused.append(assertion)
        elif form == "embedded kernel" and not wrong:
            if heard != f"'{_NAME.format(line - first)}' does not depend on any axioms":
                raise ToolError(
                    f"lean does not say that it has judged {assertion.definition}: {shorten(heard)!r}; {_BY_HAND}"
                )
        elif not wrong:
            truths = [word == "true" for word in re.findall("true|false", heard)]
            if not _VERDICTS.fullmatch(heard) or len(truths) != len(assertion.points):
                raise ToolError(f"lean gave an invalid list of verdicts: {shorten(heard)!r}; {_BY_HAND}")
            if truths != list(assertion.expected):
                refused.append(assertion)
        if wrong:
            raise CheckFailed(f"Lean has no verdict about {assertion.definition}: {shorten(wrong[0])}")
    return refused


def decide(text: str, statements: Sequence[str], lean: Tool) -> list[bool | None]:
    """What each statement about a text's definitions is: True where Lean accepts a proof of it, False where Lean
    accepts a proof that it does not hold, None where neither.

    A statement is a term over what the text defines (`valid witness`), of Bool in a certificate, in a module a
    decidable Prop. Errors in the text itself do not matter here; raises as judge.
    """
    form = form_of(lean)
    if form == "embedded kernel":
        head = "\nopen Constraint\nset_option smartUnfolding false\n"
        proofs = ("Eq ({0}) Bool.true := Eq.refl Bool.true", "Eq ({0}) Bool.false := Eq.refl Bool.false")
    else:
        head, proofs = "\n", ("{0} := by decide", "¬ ({0}) := by decide")
    lines = []
    for number, statement in enumerate(statements):
        for name, proof in zip(("holds", "fails"), proofs, strict=True):
            lines += [
                f"theorem Decided.{name}{number} : {proof.format(statement)}",
                f"#print axioms Decided.{name}{number}",
            ]
    said = judge(text, None, lean, head + "\n".join(lines) + "\n").added
    errors = {message.line for message in said if message.severity == "error"}
    allowed = ALLOWED_AXIOMS[form]

    def is_proved(position: int) -> bool:
        line = head.count("\n") + 2 * position + 1
        name = lines[2 * position + 1].rpartition(" ")[2]
        heard = [
            axioms
            for m in said
            if m.line == line + 1 and (axioms := _named_axioms(m, rf"(?:[^']*\.)?{re.escape(name)}")) is not None
        ]
        return line not in errors and len(heard) == 1 and allowed.issuperset(heard[0])

    found: list[bool | None] = []
    for number, statement in enumerate(statements):
        holds, fails = is_proved(2 * number), is_proved(2 * number + 1)
        if holds and fails:
            raise ToolError(f"lean proves {shorten(statement)} and its negation; {_BY_HAND}")
        found.append(True if holds else False if fails else None)
    return found


def unproved(messages: Sequence[Message], theorem: str) -> str:
    """What Lean has against a text that proves a theorem and shows its axioms, by what it said of it; "" for nothing:
    it is proved, and rests on no axiom.
    """
    for message in messages:
        if message.severity == "error":
            return shorten(message.text)
    found = [axioms for m in messages if (axioms := _named_axioms(m, rf"(?:[^']*\.)?{re.escape(theorem)}")) is not None]
    if not found:
        return f"it does not say what {theorem} rests on"
    return f"{theorem} rests on {', '.join(found[0])}" if found[0] else ""


def objections(definitions: str, proofs: Sequence[tuple[str, str]], lean: Tool) -> list[str]:
    """What a Lean of either form has against each of some texts that stand behind a certificate's definitions, each of
    which proves the theorem that it is given with, and shows its axioms; "" for nothing. All are judged in one run.

    Raises as judge.
    """
    judgement = judge(definitions, None, lean, "".join(text for text, _ in proofs))
    found, begin = [], 0
    for text, theorem in proofs:
        end = begin + text.count("\n")
        said = [*judgement.errors(), *(message for message in judgement.added if begin < message.line <= end)]
        found.append(unproved(said, theorem))
        begin = end
    return found


def first_difference(text: str, assertion: Assertion, lean: Tool) -> int:
    """The index of the first point at which Lean proves that an assertion about a text does not hold.

    Raises CheckFailed where there is none, ToolError and NoVerdict as judge.
    """
    shape = "Point.mk {}" if form_of(lean) == "embedded kernel" else "⟨{}⟩"
    negative, join = ("(Int.neg {})", " ") if form_of(lean) == "embedded kernel" else ("-{}", ", ")
    statements = []
    for point in assertion.points:
        coordinates = join.join(str(v) if v >= 0 else negative.format(-v) for v in point)
        statements.append(f"{assertion.definition} ({shape.format(coordinates)})")
    found = decide(text, statements, lean)
    for index, (truth, expected) in enumerate(zip(found, assertion.expected, strict=True)):
        if truth is not None and truth is not expected:
            return index
    undecided = [p for p, truth in zip(assertion.points, found, strict=True) if truth is None]
    where = f"; it decides neither way at x = {list(undecided[0])}" if undecided else ""
    raise CheckFailed(f"Lean refuses {assertion.definition} at all points, and at no single one{where}")


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
    return f"theorem {name} : {statement} := {BY_KERNEL} #print axioms {name}"


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
            raise ToolError(f"lean gave an invalid answer: {shorten(line)!r}; {_BY_HAND}") from None
        # JSON may hold halves of characters, which nothing can be written with.
        found.append(Message(severity, text.encode("utf-8", "replace").decode("utf-8"), at))
    return found


def _axioms(messages: tuple[Message, ...], theorem: str) -> tuple[str, ...]:
    """What `#print axioms` said. Raises ToolError where it said nothing."""
    for message in messages:
        if (found := _named_axioms(message, re.escape(theorem))) is not None:
            return found
    raise ToolError(f"lean accepts the text but does not list the axioms of {theorem}; {_BY_HAND}")


def _named_axioms(message: Message, pattern: str) -> tuple[str, ...] | None:
    """What a message says that a theorem rests on whose name has this pattern; None where it says nothing of it."""
    if message.severity != "information" or not re.match(f"'{pattern}' ", message.text):
        return None
    if "does not depend on any axioms" in message.text:
        return ()
    found = re.search(r"depends on axioms: \[(.*)\]", message.text, re.S)
    return tuple(name.strip() for name in found.group(1).split(",")) if found else None


def _first_line(run: Run) -> str:
    text = (run.errors.strip() or run.output.strip() or "no message").splitlines()[0]
    return shorten(text)
