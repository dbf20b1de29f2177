"""The diagram in Graphviz' language. Ids are n0, n1, …; text from a spec appears only in labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.languages.dot import Dot
from densecli.render.palette.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.diagram.diagram import Box


def render(box: Box) -> Dot:
    """A digraph with a cluster for each nested model or folded block."""
    head = Dot.put("  label={}; labelloc=t; compound=true;", Dot.quoted(box.title))
    looks = Dot.put(
        '  graph [fontname="monospace", fontsize=11]; edge [color="#{:06x}"];\n'
        '  node [shape=box, style="rounded,filled", fontname="monospace", fontsize=11];',
        LIGHT.wire,
    )
    content = [Dot.put("  {}", line) for line in _content(box)]
    return Dot.put("digraph model {{\n{}\n}}\n", Dot.joined("\n", [head, looks, *content]))


def _content(frame: Box) -> Iterator[Dot]:
    for box in frame.boxes:
        if box.boxes:
            yield Dot.put("subgraph cluster_{} {{", box.id)
            colors = Dot.put('fillcolor="#{:06x}"; color="#{:06x}"', LIGHT.frame, LIGHT.wire)
            style = Dot.quoted("rounded,filled,dashed" if box.times > 1 else "rounded,filled")
            yield Dot.put("  label={}; style={}; {};", Dot.quoted(box.title, box.detail), style, colors)
            yield from (Dot.put("  {}", line) for line in _content(box))
            yield Dot.put("}}")
        else:
            label = Dot.quoted(f"{box.type} {box.short_name}", box.detail)
            tooltip, shade = Dot.quoted(box.name), LIGHT.shade(box.kind)
            look = Dot.put('fillcolor="#{:06x}", color="#{:06x}"', shade.fill, shade.edge)
            yield Dot.put("n{} [label={}, tooltip={}, {}];", box.id, label, tooltip, look)
    by_id = {box.id: box for box in frame.boxes}
    for edge in frame.edges:
        yield _edge(by_id[edge.source], by_id[edge.target])


def _edge(source: Box, target: Box) -> Dot:
    """Graphviz draws edges between layers only; at a cluster's border they are cut off."""
    ends = [Dot.put("ltail=cluster_{}", source.id)] if source.boxes else []
    ends += [Dot.put("lhead=cluster_{}", target.id)] if target.boxes else []
    options = Dot.put(" [{}]", Dot.joined(", ", ends)) if ends else Dot.put("")
    return Dot.put("n{} -> n{}{};", _leaf(source, -1).id, _leaf(target, 0).id, options)


def _leaf(box: Box, which: int) -> Box:
    """The first or last layer in a frame that is no frame itself."""
    while box.boxes:
        box = box.boxes[which]
    return box
