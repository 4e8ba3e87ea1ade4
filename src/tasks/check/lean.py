"""Verdicts of a real Lean: a full one compiles modules, the embedded kernel judges certificates."""

from __future__ import annotations

import ctypes
import json
import platform
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..errors import CheckFailed, ToolError
from .lean_install import COMMAND, INSTALL, LIBRARIES, Form, Mode, full_lean, kernel_folder
from .limits import Limits
from .process import Run, run, run_forked, told

ALLOWED_AXIOMS: Mapping[Form, frozenset[str]] = {
    "toolchain": frozenset({"propext", "Quot.sound", "Classical.choice"}),
    "embedded kernel": frozenset(),
}
"""What a theorem may rest on: a certificate on nothing at all."""

_BY_HAND = "try the rendered text by hand, or another Lean (lean=toolchain, lean=kernel)"
_PROBE = Limits(10, 4096)
_RESERVED_MB = 8192
"""Address space that Lean's threads reserve for their stacks (1 GB each) and do not use."""
# What Lean says where a proposition is false, as opposed to a text or a limit it cannot cope with.
_FALSE = re.compile(
    r"Type mismatch|type mismatch|proposition\s.*\sis false|did not evaluate to 'true'|did not reduce to 'true'", re.S
)


@dataclass(frozen=True)
class Message:
    """line is 1-based in the text that was judged."""

    severity: str
    text: str
    line: int


@dataclass(frozen=True)
class Judgement:
    """accepted: the text compiled without an error; axioms: what its theorem depends on."""

    accepted: bool
    axioms: tuple[str, ...]
    messages: tuple[Message, ...]

    def warnings(self) -> list[str]:
        return [m.text for m in self.messages if m.severity == "warning"]

    def errors(self) -> list[Message]:
        return [m for m in self.messages if m.severity == "error"]


@dataclass(frozen=True)
class Lean:
    """A Lean that can be run: the lean command of a toolchain, or the folder of the embedded kernel's libraries."""

    form: Form
    place: Path

    def run(self, arguments: list[str], text: str, limits: Limits, library: Path | None = None) -> Run:
        """Runs the lean command with text as standard input; library is the folder of compiled modules.

        Raises ToolError where it is killed by anything but its time limit.
        """
        environment = {"LEAN_PATH": str(library)} if library else {}
        quota = {"memory_mb": limits.memory_mb, "reserved_mb": _RESERVED_MB}
        if self.form == "toolchain":
            command = [str(self.place), *arguments]
            finished = run(command, text, seconds=limits.seconds, environment=environment, **quota)
        else:
            entry = _kernel(self.place, arguments)
            finished = run_forked(entry, text, seconds=limits.seconds, environment=environment, **quota)
        if fault := finished.fault(limits):
            said = f": {_first_line(finished)}" if finished.status is not None else ""
            raise ToolError(f"lean {fault}{said}; {_BY_HAND}")
        return finished

    def engine(self) -> dict[str, str]:
        """Name, version and form. Raises ToolError where it does not answer within seconds."""
        finished = self.run(["--version"], "", _PROBE)
        found = re.search(r"version (\d+\.\d+\.\d+[\w.-]*)", finished.output)
        if finished.status != 0 or found is None:
            raise ToolError(f"`lean --version` gives no version within {_PROBE.seconds} s: {_first_line(finished)}")
        return {"name": "lean", "version": found.group(1).rstrip(","), "form": self.form}

    def compile(self, root: Path, module: str, folder: Path, limits: Limits) -> Path:
        """Compiles the library module (as in `Duality.Base`) below root into folder; returns the olean's path.

        Raises ToolError where it does not compile.
        """
        relative = Path(*module.split("."))
        source, olean = root / relative.with_suffix(".lean"), folder / relative.with_suffix(".olean")
        olean.parent.mkdir(parents=True, exist_ok=True)
        finished = self.run(["-R", str(root), "-o", str(olean), str(source)], "", limits)
        if finished.status is None:
            raise ToolError(
                f"lean does not compile {source} within {limits.seconds} s; raise limits.prove_seconds in corpus.yaml"
            )
        if finished.status != 0 or not olean.is_file():
            raise ToolError(f"lean does not compile {source}: {_first_line(finished)}")
        return olean

    def judge(self, text: str, theorem: str | None, library: Path, limits: Limits) -> Judgement:
        """Lean's judgement about text, and what the theorem named rests on, where one is named.

        Raises CheckFailed where there is none within the limits, ToolError where lean crashes or answers garbage.
        """
        finished = self.run(["--json", "--stdin"], text, limits, library)
        if finished.status is None:
            raise CheckFailed(
                f"Lean has no verdict within {limits.seconds} s; raise limits.prove_seconds in corpus.yaml"
            )
        if finished.status not in (0, 1):
            raise ToolError(
                f"lean ended with exit code {finished.status} after {finished.seconds:.1f} s: "
                f"{_first_line(finished)}; {_BY_HAND}"
            )
        messages = tuple(_messages(finished.output))
        accepted = finished.status == 0
        if accepted == any(m.severity == "error" for m in messages):
            raise ToolError(
                f"lean contradicts itself: exit code {finished.status} with {len(messages)} messages: "
                f"{_first_line(finished)}; {_BY_HAND}"
            )
        return Judgement(accepted, _axioms(messages, theorem) if accepted and theorem else (), messages)


@dataclass(frozen=True)
class Claim:
    """That a definition over points has these truth values at these points (8 integers each)."""

    definition: str
    points: Sequence[Sequence[int]]
    expected: Sequence[bool]


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


