"""Windows that slide over a small volume: its slices side by side, each with the part of the window that lies in it."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from densecli.records import Record
from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import LINE, Area, Drawing
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import (
    CELL,
    OUTPUT,
    PADDING,
    TENSOR,
    VALUED,
    Grid,
    draw_grid,
    draw_title,
    draw_values,
)
from densecli.render.pictures.windows import KERNEL_HUES, KERNELS, Scene, from_to, pads, whole_span
from densecli.render.pictures.windows import windows as in_a_plane
from densecli.render.pictures.words import activated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.pictures.kinds import Span, Windows

WIDEST = 860.0
GAP = 10.0  # between slices
NAME = 40.0  # width of a slice's name
MOST = 300  # cells of input and padding, and of the output


class _Slices(Record):
    """A volume as grids side by side, from `first` on: below 0 they are padding."""

    first: int
    grids: Sequence[Grid]

    def at(self, depth: int) -> Grid:
        return self.grids[depth - self.first]


def small(spans: Sequence[Span]) -> bool:
    """Whether a volume is one whose slices are all drawn."""
    if len(spans) != 3:
        return False
    sizes = [(span.size or 1) + sum(pads(span)) for span in spans]
    outs = [span.out or 1 for span in spans]
    return all(one * two * three <= MOST and width(one, three, CELL) <= WIDEST for one, two, three in (sizes, outs))


def width(slices: int, columns: int, edge: float) -> float:
    """Of slices side by side, with room for their names."""
    return slices * apart(columns, edge)


def apart(columns: int, edge: float) -> float:
    """From a slice to the next one."""
    return max(columns * edge, NAME) + GAP


def windows(picture: Windows, sample: Sample) -> Figure:
    """Windows over a small volume, slice by slice: input, kernels and output one below the other; over anything else in one plane."""
    spans = [whole_span(each) for each in picture.spans]
    if not small(spans):
        return in_a_plane(picture, sample)
    drawing = Drawing()
    scene = _Volume(picture, spans, drawing, sample)
    scene.draw()
    return Figure(drawing, scene.caption())


class _Volume(Scene):
    def __init__(self, picture: Windows, spans: Sequence[Span], drawing: Drawing, sample: Sample) -> None:
        super().__init__(picture, spans, drawing, sample)
        depth, _, columns = ((span.size or 1) + sum(pads(span)) for span in spans)
        widest = max(width(depth, columns, VALUED), width(spans[0].out or 1, spans[2].out or 1, VALUED))
        self.sample = sample if picture.channels_last and widest <= WIDEST else Sample()
        self.cell = VALUED if self.sample.inputs else CELL
        self.tall = CELL

    def draw(self) -> None:
        inputs = self.draw_volume()
        if self.learned:
            self.draw_all_kernels()
        else:
            self.drawing.arrow((12, self.drawing.bottom + 8), (12, self.drawing.bottom + 30))
            self.drawing.text(24, self.drawing.bottom - 6, {"max": "largest", "average": "mean"}[self.picture.how])
        self.draw_made(inputs)

    def slices(self, title: str, detail: str, sizes: Sequence[int], before: Sequence[int] = (0, 0, 0)) -> _Slices:
        """Room for slices below what is drawn so far; the sizes are those with padding."""
        y = max(self.drawing.bottom, 0) + (0 if not self.drawing.parts else 14) + 2 * LINE
        draw_title(self.drawing, 0, y, title, detail)
        depth, rows, columns = sizes
        step = apart(columns, self.cell)
        made = [Grid(at * step, y + 8, rows, columns, self.cell, self.tall) for at in range(depth)]
        return _Slices(-before[0], made)

    def number_slices(self, made: _Slices, count: int) -> None:
        if count > 1:
            for at in range(count):
                grid = made.at(at)
                self.drawing.text(grid.area.x, grid.area.bottom + 13, f"{self.spans[0].name} {at}", "small dim")

    def draw_volume(self) -> _Slices:
        """The input, with its padding around it."""
        each = [pads(span) for span in self.spans]
        sizes = [(span.size or 1) + sum(pad) for span, pad in zip(self.spans, each, strict=True)]
        detail = self.detail([span.size for span in self.picture.spans], self.picture.channels)
        outer = self.slices("input", detail, sizes, [before for before, _ in each])
        (above, _), (left, _) = each[1:]
        inner = []
        for at, grid in enumerate(outer.grids, outer.first):
            made = Grid(
                grid.x + left * self.cell, grid.y + above * self.tall,
                self.spans[1].size or 1, self.spans[2].size or 1, self.cell, self.tall,
            )  # fmt: skip
            inner.append(made)
            inside = 0 <= at < (self.spans[0].size or 1)
            self.draw_slice(grid, made if inside else None, self.volume(self.sample.input(), at) if inside else None)
        found = _Slices(outer.first, inner)
        self.number_slices(_Slices(outer.first, outer.grids), self.spans[0].size or 1)
        return found

    def draw_slice(self, outer: Grid, inner: Grid | None, values: Any) -> None:
        for row, column in product(range(outer.rows), range(outer.columns)):
            cell = outer.cell(row, column)
            inside = inner is not None and _holds(inner.area, cell)
            self.drawing.rect(cell, TENSOR if inside else PADDING)
        if inner is not None:
            draw_values(self.drawing, inner, values)

    def draw_all_kernels(self) -> None:
        """The first kernels, each as slices in the color of the channel that it makes."""
        picture = self.picture
        own = picture.how == "kernel"
        many = (picture.filters if own else (picture.channels or 1) * picture.multiplier) or 1
        title, detail = self.kernel_title()
        sizes = [span.kernel for span in self.spans]
        first = "" if picture.channels in (1, None) or not own else ", the first channel"
        for index in range(min(many, KERNELS)):
            if index:
                y = self.drawing.bottom + GAP
                step = apart(sizes[2], self.cell)
                made = [Grid(at * step, y, sizes[1], sizes[2], self.cell, self.tall) for at in range(sizes[0])]
            else:
                made = list(self.slices(title, f"{detail}{first if self.sample.weights else ''}", sizes).grids)
            for at, grid in enumerate(made):
                draw_grid(self.drawing, grid, KERNEL_HUES[index], self.kernel_slice(index, at))
        if many > KERNELS:
            self.drawing.text(0, self.drawing.bottom + 14, f"… {many:,} in all", "small dim")

    def kernel_slice(self, index: int, depth: int) -> Any:
        kernel = self.sample.weights.get("kernel")
        if kernel is None or self.picture.how != "kernel":
            return None
        return [[tap[0][index] for tap in row] for row in kernel[depth]]

    def volume(self, values: Any, depth: int) -> Any:
        """A slice of the first channel; of global pooling the only number."""
        if values is None:
            return None
        if not hasattr(values[0], "__len__"):
            return [[values[0]]]
        return [[pixel[0] for pixel in row] for row in values[depth]]

    def draw_made(self, inputs: _Slices) -> None:
        """The output, whose cells show the parts of the window that made them."""
        sizes = [span.out or 1 for span in self.spans]
        detail = self.detail([span.out for span in self.picture.spans], self.picture.filters)
        made = self.slices(activated(self.picture.activation), detail, sizes)
        places = list(product(*map(range, sizes)))
        shown = tuple(min(1, size - 1) for size in sizes)
        paint = KERNEL_HUES[0] if self.learned else OUTPUT
        with self.drawing.group(Xml.put("looks")):
            for index, place in enumerate(places):
                cell = made.at(place[0]).cell(*place[1:])
                with self.drawing.look(self.told(place), shown=place == shown, at=index, of=len(places)):
                    self.drawing.rect(cell, paint)
                    self.drawing.lit([cell.grown(-1.3), *self.parts(inputs, place)])
        for at in range(sizes[0]):
            draw_values(self.drawing, made.at(at), self.volume(self.sample.output(), at))
        self.number_slices(made, sizes[0])

    def told(self, place: Sequence[int]) -> str:
        names = [span.name for span in self.spans]
        where = ", ".join(f"{name} {at}" for name, at in zip(names, place, strict=True))
        seen = " and ".join(f"{span.name} {from_to(span.seen(at))}" for span, at in zip(self.spans, place, strict=True))
        return f"output at {where}: sees {seen}"

    def parts(self, inputs: _Slices, place: Sequence[int]) -> Iterator[Area]:
        """The cells that an output sees, slice by slice; those without gaps as one outline."""
        depths, rows, columns = (span.seen(at) for span, at in zip(self.spans, place, strict=True))
        for depth in depths:
            grid = inputs.at(depth)
            if rows.step == columns.step == 1:
                yield _block(grid, rows, columns)
            else:
                yield from (_block(grid, range(i, i + 1), range(j, j + 1)) for i, j in product(rows, columns))


def _block(grid: Grid, rows: range, columns: range) -> Area:
    x, y = grid.x + columns[0] * grid.width, grid.y + rows[0] * grid.height
    return Area(x, y, len(columns) * grid.width, len(rows) * grid.height)


def _holds(area: Area, cell: Area) -> bool:
    return area.x - 1 < cell.middle < area.right + 1 and area.y - 1 < cell.center < area.bottom + 1
