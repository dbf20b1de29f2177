"""Tensors as grids: small ones show every cell, large ones are drawn to scale."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from densecli.records import Record
from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import LINE, Area, text_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from densecli.render.pictures.drawing import Drawing
    from densecli.shape import Dim

CELL = 20.0  # edge of a cell in a small tensor
VALUED = 50.0  # width of a cell with a number in it
LETTERS = 7  # of a number that fits into such a cell
FEW = 16  # places along an axis that have room for their numbers
LEAST = 9.0  # edge of the smallest cell that is drawn on its own
FINEST = 5.0  # distance of the closest lines
THIN = 9.0  # the least width of a large tensor, however small its size
MOST = 400  # cells of a tensor that shows them all
UNKNOWN = 6  # cells drawn for an unknown size
HUES = 6

TENSOR, WEIGHT, OUTPUT, PADDING = Xml.put("cell in"), Xml.put("cell weight"), Xml.put("cell out"), Xml.put("cell pad")
HUED = tuple(Xml.put("cell h{}", hue) for hue in range(HUES))

Values = Any  # nested lists of numbers, or None where a picture has none


class Grid(Record):
    """Rows and columns of equal cells, at a place."""

    x: float
    y: float
    rows: int
    columns: int
    width: float  # of a cell
    height: float

    @property
    def area(self) -> Area:
        return Area(self.x, self.y, max(self.columns * self.width, THIN), max(self.rows * self.height, THIN))

    @property
    def whole(self) -> bool:
        """Whether every cell is drawn."""
        return min(self.width, self.height) >= LEAST and self.rows * self.columns <= MOST

    def cell(self, row: int, column: int) -> Area:
        return self.block(range(row, row + 1), range(column, column + 1))

    def block(self, rows: range, columns: range) -> Area:
        """The cells from the first to the last of some rows and columns."""
        x, y = self.x + columns.start * self.width, self.y + rows.start * self.height
        area = Area(x, y, len(columns) * self.width, len(rows) * self.height)
        return area if self.whole else _visible(area, self.area)

    def row(self, row: int) -> Area:
        return self.block(range(row, row + 1), range(self.columns))

    def column(self, column: int) -> Area:
        return self.block(range(self.rows), range(column, column + 1))

    def at(self, x: float, y: float) -> Grid:
        return self._replace(x=x, y=y)


def _visible(part: Area, whole: Area) -> Area:
    """A part of a large tensor, at least as large as can be seen, and inside of it."""
    width, height = min(max(part.width, 3), whole.width), min(max(part.height, 3), whole.height)
    return Area(min(part.x, whole.right - width), min(part.y, whole.bottom - height), width, height)


def drawn_size(dim: Dim) -> int:
    """How many cells stand for an axis."""
    return UNKNOWN if dim is None else dim


def scale(*longest: tuple[int, float], cell: float = CELL) -> float:
    """The edge of a cell with which each size fits into its room; a whole number of pixels where they are not too small."""
    edge = min([cell, *(room / size for size, room in longest if size)])
    return float(int(edge)) if edge >= FINEST else edge


def draw_grid(
    drawing: Drawing,
    made: Grid,
    name: Xml,
    values: Values = None,
    paint: Callable[[int, int], Xml] | None = None,
) -> None:
    """A tensor of two axes: each cell by itself if there are few, else lines, else only its outline. `paint` names each cell."""
    if made.whole:
        for row in range(made.rows):
            for column in range(made.columns):
                drawing.rect(made.cell(row, column), paint(row, column) if paint else name)
        draw_values(drawing, made, values)
        return
    drawing.rect(made.area, name)
    lines = list(_lines(made))
    if lines:
        drawing.lit(lines, Xml.put("lines"))


def _lines(made: Grid) -> Iterable[Area]:
    area = made.area
    if made.width >= FINEST:
        for column in range(1, made.columns):
            yield Area(area.x + column * made.width, area.y, 0, area.height)
    if made.height >= FINEST:
        for row in range(1, made.rows):
            yield Area(area.x, area.y + row * made.height, area.width, 0)


def draw_values(drawing: Drawing, made: Grid, values: Values) -> None:
    """The numbers in the cells, where they are known."""
    if values is None:
        return
    for row in range(made.rows):
        for column in range(made.columns):
            area = made.cell(row, column)
            drawing.text(area.middle, area.center + 3.5, number(values[row][column]), "small", "middle")


def number(value: float) -> str:
    """A number that fits into a cell."""
    shown = (f"{value:.{digits}g}" for digits in (3, 2))
    return next((text for text in shown if len(text) <= LETTERS), f"{value:.1g}").replace("-", "−")


# -- names of tensors and axes ----------------------------------------------------------------
def counted(dim: Dim, what: str) -> str:
    """3 positions, 1 unit, ? steps."""
    if dim is None:
        return f"? {what}"
    return f"{dim:,} {_one(what) if dim == 1 else what}"


def _one(what: str) -> str:
    return f"{what[:-3]}y" if what.endswith("ies") else what.removesuffix("s")


def sized(*dims: Dim) -> str:
    """3 × 2."""
    return " × ".join("?" if dim is None else f"{dim:,}" for dim in dims) or "1 number"


def title_width(title: str, detail: str) -> float:
    return max(text_width(title, "bold"), text_width(detail))


def draw_title(drawing: Drawing, x: float, y: float, title: str, detail: str = "", anchor: str = "start") -> Area:
    """The name of a tensor and its sizes, on two lines of which the last stands on y; the area that they take."""
    head = drawing.text(x, y - (LINE if detail else 0), title, "bold", anchor)
    if not detail:
        return head
    sizes = drawing.text(x, y, detail, "dim", anchor)
    left, right = min(head.x, sizes.x), max(head.right, sizes.right)
    return Area(left, head.y, right - left, sizes.bottom - head.y)


# -- more than two axes -----------------------------------------------------------------------
def panels(dims: Sequence[Dim], edge: float, wide: float | None = None, gap: float = 8) -> list[Grid]:
    """A tensor as NumPy prints it: the last two axes as a grid, the axis before as grids side by side, then below."""
    sizes = [drawn_size(dim) for dim in dims]
    rows, columns = ([1, 1, *sizes])[-2:]
    made = [Grid(0, 0, rows, columns, edge if wide is None else wide, edge)]
    across = True
    for size in reversed(sizes[:-2]):
        made, across = _repeated(made, size, across, gap), not across
        gap += 4
    return made


def _repeated(made: list[Grid], times: int, across: bool, gap: float) -> list[Grid]:
    right, bottom = max(each.area.right for each in made), max(each.area.bottom for each in made)
    step = (right + gap, 0.0) if across else (0.0, bottom + gap)
    return [each.at(each.x + at * step[0], each.y + at * step[1]) for at in range(times) for each in made]


def cells_of(made: Sequence[Grid]) -> list[Area]:
    """Every cell of a tensor's grids, in the order of its numbers in memory."""
    return [each.cell(row, column) for each in made for row in range(each.rows) for column in range(each.columns)]


