"""An explanation as one HTML page that needs no network and no script: words, weights and a picture for each layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.explain.explanation import cost, cost_rules, total_lines, weight_rows, weight_sum
from densecli.render.explain.lines import broken
from densecli.render.explain.numbers import example_lines, values_lines
from densecli.render.explain.panels import panels
from densecli.render.languages.xml import Xml
from densecli.render.pages.head import head
from densecli.render.palette.kinds import kind_of
from densecli.render.pictures.style import css
from densecli.render.table import totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from densecli.render.explain.explanation import Explanation
    from densecli.render.explain.lines import Line
    from densecli.render.explain.numbers import Numbers
    from densecli.render.explain.panels import Panel
    from densecli.render.pictures.figure import Figure
    from densecli.summary.report import Report, WeightInfo

MARGIN = 8.0
BLOCK_WIDTH = 100  # characters that fit on the page, and in a smaller font on paper
DEEPEST = 6  # levels of headings
NOTHING = Xml.put("")


def render(results: Sequence[tuple[Report, Numbers | None]], layers: Sequence[str] = ()) -> Xml:
    """The page; every model has a section for each layer, with the numbers of a forward pass if there are any."""
    style = Xml.put("{}{}\n{}", Xml.asset("page.css"), Xml.asset("explained.css"), css())
    title = results[0][0].name if len(results) == 1 else f"{len(results):,} models"
    body = [part for at, result in enumerate(results, 1) for part in _model(*result, layers, at)]
    return Xml.put(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n{}\n</head>\n<body>\n<main>\n{}\n</main>\n</body>\n</html>\n',
        head(Xml.quoted(title), style), Xml.joined("\n", body),
    )  # fmt: skip


# -- a model --------------------------------------------------------------------------------------
def _model(report: Report, numbers: Numbers | None, layers: Sequence[str], number: int) -> Iterator[Xml]:
    found = list(panels(report, layers, numbers))
    yield Xml.put("<h1>{} <small>{}</small></h1>", Xml.quoted(report.name), Xml.quoted(report.type))
    yield Xml.put('<p class="source">{}</p>', Xml.quoted(report.source))
    if not layers:
        yield from _totals(report)
    if numbers is not None:
        yield Xml.put("<p>{}</p>", Xml.quoted(numbers.source))
        yield from _block(values_lines(numbers.inputs, numbers.digits, BLOCK_WIDTH))
    if len(found) > 1:
        yield from _contents(found, number)
    first: dict[tuple[str, int], int] = {}
    for at, panel in enumerate(found):
        first.setdefault((panel.found.name, panel.level), at)
        before = first.get((panel.found.same_as or "", panel.level), 0)
        yield from _layer(panel, report.basis, numbers, _Place(number, at, len(found), before))


def _totals(report: Report) -> Iterator[Xml]:
    yield Xml.put("<dl>")
    for label, text in total_lines(report):
        yield Xml.put("<div><dt>{}</dt><dd>{}</dd></div>", Xml.quoted(label), Xml.quoted(text))
    yield Xml.put("</dl>")
    notes = [Xml.put("<li>{}</li>", Xml.quoted(note)) for note in totals.remarks(report)]
    if notes:
        yield Xml.put('<ul class="notes">{}</ul>', Xml.joined("", notes))


def _contents(found: Sequence[Panel], number: int) -> Iterator[Xml]:
    """Links to all layers, in the colors of their kinds."""
    yield Xml.put('<nav aria-label="Layers"><ol class="layers">')
    for at, panel in enumerate(found):
        link = Xml.put('<a href="#layer-{}-{}">{}</a>', number, at, Xml.quoted(panel.found.name))
        level = Xml.put(' class="level{}"', min(panel.level, 4)) if panel.level else NOTHING
        yield Xml.put("<li{}>{}{} <small>{}</small></li>", level, _swatch(panel), link, Xml.quoted(panel.found.type))
    yield Xml.put("</ol></nav>")


def _swatch(panel: Panel) -> Xml:
    """A square in the color of the layer's kind."""
    if panel.row.layer is None:
        return NOTHING
    kind = Xml.quoted(kind_of(panel.row.layer).name)
    return Xml.put(
        '<svg class="swatch" width="12" height="12" aria-hidden="true"><rect class="k-{}" x="0.5" y="0.5" width="11" height="11"/></svg> ',
        kind,
    )


# -- a layer --------------------------------------------------------------------------------------
class _Place(Record):
    """Of a layer on the page: the number of its model, its own, how many there are, and that of the layer it is told with."""

    model: int
    at: int
    of: int
    before: int


