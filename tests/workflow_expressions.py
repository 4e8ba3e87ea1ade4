"""GitHub's expressions, ${{ ... }}: what stands in our workflows of them. What is not known here is an error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import lark

GRAMMAR = r"""
?start: or
?or: and ("||" and)*
?and: equal ("&&" equal)*
?equal: order (EQUAL order)*
?order: not (ORDER not)*
?not: "!" not -> negation
    | postfix
?postfix: primary
    | postfix "." NAME -> member
    | postfix "[" or "]" -> index
?primary: NAME "(" [or ("," or)*] ")" -> call
    | NAME -> context
    | NUMBER -> number
    | STRING -> string
    | "(" or ")"
EQUAL: "==" | "!="
ORDER: "<=" | ">=" | "<" | ">"
NAME: /[A-Za-z_][A-Za-z0-9_-]*/
NUMBER: /-?[0-9]+(\.[0-9]+)?/
STRING: /'([^']|'')*'/
%ignore /[ \t\n]+/
"""
PARSER = lark.Lark(GRAMMAR, parser="earley", lexer="dynamic", maybe_placeholders=False)
STATUS = ("success", "failure", "always", "cancelled")
"""The functions that say when a step runs; without one, success() is meant."""

Functions = Mapping[str, Callable[..., Any]]


def truth(value: Any) -> bool:
    return value not in (None, False, 0, "")


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list)):
        raise ValueError(f"{value!r} is no text")
    return str(value)


def _number(value: Any) -> float:
    if isinstance(value, str):
        return float(value) if re.fullmatch(r"-?[0-9.]+", value) else 0.0 if value == "" else float("nan")
    return float(value or 0)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if type(left) is type(right):
        return bool(left == right)
    return _number(left) == _number(right)


def _contains(where: Any, what: Any) -> bool:
    if isinstance(where, list):
        return any(_same(item, what) for item in where)
    return as_text(what).lower() in as_text(where).lower()


COMMON: Functions = {
    "contains": _contains,
    "startsWith": lambda text, start: as_text(text).lower().startswith(as_text(start).lower()),
    "fromJSON": json.loads,
    "format": lambda text, *values: text.format(*map(as_text, values)),
}


def evaluate(text: str, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """The value of an expression. Raises KeyError for an unknown function or context; a missing member is None."""
    known = {**COMMON, **functions}

    def value(node: Any) -> Any:
        if isinstance(node, lark.Token):
            return str(node)
        given = node.children
        match node.data:
            case "or" | "and":
                result = None
                for child in given:
                    result = value(child)
                    if truth(result) == (node.data == "or"):
                        break
                return result
            case "equal":
                return _same(value(given[0]), value(given[2])) == (given[1] == "==")
            case "order":
                left, right = _number(value(given[0])), _number(value(given[2]))
                return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[str(given[1])]
            case "negation":
                return not truth(value(given[0]))
            case "member" | "index":
                return (value(given[0]) or {}).get(value(given[1]))
            case "context":
                return {"true": True, "false": False, "null": None}[given[0]] if given[0] in (
                    "true", "false", "null"
                ) else contexts[given[0]]  # fmt: skip
            case "call":
                return known[given[0]](*map(value, given[1:]))
            case "number":
                return float(given[0]) if "." in given[0] else int(given[0])
            case "string":
                return given[0][1:-1].replace("''", "'")
        raise ValueError(node.data)

    return value(PARSER.parse(text))


EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def filled(value: Any, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """value with its expressions evaluated: one that is nothing but an expression keeps its type."""
    if not isinstance(value, str):
        return value
    if whole := re.fullmatch(r"\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*", value, re.DOTALL):
        return evaluate(whole.group(1), contexts, functions)
    return EXPRESSION.sub(lambda found: as_text(evaluate(found.group(1), contexts, functions)), value)


def holds(condition: Any, contexts: Mapping[str, Any], functions: Functions) -> bool:
    """Whether an `if:` holds."""
    text = "success()" if condition is None else str(condition)
    if found := re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", text, re.DOTALL):
        text = found.group(1)
    if not re.search(rf"\b({'|'.join(STATUS)})\s*\(", text):
        text = f"success() && ({text})"
    return truth(evaluate(text, contexts, functions))
