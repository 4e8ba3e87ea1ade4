"""The constraint language: what every spelling means, what is refused and how, and which texts are claims in words.

Real MiniZinc judges precedence and associativity; the rest is our own grammar, types and messages.
"""

from __future__ import annotations

import itertools
import pickle
import random
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressions import formulas, random_formula, walk
from tasks.check.process import Quota, run
from tasks.errors import LanguageError
from tasks.language import habits
from tasks.language.display import display
from tasks.language.evaluate import evaluate
from tasks.language.parse import parse
from tasks.language.statement import Statement, interpret
from tasks.language.syntax import NODES, Application, Coordinate, Expression, Integer, Quantified
from tasks.language.typing import Elaborator
from tasks.language.vocabulary import MOST_NESTING, WORDS

N, P = 100, (2, 7, 17)
LOGIC = ("<->", "->", "\\/", "xor", "/\\")
COMPARISONS = ("<", "<=", ">", ">=", "=", "!=")


def read(text: str) -> Statement:
    return interpret(text, N, P)


def typed(text: str) -> Expression:
    """The tree of a text of any type."""
    return Elaborator(text).elaborate(parse(text))


def outcome(text: str) -> Statement | LanguageError:
    try:
        return read(text)
    except LanguageError as error:
        return error


def refusal(text: str) -> str:
    with pytest.raises(LanguageError) as caught:
        read(text)
    return str(caught.value)


