"""The table in Keras' style: in color on a terminal, plain and at full width elsewhere. Nothing is cut off.

Rich draws tables that have to wrap. A table that fits is drawn here, to the same characters: importing Rich takes longer than
all the rest of a summary, and for a model of 800 layers its drawing takes three times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.table.cells import below, fits, shown_text, spans, title, widths
from densecli.text import cell_width, styled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.table.columns import Column
    from densecli.render.table.selection import Line
    from densecli.summary.report import Report

    Texts = Sequence[Sequence[str]]

# Left, rule, cross and right of the lines above the head, below it, and at the end; the bars of the head and of the rows.
HEAVY = ("┏━┳┓", "┡━╇┩", "└─┴┘", "┃", "│")
ASCII = ("+-++", "+=++", "+-++", "|", "|")


def render(  # noqa: PLR0913  # the parts of a Shown, and how they look
    report: Report,
    lines: Sequence[Line],
    columns: Sequence[Column],
    left_out: Sequence[str] = (),
    *,
    width: int | None = None,
    color: bool = False,
    ascii_only: bool = False,
) -> str:
    """Title, table, totals and notes. `width` is the terminal's; numbers are never wrapped."""
    texts = [[shown_text(column, line, report, ascii_only=ascii_only) for column in columns] for line in lines]
    sentences = below(report, columns, left_out, ascii_only=ascii_only)
    if width is not None and not (fits(texts, columns, width) and max(map(cell_width, sentences)) <= width):
        from densecli.render.table import rich_table  # noqa: PLC0415  # 60 ms that only narrow terminals pay

        return rich_table.render(report, lines, columns, left_out, room=width, color=color, ascii_only=ascii_only)
    rows = _drawn(texts, lines, columns, ASCII if ascii_only else HEAVY, color)
    return "\n".join([styled(title(report), "1", color), *rows, *sentences, ""])


# -- a table that fits ----------------------------------------------------------------
def _drawn(
    texts: Texts, lines: Sequence[Line], columns: Sequence[Column], box: tuple[str, str, str, str, str], color: bool
) -> Iterator[str]:
    above, head, end, bar, side = box
    room = widths(texts, columns)
    space = styled(" ", "1", color)
    headers = (_padded(column.header, column, width) for column, width in zip(columns, room, strict=True))
    yield _rule(above, room)
    yield bar + bar.join(f"{space}{styled(header, '1', color)}{space}" for header in headers) + bar
    yield _rule(head, room)
    for line, row in zip(lines, texts, strict=True):
        cells = [_padded(text, column, width) for text, column, width in zip(row, columns, room, strict=True)]
        if color:
            cells = [_colored(cell, column, line) for cell, column in zip(cells, columns, strict=True)]
        yield f"{side} " + f" {side} ".join(cells) + f" {side}"
    yield _rule(end, room)


def _rule(box: str, widths: Sequence[int]) -> str:
    """A line of a box: its left end, dash, crossing and right end."""
    return box[0] + box[2].join(box[1] * (width + 2) for width in widths) + box[3]


def _padded(text: str, column: Column, width: int) -> str:
    blanks = " " * (width - cell_width(text))
    return blanks + text if column.justify == "right" else text + blanks


def _colored(cell: str, column: Column, line: Line) -> str:
    """A cell padded with blanks, its parts in color."""
    text = cell.strip(" ")
    made, at = "", 0
    for start, end, code in spans(text, column, line):
        made += text[at:start] + styled(text[start:end], f"38;5;{code}", color=True)
        at = end
    return cell.replace(text, made + text[at:], 1)