def disagreements(
    lean: Lean, text: str, claims: Sequence[Claim], library: Path, limits: Limits
) -> list[tuple[Claim, int]]:
    """The claims about definitions of a text that Lean does not share, each with the first point where it does not.

    The embedded kernel is asked for one theorem a claim, of a certificate; points and truth values are packed into
    one numeral each, as the kernel computes on numerals by itself and lists of them are slow to read. A full Lean
    evaluates the decision procedures of a module. Raises as Lean.judge does, and CheckFailed where Lean does not
    read the text.
    """
    if lean.form == "toolchain":
        found = _evaluated(lean, text, claims, library, limits)
        return [
            (c, _first_difference(c, truths)) for c, truths in zip(claims, found, strict=True) if truths != c.expected
        ]
    wrong = _refused(lean, text, claims, library, limits)
    located = []
    for claim in wrong:
        single = [Claim(claim.definition, [p], [e]) for p, e in zip(claim.points, claim.expected, strict=True)]
        alone = _refused(lean, text, single, library, limits)
        located.append((claim, single.index(alone[0]) if alone else 0))
    return located


def _first_difference(claim: Claim, truths: Sequence[bool]) -> int:
    return next(i for i, (a, b) in enumerate(zip(claim.expected, truths, strict=True)) if a != b)


def _refused(lean: Lean, text: str, claims: Sequence[Claim], library: Path, limits: Limits) -> list[Claim]:
    stated = text.partition("\ntheorem ")[0]  # what is proved of the witness is another task's concern
    head = f"{stated}\nopen Constraint\nset_option smartUnfolding false\n{_AGREES}"
    first = head.count("\n") + 1
    theorems = [_theorem(number, claim) for number, claim in enumerate(claims)]
    judgement = lean.judge(head + "\n".join(theorems) + "\n", None, library, limits)
    lines = {message.line for message in judgement.errors()}
    foreign = [m for m in judgement.errors() if m.line < first or m.line >= first + len(claims)]
    if foreign:
        raise CheckFailed(f"Lean does not accept the text (line {foreign[0].line}): {foreign[0].text}")
    return [claim for number, claim in enumerate(claims) if first + number in lines]


def _evaluated(lean: Lean, text: str, claims: Sequence[Claim], library: Path, limits: Limits) -> list[list[bool]]:
    asked = []
    for claim in claims:
        points = ", ".join(f"⟨{', '.join(f'({v})' if v < 0 else str(v) for v in point)}⟩" for point in claim.points)
        asked.append(f"#eval ([{points}] : List Duality.Point).map (fun x => decide ({claim.definition} x))")
    first = text.count("\n") + 2
    judgement = lean.judge("\n".join([text, *asked, ""]), None, library, limits)
    if judgement.errors():
        error = judgement.errors()[0]
        raise CheckFailed(f"Lean does not accept the text (line {error.line}): {error.text}")
    answers = {m.line - first: m.text for m in judgement.messages if m.severity == "information" and m.line >= first}
    found = [[word == "true" for word in re.findall("true|false", answers.get(i, ""))] for i in range(len(claims))]
    if [len(truths) for truths in found] != [len(claim.points) for claim in claims]:
        raise ToolError(f"lean answered something that is no list of verdicts: {told(str(answers))}; {_BY_HAND}")
    return found


def _theorem(number: int, claim: Claim) -> str:
    shift = max(0, -min((value for point in claim.points for value in point), default=0))
    base = shift + 1 + max((value for point in claim.points for value in point), default=0)
    packed = 0
    for point in reversed(claim.points):
        for value in reversed(point):
            packed = packed * base + value + shift
    expected = sum(1 << position for position, truth in enumerate(claim.expected) if truth)
    places = " ".join(hex(base**i) for i in range(8))
    numbers = f"{len(claim.points)} {base} {shift} {places} {hex(base**8)} {hex(packed)} {hex(expected)}"
    statement = f"Eq (Crosscheck.agrees {claim.definition} {numbers}) Bool.true"
    return f"theorem Crosscheck.claim{number} : {statement} := Eq.refl Bool.true"


def find(mode: Mode, toolchain: str) -> Lean:
    """The Lean that mode asks for; toolchain is the content of the lean-toolchain file.

    Raises ToolError that says what to install where there is none.
    """
    reason = ""
    if mode in ("auto", "toolchain"):
        place, reason = full_lean(toolchain)
        if place:
            return Lean("toolchain", place)
        if mode == "toolchain":
            raise ToolError(f"no full Lean: {reason}; {INSTALL}")
    folder = kernel_folder()
    if folder is None:
        raise ToolError(f"no Lean: {reason or 'the embedded kernel is not installed'}; {INSTALL}")
    return Lean("embedded kernel", folder)


def says_false(message: Message) -> bool:
    """Whether an error says that a proposition is false."""
    return bool(_FALSE.search(message.text))


@cache
def _loaded(folder: Path) -> ctypes.CDLL:
    library = None
    try:
        for name in LIBRARIES:
            library = ctypes.CDLL(str(folder / name), mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise ToolError(f"the embedded kernel does not load here ({platform.platform()}): {error}; {INSTALL}") from None
    assert library is not None
    return library


def _kernel(folder: Path, arguments: list[str]) -> Callable[[], int]:
    """What a child process calls to be the lean command. The libraries are loaded here, once for all children."""
    library = _loaded(folder)
    # One thread, as tasks run side by side already.
    words = [COMMAND, "-j1", *arguments]
    argv = (ctypes.c_char_p * (len(words) + 1))(*(word.encode() for word in words), None)
    return lambda: int(library.lean_main(len(words), argv))


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
            raise ToolError(f"lean answered something that is no answer: {told(line)!r}; {_BY_HAND}") from None
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


def _first_line(finished: Run) -> str:
    text = (finished.errors.strip() or finished.output.strip() or "no message").splitlines()[0]
    return told(text)
