"""What a layer keeps for its backward pass: a rule for each type, after what PyTorch's autograd saves under Keras 3.15.1.

A rule is about tensors, not about time: a gradient needs the input of a product, the output of a sigmoid, the mask of a
dropout. docs/memory.md gives the sources and how close the rules come to measurements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.memory.saved import elementwise as e
from densecli.memory.saved import products as p
from densecli.memory.saved import sequences as s
from densecli.memory.saved.use import FIRST, NOTHING, Saved, Use

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.layer import Layer

__all__ = ["FIRST", "NOTHING", "RULES", "Saved", "Use", "is_view", "saved"]


def saved(use: Use) -> Saved:
    """What one call keeps; a layer without a rule keeps its first input if a gradient passes."""
    if not use.flows and not use.trains:
        return NOTHING
    rule = RULES.get(type(use.layer).__name__)
    if rule is not None:
        return rule(use)
    return FIRST if use.inputs else NOTHING


def is_view(layer: Layer) -> bool:
    """Whether the output is a view of the input, in a training step on torch; `Layer.view` is about inference."""
    name = type(layer).__name__
    if name in ("Activation", "Dropout"):
        return (layer.activation == "linear") if name == "Activation" else layer.rate == 0  # type: ignore[attr-defined, no-any-return]
    return name in _VIEWS


_VIEWS = (
    "Cropping1D", "Cropping2D", "Cropping3D", "Flatten", "Identity", "Permute", "RepeatVector", "Reshape",
    "ActivityRegularization",
)  # fmt: skip


def _each(names: str, rule: Callable[[Use], Saved]) -> dict[str, Callable[[Use], Saved]]:
    return dict.fromkeys(names.split(), rule)


def _none(_: Use) -> Saved:
    return NOTHING


_MOVES = (
    "Add Subtract Average Concatenate ZeroPadding1D ZeroPadding2D ZeroPadding3D UpSampling1D UpSampling2D UpSampling3D "
    "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GaussianNoise Rescaling Normalization Resizing "
    "CenterCrop InputLayer"
)
RULES: dict[str, Callable[[Use], Saved]] = {
    **_each(_MOVES + " " + " ".join(_VIEWS), _none),
    **_each("ActivityRegularization", lambda _: FIRST),
    **_each("Masking", e.masking),
    **_each("Activation", e.activation),
    **_each("ReLU", e.relu),
    **_each("Softmax", lambda _: Saved(output=True)),
    **_each("LeakyReLU ELU", e.gradient_of_inputs(0)),
    **_each("PReLU", e.prelu),
    **_each("Dense EinsumDense", p.dense),
    **_each("Embedding", p.embedding),
    **_each("Dot", p.dot),
    **_each("Conv1D Conv2D Conv3D DepthwiseConv1D DepthwiseConv2D", p.conv),
    **_each("SeparableConv1D SeparableConv2D", p.separable),
    **_each("Conv1DTranspose Conv2DTranspose Conv3DTranspose", p.transposed),
    **_each("MaxPooling1D MaxPooling2D MaxPooling3D", p.max_pool),
    **_each("AveragePooling1D AveragePooling2D AveragePooling3D", p.average_pool),
    **_each("AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D", p.adaptive),
    **_each("AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D", p.adaptive),
    **_each("GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D", p.global_max),
    **_each("BatchNormalization", e.batch_norm),
    **_each("LayerNormalization", e.layer_norm),
    **_each("RMSNormalization", e.rms_norm),
    **_each("GroupNormalization UnitNormalization", e.gradient_of_inputs(0)),
    **_each("Dropout", e.dropout),
    **_each("SpatialDropout1D SpatialDropout2D SpatialDropout3D", e.spatial_dropout),
    **_each("AlphaDropout GaussianDropout", e.noise),
    **_each("Multiply Maximum Minimum", e.multiply),
    **_each("LSTM", s.lstm),
    **_each("GRU", s.gru),
    **_each("SimpleRNN", s.simple_rnn),
    **_each("ConvLSTM1D ConvLSTM2D ConvLSTM3D", s.conv_lstm),
    **_each("LSTMCell", s.cell(7)),
    **_each("GRUCell", s.cell(8)),
    **_each("SimpleRNNCell", s.cell(1)),
    **_each("MultiHeadAttention GroupedQueryAttention", s.heads_attention),
    **_each("Attention", s.attention),
    **_each("AdditiveAttention", s.additive_attention),
}  # fmt: skip
