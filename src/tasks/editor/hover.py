"""What an editor shows of the place under the pointer, as Markdown."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..corpus.chunk import SCHEMA
from ..language import syntax
from ..language.evaluate import Undefined, evaluate
from ..language.slack import slack
from ..language.syntax import Expression
from ..render.lean_module import proposition
from ..render.model import formula as in_minizinc
from .chunk_text import ChunkText, Formula, binder, innermost
from .outline import unescaped
from .results import Results
from .schema import Rule, rules
from .words import WORD, explain

LONGEST = 1500
"""Characters of a rendered form that are shown."""
MOST_PARTS = 3000
"""Of a formula with its quantifiers written out, for its Lean form to be shown."""
_UNBUILT = "no witness of this text yet: build the chunk"


@dataclass(frozen=True)
class Hover:
    """start, end: offsets of what it is about."""

    markdown: str
    start: int
    end: int


def hover_in_chunk(chunk: ChunkText, offset: int, results: Results | None) -> Hover | None:
    """results: of exactly this text, None where there are none."""
    item = chunk.outline.at(offset)
    if item is None:
        return None
    formula = chunk.formula_at(offset)
    steps = [unescaped(step) for step in item.pointer.split("/")[1:]]
    is_at_key = chunk.outline.is_at_key(item, offset)
    if formula and item is formula.item and not is_at_key:
        return _in_formula(chunk, formula, offset, results)
    if formula and steps[2:] == ["name"] and not is_at_key:
        return Hover(_constraint(chunk, formula, results), item.start, item.end)
    while steps and steps[-1].isdecimal() and item.kind != "object":  # an item of a list
        steps.pop()
    rule = rules(SCHEMA).at(steps)
    if rule is None or not steps or (item.kind == "object" and not is_at_key):
        return None
    shown = key_help(steps[-1], rule)
    if steps in (["id"], ["title"]) and not is_at_key:
        shown = f"{_overview(chunk, results)}\n\n---\n\n{shown}"
    return Hover(shown, *(item.key if is_at_key and item.key else (item.start, item.end)))


def _overview(chunk: ChunkText, results: Results | None) -> str:
    """A chunk as a whole: its constraints by kind, and what the last build says of it."""
    counted = Counter(f.statement.kind if f.statement else "not valid" for f in chunk.formulas)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())) or "none"
    parts = [f"**chunk {escaped(chunk.id)}**: constraints: {kinds}; N = {chunk.total:,}"]
    if results is None:
        return "\n\n".join([*parts, _UNBUILT])
    proved = f", proved by {escaped(results.prover)}" if results.prover else ""
    parts.append(f"witness x = {_point(results.witness)}, found by {escaped(results.solver)}{proved}")
    if found := results.balance:
        parts.append(f"the tracts are {found.least} to {found.most} apart over all valid points; limit {found.limit}")
    return "\n\n".join(parts)


def key_help(key: str, rule: Rule) -> str:
    """A key and what the schema says of it."""
    return "\n\n".join(filter(None, (f"**{escaped(key)}**", rule.description, rule.summary())))


def escaped(text: str) -> str:
    """A text as Markdown shows it, on one line."""
    shown = "".join(c if c.isprintable() else "\N{SYMBOL FOR SUBSTITUTE}" for c in text)
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>()#+-.!|~&$" else c for c in shown)


def code(text: str, language: str = "") -> str:
    """A text as a block of code, whatever it holds."""
    shown = text if len(text) <= LONGEST else text[:LONGEST] + " ..."
    shown = "".join(c if c.isprintable() or c == "\n" else "\N{SYMBOL FOR SUBSTITUTE}" for c in shown)
    fence = "`" * 3
    while fence in shown:
        fence += "`"
    return f"{fence}{language}\n{shown}\n{fence}"


def _in_formula(chunk: ChunkText, formula: Formula, offset: int, results: Results | None) -> Hover:
    at = chunk.outline.place_in(formula.item, offset)
    whole = _constraint(chunk, formula, results)
    near = [found for found in WORD.finditer(formula.text) if found.start() <= at <= found.end()]
    if not near:
        return Hover(whole, formula.item.start, formula.item.end)
    word, (start, end) = near[-1][0], near[-1].span()  # the one behind where the place is between two
    path: Sequence[Expression] = ()
    if formula.statement and formula.statement.expression:
        path = innermost(formula.statement.expression, start, end)
    if path and isinstance(path[-1], syntax.Coordinate):
        start, end = path[-1].span
    lines = list(_word(chunk, word, path, formula, results))
    offsets = [*chunk.outline.offsets(formula.item), formula.item.end]
    return Hover("\n\n".join([*lines, "---", whole] if lines else [whole]), offsets[start], offsets[end])


def _word(
    chunk: ChunkText, word: str, path: Sequence[Expression], formula: Formula, results: Results | None
) -> Iterator[str]:
    """What is to say of one word of a formula, and of the part that it is the head of."""
    if path and (bound := binder(path, word)):
        quantified, generator = bound
        domain = formula.text[slice(*generator.domain.span)]
        yield code(f"{word} : int in {domain}")
        yield f"bound by `{quantified.quantifier}`"
    elif known := explain(word, chunk.total, chunk.primes):
        if len(known) > 1 and path:  # min(..)(..) and min(.., ..), a - b and -a
            known = [known[isinstance(path[-1], syntax.Application)]]
        for entry in known:
            yield code(entry.signature)
            yield entry.help
    if path and (text := _value(chunk, path, formula, results)):
        yield text


def _value(chunk: ChunkText, path: Sequence[Expression], formula: Formula, results: Results | None) -> str:
    """The part that a path leads to with its type, and its value at the witness where it has one."""
    part = path[-1]
    shown = formula.text[slice(*part.span)]
    if part.type == "set of int" or len(shown) > 200:
        return ""
    value = ""
    is_free = not any(isinstance(node, syntax.Quantified) for node in path[:-1])
    if results and is_free:
        found = _evaluated(part, chunk, results.witness)
        value = "" if found is None else f" = {_shown(found)} at the witness"
    return code(f"{shown} : {part.type}{value}")


def _point(x: Sequence[int]) -> str:
    return escaped(str(list(x)))


def _evaluated(part: Expression, chunk: ChunkText, point: Sequence[int]) -> int | bool | None:
    try:
        return evaluate(part, point, chunk.total, chunk.primes)
    except Undefined:
        return None


def _shown(value: int | bool) -> str:
    """A value that is short enough to be read; Python itself writes no more than 4300 digits."""
    if abs(value) < 10**30:
        return str(value).lower() if isinstance(value, bool) else f"{value:,}"
    return f"{'-' if value < 0 else ''}2^{value.bit_length() - 1} or more"


def _constraint(chunk: ChunkText, formula: Formula, results: Results | None) -> str:
    """A constraint as a whole: its kind, its forms, and what it has to spare at the witness."""
    statement = formula.statement
    name = f"**{escaped(formula.name) or 'constraint'}**"
    if formula.error:
        return f"{name}: not valid\n\n{code(f'{formula.error.where}: {formula.error.what}')}"
    if statement is None:
        return f"{name}: not read, as the chunk costs too much"
    if statement.kind == "informal" or statement.expression is None:
        return f"{name}: informal, a claim in words that nothing checks"
    if statement.kind == "vacuous":
        return f"{name}: vacuous, constantly true: nothing is checked"
    parts = [f"{name}: formal, a condition on x", *_at_witness(chunk, statement.expression, results)]
    parts.append("MiniZinc\n" + code(in_minizinc(statement.expression), "minizinc"))
    if statement.parts <= MOST_PARTS:
        parts.append("Lean\n" + code(proposition(statement.expression, chunk.total, chunk.primes), "lean4"))
    else:
        parts.append(f"Lean: {statement.parts:,} parts; go to the definition to see it")
    return "\n\n".join(parts)


def _at_witness(chunk: ChunkText, expression: Expression, results: Results | None) -> Iterator[str]:
    if results is None:
        yield _UNBUILT
        return
    proved = f", proved by {escaped(results.prover)}" if results.prover else ""
    try:
        spare = slack(expression, results.witness, chunk.total, chunk.primes)
    except Undefined:
        return
    holds = "holds" if spare >= 0 else "does not hold"
    measured = ", tight" if spare == 0 else ""
    if spare and spare not in (math.inf, -math.inf):
        measured = f", with {_shown(int(spare))} to spare" if spare > 0 else f", by {_shown(int(-spare))}"
    values = ""
    if isinstance(expression, syntax.Comparison):
        sides = (_evaluated(side, chunk, results.witness) for side in (expression.left, expression.right))
        left, right = ("?" if side is None else _shown(side) for side in sides)
        values = f": {left} {expression.operator} {right}"
    yield f"At the witness x = {_point(results.witness)} it {holds}{escaped(values)}{measured}{proved}"
