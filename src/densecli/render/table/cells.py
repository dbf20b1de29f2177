"""What the table shows: the title, the text and colors of each cell, the sentences below; and whether it fits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.render.table.columns import plain, type_text
from densecli.render.table.selection import cell_text
from densecli.render.table.totals import basis_note, notes, total_lines
from densecli.text import cell_width, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.table.columns import Column
    from densecli.render.table.selection import Line
    from densecli.summary.report import Report

    Texts = Sequence[Sequence[str]]

KERAS_TOTALS = 3  # of the sums: total, trainable and non-trainable parameters
TYPE, KNOWN, UNKNOWN = 33, 34, 45  # Keras' colors, of a terminal's 256
_SIZES = re.compile(r"(\d+)|None|\?")


def title(report: Report) -> str:
    return f'{"Weights" if report.weights_only else "Model"}: "{safe(report.name)}"'


def below(report: Report, columns: Sequence[Column], left_out: Sequence[str], *, ascii_only: bool) -> list[str]:
    """What the rows leave out, the totals and the notes."""
    shown_totals = KERAS_TOTALS + (report.optimizer is not None)
    totals = [f" {label}: {text}" for label, text in total_lines(report)[:shown_totals]]
    shown = {column.name.removesuffix("_share") for column in columns}
    found = [f" {note}" for note in (*basis_note(report, shown), *notes(report, shown))]
    if ascii_only:
        totals, found = [plain(line) for line in totals], [plain(note[:2]) + note[2:] for note in found]
    return [*(f" {safe(note)}" for note in left_out), *totals, *found]


def words(column: Column, line: Line, report: Report) -> str:
    """The text of a cell, escaped."""
    return safe(cell_text(line, column, report))


def shown_text(column: Column, line: Line, report: Report, *, ascii_only: bool) -> str:
    """The text of a cell, with our own symbols (never those in a name) as the terminal can show them."""
    text = words(column, line, report)
    if not ascii_only:
        return text
    whole = column.unit == "ratio" or line.times > 1
    ours = len(text) if whole else len(line.label) if column.name in ("layer", "name") else 0
    return plain(text[:ours]) + text[ours:]


def spans(text: str, column: Column, line: Line) -> Iterator[tuple[int, int, int]]:
    """The colored parts of a cell: start, end, and which of the 256 colors."""
    if column.justify == "right":
        yield 0, len(text), KNOWN
    elif column.name == "layer":
        yield len(text) - len(type_text(line.row)) - 1, len(text) - 1, TYPE
    elif "shape" in column.name:
        for found in _SIZES.finditer(text):
            yield *found.span(), KNOWN if found[1] else UNKNOWN


def fits(texts: Texts, columns: Sequence[Column], room: int) -> bool:
    """Whether no cell has to wrap."""
    return sum(width + 3 for width in widths(texts, columns)) + 1 <= room


def widths(texts: Texts, columns: Sequence[Column]) -> list[int]:
    return [max(map(cell_width, each)) for each in zip([column.header for column in columns], *texts, strict=True)]
