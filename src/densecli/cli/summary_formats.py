"""The output formats of `summary`: one function each, all given the same report, lines and columns."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.cli.look import Look
    from densecli.errors import DenseError
    from densecli.render.table.selection import Shown
    from densecli.run.run import Outcome
    from densecli.summary.report import Report


class Format(StrEnum):
    """Output format."""

    table = "table"
    json = "json"
    ndjson = "ndjson"
    csv = "csv"
    tsv = "tsv"
    markdown = "markdown"
    latex = "latex"
    html = "html"
    svg = "svg"


SHOW_A_RUN = (Format.table, Format.json, Format.ndjson, Format.markdown, Format.html)


class Summary(Record):
    """The result for one spec."""

    report: Report
    outcome: Outcome | None = None


class Failure(Record):
    """A spec that could not be read or does not fit together."""

    source: str
    errors: list[DenseError]


class View(Record):
    """Which rows and columns to show, and how they should look."""

    selection: dict[str, Any]  # the fields of a Selection, which only tables import
    columns: str | None
    look: Look
    precision: int | None = None  # of values
    quiet: bool = False


class Chosen(Record):
    """A summary and its visible part."""

    result: Summary
    shown: Shown


def write(results: Sequence[Summary | Failure], format: Format, view: View) -> str:
    """The text of all results in one format."""
    good = [result for result in results if isinstance(result, Summary)]
    if format is Format.json:
        from densecli.render import json  # noqa: PLC0415

        return json.render_all([(result.report, result.outcome) for result in good], view.precision)
    if format is Format.ndjson:
        return "".join(_json_line(result, view.precision) for result in results)
    return _RENDERERS[format]([Chosen(result, _shown(result, format, view)) for result in good], view)


def bare(results: Sequence[Summary], path: str) -> str:
    """One value of each report on a line of its own."""
    from densecli.cli.printing import printed  # noqa: PLC0415
    from densecli.render import json  # noqa: PLC0415

    return "".join(f"{printed(json.as_record(result.report, result.outcome), path)}\n" for result in results)


def _json_line(result: Summary | Failure, digits: int | None) -> str:
    from densecli.errors import as_record  # noqa: PLC0415
    from densecli.render import json  # noqa: PLC0415

    if isinstance(result, Failure):
        return json.line(as_record(result.errors[0], result.source))
    return json.line(json.as_record(result.report, result.outcome, digits))


def _shown(result: Summary, format: Format, view: View) -> Shown:
    from densecli.render.table.columns import MACHINE_COLUMNS, choose_columns  # noqa: PLC0415
    from densecli.render.table.selection import Selection, Shown, selected  # noqa: PLC0415

    wanted = Selection(**view.selection)
    columns, options = view.columns, () if result.report.origin is None else result.report.origin.options
    if "expand_nested" in options and wanted.depth == 0:
        wanted = wanted._replace(depth=None, as_keras=True)
    if "show_trainable" in options and columns is None:
        columns = "+trainable"
    usual = MACHINE_COLUMNS if format in (Format.csv, Format.tsv) else None
    lines, left_out = selected(result.report, wanted, inside=format is Format.html)
    return Shown(result.report, lines, choose_columns(columns, result.report, usual), left_out)


def _table(chosen: Sequence[Chosen], view: View) -> str:
    """One table after the other; if there are several, each under its file's name."""
    from densecli.render.table import table  # noqa: PLC0415
    from densecli.text import safe  # noqa: PLC0415

    look, texts = view.look, []
    for result, shown in chosen:
        drawn = table.render(*shown, width=look.width, color=look.color, ascii_only=look.ascii)
        origin = result.report.origin
        line = "" if origin is None else f" (line {origin.line})"
        head = f"{safe(result.report.source)}{line}:\n" if len(chosen) > 1 else ""
        texts.append(head + drawn + _after_a_run(result.outcome, view))
    return "\n".join(texts)


def _after_a_run(outcome: Outcome | None, view: View) -> str:
    if outcome is None:
        return ""
    from densecli.render.run import render  # noqa: PLC0415

    if outcome.calls is None:
        return render(outcome, view.look.width)
    from densecli.render import values  # noqa: PLC0415

    return f"{values.render(outcome, view.precision, view.look.width)}{render(outcome, view.look.width)}"


def _csv(chosen: Sequence[Chosen], view: View) -> str:
    from densecli.render.pages import delimited  # noqa: PLC0415

    _tell_what_is_left_out(chosen, view)
    return delimited.render_csv([each.shown for each in chosen])


def _tell_what_is_left_out(chosen: Sequence[Chosen], view: View) -> None:
    """On standard error, for programs read only the rows."""
    from densecli.cli import streams  # noqa: PLC0415
    from densecli.text import safe  # noqa: PLC0415

    for each in chosen:
        for note in () if view.quiet else each.shown.left_out:
            streams.complain(f"note: {safe(each.result.report.source)}: {safe(note)}")


def _tsv(chosen: Sequence[Chosen], view: View) -> str:
    from densecli.render.pages import delimited  # noqa: PLC0415

    _tell_what_is_left_out(chosen, view)
    return delimited.render_tsv([each.shown for each in chosen])


def _markdown(chosen: Sequence[Chosen], view: View) -> str:
    from densecli.render.pages import markdown  # noqa: PLC0415

    return markdown.render([each.shown for each in chosen], _ran(chosen, view))


def _ran(chosen: Sequence[Chosen], view: View) -> list[str]:
    """What the passes gave, as people read it; pages break no lines."""
    wide = view._replace(look=view.look._replace(width=None))
    return [_after_a_run(each.result.outcome, wide) for each in chosen]


def _latex(chosen: Sequence[Chosen], _: View) -> str:
    from densecli.render.pages import latex  # noqa: PLC0415

    return latex.render([each.shown for each in chosen])


def _html(chosen: Sequence[Chosen], view: View) -> str:
    from densecli.render.diagram.diagram import diagram  # noqa: PLC0415
    from densecli.render.pages import html  # noqa: PLC0415

    depth, collapse = view.selection["depth"], view.selection["collapse"]
    boxes = [
        None if each.result.report.weights_only else diagram(each.result.report, depth=depth, collapse=collapse)
        for each in chosen
    ]
    levels = 99 if depth is None else depth
    return html.render([each.shown for each in chosen], boxes, _ran(chosen, view), open_levels=levels)


def _svg(chosen: Sequence[Chosen], _: View) -> str:
    from densecli.render.pages import picture  # noqa: PLC0415

    return picture.render([each.shown for each in chosen])


_RENDERERS: dict[Format, Callable[[Sequence[Chosen], View], str]] = {
    Format.table: _table,
    Format.csv: _csv,
    Format.tsv: _tsv,
    Format.markdown: _markdown,
    Format.latex: _latex,
    Format.html: _html,
    Format.svg: _svg,
}
