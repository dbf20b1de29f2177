"""The diagram as SVG: no program, font or network needed; it follows the reader's light or dark setting."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.diagram.diagram import kinds_in
from densecli.render.diagram.layout import Layout, Size, lay_out
from densecli.render.languages.xml import Xml
from densecli.render.palette.css import kind_rules
from densecli.render.palette.css import style as in_theme
from densecli.render.palette.kinds import KINDS
from densecli.text import cell_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from densecli.render.diagram.diagram import Box
    from densecli.render.palette.kinds import Kind
    from densecli.render.palette.theme import Theme

CELL = 7.3  # width of a letter at 12 px in the common monospaced fonts (0.55 to 0.61 em)
LINE = 17.0
PAD = 10.0
MARGIN = 12.0
TITLE = 24.0  # height of a frame's head
_FONT = Xml.put(
    """.diagram {{ font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }}
.diagram text {{ white-space: pre; }}
.diagram .type {{ font-weight: 600; }}
.diagram .frame {{ stroke-dasharray: 4 3; }}
.diagram .wire {{ fill: none; stroke-width: 1.3; }}"""
)


def render(box: Box) -> Xml:
    """A whole SVG file."""
    looks = Xml.put("<style>{}</style>", style(kinds_in(box)))
    return Xml.put('<?xml version="1.0" encoding="UTF-8"?>\n{}\n', element(box, looks))


def style(kinds: Iterable[Kind] = KINDS) -> Xml:
    """The style of diagrams with layers of some kinds."""
    return Xml.put("{}\n{}", _FONT, in_theme(lambda theme: _rules(theme, kinds)))


def _rules(theme: Theme, kinds: Iterable[Kind]) -> Xml:
    colors = (theme.ink, theme.dim, theme.frame, theme.line, theme.wire)
    neutral = Xml.put(
        """.diagram text {{ fill: #{0:06x}; }}
.diagram .dim {{ fill: #{1:06x}; }}
.diagram .frame {{ fill: #{2:06x}; stroke: #{3:06x}; }}
.diagram .wire {{ stroke: #{4:06x}; }}
.diagram .tip {{ fill: #{4:06x}; }}""",
        *colors,
    )
    return Xml.put("{}\n{}", neutral, kind_rules(theme, kinds))


def element(box: Box, looks: Xml = Xml.put("")) -> Xml:  # noqa: B008  # immutable
    """The `<svg>` alone, for a page that brings the style itself."""
    drawn = _drawn(box)
    width, height = drawn.layout.size.width + 2 * MARGIN, drawn.layout.size.height + 2 * MARGIN
    parts = Xml.joined("\n", _frame_content(drawn, MARGIN, MARGIN))
    label = Xml.quoted(f"{box.type} {box.short_name}")
    return Xml.put(
        '<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" aria-label="{0}" width="{1:.0f}" '
        'height="{2:.0f}" viewBox="0 0 {1:.0f} {2:.0f}">{3}\n{4}\n</svg>',
        label, width, height, looks, parts,
    )  # fmt: skip


class _Drawn(Record):
    """A box with the layout of its contents."""

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
    return Size(cells * CELL + 2 * PAD, 2 * LINE + PAD)


def _head(box: Box) -> str:
    return " · ".join(part for part in (box.title, box.detail) if part)


def _frame_content(drawn: _Drawn, left: float, top: float) -> Iterator[Xml]:
    for path in drawn.layout.paths:
        yield from _wire([(x + left, y + top) for x, y in path])
    for inner, (x, y) in zip(drawn.inner, drawn.layout.centres, strict=True):
        corner = (left + x - inner.size.width / 2, top + y - inner.size.height / 2)
        yield from _frame(inner, *corner) if inner.inner else _leaf(inner, *corner)


def _frame(drawn: _Drawn, left: float, top: float) -> Iterator[Xml]:
    frame = _rect(Xml.put("frame"), (left, top), drawn.size, 8)
    yield Xml.put("<g><title>{}</title>{}", Xml.quoted(drawn.box.name), frame)
    yield _text(Xml.put(' class="dim"'), left + PAD, top + TITLE - 8, _head(drawn.box))
    indent = (drawn.size.width - drawn.layout.size.width) / 2
    yield from _frame_content(drawn, left + indent, top + TITLE)
    yield Xml.put("</g>")


def _leaf(drawn: _Drawn, left: float, top: float) -> Iterator[Xml]:
    box = drawn.box
    frame = _rect(Xml.put("box k-{}", Xml.quoted(box.kind.name)), (left, top), drawn.size, 5)
    yield Xml.put("<g><title>{}</title>{}", Xml.quoted(f"{box.name} ({box.type})"), frame)
    x, y = left + PAD, top + PAD / 2 + LINE - 4
    yield Xml.put(
        '<text x="{:.1f}" y="{:.1f}"><tspan class="type">{}</tspan> {}</text>',
        x, y, Xml.quoted(box.type), Xml.quoted(box.short_name),
    )  # fmt: skip
    yield Xml.put("{}</g>", _text(Xml.put(""), x, y + LINE, box.detail))


def _rect(name: Xml, corner: tuple[float, float], size: Size, radius: int) -> Xml:
    shape = Xml.put(
        'x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{}"', *corner, size.width, size.height, radius
    )
    return Xml.put('<rect class="{}" {}/>', name, shape)


def _text(attributes: Xml, x: float, y: float, text: str) -> Xml:
    return Xml.put('<text{} x="{:.1f}" y="{:.1f}">{}</text>', attributes, x, y, Xml.quoted(text))


def _wire(points: list[tuple[float, float]]) -> Iterator[Xml]:
    """Curves between ranks, straight lines through them, and a tip."""
    tip_x, tip_y = points[-1]
    points = [*points[:-1], (tip_x, tip_y - 6)]
    path = [Xml.put("M{:.1f} {:.1f}", *points[0])]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        line = Xml.put("L{:.1f} {:.1f}", x1, y1)
        curve = Xml.put("C{0:.1f} {1:.1f} {2:.1f} {1:.1f} {2:.1f} {3:.1f}", x0, middle, x1, y1)
        path.append(line if abs(x0 - x1) < 0.5 else curve)
    yield Xml.put('<path class="wire" d="{}"/>', Xml.joined(" ", path))
    yield Xml.put('<path class="tip" d="M{:.1f} {:.1f}l-4 -7h8z"/>', tip_x, tip_y)
