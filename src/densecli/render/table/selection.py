"""Which rows a table shows, and in which order: filter, group, collapse, sort, top, depth. Totals stay the model's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import OutputError
from densecli.records import Record
from densecli.render.table.columns import column
from densecli.render.table.repeats import Run, find_runs
from densecli.summary.report import CallInfo, Row
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from densecli.render.table.columns import Column
    from densecli.summary.report import Report


STEPPED = ("macs", "flops")  # which a row inside a layer that runs at each step has of one step


class Selection(Record):
    """The user's choices. `depth` is how many levels of nested layers are opened; None opens all.

    Opened rows are sorted, filtered, counted and merged as rows of their own.
    """

    pattern: str | None = None
    group_by: str | None = None
    collapse: bool = False
    sort: str | None = None
    top: int | None = None
    depth: int | None = 0
    as_keras: bool = False  # open what Keras' expand_nested opens


class Line(Record):
    """A row to show. `times` over 1 stands for that many equal blocks, of which the next lines show the first."""

    row: Row
    level: int = 0
    times: int = 1
    path: str = ""  # names from the outside in, for machines: encoder/dense

    @property
    def label(self) -> str:
        """The prefix of the name, in the style of Keras' expand_nested."""
        repeat = f"{self.times} × " if self.times > 1 else ""
        return ("   " * self.level + "└ " if self.level else "") + repeat


class Shown(Record):
    """The visible part of a model, and notes on what it leaves out; an output of several models has several."""

    report: Report
    lines: Sequence[Line]
    columns: Sequence[Column]
    left_out: tuple[str, ...] = ()


class _Item(Record):
    row: Row
    inner: tuple[_Item, ...]
    times: int = 1


def select(report: Report, wanted: Selection = Selection(), *, inside: bool = False) -> list[Line]:  # noqa: B008  # immutable
    """The lines to show. Raises OutputError (E605 unknown column, E606 bad pattern).

    With `inside`, the rows inside a shown row follow it at all levels, for pages that fold them.
    """
    return selected(report, wanted, inside=inside)[0]


def selected(report: Report, wanted: Selection, *, inside: bool = False) -> tuple[list[Line], tuple[str, ...]]:
    """The lines to show, and notes on what they leave out."""
    rows = _rows(report, wanted)
    matching = _matching(rows, wanted.pattern)
    if wanted.group_by is not None:
        items = _grouped(matching, wanted.group_by)
    elif wanted.collapse:
        items = _collapsed(matching, find_runs(matching), 0, len(matching))
    else:
        items = [_item(row) for row in matching]
    if wanted.sort is not None:
        items = _sorted(items, wanted.sort, report)
    shown = items if wanted.top is None else items[: max(wanted.top, 0)]
    lines = list(_lines(shown, None if inside else 0 if _alone(wanted) else wanted.depth, as_keras=wanted.as_keras))
    return lines, tuple(_left_out(wanted, rows, matching, len(items) - len(shown)))


def _left_out(wanted: Selection, rows: Sequence[Row], matching: Sequence[Row], hidden: int) -> Iterator[str]:
    if rows and not matching:
        yield f"No layer has a name or type that matches {quote(wanted.pattern or '')}"
    if hidden:
        yield f"Not shown: {plural(hidden, 'more row')} (--top {wanted.top})"


# -- nested rows -----------------------------------------------------------------------
def _alone(wanted: Selection) -> bool:
    """Whether nested rows are rows of their own, which can be sorted, filtered, counted and merged like the others."""
    chosen = wanted.pattern or wanted.group_by or wanted.sort or wanted.top
    return bool(chosen) and wanted.depth != 0 and not wanted.collapse


def _rows(report: Report, wanted: Selection) -> Sequence[Row]:
    if not _alone(wanted):
        return report.rows
    return [*(_parts if wanted.group_by else _opened)(report.rows, wanted.depth)]


def _opened(rows: Iterable[Row], depth: int | None, above: str = "") -> Iterator[Row]:
    """All rows down to a depth, with their paths as names."""
    for row in rows:
        path, inside = f"{above}{row.name}", () if depth == 0 else row.layers
        yield row._replace(name=path, layers=() if inside else row.layers)
        yield from _opened(inside, None if depth is None else depth - 1, f"{path}/")


def _parts(rows: Iterable[Row], depth: int | None, *, whole: bool = True) -> Iterator[Row]:
    """Rows that add up to the model: those inside instead of the row around them, if they have all of its weights.

    The work of a layer that runs at each step is that of one step, so no sum of it is right.
    """
    for row in rows:
        inside = () if depth == 0 else row.layers
        if not inside or sum(each.params for each in inside) != row.params:
            yield row if whole else row._replace(macs=None, flops=None, activation_bytes=None)
        else:
            adds_up = all(_sum_known(getattr(each, work) for each in inside) == getattr(row, work) for work in STEPPED)
            yield from _parts(inside, None if depth is None else depth - 1, whole=whole and adds_up)


