"""An annotated source as a page: one file, no script, readable in light and dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from densecli.render.annotated.source import by_line
from densecli.text import safe

if TYPE_CHECKING:
    from densecli.render.annotated.source import Annotated

STYLE = (
    ":root{color-scheme:light dark}body{font:14px/1.5 ui-monospace,Menlo,Consolas,monospace;margin:2em}"
    "table{border-collapse:collapse}td{white-space:pre-wrap;padding:0 1em;vertical-align:top}"
    "td.number{color:GrayText;text-align:right;user-select:none}td.note{color:LinkText}"
)


def render(found: Annotated) -> str:
    """The page; all text of the source is escaped."""
    notes = by_line(found)
    rows = "".join(_row(number, line, notes.get(number, [])) for number, line in enumerate(found.lines, 1))
    title = escape(safe(found.source))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        f"<table>\n{rows}</table>\n</body>\n</html>\n"
    )


def _row(number: int, line: str, notes: list[str]) -> str:
    note = escape(safe(" | ".join(notes)))
    code = escape(safe(line.replace("\t", "    ")))
    return f'<tr><td class="number">{number}</td><td>{code}</td><td class="note">{note}</td></tr>\n'
