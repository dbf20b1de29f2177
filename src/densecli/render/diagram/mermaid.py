"""The diagram as a Mermaid flowchart, which GitHub, GitLab and many editors draw inside Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.languages.mermaid import Mermaid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.diagram.diagram import Box


def render(box: Box) -> Mermaid:
    """A flowchart with a subgraph for each nested model or folded block. Ids are n0, n1 and so on."""
    content = [Mermaid.put("  {}", line) for line in _content(box)]
    return Mermaid.put("{}\n", Mermaid.joined("\n", [Mermaid.put("flowchart TB"), *content]))


def _content(frame: Box) -> Iterator[Mermaid]:
    for box in frame.boxes:
        if box.boxes:
            label = Mermaid.quoted(" · ".join(part for part in (box.title, box.detail) if part))
            yield Mermaid.put("subgraph n{}[{}]", box.id, label)
            yield Mermaid.put("  direction TB")
            yield from (Mermaid.put("  {}", line) for line in _content(box))
            yield Mermaid.put("end")
        else:
            yield Mermaid.put("n{}[{}]", box.id, Mermaid.quoted(f"{box.type} {box.short_name}", box.detail))
    yield from (Mermaid.put("n{} --> n{}", edge.source, edge.target) for edge in frame.edges)
