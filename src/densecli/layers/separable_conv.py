"""Convolutions that keep channels apart: depthwise, and separable (depthwise, then mixed by a 1 × 1 convolution)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.arithmetic import Leaf, Product, Step, Sum, element, total, value
from densecli.layer import Layer, Weight, bias_and_activation
from densecli.layers.conv import SPATIAL, explain_windows, input_channels, spans, windows
from densecli.layers.worked import activated, noted, pixel, spatial_sizes, split_pixel, taps, without_activation
from densecli.shape import Shape, join_channels, product, size, split_channels, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    Array = Any
    Index = tuple[int, ...]

WINDOWS = "valid: (size - reach) // strides + 1, same: ceil(size / strides)"


class DepthwiseConv(Layer, abstract=True):
    """Each channel slides its own kernels over itself; channels are never mixed."""

    formula = "output[…, c × depth_multiplier + m] = activation(convolution(input[…, c], kernel[…, c, m]) + bias)"
    shape_rule = f"(batch, *spatial, channels) -> (batch, *windows, channels × depth_multiplier); {WINDOWS}"
    macs_rule = "output pixels × kernel size × channels × depth_multiplier"
    elementwise_rule = "1 per output for the bias, and the activation"
    rank: ClassVar[int]

    kernel_size = fields.per_axis(doc="size of the window")
    strides = fields.per_axis(1, "stride of the window")
    padding = fields.choice("valid", "same", doc="valid: no padding; same: pad with zeros")
    depth_multiplier = fields.count(1, "kernels per input channel")
    data_format = fields.data_format()
    dilation_rate = fields.per_axis(1, "spacing between the elements of the window")
    activation = fields.activation()
    use_bias = fields.flag(True, "whether to add a bias")
    depthwise_initializer = fields.initializer("glorot_uniform")
    bias_initializer = fields.initializer("zeros")
    depthwise_regularizer = fields.regularizer()
    bias_regularizer = fields.regularizer()
    activity_regularizer = fields.regularizer()
    depthwise_constraint = fields.constraint()
    bias_constraint = fields.constraint()

    def weights(self, x: Shape) -> Iterator[Weight]:
        channels = input_channels(self, x)
        axes = (*SPATIAL[self.rank], "input channels", "depth_multiplier")
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        yield Weight("kernel", shape, axes, initializer=self.depthwise_initializer)
        if self.use_bias:
            outputs = (channels * self.depth_multiplier,)
            yield Weight("bias", outputs, ("output channels",), initializer=self.bias_initializer)

    def output(self, x: Shape) -> Shape:
        channels = input_channels(self, x) * self.depth_multiplier
        return join_channels(x[0], windows(self, x), channels, self.data_format)

    def macs(self, y: Shape, x: Shape) -> int | None:
        return times(size(y), product(self.kernel_size))

    def elementwise_parts(self, y: Shape, x: Shape) -> Iterator[tuple[str, int | None]]:
        return bias_and_activation(self, y)

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        channels, taps = input_channels(self, x), product(self.kernel_size) or 0
        yield (
            f"Each of {channels:,} channels has its own kernels: {taps * channels * self.depth_multiplier:,} numbers; one "
            f"convolution over all of them would have {taps * channels**2 * self.depth_multiplier:,}."
        )
        yield from explain_windows(self, x)

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        channels, filters = split_channels(x, self.data_format)[1], split_channels(y, self.data_format)[1]
        return kinds.Windows(
            spans(kinds, self, x), channels, filters, "depthwise", 1, self.use_bias, self.activation, self.depth_multiplier, self.data_format == "channels_last",
        )  # fmt: skip

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        sample, out, channel = split_pixel(self, at)
        inside, term = depthwise_terms(self, x, ("kernel", w["kernel"]), (sample, out, channel))
        bias = element("bias", w["bias"], (channel,)) if self.use_bias else None
        before, sum_of = without_activation(self), total(inside, term, bias)
        yield from noted(activated(self, sum_of, y, at, lambda: before.forward(ops, w, x)), inside, self.kernel_size)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        then = ops.in_place(self.activation)
        y = ops.depthwise_conv(
            ops.channels_last(ops.floating(x), self.data_format), w["kernel"], strides=self.strides, padding=self.padding,
            dilation=self.dilation_rate, bias=w.get("bias"), activation=then,
        )  # fmt: skip
        y = ops.from_channels_last(y, self.data_format)
        return ops.activate(y, self.activation) if then is None else y


def depthwise_terms(
    layer: Any, x: Array, kernel: tuple[str, Array], at: tuple[int, Index, int]
) -> tuple[int, Callable[[int], Product]]:
    """How many products make one channel at one place, and each of them; a channel has `depth_multiplier` outputs."""
    (sample, out, channel), (name, array) = at, kernel
    inside = taps(layer, spatial_sizes(layer, x), out, layer.kernel_size, layer.dilation_rate)
    source, number = divmod(channel, layer.depth_multiplier)

    def term(index: int) -> Product:
        tap, place = inside[index]
        return Product((
            element("x", x, pixel(layer, sample, place, source)), element(name, array, (*tap, source, number)),
        ))  # fmt: skip

    return len(inside), term


class DepthwiseConv1D(DepthwiseConv):
    """Slide a kernel over each channel of a sequence by itself.

    DepthwiseConv1D(3): (None, 10, 4) -> (None, 8, 4), 16 params
    """

    rank, ndim = 1, 3


class DepthwiseConv2D(DepthwiseConv):
    """Slide a kernel over each channel of an image by itself.

    DepthwiseConv2D(3, padding="same"): (None, 28, 28, 32) -> (None, 28, 28, 32), 320 params
    """

    rank, ndim = 2, 4


class SeparableConv(Layer, abstract=True):
    """A depthwise convolution, whose channels a 1 × 1 convolution then mixes."""

    formula = "output = activation(convolution(depthwise(input, depthwise_kernel), pointwise_kernel) + bias)"
    shape_rule = f"(batch, *spatial, channels) -> (batch, *windows, filters); {WINDOWS}"
    macs_rule = "output pixels × channels × depth_multiplier × (kernel size + filters)"
    elementwise_rule = "1 per output for the bias, and the activation"
    rank: ClassVar[int]

    filters = fields.count(doc="output channels")
    kernel_size = fields.per_axis(doc="size of the window")
    strides = fields.per_axis(1, "stride of the window")
    padding = fields.choice("valid", "same", doc="valid: no padding; same: pad with zeros")
    data_format = fields.data_format()
    dilation_rate = fields.per_axis(1, "spacing between the elements of the window")
    depth_multiplier = fields.count(1, "depthwise kernels per input channel")
    activation = fields.activation()
    use_bias = fields.flag(True, "whether to add a bias")
    depthwise_initializer = fields.initializer("glorot_uniform")
    pointwise_initializer = fields.initializer("glorot_uniform")
    bias_initializer = fields.initializer("zeros")
    depthwise_regularizer = fields.regularizer()
    pointwise_regularizer = fields.regularizer()
    bias_regularizer = fields.regularizer()
    activity_regularizer = fields.regularizer()
    depthwise_constraint = fields.constraint()
    pointwise_constraint = fields.constraint()
    bias_constraint = fields.constraint()

    def weights(self, x: Shape) -> Iterator[Weight]:
        channels, each = input_channels(self, x), self.depth_multiplier
        axes, ones = SPATIAL[self.rank], (1,) * self.rank
        yield Weight(
            "depthwise_kernel", (*self.kernel_size, channels, each), (*axes, "input channels", "depth_multiplier"),
            initializer=self.depthwise_initializer,
        )  # fmt: skip
        yield Weight(
            "pointwise_kernel", (*ones, channels * each, self.filters), (*axes, "inner channels", "filters"),
            initializer=self.pointwise_initializer,
        )  # fmt: skip
        if self.use_bias:
            yield Weight("bias", (self.filters,), ("filters",), initializer=self.bias_initializer)

    def output(self, x: Shape) -> Shape:
        input_channels(self, x)
        return join_channels(x[0], windows(self, x), self.filters, self.data_format)

    def macs(self, y: Shape, x: Shape) -> int | None:
        """Per position and inner channel: the taps of the window, then one product for each filter."""
        inner = input_channels(self, x) * self.depth_multiplier
        return times(size((x[0], *windows(self, x))), inner, (product(self.kernel_size) or 0) + self.filters)

    def elementwise_parts(self, y: Shape, x: Shape) -> Iterator[tuple[str, int | None]]:
        return bias_and_activation(self, y)

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        channels, taps = input_channels(self, x), product(self.kernel_size) or 0
        inner = channels * self.depth_multiplier
        yield (
            f"{taps:,} × {inner:,} depthwise and {inner:,} × {self.filters:,} pointwise numbers: {inner * (taps + self.filters):,} "
            f"in the kernels, where a plain convolution has {taps * channels * self.filters:,}."
        )
        yield from explain_windows(self, x)

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        channels = split_channels(x, self.data_format)[1]
        return kinds.Windows(
            spans(kinds, self, x), channels, self.filters, "separable", 1, self.use_bias, self.activation, self.depth_multiplier, self.data_format == "channels_last",
        )  # fmt: skip

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        (sample, out, filter_), kernel = split_pixel(self, at), w["pointwise_kernel"]
        zeros = (0,) * self.rank

        def channel(index: int) -> Sum:
            return total(*depthwise_terms(self, x, ("depthwise_kernel", w["depthwise_kernel"]), (sample, out, index)))

        def term(index: int) -> Product:
            inner = Leaf(value(channel(index)), f"d[{index}]")
            return Product((inner, element("pointwise_kernel", kernel, (*zeros, index, filter_))))

        yield Step("d[0]", channel(0), "d is what the depthwise part makes of this place, channel by channel")
        bias = element("bias", w["bias"], (filter_,)) if self.use_bias else None
        before, sum_of = without_activation(self), total(kernel.shape[-2], term, bias)
        yield from activated(self, sum_of, y, at, lambda: before.forward(ops, w, x))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        inner = ops.depthwise_conv(
            ops.channels_last(ops.floating(x), self.data_format), w["depthwise_kernel"], strides=self.strides,
            padding=self.padding, dilation=self.dilation_rate,
        )  # fmt: skip
        kernel, then = w["pointwise_kernel"], ops.in_place(self.activation)
        y = ops.dense(inner, kernel.reshape(kernel.shape[-2:]), bias=w.get("bias"), activation=then)
        y = ops.from_channels_last(y, self.data_format)
        return ops.activate(y, self.activation) if then is None else y


class SeparableConv1D(SeparableConv):
    """Slide a kernel over each channel of a sequence, then mix the channels: far fewer numbers than a convolution.

    SeparableConv1D(8, 3): (None, 10, 4) -> (None, 8, 8), 52 params
    """

    rank, ndim = 1, 3
    aliases = ("SeparableConvolution1D",)


class SeparableConv2D(SeparableConv):
    """Slide a kernel over each channel of an image, then mix the channels: far fewer numbers than a convolution.

    SeparableConv2D(64, 3): (None, 28, 28, 32) -> (None, 26, 26, 64), 2400 params
    """

    rank, ndim = 2, 4
    aliases = ("SeparableConvolution2D",)