# Spellings


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("x[1]=1 <-> x[2]=2", "(x[1] = 1) <-> (x[2] = 2)"),
        ("x[1]=1 ↔ x[2]=2", "(x[1] = 1) <-> (x[2] = 2)"),
        ("x[1]=1 -> x[2]=2", "(x[1] = 1) -> (x[2] = 2)"),
        ("x[1]=1 → x[2]=2", "(x[1] = 1) -> (x[2] = 2)"),
        ("x[1]=1 \\/ x[2]=2", "(x[1] = 1) \\/ (x[2] = 2)"),
        ("x[1]=1 || x[2]=2", "(x[1] = 1) \\/ (x[2] = 2)"),
        ("x[1]=1 ∨ x[2]=2", "(x[1] = 1) \\/ (x[2] = 2)"),
        ("x[1]=1 xor x[2]=2", "(x[1] = 1) xor (x[2] = 2)"),
        ("x[1]=1 /\\ x[2]=2", "(x[1] = 1) /\\ (x[2] = 2)"),
        ("x[1]=1 && x[2]=2", "(x[1] = 1) /\\ (x[2] = 2)"),
        ("x[1]=1 ∧ x[2]=2", "(x[1] = 1) /\\ (x[2] = 2)"),
        ("x[1] < 2", "x[1] < 2"),
        ("x[1] <= 2", "x[1] <= 2"),
        ("x[1] ≤ 2", "x[1] <= 2"),
        ("x[1] > 2", "x[1] > 2"),
        ("x[1] >= 2", "x[1] >= 2"),
        ("x[1] ≥ 2", "x[1] >= 2"),
        ("x[1] = 2", "x[1] = 2"),
        ("x[1] == 2", "x[1] = 2"),
        ("x[1] != 2", "x[1] != 2"),
        ("x[1] ≠ 2", "x[1] != 2"),
        ("x[1] in P", "x[1] in P"),
        ("x[1] ∈ P", "x[1] in P"),
        ("x[1] ∉ P", "not (x[1] in P)"),
        ("x[1] in 1..3", "x[1] in 1..3"),
        ("x[1] in {1, 2}", "x[1] in {1, 2}"),
        ("x[1] in {}", "x[1] in {}"),
        ("x[1] in x[2]..x[3]", "(x[2] <= x[1]) /\\ (x[1] <= x[3])"),
        ("x[1] ∉ x[2]..9", "not ((x[2] <= x[1]) /\\ (x[1] <= 9))"),
        ("x[1] + x[2] - 3 = 0", "(x[1] + x[2] - 3) = 0"),
        ("x[1] * 2 div 3 mod 4 = 0", "(x[1] * 2 div 3 mod 4) = 0"),
        ("x[1] % 4 = 0", "(x[1] mod 4) = 0"),
        ("x[1] > -2", "x[1] > (-2)"),
        ("not (x[1] = 1)", "not (x[1] = 1)"),
        ("!(x[1] = 1)", "not (x[1] = 1)"),
        ("¬(x[1] = 1)", "not (x[1] = 1)"),
        ("true /\\ x[1] > 007", "true /\\ (x[1] > 7)"),
        ("True /\\ x[1] > 0", "true /\\ (x[1] > 0)"),
        ("x[1] > N \\/ false", "(x[1] > N) \\/ false"),
        ("x[1] > N \\/ False", "(x[1] > N) \\/ false"),
        ("abs(x[1] - 3) < 2", "abs(x[1] - 3) < 2"),
        ("min(x[1], x[2], 3) = 1", "min(x[1], x[2], 3) = 1"),
        ("max(x[1]) = 1", "max(x[1]) = 1"),
        ("bool2int(x[1] = 1) = 1", "bool2int(x[1] = 1) = 1"),
        ("forall(i in 1..3)(x[i] > 0)", "forall(i in 1..3)(x[i] > 0)"),
        ("exists(i in P where i < 9)(x[i] > 0)", "exists(i in P where i < 9)(x[i] > 0)"),
        ("sum(i, j in 1..2)(x[i] * x[j]) > 0", "sum(i in 1..2, j in 1..2)(x[i] * x[j]) > 0"),
        ("sum(i ∈ 1..2)(x[i] > 3) > 0", "sum(i in 1..2)(bool2int(x[i] > 3)) > 0"),
        ("count(i in 1..8, k in P where i != k)(x[i] = k) > 0", "count(i in 1..8, k in P where i != k)(x[i] = k) > 0"),
        ("min(i in 1..2)(x[i]) > 0", "min(i in 1..2)(x[i]) > 0"),
        ("max(i in {1, 2})(x[i]) > 0", "max(i in {1, 2})(x[i]) > 0"),
        ("(x[1] = 1) = (x[2] = 2)", "(x[1] = 1) <-> (x[2] = 2)"),
        ("(x[1] = 1) != (x[2] = 2)", "(x[1] = 1) xor (x[2] = 2)"),
        ("((x[((1))])) > 0", "x[1] > 0"),
        ("x [ 1 ]\n\t>\r\n0", "x[1] > 0"),
    ],
)
def test_every_spelling_has_its_canonical_form(written: str, canonical: str) -> None:
    statement = read(written)
    assert statement.kind == "formal"
    assert statement.expression is not None
    assert display(statement.expression) == canonical
    assert read(canonical).expression == statement.expression


def test_a_word_operator_ends_where_the_word_ends() -> None:
    assert "unexpected `inP`" in refusal("x[1] inP")
    assert "unexpected `mod3`" in refusal("x[1] mod3 = 1")
    assert "unexpected `xorx`" in refusal("x[1] = 1 xorx[2] = 2")
    assert "unknown name 'notx'" in refusal("notx[1] = 2")
    assert read("x[1]in P").kind == "formal"


# Precedence, judged by MiniZinc

_OPERANDS = {"bool": ("true", "false"), "int": ("7", "3", "2"), "set": ("{2, 3}",)}
_SIGNATURES: dict[tuple[str, ...], tuple[str, str, str]] = {
    **{(op,): ("bool", "bool", "bool") for op in LOGIC},
    **{(op,): ("int", "int", "bool") for op in COMPARISONS},
    **{(op, "bool"): ("bool", "bool", "bool") for op in ("=", "!=")},
    **{(op,): ("int", "int", "int") for op in ("+", "-", "*", "div", "mod")},
    ("in",): ("int", "set", "bool"),
    ("..",): ("int", "int", "set"),
}
_PREFIXES = {"bool": ("", "not "), "int": ("", "-"), "set": ("",)}


