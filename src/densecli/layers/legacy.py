"""Layers of Keras 1 and 2 that Keras 3 no longer has. They are read from model files but are not in the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.catalogue import CATALOGUE
from densecli.layer import Layer, Weight, activation_flops, bias_and_activation
from densecli.layers.activation import PReLU
from densecli.layers.conv import SPATIAL
from densecli.layers.legacy_windows import WINDOWS
from densecli.layers.recurrent import GRU, LSTM
from densecli.layers.recurrent_cells import GRUCell, LSTMCell
from densecli.shape import Shape, join_channels, known, product, size, split_channels, sum_known, times, window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any

LEGACY: dict[str, type[Layer]] = {}


class CuDNNLSTMCell(LSTMCell):
    """A step of LSTM with the two biases of the cuDNN library.

    CuDNNLSTMCell(4): [(None, 3), (None, 4), (None, 4)] -> [(None, 4), (None, 4), (None, 4)], 144 params
    """

    def bias(self, width: int, gates: str) -> Weight:
        return Weight("bias", (2 * width,), (f"2 biases of {gates}",), initializer=self.bias_initializer)

    def scan(self, ops: ModuleType, w: Mapping[str, Any], x: Array, states: Any, steps: Any) -> Any:
        ahead, back = w["bias"][: 4 * self.units], w["bias"][4 * self.units :]
        return super().scan(ops, {**w, "bias": ahead + back}, x, states, steps)


class CuDNNLSTM(LSTM):
    """LSTM as the cuDNN library has it: two biases for each gate (Keras 2).

    CuDNNLSTM(200): (None, 300, 6) -> (None, 200), 166400 params
    """

    cell_type = CuDNNLSTMCell


class CuDNNGRUCell(GRUCell):
    """A step of GRU with the two biases of the cuDNN library in one row.

    CuDNNGRUCell(4): [(None, 3), (None, 4)] -> [(None, 4), (None, 4)], 108 params
    """

    def bias(self, width: int, gates: str) -> Weight:
        return Weight("bias", (2 * width,), (f"2 biases of {gates}",), initializer=self.bias_initializer)

    def scan(self, ops: ModuleType, w: Mapping[str, Any], x: Array, states: Any, steps: Any) -> Any:
        return super().scan(ops, {**w, "bias": w["bias"].reshape(2, -1)}, x, states, steps)


class CuDNNGRU(GRU):
    """GRU as the cuDNN library has it: the reset gate after the product, two biases for each gate (Keras 2).

    CuDNNGRU(4): (None, 10, 3) -> (None, 4), 108 params
    """

    cell_type = CuDNNGRUCell


class ThresholdedReLU(Layer):
    """Keep values above `theta` and set the rest to 0 (Keras 1 and 2).

    ThresholdedReLU(): (None, 8) -> (None, 8), 0 params
    """

    formula = "output = input if input > theta else 0"
    shape_rule = "unchanged"
    supports_masking = True

    theta = fields.number(1.0, "the threshold")

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(2, size(y))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return x * (x > self.theta)


class ParametricSoftplus(PReLU):
    """Softplus whose height and steepness are learned, one of each for every place in a sample (Keras 1).

    ParametricSoftplus(): (None, 8) -> (None, 8), 16 params
    """

    formula = "output = alpha × ln(1 + exp(beta × input))"
    learned: ClassVar[tuple[str, ...]] = ("alphas", "betas")
    forward = Layer.forward  # type: ignore[assignment]  # it has no forward pass

    def weights(self, x: Shape) -> Iterator[Weight]:
        (each,) = super().weights(x)
        yield from (each._replace(name=name) for name in self.learned)


class SReLU(ParametricSoftplus):
    """Identity between two thresholds and two other slopes beyond them, all learned for every place in a sample (Keras 1).

    SReLU(shared_axes=(1,)): (None, 4, 8) -> (None, 4, 8), 32 params
    """

    formula = "output = input, beyond a threshold t: t + slope × (input - t)"
    learned = ("t_left", "a_left", "t_right", "a_right")


class LocallyConnected(Layer, abstract=True):
    """A convolution with kernels of its own at every position."""

    formula = "output[p] = activation(window(input, p) · kernel[p] + bias[p])"
    shape_rule = "as a convolution"
    rank: ClassVar[int]

    filters = fields.count(doc="output channels")
    kernel_size = fields.per_axis(doc="size of the window")
    strides = fields.per_axis(1, "stride of the window")
    padding = fields.choice("valid", "same", doc="valid: no padding")
    data_format = fields.data_format()
    activation = fields.activation()
    use_bias = fields.flag(True, "whether to add a bias")
    implementation = fields.integer(1, "storage of the kernel: 2 as one dense matrix, 1 and 3 by position")

    def __init_subclass__(cls, abstract: bool = False) -> None:
        cls.ndim = None if abstract else cls.rank + 2
        super().__init_subclass__(abstract)

    def windows(self, x: Shape) -> list[int]:
        spatial = split_channels(x, self.data_format)[0]
        axes = zip(spatial, self.kernel_size, self.strides, strict=True)
        return [
            known(window(dim, kernel, stride, 1, self.padding), "the size of the image") for dim, kernel, stride in axes
        ]

    def weights(self, x: Shape) -> Iterator[Weight]:
        channels = known(split_channels(x, self.data_format)[1], "the channel axis")
        positions = self.windows(x)
        window_size = (product(self.kernel_size) or 0) * channels
        yield Weight(
            "kernel", self.kernel_shape(x, channels, positions, window_size), ("positions", "window", "filters")
        )
        if self.use_bias:
            yield Weight("bias", (*positions, self.filters), (*SPATIAL[self.rank], "filters"))

    def kernel_shape(self, x: Shape, channels: int, positions: list[int], window_size: int) -> tuple[int, ...]:
        if self.implementation != 2:
            return (product(positions) or 0, window_size, self.filters)
        spatial = [known(dim, "the size of the image") for dim in split_channels(x, self.data_format)[0]]
        if self.data_format == "channels_first":
            return (channels, *spatial, self.filters, *positions)
        return (*spatial, channels, *positions, self.filters)

    def output(self, x: Shape) -> Shape:
        return join_channels(x[0], self.windows(x), self.filters, self.data_format)

    def macs(self, y: Shape, x: Shape) -> int | None:
        return times(size(y), product(self.kernel_size), split_channels(x, self.data_format)[1])

    def elementwise_parts(self, y: Shape, x: Shape) -> Iterator[tuple[str, int | None]]:
        return bias_and_activation(self, y)


class LocallyConnected1D(LocallyConnected):
    """A convolution over steps with kernels of its own at every step (Keras 1 and 2).

    LocallyConnected1D(8, 3): (None, 10, 4) -> (None, 8, 8), 832 params
    """

    rank = 1


class LocallyConnected2D(LocallyConnected):
    """A convolution over images with kernels of its own at every position (Keras 1 and 2).

    LocallyConnected2D(8, 3): (None, 5, 5, 2) -> (None, 3, 3, 8), 1368 params
    """

    rank = 2


class MaxoutDense(Layer):
    """Take the maximum of several Dense layers (Keras 1).

    MaxoutDense(8): (None, 4) -> (None, 8), 160 params
    """

    formula = "output = max(dot(input, kernel[i]) + bias[i] for i < nb_feature)"
    shape_rule = "(batch, features) -> (batch, units)"
    ndim = 2

    units = fields.count(doc="output features")
    nb_feature = fields.count(4, "number of linear outputs to take the maximum of")
    use_bias = fields.flag(True, "whether to add a bias")

    def weights(self, x: Shape) -> Iterator[Weight]:
        features = known(x[-1], "the last axis of the input")
        yield Weight("kernel", (self.nb_feature, features, self.units), ("pieces", "input features", "units"))
        if self.use_bias:
            yield Weight("bias", (self.nb_feature, self.units), ("pieces", "units"))

    def output(self, x: Shape) -> Shape:
        return (*x[:-1], self.units)

    def macs(self, y: Shape, x: Shape) -> int | None:
        return times(size(y), x[-1], self.nb_feature)

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return times(size(y), self.nb_feature)


class Highway(Layer):
    """A Dense layer with a gate between its output and its input (Keras 1).

    Highway(): (None, 4) -> (None, 4), 40 params
    """

    formula = "output = gate * activation(dot(input, kernel) + bias) + (1 - gate) * input"
    shape_rule = "unchanged"
    ndim = 2

    activation = fields.activation()
    use_bias = fields.flag(True, "whether to add biases")

    def weights(self, x: Shape) -> Iterator[Weight]:
        features = known(x[-1], "the last axis of the input")
        for name in ("", "_carry"):
            yield Weight(f"kernel{name}", (features, features), ("input features", "units"))
            if self.use_bias:
                yield Weight(f"bias{name}", (features,), ("units",))

    def macs(self, y: Shape, x: Shape) -> int | None:
        return times(2, size(y), x[-1])

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return sum_known((times(9, size(y)), activation_flops(self.activation, y)))


class AddLoss(Layer):
    """Pass through a tensor that counts as a loss (tf.keras, `model.add_loss`).

    AddLoss(): (None, 8) -> (None, 8), 0 params
    """

    shape_rule = "unchanged"
    supports_masking = True

    unconditional = fields.flag(False, "whether the loss is independent of the inputs (does not affect the summary)")

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return x


class AddMetric(AddLoss):
    """Pass through a tensor that counts as a metric (tf.keras, `model.add_metric`).

    AddMetric(): (None, 8) -> (None, 8), 0 params
    """

    aggregation = fields.anything(doc="how batches are aggregated (does not affect the summary)")
    metric_name = fields.anything(doc="the name of the metric")


class RandomHeight(Layer):
    """Stretch images to a random height in training (tf.keras), which leaves the height unknown.

    RandomHeight(factor=0.2): (None, 8, 8, 3) -> (None, None, 8, 3), 0 params
    """

    shape_rule = "(batch, height, width, channels) -> (batch, unknown, width, channels)"
    axis: ClassVar[int] = -3

    factor = fields.anything(doc="how much")

    def output(self, x: Shape) -> Shape:
        sizes = list(x)
        sizes[self.axis] = None
        return tuple(sizes)


class RandomWidth(RandomHeight):
    """Stretch images to a random width in training (tf.keras), which leaves the width unknown.

    RandomWidth(factor=0.2): (None, 8, 8, 3) -> (None, 8, None, 3), 0 params
    """

    axis = -2


RETIRED: tuple[type[Layer], ...] = (
    AddLoss, AddMetric, CuDNNGRU, CuDNNGRUCell, CuDNNLSTM, CuDNNLSTMCell, Highway, LocallyConnected1D, LocallyConnected2D,
    MaxoutDense, ParametricSoftplus, RandomHeight, RandomWidth, SReLU, ThresholdedReLU, *WINDOWS,
)  # fmt: skip
for _layer in RETIRED:
    LEGACY[_layer.__name__] = CATALOGUE.pop(_layer.__name__)
