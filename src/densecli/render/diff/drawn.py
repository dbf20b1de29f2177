"""Differences as a table for a terminal: as wide as it is, in colour if it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from densecli.render.diff.rows import rows, summary, total_rows
from densecli.render.diff.table import WIDEST, shorten
from densecli.render.rich_table import FULL_WIDTH, draw
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from densecli.check.diff import Diff

STYLES = {"added": "green", "removed": "red", "moved": "cyan", "changed": "yellow"}
HEAD = ("", "Layer", "Type", "What", "Before", "After", "Change")
TOTALS = ("Total", "Before", "After", "Change")


def render(diff: Diff, *, width: int | None = None, color: bool = False) -> str:
    pieces: list[Text | Table] = [
        Text(f"--- {safe(diff.before)}", style="red"),
        Text(f"+++ {safe(diff.after)}", style="green"),
        Text(),
    ]
    for table in () if diff.same else _tables(diff):
        pieces += [table, Text()]
    return draw([*pieces, Text(summary(diff), style="bold")], width or FULL_WIDTH, color)


def _tables(diff: Diff) -> Iterator[Table]:
    listed = [(row[1:], STYLES[row.kind]) for row in rows(diff)]
    if listed:
        yield _table(HEAD, listed, right=(6,))
    totals = [(row, "" if row.before == row.after else "bold") for row in total_rows(diff)]
    yield _table(TOTALS, totals, right=(1, 2, 3))


def _table(head: Sequence[str], listed: Iterable[tuple[Sequence[str], str]], right: Sequence[int]) -> Table:
    table = Table(box=None, show_edge=False, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for index, title in enumerate(head):
        number = index in right
        table.add_column(title, justify="right" if number else "left", no_wrap=number or not title, overflow="fold")
    for cells, style in listed:
        table.add_row(*(Text(shorten(safe(cell), WIDEST)) for cell in cells), style=style)
    return table
