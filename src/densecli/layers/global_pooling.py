"""Global pooling: all positions of a channel become one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.layer import Layer
from densecli.layers.conv import SPATIAL
from densecli.layers.pooling import POOLING_RULE, pooled, pooling_flops
from densecli.layers.worked import hidden_note, named, pixel, places, renamed, spatial_sizes, split_pixel, stretched
from densecli.shape import Shape, join_channels, product, size, split_channels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from densecli.arithmetic import Step

    Array = Any
    Index = tuple[int, ...]


class GlobalPooling(Layer, abstract=True):
    """Each channel becomes one value."""

    shape_rule = "(batch, *spatial, channels) -> (batch, channels); keepdims: spatial axes stay, with size 1"
    elementwise_rule = POOLING_RULE
    operation: ClassVar[str]

    data_format = fields.data_format()
    keepdims = fields.flag(doc="whether the spatial axes stay, with size 1")

    def output(self, x: Shape, mask: Any = None) -> Shape:
        spatial, channels = split_channels(x, self.data_format)
        return join_channels(x[0], (1,) * len(spatial) if self.keepdims else (), channels, self.data_format)

    def elementwise(self, y: Shape, x: Shape, mask: Any = None) -> int | None:
        return pooling_flops(self.operation, size(x), size(y))

    def explain(self, y: Shape, x: Shape, mask: Any = None) -> Iterator[str]:
        spatial = product(split_channels(x, self.data_format)[0])
        if spatial is not None:
            yield f"{spatial:,} positions become one, so later layers see only the channels, whatever the input's size."

    def picture(self, kinds: ModuleType, y: Shape, x: Shape, mask: Any = None) -> Any:
        spatial, channels = split_channels(x, self.data_format)
        spans = tuple(
            kinds.Span(name, dim, 1, dim or 1, parts=True)
            for name, dim in zip(SPATIAL[len(spatial)], spatial, strict=True)
        )
        return kinds.Windows(
            spans, channels, channels, self.operation, channels_last=self.data_format == "channels_last"
        )

    def worked(
        self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array, mask: Any = None
    ) -> Iterator[Step]:
        sample, channel = (at[0], split_pixel(self, at)[2]) if self.keepdims else at
        sizes = spatial_sizes(self, x)
        first = pixel(self, sample, (0,) * len(sizes), channel)
        axes = range(2, x.ndim) if self.data_format == "channels_first" else range(1, x.ndim - 1)
        every = places(first, x.shape, axes)
        seen = every if mask is None else [each for each in every if mask[stretched(mask, (sample, each[axes[0]]))]]
        if seen:
            yield from renamed(
                pooled(self.operation, x, seen, y, at), named("y", at), hidden_note(len(every) - len(seen))
            )

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        pool = getattr(ops, f"global_{self.operation}_pool")
        y = pool(ops.channels_last(ops.floating(x), self.data_format), keepdims=self.keepdims)
        return ops.from_channels_last(y, self.data_format) if self.keepdims else y


class GlobalMaxPooling1D(GlobalPooling):
    """Keep the largest value of each channel of a sequence.

    GlobalMaxPooling1D(): (None, 10, 4) -> (None, 4), 0 params
    """

    ndim = 3
    aliases = ("GlobalMaxPool1D",)
    formula = "output = max over all positions"
    operation = "max"


class GlobalMaxPooling2D(GlobalPooling):
    """Keep the largest value of each channel of an image.

    GlobalMaxPooling2D(): (None, 28, 28, 8) -> (None, 8), 0 params
    """

    ndim = 4
    aliases = ("GlobalMaxPool2D",)
    formula = "output = max over all positions"
    operation = "max"


class GlobalMaxPooling3D(GlobalPooling):
    """Keep the largest value of each channel of a volume.

    GlobalMaxPooling3D(): (None, 8, 8, 8, 2) -> (None, 2), 0 params
    """

    ndim = 5
    aliases = ("GlobalMaxPool3D",)
    formula = "output = max over all positions"
    operation = "max"


class GlobalAveragePooling1D(GlobalPooling):
    """Take the mean of each channel of a sequence.

    GlobalAveragePooling1D(): (None, 10, 4) -> (None, 4), 0 params
    """

    takes_mask = True
    ndim = 3
    aliases = ("GlobalAvgPool1D",)
    formula = "output = mean over all positions"
    operation = "average"
    supports_masking = True

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array, mask: Array | None = None) -> Array:
        if mask is None:
            return super().forward(ops, w, x)
        y = ops.average_of_steps(ops.channels_last(x, self.data_format), mask, keepdims=self.keepdims)
        return ops.from_channels_last(y, self.data_format) if self.keepdims else y

    def mask(self, ops: ModuleType, inputs: Array, mask: Array | None) -> None:
        """The steps are gone, and their mask with them."""


class GlobalAveragePooling2D(GlobalPooling):
    """Take the mean of each channel of an image.

    GlobalAveragePooling2D(): (None, 28, 28, 8) -> (None, 8), 0 params
    """

    ndim = 4
    aliases = ("GlobalAvgPool2D",)
    formula = "output = mean over all positions"
    operation = "average"


class GlobalAveragePooling3D(GlobalPooling):
    """Take the mean of each channel of a volume.

    GlobalAveragePooling3D(): (None, 8, 8, 8, 2) -> (None, 2), 0 params
    """

    ndim = 5
    aliases = ("GlobalAvgPool3D",)
    formula = "output = mean over all positions"
    operation = "average"
