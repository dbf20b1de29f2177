"""One HTML page that needs no network: totals, a table to sort, filter and fold, and the diagram.

The page may run its own script and style only (by their hashes), load nothing and send nothing; all text is escaped.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from densecli.render.pages import svg
from densecli.render.table.columns import type_text
from densecli.render.table.totals import remarks, total_lines
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.diagram.diagram import Box
    from densecli.render.table.columns import Column
    from densecli.render.table.selection import Line, Shown
    from densecli.summary.report import Report

DEEPEST = 4  # levels that are indented further
SHORT, LONG = 20, 60  # letters of a cell that needs no room of its own, and of one that has to wrap


def render(models: Sequence[Shown], boxes: Sequence[Box | None], *, open_levels: int = 0) -> str:
    """The page, a section for each model. Pass lines of all depths: levels from `open_levels` on are folded at first.

    `boxes` are the diagrams, None for a model without one.
    """
    style = _asset("page.css") + svg.STYLE
    script = _asset("page.js")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    several = len(models) > 1
    title = f"{len(models):,} models" if several else safe(models[0].report.name)
    sections = zip(range(1, len(models) + 1), models, boxes, strict=True)
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy, quote=False)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(title)}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        *(_contents(title, models) if several else ()),
        *(
            line
            for number, model, box in sections
            for line in _section(number, model, box, ("h1", "h2")[several], open_levels)
        ),
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _asset(name: str) -> str:
    return (files("densecli.render.pages") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _contents(title: str, models: Sequence[Shown]) -> Iterator[str]:
    """What several models begin with: their sources and sizes, each a link to its section."""
    yield f"<h1>{title}</h1>"
    yield "<nav><ul>"
    for number, model in enumerate(models, 1):
        label, text = total_lines(model.report)[0]
        link = f'<a href="#model-{number}">{escape(safe(model.report.source))}</a>'
        yield f"<li>{link} <small>{escape(safe(model.report.name))} · {escape(label)}: {escape(text)}</small></li>"
    yield "</ul></nav>"


def _section(number: int, model: Shown, box: Box | None, heading: str, open_levels: int) -> Iterator[str]:
    report = model.report
    yield f'<section id="model-{number}">'
    yield f"<{heading}>{escape(safe(report.name))} <small>{escape(safe(report.type))}</small></{heading}>"
    yield f'<p class="source">{escape(safe(report.source))}</p>'
    yield from _totals(report)
    yield from _table(report, model.lines, model.columns, open_levels)
    yield from _notes(report)
    yield from _picture(box)
    yield "</section>"


def _totals(report: Report) -> Iterator[str]:
    yield "<dl>"
    for label, text in total_lines(report):
        yield f"<div><dt>{escape(label)}</dt><dd>{escape(text)}</dd></div>"
    yield "</dl>"


def _table(report: Report, lines: Sequence[Line], columns: Sequence[Column], open_levels: int) -> Iterator[str]:
    yield '<div class="tools" hidden><input type="search" placeholder="Filter" aria-label="Filter the layers">'
    yield '<button type="button" data-unfold="all">Unfold all</button>'
    yield '<button type="button" data-unfold="none">Fold all</button><output></output></div>'
    yield f'<div class="scroll rows"><table data-open="{open_levels}">'
    yield f"<thead><tr>{''.join(map(_head, columns))}</tr></thead>"
    yield "<tbody>"
    for line in lines:
        cells = "".join(_cell(column, line, report) for column in columns)
        yield f'<tr data-level="{line.level}">{cells}</tr>'
    yield "</tbody></table></div>"


def _head(column: Column) -> str:
    kind = "number" if column.unit else "text"
    side = f' class="{column.justify}"' if column.justify != "left" else ""
    return f'<th scope="col" data-kind="{kind}"{side} title="{escape(column.doc)}"><span>{escape(column.header)}</span></th>'


def _cell(column: Column, line: Line, report: Report) -> str:
    text = column.text(line.row, report)
    value = column.value(line.row, report)
    if column.name in ("layer", "name"):
        return _name_cell(column, line, text)
    if column.unit == "ratio":
        part = value if isinstance(value, float) else None
        bar = f'<meter value="{part:.4f}"></meter>' if part is not None else ""
        return f'<td class="share" data-value="{"" if part is None else part}">{"-" if part is None else f"{part:.1%}"}{bar}</td>'
    if column.unit:
        return f'<td class="right" data-value="{"" if value is None else value}">{escape(text)}</td>'
    return f"<td{_kind(column, text)}>{escape(text)}</td>"


def _kind(column: Column, text: str) -> str:
    """How a cell of words is laid out: shapes on one line, long texts in a column that is wide enough to be read."""
    if column.name.endswith("_shape") and len(text) < LONG:
        return ' class="shape"'
    side = column.justify if column.justify != "left" else "long" if len(text) > SHORT else ""
    return f' class="{side}"' if side else ""


def _name_cell(column: Column, line: Line, text: str) -> str:
    level = f" level{min(line.level, DEEPEST)}" if line.level else ""
    times = f'<span class="times">{line.times} × </span>' if line.times > 1 else ""
    kind = f"({type_text(line.row)})"
    if column.name == "layer" and text.endswith(kind):
        shown = f'{escape(text.removesuffix(kind))}<span class="type">{escape(kind)}</span>'
    else:
        shown = escape(text)
    return f'<td class="name{level}">{times}{shown}</td>'


def _notes(report: Report) -> Iterator[str]:
    found = remarks(report)
    if found:
        yield f'<ul class="notes">{"".join(f"<li>{escape(note)}</li>" for note in found)}</ul>'


def _picture(box: Box | None) -> Iterator[str]:
    if box is not None:
        yield f'<details open><summary>Diagram</summary><div class="scroll picture">{svg.element(box)}</div></details>'
