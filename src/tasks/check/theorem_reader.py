"""What the text of a proof states: read as far as it takes to be sure of the statement, whoever wrote the text.

The proof itself is Lean's to judge. Here the statement is compared, word for word, and each declaration accounted for:
no other could give the words of the statement another meaning. Of Lean's tactics the text may have the one that
render/evaluation.py names, in just its words; it is read as the term that proves the same.
"""

from __future__ import annotations

import re

from ..render.evaluation import explained

BALANCED = """\
def t_int (x : Point) : Int := (x.x1.add x.x2).add (x.x3.add x.x4)
def t_ext (x : Point) : Int := (x.x5.add x.x6).add (x.x7.add x.x8)
def imbalance (x : Point) : Int := ((t_int x).sub (t_ext x)).abs
def balance (x : Point) : Bool := (imbalance x).ble {limit}
theorem balanced : (x : Point) → Eq (valid x) Bool.true → Eq ((imbalance x).ble {limit}) Bool.true :="""
UNSATISFIABLE = "theorem unsatisfiable : (x : Point) → Eq (valid x) Bool.true → False :="
_FRAME = ("namespace Proof", "end Proof")
_OWN = re.compile(r"def (?:form|forms|tree|of_[A-Za-z0-9_]+) : [A-Za-z0-9_.() →=>]+ :=(?: .*)?")
"""What serves the proof; no certificate has such names, see render/certificate.py."""
_COMMAND = re.compile(
    r"[#@«»\"`]|/-|-/|--|\b(?:abbrev|attribute|axiom|builtin_\w+|class|declare_\w+|def|deriving|elab\w*|end|example|"
    r"export|import|include|inductive|infix[lr]?|init\w*|instance|irreducible_def|local|macro\w*|module|mutual|"
    r"namespace|noncomputable|nonrec|notation|omit|opaque|open|partial|postfix|prefix|prelude|private|protected|public|"
    r"scoped|section|set_option|structure|syntax|theorem|universe|unif_hint|unsafe|variable|sorry|by|let|have|where)\b"
)
"""What begins a command of Lean, or gives a word another meaning, and stands in no term of a proof."""


def misstated(text: str, theorem: str, statement: str) -> str:
    """What is wrong with a text that is to state a theorem; "" for nothing. statement: its lines, as above."""
    expected = [*_FRAME, *statement.split("\n"), f"#print axioms Proof.{theorem}"]
    found: list[str] = []
    for number, line in enumerate(explained(text).split("\n"), start=1):
        if not line or line.startswith("-- "):
            continue
        if line in expected:
            found.append(line)
            continue
        term = line
        if _OWN.fullmatch(line):
            _, _, term = line.partition(":")
        elif line[0] not in " (":
            return f"line {number} is not accounted for: {line[:100]!r}"
        if command := _COMMAND.search(term):
            return f"line {number} has {command[0]!r}, which no proof needs"
    missing = [line for line in expected if found.count(line) != 1]
    return f"it does not state once: {missing[0]}" if missing else ""
