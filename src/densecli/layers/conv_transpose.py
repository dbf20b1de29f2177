"""Transposed convolutions, 1 to 3 axes: every input position paints a scaled copy of the kernel."""

from __future__ import annotations

from itertools import product as combinations
from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.arithmetic import Product, Step, element, total
from densecli.layer import Layer, Weight, bias_and_activation
from densecli.layers.conv import SPATIAL, input_channels
from densecli.layers.worked import activated, pixel, split_pixel, without_activation
from densecli.shape import Dim, Shape, join_channels, product, size, split_channels, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any
    Index = tuple[int, ...]


class ConvTranspose(Layer, abstract=True):
    """Run a convolution in reverse, from few positions to many."""

    formula = "output = activation(sum of input[i] × kernel, painted at i × strides, + bias)"
    shape_rule = (
        "(batch, *spatial, channels) -> (batch, *larger, filters); same: size × strides, "
        "valid: (size - 1) × strides + max(reach, strides); with output_padding: see explain"
    )
    macs_rule = "input pixels × kernel size × input channels × filters"
    elementwise_rule = "1 per output for the bias, and the activation"
    rank: ClassVar[int]

    filters = fields.count(doc="output channels")
    kernel_size = fields.per_axis(doc="size of the kernel")
    strides = fields.per_axis(1, "output positions between neighboring input positions")
    padding = fields.choice("valid", "same", doc="valid: everything the kernels reach; same: size × strides")
    output_padding = fields.per_axis(None, "extra size of the output, less than strides", least=0, none=True)
    data_format = fields.data_format()
    dilation_rate = fields.per_axis(1, "spacing between the elements of the kernel")
    activation = fields.activation()
    use_bias = fields.flag(True, "whether to add a bias")
    kernel_initializer = fields.initializer("glorot_uniform")
    bias_initializer = fields.initializer("zeros")
    kernel_regularizer = fields.regularizer()
    bias_regularizer = fields.regularizer()
    activity_regularizer = fields.regularizer()
    kernel_constraint = fields.constraint()
    bias_constraint = fields.constraint()

    def check(self) -> None:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            self.reject("dilation_rate", "strides and dilation_rate cannot both exceed 1")
        for extra, stride in zip(self.output_padding or (), self.strides, strict=False):
            if extra >= stride:
                self.reject("output_padding", f"output_padding {extra} must be below strides {stride}")

    def weights(self, x: Shape) -> Iterator[Weight]:
        axes = (*SPATIAL[self.rank], "filters", "input channels")
        yield Weight(
            "kernel",
            (*self.kernel_size, self.filters, input_channels(self, x)),
            axes,
            initializer=self.kernel_initializer,
        )
        if self.use_bias:
            yield Weight("bias", (self.filters,), ("filters",), initializer=self.bias_initializer)

    def axes(self, x: Shape) -> Iterator[tuple[Dim, int, int, int | None]]:
        """Size, stride, reach of the kernel and output_padding of each spatial axis."""
        spatial, _ = split_channels(x, self.data_format)
        extras = self.output_padding or (None,) * self.rank
        reaches = (
            dilation * (kernel - 1) + 1 for kernel, dilation in zip(self.kernel_size, self.dilation_rate, strict=True)
        )
        yield from zip(spatial, self.strides, reaches, extras, strict=True)

    def output(self, x: Shape) -> Shape:
        input_channels(self, x)
        painted = [painted_size(*axis, self.padding) for axis in self.axes(x)]
        return join_channels(x[0], painted, self.filters, self.data_format)

    def macs(self, y: Shape, x: Shape) -> int | None:
        """Every input value meets every tap of every filter."""
        return times(size(x), product(self.kernel_size), self.filters)

    def elementwise_parts(self, y: Shape, x: Shape) -> Iterator[tuple[str, int | None]]:
        return bias_and_activation(self, y)

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        larger = split_channels(y, self.data_format)[0]
        for name, axis, out in zip(SPATIAL[self.rank], self.axes(x), larger, strict=True):
            if out is not None:
                yield f"{name}: padding={self.padding}, so {painted_sum(*axis, self.padding)} = {out:,}."

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        (small, channels), (large, _) = split_channels(x, self.data_format), split_channels(y, self.data_format)
        numbers = zip(self.kernel_size, self.strides, self.dilation_rate, strict=True)
        sizes = zip(SPATIAL[self.rank], zip(small, large, strict=True), numbers, strict=True)
        spans = tuple(kinds.painted(*each, self.padding) for each in sizes)
        last = self.data_format != "channels_first"
        return kinds.Spread(spans, channels, self.filters, self.use_bias, self.activation, last)

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        kernel, (sample, out, filter_) = w["kernel"], split_pixel(self, at)
        painters, channels = self.painters(x.shape, out), x.shape[1 if self.data_format == "channels_first" else -1]

        def term(index: int) -> Product:
            (tap, place), channel = painters[index // channels], index % channels
            source = element("x", x, pixel(self, sample, place, channel))
            return Product((source, element("kernel", kernel, (*tap, filter_, channel))))

        bias = element("bias", w["bias"], (filter_,)) if self.use_bias else None
        if painters or bias is not None:
            before, sum_of = without_activation(self), total(len(painters) * channels, term, bias)
            yield from activated(self, sum_of, y, at, lambda: before.forward(ops, w, x))

    def painters(self, x: Shape, out: Index) -> list[tuple[Index, Index]]:
        """The taps and the input pixels that reach an output pixel."""
        axes = zip(self.axes(x), out, self.kernel_size, self.dilation_rate, strict=True)
        each = [list(reaching(*axis, self.padding)) for axis in axes]
        return [(tuple(tap for tap, _ in found), tuple(place for _, place in found)) for found in combinations(*each)]

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        then = ops.in_place(self.activation)
        y = ops.conv_transpose(
            ops.channels_last(ops.floating(x), self.data_format), w["kernel"], strides=self.strides, padding=self.padding,
            output_padding=self.output_padding, dilation=self.dilation_rate, bias=w.get("bias"), activation=then,
        )  # fmt: skip
        y = ops.from_channels_last(y, self.data_format)
        return ops.activate(y, self.activation) if then is None else y


def painted_size(dim: Dim, stride: int, reach: int, extra: int | None, padding: str) -> Dim:
    """Output size along one axis; an output_padding that is given replaces the size that Keras would choose."""
    if dim is None:
        return None
    if padding == "same":
        return dim * stride if extra is None else (dim - 1) * stride + reach % 2 + extra
    return (dim - 1) * stride + (max(reach, stride) if extra is None else reach + extra)


def reaching(
    axis: tuple[Any, int, int, int | None], out: int, kernel: int, dilation: int, padding: str
) -> Iterator[tuple[int, int]]:
    """The taps and inputs along one axis that reach an output; padding=same crops the canvas on both sides."""
    dim, stride, reach, _ = axis
    larger = painted_size(*axis, padding) or 0
    crop = 0 if padding == "valid" else max(0, ((dim - 1) * stride + reach - larger) // 2)
    for tap in range(kernel):
        place, rest = divmod(out + crop - tap * dilation, stride)
        if not rest and 0 <= place < dim:
            yield tap, place


def painted_sum(dim: Dim, stride: int, reach: int, extra: int | None, padding: str) -> str:
    """The arithmetic of painted_size in words."""
    if padding == "same" and extra is None:
        return f"{dim:,} × {stride:,}"
    if extra is None:
        return f"({dim:,} - 1) × {stride:,} + max({reach:,}, {stride:,})"
    return f"({dim:,} - 1) × {stride:,} + {reach % 2 if padding == 'same' else reach:,} + output_padding {extra:,}"


class Conv1DTranspose(ConvTranspose):
    """Lengthen a sequence by a learned kernel, as a decoder does.

    Conv1DTranspose(8, 3, strides=2): (None, 10, 4) -> (None, 21, 8), 104 params
    """

    rank, ndim = 1, 3
    aliases = ("Convolution1DTranspose",)


class Conv2DTranspose(ConvTranspose):
    """Enlarge an image by a learned kernel, as a decoder or generator does.

    Conv2DTranspose(8, 3, strides=2, padding="same"): (None, 14, 14, 16) -> (None, 28, 28, 8), 1160 params
    """

    rank, ndim = 2, 4
    aliases = ("Convolution2DTranspose",)


class Conv3DTranspose(ConvTranspose):
    """Enlarge a volume by a learned kernel.

    Conv3DTranspose(4, 2, strides=2): (None, 4, 4, 4, 3) -> (None, 8, 8, 8, 4), 100 params
    """

    rank, ndim = 3, 5
    aliases = ("Convolution3DTranspose",)
    order = (
        "filters", "kernel_size", "strides", "padding", "data_format", "output_padding", "dilation_rate", "activation",
        "use_bias", "kernel_initializer", "bias_initializer", "kernel_regularizer", "bias_regularizer",
        "activity_regularizer", "kernel_constraint", "bias_constraint",
    )  # fmt: skip
