"""One HTML page that needs no network: totals, a table to sort, filter and fold, and the diagram.

The page may run its own script and style only (by their hashes), load nothing and send nothing; all text is escaped.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from densecli.render import svg
from densecli.render.totals import remarks, total_lines
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.columns import Column
    from densecli.render.diagram import Box
    from densecli.render.selection import Line
    from densecli.report import Report

DEEPEST = 4  # levels that are indented further


def render(
    report: Report, lines: Sequence[Line], columns: Sequence[Column], box: Box | None = None, *, open_levels: int = 0
) -> str:
    """The page. Pass `lines` of all depths: levels from `open_levels` on are folded at first. `box` is the diagram."""
    style = _asset("page.css") + svg.STYLE
    script = _asset("page.js")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    name, kind = escape(safe(report.name)), escape(safe(report.type))
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy, quote=False)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{name}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        f"<h1>{name} <small>{kind}</small></h1>",
        f'<p class="source">{escape(safe(report.source))}</p>',
        *_totals(report),
        *_table(report, lines, columns, open_levels),
        *_notes(report),
        *_picture(box),
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _asset(name: str) -> str:
    return (files("densecli.render") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


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
    side = f' class="{column.justify}"' if column.justify != "left" else ""
    return f"<td{side}>{escape(text)}</td>"


def _name_cell(column: Column, line: Line, text: str) -> str:
    level = f" level{min(line.level, DEEPEST)}" if line.level else ""
    times = f'<span class="times">{line.times} × </span>' if line.times > 1 else ""
    kind = f"({safe(line.row.type)})"
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
