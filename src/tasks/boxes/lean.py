"""A proof as Lean text, to stand behind a certificate: that no valid point is there, or that a claim holds at all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .formula import Both, Conjunction, Part, integer
from .linear import Forms, Linear
from .terms import Path, lean
from .tree import Infeasible, Refuted, Split, Tree


@dataclass(frozen=True)
class Definition:
    """A definition of the certificate that a proof uses, and what is known of it."""

    name: str
    conjunction: Conjunction


def used_paths(tree: Tree) -> Iterator[Path]:
    """Of the parts that a tree uses; where a path goes on within a part, with that."""
    waiting = [tree]
    while waiting:
        match waiting.pop():
            case Split(left=left, right=right):
                waiting += (left, right)
            case Refuted(path):
                yield path
            case Infeasible(cuts=cuts):
                yield from (path for path, _ in cuts)


def only(conjunction: Conjunction, paths: Sequence[Path]) -> Conjunction:
    """Without the parts to which none of the paths leads."""
    match conjunction:
        case Both(left, right):
            left = only(left, [path // 2 for path in paths if path % 2 == 0])
            right = only(right, [path // 2 for path in paths if path % 2])
            return Both(left, right) if left or right else None
        case _:
            return conjunction if paths else None


def used_forms(tree: Tree) -> Iterator[int]:
    waiting = [tree]
    while waiting:
        match waiting.pop():
            case Split(j=j, left=left, right=right):
                yield j
                waiting += (left, right)
            case Infeasible(bounds=bounds):
                yield from (j for j, _ in bounds)


def conjunction_text(conjunction: Conjunction) -> str:
    match conjunction:
        case Both(left, right):
            return f"(Parts.both {conjunction_text(left)} {conjunction_text(right)})"
        case Part(truth):
            return f"(Parts.one {lean(truth)})"
        case _:
            return "Parts.nothing"


def forms_text(forms: Forms) -> str:
    text = "List.nil"
    for form in reversed(forms.all):
        text = f"(List.cons {form_text(form)}\n  {text})"
    return text


def form_text(form: Linear) -> str:
    """A linear form; zeros at the end are left out."""
    if sum(map(abs, form)) == 1 and 1 in form:
        return f"(Linear.unit {form.index(1)})"
    text = "List.nil"
    for factor in reversed(form):
        if factor or text != "List.nil":
            text = f"(List.cons {'Int.one' if factor == 1 else integer(factor)} {text})"
    return text


def tree_text(tree: Tree) -> str:
    match tree:
        case Split(j, k, left, right):
            return f"(Tree.split {j} {integer(k)}\n{tree_text(left)}\n{tree_text(right)})"
        case Refuted(path):
            return f"(Tree.refuted {path})"
        case Infeasible(bounds, cuts):
            text = "Combination.nil"
            for path, factor in reversed(cuts):
                text = f"(Combination.cut {path} {factor} {text})"
            for j, factor in reversed(bounds):
                text = f"(Combination.bound {j} {integer(factor)} {text})"
            return f"(Tree.infeasible {text})"
