"""An explanation for a terminal: a paragraph for each layer, lines broken only between words."""

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
from densecli.render.explain.lines import FORMULA, HEAD, QUIET, Line, drawn
from densecli.render.explain.numbers import example_lines, values_lines
from densecli.render.table import totals
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.explain.explanation import Explanation
    from densecli.render.explain.numbers import Numbers
    from densecli.summary.report import Report, WeightInfo


def render(
    report: Report,
    layers: Sequence[str] = (),
    numbers: Numbers | None = None,
    *,
    width: int | None = None,
    color: bool = False,
    ascii_only: bool = False,
) -> str:
    """The whole model, the totals last; or only those `layers`."""
    paragraphs = [[Line(f'Model: "{safe(report.name)}"', style=HEAD)]]
    if numbers is not None:
        paragraphs.append([Line(numbers.source), *values_lines(numbers.inputs, numbers.digits, width)])
    paragraphs += [
        list(layer_lines(each, report.basis, numbers, width)) for each in explanations(report, layers, numbers)
    ]
    if not layers:
        paragraphs.append([Line(f"{label}: {text}") for label, text in total_lines(report)])
        paragraphs[-1] += [Line(remark) for remark in totals.remarks(report)]
    return drawn(paragraphs, width=width, color=color, ascii_only=ascii_only)


def layer_lines(
    found: Explanation, basis: str, numbers: Numbers | None, width: int | None, indent: int = 0
) -> Iterator[Line]:
    head = f"{safe(found.name)} ({safe(found.type)})  {found.shapes}  {found.parameters}"
    yield Line(head if found.same_as is None else f"{head}  as {safe(found.same_as)}", indent, 4, HEAD)
    own = [] if found.same_as is not None else [*own_lines(found, basis)]
    if numbers is not None:
        own += values_lines(found.arrays, numbers.digits, width)
        own += [] if found.example is None else example_lines(found.example, numbers.digits)
    yield from (each._replace(indent=indent + 2 + each.indent) for each in own)
    if found.same_as is None:
        for inner in inside(found):
            yield from layer_lines(inner, basis, numbers, width, indent + 2)


def own_lines(found: Explanation, basis: str) -> Iterator[Line]:
    """What is to say of the layer itself."""
    if found.line is not None:
        yield Line(f"line {found.line[0]}: {safe(found.line[1])}", 0, 4, QUIET)
    if found.formula:
        yield Line(found.formula, style=FORMULA)
    if found.shape_rule:
        yield Line(f"shape: {found.shape_rule}")
    yield from weight_lines(found.weights)
    if found.work.macs != 0 or found.work.flops != 0:
        yield Line(": ".join(cost(found.work, basis)))
    yield from (Line(f"  {label}: {text}", 0, 4, QUIET) for label, text in cost_rules(found.work))
    yield from (Line(safe(sentence)) for sentence in found.sentences)


def weight_lines(weights: Sequence[WeightInfo]) -> Iterator[Line]:
    """kernel 2 × 16 = 32 (input features × units), and the sum."""
    width = max((len(weight.name) for weight in weights), default=0)
    for weight, (name, numbers, axes) in zip(weights, weight_rows(weights), strict=True):
        frozen = "" if weight.trainable else "  not trainable"
        yield Line(f"{safe(name).ljust(width)}  {numbers}{f'  ({axes})' if axes else ''}{frozen}", 0, width + 2)
    if weight_sum(weights):
        yield Line(f"{'total'.ljust(width)}  {weight_sum(weights)}", 0, width + 2)