def _sentences() -> list[str]:
    """`a op b op c` for all pairs of binary operators and all operands that some bracketing gives a type to."""
    found: dict[str, None] = {}
    for (first, a), (second, b) in itertools.product(_SIGNATURES.items(), repeat=2):
        operands = set()
        if a[2] == b[0]:
            operands.add((a[0], a[1], b[1]))  # (a op b) op c
        if b[2] == a[1]:
            operands.add((a[0], b[0], b[1]))  # a op (b op c)
        for types in operands:
            for values in itertools.product(*(_OPERANDS[type_] for type_ in types)):
                found[f"{values[0]} {first[0]} {values[1]} {second[0]} {values[2]}"] = None
    for signature, (left, right, _) in _SIGNATURES.items():
        for p, q in itertools.product(_PREFIXES[left], _PREFIXES[right]):
            found.update((f"{p}{v} {signature[0]} {q}{w}", None) for v in _OPERANDS[left] for w in _OPERANDS[right])
    return list(found)


def test_precedence_and_associativity_are_those_of_minizinc_for_every_pair_of_operators() -> None:
    accepted: dict[str, int | bool] = {}
    for text in _sentences():
        try:
            expression = typed(text)
        except LanguageError:
            continue  # read our way it has no type, or is no sentence: comparisons, in and .. do not chain
        if expression.type == "set of int":
            continue
        value = evaluate(expression, None, N, P)
        assert value is not None
        accepted[text] = value
    assert len(accepted) > 900
    shows = ",\n".join(f"show({text})" for text in accepted)
    model = f'solve satisfy;\noutput [s ++ "\\n" | s in [{shows}]];\n'
    finished = run(["minizinc", "--solver", "org.gecode.gecode", "-"], model, Quota(30, 4096))
    assert finished.status == 0, finished.errors
    shown = finished.output.splitlines()[: len(accepted)]
    assert dict(zip(accepted, shown, strict=True)) == {text: str(value).lower() for text, value in accepted.items()}


@pytest.mark.parametrize("left", COMPARISONS)
@pytest.mark.parametrize("right", COMPARISONS)
def test_a_comparison_never_chains(left: str, right: str) -> None:
    text = f"1 {left} x[1] {right} 5"
    column = text.index(right, 3 + len(left)) + 1
    message = refusal(text)
    assert message.startswith(f"column {column}: unexpected `{right}`")
    assert r"a comparison does not chain: write a < b /\ b < c" in message


# Errors


