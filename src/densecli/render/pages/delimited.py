"""CSV and TSV for spreadsheets and scripts: one line per layer, named columns, plain numbers."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from densecli.render.table.columns import Column, Value
    from densecli.render.table.selection import Line, Shown
    from densecli.summary.report import Report

# First characters that make spreadsheets read a text as a formula; some fold full-width forms to these.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def render_csv(models: Sequence[Shown]) -> str:
    """RFC 4180 with plain line ends. `level` and `times` show nesting and folding.

    Several models share one table with the columns of the first; `source` tells them apart.
    """
    return csv_text(_records(models))


def csv_text(records: Iterable[Sequence[str]]) -> str:
    """Records of cells that `cell` has made."""
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows(records)
    return out.getvalue()


def render_tsv(models: Sequence[Shown]) -> str:
    """Tab-separated without any quoting: tabs and line ends in names are escaped.

    A leading quote gets an apostrophe before it, because many readers take it for the start of a quoted cell.
    """
    return "".join("\t".join(map(_unquoted, record)) + "\n" for record in _records(models))


def _unquoted(text: str) -> str:
    return f"'{text}" if text.startswith('"') else text


def _records(models: Sequence[Shown]) -> Iterator[list[str]]:
    several, columns = len(models) > 1, models[0].columns
    deep = any(line.level or line.times > 1 for model in models for line in model.lines)
    place = ["level", "times"] if deep else []
    yield [*(["source"] if several else []), *place, *(column.name for column in columns)]
    for report, lines, *_ in models:
        source = [cell(report.source)] if several else []
        for line in lines:
            place = [str(line.level), str(line.times)] if deep else []
            yield [*source, *place, *(cell(_value(column, line, report)) for column in columns)]


def _value(column: Column, line: Line, report: Report) -> Value:
    return line.path if column.name == "name" and line.path else column.value(line.row, report)


def cell(value: Value) -> str:
    """Empty where unknown. A text that a spreadsheet would run gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return repr(value)
    text = safe(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