def _item(row: Row) -> _Item:
    """A row whose layers inside become items when they are shown: models of shared models have no end of them."""
    return _Item(row, ())


def _lines(
    items: Iterable[_Item], depth: int | None, level: int = 0, above: str = "", *, as_keras: bool = False
) -> Iterator[Line]:
    for item in items:
        path = f"{above}{item.row.name}"
        yield Line(item.row, level, item.times, path)
        if item.times > 1:  # a block is not a layer: its contents are always shown, and it is not part of their path
            yield from _lines(item.inner, depth, level + 1, above, as_keras=as_keras)
        elif depth is None or depth > 0:
            inner = map(_item, item.row.layer.opened(item.row.layers) if as_keras else item.row.layers)
            deeper = None if depth is None else depth - 1
            yield from _lines(inner, deeper, level + 1, f"{path}/", as_keras=as_keras)


# -- filter ----------------------------------------------------------------------------
def _matching(rows: Sequence[Row], pattern: str | None) -> Sequence[Row]:
    """Rows whose name or type matches, or that contain a layer that does."""
    if not pattern:
        return rows
    from densecli.render.table.patterns import limited, searcher  # noqa: PLC0415  # few runs need it

    search = searcher(pattern)
    with limited(pattern):
        return [row for row in rows if _matches(row, search)]


def _matches(row: Row, search: Callable[[str], Any]) -> bool:
    own = search(row.name) or search(row.type)
    return bool(own) or any(_matches(inner, search) for inner in row.layers)


# -- group, collapse ---------------------------------------------------------------------
def _grouped(rows: Sequence[Row], by: str) -> list[_Item]:
    if by not in ("type", "dtype"):
        raise OutputError(f"cannot group by {quote(by)}", code="E605", hint="group by type or dtype")
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(getattr(row, by), []).append(row)
    return [_Item(_sum_row(members, plural(len(members), "layer"), key), ()) for key, members in groups.items()]


def _collapsed(rows: Sequence[Row], runs: Iterable[Run], start: int, stop: int) -> list[_Item]:
    items, at = [], start
    for run in runs:
        items += [_item(row) for row in rows[at : run.start]]
        items.append(_block(rows, run))
        at = run.start + run.length * run.times
    return items + [_item(row) for row in rows[at:stop]]


def _block(every: Sequence[Row], run: Run) -> _Item:
    rows = every[run.start : run.start + run.length * run.times]
    name = f"{rows[0].name} … {rows[-1].name}"
    type_name = rows[0].type if run.length == 1 else plural(run.length, "layer")
    marker = _sum_row(rows, name, type_name)
    return _Item(marker, tuple(_collapsed(every, run.inner, run.start, run.start + run.length)), run.times)


def _sum_row(rows: Sequence[Row], name: str, type_name: str) -> Row:
    """One row for many: figures are sums (a shared weight as often as it shows), shapes those in and out of the run."""
    weights = tuple(weight for row in rows for weight in row.weights)
    ends = CallInfo((), rows[0].input_shapes, rows[-1].output_shapes)
    return Row(
        name,
        type_name,
        any(row.trainable for row in rows),
        rows[-1].dtype,
        (ends,) if "…" in name else (),
        sum(row.params for row in rows),
        sum(row.trainable_params for row in rows),
        sum(row.weight_bytes for row in rows),
        _sum_known(row.macs for row in rows),
        _sum_known(row.flops for row in rows),
        _sum_known(row.activation_bytes for row in rows),
        weights,
        opaque=any(row.opaque for row in rows),
        uncounted=any(row.uncounted for row in rows),
    )


def _sum_known(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


# -- sort ------------------------------------------------------------------------------
def _sorted(items: list[_Item], by: str, report: Report) -> list[_Item]:
    """Numbers from the largest, words from A; a minus before the column reverses it. Unknown comes last."""
    key = column(by.removeprefix("-"))
    values = [key.value(item.row, report) for item in items]
    known = [index for index, value in enumerate(values) if value is not None]
    unknown = [index for index, value in enumerate(values) if value is None]
    downwards = all(isinstance(values[index], int | float) for index in known) != by.startswith("-")
    known.sort(key=lambda index: values[index], reverse=downwards)  # type: ignore[arg-type,return-value]
    if downwards:  # equal rows keep the model's order either way
        known.sort(key=lambda index: _Reversed(values[index]))
    return [items[index] for index in (*known, *unknown)]


class _Reversed(Record):
    value: Any

    def __lt__(self, other: Any) -> bool:
        return bool(other.value < self.value)


# -- cells -----------------------------------------------------------------------------
def cell_text(line: Line, shown: Column, report: Report) -> str:
    """The text of a cell; the columns that name the layer have the indentation and the repeat count."""
    text = shown.text(line.row, report)
    return line.label + text if shown.name in ("layer", "name") else text
