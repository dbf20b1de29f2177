"""The diagram as SVG: no program, font or network needed; it follows the reader's light or dark setting."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.diagram.layout import Layout, Size, lay_out
from densecli.text import cell_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.diagram.diagram import Box

CELL = 7.3  # width of a letter at 12 px in the common monospaced fonts (0.55 to 0.61 em)
LINE = 17.0
PAD = 10.0
MARGIN = 12.0
TITLE = 24.0  # height of a frame's head
HUES = 8

# Colours are the page's where the page has them (see page.css), else these.
STYLE = """
.diagram { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --ink: #1c2430; --dim: #5b6675; --box: #ffffff; --line: #aeb8c4; --frame: #f2f4f7; --wire: #7d8896; }
.diagram text { fill: var(--ink); white-space: pre; }
.diagram .type { font-weight: 600; }
.diagram .dim { fill: var(--dim); }
.diagram .box { fill: var(--box); stroke: var(--line); }
.diagram .frame { fill: var(--frame); stroke: var(--line); stroke-dasharray: 4 3; }
.diagram .wire { fill: none; stroke: var(--wire); stroke-width: 1.3; }
.diagram .tip { fill: var(--wire); }
.diagram .h0 { fill: #4477c8; } .diagram .h1 { fill: #c8743f; } .diagram .h2 { fill: #3d9a6c; } .diagram .h3 { fill: #a457b8; }
.diagram .h4 { fill: #b8942f; } .diagram .h5 { fill: #3e98a8; } .diagram .h6 { fill: #c25472; } .diagram .h7 { fill: #7f8a98; }
@media (prefers-color-scheme: dark) {
  .diagram { --ink: #e6eaf0; --dim: #9aa7b6; --box: #1d2530; --line: #4a5666; --frame: #151b23; --wire: #8494a6; }
}
"""


def render(box: Box) -> str:
    """A whole SVG file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element(box, style=f"<style>{STYLE}</style>")}\n'


def element(box: Box, style: str = "") -> str:
    """The `<svg>` alone, for a page that brings the style itself."""
    drawn = _drawn(box)
    width, height = drawn.layout.size.width + 2 * MARGIN, drawn.layout.size.height + 2 * MARGIN
    parts = "\n".join(_frame_content(drawn, MARGIN, MARGIN, _hues(box)))
    label = escape(f"{box.type} {box.short_name}", quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" aria-label="{label}" width="{width:.0f}" '
        f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">{style}\n{parts}\n</svg>'
    )


class _Drawn(Record):
    """A box with the layout of what is in it."""

    box: Box
    size: Size
    layout: Layout
    inner: tuple[_Drawn, ...]


def _drawn(box: Box) -> _Drawn:
    inner = tuple(_drawn(each) for each in box.boxes)
    if not inner:
        return _Drawn(box, _leaf_size(box), Layout([], [], Size(0, 0)), ())
    index = {each.id: at for at, each in enumerate(box.boxes)}
    layout = lay_out([each.size for each in inner], [(index[edge.source], index[edge.target]) for edge in box.edges])
    head = cell_width(_head(box)) * CELL + 2 * PAD
    size = Size(max(layout.size.width + 2 * PAD, head), layout.size.height + TITLE + PAD)
    return _Drawn(box, size, layout, inner)


def _leaf_size(box: Box) -> Size:
    cells = max(cell_width(f"{box.type} {box.short_name}"), cell_width(box.detail))
    return Size(cells * CELL + 2 * PAD + 4, 2 * LINE + PAD)


def _head(box: Box) -> str:
    return " · ".join(part for part in (box.title, box.detail) if part)


def _hues(box: Box) -> dict[str, int]:
    """A colour for each family of layers, in the order in which they come."""
    hues: dict[str, int] = {}
    pending = [box]
    while pending:
        each = pending.pop()
        if not each.boxes:
            hues.setdefault(each.family, len(hues) % HUES)
        pending += reversed(each.boxes)
    return hues


def _frame_content(drawn: _Drawn, left: float, top: float, hues: dict[str, int]) -> Iterator[str]:
    for path in drawn.layout.paths:
        yield from _wire([(x + left, y + top) for x, y in path])
    for inner, (x, y) in zip(drawn.inner, drawn.layout.centres, strict=True):
        corner = (left + x - inner.size.width / 2, top + y - inner.size.height / 2)
        yield from _frame(inner, *corner, hues) if inner.inner else _leaf(inner, *corner, hues)


def _frame(drawn: _Drawn, left: float, top: float, hues: dict[str, int]) -> Iterator[str]:
    yield f"<g><title>{escape(drawn.box.name)}</title>{_rect('frame', left, top, drawn.size, 8)}"
    yield _text("dim", left + PAD, top + TITLE - 8, _head(drawn.box))
    indent = (drawn.size.width - drawn.layout.size.width) / 2
    yield from _frame_content(drawn, left + indent, top + TITLE, hues)
    yield "</g>"


def _leaf(drawn: _Drawn, left: float, top: float, hues: dict[str, int]) -> Iterator[str]:
    box = drawn.box
    yield f"<g><title>{escape(f'{box.name} ({box.type})')}</title>{_rect('box', left, top, drawn.size, 5)}"
    yield _rect(f"h{hues[box.family]}", left, top, Size(4, drawn.size.height), 2)
    x, y = left + PAD + 4, top + PAD / 2 + LINE - 4
    yield (
        f'<text x="{x:.1f}" y="{y:.1f}"><tspan class="type">{escape(box.type)}</tspan>'
        f'<tspan class="dim"> {escape(box.short_name)}</tspan></text>'
    )
    yield f"{_text('', x, y + LINE, box.detail)}</g>"


def _rect(name: str, left: float, top: float, size: Size, radius: int) -> str:
    return f'<rect class="{name}" x="{left:.1f}" y="{top:.1f}" width="{size.width:.1f}" height="{size.height:.1f}" rx="{radius}"/>'


def _text(name: str, x: float, y: float, text: str) -> str:
    kind = f' class="{name}"' if name else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _wire(points: list[tuple[float, float]]) -> Iterator[str]:
    """Curves between ranks, straight lines through them, and a tip."""
    tip_x, tip_y = points[-1]
    points = [*points[:-1], (tip_x, tip_y - 6)]
    path = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        straight = abs(x0 - x1) < 0.5
        path.append(
            f"L{x1:.1f} {y1:.1f}" if straight else f"C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}"
        )
    yield f'<path class="wire" d="{" ".join(path)}"/>'
    yield f'<path class="tip" d="M{tip_x:.1f} {tip_y:.1f}l-4 -7h8z"/>'
