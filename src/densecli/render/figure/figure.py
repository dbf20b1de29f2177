"""A report as a scene: the figure of a whole model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.figure.drawing import Drawing
from densecli.render.figure.layout import laid
from densecli.render.figure.legend import legend
from densecli.render.figure.letters import width
from densecli.render.figure.measure import Ruler
from densecli.render.figure.parts import is_solid
from densecli.render.figure.plan import plan
from densecli.render.figure.scene import Scene, Text, flat
from densecli.render.figure.sizes import axes_of, shape_label
from densecli.render.table.totals import total_lines
from densecli.text import plural, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.figure.net import Joins
    from densecli.render.figure.options import Options
    from densecli.render.figure.parts import Solid
    from densecli.render.figure.scene import Shape
    from densecli.summary.report import Report, TensorInfo

MARGIN = 10.0
ABOVE_LEGEND = 18.0
NARROWEST = 220.0  # of a legend
INFINITE = float("inf")


def figure(report: Report, options: Options) -> Scene:
    """The figure of a model. Raises LimitError E509."""
    frame = plan(report, options.most, _joins(options))
    ruler = Ruler(frame, options)
    shapes = tuple(
        Drawing(ruler).frame(laid(frame, ruler, options.wrap - 2 * MARGIN if options.wrap else INFINITE), (0.0, 0.0))
    )
    left, _, right, low = bounds(shapes)
    shapes += tuple(legend(shapes, (left, low + ABOVE_LEGEND), max(right - left, NARROWEST)))
    left, top, right, low = bounds(shapes)
    size = right - left + 2 * MARGIN, low - top + 2 * MARGIN
    return Scene(_title(report), description(report), (left - MARGIN, top - MARGIN), size, shapes)


def _title(report: Report) -> str:
    return f"{safe(report.name)} ({safe(report.type)})"


def description(report: Report) -> str:
    """The model in words, for those who cannot see the figure."""
    label, text = total_lines(report)[0]
    layers = plural(len(report.rows), "layer")
    return f"{layers} from {_shapes(report.inputs)} to {_shapes(report.outputs)}. {label}: {text}."


def _shapes(tensors: Sequence[TensorInfo]) -> str:
    return ", ".join(shape_label(tensor.shape) for tensor in tensors[:8]) or "nothing"


def _joins(options: Options) -> Joins:
    """Layers stand side by side where their size in space stays the same; pooling ends a block."""

    def joins(one: Solid, other: Solid) -> bool:
        kinds = one.box.kind.name, other.box.kind.name
        if options.style == "boxes" or "input" in kinds or not (is_solid(one.box) and is_solid(other.box)):
            return False
        before, after = axes_of(one).space, axes_of(other).space
        if not before or len(before) != len(after) or kinds[0] == "pooling":
            return False
        return before == after or kinds[1] == "pooling"

    return joins


def bounds(shapes: Sequence[Shape]) -> tuple[float, float, float, float]:
    """Left, top, right and lower end of all shapes; nothing where there are none."""
    xs, ys = [], []
    for shape in flat(shapes):
        if isinstance(shape, Text):
            wide = width(shape.text, shape.size, bold=shape.bold)
            left = shape.at[0] - {"start": 0.0, "middle": wide / 2, "end": wide}[shape.anchor]
            xs += [left, left + wide]
            ys += [shape.at[1] - shape.size * 0.75, shape.at[1] + shape.size * 0.25]
        else:
            points = [shape.start, *[point for segment in shape.segments for point in segment]]
            xs += [x for x, _ in points]
            ys += [y for _, y in points]
    return min(xs, default=0.0), min(ys, default=0.0), max(xs, default=0.0), max(ys, default=0.0)