def _layer(panel: Panel, basis: str, numbers: Numbers | None, place: _Place) -> Iterator[Xml]:
    found, (number, at, of, before) = panel.found, place
    heading = Xml.put("h{}", min(panel.level + 2, DEEPEST))
    yield Xml.put('<section id="layer-{}-{}" class="layer level{}">', number, at, min(panel.level, 4))
    yield Xml.put(
        "<{0}>{1}{2} <small>{3}</small></{0}>", heading, _swatch(panel), Xml.quoted(found.name), Xml.quoted(found.type)
    )
    words = " · ".join(part for part in (found.shapes.replace("->", "→"), found.parameters) if part)
    yield Xml.put('<p class="shapes">{}</p>', Xml.quoted(words))
    following = Xml.put("#layer-{}-{}", number, at + 1) if at + 1 < of else NOTHING
    if found.same_as is not None:
        yield Xml.put('<p>As <a href="#layer-{}-{}">{}</a>.</p>', number, before, Xml.quoted(found.same_as))
        yield from [] if panel.figure is None else [_figure(panel.figure, found.name, following)]
    else:
        yield from _told(panel, basis, following)
    if numbers is not None:
        yield from _block(values_lines(found.arrays, numbers.digits, BLOCK_WIDTH))
        yield from _block(() if found.example is None else example_lines(found.example, numbers.digits))
    yield Xml.put("</section>")


def _block(lines: Iterable[Line]) -> Iterator[Xml]:
    """Lines one below the other, long ones broken between words."""
    found = [Xml.quoted(part) for line in lines for part in broken(line, BLOCK_WIDTH)]
    if found:
        yield Xml.put('<pre class="scroll">{}</pre>', Xml.joined("\n", found))


def _told(panel: Panel, basis: str, following: Xml) -> Iterator[Xml]:
    found = panel.found
    if found.line is not None:
        yield Xml.put('<p class="line">line {}: <code>{}</code></p>', found.line[0], Xml.quoted(found.line[1]))
    if found.formula:
        yield Xml.put('<p class="formula"><code>{}</code></p>', Xml.quoted(found.formula))
    if panel.figure is not None:
        yield _figure(panel.figure, found.name, following)
    facts = [Xml.put("<li>{}</li>", Xml.quoted(text)) for text in _facts(found, basis)]
    if facts:
        yield Xml.put("<ul>{}</ul>", Xml.joined("", facts))
    if found.weights:
        yield _weights(found.weights)


def _figure(figure: Figure, name: str, following: Xml) -> Xml:
    """The picture, with a link past it for those who come by the tab key."""
    area = figure.drawing.area.grown(MARGIN)
    stops = any("tabindex" in part for part in figure.drawing.parts)
    skip = Xml.put('<a class="skip" href="{}">Next layer</a>', following) if stops and following else NOTHING
    return Xml.put(
        '<figure>{}<div class="scroll"><svg class="sketch" role="graphics-document group" aria-label="{}" width="{:.0f}" height="{:.0f}" '
        'viewBox="{:.1f} {:.1f} {:.1f} {:.1f}">{}</svg></div><figcaption>{}</figcaption></figure>',
        skip, Xml.quoted(f"Picture of {name}"), area.width, area.height, *area, Xml.joined("", figure.drawing.parts), Xml.quoted(figure.caption),
    )  # fmt: skip


def _facts(found: Explanation, basis: str) -> Iterator[str]:
    if found.shape_rule:
        yield f"shape: {found.shape_rule}"
    if found.work.macs != 0 or found.work.flops != 0:
        yield ": ".join(cost(found.work, basis))
    yield from (f"{label}: {text}" for label, text in cost_rules(found.work))
    yield from found.sentences


def _weights(weights: Sequence[WeightInfo]) -> Xml:
    rows = [
        _row((*each, "" if weight.trainable else "not trainable"))
        for weight, each in zip(weights, weight_rows(weights), strict=True)
    ]
    if weight_sum(weights):
        rows.append(_row(("total", weight_sum(weights), "", "")))
    return Xml.put('<table class="weights"><tbody>{}</tbody></table>', Xml.joined("", rows))


def _row(cells: Sequence[str]) -> Xml:
    head, *others = cells
    rest = Xml.joined("", [Xml.put("<td>{}</td>", Xml.quoted(each)) for each in others])
    return Xml.put('<tr><th scope="row">{}</th>{}</tr>', Xml.quoted(head), rest)
