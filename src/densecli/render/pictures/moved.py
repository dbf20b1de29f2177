"""Layers that only move numbers: the colors of the cells go along with them."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from densecli.records import Record
from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import LINE, Area, Drawing
from densecli.render.pictures.grid import (
    CELL,
    HUED,
    HUES,
    LEAST,
    MOST,
    PADDING,
    VALUED,
    Grid,
    cells_of,
    count,
    draw_title,
    drawn_size,
    extent,
    number,
    panels,
    scale,
    sized,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Source = tuple[int, int] | list[tuple[int, int]]

WIDEST = 860.0
BESIDE = 430.0  # a tensor up to this wide leaves room for another one beside it


class Tensor(Record):
    """A tensor whose cells are all drawn: its title, its shape, and the color of each cell (None: padding)."""

    title: str
    shape: Sequence[Any]
    hues: Sequence[int | None]
    values: Sequence[Any] | None = None


# -- every cell -------------------------------------------------------------------------------
def fits(*shapes: Sequence[Any]) -> bool:
    """Whether all cells of these tensors can be drawn."""
    return all(count(shape) <= MOST and _edge(shape) >= LEAST for shape in shapes)


def _edge(shape: Sequence[Any], wide: float = CELL) -> float:
    width = extent(panels(shape, CELL)).width
    return scale((1, wide * WIDEST / width), cell=wide) if width > WIDEST else wide


def gather(
    inputs: Sequence[Tensor], output: Tensor, sources: Sequence[Source | None], signs: Sequence[str] = ()
) -> Drawing:
    """Input tensors, an arrow and the output; each output cell shows the cells that it comes from: (input, index), one or several."""
    drawing = Drawing()
    edge, wide = _sizes((*inputs, output))
    drawn: list[list[Grid]] = []
    place = (0.0, 0.0)
    for index, each in enumerate(inputs):
        if index:
            place = _sign(drawing, drawn[-1], signs[index - 1] if signs else "", place)
        drawn.append(_placed(each, (edge, wide), place))
        _draw_tensor(drawing, each, drawn[-1])
        place = (extent(drawn[-1]).right, place[1])
    last = extent(drawn[-1])
    width = extent(panels(output.shape, edge, wide)).width
    if last.right + 70 + width <= WIDEST:
        y = last.center
        place = (max(last.right, drawing.right) + 46, 0.0)
        made = _placed(output, (edge, wide), place)
        drawing.arrow((place[0] - 36, y), (place[0] - 10, y))
    else:
        made = _placed(output, (edge, wide), (0.0, drawing.bottom + 30))
        drawing.arrow((12, drawing.bottom + 6), (12, drawing.bottom + 24))
    _draw_tensor(drawing, output, made, _ways(drawn, sources))
    return drawing


def _sign(drawing: Drawing, made: Sequence[Grid], sign: str, place: tuple[float, float]) -> tuple[float, float]:
    """The sign between two inputs; where the next one begins."""
    area, right = extent(made), drawing.right
    if right > BESIDE:
        return (0.0, drawing.bottom + 14)
    if sign:
        right = drawing.text(right + 9, area.center + 4, sign, "bold").right - 11
    return (right + 20, place[1])


def _sizes(tensors: Sequence[Tensor]) -> tuple[float, float]:
    """Height and width of all cells: with room for their numbers, where all have some and all fit."""
    valued = all(each.values is not None for each in tensors)
    if valued and all(extent(panels(each.shape, CELL, VALUED)).width <= WIDEST for each in tensors):
        return CELL, VALUED
    edge = min(_edge(each.shape) for each in tensors)
    return edge, edge


def _placed(tensor: Tensor, size: tuple[float, float], place: tuple[float, float]) -> list[Grid]:
    return [each.at(each.x + place[0], each.y + place[1] + 2 * LINE + 6) for each in panels(tensor.shape, *size)]


def _ways(drawn: Sequence[Sequence[Grid]], sources: Sequence[Source | None]) -> Iterator[list[Area]]:
    cells = [cells_of(made) for made in drawn]
    for source in sources:
        each = source if isinstance(source, list) else [] if source is None else [source]
        yield [cells[which][index] for which, index in each]


def _draw_tensor(
    drawing: Drawing, tensor: Tensor, made: Sequence[Grid], ways: Iterator[list[Area]] | None = None
) -> None:
    area = extent(made)
    draw_title(drawing, area.x, area.y - 8, tensor.title, sized(*tensor.shape))
    cells = cells_of(made)
    if ways is None:
        for area, hue in zip(cells, tensor.hues, strict=True):
            drawing.rect(area, PADDING if hue is None else HUED[hue % HUES])
    else:
        with drawing.group(Xml.put("looks")):
            shown = _example(tensor)
            for index, (cell, hue, source) in enumerate(zip(cells, tensor.hues, ways, strict=True)):
                label = f"{tensor.title}{list(places(tensor.shape, index))}"
                with drawing.look(label, shown=index == shown, at=index, of=len(cells)):
                    drawing.rect(cell, PADDING if hue is None else HUED[hue % HUES])
                    drawing.lit([cell.grown(-1.3), *source])
    for cell, value in zip(cells, tensor.values or () if cells[0].width >= VALUED else (), strict=False):
        drawing.text(cell.middle, cell.center + 3.5, number(value), "small", "middle")


def _example(tensor: Tensor) -> int:
    """A cell near the middle that is not padding."""
    middle = len(tensor.hues) // 2
    real = [index for index, hue in enumerate(tensor.hues) if hue is not None]
    return min(real, key=lambda index: abs(index - middle), default=middle)


def places(shape: Sequence[Any], index: int) -> Iterator[int]:
    """The place of a cell along each axis, by its place in memory."""
    sizes = [drawn_size(dim) for dim in shape]
    for at in range(len(sizes)):
        rest = prod(sizes[at + 1 :])
        yield index // rest % sizes[at]


def in_memory(shape: Sequence[Any], place: Sequence[int]) -> int:
    """The other way round."""
    index = 0
    for dim, at in zip(shape, place, strict=True):
        index = index * drawn_size(dim) + at
    return index


def flat(values: Any) -> list[float] | None:
    """Nested numbers, or those of an array, as one list."""
    if values is None:
        return None
    found = [values]
    while found and hasattr(found[0], "__len__"):
        found = [each for row in found for each in row]
    return [float(each) for each in found]
