"""The diagram in Graphviz' language. Ids are n0, n1, …; what a spec says stands in quoted labels only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.diagram.diagram import leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.diagram.diagram import Box


def render(box: Box) -> str:
    """A digraph with a cluster for each nested model or folded block."""
    lines = [
        "digraph model {",
        f"  label={_quoted([box.title])}; labelloc=t; compound=true;",
        '  node [shape=box, style=rounded, fontname="monospace", fontsize=11];',
        *(f"  {line}" for line in _content(box)),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _content(frame: Box) -> Iterator[str]:
    for box in frame.boxes:
        if box.boxes:
            yield f"subgraph cluster_{box.id} {{"
            yield f"  label={_quoted([box.title, box.detail])}; style=dashed;"
            yield from (f"  {line}" for line in _content(box))
            yield "}"
        else:
            yield f"n{box.id} [label={_quoted([f'{box.type} {box.short_name}', box.detail])}, tooltip={_quoted([box.name])}];"
    by_id = {box.id: box for box in frame.boxes}
    for edge in frame.edges:
        yield _edge(by_id[edge.source], by_id[edge.target])


def _edge(source: Box, target: Box) -> str:
    """Graphviz draws edges between layers only; at a cluster's border they are cut off."""
    ends = {}
    if source.boxes:
        ends["ltail"] = f"cluster_{source.id}"
    if target.boxes:
        ends["lhead"] = f"cluster_{target.id}"
    options = f" [{', '.join(f'{key}={value}' for key, value in ends.items())}]" if ends else ""
    last = source if not source.boxes else list(leaves(source))[-1]
    first = target if not target.boxes else next(leaves(target))
    return f"n{last.id} -> n{first.id}{options};"


def _quoted(lines: list[str]) -> str:
    r"""A label: `\`, `"` and the `&` of entities lose their meaning, `\n` parts the lines."""
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines if line)
    return '"' + "\\n".join(escaped) + '"'
