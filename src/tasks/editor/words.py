"""The words and signs of the constraint language as an editor explains them, from the language's own tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..language.operators import FUNCTIONS, INFIX, INFIX_SPELT, PREFIX, PREFIX_SPELT, QUANTIFIERS, Operator

_OF_QUANTIFIER = {
    "forall": "true where the body is true for every binding; true for none",
    "exists": "true where the body is true for some binding; false for none",
    "sum": "the sum of the body over all bindings; a condition counts 0 or 1",
    "count": "for how many bindings the body is true",
    "min": "the least value of the body; there must be a binding",
    "max": "the greatest value of the body; there must be a binding",
}
_SIGNS = sorted((sign for sign in (*INFIX_SPELT, *PREFIX_SPELT) if not sign.isalpha()), key=len, reverse=True)
WORD = re.compile(r"[^\W\d]\w*|[0-9]+|\.\.|" + "|".join(map(re.escape, _SIGNS)) + r"|[∈∉]")
"""One word, number or sign of a formula."""


@dataclass(frozen=True)
class Word:
    """A word or sign: its types, as `abs(int) : int`, and what it means. insert: a snippet to write it by."""

    name: str
    signature: str
    help: str
    insert: str


def quantifier(token: str) -> Word:
    row = QUANTIFIERS[token]
    body = "int or bool" if token == "sum" else row.body
    signature = f"{token}(i in a..b where condition)({body}) : {row.joined.result}"
    return Word(token, signature, _OF_QUANTIFIER[token], f"{token}(${{1:i}} in ${{2:1..8}})($3)")


def function(token: str) -> Word:
    row = FUNCTIONS[token]
    operands = ", ".join([*row.operands, ".."] if row.many else row.operands)
    places = ", ".join(f"${position}" for position in range(1, len(row.operands) + 1))
    return Word(token, f"{token}({operands}) : {row.result}", row.help, f"{token}({places})")


def operator(row: Operator) -> Word:
    if row.level == "prefix":
        signature = f"{row.token} {row.operands[0]} : {row.result}"
    else:
        signature = f"{row.operands[0]} {row.token} {row.operands[1]} : {row.result}"
    more = f"; also written {' '.join(f'`{spelling}`' for spelling in row.spellings)}" if row.spellings else ""
    divisor = "; the divisor is a constant other than 0" if row.divisor is not None else ""
    return Word(row.token, signature, row.help + divisor + more, row.token)


def constant(name: str, total: int, primes: Sequence[int]) -> Word | None:
    """What is known by a name in every chunk; total and primes are those of this one."""
    members = ", ".join(map(str, primes))
    match name:
        case "x":
            return Word("x", "x[int] : int", f"the point: x[1]..x[8], each from 0 to {total}; the index is constant",
                        "x[${1:i}]")  # fmt: skip
        case "N":
            return Word("N", f"N : int = {total}", "what x[1]..x[8] sum to (scaleN)", "N")
        case "P":
            return Word("P", f"P : set of int = {{{members}}}", "the Monster primes of the chunk (monsterPrimes)", "P")
        case "true" | "false" | "True" | "False":
            return Word(name, f"{name} : bool", "a condition that always has this value", name)
    return None


def explain(word: str, total: int, primes: Sequence[int]) -> list[Word]:
    """The meanings of a word or sign, [] where it has none of its own."""
    found = [known for known in [constant(word, total, primes)] if known]
    found += [quantifier(word)] if word in QUANTIFIERS else []
    found += [function(word)] if word in FUNCTIONS else []
    found += [operator(row[word]) for row in (INFIX_SPELT, PREFIX_SPELT) if word in row]
    if word in ("in", "∈", "∉"):
        sign = "not in" if word == "∉" else "in"
        found.append(Word(word, f"int {word} set of int : bool", f"whether the integer is {sign} the set", word))
    if word == "..":
        found.append(Word("..", "int .. int : set of int", "from the first to the second, both included", ".."))
    return found


def vocabulary(total: int, primes: Sequence[int]) -> list[Word]:
    """Every word that a formula may hold, names first; signs that are no words are left out."""
    names = [constant(name, total, primes) for name in ("x", "N", "P", "true", "false")]
    rows = [*INFIX.values(), *PREFIX.values()]
    return [
        *filter(None, names),
        *map(quantifier, QUANTIFIERS),
        *map(function, FUNCTIONS),
        *(operator(row) for row in rows if row.token.isalpha()),
        *explain("in", total, primes),
    ]
