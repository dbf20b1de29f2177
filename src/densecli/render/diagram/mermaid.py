"""The diagram as a Mermaid flowchart, which GitHub, GitLab and many editors draw inside Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.diagram.diagram import Box

_HARMLESS = re.compile(r"[^A-Za-z0-9 _.,()·×…]")  # everything else becomes an entity


def render(box: Box) -> str:
    """A flowchart with a subgraph for each nested model or folded block. Ids are n0, n1 and so on."""
    return "\n".join(["flowchart TB", *(f"  {line}" for line in _content(box))]) + "\n"


def _content(frame: Box) -> Iterator[str]:
    for box in frame.boxes:
        if box.boxes:
            yield f"subgraph n{box.id}[{_label(' · '.join(part for part in (box.title, box.detail) if part))}]"
            yield "  direction TB"
            yield from (f"  {line}" for line in _content(box))
            yield "end"
        else:
            yield f"n{box.id}[{_label(f'{box.type} {box.short_name}', box.detail)}]"
    yield from (f"n{edge.source} --> n{edge.target}" for edge in frame.edges)


def _label(*lines: str) -> str:
    """Quoted text; Mermaid writes a character as `#`, its number and `;`."""
    return '"' + "<br/>".join(_HARMLESS.sub(_entity, line) for line in lines if line) + '"'


def _entity(found: re.Match[str]) -> str:
    char = found.group()
    return char if ord(char) > 127 else f"#{ord(char)};"
