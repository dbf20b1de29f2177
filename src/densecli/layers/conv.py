"""Convolutions: 1 to 3 axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.arithmetic import Product, Step, element, total
from densecli.errors import ShapeError
from densecli.layer import Layer, Weight, bias_and_activation
from densecli.layers.worked import activated, noted, pixel, spatial_sizes, split_pixel, taps, without_activation
from densecli.shape import Dim, Shape, join_channels, known, product, size, split_channels, times, window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    Array = Any
    Index = tuple[int, ...]

SPATIAL = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class Conv(Layer, abstract=True):
    """Slide `filters` small kernels over the input; each makes one output channel."""

    formula = "output = activation(convolution(input, kernel) + bias)"
    shape_rule = "(batch, *spatial, channels) -> (batch, *windows, filters); valid: (size - reach) // stride + 1, same: ceil(size / stride)"
    macs_rule = "output pixels × kernel size × input channels ÷ groups × filters"
    elementwise_rule = "1 per output for the bias, and the activation"
    rank: ClassVar[int]
    order = (
        "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "groups", "activation", "use_bias",
        "kernel_initializer", "bias_initializer", "kernel_regularizer", "bias_regularizer", "activity_regularizer",
        "kernel_constraint", "bias_constraint",
    )  # fmt: skip

    filters = fields.count(doc="output channels")
    kernel_size = fields.per_axis(doc="size of the window")
    strides = fields.per_axis(1, "stride of the window")
    padding = fields.choice("valid", "same", doc="valid: no padding; same: pad with zeros")
    data_format = fields.data_format()
    dilation_rate = fields.per_axis(1, "spacing between the elements of the window")
    groups = fields.count(1, "number of channel groups that are convolved separately")
    activation = fields.activation()
    use_bias = fields.flag(True, "whether to add a bias")
    kernel_initializer = fields.initializer("glorot_uniform")
    bias_initializer = fields.initializer("zeros")
    kernel_regularizer = fields.regularizer()
    bias_regularizer = fields.regularizer()
    activity_regularizer = fields.regularizer()
    kernel_constraint = fields.constraint()
    bias_constraint = fields.constraint()
    lora_rank = fields.optional(fields.count(doc="rank of the LoRA factors, which freeze the kernel itself"))
    lora_alpha = fields.optional(fields.number(doc="scale of the LoRA update; null is lora_rank"))

    def check(self) -> None:
        if self.lora_rank is not None and self.kernel_constraint is not None:
            self.reject("lora_rank", "LoRA and a kernel_constraint cannot be combined")
        if self.filters % self.groups:
            self.reject("groups", f"{self.filters:,} filters do not divide into {self.groups:,} groups")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            self.reject("dilation_rate", "strides and dilation_rate cannot both exceed 1")

    def channels(self, x: Shape) -> int:
        channels = input_channels(self, x)
        if channels % self.groups:
            raise ShapeError(f"{channels:,} input channels do not divide into {self.groups:,} groups")
        return channels // self.groups

    def weights(self, x: Shape) -> Iterator[Weight]:
        axes, reach = (*SPATIAL[self.rank], "input channels"), (*self.kernel_size, self.channels(x))
        frozen, rank = self.lora_rank is not None, self.lora_rank
        yield Weight("kernel", (*reach, self.filters), (*axes, "filters"), not frozen, self.kernel_initializer)
        if self.use_bias:
            yield Weight("bias", (self.filters,), ("filters",), initializer=self.bias_initializer)
        if rank is not None:
            yield Weight("lora_kernel_a", (*reach, rank), (*axes, "rank"), initializer="he_uniform", dtype="float32")
            yield Weight("lora_kernel_b", (rank, self.filters), ("rank", "filters"), dtype="float32")

    def output(self, x: Shape) -> Shape:
        self.channels(x)
        return join_channels(x[0], windows(self, x), self.filters, self.data_format)

    def macs(self, y: Shape, x: Shape) -> int | None:
        return times(size(y), product(self.kernel_size), self.channels(x))

    def elementwise_parts(self, y: Shape, x: Shape) -> Iterator[tuple[str, int | None]]:
        return bias_and_activation(self, y)

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        yield from explain_windows(self, x)

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        return kinds.Windows(
            spans(kinds, self, x), self.channels(x) * self.groups, self.filters, "kernel", self.groups, self.use_bias, self.activation, 1, self.data_format == "channels_last",
        )  # fmt: skip

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        kernel, (sample, out, filter_) = self.kernel(w), split_pixel(self, at)
        inside = taps(self, spatial_sizes(self, x), out, self.kernel_size, self.dilation_rate)
        channels = kernel.shape[-2]
        first = filter_ // (self.filters // self.groups) * channels  # of the filter's group

        def term(index: int) -> Product:
            (tap, place), channel = inside[index // channels], index % channels
            source = element("x", x, pixel(self, sample, place, first + channel))
            return Product((source, element("kernel", kernel, (*tap, channel, filter_))))

        bias = element("bias", w["bias"], (filter_,)) if self.use_bias else None
        before, sum_of = without_activation(self), total(len(inside) * channels, term, bias)
        yield from noted(
            activated(self, sum_of, y, at, lambda: before.forward(ops, w, x)), len(inside), self.kernel_size
        )

    def kernel(self, w: Mapping[str, Any]) -> Array:
        """The kernel, with its LoRA update."""
        if self.lora_rank is None:
            return w["kernel"]
        scale = (self.lora_alpha or self.lora_rank) / self.lora_rank
        return w["kernel"] + scale * (w["lora_kernel_a"] @ w["lora_kernel_b"])

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        kernel = self.kernel(w)
        then = ops.in_place(self.activation)
        y = ops.conv(
            ops.channels_last(ops.floating(x), self.data_format), kernel, strides=self.strides, padding=self.padding,
            dilation=self.dilation_rate, groups=self.groups, bias=w.get("bias"), activation=then,
        )  # fmt: skip
        y = ops.from_channels_last(y, self.data_format)
        return ops.activate(y, self.activation) if then is None else y


def input_channels(layer: Any, x: Shape) -> int:
    """The size of the channel axis, on which the kernel depends."""
    return known(split_channels(x, layer.data_format)[1], "the channel axis")


def windows(layer: Any, x: Shape) -> list[Dim]:
    """How many windows fit along each spatial axis: kernel_size, strides, dilation_rate and padding are the layer's."""
    axes = zip(layer.kernel_size, layer.strides, layer.dilation_rate, strict=True)
    spatial, _ = split_channels(x, layer.data_format)
    return [window(dim, *axis, layer.padding) for dim, axis in zip(spatial, axes, strict=True)]


