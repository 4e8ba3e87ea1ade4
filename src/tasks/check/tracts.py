"""How far the two tracts of a chunk can be apart, over all points that its model allows."""

from __future__ import annotations

from typing import Literal

from ..render.model_reader import UNIT_SUM, read_model
from .call import Tool
from .flatzinc import ask
from .minizinc import Answer, solve, without_comments

# The tracts are variables of their own, bounded by what they share, and the search decides them first: without that
# the solver enumerates points to prove an optimum (measured: over 30 s instead of 0.06 s for x without constraints).
_TRACTS = """
var 0..{most}: t_int;
var 0..{most}: t_ext;
constraint x[1] + x[2] + x[3] + x[4] = t_int;
constraint x[5] + x[6] + x[7] + x[8] = {t_ext};
array[1..2] of var 0..{most}: balance;
constraint balance[1] = abs(t_int - {t_ext});
constraint balance[2] = t_int;
"""
_GOALS = {
    "least": ("indomain_split", "minimize"),
    "most": ("indomain_reverse_split", "maximize"),
}


def with_tracts(text: str) -> str:
    """A model, or what stands before its solve item, with the tracts t_int and t_ext as variables; balance[1] is how
    far they are apart, and balance[2] is t_int.
    """
    if f'" {UNIT_SUM};\n' in text:
        tracts = _TRACTS.format(most="N", t_ext="(N - t_int)").replace("var 0..N: t_ext;\n", "")
    else:
        tracts = _TRACTS.format(most="(4 * N)", t_ext="t_ext")
    return f"{text}\n{tracts}"


def solve_with_tracts(model: str, tool: Tool, goal: str = "") -> Answer:
    """What a model asks for, or that goal, of one flattening for all goals. For a tool that flattens once.

    Lines keep their numbers. Raises CheckFailed as read_model, and as minizinc.solve.
    """
    read_model(model)  # nothing in it can swallow what follows
    return ask(with_tracts(without_comments(model)), tool, goal)


def imbalance(model: str, end: Literal["least", "most"], tool: Tool) -> Answer:
    """A point where |T_int - T_ext|, which is balance[1], is the least or the most of all points that the model's
    constraints allow.
    """
    value_choice, direction = _GOALS[end]
    goal = (  # in MiniZinc and in FlatZinc
        f"solve :: seq_search([int_search(balance, input_order, {value_choice}, complete), "
        f"int_search(x, first_fail, indomain_split, complete)]) {direction} balance[1];"
    )
    if tool.flattens_once:
        return solve_with_tracts(model, tool, goal)
    return solve(f"{with_tracts(read_model(model).body())}{goal}\n", tool)
