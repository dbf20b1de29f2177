"""Adaptive pooling: a fixed number of parts, however large the input."""

from __future__ import annotations

from itertools import product as combinations
from math import gcd
from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.layer import Layer
from densecli.layers.conv import SPATIAL
from densecli.layers.pooling import POOLING_RULE, pooled, pooling_flops
from densecli.layers.worked import pixel, spatial_sizes, split_pixel
from densecli.shape import Dim, Shape, join_channels, size, split_channels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from densecli.arithmetic import Step

    Array = Any
    Index = tuple[int, ...]


class AdaptivePooling(Layer, abstract=True):
    """Each of `output_size` nearly equal parts of each channel becomes one value."""

    shape_rule = "(batch, *spatial, channels) -> (batch, *output_size, channels)"
    elementwise_rule = POOLING_RULE
    rank: ClassVar[int]
    operation: ClassVar[str]

    output_size = fields.per_axis(doc="number of parts along each axis")
    data_format = fields.data_format(any_case=False)

    def output(self, x: Shape) -> Shape:
        return join_channels(x[0], self.output_size, split_channels(x, self.data_format)[1], self.data_format)

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        spatial, channels = split_channels(x, self.data_format)
        covered = [covered_by_parts(*axis) for axis in zip(spatial, self.output_size, strict=True)]
        return pooling_flops(self.operation, size((x[0], *covered, channels)), size(y))

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        for name, dim, parts in zip(
            SPATIAL[self.rank], split_channels(x, self.data_format)[0], self.output_size, strict=True
        ):
            if dim is not None and dim % parts:
                yield f"{name}: {dim:,} does not divide into {parts:,} equal parts, so neighboring parts overlap."

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        spatial, channels = split_channels(x, self.data_format)
        sizes = zip(SPATIAL[self.rank], spatial, self.output_size, strict=True)
        spans = tuple(kinds.Span(name, dim, parts, -(-(dim or 0) // parts), parts=True) for name, dim, parts in sizes)
        return kinds.Windows(
            spans, channels, channels, self.operation, channels_last=self.data_format == "channels_last"
        )

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        sample, out, channel = split_pixel(self, at)
        axes = zip(spatial_sizes(self, x), self.output_size, out, strict=True)
        part = combinations(
            *(range(index * size // parts, -(-(index + 1) * size // parts)) for size, parts, index in axes)
        )
        yield from pooled(self.operation, x, [pixel(self, sample, place, channel) for place in part], y, at)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        pool = getattr(ops, f"adaptive_{self.operation}_pool")
        return ops.from_channels_last(
            pool(ops.channels_last(ops.floating(x), self.data_format), self.output_size), self.data_format
        )


def covered_by_parts(dim: Dim, parts: int) -> Dim:
    """Values in all parts of an axis; part i goes from floor(i × dim / parts) to ceil((i + 1) × dim / parts).

    The sum of the lengths, with sum(floor(i × dim / parts)) = ((dim - 1)(parts - 1) + gcd(dim, parts) - 1) / 2 (Graham,
    Knuth, Patashnik: Concrete Mathematics, 3.32).
    """
    return None if dim is None else dim + parts - gcd(dim, parts)


class AdaptiveAveragePooling1D(AdaptivePooling):
    """Take the mean of each of a fixed number of parts of a sequence, whatever its size.

    AdaptiveAveragePooling1D(2): (None, 10, 4) -> (None, 2, 4), 0 params
    """

    rank, ndim = 1, 3
    formula = "output = mean over each part"
    operation = "average"


class AdaptiveAveragePooling2D(AdaptivePooling):
    """Take the mean of each of a fixed number of parts of an image, whatever its size.

    AdaptiveAveragePooling2D((2, 4)): (None, 28, 28, 8) -> (None, 2, 4, 8), 0 params
    """

    rank, ndim = 2, 4
    formula = "output = mean over each part"
    operation = "average"


class AdaptiveAveragePooling3D(AdaptivePooling):
    """Take the mean of each of a fixed number of parts of a volume, whatever its size.

    AdaptiveAveragePooling3D(2): (None, 8, 8, 8, 2) -> (None, 2, 2, 2, 2), 0 params
    """

    rank, ndim = 3, 5
    formula = "output = mean over each part"
    operation = "average"


class AdaptiveMaxPooling1D(AdaptivePooling):
    """Keep the largest value of each of a fixed number of parts of a sequence, whatever its size.

    AdaptiveMaxPooling1D(2): (None, 10, 4) -> (None, 2, 4), 0 params
    """

    rank, ndim = 1, 3
    formula = "output = max over each part"
    operation = "max"


class AdaptiveMaxPooling2D(AdaptivePooling):
    """Keep the largest value of each of a fixed number of parts of an image, whatever its size.

    AdaptiveMaxPooling2D((2, 4)): (None, 28, 28, 8) -> (None, 2, 4, 8), 0 params
    """

    rank, ndim = 2, 4
    formula = "output = max over each part"
    operation = "max"


class AdaptiveMaxPooling3D(AdaptivePooling):
    """Keep the largest value of each of a fixed number of parts of a volume, whatever its size.

    AdaptiveMaxPooling3D(2): (None, 8, 8, 8, 2) -> (None, 2, 2, 2, 2), 0 params
    """

    rank, ndim = 3, 5
    formula = "output = max over each part"
    operation = "max"