@pytest.mark.parametrize(
    "message",
    [
        r"""
column 8: unknown name 'y'; did you mean 'x'?
    x[1] + y[2] >= 3
           ^""",
        r"""
column 1: unknown name 'sun'; did you mean 'sum'?
    sun(i in 1..4)(x[i]) >= 3
    ^^^""",
        r"""
column 1: unknown name 'foral'; did you mean 'forall'?
    foral(i in 1..8)(x[i] >= 2)
    ^^^^^""",
        r"""
column 14: unknown name 'TRUE'; did you mean 'True'?
    x[1] >= 2 -> TRUE
                 ^^^^""",
        r"""
column 1: unknown name 'n'; did you mean 'N'?
    n >= 2
    ^""",
        r"""
column 1: unknown name 'q'
    q >= 2
    ^""",
        r"""
column 11: unexpected `<=`, expected an operator or the end; a comparison does not chain: write a < b /\ b < c
    1 <= x[1] <= 5
              ^^""",
        r"""
column 1: the index of x is 0; it goes from 1 to 8
    x[0] >= 1
    ^^^^""",
        r"""
column 19: the index of x is 9 where i = 8; it goes from 1 to 8
    forall(i in 1..8)(x[i + 1] >= x[i])
                      ^^^^^^^^""",
        r"""
column 3: the index of x must be constant; bound variables may stand in it, x may not
    x[x[1]] = 2
      ^^^^""",
        r"""
column 10: the divisor is 0; it must be a non-zero constant
    x[1] mod 0 = 1
             ^""",
        r"""
column 28: the divisor is 0 where i = 0; it must be a non-zero constant
    forall(i in 0..2)(x[1] mod i = 0)
                               ^""",
        r"""
column 10: the divisor of `div` must be a constant; x may not stand in it
    x[1] div x[2] = 1
             ^^^^""",
        r"""
column 1: the quantifiers unroll to more than 20,000 terms; write it shorter, or split the chunk
    sum(i in 1..20001)(x[1]) >= 0
    ^^^^^^^^^^^^^^^^^^^^^^^^""",
        r"""
column 14: `min` of nothing has no value
    x[1] >= 1 /\ min() >= 1
                 ^^^^^""",
        r"""
column 19: `max` of nothing has no value where i = 1
    forall(i in 1..3)(max(j in 4..i)(x[j]) >= 1)
                      ^^^^^^^^^^^^^^^^^^^^""",
        r"""
column 14: `abs` takes 1 argument, found 0
    x[1] >= 1 \/ abs() >= 1
                 ^^^^^""",
        r"""
column 8: the expression ends where a value is expected
    x[1] >=
           ^""",
        r"""
column 1: a constraint must be true or false, this is an integer; compare it with something
    x[1] + 2
    ^^^^^^^^""",
        r"""
column 1: `x` needs an index; write x[1], or sum(i in 1..8)(x[i])
    x >= 1
    ^""",
        r"""
column 1: `forall` needs variables and a body; write forall(i in 1..8)(...)
    forall(x[1] >= 2)
    ^^^^^^^^^^^^^^^^^""",
        r"""
column 8: 'i' has no range; write i in 1..8
    forall(i, j)(x[1] > 1)
           ^""",
        r"""
column 26: 'i' is bound already; choose another name
    forall(i in 1..8)(forall(i in 1..2)(x[i] > 1))
                             ^""",
        r"""
column 8: 'P' has a meaning already; choose another name
    forall(P in 1..8)(x[1] > 1)
           ^""",
        r"""
column 13: the bounds of a quantifier must be constant; x may not stand in them
    forall(i in 1..x[1])(x[2] > 1)
                ^^^^^^^""",
        r"""
column 24: the condition of a quantifier must be constant; x may not stand in it
    forall(i in 1..8 where x[i] > 1)(x[2] > 1)
                           ^^^^^^^^""",
        r"""
column 5: `not` needs a bool, found an integer; `not` binds tighter than any operator: write not (a = b)
    not x[1] = 2
        ^^^^""",
        r"""
column 8: `+` needs an integer, found a bool; bool2int(...) makes an integer of a bool
    x[1] + true > 1
           ^^^^""",
        r"""
column 1: `<` compares two integers, found a bool and a bool
    (x[1] = 1) < (x[2] = 2)
    ^^^^^^^^^^^^^^^^^^^^^^^""",
        r"""
column 9: `in` needs a set, found an integer
    x[1] in 5
            ^""",
        r"""
column 9: the integer does not fit the solver; the largest is 10^18
    x[1] >= 1000000000000000001
            ^^^^^^^^^^^^^^^^^^^""",
        r"""
column 11: unexpected `5`, expected a value; there are integers only
    x[1] >= 2.5
              ^""",
        r"""
column 11: unexpected `&`; write `/\` or `&&` for and
    x[1] >= 1 & x[2] >= 2
              ^""",
        r"""
column 11: unexpected `or`, expected an operator or the end; write `\/` or `||` for or
    x[1] >= 1 or x[2] >= 2
              ^^""",
        r"""
column 6: unexpected `/`; write `div` for division, `/\` for and
    x[1] / 2 = 3
         ^""",
        r"""
column 10: the expression ends where an operator or `)` is expected
    (x[1] > 1
             ^""",
        r"""
column 1: a range whose bounds depend on x stands inside the element of another; write a <= e /\ e <= b
    bool2int(x[1] in 0..x[2]) in 0..x[2]
    ^^^^^^^^^^^^^^^^^^^^^^^^^""",
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_column_caret_and_suggestion(message: str) -> None:
    message = message.removeprefix("\n")
    text = message.splitlines()[1].removeprefix("    ")
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("text", "mark", "hint"),
    [
        ("x[1] > 2 => x[2] > 3", "=>", "write `->` for implication, `>=` for at least"),
        ("x[1] => 3", "=>", "write `->` for implication, `>=` for at least"),
        ("x[1] > 2 ==> x[2] > 3", "==>", "write `->`: a -> b says that b holds wherever a does"),
        ("x[1] > 2 ⇒ x[2] > 3", "⇒", "write `->`: a -> b says that b holds wherever a does"),
        ("x[1] > 2 <=> x[2] > 3", "<=>", "write `<->`: a <-> b says that both or neither hold"),
        ("x[1] =< 3", "=<", "write `<=`"),
        ("x[1] <> 3", "<>", "write `!=`"),
        ("x[1] === 3", "===", "write `=`"),
        ("x[1] ** 2 > 3", "**", "there is no power operator; write the product"),
        ("pow(x[1], 2) > 3", "pow", "there is no power operator; write the product"),
        ("x[1] > 2 implies x[2] > 3", "implies", "write `->`: a -> b says that b holds wherever a does"),
        ("implies(x[1] > 2, x[2] > 3)", "implies", "write `->`: a -> b says that b holds wherever a does"),
        ("x[1] > 2 iff x[2] > 3", "iff", "write `<->`: a <-> b says that both or neither hold"),
        ("if x[1] > 2 then x[2] > 3", "x", r"there is no if: write a -> b, with an else (a -> b) /\ (not a -> c)"),
        ("if (x[1] > 2) then true", "then", r"there is no if: write a -> b, with an else (a -> b) /\ (not a -> c)"),
        ("all_different(x)", "all_different", "write forall(i, j in 1..8 where i < j)(x[i] != x[j])"),
        ("all_different([x[1], x[2]])", "[", "write forall(i, j in 1..8 where i < j)(x[i] != x[j])"),
        ("sun(x[1], x[2]) >= 3", "sun", "did you mean 'sum'?"),
        ("sum([x[i] | i in 1..4]) > 2", "[",
         "array comprehensions are not in the language; write sum(i in 1..4)(x[i])"),
        ("x[1] in [1, 2]", "[", "write a set as {1, 2} or 1..3"),
        ("forall i in 1..8 (x[i] > 2)", "i", "write forall(i in 1..8)(...)"),
        ("forall(i in 1..8) x[i] > 2", "x", "write forall(i in 1..8)(...), with the body in brackets"),
        ("abs x[1] > 3", "x", "write abs(...)"),
        ("2x[1] > 3", "x", "write `*` for a product"),
        ("x_1 > 2", "x_1", "write x[1]"),
        ("x(1) > 2", "x(1)", "write x[1]"),
        ("x[1] = 3, x[2] = 4", ",", r"write `/\` or `&&` for and"),
        ("x[1] > 2 AND x[2] > 3", "AND", r"write `/\` or `&&` for and"),
    ],
)  # fmt: skip
def test_a_habit_of_another_language_is_told_what_to_write_here(text: str, mark: str, hint: str) -> None:
    first, line, carets = refusal(text).splitlines()
    assert first.endswith(f"; {hint}")
    assert line[carets.index("^") : len(carets)] == mark


def test_a_formula_that_is_suggested_can_be_read() -> None:
    hints = (*habits.SIGNS.values(), *map(habits.of_word, ("all_different", "x_3", "any", "all_equal", "all")))
    suggested = {found for hint in hints for found in re.findall(r"write ([a-z]+\(.*\)|x\[\d\])$", hint)}
    assert len(suggested) >= 6
    for text in suggested:
        assert typed(text.replace("(...)", "(x[i] > 1)"))


def test_an_empty_text_is_an_error() -> None:
    for text in ("", " ", "\n\t\r\n"):
        assert refusal(text).startswith("column 1: the expression is empty") or "line 1, column 1" in refusal(text)


@pytest.mark.parametrize(
    "character", ["\u200b", "\u202e", "\u2066", "\ufeff", "\xa0", "\x00", "\x1b", "\u2028", "\x85"]
)
def test_an_invisible_character_is_named_and_never_printed(character: str) -> None:
    message = refusal(f"x[1] >{character} 1")
    assert message == f"column 7: unexpected invisible character U+{ord(character):04X}\n    x[1] >␚ 1\n          ^"


def test_an_error_in_a_long_text_shows_the_part_around_it() -> None:
    message = refusal("x[1] + " * 100 + "y[1] + " + "x[1] + " * 100 + "x[1] > 1")
    head, excerpt, caret = message.splitlines()
    assert head == "column 701: unknown name 'y'; did you mean 'x'?"
    assert len(excerpt) <= 100
    assert excerpt[caret.index("^")] == "y"


def test_an_error_in_a_text_of_lines_names_the_line() -> None:
    assert refusal("x[1] > 1\n/\\ y[2] > 2") == (
        "line 2, column 4: unknown name 'y'; did you mean 'x'?\n    /\\ y[2] > 2\n       ^"
    )


def test_an_error_survives_pickling() -> None:
    with pytest.raises(LanguageError) as caught:
        read("x[1] + y[2] >= 3")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


# Sizes


def test_twenty_thousand_terms_are_the_most() -> None:
    assert read("sum(i in 1..20000)(x[1]) >= 0").kind == "formal"
    assert read("forall(i in 1..100)(sum(j in 1..199)(x[1]) >= 0)").kind == "formal"
    assert "more than 20,000 terms" in refusal("forall(i in 1..100)(sum(j in 1..200)(x[1]) >= 0)")
    assert read("count(i, j in 1..200 where i + j < 20)(x[1] > i) >= 0").kind == "formal"


@pytest.mark.parametrize(
    "nest",
    [
        lambda depth: "(" * depth + "x[1] > 1" + ")" * depth,
        lambda depth: "not " * depth + "true",
        lambda depth: "-" * depth + "x[1] > 1",
        lambda depth: "abs(" * depth + "x[1]" + ")" * depth + " > 1",
        lambda depth: "".join(f"forall(i{k} in 1..1)(" for k in range(1, depth)) + "x[1] > 1" + ")" * (depth - 1),
        lambda depth: "1 + 2 * (" * depth + "x[1]" + ")" * depth + " > 1",
    ],
)
def test_sixty_four_brackets_are_the_deepest(nest) -> None:
    assert read(nest(MOST_NESTING)).kind in ("formal", "vacuous")
    assert "nested deeper than 64; split it into constraints of their own" in refusal(nest(MOST_NESTING + 1))


def test_whatever_is_not_too_deep_can_be_read_evaluated_and_printed() -> None:
    step = "false <-> true -> false \\/ true /\\ true = not ("
    for depth in range(1, MOST_NESTING):
        text = step * depth + "x[1] > 1" + ")" * depth
        statement = outcome(text)
        if isinstance(statement, LanguageError):
            assert statement.message == "nested deeper than 200 operators and brackets"
            break
        expression = statement.expression
        assert expression is not None
        assert isinstance(evaluate(expression, [2] * 8, N, P), bool)
        assert display(expression)
        assert expression == read(text).expression
    assert depth > 25


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "(" * 100_000 + "1" + ")" * 100_000,
        "(" * 10_000 + "x[1]" + ")" * 10_000 + ")",
        "[" * 100_000,
        "{" * 100_000 + "}" * 100_000,
        "not " * 20_000 + "true",
        "-" * 20_000 + "1",
        "f(" * 30_000,
        "a[b" * 10_000 + "]" * 10_000,
        "a" + "[b]" * 5_000 + " = x[1]",
        "f" + "(b)" * 5_000,
        "f" + ".b" * 5_000,
        "1" * 100_000 + " > x[1]",
        "x" * 100_000 + " > 1",
        "x[" + "1 + " * 5_000 + "1] > 1",
        "x[1] > 1 /\\ " * 5_000,
        "".join(random.Random(5).choices(string.printable, k=100_000)),
        "".join(random.Random(6).choices("x[]()123+-*/\\<>= ", k=100_000)),
        "\U0001d4b3" * 20_000 + " + 1",
    ],
    ids=lambda text: f"{text[:12]!r}",
)
def test_a_monstrous_text_ends_in_a_language_error(text: str) -> None:
    assert refusal(text)


