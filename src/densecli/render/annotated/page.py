"""An annotated source as an HTML page: one file, no script, readable in light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.annotated.source import by_line
from densecli.render.languages.xml import Xml

if TYPE_CHECKING:
    from densecli.render.annotated.source import Annotated


def render(found: Annotated) -> Xml:
    """The page; all text of the source is quoted."""
    notes = by_line(found)
    rows = [_row(number, line, notes.get(number, [])) for number, line in enumerate(found.lines, 1)]
    return Xml.put(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">\n'
        "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n<table>\n{2}</table>\n</body>\n</html>\n",
        Xml.quoted(found.source), Xml.asset("annotated.css"), Xml.joined("", rows),
    )  # fmt: skip


def _row(number: int, line: str, notes: list[str]) -> Xml:
    code, note = Xml.quoted(line.replace("\t", "    ")), Xml.quoted(" | ".join(notes))
    return Xml.put('<tr><td class="number">{}</td><td>{}</td><td class="note">{}</td></tr>\n', number, code, note)