def extent(made: Sequence[Grid]) -> Area:
    x, y = min(each.x for each in made), min(each.y for each in made)
    return Area(x, y, max(each.area.right for each in made) - x, max(each.area.bottom for each in made) - y)


def count(dims: Sequence[Dim]) -> int:
    """How many cells stand for a tensor."""
    return prod(drawn_size(dim) for dim in dims)


# -- large tensors ----------------------------------------------------------------------------
PLANES, STEP = 5, 4.0  # planes that stand for an axis of depth, and how far each is behind the one before


class Stack(Record):
    """A tensor to scale: its plane in front, and behind it planes that stand for the last axis."""

    front: Area
    planes: int
    edge: float  # pixels per cell of the plane

    @property
    def area(self) -> Area:
        back = (self.planes - 1) * STEP
        return Area(self.front.x, self.front.y - back, self.front.width + back, self.front.height + back)

    def at(self, x: float, y: float) -> Stack:
        """Moved so that its upper left corner is there."""
        return self._replace(front=self.front._replace(x=x, y=y + (self.planes - 1) * STEP))


def stack(plane: Sequence[Dim], depth: Dim, edge: float) -> Stack:
    """`plane` are rows and columns, or columns alone."""
    rows, columns = ([1, *map(drawn_size, plane)])[-2:] if plane else (1, 1)
    planes = 1 if depth == 1 else min(PLANES, drawn_size(depth))
    return Stack(Area(0, 0, max(columns * edge, THIN), max(rows * edge, THIN)), planes, edge).at(0, 0)


def draw_stack(drawing: Drawing, made: Stack, name: Xml) -> None:
    for behind in reversed(range(made.planes)):
        drawing.rect(made.front.moved(behind * STEP, -behind * STEP), name)


def plane_and_depth(dims: Sequence[Dim]) -> tuple[Sequence[Dim], Dim]:
    """The axes of a tensor that a stack shows: the last one as depth where there are three or more."""
    return (dims[-3:-1], dims[-1]) if len(dims) > 2 else (dims, 1)


def stack_edge(shapes: Iterable[Sequence[Dim]], room: float, cell: float = CELL) -> float:
    """One scale for several stacks."""
    longest = [(max(map(drawn_size, plane_and_depth(dims)[0]), default=1), room) for dims in shapes]
    return scale(*longest, cell=cell)


def row_length(dims: Sequence[Dim]) -> int:
    """How many cells share a color, from row to row."""
    return max(drawn_size(dims[-1]), 1) if dims else 1
