"""The summary's table as drawn by Rich, for narrow terminals and images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from densecli.render.table.cells import below, fits, shown_text, spans, title, words
from densecli.render.table.columns import without_bar
from densecli.render.table.grid import FULL_WIDTH, Cell, Head, draw, grids, sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from densecli.render.table.columns import Column
    from densecli.render.table.selection import Line
    from densecli.summary.report import Report


def render(  # noqa: PLR0913  # the parts of a Shown, and how they look
    report: Report,
    lines: Sequence[Line],
    columns: Sequence[Column],
    left_out: Sequence[str],
    *,
    room: int,
    color: bool,
    ascii_only: bool,
) -> str:
    """Title, table, totals and notes in `room` cells; numbers are never broken."""
    return draw(parts(report, lines, columns, left_out, ascii_only=ascii_only, room=room), FULL_WIDTH, color)


def parts(
    report: Report,
    lines: Sequence[Line],
    columns: Sequence[Column],
    left_out: Sequence[str] = (),
    *,
    ascii_only: bool = False,
    room: int = FULL_WIDTH,
) -> list[Text | Table]:
    """The parts, from top to bottom. If the rows do not fit, shares lose their bars."""
    if not fits([[words(column, line, report) for column in columns] for line in lines], columns, room):
        columns = [without_bar(column) for column in columns]
    heads = [Head(column.header, column.justify) for column in columns]
    rows = [[cell(column, line, report, ascii_only=ascii_only) for column in columns] for line in lines]
    tables = grids(heads, rows, room=room, ascii_only=ascii_only)
    return [
        Text(title(report), style="bold"),
        *tables,
        sentences(below(report, columns, left_out, ascii_only=ascii_only), room),
    ]


def cell(column: Column, line: Line, report: Report, *, ascii_only: bool = False) -> Cell:
    """One cell, its text escaped, its parts in Keras' colors."""
    text = Text(shown_text(column, line, report, ascii_only=ascii_only))
    for start, end, code in spans(text.plain, column, line):
        text.stylize(f"color({code})", start, end)
    return Cell(text, len(line.label) if column.name == "layer" and line.level else 0)
