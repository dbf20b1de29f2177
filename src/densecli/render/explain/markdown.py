"""An explanation as Markdown: a heading for each layer, its weights as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.explain.explanation import (
    cost,
    cost_rules,
    explanations,
    inside,
    total_lines,
    weight_rows,
    weight_sum,
)
from densecli.render.explain.numbers import example_lines, values_lines
from densecli.render.languages.markdown import Markdown
from densecli.render.pages.markdown import cell, item, table
from densecli.render.table import totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from densecli.render.explain.explanation import Explanation
    from densecli.render.explain.lines import Line
    from densecli.render.explain.numbers import Numbers
    from densecli.summary.report import Report, WeightInfo

DEEPEST = 6  # levels of headings
HEADS = (("Weight", "left"), ("Parameters", "right"), ("Axes", "left"), ("Trainable", "left"))


def render(report: Report, layers: Sequence[str] = (), numbers: Numbers | None = None) -> Markdown:
    """The whole model, the totals last; or only those `layers`."""
    parts = [Markdown.put("## Model: {}", Markdown.quoted(report.name))]
    if numbers is not None:
        parts.append(cell(numbers.source))
        parts += _block(values_lines(numbers.inputs, numbers.digits, None))
    for each in explanations(report, layers, numbers):
        parts += _layer(each, report.basis, 3, numbers)
    if not layers:
        parts += [Markdown.put("### Totals"), Markdown.joined("\n", list(_totals(report)))]
    return Markdown.put("{}\n", Markdown.joined("\n\n", parts))


def _block(lines: Iterable[Line]) -> Iterator[Markdown]:
    found = [" " * line.indent + line.text for line in lines]
    if found:
        yield Markdown.block(found)


def _totals(report: Report) -> Iterator[Markdown]:
    yield from (item(*line) for line in total_lines(report))
    yield from (Markdown.put("- {}", cell(remark)) for remark in totals.remarks(report))


def _layer(found: Explanation, basis: str, level: int, numbers: Numbers | None) -> Iterator[Markdown]:
    sign, code = Markdown.joined("", [Markdown.put("#")] * min(level, DEEPEST)), Markdown.quoted
    yield Markdown.put("{} {} ({})", sign, code(found.name), code(found.type))
    shapes = code(found.shapes) if found.shapes else Markdown.put("no shapes")
    yield Markdown.put("{}: {}", shapes, cell(found.parameters))
    if found.same_as is not None:
        yield Markdown.put("As {}.", code(found.same_as))
    else:
        yield from _own(found, basis)
    if numbers is not None:
        yield from _block(values_lines(found.arrays, numbers.digits, None))
        yield from _block(() if found.example is None else example_lines(found.example, numbers.digits))
    for inner in () if found.same_as is not None else inside(found):
        yield from _layer(inner, basis, level + 1, numbers)


def _own(found: Explanation, basis: str) -> Iterator[Markdown]:
    if found.line is not None:
        yield Markdown.put("line {}: {}", found.line[0], Markdown.quoted(found.line[1]))
    rules = [item(label, text) for label, text in _rules(found, basis)]
    rules += [Markdown.put("- {}", cell(sentence)) for sentence in found.sentences]
    if rules:
        yield Markdown.joined("\n", rules)
    if found.weights:
        yield _weights(found.weights)


def _rules(found: Explanation, basis: str) -> Iterator[tuple[str, str]]:
    if found.formula:
        yield "formula", found.formula
    if found.shape_rule:
        yield "shape", found.shape_rule
    if found.work.macs != 0 or found.work.flops != 0:
        yield cost(found.work, basis)
    yield from cost_rules(found.work)


def _weights(weights: Sequence[WeightInfo]) -> Markdown:
    rows = [
        [*map(cell, each), cell("yes" if weight.trainable else "no")]
        for weight, each in zip(weights, weight_rows(weights), strict=True)
    ]
    if weight_sum(weights):
        rows.append([cell("total"), cell(weight_sum(weights)), cell(""), cell("")])
    return table(HEADS, rows)
