"""A sweep as text: a table with a row for each combination, the same for spreadsheets and programs, and bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.render.languages.json import Json, document, documents
from densecli.render.table.columns import NOTHING, UNKNOWN, bar
from densecli.sweep import SCHEMA
from densecli.text import binary_size, cell_width, safe, shortened

if TYPE_CHECKING:
    from densecli.render.languages.markdown import Markdown
    from densecli.render.memory import Look
    from densecli.sweep import Combination, Figure, Sweep

BAR = 40  # cells of the longest bar
WEIGHTS = ("params", "trainable_params", "non_trainable_params", "weight_bytes")
WORDS = ("Error", "Output Shape")  # headers of columns without numbers


# -- for people ------------------------------------------------------------------------
def headers(found: Sweep) -> list[str]:
    failed = any(row.error for row in found.rows)
    return [*found.variables, *(figure.header for figure in found.figures), *(["Error"] if failed else [])]


def cells(found: Sweep, row: Combination) -> list[str]:
    """A row of the table: the settings, the figures, and the error if any row has one."""
    named = [safe(shortened(row.settings[name])) for name in found.variables]
    shown = [
        NOTHING if row.error else _least(figure, row) + _text(figure, value) for figure, value in _figures(found, row)
    ]
    failed = any(each.error for each in found.rows)
    return [*named, *shown, *([_message(row)] if failed else [])]


def _figures(found: Sweep, row: Combination) -> list[tuple[Figure, Any]]:
    return [(figure, row.values[index] if row.values else None) for index, figure in enumerate(found.figures)]


def _least(figure: Figure, row: Combination) -> str:
    """The prefix of a sum of weights that may be too low."""
    return "≥ " if row.lower_bound and figure.name in WEIGHTS else ""


def _text(figure: Figure, value: Any) -> str:
    if value is None:
        return UNKNOWN
    if figure.unit == "bytes":
        return binary_size(value)
    return f"{value:,}" if isinstance(value, int) else safe(value)


def _message(row: Combination) -> str:
    return "" if row.error is None else safe(shortened(f"{row.error.code}: {row.error.message}"))


def render_table(found: Sweep, look: Look) -> str:
    """The table, in the style of the summary's."""
    from rich.text import Text  # noqa: PLC0415  # only tables pay for it

    from densecli.render.table.grid import FULL_WIDTH, Cell, Head, draw, grids  # noqa: PLC0415

    heads = [Head(safe(header), "left" if header in WORDS else "right") for header in headers(found)]
    rows = [[Cell(Text(each)) for each in cells(found, row)] for row in found.rows]
    room = FULL_WIDTH if look.width is None else look.width
    below = [Text(f" {found.basis}")] if found.basis else []
    tables = grids(heads, rows, room=room, ascii_only=look.ascii_only, keys=len(found.variables))
    return draw([*tables, *below], FULL_WIDTH, look.color)


def render_markdown(found: Sweep) -> Markdown:
    """A GitHub-flavoured table."""
    from densecli.render.languages.markdown import Markdown  # noqa: PLC0415  # only Markdown pays for it
    from densecli.render.pages.markdown import cell, table  # noqa: PLC0415

    heads = [(header, "left" if header in WORDS else "right") for header in headers(found)]
    rows = [map(cell, cells(found, row)) for row in found.rows]
    below = Markdown.put("\n{}\n", cell(found.basis)) if found.basis else Markdown.put("")
    return Markdown.put("{}\n{}", table(heads, rows), below)


def render_plot(found: Sweep, *, ascii_only: bool = False) -> str:
    """A bar for each combination, as long as its first figure that is a number; all bars start at 0."""
    index, figure = next(((at, each) for at, each in enumerate(found.figures) if each.unit), (0, None))
    if figure is None:
        return ""
    labels = [safe(", ".join(f"{name}={row.settings[name]}" for name in found.variables)) for row in found.rows]
    sizes = [row.values[index] if row.values else None for row in found.rows]
    most = max((size for size in sizes if size), default=1)
    width = max(map(cell_width, labels), default=0)
    lines = [
        " ".join(
            filter(None, (label + " " * (width - cell_width(label)), _bar(size, most, ascii_only), _text(figure, size)))
        )
        for label, size in zip(labels, sizes, strict=True)
    ]
    return "\n".join([figure.header, *lines]) + "\n"


def _bar(size: int | None, most: int, ascii_only: bool) -> str:
    if ascii_only:
        return "#" * round(BAR * (size or 0) / most)
    return bar((size or 0) / most, BAR).rstrip()


# -- for programs ----------------------------------------------------------------------
def render_csv(found: Sweep) -> str:
    """A line for each combination; figures are plain numbers, empty where unknown; the last column is the error."""
    from densecli.render.pages.delimited import cell, csv_text  # noqa: PLC0415

    head = [*found.variables, *(figure.name for figure in found.figures), "error"]
    rows = [
        [*row.settings.values(), *(value for _, value in _figures(found, row)), _message(row)] for row in found.rows
    ]
    return csv_text([head, *(list(map(cell, row)) for row in rows)])


def render_json(found: Sweep) -> Json:
    """`densecli/sweep/1`, one combination per line."""
    return documents([document(as_record(found), "rows")])


def as_record(found: Sweep) -> dict[str, Any]:
    """The sweep as JSON values."""
    return {
        "schema": SCHEMA,
        "source": found.source,
        "variables": found.variables,
        "columns": [figure.name for figure in found.figures],
        "rows": [_row_record(found, row) for row in found.rows],
    }


def _row_record(found: Sweep, row: Combination) -> dict[str, Any]:
    error = None
    if row.error is not None:
        error = {"code": row.error.code, "message": row.error.message, "hint": row.error.hint, "layer": row.error.layer}
    figures = {figure.name: value for figure, value in _figures(found, row)}
    return {"set": row.settings, **figures, "error": error} | ({"lower_bound": True} if row.lower_bound else {})
