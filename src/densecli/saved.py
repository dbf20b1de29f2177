"""What a layer keeps for its backward pass: a rule for each type, after what PyTorch's autograd saves under Keras 3.15.1.

A rule is about tensors, not about time: a gradient needs the input of a product, the output of a sigmoid, the mask of a
dropout. docs/memory.md tells the sources and how close the rules come to what was measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from densecli.names import DTYPE_BYTES, LAYERS_AS_ACTIVATION
from densecli.shape import product, size, split_channels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.layer import Layer
    from densecli.trace import Tensor

INDEX = 8  # bytes of torch's int64
SUMS = 4  # bytes of a statistic: normalizations and softmax sums are float32 under every policy


class Use(NamedTuple):
    """One call of a layer in training. `flows`: a gradient is wanted for what comes in; `trains`: for its own weights."""

    layer: Layer
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]
    flows: bool
    trains: bool

    @property
    def width(self) -> int:
        """Bytes of an element in the layer's arithmetic."""
        return DTYPE_BYTES.get(self.layer.compute_dtype, 4)

    @property
    def entering(self) -> int:
        """Elements of the first input."""
        return elements(self.inputs[0])

    @property
    def leaving(self) -> int:
        """Elements of the first output."""
        return elements(self.outputs[0])


class Saved(NamedTuple):
    """What stays: which inputs by position, the first output, bytes that only the layer sees, and bytes of copies.

    Copies are inputs and kernels in another memory layout or dtype; a backend that computes in the layout of the model
    does without those of layout.
    """

    inputs: tuple[int, ...] = ()
    output: bool = False
    own: int = 0
    copies: int = 0

    def plus(self, other: Saved) -> Saved:
        return Saved(
            (*self.inputs, *other.inputs), self.output or other.output, self.own + other.own, self.copies + other.copies
        )


NOTHING = Saved()
FIRST = Saved(inputs=(0,))


def saved(use: Use) -> Saved:
    """What one call keeps; a layer without a rule of its own keeps its first input where a gradient passes."""
    if not use.flows and not use.trains:
        return NOTHING
    rule = RULES.get(type(use.layer).__name__)
    if rule is not None:
        return rule(use)
    return FIRST if use.inputs else NOTHING


def is_view(layer: Layer) -> bool:
    """Whether the output is the input's memory seen in another shape."""
    name = type(layer).__name__
    if name in ("Activation", "Dropout"):
        return (layer.activation == "linear") if name == "Activation" else layer.rate == 0  # type: ignore[attr-defined, no-any-return]
    return name in _VIEWS


_VIEWS = (
    "Cropping1D", "Cropping2D", "Cropping3D", "Flatten", "Identity", "Permute", "RepeatVector", "Reshape",
    "ActivityRegularization",
)  # fmt: skip


def elements(tensor: Tensor) -> int:
    return (size(tensor.shape) or 0) if tensor.shape is not None else 0


# -- activations -----------------------------------------------------------------------
# What the gradient of an activation needs: its output, or its input, and how many bytes of others for 4 of them.
_BY_OUTPUT = {"relu", "sigmoid", "tanh", "softmax", "exponential", "log_softmax"}
_BESIDES = {"softsign": 4, "mish": 4, "log_sigmoid": 4, "squareplus": 4}
_INSTEAD = {"tanh_shrink": 4, "sparse_plus": 6, "sparse_sigmoid": 2, "sparsemax": 13}


def activation_name(activation: Any) -> str:
    if activation is None or isinstance(activation, str):
        return activation or "linear"
    return LAYERS_AS_ACTIVATION.get(activation.class_name, "")


def activated(activation: Any, count: int, width: int) -> tuple[bool, bool, int]:
    """Whether the input stays, whether the output stays, and the bytes of what else stays, for `count` elements."""
    name = activation_name(activation)
    if name == "linear":
        return False, False, 0
    if name in _INSTEAD:
        return False, False, _INSTEAD[name] * width // 4 * count
    return name not in _BY_OUTPUT, name in _BY_OUTPUT, _BESIDES.get(name, 0) * width // 4 * count


