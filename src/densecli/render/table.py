"""The table in Keras' look: in colour on a terminal, plain and at full width elsewhere. Nothing is cut.

Rich draws what has to wrap. A table that fits is drawn here, to the same characters: for a model of 800 layers Rich takes
three times as long as all the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.render.selection import cell_text
from densecli.render.totals import notes, total_lines
from densecli.text import cell_width, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.columns import Column
    from densecli.render.selection import Line
    from densecli.report import Report

KERAS_TOTALS = 3  # of the sums: parameters in all, trainable, not trainable
NARROWEST = 12  # cells that a column of names keeps on a narrow terminal before the table grows beyond it
TYPE, KNOWN, UNKNOWN = 33, 34, 45  # Keras' colours, of a terminal's 256
# Left, rule, cross and right of the lines above the head, below it, and at the end; the bars of the head and of the rows.
HEAVY = ("┏━┳┓", "┡━╇┩", "└─┴┘", "┃", "│")
PLAIN = ("+-++", "+=++", "+-++", "|", "|")
_SIZES = re.compile(r"(\d+)|None|\?")


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
    grid = [[words(column, line, report) for column in columns] for line in lines]
    widths = [max(map(cell_width, each)) for each in zip(*([column.header for column in columns], *grid), strict=True)]
    if width is not None and sum(widths) + 3 * len(widths) + 1 > width:
        from densecli.render import rich_table  # noqa: PLC0415  # 60 ms that only narrow terminals pay

        room = max(width, needed_width(widths, columns))
        return rich_table.render(report, lines, columns, ascii_only=ascii_only, room=room, color=color)
    rows = [*_table(grid, lines, columns, widths, PLAIN if ascii_only else HEAVY, color), below(report, columns)]
    return "\n".join([_styled(title(report), "1", color), *rows, ""])


def title(report: Report) -> str:
    return f'Model: "{safe(report.name)}"'


def below(report: Report, columns: Sequence[Column]) -> str:
    """The totals and the notes."""
    totals = [f" {label}: {text}" for label, text in total_lines(report)[:KERAS_TOTALS]]
    shown = {column.name.removesuffix("_share") for column in columns}
    return "\n".join([*totals, *(f" {note}" for note in notes(report, shown))])


def words(column: Column, line: Line, report: Report) -> str:
    """The text of a cell, escaped."""
    return safe(cell_text(line, column, report))


def spans(text: str, column: Column, line: Line) -> Iterator[tuple[int, int, int]]:
    """The coloured parts of a cell: start, end, and which of the 256 colours."""
    if column.justify == "right":
        yield 0, len(text), KNOWN
    elif column.name == "layer":
        yield len(text) - len(safe(line.row.type)) - 1, len(text) - 1, TYPE
    elif "shape" in column.name:
        for found in _SIZES.finditer(text):
            yield *found.span(), KNOWN if found[1] else UNKNOWN


def needed_width(widths: Sequence[int], columns: Sequence[Column]) -> int:
    """The narrowest table in which every number stands whole."""
    numbers = (column.justify == "right" for column in columns)
    return (
        sum(3 + (width if whole else min(width, NARROWEST)) for width, whole in zip(widths, numbers, strict=True)) + 1
    )


# -- a table that fits ----------------------------------------------------------------
def _table(
    grid: Sequence[Sequence[str]],
    lines: Sequence[Line],
    columns: Sequence[Column],
    widths: Sequence[int],
    box: tuple[str, str, str, str, str],
    color: bool,
) -> Iterator[str]:
    above, head, end, bar, side = box
    yield _rule(above, widths)
    space = _styled(" ", "1", color)
    headers = (_padded(column.header, column, width) for column, width in zip(columns, widths, strict=True))
    yield bar + bar.join(f"{space}{_styled(header, '1', color)}{space}" for header in headers) + bar
    yield _rule(head, widths)
    for line, texts in zip(lines, grid, strict=True):
        cells = [_padded(text, column, width) for text, column, width in zip(texts, columns, widths, strict=True)]
        if color:
            cells = [_painted(cell, column, line) for cell, column in zip(cells, columns, strict=True)]
        yield f"{side} " + f" {side} ".join(cells) + f" {side}"
    yield _rule(end, widths)


def _rule(box: str, widths: Sequence[int]) -> str:
    """A line of a box: its left end, dash, crossing and right end."""
    return box[0] + box[2].join(box[1] * (width + 2) for width in widths) + box[3]


def _padded(text: str, column: Column, width: int) -> str:
    blanks = " " * (width - cell_width(text))
    return blanks + text if column.justify == "right" else text + blanks


def _painted(cell: str, column: Column, line: Line) -> str:
    """A cell with the blanks that fill it, its parts in colour."""
    text = cell.strip(" ")
    painted, at = "", 0
    for start, end, code in spans(text, column, line):
        painted += text[at:start] + _styled(text[start:end], f"38;5;{code}", True)
        at = end
    return cell.replace(text, painted + text[at:], 1)


def _styled(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text
