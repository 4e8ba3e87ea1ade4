"""Forms, terms and trees as Lean text, in the words of Bounds.lean."""

from __future__ import annotations

from .formula import Both, Conjunction, Part, integer
from .linear import Forms, Linear
from .terms import lean
from .tree import Infeasible, Refuted, Split, Tree


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
