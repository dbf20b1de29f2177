"""The table in Keras' look, drawn by Rich: in colour on a terminal, plain and at full width elsewhere. Nothing is cut."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from densecli.text import cell_width, plural, safe, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.columns import Column
    from densecli.report import Report, Row

FULL_WIDTH = 1_000_000  # cells: where nobody looks, a line is as long as it is
NARROWEST = 12  # cells that a column of names keeps on a narrow terminal before the table grows beyond it
STYLES = {"type": "color(33)", "shape": "color(34)", "number": "color(34)", "unknown": "color(45)"}  # those of Keras


def render(
    report: Report,
    columns: Sequence[Column],
    *,
    width: int | None = None,
    color: bool = False,
    ascii_only: bool = False,
) -> str:
    """Title, table, totals and notes. `width` is the terminal's; numbers are never wrapped."""
    table = layers_table(report, columns, ascii_only)
    room = FULL_WIDTH if width is None else max(width, needed_width(report, columns))
    parts = [title(report), table, totals(report), *map(Text, notes(report))]
    return draw(parts, room, color)


def draw(parts: Sequence[object], width: int, color: bool) -> str:
    """Rich's drawing of the parts as text, with escape codes only when asked for."""
    file = StringIO()
    console = Console(
        file=file, width=width, force_terminal=color, color_system="256" if color else None, no_color=not color, markup=False,
        emoji=False, highlight=False, legacy_windows=False, _environ={},
    )  # fmt: skip
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text))
    return "\n".join(line.rstrip() if not color else line for line in file.getvalue().split("\n"))


def title(report: Report) -> Text:
    return Text(f'Model: "{safe(report.name)}"', style="bold")


def layers_table(report: Report, columns: Sequence[Column], ascii_only: bool) -> Table:
    table = Table(box=box.ASCII_DOUBLE_HEAD if ascii_only else box.HEAVY_HEAD, header_style="bold")
    for column in columns:
        table.add_column(column.header, justify=column.justify, no_wrap=column.justify == "right", overflow="fold")
    for row in report.rows:
        table.add_row(*(cell(column, row, report) for column in columns))
    return table


def cell(column: Column, row: Row, report: Report) -> Text:
    """One cell, its text escaped, its parts in Keras' colours."""
    text = Text(safe(column.text(row, report)))
    if column.justify == "right":
        text.stylize(STYLES["number"])
    elif column.name == "layer":
        text.highlight_regex(r"\(([^()]*)\)$", style_prefix="")
        text.stylize(STYLES["type"], len(text) - len(row.type) - 1, len(text) - 1)
    elif "shape" in column.name:
        text.highlight_regex(r"\d+", STYLES["shape"])
        text.highlight_regex(r"None|\?", STYLES["unknown"])
    return text


def needed_width(report: Report, columns: Sequence[Column]) -> int:
    """The narrowest table in which every number stands whole."""
    return sum(3 + _needed(column, report) for column in columns) + 1


def _needed(column: Column, report: Report) -> int:
    if column.justify != "right":
        return NARROWEST
    return (
        max((cell_width(column.text(row, report)) for row in report.rows), default=0)
        if report.rows
        else len(column.header)
    )


def totals(report: Report) -> Text:
    """Keras' three lines."""
    found = report.totals
    least = "≥ " if found.lower_bound else ""
    lines = [
        f" Total params: {least}{found.params:,} ({size(found.weight_bytes)})",
        f" Trainable params: {least}{found.trainable_params:,} ({size(found.trainable_bytes)})",
        f" Non-trainable params: {found.non_trainable_params:,} ({size(found.weight_bytes - found.trainable_bytes)})",
    ]
    return Text("\n".join(lines))


def notes(report: Report) -> list[str]:
    """What the rows alone do not tell: shared weights, opaque layers."""
    found = []
    sharing = [row for row in report.rows if row.shares_weights_with]
    found += [
        f" {safe(row.name)} shares its weights with {safe(', '.join(row.shares_weights_with))}; they count once"
        for row in sharing
    ]
    opaque = [row for row in report.rows if row.opaque]
    if opaque:
        names = ", ".join(f"{row.name} ({row.type})" for row in opaque[:5])
        found.append(f" ≥: without {plural(len(opaque), 'layer')} that only code could describe, or that stand behind one: {safe(names)}")
    return found
