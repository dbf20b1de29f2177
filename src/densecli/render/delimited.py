"""CSV and TSV for spreadsheets and scripts: one line a layer, columns by their names, numbers as they are."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from densecli.render.columns import Column, Value
    from densecli.render.selection import Line
    from densecli.report import Report

# What makes a spreadsheet take a text for a formula; full-width forms are folded to these by some.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def render_csv(report: Report, lines: Sequence[Line], columns: Sequence[Column]) -> str:
    """RFC 4180 with plain line ends. Where lines are nested or folded, `level` and `times` say so."""
    return csv_text(_records(report, lines, columns))


def csv_text(records: Iterable[Sequence[str]]) -> str:
    """Records of cells that `cell` has made."""
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows(records)
    return out.getvalue()


def render_tsv(report: Report, lines: Sequence[Line], columns: Sequence[Column]) -> str:
    """Tab-separated without any quoting: tabs and line ends in names are escaped."""
    return "".join("\t".join(record) + "\n" for record in _records(report, lines, columns))


def _records(report: Report, lines: Sequence[Line], columns: Sequence[Column]) -> list[list[str]]:
    deep = any(line.level or line.times > 1 for line in lines)
    head = [*(["level", "times"] if deep else []), *(column.name for column in columns)]
    return [head, *(_record(report, line, columns, deep) for line in lines)]


def _record(report: Report, line: Line, columns: Sequence[Column], deep: bool) -> list[str]:
    place = [str(line.level), str(line.times)] if deep else []
    return [*place, *(cell(_value(column, line, report)) for column in columns)]


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