def _activation(use: Use) -> Saved:
    before, after, rest = activated(use.layer.activation, use.entering, use.width)  # type: ignore[attr-defined]
    return Saved((0,) if before else (), after, rest)


def fused(use: Use) -> Saved:
    """The activation of a layer that computes something before: what goes into it is seen by nobody else."""
    before, after, rest = activated(getattr(use.layer, "activation", None), use.leaving, use.width)
    return Saved((), after, rest + (use.leaving * use.width if before else 0))


def _gradient_of_inputs(*positions: int) -> Callable[[Use], Saved]:
    return lambda use: Saved(inputs=positions) if use.flows else NOTHING


def _relu(use: Use) -> Saved:
    plain = not use.layer.max_value and not use.layer.negative_slope and not use.layer.threshold  # type: ignore[attr-defined]
    return Saved(output=True) if plain else FIRST


# -- products --------------------------------------------------------------------------
def _dense(use: Use) -> Saved:
    """The input for the kernel's gradient; the kernel, which is there anyway, for the input's."""
    kept = FIRST if use.trains else NOTHING
    return kept.plus(fused(use)).plus(Saved(copies=_cast_weights(use) if use.flows else 0))


def _cast_weights(use: Use) -> int:
    """A mixed policy computes with a copy of the weights in half precision."""
    layer = use.layer
    return kernel_elements(use) * use.width if layer.variable_dtype != layer.compute_dtype else 0


def kernel_elements(use: Use) -> int:
    shapes = [weight.shape for weight in use.layer.weights(use.inputs[0].shape) if len(weight.shape) > 1]
    return sum(product(shape) or 0 for shape in shapes)


def _embedding(use: Use) -> Saved:
    return Saved(own=INDEX * use.entering)


def _dot(_: Use) -> Saved:
    return Saved(inputs=(0, 1))


# -- convolutions ----------------------------------------------------------------------
def _conv(use: Use) -> Saved:
    """The padded input in channels-first order, and the kernel in the order that the product wants."""
    layer: Any = use.layer
    kept = _laid_out(use, padded(layer, use.inputs[0], layer.kernel_size, layer.dilation_rate))
    return kept.plus(fused(use)).plus(Saved(copies=_laid_out_kernel(use)))


def _laid_out_kernel(use: Use) -> int:
    """Kernels of images and volumes are copied to channels-last order, others only to another dtype."""
    layer: Any = use.layer
    copied = layer.rank > 1 and layer.data_format == "channels_last"
    return kernel_elements(use) * use.width if copied or _cast_weights(use) else 0


def _laid_out(use: Use, count: int) -> Saved:
    """The input itself where it has the right order (one channel is in any order) and no padding, else a copy."""
    layer: Any = use.layer
    channels = split_channels(use.inputs[0].shape or (), layer.data_format)[1]
    if (layer.data_format == "channels_first" or channels == 1) and count == use.entering:
        return FIRST
    return Saved(copies=count * use.width)