@pytest.mark.parametrize("operator", ["*", "xor"])
def test_a_chain_of_five_thousand_terms_is_one_flat_node(operator: str) -> None:
    term, end = ("x[1]", " > 1") if operator in "+*" else ("x[1] > 1", "")
    expression = read(f"{term} {operator} " * 4_999 + term + end).expression
    assert expression is not None
    assert len(walk(expression)) <= 4 * 5_000 + 1
    assert evaluate(expression, [2] * 8, N, P) is (operator != "xor")


def test_a_chain_of_five_thousand_terms_prints_and_parses_back() -> None:
    expression = read("x[1] - " * 4_999 + "x[1] > 1").expression
    assert expression is not None
    assert read(display(expression)).expression == expression


# The three kinds


@pytest.mark.parametrize(
    "text",
    [
        "component_of(X, T_int)",
        "T_ext = Pipeline[Op]",
        "¬usable(System \\ T_ext)",
        "A = B ∧ B ∉ C",
        "uses(C_c, DGR) ∧ performs(C_c, {translate, plan})",
        "p = A → B → {C, D} → E",
        "measures(M, f(T_int)) → Ψ",
        "defines(M, T_int.layers)",
        "not usable(A) xor A ∈ {B}",
        "ψ",
        "A ∨ B ∧ ¬C ↔ D ≠ E || F && G",
        "größe(模型.層[甲])",
        "f()",
    ],
)
def test_a_claim_of_symbols_alone_is_informal(text: str) -> None:
    assert read(text) == Statement("informal", None)


