"""A task graph as a picture in layers: as SVG, for Graphviz, and for Mermaid."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

HEIGHT = 40
_AHEAD, _BESIDE, _AROUND = 40, 14, 12
"""Space between layers, between the nodes of one, and around a picture that stands alone."""


@dataclass(frozen=True)
class Node:
    """needs: names of others; text: the second line."""

    name: str
    needs: tuple[str, ...] = ()
    text: str = ""
    kind: Literal["task", "tool"] = "task"


@dataclass(frozen=True)
class Place:
    """The upper left corner of a node."""

    node: Node
    x: float
    y: float


@dataclass(frozen=True)
class Diagram:
    """places: where each node lies, all of one size; arrows: paths of SVG."""

    width: float
    height: float
    node_width: float
    places: tuple[Place, ...]
    arrows: tuple[str, ...]


def reduced(nodes: Sequence[Node]) -> dict[str, tuple[str, ...]]:
    """What each node needs, less what one of the others that it needs has needed already; order is kept."""
    known = {node.name for node in nodes}
    needs = {node.name: tuple(need for need in node.needs if need in known) for node in nodes}
    above: dict[str, frozenset[str]] = {}
    for name in _ordered(needs):
        above[name] = frozenset(needs[name]).union(*(above[need] for need in needs[name]))
    return {
        name: tuple(need for need in found if not any(need in above[other] for other in found))
        for name, found in needs.items()
    }


def _ordered(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """The names so that each stands behind what it needs. Raises ValueError for a circle."""
    from graphlib import CycleError, TopologicalSorter

    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise ValueError(f"not a task graph: {error}") from None


def layers(needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The names in layers: each behind all that it needs, and as near as can be to what needs it."""
    order = _ordered(needs)
    depth = dict.fromkeys(order, 0)
    for name in order:
        depth[name] = max((depth[need] + 1 for need in needs[name]), default=0)
    users: dict[str, list[str]] = {name: [] for name in order}
    for name in order:
        for need in needs[name]:
            users[need].append(name)
    for name in reversed(order):
        if not needs[name] and users[name]:
            depth[name] = min(depth[user] for user in users[name]) - 1
    found: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in needs:  # in the order in which they were given
        found[depth[name]].append(name)
    return found


def layout(nodes: Sequence[Node], width: float = 112, down: bool = False) -> Diagram:
    """Places the nodes, each width wide, in layers from left to right, or from the top down.

    Within a layer they are in the order of what they need, which crosses few arrows.
    """
    needs = reduced(nodes)
    columns = layers(needs)
    tallest = max(map(len, columns), default=0)
    row: dict[str, float] = {}
    for column in columns:
        wanted = {
            name: sum(row[need] for need in needs[name]) / len(needs[name]) if needs[name] else float(at)
            for at, name in enumerate(column)
        }
        column.sort(key=lambda name: wanted[name])
        middle = sum(wanted.values()) / len(wanted) if any(needs[name] for name in column) else (tallest - 1) / 2
        top = min(max(middle - (len(column) - 1) / 2, 0), tallest - len(column))
        row |= {name: top + at for at, name in enumerate(column)}
    ahead, beside = (HEIGHT + _AHEAD * 0.6, width + _BESIDE) if down else (width + _AHEAD, HEIGHT + _BESIDE)
    places = {}
    for at, column in enumerate(columns):
        for name in column:
            x, y = (row[name] * beside, at * ahead) if down else (at * ahead, row[name] * beside)
            places[name] = (1 + x, 1 + y)
    arrows = tuple(_arrow(*places[need], *places[name], width, down) for name in needs for need in needs[name])
    return Diagram(
        max((x for x, _ in places.values()), default=0) + width + 1,
        max((y for _, y in places.values()), default=0) + HEIGHT + 1,
        width,
        tuple(Place(node, *places[node.name]) for node in nodes),
        arrows,
    )


def _arrow(x: float, y: float, to_x: float, to_y: float, width: float, down: bool) -> str:
    """A curve from the end of one node to the begin of another; at its own end there is room for the head."""
    if down:
        x, y, to_x, to_y = x + width / 2, y + HEIGHT, to_x + width / 2, to_y - 5
        bend = (to_y - y) / 2
        return f"M{x:g} {y:g}C{x:g} {y + bend:g} {to_x:g} {to_y - bend:g} {to_x:g} {to_y:g}"
    x, y, to_x, to_y = x + width, y + HEIGHT / 2, to_x - 5, to_y + HEIGHT / 2
    bend = (to_x - x) / 2
    return f"M{x:g} {y:g}C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}"


def dot(nodes: Sequence[Node]) -> str:
    """For Graphviz. What another arrow implies has none."""
    lines = ["digraph duality {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    for node in nodes:
        label = json.dumps("\n".join(filter(None, (node.name, node.text))), ensure_ascii=False)
        shape = ", shape=ellipse" if node.kind == "tool" else ""
        lines.append(f"  {_quoted(node.name)} [label={label}{shape}];")
    lines += [f"  {_quoted(need)} -> {_quoted(name)};" for name, found in reduced(nodes).items() for need in found]
    return "\n".join([*lines, "}"]) + "\n"


def mermaid(nodes: Sequence[Node]) -> str:
    """For Mermaid, which GitHub shows. What another arrow implies has none."""
    number = {node.name: f"n{at}" for at, node in enumerate(nodes)}
    lines = ["flowchart LR"]
    for node in nodes:
        text = "<br>".join(escape(part) for part in (node.name, node.text) if part)
        text = text.replace("#", "#35;")
        shape = '(["{}"])' if node.kind == "tool" else '["{}"]'
        lines.append(f"  {number[node.name]}{shape.format(text)}")
    lines += [f"  {number[need]} --> {number[name]}" for name, found in reduced(nodes).items() for need in found]
    return "\n".join(lines) + "\n"


_STYLE = (
    "text{font:13px system-ui,sans-serif;text-anchor:middle;fill:#1c1c1a}.s{font-size:11px;fill:#5c5b57}"
    "rect{fill:#fff;stroke:#8a8983}.tool{stroke-dasharray:3 3}path{fill:none;stroke:#8a8983}"
    "marker path{fill:#8a8983;stroke:none}svg{background:#fff}"
)


def svg(nodes: Sequence[Node]) -> str:
    """A picture of its own."""
    wide = max((max(7.5 * len(node.name), 6.5 * len(node.text)) for node in nodes), default=0)
    found = layout(nodes, max(112, round(wide) + 16))
    around, width, height = _AROUND, found.width + 2 * _AROUND, found.height + 2 * _AROUND
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" role="img" '
        f'viewBox="{-around} {-around} {width:g} {height:g}" aria-label="Task graph">',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="end" viewBox="0 0 6 6" refX="1" refY="3" markerWidth="6" markerHeight="6" orient="auto">'
        '<path d="M0 0L6 3L0 6z"/></marker></defs>',
        *(f'<path d="{arrow}" marker-end="url(#end)"/>' for arrow in found.arrows),
    ]
    for place in found.places:
        node, x, y = place.node, place.x + found.node_width / 2, place.y + HEIGHT / 2
        lines += [
            f'<rect class="{escape(node.kind)}" x="{place.x:g}" y="{place.y:g}" width="{found.node_width:g}" '
            f'height="{HEIGHT}" rx="4"/>',
            f'<text x="{x:g}" y="{y + (-2 if node.text else 4):g}">{escape(node.name)}</text>',
        ]
        if node.text:
            lines.append(f'<text class="s" x="{x:g}" y="{y + 13:g}">{escape(node.text)}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
