"""A reader of the Lean terms that modules are made of, written for tests from Lean's own precedences.

It shares nothing with the renderer, so it notices a bracket that is missing or an operator that is spelt wrong,
where no full Lean is at hand to compile the module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_TOKEN = re.compile(r"\s*(«[^»]*»|x\.x[1-8]|\d+|[A-Za-z_][\w']*|[()+*∧∨→↔¬≤≥<>=≠:-])")
_FUNCTIONS: Mapping[str, Callable[..., int]] = {
    "imin": min,
    "imax": max,
    "iabs": abs,
    "bool2int": int,
    "tdiv": lambda a, b: abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1),
    "tmod": lambda a, b: abs(a) % abs(b) * (1 if a >= 0 else -1),
}
_ARITY = {"imin": 2, "imax": 2, "iabs": 1, "bool2int": 1, "tdiv": 2, "tmod": 2}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "≤": lambda a, b: a <= b, "≥": lambda a, b: a >= b, "<": lambda a, b: a < b,
    ">": lambda a, b: a > b, "=": lambda a, b: a == b, "≠": lambda a, b: a != b,
}  # fmt: skip


def definitions(module: str) -> dict[str, str]:
    """The bodies of the module's definitions over a point, by name."""
    text = re.sub(r"/-.*?-/|--[^\n]*", "", module, flags=re.DOTALL)
    found = re.findall(
        r"^def («[^»]*»|\S+) \(x : Point\) : (?:Prop|Int) :=(.*?)(?=^\S)", text, re.MULTILINE | re.DOTALL
    )
    return dict(found)


def instances(module: str) -> dict[str, str]:
    """The bodies that the decidability instances repeat, by the name of the definition."""
    found = re.findall(
        r"^instance \(x : Point\) : Decidable \((«[^»]*»|\S+) x\) :=\n  inferInstanceAs \(Decidable \((.*?)\)\)\n\n",
        module, re.MULTILINE | re.DOTALL,
    )  # fmt: skip
    return dict(found)


def value(text: str, x: Sequence[int], defined: Mapping[str, str]) -> bool | int:
    """The value of a term at the point x (8 integers)."""
    reader = _Reader(text, x, defined)
    result: bool | int = reader.iff()
    assert reader.peek() == "", f"not read: {reader.tokens[reader.at :]}"
    return result


class _Reader:
    """Recursive descent by Lean's precedences: ↔ 20, → 25, ∨ 30, ∧ 35, ¬ 40, comparison 50, + - 65, * 70, - 75."""

    def __init__(self, text: str, x: Sequence[int], defined: Mapping[str, str]) -> None:
        self.tokens = _TOKEN.findall(text)
        assert "".join(self.tokens) == re.sub(r"\s", "", text) or "«" in text, text
        self.at = 0
        self.x, self.defined = x, defined

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        token = self.peek()
        assert token in (wanted or self.tokens), f"{token!r} where {wanted} is expected: {self.tokens}"
        self.at += 1
        return token

    def iff(self) -> Any:
        left = self.implies()
        if self.peek() == "↔":  # does not associate
            self.take()
            return left == self.implies()
        return left

    def implies(self) -> Any:
        left = self.either()
        if self.peek() == "→":  # to the right
            self.take()
            right = self.implies()
            return (not left) or right
        return left

    def either(self) -> Any:
        value = self.both()
        while self.peek() == "∨":
            self.take()
            right = self.both()
            value = value or right
        return value

    def both(self) -> Any:
        value = self.negated()
        while self.peek() == "∧":
            self.take()
            right = self.negated()
            value = value and right
        return value

    def negated(self) -> Any:
        if self.peek() == "¬":
            self.take()
            return not self.negated()
        return self.compared()

    def compared(self) -> Any:
        left = self.sum()
        if self.peek() in _COMPARE:
            operator = self.take()
            return _COMPARE[operator](left, self.sum())
        return left

    def sum(self) -> Any:
        value = self.product()
        while self.peek() in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self) -> Any:
        value = self.signed()
        while self.peek() == "*":
            self.take()
            value = value * self.signed()
        return value

    def signed(self) -> Any:
        if self.peek() == "-":
            self.take()
            return -self.signed()
        return self.applied()

    def applied(self) -> Any:
        token = self.peek()
        if token in _FUNCTIONS:
            self.take()
            return _FUNCTIONS[token](*(self.atom() for _ in range(_ARITY[token])))
        return self.atom()

    def atom(self) -> Any:
        token = self.take()
        if token == "(":
            inner = self.iff()
            if self.peek() == ":":
                self.take()
                self.take("Int")
            self.take(")")
            return inner
        if token.isdigit():
            return int(token)
        if token.startswith("x.x"):
            return self.x[int(token[3:]) - 1]
        if token in ("True", "False"):
            return token == "True"
        self.take("x")
        return value(self.defined[token], self.x, self.defined)
