"""An explanation as one SVG: the picture of each layer under its name, from top to bottom."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from densecli.render.explain.panels import panels
from densecli.render.languages.xml import Xml
from densecli.render.palette.kinds import kind_of
from densecli.render.pictures.drawing import LINE, Area, Drawing, shorter
from densecli.render.pictures.style import css
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.explain.numbers import Numbers
    from densecli.render.explain.panels import Panel
    from densecli.render.pictures.figure import Figure
    from densecli.summary.report import Report

MARGIN, INDENT, GAP = 20.0, 24.0, 40.0
LETTERS = 100  # in a line of text
WIDEST = 1000  # characters of a description


def render(results: Sequence[tuple[Report, Numbers | None]], layers: Sequence[str] = ()) -> Xml:
    """A whole file, with the numbers of a forward pass if there are any. Equal layers are drawn once."""
    drawing, y = Drawing(), 0.0
    for report, numbers in results:
        y = _model(drawing, report, list(panels(report, layers, numbers)), y, named=not layers)
    reports = [report for report, _ in results]
    names = ", ".join(report.name for report in reports)
    title = f"How the layers of {names} work" if not layers else f"How {', '.join(layers)} of {names} works"
    area = drawing.area.grown(MARGIN)
    return Xml.put(
        """<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" class="sketch" role="graphics-document document" aria-labelledby="title desc" width="{2:.0f}" height="{3:.0f}" viewBox="{0:.1f} {1:.1f} {2:.1f} {3:.1f}">
<title id="title">{4}</title>
<desc id="desc">{5}</desc>
<style>
{6}
</style>
<rect class="sheet" x="{0:.1f}" y="{1:.1f}" width="{2:.1f}" height="{3:.1f}"/>
{7}
</svg>
""",
        *area, Xml.quoted(shorter(title, 200)), Xml.quoted(_description(reports, layers)), css(), Xml.joined("\n", drawing.parts),
    )  # fmt: skip


def _description(reports: Sequence[Report], layers: Sequence[str]) -> str:
    count = len(layers) or sum(len(report.rows) for report in reports)
    return f"Pictures of {plural(count, 'layer')}, for one sample. Cells that are pointed at or focused show what they are made of."


def _model(drawing: Drawing, report: Report, found: Sequence[Panel], y: float, *, named: bool) -> float:
    """Every layer that has a picture or is like one that has; where the next model may begin."""
    if named:
        drawing.text(0, y + 12, shorter(report.name), "head")
        y += 44
    for panel in found:
        if panel.figure is not None:
            y = _panel(drawing, panel, panel.figure, y) + GAP
        elif panel.shown:
            y = _heading(drawing, panel, y) + GAP
    return y


def _panel(drawing: Drawing, panel: Panel, figure: Figure, y: float) -> float:
    """A layer's heading, picture and caption; where the next one may begin."""
    drawing.parts.append(
        Xml.put(
            '<g role="group" aria-label="{}">', Xml.quoted(shorter(f"{panel.found.name}: {figure.caption}", WIDEST))
        )
    )
    x = panel.level * INDENT
    y = _heading(drawing, panel, y) + 16
    area = drawing.place(figure.drawing, x - figure.drawing.area.x, y - figure.drawing.area.y)
    y = area.bottom + LINE + 8
    for line in wrap(figure.caption, LETTERS):
        drawing.text(x, y, line, "dim whole")
        y += LINE
    drawing.parts.append(Xml.put("</g>"))
    return y


def _heading(drawing: Drawing, panel: Panel, y: float) -> float:
    """Name, type, shapes and formula, behind the color of the layer's kind; the last line of the heading."""
    found, x = panel.found, panel.level * INDENT
    if panel.row.layer is not None:
        drawing.rect(Area(x, y - 12, 5, 32), Xml.put("k-{}", Xml.quoted(kind_of(panel.row.layer).name)))
    name = drawing.text(x + 14, y, found.name, "bold")
    drawing.text(name.right + 8, y, found.type, "dim")
    told = f"as {shorter(found.same_as, 40)}" if found.same_as is not None else found.formula
    for line in (shorter(found.shapes.replace("->", "→"), LETTERS), *wrap(told, LETTERS)):
        y += LINE
        drawing.text(x + 14, y, line, "dim whole")
    return y
