"""Convolutional LSTMs: sequences of rows, images or volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.arithmetic import Leaf, Product, Step, Sum, Term, element, total
from densecli.errors import UnknownSizeError
from densecli.layer import Weight
from densecli.layers.conv import SPATIAL
from densecli.layers.gates import Moment, biases, forget_bias, lstm_flops, lstm_unit
from densecli.layers.recurrent import Recurrent
from densecli.layers.recurrent_cells import Cell, cell_weights, gate_activation
from densecli.layers.worked import pixel, spatial_sizes, split_pixel, tapped, taps
from densecli.shape import Shape, join_channels, known, product, show, size, split_channels, times, window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType

    from densecli.layers.states import States

    Array = Any
    Index = tuple[int, ...]


class ConvLSTMCell(Cell, abstract=True):
    """One step of a long short-term memory whose products are convolutions."""

    type_name = "ConvLSTMCell"

    filters = fields.count(doc="channels of the output and of both states")
    kernel_size = fields.per_axis(doc="size of the window on the input and on the state")
    strides = fields.per_axis(1, "stride of the input's window")
    padding = fields.choice("valid", "same", doc="valid: no padding; same: pad with zeros")
    data_format = fields.data_format()
    dilation_rate = fields.per_axis(1, "spacing between the elements of the input's window")
    activation = fields.activation("tanh")
    recurrent_activation = gate_activation()
    use_bias = fields.flag(True, "whether to add a bias")
    kernel_initializer = fields.initializer("glorot_uniform")
    recurrent_initializer = fields.initializer("orthogonal")
    bias_initializer = fields.initializer("zeros")
    unit_forget_bias = fields.flag(True, "whether the forget gate's bias starts at 1")
    kernel_regularizer = fields.regularizer()
    recurrent_regularizer = fields.regularizer()
    bias_regularizer = fields.regularizer()
    kernel_constraint = fields.constraint()
    recurrent_constraint = fields.constraint()
    bias_constraint = fields.constraint()
    dropout = fields.number(0.0, "fraction of the inputs to drop in training")
    recurrent_dropout = fields.number(0.0, "fraction of the state to drop in training")
    seed = fields.seed("seed for dropout")

    gate_names = ("input", "forget", "new", "output")
    state_count, state_names = 2, ("h", "c")

    def state_shapes(self, x: Shape) -> States:
        spatial, _ = split_channels(x, self.data_format)
        if None in spatial:
            raise UnknownSizeError(
                f"every size but batch and steps must be known to create the initial states: {show(x)}"
            )
        axes = zip(spatial, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        out = join_channels(x[0], [window(*axis, self.padding) for axis in axes], self.filters, self.data_format)
        return [out, out]

    def step_output(self, x: Shape) -> Shape:
        known(split_channels(x, self.data_format)[1], "the channel axis")
        out: Shape = self.state_shapes(x)[0]
        return out

    def weights(self, x: Shape, *_: Any, **__: Any) -> Iterator[Weight]:
        channels, width = known(split_channels(x, self.data_format)[1], "the channel axis"), 4 * self.filters
        axes, gates = SPATIAL[len(self.kernel_size)], "4 gates × filters"
        shape = (*self.kernel_size, channels, width)
        yield Weight("kernel", shape, (*axes, "input channels", gates), initializer=self.kernel_initializer)
        shape = (*self.kernel_size, self.filters, width)
        yield Weight("recurrent_kernel", shape, (*axes, "filters", gates), initializer=self.recurrent_initializer)
        if self.use_bias:
            start = forget_bias(self.bias_initializer, self.unit_forget_bias)
            yield Weight("bias", (width,), (gates,), initializer=start)

    def macs(self, output: Any, x: Shape, *_: Any, **__: Any) -> int | None:
        """One product with the window of the input and one with that of the state, four gates each."""
        channels = known(split_channels(x, self.data_format)[1], "the channel axis")
        return times(size(self.step_output(x)), 4, product(self.kernel_size), channels + self.filters)

    def elementwise(self, output: Any, x: Shape, *_: Any, **__: Any) -> int | None:
        return times(size(self.step_output(x)), lstm_flops(self.use_bias, self.activation, self.recurrent_activation))

    def unit(self, ops: ModuleType, w: Mapping[str, Any], moment: Moment) -> Iterator[Step]:
        """One filter at one pixel, from the windows of the image and of the last output."""
        at = (0, *moment.at[-moment.x.ndim :])
        _, out, filter_ = split_pixel(self, at)
        sizes, frame = spatial_sizes(self, moment.x[None]), spatial_sizes(self, moment.states[0][None])
        ones = (1,) * len(out)
        seen = taps(self, sizes, out, self.kernel_size, self.dilation_rate)
        old = [] if moment.begins else tapped("same", ones, frame, out, self.kernel_size, ones)

        def z(gate: int) -> Sum:
            column = gate * self.filters + filter_
            new = self.window_sum("kernel", w, seen, column, moment.seen)
            state = self.window_sum("recurrent_kernel", w, old, column, lambda place: moment.state(0, place))
            return Sum((*new, *state, *biases(w, column)))

        return lstm_unit(self, ops, moment, z)

    def window_sum(
        self, name: str, w: Mapping[str, Any], inside: Sequence[Any], column: int, source: Callable[[Index], Leaf]
    ) -> tuple[Term, ...]:
        """The products of a window with one column of a kernel."""
        kernel = w[name]
        channels = kernel.shape[-2]

        def term(index: int) -> Product:
            (tap, place), channel = inside[index // channels], index % channels
            return Product((source(pixel(self, 0, place, channel)[1:]), element(name, kernel, (*tap, channel, column))))

        return total(len(inside) * channels, term).terms

    def scan(self, ops: ModuleType, w: Mapping[str, Any], x: Array, states: Any, steps: Any) -> tuple[Array, States]:
        first = self.data_format == "channels_first"
        if states is not None:
            states = [ops.channels_last(state, self.data_format) for state in states]
        # with the steps behind the channels, the two kernels for channel order serve sequences, too
        sequence, after = ops.conv_lstm(
            ops.channels_last(x.swapaxes(1, 2), self.data_format) if first else x, cell_weights(ops, w), states,
            strides=self.strides, padding=self.padding, dilation=self.dilation_rate, steps=steps,
            activation=ops.as_activation(self.activation),
            recurrent_activation=ops.as_activation(self.recurrent_activation),
        )  # fmt: skip
        if first:
            sequence = ops.from_channels_last(sequence, self.data_format).swapaxes(1, 2)
        return sequence, [ops.from_channels_last(state, self.data_format) for state in after]


class ConvLSTM(Recurrent, abstract=True):
    """A long short-term memory over a sequence of frames, whose products are convolutions."""

    formula = "as LSTM, with convolutions instead of products: of the input with kernel, of the state with recurrent_kernel (padding=same)"
    shape_rule = "(batch, steps, *spatial, channels) -> (batch, *windows, filters), with return_sequences (batch, steps, *windows, filters)"
    macs_rule = "per step: output pixels × kernel size × (input channels + filters) × 4 × filters"
    elementwise_rule = "per output of a step: 8, 4 for the biases, 2 activations and 3 recurrent activations"
    rank: ClassVar[int]
    cell_type = ConvLSTMCell
    order = (
        "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "activation",
        "recurrent_activation", "use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer",
        "unit_forget_bias", "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "activity_regularizer",
        "kernel_constraint", "recurrent_constraint", "bias_constraint", "dropout", "recurrent_dropout", "seed",
        "return_sequences", "return_state", "go_backwards", "stateful",
    )  # fmt: skip

    def __init_subclass__(cls, abstract: bool = False) -> None:
        cls.ndim = None if abstract else cls.rank + 3
        super().__init_subclass__(abstract)

    def check(self) -> None:
        super().check()
        self.cell.trainable = True  # Keras 3.15.1 hands trainable to the cells of its other recurrent layers only
        if max(self.cell.strides) > 1 and max(self.cell.dilation_rate) > 1:  # type: ignore[attr-defined]
            self.reject("dilation_rate", "strides and dilation_rate cannot both exceed 1")


class ConvLSTM1D(ConvLSTM):
    """Long short-term memory over a sequence of rows.

    ConvLSTM1D(4, 3): (None, 5, 10, 2) -> (None, 8, 4), 304 params
    """

    rank = 1


class ConvLSTM2D(ConvLSTM):
    """Long short-term memory over a sequence of images, such as a film or radar maps.

    ConvLSTM2D(4, 3): (None, 5, 10, 10, 1) -> (None, 8, 8, 4), 736 params
    """

    rank = 2


class ConvLSTM3D(ConvLSTM):
    """Long short-term memory over a sequence of volumes.

    ConvLSTM3D(2, 3): (None, 5, 6, 6, 6, 1) -> (None, 4, 4, 4, 2), 656 params
    """

    rank = 3
