"""Products: the input to the left, the kernel above, and each output where its row and its column meet (Falk's scheme)."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import LINE, Drawing
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import (
    CELL,
    FEW,
    OUTPUT,
    TENSOR,
    VALUED,
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
from densecli.render.pictures.words import activated

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.render.pictures.kinds import Matched, Product
    from densecli.shape import Shape

ROOM = 200.0  # for the longest side of a large tensor
GAP = 26.0


def product(picture: Product, sample: Sample) -> Figure:
    rows = _rows(picture.positions)
    drawing = Drawing()
    falk(
        drawing,
        (rows, picture.features, picture.units),
        (
            ("input", _detail(picture, counted(picture.features, "features"))),
            (picture.kernel, f"{counted(picture.features, 'features')} × {counted(picture.units, 'units')}"),
            (activated(picture.activation), _detail(picture, counted(picture.units, "units"))),
        ),
        bias=picture.bias,
        values=_values(picture, sample, rows),
        label=lambda row, column: _sum(picture, row, column),
    )
    return Figure(drawing, _caption(picture))


def _detail(picture: Product, last: str) -> str:
    """The sizes of input or output: those of the positions, if there are any, and the last axis."""
    return f"{counted(_known(picture.positions), 'positions')} × {last}" if picture.positions else last


def _values(picture: Product, sample: Sample, rows: int) -> tuple[Any, Any, Any, Any]:
    """The numbers of input, kernel, bias and output, where there is room for all of them."""
    if max(rows, drawn_size(picture.features), drawn_size(picture.units)) > FEW:
        return None, None, None, None
    ends = (_as_rows(each, picture.positions) for each in (sample.input(), sample.output()))
    x, y = ends
    kernel = sample.weights.get("kernel")
    return x, kernel if kernel is not None and len(kernel) == picture.features else None, sample.weights.get("bias"), y


def _rows(positions: Shape) -> int:
    return prod(map(drawn_size, positions))


def _known(positions: Shape) -> int | None:
    return None if None in positions else prod(dim for dim in positions if dim is not None)


def _as_rows(values: Any, positions: Shape) -> Any:
    """Sample of all positions as rows of one matrix."""
    if values is None or not positions:
        return None if values is None else [values]
    for _ in positions[1:]:
        values = [row for block in values for row in block]
    return values


def _sum(picture: Product, row: int, column: int) -> str:
    bias = f" + bias[{column}]" if picture.bias else ""
    return f"output[{row}, {column}] = row {row} of the input · column {column} of the {picture.kernel}{bias}"


def _caption(picture: Product) -> str:
    bias = ", plus its bias" if picture.bias else ""
    each = f"Each output is one row of the input times one column of the {picture.kernel}{bias}"
    positions = _known(picture.positions)
    if not picture.positions or positions == 1:
        return f"{each}."
    where = f"({sized(*picture.positions)})" if len(picture.positions) > 1 else ""
    return f"{each}: the same {picture.kernel} at all {counted(positions, 'positions')}{f' {where}' if where else ''}."


def falk(  # noqa: PLR0913  # as many as a product has parts
    drawing: Drawing,
    sizes: tuple[int, int | None, int | None],
    titles: tuple[tuple[str, str], tuple[str, str], tuple[str, str]],
    *,
    bias: bool = False,
    values: tuple[Any, Any, Any, Any] = (None, None, None, None),
    above_name: Xml = WEIGHT,
    label: Callable[[int, int], str],
) -> None:
    """Rows times columns. `sizes` are rows, what is summed over, and columns; titles are of left, above and result."""
    names = (TENSOR, above_name, OUTPUT)
    rows, summed, columns = sizes[0], drawn_size(sizes[1]), drawn_size(sizes[2])
    across, deep, up, down = _edges(rows, summed, columns, values)
    left, above = Grid(0, 0, rows, summed, across, down), Grid(0, 0, summed, columns, up, deep)
    room = max(left.area.width, title_width(*titles[0]))
    x = room + GAP + 8
    above = above.at(x, 2 * LINE + 6)
    added = Grid(x, above.area.bottom + 6, 1, columns, up, CELL) if bias else None
    y = max((added or above).area.bottom + 14, 2 * LINE + 6)
    result = Grid(x, y, rows, columns, up, down)
    left = left.at(room - left.area.width, y)
    draw_title(drawing, x, above.y - 6, *titles[1])
    draw_title(drawing, room, y - 6, *titles[0], anchor="end")
    draw_grid(drawing, left, names[0], values[0])
    draw_grid(drawing, above, names[1], values[1])
    if added is not None:
        draw_grid(drawing, added, names[1], None if values[2] is None else [values[2]])
        drawing.text(added.area.right + 8, added.area.center + 4, "+ bias", "dim")
    drawing.arrow((room + 6, result.area.center), (x - 5, result.area.center))
    draw_title(drawing, x, result.area.bottom + 2 * LINE, *titles[2])
    parts = (left, above, added, result)
    _looks(drawing, parts, names[2], values[3], label)


def _edges(rows: int, summed: int, columns: int, values: tuple[Any, ...]) -> tuple[float, float, float, float]:
    """Pixels for a feature across and down, a unit and a position: each axis to its own scale, wherever it appears."""
    if any(value is not None for value in values):
        return VALUED, CELL, VALUED, CELL
    feature = scale((summed, ROOM))
    return feature, feature, scale((columns, 1.6 * ROOM)), scale((rows, ROOM))


def _looks(
    drawing: Drawing,
    parts: tuple[Grid, Grid, Grid | None, Grid],
    name: Xml,
    values: Any,
    label: Callable[[int, int], str],
) -> None:
    """The result, whose cells show the row and the column that they come from."""
    left, above, added, result = parts
    shown = (min(1, result.rows - 1), min(1, result.columns - 1))
    places = (
        [(row, column) for row in range(result.rows) for column in range(result.columns)] if result.whole else [shown]
    )
    if not result.whole:
        draw_grid(drawing, result, name)
    with drawing.group(Xml.put("looks")):
        for index, (row, column) in enumerate(places):
            with drawing.look(label(row, column), shown=(row, column) == shown, at=index, of=len(places)):
                drawing.rect(result.cell(row, column), name if result.whole else Xml.put("cell out here"))
                bias = [] if added is None else [added.column(column)]
                drawing.lit([left.row(row), result.cell(row, column).grown(-1.3 if result.whole else 0)])
                drawing.lit([above.column(column), *bias], Xml.put("lit too"))
    if result.whole:
        draw_values(drawing, result, values)


def matched(picture: Matched, sample: Sample) -> Figure:
    drawing = Drawing()
    rows, columns = _rows(picture.rows), _rows(picture.columns)
    falk(
        drawing,
        (rows, picture.summed, columns),
        (
            ("first", sized(_known(picture.rows), picture.summed)),
            ("second, turned", sized(picture.summed, _known(picture.columns))),
            ("output", sized(*picture.rows, *picture.columns)),
        ),
        above_name=TENSOR,
        values=_pair(picture, sample, (rows, columns)),
        label=lambda row, column: f"output {row}, {column}: row {row} of the first · column {column} of the second",
    )
    unit = " of unit vectors, the cosine of their angle" if picture.normalized else ""
    return Figure(
        drawing,
        f"Each output is the product of one row of the first input and one of the second{unit}: {counted(picture.summed, 'products')}, added up.",
    )


def _pair(picture: Matched, sample: Sample, sizes: tuple[int, int]) -> tuple[Any, Any, Any, Any]:
    """The numbers of both inputs, as rows and as columns, and of the output, where there is room for all of them."""
    first, second, output = sample.input(), sample.input(1), sample.output()
    summed = drawn_size(picture.summed)
    if first is None or second is None or output is None or summed + sizes[1] > FEW or sizes[0] > FEW:
        return None, None, None, None
    left, right = (_last(each, axis) for each, axis in zip((first, second), picture.axes, strict=True))
    return left, right.swapaxes(0, 1), None, output.reshape(sizes)


def _last(array: Any, axis: int) -> Any:
    """An array as rows along one of its axes."""
    order = [each for each in range(array.ndim) if each != axis % array.ndim]
    return array.transpose(*order, axis).reshape(-1, array.shape[axis])
