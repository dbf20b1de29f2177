"""What `summary` can print: one function a format, all fed with the same report, lines and columns."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.cli.look import Look
    from densecli.errors import DenseError
    from densecli.render.columns import Column
    from densecli.render.selection import Line
    from densecli.report import Report
    from densecli.run import Outcome


class Format(StrEnum):
    """What comes out."""

    table = "table"
    json = "json"
    ndjson = "ndjson"
    csv = "csv"
    tsv = "tsv"
    markdown = "markdown"
    latex = "latex"
    html = "html"
    svg = "svg"


class Summary(NamedTuple):
    """What became of one spec."""

    report: Report
    outcome: Outcome | None = None


class Failure(NamedTuple):
    """A spec that could not be read or does not fit together."""

    source: str
    errors: list[DenseError]


class View(NamedTuple):
    """Which rows and columns are shown, and for whom."""

    selection: dict[str, Any]  # the fields of a Selection, which only tables import
    columns: str | None
    look: Look


def write(results: Sequence[Summary | Failure], format: Format, view: View) -> str:
    """The text of all results in one format."""
    good = [result for result in results if isinstance(result, Summary)]
    if format is Format.json:
        from densecli.render import json  # noqa: PLC0415

        return json.render_all([(result.report, result.outcome) for result in good])
    if format is Format.ndjson:
        return "".join(map(_json_line, results))
    texts = [_one(result, format, view) for result in good]
    return _joined(texts, good, format)


def bare(results: Sequence[Summary], path: str) -> str:
    """One value of each report on a line of its own."""
    from densecli.render import json  # noqa: PLC0415
    from densecli.render.bare import bare_value  # noqa: PLC0415

    return "".join(f"{bare_value(json.as_record(result.report, result.outcome), path)}\n" for result in results)


def _json_line(result: Summary | Failure) -> str:
    from densecli.errors import as_record  # noqa: PLC0415
    from densecli.render import json  # noqa: PLC0415

    if isinstance(result, Failure):
        return json.line(as_record(result.errors[0], result.source))
    return json.line(json.as_record(result.report, result.outcome))


def _one(result: Summary, format: Format, view: View) -> str:
    from densecli.render.columns import MACHINE_COLUMNS, choose_columns  # noqa: PLC0415
    from densecli.render.selection import Selection, select  # noqa: PLC0415

    report = result.report
    wanted = Selection(**view.selection)
    usual = MACHINE_COLUMNS if format in (Format.csv, Format.tsv) else None
    lines = select(report, wanted._replace(depth=None) if format is Format.html else wanted)
    return _RENDERERS[format](result, lines, choose_columns(view.columns, report, usual), view)


def _joined(texts: Sequence[str], results: Sequence[Summary], format: Format) -> str:
    """Several specs one after the other; tables under their names."""
    if len(texts) == 1 or format is not Format.table:
        return "\n".join(texts)
    from densecli.text import safe  # noqa: PLC0415

    return "\n".join(f"{safe(result.report.source)}:\n{text}" for text, result in zip(texts, results, strict=True))


def _table(result: Summary, lines: Sequence[Line], columns: Sequence[Column], view: View) -> str:
    from densecli.render import run, table  # noqa: PLC0415

    look = view.look
    drawn = table.render(result.report, lines, columns, width=look.width, color=look.color, ascii_only=look.ascii)
    return drawn + ("" if result.outcome is None else run.render(result.outcome))


def _csv(result: Summary, lines: Sequence[Line], columns: Sequence[Column], _: View) -> str:
    from densecli.render import delimited  # noqa: PLC0415

    return delimited.render_csv(result.report, lines, columns)


def _tsv(result: Summary, lines: Sequence[Line], columns: Sequence[Column], _: View) -> str:
    from densecli.render import delimited  # noqa: PLC0415

    return delimited.render_tsv(result.report, lines, columns)


def _markdown(result: Summary, lines: Sequence[Line], columns: Sequence[Column], _: View) -> str:
    from densecli.render import markdown  # noqa: PLC0415

    return markdown.render(result.report, lines, columns)


def _latex(result: Summary, lines: Sequence[Line], columns: Sequence[Column], _: View) -> str:
    from densecli.render import latex  # noqa: PLC0415

    return latex.render(result.report, lines, columns)


def _html(result: Summary, lines: Sequence[Line], columns: Sequence[Column], view: View) -> str:
    from densecli.render import html  # noqa: PLC0415
    from densecli.render.diagram import diagram  # noqa: PLC0415

    depth = view.selection["depth"]
    box = diagram(result.report, depth=depth, collapse=view.selection["collapse"])
    return html.render(result.report, lines, columns, box, open_levels=99 if depth is None else depth)


def _svg(result: Summary, lines: Sequence[Line], columns: Sequence[Column], _: View) -> str:
    from densecli.render import picture, rich_table  # noqa: PLC0415

    return picture.render(rich_table.parts(result.report, lines, columns), result.report.name)


_RENDERERS: dict[Format, Callable[[Summary, Sequence[Line], Sequence[Column], View], str]] = {
    Format.table: _table,
    Format.csv: _csv,
    Format.tsv: _tsv,
    Format.markdown: _markdown,
    Format.latex: _latex,
    Format.html: _html,
    Format.svg: _svg,
}