@pytest.mark.parametrize(
    "text",
    [
        "true", "True", "1 <= 2", "N = 100", "2 in P", "x[1] > 1 \\/ true", "false -> x[1] = 0",
        "forall(i in 1..0)(x[i] > 1)", "count(i in 1..8 where i > 8)(x[i] = 0) = 0", "not exists(i in {})(x[i] = 0)",
        "forall(i in P)(i < N)", "-7 div 2 = -3",
    ],
)  # fmt: skip
def test_a_constantly_true_constraint_is_vacuous(text: str) -> None:
    assert read(text).kind == "vacuous"


@pytest.mark.parametrize(
    "text", ["false", "1 > 2", "N != 100", "x[1] > 1 /\\ false", "exists(i in P where i > 17)(x[1] >= 0)"]
)
def test_a_constantly_false_constraint_is_formal(text: str) -> None:
    assert read(text).kind == "formal"


def test_what_is_vacuous_depends_on_n_and_p() -> None:
    assert interpret("3 in P -> x[1] = 0", N, (3,)).kind == "formal"
    assert interpret("3 in P -> x[1] = 0", N, (2,)).kind == "vacuous"
    assert interpret("N >= 50", 49, ()).kind == "formal"
    assert interpret("N >= 50", 50, ()).kind == "vacuous"


