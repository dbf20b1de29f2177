"""A table for a terminal, drawn by Rich: numbers stay whole; words share the remaining width and break at good places."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from densecli.records import Record
from densecli.render.table.wrapping import line_starts, lines, longest_piece, longest_shape, longest_word, shared_out
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


def grids(
    heads: Sequence[Head],
    rows: Sequence[Sequence[Cell]],
    *,
    room: int = FULL_WIDTH,
    ascii_only: bool = False,
    keys: int = 1,
) -> list[Table]:
    """The table, up to `room` wide. Columns that do not fit beside the others go into more tables, each with the first `keys` columns.

    It is wider only if a number needs more.
    """
    columns = [[Cell(Text(head.title)), *(row[index] for row in rows)] for index, head in enumerate(heads)]
    wishes = [_wishes(column, head, room) for head, column in zip(heads, columns, strict=True)]
    return [
        _grid([heads[index] for index in block], [columns[index] for index in block], widths, ascii_only)
        for block in _blocks(wishes, room, keys)
        for widths in [shared_out(room - natural_width([0] * len(block)), [wishes[index] for index in block])]
    ]


def _blocks(wishes: Sequence[Sequence[int]], room: int, keys: int) -> list[list[int]]:
    """The columns of each table: all, or as many as fit with their words whole."""
    first = [*range(min(keys, len(wishes)))]
    least = [wish[-1] if index in first else wish[1] for index, wish in enumerate(wishes)]
    if natural_width([wish[-1] for wish in wishes]) <= room:
        return [[*range(len(wishes))]]
    blocks = [first]
    for index in range(len(first), len(wishes)):
        if len(blocks[-1]) > len(first) and natural_width([least[each] for each in (*blocks[-1], index)]) > room:
            blocks.append(first)
        blocks[-1] = [*blocks[-1], index]
    return blocks


def _grid(heads: Sequence[Head], columns: Sequence[Sequence[Cell]], widths: Sequence[int], ascii_only: bool) -> Table:
    table = Table(box=box.ASCII_DOUBLE_HEAD if ascii_only else box.HEAVY_HEAD, header_style="bold")
    texts = [[broken(cell, width) for cell in column] for column, width in zip(columns, widths, strict=True)]
    for head, (title, *_), width in zip(heads, texts, widths, strict=True):
        table.add_column(title, justify=head.justify, no_wrap=True, overflow="crop", min_width=width)
    rows = [*zip(*(cells for _, *cells in texts), strict=True)]
    table.show_lines = 2 * sum(any("\n" in text.plain for text in row) for row in rows) > len(rows)
    for row in rows:
        table.add_row(*row)
    return table


def natural_width(widths: Sequence[int]) -> int:
    """The width in cells of a table with columns this wide."""
    return sum(widths) + BORDER * len(widths) + 1


def _wishes(column: Sequence[Cell], head: Head, room: int) -> list[int]:
    """Widths for all text on one line, for whole words, and for words broken at their seams.

    Numbers stay whole, and so do shapes that fit beside another column.
    """
    natural = max(cell_width(cell.text.plain) for cell in column)
    if head.justify == "right":
        return [natural] * 3
    words = max(cell.indent + longest_word(cell.text.plain) for cell in column)
    pieces = max(cell.indent + longest_piece(cell.text.plain) for cell in column)
    shapes = max(cell.indent + longest_shape(cell.text.plain) for cell in column)
    least = max(NARROWEST, shapes if natural_width([NARROWEST, shapes]) <= room else 0)
    word = min(natural, max(least, min(words, WORD)))
    return [natural, word, min(word, max(least, min(pieces, PIECE)))]


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
