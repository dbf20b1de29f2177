"""Normalization: which elements share a mean and a variance, and the numbers that are kept for each channel."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import LINE, Drawing
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import (
    HUED,
    HUES,
    OUTPUT,
    TENSOR,
    WEIGHT,
    Grid,
    counted,
    draw_grid,
    draw_title,
    draw_values,
    drawn_size,
    scale,
    sized,
    title_width,
)  # fmt: skip
from densecli.shape import product

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.pictures.kinds import Normalized

ROOM = 330.0
MOST = 400
GAP = 54.0


def normalized(picture: Normalized, sample: Sample) -> Figure:
    """A matrix of the kept axes (columns: channels or features) and all others (rows), with the kept numbers above it."""
    drawing = Drawing()
    shape = picture.shape or (1,)
    columns = prod(drawn_size(shape[axis]) for axis in picture.kept)
    rest = [axis for axis in range(len(shape)) if axis not in picture.kept]
    rows = prod(drawn_size(shape[axis]) for axis in rest)
    values = _matrix(picture, sample, rest)
    edge = 44.0 if values and columns <= 8 else scale((columns, ROOM), cell=18)
    tall = min(scale((rows, 180.0), cell=18), edge) if rows * columns <= MOST else scale((rows, 180.0), cell=18)
    x = _draw_numbers(drawing, picture, sample, (columns, edge), bool(values))
    top = drawing.bottom + 2 * LINE + 14 if picture.numbers else 2 * LINE + 8
    made = Grid(x, top, max(rows, 1), columns, edge, tall)
    what = sized(*shape)
    draw_title(drawing, x, top - 8, "input", what)
    y = Grid(x + max(made.area.width, title_width("input", what)) + GAP, top, made.rows, columns, edge, tall)
    draw_title(drawing, y.x, top - 8, "output", what)
    drawing.arrow((y.x - GAP + 10, made.area.center), (y.x - 10, made.area.center))
    _draw_shared(drawing, picture, made, rest)
    _looks(drawing, picture, (made, y), rest)
    for grid, at in ((made, 0), (y, 1)):
        if grid.whole and values:
            draw_values(drawing, grid, values[at])
    return Figure(drawing, _caption(picture))


def _matrix(picture: Normalized, sample: Sample, rest: Sequence[int]) -> list[Any]:
    """Input and output as matrices, where the kept axis is the last one and the numbers are known."""
    axes = len(picture.shape)
    if picture.kept != (axes - 1,) or sample.input() is None or sample.output() is None:
        return []
    found = []
    for each in (sample.input(), sample.output()):
        rows = each
        for _ in rest[1:]:
            rows = [row for block in rows for row in block]
        found.append(rows if rest else [rows])
    return found


def _draw_numbers(
    drawing: Drawing, picture: Normalized, sample: Sample, size: tuple[int, float], valued: bool
) -> float:
    """The kept numbers, a row each; where the columns begin."""
    columns, edge = size
    x = max([0.0, *(title_width(name, "") for name in picture.numbers)])
    x = x + 14 if picture.numbers else 0.0
    for at, name in enumerate(picture.numbers):
        made = Grid(x, at * 26.0, 1, columns, edge, 18)
        drawing.text(x - 10, at * 26.0 + 13, name, "bold", "end")
        draw_grid(drawing, made, WEIGHT, None if not valued or name not in sample.weights else [sample.weights[name]])
        drawing.text(made.area.right + 10, at * 26.0 + 13, "learned" if at < picture.trained else "statistics", "dim")
    return x


def _groups(picture: Normalized, made: Grid, rest: Sequence[int]) -> Iterator[tuple[range, range]]:
    """Rows and columns of the elements that share a mean and a variance, group by group."""
    across = all(axis in picture.shared for axis in picture.kept)
    down = all(axis in picture.shared for axis in rest)
    if picture.groups:
        width = max(made.columns // picture.groups, 1)
        for start in range(0, made.columns, width):
            yield range(made.rows), range(start, start + width)
    elif across and down:
        yield range(made.rows), range(made.columns)
    elif across:
        yield from ((range(row, row + 1), range(made.columns)) for row in range(made.rows))
    else:
        yield from ((range(made.rows), range(column, column + 1)) for column in range(made.columns))


def _draw_shared(drawing: Drawing, picture: Normalized, made: Grid, rest: Sequence[int]) -> None:
    hues = {}
    groups = list(_groups(picture, made, rest))
    if not made.whole:
        drawing.rect(made.area, TENSOR)
        rows, columns = groups[len(groups) // 2]
        drawing.rect(made.block(rows, columns), HUED[1])
        return
    for at, (rows, columns) in enumerate(groups):
        hues.update({(row, column): HUED[at % HUES] for row in rows for column in columns})
    draw_grid(drawing, made, TENSOR, paint=lambda row, column: hues.get((row, column), TENSOR))


def _looks(drawing: Drawing, picture: Normalized, grids: tuple[Grid, Grid], rest: Sequence[int]) -> None:
    """Each output with the elements that it shares a mean with, and the numbers of its channel."""
    made, output = grids
    if not output.whole:
        draw_grid(drawing, output, OUTPUT)
        return
    group_of = {
        (row, column): block for block in _groups(picture, made, rest) for row in block[0] for column in block[1]
    }
    places = [(row, column) for row in range(output.rows) for column in range(output.columns)]
    with drawing.group(Xml.put("looks")):
        for at, (row, column) in enumerate(places):
            with drawing.look(f"output {row}, {column}", shown=at == min(1, len(places) - 1), at=at, of=len(places)):
                drawing.rect(output.cell(row, column), OUTPUT)
                drawing.lit([output.cell(row, column).grown(-1.3), made.block(*group_of[row, column])])
                kept = [
                    Grid(made.x, index * 26.0, 1, made.columns, made.width, 18).column(column)
                    for index in range(len(picture.numbers))
                ]
                drawing.lit(kept, Xml.put("lit too"))


def _caption(picture: Normalized) -> str:
    statistics = len(picture.numbers) - picture.trained
    if picture.groups:
        share = f"Channels in {counted(picture.groups, 'groups')}: the elements of a group (one color) share a mean and a variance"
    elif statistics:
        share = "Each channel (one color) is shifted and scaled by its own numbers"
    else:
        share = f"Elements in one color share {picture.formula}"
    kept = product(picture.shape[axis] for axis in picture.kept)
    where = counted(kept, "channels" if statistics or picture.groups else "features")
    count = f"; {counted(len(picture.numbers), 'numbers')} for each of {where}" if picture.numbers else ""
    return f"{share}{count}."