@pytest.mark.parametrize(
    "text",
    [
        "sun(i in A)(b)", "Forall(i in A)(uses(i, B))", "uses(A)(B)",
        "y[1] = z", "a + b = c", "A < B", "A ≥ B", "-a", "a in b..c", "A = 1", "f(7)", "T_1[2] = A",
        "N = total", "usable(N)", "P = primes", "x = y", "x.layers = A", "abs(A) = B", "min(A, B) = C", "sum = A",
        "A ∧ true", "TRUE", "A = tRuE", "fAlse ∨ B", "A mod B = C", "f(a where b)", "{} = {}", "{}", "A = x",
    ],
)  # fmt: skip
def test_a_misspelt_formula_is_never_a_claim(text: str) -> None:
    assert refusal(text)


_TOKEN = re.compile(r"[^\W\d]\w*|\d+|<->|->|\\/|/\\|<=|>=|!=|\.\.|\S")
_NO_CLAIM = WORDS | {"+", "-", "*", "div", "mod", "..", "<", "<=", ">", ">="}


def _misspell(source: random.Random, word: str) -> str:
    at = source.randrange(len(word))
    letter = source.choice(string.ascii_letters + "_éλ")
    return source.choice(
        (
            word[:at] + word[at + 1 :] or letter,
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at] * 2 + word[at + 1 :],
            word.swapcase(),
            word + letter,
        )
    )


