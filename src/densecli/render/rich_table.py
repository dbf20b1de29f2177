"""What Rich draws: tables whose cells wrap, and those of other reports; in colour on a terminal. Nothing is cut."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from densecli.render.table import below, spans, title, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.columns import Column
    from densecli.render.selection import Line
    from densecli.report import Report

FULL_WIDTH = 1_000_000  # cells: where nobody looks, a line is as long as it is


def render(
    report: Report, lines: Sequence[Line], columns: Sequence[Column], *, ascii_only: bool, room: int, color: bool
) -> str:
    """Title, table, totals and notes; rules keep wrapped rows apart."""
    pieces = parts(report, lines, columns, ascii_only=ascii_only)
    pieces[1].show_lines = True  # type: ignore[union-attr]
    return draw(pieces, room, color)


def parts(
    report: Report, lines: Sequence[Line], columns: Sequence[Column], *, ascii_only: bool = False
) -> list[Text | Table]:
    """What Rich draws, from top to bottom."""
    table = Table(box=box.ASCII_DOUBLE_HEAD if ascii_only else box.HEAVY_HEAD, header_style="bold")
    for column in columns:
        table.add_column(column.header, justify=column.justify, no_wrap=column.justify == "right", overflow="fold")
    for line in lines:
        table.add_row(*(cell(column, line, report) for column in columns))
    return [Text(title(report), style="bold"), table, Text(below(report, columns))]


def cell(column: Column, line: Line, report: Report) -> Text:
    """One cell, its text escaped, its parts in Keras' colours."""
    text = Text(words(column, line, report))
    for start, end, code in spans(text.plain, column, line):
        text.stylize(f"color({code})", start, end)
    return text


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
