"""What people write who come from other languages, and what to write here instead."""

from __future__ import annotations

import re

from .operators import FUNCTIONS, OPERATORS, QUANTIFIERS

_AND, _OR = r"write `/\` or `&&` for and", r"write `\/` or `||` for or"
_POWER = "there is no power operator; write the product"
_IMPLIES, _IFF = (
    "write `->`: a -> b says that b holds wherever a does",
    "write `<->`: a <-> b says that both or neither hold",
)
_IF = r"there is no if: write a -> b, with an else (a -> b) /\ (not a -> c)"
_DIFFERENT = "write forall(i, j in 1..8 where i < j)(x[i] != x[j])"
_PRODUCT = "write `*`: a product of many is not in the language"
_COMPREHENSION = "array comprehensions are not in the language; write sum(i in 1..4)(x[i])"
_BODY = "write forall(i in 1..8)(...)"

SIGNS = {
    "&": _AND, ",": _AND, "|": _OR,
    "/": r"write `div` for division, `/\` for and", "÷": "write `div`", "×": "write `*`", "·": "write `*`",
    "^": _POWER, "**": _POWER,
    "=>": "write `->` for implication, `>=` for at least", "==>": _IMPLIES, "⇒": _IMPLIES, "⟹": _IMPLIES, "⊃": _IMPLIES,
    "<=>": _IFF, "<==>": _IFF, "⇔": _IFF, "⟺": _IFF, "≡": _IFF,
    "=<": "write `<=`", "<>": "write `!=`", "/=": "write `!=`", "=/=": "write `!=`", "!==": "write `!=`",
    "===": "write `=`", ":=": "write `=`", "≔": "write `=`",
    ":": _BODY, "∀": _BODY, "∃": "write exists(i in 1..8)(...)", "∑": "write sum(i in 1..8)(...)",
    "Σ": "write sum(i in 1..8)(...)", ";": "a constraint is one formula, and ends without a sign",
    "[": _COMPREHENSION,
}  # fmt: skip
"""Whole runs of signs."""

_WORDS = {
    "and": _AND, "or": _OR, "not": "write not (...), before a formula in brackets",
    "implies": _IMPLIES, "imply": _IMPLIES, "iff": _IFF, "equiv": _IFF,
    "if": _IF, "then": _IF, "else": _IF, "elif": _IF, "elseif": _IF, "endif": _IF, "when": _IF, "unless": _IF,
    "pow": _POWER, "power": _POWER, "product": _PRODUCT, "prod": _PRODUCT,
    "all_different": _DIFFERENT, "alldifferent": _DIFFERENT, "distinct": _DIFFERENT, "alldiff": _DIFFERENT,
    "all_diff": _DIFFERENT, "all_equal": "write forall(i in 2..8)(x[i] = x[1])",
    "all": _BODY, "any": "write exists(i in 1..8)(...)", "for": _BODY, "len": "x has 8 coordinates: write 8",
    "length": "x has 8 coordinates: write 8", "between": "write a in 1..3", "is": "write `=`", "equals": "write `=`",
    "let": "there are no definitions: write the value where it is used",
    "xor": "write a xor b", "div": "write a div b", "mod": "write a mod b",
}  # fmt: skip

_OPERATORS = {spelling for row in OPERATORS for spelling in row.spelled}
_RUN = re.compile(r"[^\w\s()\[\]{},.\"'-]+[>-]*|[\[,]")
_WORD_BEFORE = re.compile(r"([^\W\d]\w*)(\s*\(?\s*)$")
_HEAD_BEFORE = re.compile(rf"\b({'|'.join(QUANTIFIERS)})\s*\([^()]*\)\s*$")


def of_word(word: str) -> str:
    """What to write for a word that is none of the language; "" where that is not known."""
    if coordinate := re.fullmatch("[xX]_?([1-8])", word):
        return f"write x[{coordinate[1]}]"
    return _WORDS.get(word.casefold(), "")


def signs_at(text: str, at: int) -> tuple[int, int]:
    """Start and end of the run of signs that the character at that offset is part of; the character's own for a run
    that is of no other language.
    """
    for run in _RUN.finditer(text, max(0, at - 3), at + 4):
        if run.start() <= at < run.end() and run[0] in SIGNS:
            return run.span()
    return at, at + 1


def of_token(text: str, start: int, end: int) -> str:
    """What to write where the word or sign from start to end was not expected; "" where that is not known."""
    found, before = text[start:end], text[:start]
    word = _WORD_BEFORE.search(before[-100:])
    if found == "[" and word and not word[2].strip() and word[1] == "in":
        return "write a set as {1, 2} or 1..3"
    if word and "(" in word[2] and found == "[" and of_word(word[1]):
        return of_word(word[1])
    if word and not word[2].strip() and found not in _OPERATORS:
        name = word[1]
        if name in QUANTIFIERS:
            return f"write {name}(i in 1..8)(...)"
        if name in FUNCTIONS:
            return f"write {name}(...)"
        if hint := of_word(name):
            return hint
    if found[0].isalpha():
        if head := _HEAD_BEFORE.search(before[-200:]):
            return f"write {head[1]}(i in 1..8)(...), with the body in brackets"
        if before[-1:].isdigit():
            return "write `*` for a product"
        return of_word(found)
    if found == "," and before.count("(") > before.count(")"):
        return ""
    return SIGNS.get(found, "")