def test_a_formula_with_one_word_misspelt_is_never_a_claim_while_arithmetic_is_left() -> None:
    kinds: dict[str, int] = {"error": 0, "formal": 0, "vacuous": 0, "informal": 0}
    for seed in range(600):
        source = random.Random(seed)
        tokens = _TOKEN.findall(display(random_formula(source, source.randint(1, 3))))
        words = [k for k, token in enumerate(tokens) if token[0].isalpha() or token[0] == "_"]
        if not words:
            continue
        at = source.choice(words)
        tokens[at] = _misspell(source, tokens[at])
        text = " ".join(tokens)
        found = outcome(text)
        kind = "error" if isinstance(found, LanguageError) else found.kind
        kinds[kind] += 1
        left = [token for token in _TOKEN.findall(text) if token in _NO_CLAIM or token.isdigit()]
        assert kind != "informal" or not left, text
    assert kinds["error"] > 300
    assert kinds["formal"] > 3


# Round trips


@given(formulas(4))
@settings(max_examples=80)
def test_what_is_printed_parses_back_to_the_same_tree(expression: Expression) -> None:
    assert typed(display(expression)) == expression


def test_hundreds_of_formulas_print_and_parse_back_and_use_every_node() -> None:
    seen: set[type] = set()
    for seed in range(150):
        expression = random_formula(random.Random(seed), 4)
        seen.update(map(type, walk(expression)))
        assert typed(display(expression)) == expression
    assert seen == set(NODES)


def test_equality_of_trees_knows_no_place_in_the_text() -> None:
    assert typed("x[1]  +  2 = -3") == typed("x[1]+2=-3")
    assert typed("x[1]") == Coordinate(Integer(1))
    assert typed("--1") == Application("-", (Application("-", (Integer(1),)),))
    assert isinstance(typed("min(i in 1..2)(x[i])"), Quantified)


_CHARACTERS = "xNPijT_0123456789()[]{}<>=!&|+-*/\\%.,∧∨¬→↔∈∉≤≥≠ \n\t\u200b\udc80é"
_PIECES = [
    "x", "N", "P", "i", "(", ")", "(", ")", "[", "]", "{", "}", ",", ".", "..", "1", "2", "8", "9", "0", "=", "<=",
    "<", "+", "-",
    "*", "/", "\\", "in", "div", "mod", "xor", "not", "where", "true", "forall(", "exists(", "sum(", "count(",
    "min(", "max(",
    "abs(", "bool2int(", "i in 1..8)(", "x[1]", "x[i]", "A", "f(", "∉", "→", "¬",
]  # fmt: skip


@given(st.text(_CHARACTERS, max_size=60) | st.lists(st.sampled_from(_PIECES), max_size=25).map(" ".join))
@settings(max_examples=250)
def test_any_text_is_a_statement_or_a_language_error(text: str) -> None:
    found = outcome(text)
    if isinstance(found, LanguageError):
        assert all(character.isprintable() or character == "\n" for character in str(found))
    else:
        assert found.kind in ("formal", "vacuous", "informal")