def spans(kinds: ModuleType, layer: Any, x: Shape) -> tuple[Any, ...]:
    """The windows along each spatial axis, for a picture."""
    axes = zip(layer.kernel_size, layer.strides, layer.dilation_rate, strict=True)
    spatial, _ = split_channels(x, layer.data_format)
    sizes = zip(SPATIAL[layer.rank], spatial, axes, strict=True)
    return tuple(kinds.span(*each, layer.padding) for each in sizes)


def explain_windows(layer: Any, x: Shape) -> Iterator[str]:
    yield from reach_sentences(layer.kernel_size, layer.dilation_rate)
    axes = zip(layer.kernel_size, layer.strides, layer.dilation_rate, strict=True)
    spatial, _ = split_channels(x, layer.data_format)
    for axis in zip(SPATIAL[layer.rank], spatial, windows(layer, x), axes, strict=True):
        yield window_sentence(layer.padding, *axis)


def reach_sentences(sizes: Sequence[int], dilations: Sequence[int]) -> Iterator[str]:
    """What "reach" is, where it is not just the size of the window."""
    for count, dilation in dict.fromkeys(zip(sizes, dilations, strict=True)):
        if dilation > 1 and count > 1:
            yield (
                f"The reach of a window is the span from its first to its last element: {count:,} elements, every "
                f"{ordinal(dilation)} one, so {dilation:,} × ({count:,} - 1) + 1 = {dilation * (count - 1) + 1:,}."
            )


def ordinal(number: int) -> str:
    end = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{end}"


def window_sentence(padding: str, axis: str, size: Dim, out: Dim, numbers: tuple[int, int, int]) -> str:
    """How many windows fit along one axis; `numbers` are the window's size, its step and its dilation."""
    kernel, stride, dilation = numbers
    if size is None:
        return f"{axis}: unknown, so the output's is unknown."
    if padding != "valid":
        return f"{axis}: padding={padding}, so ceil({size:,} / {stride:,}) = {out:,}."
    reach = dilation * (kernel - 1) + 1
    return f"{axis}: padding=valid, a window reaches over {reach:,}, so ({size:,} - {reach:,}) // {stride:,} + 1 = {out:,}."


class Conv1D(Conv):
    """Slide `filters` kernels over steps; each makes one output channel.

    Conv1D(8, 3): (None, 10, 4) -> (None, 8, 8), 104 params
    """

    rank, ndim = 1, 3
    aliases = ("Convolution1D",)
    padding = fields.choice("valid", "same", "causal", doc="causal: a step sees only itself and earlier steps")


class Conv2D(Conv):
    """Slide `filters` kernels over an image; each makes one output channel.

    Conv2D(32, 3): (None, 28, 28, 1) -> (None, 26, 26, 32), 320 params
    """

    rank, ndim = 2, 4
    aliases = ("Convolution2D",)


class Conv3D(Conv):
    """Slide `filters` kernels over a volume; each makes one output channel.

    Conv3D(4, 3): (None, 8, 8, 8, 1) -> (None, 6, 6, 6, 4), 112 params
    """

    rank, ndim = 3, 5
    aliases = ("Convolution3D",)
