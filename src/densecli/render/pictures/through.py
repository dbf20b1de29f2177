"""What is left: shapes in and out of a layer, sizes to scale, and one layer at every step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import LINE, Area, Drawing, shorter, text_width
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import (
    CELL,
    HUED,
    OUTPUT,
    TENSOR,
    VALUED,
    Grid,
    draw_grid,
    draw_stack,
    draw_title,
    drawn_size,
    plane_and_depth,
    sized,
    stack,
    stack_edge,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.pictures.kinds import EachStep, Resized
    from densecli.shape import Shape

SHOWN = 4  # tensors on a side
STEPS = 6
ROOMY = 8  # rows and columns that have room for their numbers
GAP = 48.0


def through(name: str, inputs: Sequence[Shape | None], outputs: Sequence[Shape | None]) -> Figure:
    """Any layer as a box between what goes in and what comes out. Shapes have the batch first."""
    drawing = Drawing()
    shapes = [shape[1:] for shape in (*inputs, *outputs) if shape]
    edge = stack_edge(shapes, 90, 10) if shapes else 10.0
    right = _column(drawing, "input", inputs, 0, edge)
    label = shorter(name, 32)
    box = Area(right + GAP if inputs else 0, 0, max(text_width(label, "bold") + 28, 90), 40)
    box = box.moved(0, max(drawing.area.center, 20) - 20)
    drawing.rect(box, Xml.put("box"), radius=8)
    drawing.text(box.middle, box.center + 4, label, "bold", "middle")
    if inputs:
        drawing.arrow((right + 10, box.center), (box.x - 4, box.center))
    if outputs:
        drawing.arrow((box.right + 4, box.center), (box.right + GAP - 8, box.center))
        _column(drawing, "output", outputs, box.right + GAP, edge, box.center)
    return Figure(drawing, "What goes in, and what comes out.")


def _column(
    drawing: Drawing, title: str, shapes: Sequence[Shape | None], x: float, edge: float, center: float | None = None
) -> float:
    """Tensors one below the other; the right end of what is drawn."""
    column, y = Drawing(), 0.0
    for at, shape in enumerate(shapes[:SHOWN]):
        dims = shape[1:] if shape else ()
        made = stack(*plane_and_depth(dims), edge).at(0, y)
        draw_stack(column, made, OUTPUT if title == "output" else HUED[at])
        named = f"{title} {at + 1}" if len(shapes) > 1 else title
        detail = "unknown shape" if shape is None else sized(*dims)
        draw_title(column, made.area.right + 10, max(made.area.center + 10, y + LINE + 8), named, detail)
        y = column.bottom + 16
    if len(shapes) > SHOWN:
        column.text(0, y + 4, f"… {len(shapes):,} in all", "dim")
    if not column.parts:
        return x
    down = -column.area.y if center is None else center - column.area.center
    return drawing.place(column, x, down).right


def resized(picture: Resized, sample: Sample) -> Figure:
    """A small image with every pixel, and the numbers of its first channel; a large one to scale."""
    drawing = Drawing()
    sides = (picture.before, picture.after)
    values: list[Any] = [
        _plane(each, side) for each, side in zip((sample.input(), sample.output()), sides, strict=True)
    ]
    valued = all(each is not None for each in values) and max(max(map(drawn_size, side)) for side in sides) <= ROOMY
    edge = stack_edge(sides, 200, CELL)
    wide = VALUED if valued else edge
    x = center = 0.0
    for title, side, numbers, name in zip(("input", "output"), sides, values, (TENSOR, OUTPUT), strict=True):
        if x:
            drawing.arrow((x - GAP + 8, center), (x - 8, center))
        rows, columns = map(drawn_size, side)
        made = Grid(x, 0, rows, columns, wide, CELL if valued else edge)
        head = draw_title(drawing, x, -8, title, sized(*side))
        draw_grid(drawing, made, name, numbers if valued else None)
        x, center = max(head.right, made.area.right) + GAP, made.area.center
    return Figure(drawing, picture.how)


def _plane(image: Any, side: Shape) -> Any:
    """The first channel, wherever it is; None where the numbers are not those of an image."""
    if image is None or getattr(image, "ndim", 0) != 3:
        return None
    return image[..., 0] if image.shape[:2] == tuple(side) else image[0] if image.shape[1:] == tuple(side) else None


def each_step(picture: EachStep, _: Sample) -> Figure:
    drawing = Drawing()
    steps = STEPS + 2 if picture.steps is None else picture.steps
    shown: list[int | None] = list(range(steps)) if steps <= STEPS else [*range(STEPS - 2), None, steps - 1]
    label = shorter(picture.inner, 14)
    wide = max(text_width(label) + 16, 70)
    for at, step in enumerate(shown):
        middle = at * (wide + 22) + wide / 2
        if step is None:
            drawing.text(middle, 62, "…", "bold", "middle")
            continue
        drawing.rect(Area(middle - 20, 0, 40, 18), TENSOR)
        drawing.arrow((middle, 22), (middle, 40))
        drawing.rect(Area(middle - wide / 2, 42, wide, 30), HUED[1], radius=6)
        drawing.text(middle, 61, label, "", "middle")
        drawing.arrow((middle, 74), (middle, 92))
        drawing.rect(Area(middle - 20, 94, 40, 18), OUTPUT)
        index = "last" if picture.steps is None and step == steps - 1 else f"{step}"
        drawing.text(middle, 126, f"step {index}", "dim", "middle")
    count = "every step" if picture.steps is None else f"each of the {picture.steps:,} steps"
    return Figure(drawing, f"The same {shorter(picture.inner)}, with the same weights, at {count}.")
