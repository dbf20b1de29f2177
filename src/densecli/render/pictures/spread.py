"""Transposed convolution: every input cell paints a copy of the kernel on the output."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import LINE, Area, Drawing
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import (
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
)  # fmt: skip
from densecli.render.pictures.windows import GAP, HERE, HIT, ROOM, TAPS, a_few, from_to, seeable
from densecli.render.pictures.words import activated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.render.pictures.kinds import Span, Spread
    from densecli.shape import Dim


def spread(picture: Spread, sample: Sample) -> Figure:
    drawing = Drawing()
    canvas = _Canvas(picture, drawing, sample)
    canvas.draw()
    kernel = sized(*(each.kernel for each in picture.spans))
    stride = sized(*(each.stride for each in picture.spans))
    cut = " What falls outside is cut off." if any(each.before for each in picture.spans) else ""
    caption = (
        f"Each input cell paints a copy of the kernel ({kernel}) on the output; neighbors paint {stride} apart, and what overlaps "
        f"adds up.{cut}{canvas.remark()}"
    )
    return Figure(drawing, caption)


class _Canvas:
    """Input and output of a transposed convolution: its last two axes, or the steps of a sequence."""

    def __init__(self, picture: Spread, drawing: Drawing, sample: Sample) -> None:
        self.picture, self.drawing = picture, drawing
        spans = [painted_span(each) for each in picture.spans][-2:]
        self.spans = (
            spans
            if len(spans) == 2
            else [spans[0]._replace(name="", size=1, out=1, kernel=1, stride=1, before=0, dilation=1), *spans]
        )
        (rows, columns) = self.spans
        self.sample = sample if self.roomy() else Sample()
        self.edge = VALUED if self.sample.inputs else scale(*((each.size or 1, ROOM) for each in self.spans))
        self.top = 2 * LINE + 14
        self.input = Grid(0, self.top, rows.out or 1, columns.out or 1, self.edge, self.edge)

    def roomy(self) -> bool:
        """Whether the numbers of input, kernel and output fit, and their planes are where they are expected."""
        rows, columns = self.spans
        wide = (columns.out or 1) + columns.kernel + (columns.size or 1)
        return self.picture.channels_last and len(self.picture.spans) < 3 and wide <= FEW and (rows.size or 1) <= FEW

    def plane(self, values: Any) -> Any:
        """The numbers of the first channel, row by row."""
        if values is None:
            return None
        return values[..., 0] if values.ndim == 3 else values[None, :, 0]

    def taps(self) -> Any:
        """The kernel from the first channel to the first filter."""
        kernel = self.sample.weights.get("kernel")
        if kernel is None:
            return None
        return kernel[..., 0, 0] if kernel.ndim == 4 else kernel[None, :, 0, 0]

    def remark(self) -> str:
        one = self.picture.channels == 1 and self.picture.filters == 1
        return (
            "" if one or not self.sample.inputs else " The numbers are those of the first channel and the first kernel."
        )

    def draw(self) -> None:
        picture = self.picture
        draw_grid(self.drawing, self.input, TENSOR)
        title = draw_title(
            self.drawing, 0, 2 * LINE - 6, "input", self.detail([each.out for each in picture.spans], picture.channels)
        )
        x = max(self.input.area.right, title.right) + GAP
        center = self.input.area.center
        self.drawing.arrow((x - GAP + 8, center), (x - 8, center))
        x = self.draw_kernel(x)
        self.drawing.arrow((x + 8, center), (x + GAP - 8, center))
        rows, columns = self.spans
        x += GAP + min(columns.before, 4) * self.edge
        output = Grid(
            x, self.top + min(rows.before, 4) * self.edge, rows.size or 1, columns.size or 1, self.edge, self.edge
        )
        draw_title(
            self.drawing,
            x,
            2 * LINE - 6,
            activated(picture.activation),
            self.detail([each.size for each in picture.spans], picture.filters),
        )
        draw_grid(self.drawing, output, OUTPUT)
        self.looks(output)
        draw_values(self.drawing, self.input, self.plane(self.sample.input()))
        draw_values(self.drawing, output, self.plane(self.sample.output()))

    def detail(self, sizes: Sequence[Dim], channels: Dim) -> str:
        positions = counted(sizes[0], "steps") if len(sizes) == 1 else sized(*sizes)
        return f"{positions}, {counted(channels, 'channels')}"

    def draw_kernel(self, x: float) -> float:
        rows, columns = self.spans
        small = scale((rows.kernel, 120), (columns.kernel, 120), cell=max(min(self.edge, 16), 10))
        edge = small if self.taps() is None else VALUED
        made = Grid(x, self.top, rows.kernel, columns.kernel, edge, edge)
        draw_grid(self.drawing, made, WEIGHT, self.taps())
        kernel = sized(*(each.kernel for each in self.picture.spans))
        title = draw_title(
            self.drawing,
            x,
            2 * LINE - 6,
            counted(self.picture.filters, "kernels"),
            f"{kernel}, {counted(self.picture.channels, 'channels')}",
        )
        return max(made.area.right, title.right)

    def looks(self, output: Grid) -> None:
        """Input cells that show what they paint, and output cells that show who paints them."""
        whole = self.input.whole and output.whole
        rows, columns = self.input.rows, self.input.columns
        places = list(product(*((range(rows), range(columns)) if whole else (a_few(rows), a_few(columns)))))
        with self.drawing.group(Xml.put("looks")):
            for index, (row, column) in enumerate(places):
                cell = seeable(self.input, row, column)
                shown = (row, column) == (self.second if whole else places[len(places) // 2])
                with self.drawing.look(self.label(row, column), shown=shown, at=index, of=len(places)):
                    self.drawing.rect(cell, HIT if whole else HERE)
                    self.drawing.lit([cell.grown(-1.3)])
                    self.drawing.lit(self.copies(output, row, column), Xml.put("lit too"))
        if whole:
            self.look_back(output)

    @property
    def second(self) -> tuple[int, int]:
        """The second input along both axes: its copy is a stride away from the corner."""
        return min(1, self.input.rows - 1), min(1, self.input.columns - 1)

    def look_back(self, output: Grid) -> None:
        """Output cells that show which inputs paint them."""
        with self.drawing.group(Xml.put("looks")):
            for at in range(output.rows * output.columns):
                row, column = divmod(at, output.columns)
                painters = self.painters(row, column)
                label = f"output {row}, {column}: the sum of {counted(len(painters), 'copies')}"
                with self.drawing.look(label, at=at, of=output.rows * output.columns):
                    self.drawing.rect(output.cell(row, column), HIT)
                    self.drawing.lit([output.cell(row, column).grown(-1.3), *painters])

    def copies(self, output: Grid, row: int, column: int) -> list[Area]:
        """Where an input's copy of the kernel lies on the output, also outside of it."""
        rows, columns = self.spans[0].seen(row), self.spans[1].seen(column)
        edge = self.edge
        if rows.step == columns.step == 1 or len(rows) * len(columns) > TAPS:
            rows, columns = range(rows[0], rows[-1] + 1, len(rows)), range(columns[0], columns[-1] + 1, len(columns))
            size = (self.spans[0].reach * edge, self.spans[1].reach * edge)
        else:
            size = (edge, edge)
        return [
            Area(output.x + j * edge, output.y + i * edge, max(size[1], 4), max(size[0], 4))
            for i in rows
            for j in columns
        ]

    def painters(self, row: int, column: int) -> list[Area]:
        """The inputs whose copies reach an output."""
        found = [
            [at for at in range(span.out or 1) if place in span.seen(at)]
            for span, place in zip(self.spans, (row, column), strict=True)
        ]
        return [self.input.cell(i, j) for i in found[0] for j in found[1]]

    def label(self, row: int, column: int) -> str:
        seen = " and ".join(
            f"{span.name} {from_to(span.seen(at))}"
            for span, at in zip(self.spans, (row, column), strict=True)
            if span.name
        )
        return f"input {row}, {column} paints {seen} of the output"


def painted_span(span: Span) -> Span:
    """A span with sizes to draw where they are unknown."""
    size = drawn_size(span.out)
    return span._replace(out=size, size=span.size or (size - 1) * span.stride + span.reach)
