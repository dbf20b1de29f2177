"""A table for a terminal, drawn by Rich: numbers stay whole; words share the remaining width and break at good places."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from densecli.records import Record
from densecli.render.table.wrapping import line_starts, lines, longest_piece, longest_word, shared_out
from densecli.text import cell_width

if TYPE_CHECKING:
    from collections.abc import Sequence

FULL_WIDTH = 1_000_000  # cells: off a terminal, lines may have any length
NARROWEST = 12  # cells that a column of words keeps on a narrow terminal before the table grows beyond it
WORD, PIECE = 40, 16  # cells that a single word may claim, and a piece of one
BORDER = 3  # cells of a column besides its text


class Head(Record):
    """A column: its title, and whether its cells are numbers, which are never broken."""

    title: str
    justify: Literal["left", "right", "center"] = "left"


class Cell(Record):
    """The contents of a cell; lines after the first are indented."""

    text: Text
    indent: int = 0


def grid(
    heads: Sequence[Head], rows: Sequence[Sequence[Cell]], *, room: int = FULL_WIDTH, ascii_only: bool = False
) -> Table:
    """The table, up to `room` wide; wider only if the numbers alone need more."""
    table = Table(box=box.ASCII_DOUBLE_HEAD if ascii_only else box.HEAVY_HEAD, header_style="bold")
    columns = [[Cell(Text(head.title)), *(row[index] for row in rows)] for index, head in enumerate(heads)]
    natural = [_widest(column) for column in columns]
    narrow = natural_width(natural) > room
    widths = _widths(heads, columns, natural, room) if narrow else natural
    table.show_lines = narrow  # rules keep broken rows apart
    for head, width in zip(heads, widths, strict=True):
        title = broken(Cell(Text(head.title)), width)
        table.add_column(title, justify=head.justify, no_wrap=True, overflow="crop", min_width=width)
    for row in rows:
        table.add_row(*(broken(cell, width) for cell, width in zip(row, widths, strict=True)))
    return table


def natural_width(widths: Sequence[int]) -> int:
    """The width in cells of a table with columns this wide."""
    return sum(widths) + BORDER * len(widths) + 1


def _widest(column: Sequence[Cell]) -> int:
    return max(cell_width(cell.text.plain) for cell in column)


def _widths(heads: Sequence[Head], columns: Sequence[Sequence[Cell]], natural: Sequence[int], room: int) -> list[int]:
    wishes = [
        [wide] * 3 if head.justify == "right" else _wishes(column, wide)
        for head, column, wide in zip(heads, columns, natural, strict=True)
    ]
    return shared_out(room - natural_width([0] * len(heads)), wishes)


def _wishes(column: Sequence[Cell], natural: int) -> list[int]:
    """Widths for all text on one line, for whole words, and for words broken at their seams."""
    words = max(cell.indent + longest_word(cell.text.plain) for cell in column)
    pieces = max(cell.indent + longest_piece(cell.text.plain) for cell in column)
    word = min(natural, max(NARROWEST, min(words, WORD)))
    return [natural, word, min(word, max(NARROWEST, min(pieces, PIECE)))]


def broken(cell: Cell, width: int) -> Text:
    """The cell's text with line ends in it, its colors kept."""
    starts = line_starts(cell.text.plain, width, cell.indent) if cell_width(cell.text.plain) > width else []
    if not starts:
        return cell.text
    first, *others = cell.text.divide(starts)
    for part in (first, *others):
        part.rstrip()
    indent = Text(" " * cell.indent)
    return Text("\n").join([first, *(indent + part for part in others)])


def sentences(texts: Sequence[str], room: int) -> Text:
    """The sentences below a table, each on its own lines, wrapped between words."""
    return Text("\n".join(line for text in texts for line in lines(text, room, 3)))


def draw(pieces: Sequence[Text | Table], width: int, color: bool) -> str:
    """Rich's drawing of the pieces as text, with escape codes only when asked for."""
    file = StringIO()
    console = Console(
        file=file, width=width, force_terminal=color, color_system="256" if color else None, no_color=not color, markup=False,
        emoji=False, highlight=False, legacy_windows=False, _environ={},
    )  # fmt: skip
    for piece in pieces:
        console.print(piece, soft_wrap=isinstance(piece, Text))
    return "\n".join(line.rstrip() if not color else line for line in file.getvalue().split("\n"))
