"""Elements: tensors merged one by one, dropped in training, or each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.pictures.drawing import LINE, Area, Drawing
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import (
    CELL,
    HUED,
    OUTPUT,
    PADDING,
    TENSOR,
    VALUED,
    cells_of,
    count,
    draw_stack,
    draw_title,
    extent,
    number,
    panels,
    plane_and_depth,
    row_length,
    sized,
    stack,
    stack_edge,
)  # fmt: skip
from densecli.render.pictures.moved import WIDEST, Tensor, fits, flat, gather, in_memory, places
from densecli.shape import product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.languages.xml import Xml
    from densecli.render.pictures.kinds import Dropped, Held, Merged, Same
    from densecli.shape import Shape

SHOWN = 4  # tensors that are drawn of many
SOME = 120  # cells of a tensor that is drawn twice


def merged(picture: Merged, sample: Sample) -> Figure:
    shapes, output = picture.shapes, picture.output
    broadcast = " A size of 1 serves every place of its axis." if any(shape != output for shape in shapes) else ""
    caption = f"{_sentence(picture)}{broadcast}"
    if None in output or any(None in shape for shape in shapes) or not fits(output, *shapes) or len(shapes) > SHOWN:
        return Figure(_merged_stacks(picture), caption)
    inputs = [
        Tensor(
            _named(which),
            shape or (1,),
            [index // row_length(shape) for index in range(count(shape))],
            flat(sample.input(which)),
        )
        for which, shape in enumerate(shapes)
    ]
    result = Tensor(
        "output",
        output or (1,),
        [index // row_length(output) for index in range(count(output))],
        flat(sample.output()),
    )
    sources = [
        [(which, _serving(shape, output, index)) for which, shape in enumerate(shapes)]
        for index in range(count(output))
    ]
    return Figure(gather(inputs, result, sources, [picture.sign] * (len(shapes) - 1)), caption)


def _named(which: int) -> str:
    return f"input {which + 1}"


def _serving(shape: Shape, output: Shape, index: int) -> int:
    """The place in an input that serves one of the output: axes are lined up at the end, and a size of 1 serves all."""
    place = list(places(output, index))[len(output) - len(shape) :]
    return in_memory(shape, [0 if dim == 1 else at for dim, at in zip(shape, place, strict=True)])


def _sentence(picture: Merged) -> str:
    how = {
        "+": "are added", "−": "are subtracted", "×": "are multiplied", "mean": "give their mean", "max": "give the largest of them",
        "min": "give the smallest of them",
    }  # fmt: skip
    return f"Elements in the same place {how.get(picture.sign, 'are merged')}."


def _merged_stacks(picture: Merged) -> Drawing:
    """Large tensors to scale, with the sign between them."""
    drawing, shapes = Drawing(), picture.shapes[:SHOWN]
    edge = stack_edge([*shapes, picture.output], 120, 10)
    x, line = 0.0, 0.0
    for which, shape in enumerate(shapes):
        if which:
            drawing.text(x, line, picture.sign, "bold", "middle")
            x += 30
        made = _draw_one(drawing, _named(which), shape, x, edge, which)
        line, x = made.center + 4, max(drawing.right, made.right) + 30
    if len(picture.shapes) > SHOWN:
        drawing.text(x, line, f"… {len(picture.shapes):,} in all", "dim")
        x = drawing.right + 30
    drawing.arrow((x - 14, line - 4), (x + 16, line - 4))
    _draw_one(drawing, "output", picture.output, x + 28, edge, None)
    return drawing


def _draw_one(drawing: Drawing, title: str, shape: Shape, x: float, edge: float, hue: int | None) -> Area:
    made = stack(*plane_and_depth(shape), edge).at(x, 0)
    draw_stack(drawing, made, OUTPUT if hue is None else HUED[hue])
    draw_title(drawing, x, -8, title, sized(*shape))
    return made.area


# -- one tensor -----------------------------------------------------------------------------------
def held(picture: Held, sample: Sample) -> Figure:
    drawing = Drawing()
    shape = picture.shape or (1,)
    if None not in shape and fits(shape):
        names = [TENSOR] * count(shape)
        _cells(drawing, "input", shape, names, flat(sample.input()))
    else:
        _draw_one(drawing, "input", shape, 0, stack_edge([shape], 150, 12), 0)
    return Figure(drawing, f"One sample: {sized(*picture.shape)}.")


def _cells(
    drawing: Drawing, title: str, shape: Shape, names: Sequence[Xml], values: Sequence[float] | None = None
) -> Area:
    made = panels(shape, CELL, VALUED if values else None)
    area = extent(made)
    if area.width > WIDEST:
        made, values = panels(shape, min(CELL, CELL * WIDEST / extent(panels(shape, CELL)).width)), None
    made = [each.at(each.x + max(drawing.right, 0), each.y + 2 * LINE + 6) for each in made]
    for cell, name in zip(cells_of(made), names, strict=True):
        drawing.rect(cell, name)
    for cell, value in zip(cells_of(made), values or (), strict=False):
        drawing.text(cell.middle, cell.center + 3.5, number(value), "small", "middle")
    draw_title(drawing, made[0].x, 2 * LINE - 2, title, sized(*shape))
    return extent(made)


def same(picture: Same, sample: Sample) -> Figure:
    shape = picture.shape or (1,)
    caption = picture.done
    if None not in shape and fits(shape):
        rows = [index // row_length(shape) for index in range(count(shape))]
        result = Tensor("output", shape, rows, flat(sample.output()))
        drawing = gather(
            [Tensor("input", shape, rows, flat(sample.input()))], result, [(0, index) for index in range(count(shape))]
        )
        return Figure(drawing, caption)
    drawing = Drawing()
    edge = stack_edge([shape], 120, 10)
    area = _draw_one(drawing, "input", shape, 0, edge, 0)
    x = max(drawing.right, area.right)
    drawing.arrow((x + 12, area.center), (x + 44, area.center))
    _draw_one(drawing, "output", shape, x + 56, edge, None)
    return Figure(drawing, caption)


def dropped(picture: Dropped, _: Sample) -> Figure:
    """An example in training, and inference: all cells, or some positions and channels of a large tensor."""
    drawing = Drawing()
    shape = _as_columns(picture)
    whole = None not in shape and 0 < count(shape) <= SOME
    shown = shape if whole else (5, 8)
    every = range(count(shown))
    gone = [_is_gone(index if picture.channels is None else index % row_length(shown), picture.rate) for index in every]
    examples = (
        ("in training, for example", [PADDING if each else TENSOR for each in gone]),
        ("at inference", [TENSOR] * len(gone)),
    )
    x = 0.0
    for title, names in examples:
        part = Drawing()
        _cells(part, title, shown, names)
        x = drawing.place(part, x - part.area.x, 0).right + 60
    what = "cells" if picture.channels is None else "channels (columns), whole,"
    note = "" if whole else f" Drawn are a few of {sized(*picture.shape)}."
    scaled = f"; the others grow by 1 / {1 - picture.rate:.3g}" if picture.rate < 1 else ""
    return Figure(
        drawing,
        f"In training, {picture.rate:.0%} of the {what} become 0 at random (dashed){scaled}. At inference nothing changes.{note}",
    )


def _as_columns(picture: Dropped) -> Shape:
    """The shape, or positions by channels where whole channels are dropped."""
    if picture.channels is None:
        return picture.shape or (1,)
    channels = picture.shape[picture.channels]
    return product(dim for at, dim in enumerate(picture.shape) if at != picture.channels), channels


def _is_gone(index: int, rate: float) -> bool:
    """An even-looking example: the fractions of multiples of the golden ratio are spread evenly."""
    return (index * 0.6180339887 + 0.3) % 1 < rate
