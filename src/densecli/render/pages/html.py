"""One HTML page that needs no network: totals, a table to sort, filter and fold, and the diagram.

The page may run its own script and style only (by their hashes), load nothing and send nothing; all text is escaped.
"""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from densecli.render.languages.xml import Xml
from densecli.render.pages import svg
from densecli.render.pages.head import head
from densecli.render.table.columns import type_text
from densecli.render.table.totals import remarks, total_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.diagram.diagram import Box
    from densecli.render.table.columns import Column, Value
    from densecli.render.table.selection import Line, Shown
    from densecli.summary.report import Report

DEEPEST = 4  # levels that are indented further
SHORT, LONG = 20, 60  # characters in a cell that needs no extra width, and in one that has to wrap


def render(
    models: Sequence[Shown], boxes: Sequence[Box | None], ran: Sequence[str] = (), *, open_levels: int = 0
) -> Xml:
    """The page, a section for each model. Pass lines of all depths: levels from `open_levels` on are folded at first.

    `boxes` are the diagrams, None for a model without one; `ran` is what a forward pass of each gave.
    """
    style = Xml.put("{}{}", Xml.asset("page.css"), svg.style())
    script = Xml.asset("page.js")
    several = len(models) > 1
    title = Xml.put("{:,} models", len(models)) if several else Xml.quoted(models[0].report.name)
    heading = Xml.put("h2") if several else Xml.put("h1")
    body = [*_contents(title, models)] if several else []
    for number, model, box, after in zip(
        range(1, len(models) + 1), models, boxes, ran or [""] * len(models), strict=True
    ):
        body += _section(number, model, box, after, heading, open_levels)
    return Xml.put(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n{}\n</head>\n<body>\n{}\n<script>{}</script>\n</body>\n</html>\n',
        head(title, style, script), Xml.joined("\n", body), script,
    )  # fmt: skip


def _contents(title: Xml, models: Sequence[Shown]) -> Iterator[Xml]:
    """The contents at the top of a page of several models: sources and sizes, each a link to its section."""
    yield Xml.put("<h1>{}</h1>\n<nav><ul>", title)
    for number, model in enumerate(models, 1):
        label, text = total_lines(model.report)[0]
        link = Xml.put('<a href="#model-{}">{}</a>', number, Xml.quoted(model.report.source))
        yield Xml.put("<li>{} <small>{}</small></li>", link, Xml.quoted(f"{model.report.name} · {label}: {text}"))
    yield Xml.put("</ul></nav>")


def _section(number: int, model: Shown, box: Box | None, ran: str, heading: Xml, open_levels: int) -> Iterator[Xml]:
    report = model.report
    yield Xml.put('<section id="model-{}">', number)
    name, kind = Xml.quoted(report.name), Xml.quoted(report.type)
    yield Xml.put("<{0}>{1} <small>{2}</small></{0}>", heading, name, kind)
    yield Xml.put('<p class="source">{}</p>', Xml.quoted(report.source))
    yield from _totals(report)
    yield from _table(report, model.lines, model.columns, open_levels)
    yield from _notes(model)
    if ran:
        lines = [Xml.quoted(line) for line in dedent(ran).splitlines()]
        yield Xml.put('<pre class="scroll">{}</pre>', Xml.joined("\n", lines))
    yield from _picture(box)
    yield Xml.put("</section>")


def _totals(report: Report) -> Iterator[Xml]:
    yield Xml.put("<dl>")
    for label, text in total_lines(report):
        yield Xml.put("<div><dt>{}</dt><dd>{}</dd></div>", Xml.quoted(label), Xml.quoted(text))
    yield Xml.put("</dl>")


def _table(report: Report, lines: Sequence[Line], columns: Sequence[Column], open_levels: int) -> Iterator[Xml]:
    yield Xml.put(
        '<div class="tools" hidden><input type="search" placeholder="Filter" aria-label="Filter the layers">\n'
        '<button type="button" data-unfold="all">Unfold all</button>\n'
        '<button type="button" data-unfold="none">Fold all</button><output></output></div>'
    )
    yield Xml.put('<div class="scroll rows"><table data-open="{}">', open_levels)
    yield Xml.put("<thead><tr>{}</tr></thead>\n<tbody>", Xml.joined("", map(_head, columns)))
    for line in lines:
        cells = Xml.joined("", [_cell(column, line, report) for column in columns])
        yield Xml.put('<tr data-level="{}">{}</tr>', line.level, cells)
    yield Xml.put("</tbody></table></div>")


def _class(name: str) -> Xml:
    return Xml.put(' class="{}"', Xml.quoted(name)) if name else Xml.put("")


def _head(column: Column) -> Xml:
    kind = Xml.put("number" if column.unit else "text")
    side = _class(column.justify if column.justify != "left" else "")
    doc, header = Xml.quoted(column.doc), Xml.quoted(column.header)
    return Xml.put('<th scope="col" data-kind="{}"{} title="{}"><span>{}</span></th>', kind, side, doc, header)


def _cell(column: Column, line: Line, report: Report) -> Xml:
    text = column.text(line.row, report)
    value = column.value(line.row, report)
    if column.name in ("layer", "name"):
        return _name_cell(column, line, text)
    if column.unit == "ratio":
        return _share_cell(value)
    if column.unit:
        return Xml.put(
            '<td class="right" data-value="{}">{}</td>',
            Xml.quoted("" if value is None else str(value)),
            Xml.quoted(text),
        )
    return Xml.put("<td{}>{}</td>", _class(_kind(column, text)), Xml.quoted(text))


def _share_cell(value: Value) -> Xml:
    if not isinstance(value, float):
        return Xml.put('<td class="share" data-value="">-</td>')
    return Xml.put('<td class="share" data-value="{0}">{0:.1%}<meter value="{0:.4f}"></meter></td>', value)


def _kind(column: Column, text: str) -> str:
    """How a cell of words is laid out: shapes on one line, long texts in a column wide enough to read."""
    if column.name.endswith("_shape") and len(text) < LONG:
        return "shape"
    return column.justify if column.justify != "left" else "long" if len(text) > SHORT else ""


def _name_cell(column: Column, line: Line, text: str) -> Xml:
    level = Xml.put(" level{}", min(line.level, DEEPEST)) if line.level else Xml.put("")
    times = Xml.put('<span class="times">{} × </span>', line.times) if line.times > 1 else Xml.put("")
    kind = f"({type_text(line.row)})"
    shown = Xml.quoted(text)
    if column.name == "layer" and text.endswith(kind):
        shown = Xml.put('{}<span class="type">{}</span>', Xml.quoted(text.removesuffix(kind)), Xml.quoted(kind))
    return Xml.put('<td class="name{}">{}{}</td>', level, times, shown)


def _notes(model: Shown) -> Iterator[Xml]:
    found = [Xml.put("<li>{}</li>", Xml.quoted(note)) for note in (*model.left_out, *remarks(model.report))]
    if found:
        yield Xml.put('<ul class="notes">{}</ul>', Xml.joined("", found))


def _picture(box: Box | None) -> Iterator[Xml]:
    if box is not None:
        picture = svg.element(box)
        yield Xml.put('<details open><summary>Diagram</summary><div class="scroll picture">{}</div></details>', picture)