def padded(layer: Any, tensor: Tensor, window: Sequence[int], dilation: Sequence[int]) -> int:
    """Elements of the input after torch's padding, which is even on both sides or else made by a copy."""
    spatial, channels = split_channels(tensor.shape or (), layer.data_format)
    reach = [rate * (taps - 1) + 1 for taps, rate in zip(window, dilation, strict=True)]
    steps = layer.strides
    axes = list(zip(spatial, reach, steps, strict=True))
    if layer.padding == "causal":
        more = [length - 1 for length in reach]
    elif layer.padding == "same":
        more = [max((-(-(dim or 0) // step) - 1) * step + length - (dim or 0), 0) for dim, length, step in axes]
        more = more if any(count % 2 for count in more) else [0] * len(more)
    else:
        more = [0] * len(axes)
    batch = tensor.shape[0] if tensor.shape and tensor.shape[0] is not None else 1
    return (
        batch * (channels or 0) * (product((dim or 0) + extra for dim, extra in zip(spatial, more, strict=True)) or 0)
    )


def _separable(use: Use) -> Saved:
    """Two convolutions: what stands between them stays, too."""
    layer: Any = use.layer
    channels = split_channels(use.outputs[0].shape or (), layer.data_format)[1]
    entering = split_channels(use.inputs[0].shape or (), layer.data_format)[1] or 0
    between = use.leaving // max(channels or 1, 1) * entering * layer.depth_multiplier
    kept = _laid_out(use, padded(layer, use.inputs[0], layer.kernel_size, layer.dilation_rate))
    return kept.plus(fused(use)).plus(Saved(own=between * use.width, copies=_laid_out_kernel(use)))


def _transposed(use: Use) -> Saved:
    return _laid_out(use, use.entering).plus(fused(use)).plus(Saved(copies=_cast_weights(use)))


# -- pooling ---------------------------------------------------------------------------
def _max_pool(use: Use) -> Saved:
    """The input, the padded input, and the position of each maximum."""
    return _average_pool(use).plus(Saved(own=INDEX * use.leaving))


def _average_pool(use: Use) -> Saved:
    layer: Any = use.layer
    count = padded(layer, use.inputs[0], layer.pool_size, [1] * len(layer.pool_size))
    copies = count * use.width if count != use.entering else 0
    return _laid_out(use, use.entering).plus(Saved(copies=copies))


def _adaptive(use: Use) -> Saved:
    own = INDEX * use.leaving if "Max" in type(use.layer).__name__ else 0
    return _laid_out(use, use.entering).plus(Saved(own=own))


def _global_max(_: Use) -> Saved:
    return Saved(inputs=(0,), output=True)


# -- normalization ---------------------------------------------------------------------
def _batch_norm(use: Use) -> Saved:
    """In training the input and the centred input, both in float32; frozen, it is a fixed scale and shift."""
    if not use.layer.trainable:
        return NOTHING
    own = use.entering * SUMS
    if not use.flows:
        return Saved(own=own)
    return Saved(inputs=(0,), own=own) if use.width == SUMS else Saved(own=2 * own)


def _layer_norm(use: Use) -> Saved:
    axis: Any = use.layer.axis  # type: ignore[attr-defined]
    axes = axis if isinstance(axis, list | tuple) else [axis]
    shape = use.inputs[0].shape or (1,)
    rows = use.entering // max(product(shape[each] for each in axes) or 1, 1)
    return Saved(inputs=(0,), own=2 * SUMS * rows)


def _rms_norm(use: Use) -> Saved:
    rows = use.entering // max((use.inputs[0].shape or (1,))[-1] or 1, 1)
    return Saved(inputs=(0,), own=use.entering * use.width + SUMS * rows)


# -- regularization --------------------------------------------------------------------
def _dropout(use: Use) -> Saved:
    """A mask: scaled numbers from torch's own dropout, booleans where a seed or a noise shape is given."""
    layer: Any = use.layer
    if layer.rate == 0 or not use.flows:
        return NOTHING
    seeded = getattr(layer, "seed", None) is not None or getattr(layer, "noise_shape", None) is not None
    return Saved(own=use.leaving * (1 if seeded else use.width))


def _spatial_dropout(use: Use) -> Saved:
    shape = use.inputs[0].shape or (1,)
    first = getattr(use.layer, "data_format", "") == "channels_first"
    return Saved(own=(shape[0] or 1) * (shape[1 if first else -1] or 1)) if use.flows else NOTHING


def _noise(use: Use) -> Saved:
    return Saved(own=use.leaving * use.width) if use.flows else NOTHING


def _prelu(use: Use) -> Saved:
    return Saved(own=2 * use.entering * use.width)


# -- merging ---------------------------------------------------------------------------
def _multiply(use: Use) -> Saved:
    """All factors, and the products between the first and the last."""
    count = len(use.inputs)
    return Saved(tuple(range(count)), own=max(count - 2, 0) * use.leaving * use.width)


# -- sequences -------------------------------------------------------------------------
def _lstm(use: Use) -> Saved:
    """For each step four gates, the cell state before and after its tanh, and the output; the sequence, step by step."""
    return _recurrent(use, 7, 12, 5)


def _gru(use: Use) -> Saved:
    """For each step two gates, the candidate, the output, and the products that the reset gate scales."""
    return _recurrent(use, 8 if use.layer.reset_after else 7, 10, 4)  # type: ignore[attr-defined]


def _simple_rnn(use: Use) -> Saved:
    return _recurrent(use, 1, 3, 2)


def _recurrent(use: Use, states: int, dropped_states: int, dropped_inputs: int) -> Saved:
    """`states` per step; with dropout every gate gets inputs and states of its own."""
    layer: Any = use.layer
    shape = use.inputs[0].shape or (1, 1, 1)
    dropout = layer.dropout > 0 or layer.recurrent_dropout > 0
    steps = (shape[0] or 1) * (shape[1] or 1) * layer.units
    sequence = use.entering * (dropped_inputs if dropout else 1 if use.trains else 0)
    own = (steps * (dropped_states if dropout else states) + sequence) * use.width
    return Saved(own=own, copies=_cast_cell(use))


def _cast_cell(use: Use) -> int:
    layer: Any = use.layer
    if layer.variable_dtype == layer.compute_dtype:
        return 0
    step = (use.inputs[0].shape or (1, 1, 1))[0], *(use.inputs[0].shape or ())[2:]
    return sum(product(weight.shape) or 0 for weight in layer.cell.weights(step)) * use.width


def _conv_lstm(use: Use) -> Saved:
    """For each step and gate the input, the state and both kernels, laid out anew; and seven states."""
    layer: Any = use.layer
    shape = use.inputs[0].shape or (1, 1, 1)
    state = elements(use.outputs[0])
    if layer.return_sequences:
        state //= max(shape[1] or 1, 1)
    step = (shape[0], *shape[2:])
    kernels = sum(product(weight.shape) or 0 for weight in layer.cell.weights(step) if len(weight.shape) > 1)
    steps = shape[1] or 1
    laid_out = (steps + 1) * (4 * state + kernels) + 4 * use.entering * (steps + 1) // steps
    return Saved(own=7 * steps * state * use.width, copies=laid_out * use.width)


def _cell(states: int) -> Callable[[Use], Saved]:
    """A cell that a generic RNN calls step by step: its input is a part of the sequence."""
    return lambda use: Saved((0,), own=states * use.leaving * use.width)


def _heads(use: Use) -> Saved:
    """The projected query, key and value, the heads twice; the scores only where dropout forbids to fold them."""
    layer: Any = use.layer
    query, value = use.inputs[0].shape or (1, 1, 1), use.inputs[min(1, len(use.inputs) - 1)].shape or (1, 1, 1)
    heads, _, dim, value_dim = layer.widths()
    queries, keys = size(query[:-1]) or 0, size(value[:-1]) or 0
    folded = layer.dropout == 0 and len(query) == 3
    pairs = layer.pairs(query, value) or 0
    projected = heads * (queries * (dim + 2 * value_dim) + keys * (dim + value_dim))
    own = (
        projected
        - (0 if folded else heads * queries * value_dim)
        + (0 if folded else (3 if layer.dropout else 1) * pairs)
    )
    kept = Saved(own=own * use.width + (SUMS * heads * queries if folded else 0), copies=_cast_heads(use))
    return kept.plus(Saved(inputs=tuple(range(len(use.inputs)))) if use.trains else NOTHING)


def _cast_heads(use: Use) -> int:
    layer: Any = use.layer
    if layer.variable_dtype == layer.compute_dtype:
        return 0
    query, value = use.inputs[0].shape, use.inputs[min(1, len(use.inputs) - 1)].shape
    children = layer.children(query, value)
    return use.width * sum(
        product(weight.shape) or 0 for child in children for weight in child.layer.weights(*child.inputs)
    )


def _attention(use: Use) -> Saved:
    """Query and value, and the softmax of their products."""
    scores = _scores(use)
    own = scores * (3 if use.layer.dropout else 1)  # type: ignore[attr-defined]
    return Saved(inputs=tuple(range(len(use.inputs))), own=own * use.width)


def _additive_attention(use: Use) -> Saved:
    """The tanh of every sum of a query and a key, the softmax of the scores, and the value."""
    features = (use.inputs[0].shape or (1,))[-1] or 1
    own = _scores(use) * (features + (3 if use.layer.dropout else 1))  # type: ignore[attr-defined]
    return Saved(inputs=(1,), own=own * use.width)


def _scores(use: Use) -> int:
    query, value = use.inputs[0].shape or (1, 1, 1), use.inputs[1].shape or (1, 1, 1)
    return (size(query[:-1]) or 0) * (value[1] or 0)


def _each(names: str, rule: Callable[[Use], Saved]) -> dict[str, Callable[[Use], Saved]]:
    return dict.fromkeys(names.split(), rule)


def _none(_: Use) -> Saved:
    return NOTHING


_MOVES = (
    "Add Subtract Average Concatenate ZeroPadding1D ZeroPadding2D ZeroPadding3D UpSampling1D UpSampling2D UpSampling3D "
    "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GaussianNoise Rescaling Normalization Resizing "
    "CenterCrop Masking InputLayer"
)
RULES: dict[str, Callable[[Use], Saved]] = {
    **_each(_MOVES + " " + " ".join(_VIEWS), _none),
    **_each("Activation", _activation),
    **_each("ReLU", _relu),
    **_each("Softmax", lambda _: Saved(output=True)),
    **_each("LeakyReLU ELU", _gradient_of_inputs(0)),
    **_each("PReLU", _prelu),
    **_each("Dense EinsumDense", _dense),
    **_each("Embedding", _embedding),
    **_each("Dot", _dot),
    **_each("Conv1D Conv2D Conv3D DepthwiseConv1D DepthwiseConv2D", _conv),
    **_each("SeparableConv1D SeparableConv2D", _separable),
    **_each("Conv1DTranspose Conv2DTranspose Conv3DTranspose", _transposed),
    **_each("MaxPooling1D MaxPooling2D MaxPooling3D", _max_pool),
    **_each("AveragePooling1D AveragePooling2D AveragePooling3D", _average_pool),
    **_each("AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D", _adaptive),
    **_each("AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D", _adaptive),
    **_each("GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D", _global_max),
    **_each("BatchNormalization", _batch_norm),
    **_each("LayerNormalization", _layer_norm),
    **_each("RMSNormalization", _rms_norm),
    **_each("GroupNormalization UnitNormalization", _gradient_of_inputs(0)),
    **_each("Dropout", _dropout),
    **_each("SpatialDropout1D SpatialDropout2D SpatialDropout3D", _spatial_dropout),
    **_each("AlphaDropout GaussianDropout", _noise),
    **_each("Multiply Maximum Minimum", _multiply),
    **_each("LSTM", _lstm),
    **_each("GRU", _gru),
    **_each("SimpleRNN", _simple_rnn),
    **_each("ConvLSTM1D ConvLSTM2D ConvLSTM3D", _conv_lstm),
    **_each("LSTMCell", _cell(7)),
    **_each("GRUCell", _cell(8)),
    **_each("SimpleRNNCell", _cell(1)),
    **_each("MultiHeadAttention GroupedQueryAttention", _heads),
    **_each("Attention", _attention),
    **_each("AdditiveAttention", _additive_attention),
}  # fmt: skip
