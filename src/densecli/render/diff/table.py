"""Differences as plain text, in columns as wide as their contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.diff.rows import rows, run_lines, summary, total_rows
from densecli.text import cell_width, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.check.compare.diff import Diff

WIDEST = 60  # cells that a column is filled up to: names of 20,000 letters exist, and every row would have as many


def render(diff: Diff) -> str:
    lines = [f"--- {safe(diff.before)}", f"+++ {safe(diff.after)}", ""]
    ran = [] if diff.run is None else ["", *(f"{safe(label)}: {safe(text)}" for label, text in run_lines(diff.run))]
    if diff.same:
        return "\n".join([*lines, summary(diff), *ran])
    head = ("", "Layer", "Type", "What", "Before", "After", "Change")
    listed = [row[1:] for row in rows(diff)]
    totals = [("Total", "Before", "After", "Change"), *total_rows(diff)]
    table = [*columns([head, *listed], right=(6,)), ""] if listed else []
    return "\n".join([*lines, *table, *columns(totals, right=(1, 2, 3)), "", summary(diff), *ran])


def columns(table: Sequence[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    """The cells side by side, two spaces apart; those that are longer than a column may be are whole all the same."""
    shown = [[safe(cell) for cell in row] for row in table]
    widths = [min(WIDEST, max(map(cell_width, column))) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = (_pad(cell, width, index in right) for index, (cell, width) in enumerate(zip(row, widths, strict=True)))
        yield "  ".join(cells).rstrip()


def _pad(cell: str, width: int, right: bool) -> str:
    space = " " * (width - cell_width(cell))
    return space + cell if right else cell + space
