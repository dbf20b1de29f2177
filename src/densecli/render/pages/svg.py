"""The diagram as SVG: no program, font or network needed; it follows the reader's light or dark setting."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.diagram.layout import Layout, Size, lay_out
from densecli.render.languages.xml import Xml
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


def render(box: Box) -> Xml:
    """A whole SVG file."""
    # Colors come from the page (page.css) if it defines them; else these apply.
    style = Xml.put("<style>{}</style>", Xml.asset("diagram.css"))
    return Xml.put('<?xml version="1.0" encoding="UTF-8"?>\n{}\n', element(box, style))


def element(box: Box, style: Xml = Xml.put("")) -> Xml:  # noqa: B008  # immutable
    """The `<svg>` alone, for a page that brings the style itself."""
    drawn = _drawn(box)
    width, height = drawn.layout.size.width + 2 * MARGIN, drawn.layout.size.height + 2 * MARGIN
    parts = Xml.joined("\n", _frame_content(drawn, MARGIN, MARGIN, _hues(box)))
    label = Xml.quoted(f"{box.type} {box.short_name}")
    return Xml.put(
        '<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" aria-label="{0}" width="{1:.0f}" '
        'height="{2:.0f}" viewBox="0 0 {1:.0f} {2:.0f}">{3}\n{4}\n</svg>',
        label, width, height, style, parts,
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
    return Size(cells * CELL + 2 * PAD + 4, 2 * LINE + PAD)


def _head(box: Box) -> str:
    return " · ".join(part for part in (box.title, box.detail) if part)


def _hues(box: Box) -> dict[str, int]:
    """A color for each family of layers, in the order in which they come."""
    hues: dict[str, int] = {}
    pending = [box]
    while pending:
        each = pending.pop()
        if not each.boxes:
            hues.setdefault(each.family, len(hues) % HUES)
        pending += reversed(each.boxes)
    return hues


def _frame_content(drawn: _Drawn, left: float, top: float, hues: dict[str, int]) -> Iterator[Xml]:
    for path in drawn.layout.paths:
        yield from _wire([(x + left, y + top) for x, y in path])
    for inner, (x, y) in zip(drawn.inner, drawn.layout.centres, strict=True):
        corner = (left + x - inner.size.width / 2, top + y - inner.size.height / 2)
        yield from _frame(inner, *corner, hues) if inner.inner else _leaf(inner, *corner, hues)


def _frame(drawn: _Drawn, left: float, top: float, hues: dict[str, int]) -> Iterator[Xml]:
    frame = _rect(Xml.put("frame"), (left, top), drawn.size, 8)
    yield Xml.put("<g><title>{}</title>{}", Xml.quoted(drawn.box.name), frame)
    yield _text(Xml.put(' class="dim"'), left + PAD, top + TITLE - 8, _head(drawn.box))
    indent = (drawn.size.width - drawn.layout.size.width) / 2
    yield from _frame_content(drawn, left + indent, top + TITLE, hues)
    yield Xml.put("</g>")


def _leaf(drawn: _Drawn, left: float, top: float, hues: dict[str, int]) -> Iterator[Xml]:
    box = drawn.box
    frame = _rect(Xml.put("box"), (left, top), drawn.size, 5)
    yield Xml.put("<g><title>{}</title>{}", Xml.quoted(f"{box.name} ({box.type})"), frame)
    yield _rect(Xml.put("h{}", hues[box.family]), (left, top), Size(4, drawn.size.height), 2)
    x, y = left + PAD + 4, top + PAD / 2 + LINE - 4
    yield Xml.put(
        '<text x="{:.1f}" y="{:.1f}"><tspan class="type">{}</tspan><tspan class="dim"> {}</tspan></text>',
        x, y, Xml.quoted(box.type), Xml.quoted(box.short_name),
    )  # fmt: skip
    yield Xml.put("{}</g>", _text(Xml.put(""), x, y + LINE, box.detail))


def _rect(name: Xml, corner: tuple[float, float], size: Size, radius: int) -> Xml:
    shape = Xml.put('x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{}"', *corner, *size, radius)
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
