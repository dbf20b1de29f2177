"""The diagram as a Mermaid flowchart, which GitHub, GitLab and many editors draw inside Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.diagram.diagram import kinds_in
from densecli.render.languages.mermaid import Mermaid
from densecli.render.palette.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.diagram.diagram import Box
    from densecli.render.palette.kinds import Kind


_FRAME = Mermaid.put(
    "fill:none,stroke:#{:06x}", LIGHT.wire
)  # readable on light and dark paper; Mermaid's own is yellow


def render(box: Box) -> Mermaid:
    """A flowchart with a subgraph for each nested model or folded block. Ids are n0, n1 and so on; a class is a kind of layer."""
    content = [Mermaid.put("  {}", line) for line in _content(box)]
    looks = [Mermaid.put("  {}", _look(kind)) for kind in kinds_in(box)]
    looks += [Mermaid.put("  style n{} {}", each.id, _FRAME) for each in _frames(box)]
    return Mermaid.put("{}\n", Mermaid.joined("\n", [Mermaid.put("flowchart TB"), *content, *looks]))


def _content(frame: Box) -> Iterator[Mermaid]:
    for box in frame.boxes:
        if box.boxes:
            label = Mermaid.quoted(" · ".join(part for part in (box.title, box.detail) if part))
            yield Mermaid.put("subgraph n{}[{}]", box.id, label)
            yield Mermaid.put("  direction TB")
            yield from (Mermaid.put("  {}", line) for line in _content(box))
            yield Mermaid.put("end")
        else:
            label, kind = Mermaid.quoted(f"{box.type} {box.short_name}", box.detail), Mermaid.word(box.kind.name)
            yield Mermaid.put("n{}[{}]:::{}", box.id, label, kind)
    yield from (Mermaid.put("n{} --> n{}", edge.source, edge.target) for edge in frame.edges)


def _frames(frame: Box) -> Iterator[Box]:
    for box in frame.boxes:
        if box.boxes:
            yield box
            yield from _frames(box)


def _look(kind: Kind) -> Mermaid:
    """The class of a kind; the text states its color too, because dark themes would make it white on a light box."""
    shade = LIGHT.shade(kind)
    colors = Mermaid.put("fill:#{:06x},stroke:#{:06x},color:#{:06x}", shade.fill, shade.edge, LIGHT.ink)
    return Mermaid.put("classDef {} {}", Mermaid.word(kind.name), colors)
