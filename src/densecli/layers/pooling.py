"""Pooling: each window of the spatial axes becomes one value per channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.arithmetic import FIRST, LAST, MOST, Call, Rest, Step, Term, element
from densecli.layer import Layer
from densecli.layers.conv import SPATIAL, window_sentence
from densecli.layers.worked import mean, named, noted, pixel, spatial_sizes, split_pixel, taps
from densecli.shape import Shape, join_channels, product, size, split_channels, times, window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    Array = Any
    Index = tuple[int, ...]

WINDOW = "size of the window"


POOLING_RULE = "mean: the size of the window per output (sums and a division); max: 1 less (comparisons)"


def pooling_flops(operation: str, values: int | None, outputs: int | None) -> int | None:
    """What it takes that n values become one: n - 1 comparisons (max), or n - 1 sums and a division (average)."""
    if values is None or outputs is None:
        return None
    return values - outputs if operation == "max" else values


def pooled(operation: str, x: Array, where: Sequence[Index], y: Array, at: Index) -> Iterator[Step]:
    """The largest of the values at some places, or their mean."""
    if operation == "max":
        cells: list[Term] = [element("x", x, each) for each in where]
        if len(cells) > MOST:
            middle = cells[FIRST:-LAST]
            cells[FIRST:-LAST] = [Rest(max(cell.value for cell in middle), len(middle))]
        yield Step(named("y", at), Call("max", tuple(cells), float(y[at])))
    else:
        yield mean(named("y", at), x, where)


class Pooling(Layer, abstract=True):
    """Each window of each channel becomes one value."""

    shape_rule = (
        "(batch, *spatial, channels) -> (batch, *windows, channels); "
        "valid: (size - pool_size) // strides + 1, same: ceil(size / strides)"
    )
    elementwise_rule = POOLING_RULE
    rank: ClassVar[int]
    operation: ClassVar[str]

    pool_size = fields.per_axis(2, WINDOW)
    strides = fields.per_axis(None, "stride of the window; null is pool_size", none=True)
    padding = fields.choice(
        "valid", "same", doc="valid: no padding; same: windows may cross the borders", any_case=False
    )
    data_format = fields.data_format()

    def check(self) -> None:
        self.strides = self.strides or self.pool_size

    def output(self, x: Shape) -> Shape:
        spatial, channels = split_channels(x, self.data_format)
        windows = [window(*axis, 1, self.padding) for axis in zip(spatial, self.pool_size, self.strides, strict=True)]
        return join_channels(x[0], windows, channels, self.data_format)

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return pooling_flops(self.operation, times(size(y), product(self.pool_size)), size(y))

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        spatial, windows = split_channels(x, self.data_format)[0], split_channels(y, self.data_format)[0]
        numbers = zip(self.pool_size, self.strides, (1,) * self.rank, strict=True)
        for axis in zip(SPATIAL[self.rank], spatial, windows, numbers, strict=True):
            yield window_sentence(self.padding, *axis)

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        spatial, channels = split_channels(x, self.data_format)
        numbers = zip(self.pool_size, self.strides, (1,) * self.rank, strict=True)
        sizes = zip(SPATIAL[self.rank], spatial, numbers, strict=True)
        spans = tuple(kinds.span(*each, self.padding) for each in sizes)
        return kinds.Windows(
            spans, channels, channels, self.operation, channels_last=self.data_format == "channels_last"
        )

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        sample, out, channel = split_pixel(self, at)
        inside = taps(self, spatial_sizes(self, x), out, self.pool_size, (1,) * self.rank)
        where = [pixel(self, sample, place, channel) for _, place in inside]
        yield from noted(pooled(self.operation, x, where, y, at), len(inside), self.pool_size)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        pool = getattr(ops, f"{self.operation}_pool")
        last = ops.channels_last(ops.floating(x), self.data_format)
        y = pool(last, pool_size=self.pool_size, strides=self.strides, padding=self.padding)
        return ops.cast_like(ops.from_channels_last(y, self.data_format), x)


class MaxPooling1D(Pooling):
    """Keep the largest value of each window of steps.

    MaxPooling1D(2): (None, 10, 4) -> (None, 5, 4), 0 params
    """

    rank, ndim = 1, 3
    aliases = ("MaxPool1D",)
    formula = "output = max over each window"
    operation = "max"


class MaxPooling2D(Pooling):
    """Keep the largest value of each window of an image.

    MaxPooling2D(2): (None, 28, 28, 8) -> (None, 14, 14, 8), 0 params
    """

    rank, ndim = 2, 4
    aliases = ("MaxPool2D",)
    formula = "output = max over each window"
    operation = "max"


class MaxPooling3D(Pooling):
    """Keep the largest value of each window of a volume.

    MaxPooling3D(2): (None, 8, 8, 8, 2) -> (None, 4, 4, 4, 2), 0 params
    """

    rank, ndim = 3, 5
    aliases = ("MaxPool3D",)
    formula = "output = max over each window"
    operation = "max"


class AveragePooling1D(Pooling):
    """Take the mean of each window of steps.

    AveragePooling1D(2): (None, 10, 4) -> (None, 5, 4), 0 params
    """

    rank, ndim = 1, 3
    aliases = ("AvgPool1D",)
    formula = "output = mean over each window; padding does not count"
    operation = "average"
    pool_size = fields.per_axis(doc=WINDOW)


class AveragePooling2D(Pooling):
    """Take the mean of each window of an image.

    AveragePooling2D(2): (None, 28, 28, 8) -> (None, 14, 14, 8), 0 params
    """

    rank, ndim = 2, 4
    aliases = ("AvgPool2D",)
    formula = "output = mean over each window; padding does not count"
    operation = "average"
    pool_size = fields.per_axis(doc=WINDOW)


class AveragePooling3D(Pooling):
    """Take the mean of each window of a volume.

    AveragePooling3D(2): (None, 8, 8, 8, 2) -> (None, 4, 4, 4, 2), 0 params
    """

    rank, ndim = 3, 5
    aliases = ("AvgPool3D",)
    formula = "output = mean over each window; padding does not count"
    operation = "average"
    pool_size = fields.per_axis(doc=WINDOW)
