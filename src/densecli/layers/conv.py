"""Convolutions: 1 to 3 axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.errors import ShapeError
from densecli.layer import Layer, Weight, activation_flops, sum_known
from densecli.shape import Dim, Shape, join_channels, known, product, size, split_channels, times, window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any

SPATIAL = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class Conv(Layer, abstract=True):
    """Slide `filters` small kernels over the input; each makes one output channel."""

    formula = "output = activation(convolution(input, kernel) + bias)"
    shape_rule = "(batch, *spatial, channels) -> (batch, *windows, filters); valid: (size - reach) // stride + 1, same: ceil(size / stride)"
    rank: ClassVar[int]

    filters = fields.count(doc="output channels")
    kernel_size = fields.per_axis(doc="size of the window")
    strides = fields.per_axis(1, "step of the window")
    padding = fields.choice("valid", "same", doc="valid: windows inside the input only; same: zeros around it")
    data_format = fields.data_format()
    dilation_rate = fields.per_axis(1, "distance between the taps of the window")
    groups = fields.count(1, "groups of channels that are convolved apart")
    activation = fields.activation()
    use_bias = fields.flag(True, "whether to add a bias")
    kernel_initializer = fields.initializer("glorot_uniform")
    bias_initializer = fields.initializer("zeros")
    kernel_regularizer = fields.regularizer()
    bias_regularizer = fields.regularizer()
    activity_regularizer = fields.regularizer()
    kernel_constraint = fields.constraint()
    bias_constraint = fields.constraint()

    def __init_subclass__(cls, abstract: bool = False) -> None:
        cls.ndim = None if abstract else cls.rank + 2
        super().__init_subclass__(abstract)

    def check(self) -> None:
        if self.filters % self.groups:
            self.reject("groups", f"{self.filters:,} filters do not divide into {self.groups:,} groups")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            self.reject("dilation_rate", "strides and dilation_rate cannot both exceed 1")

    def channels(self, x: Shape) -> int:
        channels = known(split_channels(x, self.data_format)[1], "the channel axis")
        if channels % self.groups:
            raise ShapeError(f"{channels:,} input channels do not divide into {self.groups:,} groups")
        return channels // self.groups

    def weights(self, x: Shape) -> Iterator[Weight]:
        axes = (*SPATIAL[self.rank], "input channels", "filters")
        yield Weight(
            "kernel", (*self.kernel_size, self.channels(x), self.filters), axes, initializer=self.kernel_initializer
        )
        if self.use_bias:
            yield Weight("bias", (self.filters,), ("filters",), initializer=self.bias_initializer)

    def output(self, x: Shape) -> Shape:
        self.channels(x)
        spatial, _ = split_channels(x, self.data_format)
        return join_channels(x[0], self.windows(spatial), self.filters, self.data_format)

    def windows(self, spatial: Shape) -> list[Dim]:
        axes = zip(spatial, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        return [window(*axis, self.padding) for axis in axes]

    def macs(self, y: Shape, x: Shape) -> int | None:
        return times(size(y), product(self.kernel_size), self.channels(x))

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return sum_known((size(y) if self.use_bias else 0, activation_flops(self.activation, y)))

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        spatial, windows = split_channels(x, self.data_format)[0], split_channels(y, self.data_format)[0]
        numbers = zip(self.kernel_size, self.strides, self.dilation_rate, strict=True)
        for axis in zip(SPATIAL[self.rank], spatial, windows, numbers, strict=True):
            yield window_sentence(self.padding, *axis)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        y = ops.conv(
            ops.channels_last(x, self.data_format), w["kernel"], strides=self.strides, padding=self.padding, dilation=self.dilation_rate,
            groups=self.groups, bias=w.get("bias"),
        )  # fmt: skip
        return ops.from_channels_last(ops.activate(y, self.activation), self.data_format)


def window_sentence(padding: str, axis: str, size: Dim, out: Dim, numbers: tuple[int, int, int]) -> str:
    """How many windows fit along one axis; `numbers` are the window's size, its step and its dilation."""
    kernel, stride, dilation = numbers
    if size is None:
        return f"{axis}: unknown, so the output's is unknown."
    if padding != "valid":
        return f"{axis}: padding={padding}, so ceil({size:,} / {stride:,}) = {out:,}."
    reach = dilation * (kernel - 1) + 1
    return f"{axis}: padding=valid, so ({size:,} - {reach:,}) // {stride:,} + 1 = {out:,}."


class Conv1D(Conv):
    """Slide `filters` kernels over steps; each makes one output channel.

    Conv1D(8, 3): (None, 10, 4) -> (None, 8, 8), 104 params
    """

    rank = 1
    aliases = ("Convolution1D",)
    padding = fields.choice("valid", "same", "causal", doc="causal: a step sees only itself and earlier ones")


class Conv2D(Conv):
    """Slide `filters` kernels over an image; each makes one output channel.

    Conv2D(32, 3): (None, 28, 28, 1) -> (None, 26, 26, 32), 320 params
    """

    rank = 2
    aliases = ("Convolution2D",)


class Conv3D(Conv):
    """Slide `filters` kernels over a volume; each makes one output channel.

    Conv3D(4, 3): (None, 8, 8, 8, 1) -> (None, 6, 6, 6, 4), 112 params
    """

    rank = 3
    aliases = ("Convolution3D",)
