"""The table in Keras' look, drawn by Rich: in colour on a terminal, plain and at full width elsewhere. Nothing is cut."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from densecli.render.selection import cell_text
from densecli.render.totals import basis_note, notes, total_lines
from densecli.text import cell_width, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.columns import Column
    from densecli.render.selection import Line
    from densecli.report import Report

FULL_WIDTH = 1_000_000  # cells: where nobody looks, a line is as long as it is
KERAS_TOTALS = 3  # of the sums: parameters in all, trainable, not trainable
NARROWEST = 12  # cells that a column of names keeps on a narrow terminal before the table grows beyond it
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
    room = FULL_WIDTH if width is None else max(width, needed_width(report, lines, columns))
    return draw(parts(report, lines, columns, ascii_only=ascii_only, room=room), room, color)


def parts(
    report: Report,
    lines: Sequence[Line],
    columns: Sequence[Column],
    *,
    ascii_only: bool = False,
    room: int = FULL_WIDTH,
) -> list[Text | Table]:
    """What Rich draws, from top to bottom."""
    table = layers_table(report, lines, columns, ascii_only)
    table.show_lines = natural_width(report, lines, columns) > room  # rules keep wrapped rows apart
    below = [f" {label}: {text}" for label, text in total_lines(report)[:KERAS_TOTALS]]
    shown = {column.name.removesuffix("_share") for column in columns}
    below += [f" {note}" for note in (*basis_note(report, shown), *notes(report, shown))]
    return [title(report), table, Text("\n".join(below))]


def draw(pieces: Sequence[Text | Table], width: int, color: bool) -> str:
    """Rich's drawing of the parts as text, with escape codes only when asked for."""
    file = StringIO()
    console = Console(
        file=file, width=width, force_terminal=color, color_system="256" if color else None, no_color=not color, markup=False,
        emoji=False, highlight=False, legacy_windows=False, _environ={},
    )  # fmt: skip
    for piece in pieces:
        console.print(piece, soft_wrap=isinstance(piece, Text))
    return "\n".join(line.rstrip() if not color else line for line in file.getvalue().split("\n"))


def title(report: Report) -> Text:
    return Text(f'Model: "{safe(report.name)}"', style="bold")


def layers_table(report: Report, lines: Sequence[Line], columns: Sequence[Column], ascii_only: bool) -> Table:
    table = Table(box=box.ASCII_DOUBLE_HEAD if ascii_only else box.HEAVY_HEAD, header_style="bold")
    for column in columns:
        table.add_column(column.header, justify=column.justify, no_wrap=column.justify == "right", overflow="fold")
    for line in lines:
        table.add_row(*(cell(column, line, report) for column in columns))
    return table


def cell(column: Column, line: Line, report: Report) -> Text:
    """One cell, its text escaped, its parts in Keras' colours."""
    text = Text(safe(cell_text(line, column, report)))
    if column.justify == "right":
        text.stylize(STYLES["number"])
    elif column.name == "layer":
        text.stylize(STYLES["type"], len(text) - len(safe(line.row.type)) - 1, len(text) - 1)
    elif "shape" in column.name:
        text.highlight_regex(r"\d+", STYLES["shape"])
        text.highlight_regex(r"None|\?", STYLES["unknown"])
    return text


def natural_width(report: Report, lines: Sequence[Line], columns: Sequence[Column]) -> int:
    """The width at which no cell wraps."""
    return sum(3 + _widest(column, lines, report) for column in columns) + 1


def needed_width(report: Report, lines: Sequence[Line], columns: Sequence[Column]) -> int:
    """The narrowest table in which every number stands whole."""
    each = (_widest(column, lines, report) for column in columns)
    numbers = (column.justify == "right" for column in columns)
    return sum(3 + (width if whole else min(width, NARROWEST)) for width, whole in zip(each, numbers, strict=True)) + 1


def _widest(column: Column, lines: Sequence[Line], report: Report) -> int:
    widths = [cell_width(safe(cell_text(line, column, report))) for line in lines]
    return max([cell_width(column.header), *widths])
