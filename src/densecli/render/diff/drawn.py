"""Differences for a terminal, optionally in color: a table if it fits, else each layer with its changes below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from densecli.render.diff.rows import rows, run_lines, summary, total_rows
from densecli.render.table.grid import FULL_WIDTH, draw
from densecli.render.table.wrapping import lines
from densecli.text import cell_width, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from densecli.check.compare.diff import Diff
    from densecli.render.diff.rows import DiffRow, TotalRow

STYLES = {"added": "green", "removed": "red", "moved": "cyan", "changed": "yellow"}
HEAD = ("", "Layer", "Type", "What", "Before", "After", "Change")
TOTALS = ("Total", "Before", "After", "Change")
NARROWEST = 40  # minimum width in cells assumed for a terminal


def render(diff: Diff, *, width: int | None = None, color: bool = False) -> str:
    pieces: list[Text | Table] = [
        Text(f"--- {safe(diff.before)}", style="red"),
        Text(f"+++ {safe(diff.after)}", style="green"),
        Text(),
    ]
    for part in () if diff.same else _parts(diff, width or FULL_WIDTH):
        pieces += [part, Text()]
    room = width or FULL_WIDTH
    pieces += [Text(line, style="bold") for line in lines(summary(diff), room, 2)]
    if diff.run is not None:
        style = "green" if diff.run.equal else "red"
        texts = (f"{safe(label)}: {safe(text)}" for label, text in run_lines(diff.run))
        pieces += [Text(), *(Text(line, style=style) for text in texts for line in lines(text, room, 2))]
    return draw(pieces, FULL_WIDTH, color)


def _parts(diff: Diff, width: int) -> Iterator[Text | Table]:
    listed = list(rows(diff))
    if listed and _natural_width(HEAD, (row[1:] for row in listed)) <= width:
        yield _table(HEAD, [(row[1:], STYLES[row.kind]) for row in listed], right=(6,))
    elif listed:
        yield _stacked(listed, max(width, NARROWEST))
    totals = [*total_rows(diff)]
    if _natural_width(TOTALS, totals) <= width:
        yield _table(TOTALS, [(row, _weight(row)) for row in totals], right=(1, 2, 3))
    else:
        yield _listed(totals, max(width, NARROWEST))


def _natural_width(head: Sequence[str], listed: Iterable[Sequence[str]]) -> int:
    columns = zip(head, *listed, strict=True)
    return sum(2 + max(cell_width(safe(cell)) for cell in column) for column in columns) - 2


def _weight(total: TotalRow) -> str:
    return "" if total.before == total.after else "bold"


def _table(head: Sequence[str], listed: Iterable[tuple[Sequence[str], str]], right: Sequence[int]) -> Table:
    table = Table(box=None, show_edge=False, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for index, title in enumerate(head):
        table.add_column(title, justify="right" if index in right else "left", no_wrap=True)
    for cells, style in listed:
        table.add_row(*(Text(safe(cell)) for cell in cells), style=style)
    return table


# -- if the table does not fit -----------------------------------------------------------
def _stacked(listed: Sequence[DiffRow], width: int) -> Text:
    """A line for each layer, below it one for each change: what, before -> after (step)."""
    wide = max(cell_width(row.what) for row in listed)
    text, above = Text(), ""
    for row in listed:
        head = row.mark if row.layer != above else ""  # changes of inputs and outputs repeat theirs
        for line in _lines(row._replace(mark=head), wide, width):
            text.append(f"{line}\n", style=STYLES[row.kind])
        above = row.layer or above
    text.rstrip()
    return text


def _listed(totals: Sequence[TotalRow], width: int) -> Text:
    """A line for each total: before -> after, and the step."""
    wide, text = max(len(total.title) for total in totals), Text("Total\n", style="bold")
    for total in totals:
        change = f" -> {total.after}  {total.delta}" if total.delta else ""
        for line in lines(f"{total.title:<{wide}}  {total.before}{change}", width, min(wide + 2, width // 2)):
            text.append(f"{line}\n", style=_weight(total))
    text.rstrip()
    return text


def _lines(row: DiffRow, wide: int, width: int) -> Iterator[str]:
    named = safe(row.layer) + (f" ({safe(row.type)})" if row.type else "")
    if row.what in ("added", "removed"):
        yield from lines(f"{row.mark} {safe(row.layer)}: {safe(row.before + row.after)}", width, 4)
        return
    if row.mark:
        yield from lines(f"{row.mark} {named}", width, 4)
    step = f" ({row.delta})" if row.delta else ""
    what = safe(row.what)
    head = f"    {what}{' ' * (wide - cell_width(what))}  "
    yield from lines(f"{head}{safe(row.before)} -> {safe(row.after)}{step}", width, len(head))
