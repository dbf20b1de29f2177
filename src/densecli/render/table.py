"""The table in Keras' look: in colour on a terminal, plain and at full width elsewhere. Nothing is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from densecli.render.columns import plain, without_bar
from densecli.render.grid import FULL_WIDTH, Cell, Head, draw, grid, natural_width, sentences
from densecli.render.selection import cell_text
from densecli.render.totals import basis_note, notes, total_lines
from densecli.text import cell_width, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from densecli.render.columns import Column
    from densecli.render.selection import Line
    from densecli.report import Report

KERAS_TOTALS = 3  # of the sums: parameters in all, trainable, not trainable
STYLES = {"type": "color(33)", "shape": "color(34)", "number": "color(34)", "unknown": "color(45)"}  # those of Keras


def render(
    report: Report,
    lines: Sequence[Line],
    columns: Sequence[Column],
    *,
    width: int | None = None,
    color: bool = False,
    ascii_only: bool = False,
) -> str:
    """Title, table, totals and notes. `width` is the terminal's; numbers are never wrapped."""
    room = FULL_WIDTH if width is None else width
    return draw(parts(report, lines, columns, ascii_only=ascii_only, room=room), FULL_WIDTH, color)


def parts(
    report: Report,
    lines: Sequence[Line],
    columns: Sequence[Column],
    *,
    ascii_only: bool = False,
    room: int = FULL_WIDTH,
) -> list[Text | Table]:
    """What is drawn, from top to bottom."""
    below = [f" {label}: {text}" for label, text in total_lines(report)[:KERAS_TOTALS]]
    shown = {column.name.removesuffix("_share") for column in columns}
    table = layers_table(report, lines, columns, ascii_only=ascii_only, room=room)
    found = [f" {note}" for note in (*basis_note(report, shown), *notes(report, shown))]
    if ascii_only:
        below, found = [plain(line) for line in below], [plain(note[:2]) + note[2:] for note in found]
    return [title(report), table, sentences([*below, *found], room)]


def title(report: Report) -> Text:
    return Text(f'Model: "{safe(report.name)}"', style="bold")


def layers_table(
    report: Report, lines: Sequence[Line], columns: Sequence[Column], *, ascii_only: bool, room: int
) -> Table:
    """The rows; where they do not fit, shares do without their bars."""
    widths = [
        max([len(column.header), *(cell_width(safe(cell_text(line, column, report))) for line in lines)])
        for column in columns
    ]
    if natural_width(widths) > room:
        columns = [without_bar(column) for column in columns]
    heads = [Head(column.header, column.justify) for column in columns]
    rows = [[cell(column, line, report, ascii_only=ascii_only) for column in columns] for line in lines]
    return grid(heads, rows, room=room, ascii_only=ascii_only)


def cell(column: Column, line: Line, report: Report, *, ascii_only: bool = False) -> Cell:
    """One cell, its text escaped, its parts in Keras' colours."""
    shown = safe(cell_text(line, column, report))
    ours = (
        len(shown)
        if column.unit == "ratio" or line.times > 1
        else len(line.label)
        if column.name in ("layer", "name")
        else 0
    )
    text = Text(plain(shown[:ours]) + shown[ours:] if ascii_only else shown)
    if column.justify == "right":
        text.stylize(STYLES["number"])
    elif column.name == "layer":
        text.stylize(STYLES["type"], len(text) - len(safe(line.row.type)) - 1, len(text) - 1)
        return Cell(text, len(line.label) if line.level else 0)
    elif "shape" in column.name:
        text.highlight_regex(r"\d+", STYLES["shape"])
        text.highlight_regex(r"None|\?", STYLES["unknown"])
    return Cell(text)
