"""Blocks of cells: copies of each, borders around all, and tensors side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.render.pictures.drawing import LINE, Area, Drawing
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import (
    HUED,
    HUES,
    PADDING,
    count,
    draw_stack,
    draw_title,
    drawn_size,
    sized,
    stack,
    stack_edge,
)  # fmt: skip
from densecli.render.pictures.moved import Tensor, fits, flat, gather, in_memory, places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.pictures.kinds import Bordered, Copied, Joined
    from densecli.shape import Shape


# -- copies ---------------------------------------------------------------------------------------
def copied(picture: Copied, sample: Sample) -> Figure:
    before = picture.before
    after = tuple(None if dim is None else dim * times for dim, times in zip(before, picture.times, strict=True))
    how = f"{picture.blended} blends neighbors" if picture.blended else "nothing is learned or computed"
    caption = f"Each cell becomes a block of {sized(*picture.times)} copies; {how}."
    if None not in before and fits(before, after):
        sources = [
            in_memory(before, [at // times for at, times in zip(places(after, index), picture.times, strict=True)])
            for index in range(count(after))
        ]
        last = picture.channels_last
        drawing = gather(
            [Tensor("input", before, range(count(before)), front(sample.input(), before, last))],
            Tensor("output", after, sources, front(sample.output(), after, last)),
            [(0, source) for source in sources],
        )
        return Figure(drawing, caption + whose(sample, before))
    drawing = Drawing()
    edge = stack_edge([after], 220, 8)
    x = _block(drawing, ("input", before), (0, 0), edge)
    _block(drawing, ("output", after), (x, 0), edge)
    return Figure(drawing, caption)


def _block(drawing: Drawing, named: tuple[str, Shape], corner: tuple[float, float], edge: float) -> float:
    """A large tensor with a patch in its middle, which is larger in the output; where the next tensor may begin."""
    title, shape = named
    made = stack(shape[-2:], 1, edge).at(*corner)
    draw_title(drawing, corner[0], corner[1] - 8, title, sized(*shape))
    draw_stack(drawing, made, HUED[0])
    front = made.front
    drawing.rect(
        Area(front.x + front.width * 0.4, front.y + front.height * 0.4, front.width / 5, front.height / 5), HUED[1]
    )
    right = max(made.area.right, drawing.right) + 46
    if title == "input":
        drawing.arrow((right - 36, front.center), (right - 10, front.center))
    return right


def front(values: Any, shape: Shape, channels_last: bool) -> list[float] | None:
    """The numbers of all cells, or of the first channel where there are channels too."""
    if values is None or values.size == count(shape):
        return flat(values)
    place: Any = (..., 0) if channels_last else 0
    return flat(values[place])


def whose(sample: Sample, shape: Shape) -> str:
    """A sentence on which channel the numbers are of, where there are several."""
    values = sample.input()
    return "" if values is None or values.size == count(shape) else " The numbers are those of the first channel."


# -- borders --------------------------------------------------------------------------------------
def bordered(picture: Bordered, sample: Sample) -> Figure:
    before, borders = picture.before, picture.borders
    after = tuple(None if dim is None else dim + sum(pair) for dim, pair in zip(before, borders, strict=True))
    added = any(amount > 0 for pair in borders for amount in pair)
    amounts = "; ".join(f"{abs(first):,} before and {abs(last):,} after" for first, last in borders)
    caption = f"{'Zeros are added' if added else 'Cells are cut off'} along each axis: {amounts}."
    if None not in before and fits(before, after):
        return Figure(_border_cells(picture, after, sample), caption + whose(sample, before))
    return Figure(_border_areas(before, after, borders), caption)


def _border_cells(picture: Bordered, after: Shape, sample: Sample) -> Drawing:
    before, borders, last = picture
    sources: list[int | None] = []
    for index in range(count(after)):
        place = [at - first for at, (first, _) in zip(places(after, index), borders, strict=True)]
        inside = all(0 <= at < drawn_size(dim) for at, dim in zip(place, before, strict=True))
        sources.append(in_memory(before, place) if inside else None)
    row = drawn_size(before[-1]) if len(before) > 1 else 1
    kept = {source for source in sources if source is not None}
    hues = [index // row if index in kept else None for index in range(count(before))]
    colored = [None if source is None else source // row for source in sources]
    return gather(
        [Tensor("input", before, hues, front(sample.input(), before, last))],
        Tensor("output", after, colored, front(sample.output(), after, last)),
        [None if source is None else (0, source) for source in sources],
    )


def _border_areas(before: Shape, after: Shape, borders: Sequence[tuple[int, int]]) -> Drawing:
    """Both sizes one on the other, to scale; of three axes the last two."""
    drawing = Drawing()
    larger = [max(map(drawn_size, pair)) for pair in zip(before, after, strict=True)]
    edge = stack_edge([larger[-2:]], 220, 14)
    (top, _), (left, _) = ([(0, 0), *borders])[-2:]
    inner, outer = stack(before[-2:], 1, edge).front, stack(after[-2:], 1, edge).front
    grown = outer.moved(-left * edge, -(top * edge) if len(before) > 1 else 0)
    areas = sorted(
        ((inner, HUED[0], "input", before), (grown, PADDING, "output", after)),
        key=lambda each: -each[0].width * each[0].height,
    )
    for area, name, _, _ in areas:
        drawing.rect(area, name)
    x = drawing.right + 24
    draw_title(drawing, x, drawing.top + 26, "input", sized(*before))
    draw_title(drawing, x, drawing.top + 74, "output (dashed)", sized(*after))
    return drawing


# -- Concatenate ----------------------------------------------------------------------------------
def joined(picture: Joined, sample: Sample) -> Figure:
    shapes, axis = picture.shapes, picture.axis
    sizes = [shape[axis] for shape in shapes]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    after = (*shapes[0][:axis], total, *shapes[0][axis + 1 :])
    caption = f"The inputs lie side by side along axis {axis + 1}: {' + '.join(sized(size) for size in sizes)} = {sized(total)}."
    if None not in after and all(None not in shape for shape in shapes) and fits(*shapes, after) and len(shapes) <= 8:
        return Figure(_join_cells(shapes, after, axis, sample), caption)
    return Figure(_join_blocks(shapes, after, axis), caption)


def _join_cells(shapes: Sequence[Shape], after: Shape, axis: int, sample: Sample) -> Drawing:
    sources = []
    for index in range(count(after)):
        place, which = list(places(after, index)), 0
        while place[axis] >= drawn_size(shapes[which][axis]):
            place[axis] -= drawn_size(shapes[which][axis])
            which += 1
        sources.append((which, in_memory(shapes[which], place)))
    inputs = [
        Tensor(f"input {which + 1}", shape, [which] * count(shape), flat(sample.input(which)))
        for which, shape in enumerate(shapes)
    ]
    output = Tensor("output", after, [which for which, _ in sources], flat(sample.output()))
    return gather(inputs, output, sources)


def _join_blocks(shapes: Sequence[Shape], after: Shape, axis: int) -> Drawing:
    """Blocks whose widths are to scale."""
    drawing, shown = Drawing(), shapes[:24]
    total = sum(drawn_size(shape[axis]) for shape in shown) or 1
    y = 0.0
    for which, shape in enumerate(shown[:6]):
        block = Area(0, y, max(drawn_size(shape[axis]) / total * 620, 4), 26)
        drawing.rect(block, HUED[which % HUES])
        drawing.text(block.right + 8, block.center + 4, f"input {which + 1}: {sized(*shape)}")
        y += 34
    if len(shapes) > 6:
        drawing.text(0, y + 12, f"and {len(shapes) - 6:,} more", "dim")
        y += 24
    drawing.arrow((12, y + 2), (12, y + 20))
    x, y = 0.0, y + 28
    for which, shape in enumerate(shown):
        block = Area(x, y, max(drawn_size(shape[axis]) / total * 620, 2), 34)
        drawing.rect(block, HUED[which % HUES])
        x = block.right
    draw_title(drawing, 0, y + 34 + 2 * LINE, "output", sized(*after))
    return drawing
