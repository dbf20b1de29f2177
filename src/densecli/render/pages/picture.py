"""The table as an SVG image for a README: its lines are drawn, so they have no gaps; it follows the reader's light or dark setting."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.languages.xml import Xml
from densecli.render.pages.svg import CELL
from densecli.render.table.cells import KNOWN, TYPE, UNKNOWN, below, shown_text, spans, title, widths
from densecli.render.table.columns import BAR_WIDTH, without_bar
from densecli.text import cell_width, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.table.columns import Column
    from densecli.render.table.selection import Line, Shown

ROW, PAD, MARGIN = 20.0, 8.0, 16.0
BASELINE = 14.0  # of a text in its row
BAR = BAR_WIDTH * CELL  # the longest bar of a share
CLASSES = {TYPE: Xml.put("type"), KNOWN: Xml.put("known"), UNKNOWN: Xml.put("unknown")}
EMPTY = Xml.put("")


class Section(Record):
    """A model's part of the picture."""

    width: float
    height: float
    content: Xml


def render(models: Sequence[Shown]) -> Xml:
    """The tables of all models one below the other; several under the names of their sources."""
    sections = [_section(model, headed=len(models) > 1) for model in models]
    tops = [*accumulate((section.height + MARGIN for section in sections), initial=MARGIN)]
    width, height = max(section.width for section in sections) + 2 * MARGIN, tops[-1]
    name = Xml.put("{:,} models", len(models)) if len(models) > 1 else Xml.quoted(title(models[0].report))
    placed = [
        Xml.put('<g transform="translate({:.1f} {:.1f})">\n{}\n</g>', MARGIN, top, section.content)
        for top, section in zip(tops, sections, strict=False)
    ]
    return Xml.put(
        '<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" class="table" role="img" aria-label="{0}" '
        'width="{1:.0f}" height="{2:.0f}" viewBox="0 0 {1:.0f} {2:.0f}"><title>{0}</title>\n<style>{3}</style>\n{4}\n{5}\n</svg>\n',
        name, width, height, Xml.asset("table.css"), _rect("page", 0.5, 0.5, width - 1, height - 1), Xml.joined("\n", placed),
    )  # fmt: skip


def _section(model: Shown, *, headed: bool) -> Section:
    """Source, title, table, totals and notes."""
    head = [_text("dim", 0, BASELINE, f"{safe(model.report.source)}:")] if headed else []
    head.append(_text("title", 0, len(head) * ROW + BASELINE, title(model.report)))
    top = len(head) * ROW
    width, table = _table(model, top)
    sentences = [text.strip() for text in below(model.report, model.columns, model.left_out, ascii_only=False)]
    foot = top + (len(model.lines) + 1) * ROW + PAD
    ends = [_text(None, 0, foot + at * ROW + BASELINE, text) for at, text in enumerate(sentences)]
    words = [*sentences, title(model.report), *([safe(model.report.source)] if headed else [])]
    widest = max(cell_width(text) * CELL for text in words)
    return Section(max(width, widest), foot + len(sentences) * ROW, Xml.joined("\n", [*head, *table, *ends]))


def _table(model: Shown, top: float) -> tuple[float, list[Xml]]:
    """The width of the table, and the table at this height."""
    plain = [without_bar(column) for column in model.columns]
    texts = [[shown_text(column, line, model.report, ascii_only=False) for column in plain] for line in model.lines]
    bars = [BAR + PAD if column.unit == "ratio" else 0 for column in plain]
    rooms = [cells * CELL + bar + 2 * PAD for cells, bar in zip(widths(texts, plain), bars, strict=True)]
    edges = [*accumulate(rooms, initial=0.0)]
    rows = [_head(plain, edges, bars, top)]
    for at, (line, row) in enumerate(zip(model.lines, texts, strict=True), 1):
        rows.append(
            Xml.joined("", _row(model, line, zip(plain, row, edges[:-1], rooms, bars, strict=True), top + at * ROW))
        )
    height = (len(texts) + 1) * ROW
    below_head = Xml.put("M0 {:.1f}h{:.1f}", top + ROW, edges[-1])
    between = [Xml.put("M{:.1f} {:.1f}v{:.1f}", edge, top, height) for edge in edges[1:-1]]
    frame = Xml.put("M0 {0:.1f}h{1:.1f}v{2:.1f}h-{1:.1f}z", top, edges[-1], height)
    rules = Xml.put('<path class="rule" d="{}"/>', Xml.joined(" ", [frame, below_head, *between]))
    return edges[-1], [_rect("head", 0, top, edges[-1], ROW), rules, *rows]


def _head(columns: Sequence[Column], edges: Sequence[float], bars: Sequence[float], top: float) -> Xml:
    cells = []
    for column, left, right, bar in zip(columns, edges, edges[1:], bars, strict=False):
        end = column.justify == "right" and not bar
        cells.append(
            _text("th end" if end else "th", right - PAD if end else left + PAD, top + BASELINE, column.header)
        )
    return Xml.joined("", cells)


def _row(
    model: Shown, line: Line, cells: Iterator[tuple[Column, str, float, float, float]], top: float
) -> Iterator[Xml]:
    for column, text, left, room, bar in cells:
        end = column.justify == "right"
        x = left + (room - bar - PAD if end else PAD)
        words = Xml.joined("", _colored(text, column, line))
        anchor = Xml.put(' class="end"') if end else EMPTY
        yield Xml.put('<text{} x="{:.1f}" y="{:.1f}">{}</text>', anchor, x, top + BASELINE, words)
        share = column.value(line.row, model.report) if bar else None
        if isinstance(share, float) and share > 0:
            yield _rect("bar", left + room - bar, top + 5, BAR * min(share, 1), ROW - 10)


def _colored(text: str, column: Column, line: Line) -> Iterator[Xml]:
    """The parts of a cell, those in color as spans."""
    at = 0
    for start, end, code in spans(text, column, line):
        yield Xml.quoted(text[at:start])
        yield Xml.put('<tspan class="{}">{}</tspan>', CLASSES[code], Xml.quoted(text[start:end]))
        at = end
    yield Xml.quoted(text[at:])


def _text(name: str | None, x: float, y: float, text: str) -> Xml:
    attribute = EMPTY if name is None else Xml.put(' class="{}"', Xml.quoted(name))
    return Xml.put('<text{} x="{:.1f}" y="{:.1f}">{}</text>', attribute, x, y, Xml.quoted(text))


def _rect(name: str, x: float, y: float, width: float, height: float) -> Xml:
    shape = Xml.put('x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"', x, y, width, height)
    return Xml.put('<rect class="{}" {}/>', Xml.quoted(name), shape)
