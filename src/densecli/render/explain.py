"""How each shape and parameter count is computed. The sentences are in the layers; this file lays them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.table import totals
from densecli.render.table.columns import UNKNOWN, number
from densecli.shape import product, show
from densecli.text import plural, safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.summary.report import Report, Row, WeightInfo


def render(report: Report) -> str:
    """The whole model, a paragraph for each layer, the totals last."""
    paragraphs = ["\n".join(layer_lines(row, report.basis)) for row in report.rows]
    return "\n\n".join([f'Model: "{safe(report.name)}"', *paragraphs, "\n".join(total_lines(report))]) + "\n"


def layer_lines(row: Row, basis: str, indent: str = "") -> Iterator[str]:
    yield f"{indent}{safe(row.name)} ({safe(row.type)})  {shapes(row)}  {parameters(row)}"
    inside = indent + "  "
    if row.layer is not None and row.layer.formula:
        yield f"{inside}{row.layer.formula}"
    if row.layer is not None and row.layer.shape_rule:
        yield f"{inside}shape: {row.layer.shape_rule}"
    yield from (f"{inside}{line}" for line in weight_lines(row))
    if row.macs != 0 or row.flops != 0:
        yield f"{inside}cost: {work(row)} for {basis}"
    yield from (f"{inside}{safe(sentence)}" for sentence in sentences(row))
    for inner in row.layers:
        yield from layer_lines(inner, basis, inside)


def parameters(row: Row) -> str:
    if row.weights_unknown:
        return f"{UNKNOWN} parameters"
    if row.unbuilt:
        return "not built: nothing calls it"
    return f"{'≥ ' if row.uncounted else ''}{plural(row.params, 'parameter')}"


def work(row: Row) -> str:
    """Multiply-accumulates, if any, and all operations."""
    macs = "" if row.macs == 0 else f"{number(row.macs)} multiply-accumulates, "
    return f"{macs}{number(row.flops)} FLOPs"


def shapes(row: Row) -> str:
    """(None, 3, 2) -> (None, 3, 16)"""
    sides = [
        ", ".join("?" if shape is None else show(shape) for shape in side)
        for side in (row.input_shapes, row.output_shapes)
    ]
    return " -> ".join(side for side in sides if side)


def weight_lines(row: Row) -> Iterator[str]:
    """kernel 2 × 16 = 32 (input features × units), and the sum."""
    own = [weight for weight in row.weights if not row.layers or "/" not in weight.name]
    width = max((len(weight.name) for weight in own), default=0)
    yield from (weight_line(weight, width) for weight in own)
    if len(own) > 1:
        counts = [product(weight.shape) or 0 for weight in own]
        yield f"{'total'.ljust(width)}  {' + '.join(f'{count:,}' for count in counts)} = {sum(counts):,}"


def weight_line(weight: WeightInfo, width: int) -> str:
    count = product(weight.shape) or 0
    factors = " × ".join(f"{dim:,}" for dim in weight.shape)
    numbers = f"{factors} = {count:,}" if len(weight.shape) > 1 else f"{count:,}"
    axes = f"  ({' × '.join(weight.axes)})" if weight.axes else ""
    frozen = "" if weight.trainable else "  not trainable"
    return f"{safe(weight.name).ljust(width)}  {numbers}{axes}{frozen}"


def sentences(row: Row) -> list[str]:
    """The layer's own sentences, with its numbers."""
    if row.layer is None or row.expects is None or (row.opaque and not row.layer.opaque):
        return []
    return list(row.layer.explain(row.expects.output, *row.expects.args, **row.expects.kwargs))


def total_lines(report: Report) -> Iterator[str]:
    counts = [row.params for row in report.rows if row.params and not row.shares_weights_with]
    sum_of = f"{' + '.join(f'{count:,}' for count in counts)} = " if 1 < len(counts) <= 12 else ""
    (label, params), *others = totals.total_lines(report)
    yield f"{label}: {sum_of}{params}"
    yield from (f"{label}: {text}" for label, text in others)
    yield from totals.remarks(report)
