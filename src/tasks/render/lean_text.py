"""What both Lean forms share: names, comments, and conjunctions that do not nest deeply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from .text import lines, visible

GROUP = 16
"""Terms of a chain in one definition; longer chains overflow Lean's elaborator."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_']*")
# Characters that a name between « and » keeps; others become _.
_QUOTABLE = re.compile(r"[^\W_]|[ _!#$%&*+,\-./:;<=>?@^|~'()\[\]{}]")

# Words that are no identifiers in some version of Lean 4, or that our own text means something by.
RESERVED = frozenset(
    """
    abbrev add_decl_doc admit after all_goals and any_goals app apply as at attribute axiom before binder_predicate
    bif break builtin_initialize by calc case catch check_failure class coinductive conv constructor continue
    coinductive_fixpoint dbg_trace declare_syntax_cat decide def default deriving do done elab elab_rules else end
    eval example exact exists export extends false finally first fix for forall from fun generalizing gen_injective_theorems
    guard haveI have hiding if import in include inductive inductive_fixpoint infix infixl infixr initialize inline
    inferInstance inferInstanceAs inst instance intro letI let local macro macro_rules match matches meta mod_cast module
    mutual namespace next nofun noncomputable nomatch nonrec not notation of omit only opaque open or override
    partial postfix prefix prelude private protected public rec register_builtin_option renaming repeat return rfl
    run_cmd scoped section seal set_option show simp simproc skip sorry stop structure suffices syntax tactic termination_by
    then theorem this throw trailing true try unif_hint universe universes unless unsafe unseal until using variable variables
    where while with xor decreasing_by partial_fixpoint panic unreachable assert nat_lit leading_parser trailing_parser
    Prop Type Sort True False And Or Not Iff Eq Ne Int Nat Bool List Decidable Exists HEq Duality Point Valid Bounds
    UnitSum witness witness_valid satisfiable tdiv tmod iabs imin imax bool2int x valid bounds unit_sum Constraint
    """.split()
)


def names(constraints: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """For each constraint's name a Lean identifier, distinct, quoted with « » wherever it has to be."""
    found: list[str] = []
    seen = {*RESERVED, *taken}
    for position, name in enumerate(constraints, start=1):
        kept = "".join(c if _QUOTABLE.fullmatch(c) else "_" for c in name)[:80].strip()
        candidate = kept if kept == name else f"{kept}_{position}".lstrip("_ ") or f"c_{position}"
        while candidate in seen or re.fullmatch(r"(part|inst)_?\d+|_+", candidate):
            candidate += f"_{position}"
        seen.add(candidate)
        found.append(candidate if _PLAIN.fullmatch(candidate) else f"«{candidate}»")
    return found


def comment_text(text: str) -> list[str]:
    """text as lines that neither end nor open a block comment."""
    return [re.sub(r"/(?=-)", "/ ", re.sub(r"-(?=/)", "- ", line)) for line in lines(text, 96)]


def doc_comment(expression: str, notes: str) -> str:
    """A doc comment with the source expression and the notes of a constraint."""
    parts = ["`" + "\n".join(comment_text(expression)) + "`"]
    if notes.strip():
        parts.append("\n".join(comment_text(notes)))
    # A last character `-` would join with the end of the comment.
    return "/-- " + "\n\n".join(parts) + " -/"


def line_comment(text: str) -> list[str]:
    return [f"-- {line}" for line in lines(text, 96)]


def heading(text: str) -> str:
    """A text for one line of a block comment."""
    return re.sub(r"/(?=-)", "/ ", re.sub(r"-(?=/)", "- ", visible(text)))


def balanced(terms: Sequence[str], join: Callable[[str, str], str]) -> str:
    """One term of a non-empty sequence, nested as a balanced tree."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return join(balanced(terms[:middle], join), balanced(terms[middle:], join))
