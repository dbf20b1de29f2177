"""Windows that slide over steps, an image or a volume: convolution and pooling, and transposed convolution the other way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.render.languages.xml import Xml
from densecli.render.pictures.drawing import LINE, Area, Drawing
from densecli.render.pictures.figure import Figure, Sample
from densecli.render.pictures.grid import (
    CELL,
    HUED,
    OUTPUT,
    PADDING,
    PLANES,
    STEP,
    TENSOR,
    THIN,
    UNKNOWN,
    Grid,
    counted,
    draw_grid,
    draw_title,
    draw_values,
    drawn_size,
    scale,
    sized,
)  # fmt: skip
from densecli.render.pictures.words import activated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.render.pictures.kinds import Span, Windows
    from densecli.shape import Dim

ROOM = 230.0  # for the longest side of a large image
KERNELS = 3  # that are drawn of many
KERNEL_HUES = HUED[1::2]
ROOMY = 8  # rows that have room for their numbers
NUMBERED = 46.0  # edge of a cell with a number in it
WIDEST = 960.0  # what fits on a page, with input, kernels and output side by side
TAPS = 100  # cells of a window that are marked one by one where they lie apart
EXAMPLES = 3  # outputs along an axis of a large image that can be pointed at
HERE, HIT = Xml.put("cell here"), Xml.put("hit")
GAP = 44.0


def windows(picture: Windows, sample: Sample) -> Figure:
    spans = [whole_span(each) for each in picture.spans]
    drawing = Drawing()
    scene = Scene(picture, spans, drawing, sample)
    scene.draw()
    return Figure(drawing, scene.caption())


def whole_span(span: Span) -> Span:
    """A span with sizes to draw where they are unknown."""
    if span.size is not None and span.out is not None:
        return span
    size = drawn_size(span.size) if span.size is not None else max(UNKNOWN, span.reach + span.stride)
    out = span.out or max((size + span.before - span.reach) // span.stride + 1, 1)
    return span._replace(size=size, out=out)


class Scene:
    """Input, kernels and output from left to right. The plane has the last two axes, or the steps and the channels of a sequence."""

    def __init__(self, picture: Windows, spans: Sequence[Span], drawing: Drawing, sample: Sample) -> None:
        self.picture, self.spans, self.drawing = picture, spans, drawing
        self.flat = len(spans) == 1
        self.learned = picture.how in ("kernel", "depthwise", "separable")
        rows = drawn_size(picture.channels) if self.flat else (spans[-2].size or 1)
        outs = drawn_size(picture.filters) if self.flat else (spans[-2].out or 1)
        columns = spans[-1].size or 1
        self.pads = [pads(each) for each in spans[-2:]]
        (above, below), (left, right) = ((0, 0), *self.pads)[-2:]
        tall, wide = rows + above + below, columns + left + right
        across = wide + (spans[-1].kernel if self.learned else 2) + (spans[-1].out or 1)
        roomy = max(tall, outs) <= ROOMY and across * NUMBERED + 4 * GAP <= WIDEST
        self.sample = sample if roomy and picture.channels_last else Sample()
        self.edge = NUMBERED if self.sample.inputs else scale((tall, ROOM), (wide, 1.6 * ROOM), (outs, ROOM))
        depth = 1 if self.flat else picture.channels
        self.planes = 1 if depth == 1 else min(PLANES, drawn_size(depth))
        self.top = 2 * LINE + 22 + (self.planes - 1) * STEP
        self.input = Grid(left * self.edge, self.top + above * self.edge, rows, columns, self.edge, self.edge)
        self.sizes = (outs, spans[-1].out or 1)
        self.out_edge = self.edge if picture.how != "spectrum" else scale((outs, 90), (self.sizes[1], ROOM))

    # -- the parts --------------------------------------------------------------------------
    def draw(self) -> None:
        right = self.draw_input()
        self.draw_leading()
        middle = self.draw_kernels(right + GAP) if self.learned else self.draw_rule(right + GAP)
        self.drawing.arrow((right + 8, self.input.area.center), (right + GAP - 8, self.input.area.center))
        self.drawing.arrow((middle + 8, self.input.area.center), (middle + GAP - 8, self.input.area.center))
        self.draw_output(middle + GAP)

    def draw_input(self) -> float:
        padded = self.padded()
        for behind in reversed(range(1, self.planes)):
            self.drawing.rect(padded.moved(behind * STEP, -behind * STEP), TENSOR)
        if padded != self.input.area:
            self.draw_padding(padded)
        draw_grid(self.drawing, self.input, TENSOR, self.plane(self.sample.input()))
        title = draw_title(
            self.drawing,
            padded.x,
            2 * LINE - 6,
            "input",
            self.detail([each.size for each in self.picture.spans], self.picture.channels),
        )
        self.draw_stride(padded)
        return max(padded.right + (self.planes - 1) * STEP, title.right)

    def detail(self, sizes: Sequence[Dim], channels: Dim) -> str:
        positions = counted(sizes[0], "steps") if self.flat else sized(*sizes)
        return f"{positions}, {counted(channels, 'channels')}"

    def padded(self) -> Area:
        (above, below), (left, right) = ((0, 0), *self.pads)[-2:]
        area, edge = self.input.area, self.edge
        return Area(
            area.x - left * edge,
            area.y - above * edge,
            area.width + (left + right) * edge,
            area.height + (above + below) * edge,
        )

    def draw_padding(self, padded: Area) -> None:
        if not self.input.whole:
            self.drawing.rect(padded, PADDING)
            return
        (above, below), (left, right) = ((0, 0), *self.pads)[-2:]
        for row in range(-above, self.input.rows + below):
            for column in range(-left, self.input.columns + right):
                if not (0 <= row < self.input.rows and 0 <= column < self.input.columns):
                    self.drawing.rect(self.input.cell(row, column), PADDING)

    def draw_stride(self, padded: Area) -> None:
        """How far the next window is, above the input."""
        span = self.spans[-1]
        if (span.out or 1) < 2 or span.parts or span.stride * self.edge < 5:
            return
        starts = [self.input.x + span.seen(index)[0] * self.edge for index in (0, 1)]
        y = padded.y - (self.planes - 1) * STEP - 9
        self.drawing.arrow((starts[0], y), (starts[1], y))
        self.drawing.text(max(starts[1], starts[0]) + 6, y + 3.5, f"stride {span.stride}", "small dim")

    def draw_leading(self) -> None:
        """The axes before the last two, each as a row of cells with its own window."""
        y = self.padded().bottom + 34
        for span in self.spans[:-2]:
            edge = scale((span.size or 1, ROOM), cell=CELL)
            strip = Grid(pads(span)[0] * edge, y, 1, span.size or 1, edge, min(edge, 14))
            self.drawing.text(0, y - 6, f"{span.name}: {sized(span.size)} to {sized(span.out)}", "dim")
            draw_grid(self.drawing, strip, TENSOR)
            shown = span.seen(min(1, (span.out or 1) - 1))
            self.drawing.lit([_along(strip, at) for at in shown], Xml.put("lit stays"))
            y += 50

    def draw_kernels(self, x: float) -> float:
        """The first kernels in the colors of the channels that they make; the right end of what is drawn."""
        picture, spans = self.picture, self.spans
        own = picture.how == "kernel"  # kernels over several channels
        deep = max(drawn_size(picture.channels) // picture.groups, 1) if own else 1
        rows = deep if self.flat else spans[-2].kernel
        planes = 1 if self.flat else min(3, deep)
        many = drawn_size(picture.filters if own else picture.channels) * (1 if own else picture.multiplier)
        right = self.draw_column(x, (rows, spans[-1].kernel), planes, many)
        right = max(right, draw_title(self.drawing, x, 2 * LINE - 6, *self.kernel_title()).right)
        return right if picture.how != "separable" else self.draw_mixing(right + GAP)

    def draw_column(self, x: float, size: tuple[int, int], planes: int, many: int) -> float:
        edge = (
            NUMBERED
            if "kernel" in self.sample.weights
            else scale((size[0], 60), (size[1], 120), cell=max(min(self.edge, 16), 10))
        )
        y, right = self.top - (self.planes - 1) * STEP, x
        for index in range(min(many, KERNELS)):
            made = Grid(x, y + (planes - 1) * STEP, *size, edge, edge)
            for behind in reversed(range(1, planes)):
                self.drawing.rect(made.area.moved(behind * STEP, -behind * STEP), KERNEL_HUES[index])
            draw_grid(self.drawing, made, KERNEL_HUES[index], self.kernel_numbers(index))
            y, right = made.area.bottom + 10, max(right, made.area.right + (planes - 1) * STEP)
        if many > KERNELS:
            right = max(right, self.drawing.text(x, y + 8, f"… {many:,} in all", "small dim").right)
        return right

    def draw_mixing(self, x: float) -> float:
        """The 1 × 1 kernels of a separable convolution."""
        picture = self.picture
        center = self.input.area.center
        self.drawing.arrow((x - GAP + 8, center), (x - 8, center))
        right = self.draw_column(x, (1, 1), min(3, drawn_size(picture.channels)), drawn_size(picture.filters))
        kernel = f"{sized(*(1 for _ in picture.spans))} over all channels"
        return max(right, draw_title(self.drawing, x, 2 * LINE - 6, counted(picture.filters, "kernels"), kernel).right)

    def kernel_title(self) -> tuple[str, str]:
        picture = self.picture
        kernel = sized(*(each.kernel for each in picture.spans))
        if picture.how != "kernel":
            each, channels = picture.multiplier, picture.channels
            count = None if channels is None else channels * each
            return counted(count, "kernels"), f"{kernel}, {'one' if each == 1 else f'{each:,}'} for each channel"
        deep = None if picture.channels is None else picture.channels // picture.groups
        return counted(picture.filters, "kernels"), f"{kernel}, {counted(deep, 'channels')}"

    def draw_rule(self, x: float) -> float:
        """What becomes of a window, in a box."""
        word = {"max": "largest", "average": "mean", "spectrum": "spectrum"}[self.picture.how]
        box = Area(x, self.input.area.center - 14, 64, 28)
        self.drawing.rect(box, Xml.put("box"), radius=14)
        self.drawing.text(box.middle, box.center + 4, word, "", "middle")
        return box.right

    def plane(self, values: Any) -> Any:
        """The numbers of the plane in front: of the first channel, or of all channels of a sequence."""
        if values is None or len(self.spans) > 2:
            return None
        if not hasattr(values[0], "__len__"):  # of global pooling
            return [[value] for value in values] if self.flat else [[values[0]]]
        if self.flat:
            return [list(channel) for channel in zip(*values, strict=True)]
        return [[pixel[0] for pixel in row] for row in values]

    def kernel_numbers(self, index: int) -> Any:
        """The numbers of one kernel, as its plane in front shows them."""
        kernel = self.sample.weights.get("kernel")
        if kernel is None or len(self.spans) > 2:
            return None
        own = self.picture.how == "kernel"
        channel, place = (0, index) if own else divmod(index, self.picture.multiplier)
        if self.flat:
            taps = [[tap[at][place] for tap in kernel] for at in range(len(kernel[0]))]
            return taps if own else [taps[channel]]
        return [[tap[channel][place] for tap in row] for row in kernel]

    def draw_output(self, x: float) -> None:
        rows, columns = self.sizes
        planes = 1 if self.flat else min(PLANES, drawn_size(self.picture.filters))
        height = max(rows * self.out_edge, THIN) + (planes - 1) * STEP
        y = max(self.top, self.input.area.center - height / 2 + (planes - 1) * STEP)
        output = Grid(x, y, rows, columns, self.out_edge, self.out_edge)
        for behind in reversed(range(1, planes)):
            hue = KERNEL_HUES[behind] if self.learned and behind < KERNELS else OUTPUT
            self.drawing.rect(output.area.moved(behind * STEP, -behind * STEP), hue)
        draw_title(
            self.drawing,
            x,
            output.y - (planes - 1) * STEP - 8,
            activated(self.picture.activation),
            self.detail([each.out for each in self.picture.spans], self.picture.filters),
        )
        paint = OUTPUT if not self.learned else KERNEL_HUES[0]
        if not output.whole:
            draw_grid(self.drawing, output, paint)
        self.looks(output, paint)
        if output.whole:
            draw_values(self.drawing, output, self.plane(self.sample.output()))

    # -- what an output sees ------------------------------------------------------------------
    def looks(self, output: Grid, name: Xml) -> None:
        places = list(self.places(output))
        shown = (min(1, output.rows - 1), min(1, output.columns - 1)) if output.whole else places[len(places) // 2]
        with self.drawing.group(Xml.put("looks")):
            for index, (row, column) in enumerate(places):
                cell = seeable(output, row, column)
                with self.drawing.look(self.label(row, column), shown=(row, column) == shown, at=index, of=len(places)):
                    self.drawing.rect(cell, self.name_of(row, name, output.whole))
                    self.drawing.lit([cell.grown(-1.3), *self.window(row, column)])

    def name_of(self, row: int, name: Xml, whole: bool) -> Xml:
        if self.flat and self.learned and whole:
            return KERNEL_HUES[row] if row < KERNELS else OUTPUT
        return name if whole else HERE

    def places(self, output: Grid) -> Iterator[tuple[int, int]]:
        """The outputs that can be pointed at: all, or a few of many."""
        rows, columns = range(output.rows), range(output.columns)
        for row in rows if output.whole else a_few(output.rows):
            for column in columns if output.whole else a_few(output.columns):
                yield row, column

    def window(self, row: int, column: int) -> list[Area]:
        """The cells that an output sees; of a window without gaps its outline alone."""
        columns = self.spans[-1].seen(column)
        rows = self.channels_seen(row) if self.flat else self.spans[-2].seen(row)
        if rows.step == columns.step == 1 or len(rows) * len(columns) > TAPS:
            return [self.block(range(rows[0], rows[-1] + 1), range(columns[0], columns[-1] + 1))]
        return [self.block(range(i, i + 1), range(j, j + 1)) for i in rows for j in columns]

    def channels_seen(self, row: int) -> range:
        """The channels of a sequence that one output channel is made of."""
        picture, channels = self.picture, self.input.rows
        if picture.how in ("kernel", "spectrum"):
            width = max(channels // picture.groups, 1)
            group = row * picture.groups // max(self.sizes[0], 1)
            return range(group * width, group * width + width)
        if picture.how == "separable":
            return range(channels)
        each = row * channels // max(self.sizes[0], 1)
        return range(each, each + 1)

    def block(self, rows: range, columns: range) -> Area:
        """Cells of the input, padding included."""
        edge = self.edge
        return Area(
            self.input.x + columns.start * edge,
            self.input.y + rows.start * edge,
            max(len(columns) * edge, 3),
            max(len(rows) * edge, 3),
        )

    def label(self, row: int, column: int) -> str:
        names = ("channel", self.spans[-1].name) if self.flat else (self.spans[-2].name, self.spans[-1].name)
        rows = self.channels_seen(row) if self.flat else self.spans[-2].seen(row)
        seen = (rows, self.spans[-1].seen(column))
        sides = " and ".join(f"{name} {from_to(each)}" for name, each in zip(names, seen, strict=True))
        return f"output at {names[0]} {row}, {names[1]} {column}: sees {sides}"

    def caption(self) -> str:
        picture = self.picture
        kernel = sized(*(each.kernel for each in picture.spans))
        parts = any(each.parts for each in picture.spans)
        window = "nearly equal part of the input" if parts else f"window of {kernel}"
        if picture.how in ("max", "average"):
            what = "largest value" if picture.how == "max" else "mean"
            if parts and all(each.out == 1 for each in picture.spans):
                return f"Each output is the {what} of all positions of its channel."
            first = f"Each output is the {what} of one {window}, channel by channel"
        elif picture.how == "spectrum":
            first = f"Each frame of {kernel} samples becomes its spectrum of {sized(picture.filters)} frequencies"
        elif picture.how == "kernel":
            deep = "all channels" if picture.groups == 1 else f"the channels of its group ({picture.groups:,} groups)"
            first = f"Each kernel slides over {deep} and makes one output channel"
        else:
            own = "a kernel" if picture.multiplier == 1 else counted(picture.multiplier, "kernels")
            first = f"Each channel has {own} of its own"
        if picture.how == "separable":
            first += f"; then 1 × 1 kernels mix the channels into {sized(picture.filters)}"
        plus = ", to which its bias is added" if picture.how == "kernel" else ", and each output channel adds a bias"
        bias = plus if picture.bias else ""
        return f"{first}{bias}.{self.remarks()}"

    def remarks(self) -> str:
        apart = sorted({each.dilation for each in self.spans})
        padded = any(before or after for before, after in map(pads, self.spans))
        gaps = f" Its cells lie {apart[-1]:,} apart (dilation)." if apart[-1] > 1 else ""
        return f"{gaps}{' Dashed cells are padding.' if padded else ''}"


def pads(span: Span) -> tuple[int, int]:
    """Cells that windows see before the first and after the last."""
    if span.parts:
        return (0, 0)
    last = span.seen((span.out or 1) - 1)[-1] + 1
    return span.before, max(last - (span.size or 1), 0)


def a_few(size: int) -> list[int]:
    """A few places along an axis: the first, the last and one between."""
    return sorted({0, size // 2, size - 1}) if size > 1 else [0]


def from_to(seen: range) -> str:
    return f"{seen[0]} to {seen[-1]}" if len(seen) > 1 else f"{seen[0]}"


def _along(strip: Grid, at: int) -> Area:
    return Area(strip.x + at * strip.width, strip.y, max(strip.width, 3), strip.height)


def seeable(made: Grid, row: int, column: int) -> Area:
    cell = made.cell(row, column)
    return Area(cell.x, cell.y, max(cell.width, 6), max(cell.height, 6))
