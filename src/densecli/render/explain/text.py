"""An explanation for a terminal: a paragraph for each layer, lines broken only between words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.explain.explanation import (
    cost,
    cost_rules,
    explanations,
    inside,
    total_lines,
    weight_rows,
    weight_sum,
)
from densecli.render.table import totals
from densecli.render.table.wrapping import lines
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from densecli.render.explain.explanation import Explanation
    from densecli.summary.report import Report, WeightInfo

HEAD, FORMULA, QUIET, PLAIN = "bold", "cyan", "dim", ""  # styles


class Line(Record):
    """A line, how far it and its continuation are indented, and its style."""

    text: str
    indent: int = 0
    hanging: int = 2
    style: str = PLAIN


def render(report: Report, layers: Sequence[str] = (), *, width: int | None = None, color: bool = False) -> str:
    """The whole model, the totals last; or only those `layers`."""
    paragraphs = [[Line(f'Model: "{safe(report.name)}"', style=HEAD)]]
    paragraphs += [list(layer_lines(each, report.basis)) for each in explanations(report, layers)]
    if not layers:
        paragraphs.append([Line(f"{label}: {text}") for label, text in total_lines(report)])
        paragraphs[-1] += [Line(remark) for remark in totals.remarks(report)]
    return "\n\n".join("\n".join(drawn(each, width, color)) for each in paragraphs) + "\n"


def layer_lines(found: Explanation, basis: str, indent: int = 0) -> Iterator[Line]:
    head = f"{safe(found.name)} ({safe(found.type)})  {found.shapes}  {found.parameters}"
    if found.same_as is not None:
        yield Line(f"{head}  as {safe(found.same_as)}", indent, 4, HEAD)
        return
    yield Line(head, indent, 4, HEAD)
    yield from (each._replace(indent=indent + 2) for each in own_lines(found, basis))
    for inner in inside(found):
        yield from layer_lines(inner, basis, indent + 2)


def own_lines(found: Explanation, basis: str) -> Iterator[Line]:
    """What is to say of the layer itself."""
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


# -- drawing --------------------------------------------------------------------------------
def drawn(found: Iterable[Line], width: int | None, color: bool) -> Iterator[str]:
    for line in found:
        text = " " * line.indent + line.text
        parts = [text] if width is None else lines(text, width, line.indent + line.hanging, whole=True)
        yield from (styled(part, line.style) for part in parts) if color and line.style else parts


def styled(text: str, style: str) -> str:
    from rich.text import Text  # noqa: PLC0415  # only color pays for it

    from densecli.render.table.grid import FULL_WIDTH, draw  # noqa: PLC0415

    return draw([Text(text, style=style)], FULL_WIDTH, color=True).rstrip("\n")
