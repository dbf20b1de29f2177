"""The table of functions on tensors, by the names of keras.ops: shape rule, dtype rule, FLOPs per output element.

The dtype rules are `promoted` and its kind in functions; the arithmetic is in kernels/operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.automatic_names import snake_case
from densecli.layers.operations import indices, moves, products, shapes, spectra, windows
from densecli.names import ACTIVATION_FLOPS

if TYPE_CHECKING:
    from collections.abc import Callable

Rule = tuple["Callable[..., Any]", str, int | None]
OPERATIONS: dict[str, Rule] = {}


def enter(names: str, rule: Callable[..., Any], dtype: str, flops: int | None) -> None:
    """Enter operations with one rule; those that are activations cost what these cost everywhere."""
    OPERATIONS.update({name: (rule, dtype, ACTIVATION_FLOPS.get(snake_case(name), flops)) for name in names.split()})


# Element by element. `float` makes floats of integers, `same` keeps the dtype, `promote` joins those of the operands.
enter(
    "Absolute Abs Fabs Negative Sign Square Conjugate Conj Relu Relu6 HardTanh HardShrink Threshold",
    shapes.same,
    "same",
    1,
)
enter("Clip NanToNum Round Copy Real BitwiseInvert BitwiseNot LeakyRelu", shapes.same, "same", 2)
enter("StopGradient Array ConvertToTensor Cast SaturateCast View", shapes.same, "cast", 0)
enter("ZerosLike OnesLike EmptyLike FullLike", shapes.same, "cast", 0)
enter(
    "Arccos Arccosh Arcsin Arcsinh Arctan Arctanh Cbrt Ceil Cos Cosh Deg2rad Exp Exp2 Expm1 Floor Log Log10 Log1p Log2 "
    "Rad2deg Reciprocal Rsqrt Sin Sinc Sinh Sqrt Tan Tanh Trunc Erf Erfc Erfinv I0 Imag Angle",
    shapes.same, "float", 1,
)  # fmt: skip
enter(
    "Sigmoid SparseSigmoid Softplus Softsign SoftShrink SparsePlus Silu Squareplus LogSigmoid HardSigmoid HardSilu Elu Selu "
    "Gelu Celu TanhShrink Softmax LogSoftmax Sparsemax",
    shapes.same, "float", None,
)  # fmt: skip
for _name, _cost in {"BatchNorm": 4, "Normalize": 3, "RMSNorm": 4, "LayerNorm": 8}.items():
    enter(_name, shapes.same, "float", _cost)
enter("Glu", shapes.glu, "float", None)
enter("Isfinite Isinf Isnan Isneginf Isposinf Isreal LogicalNot Signbit", shapes.same, "bool", 1)
enter(
    "Add Subtract Multiply Maximum Minimum Fmax Fmin Power Mod Fmod FloorDivide DivideNoNan",
    shapes.broadcast,
    "promote",
    1,
)
enter(
    "BitwiseAnd BitwiseOr BitwiseXor BitwiseLeftShift BitwiseRightShift LeftShift RightShift Gcd Lcm",
    shapes.broadcast,
    "promote",
    1,
)
enter("Divide TrueDivide Arctan2 Hypot Logaddexp Logaddexp2 Heaviside Nextafter Ldexp", shapes.broadcast, "float", 1)
enter("SquaredDifference", shapes.broadcast, "promote", 2)
enter(
    "Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr LogicalXor Isclose", shapes.broadcast, "bool", 1
)  # fmt: skip
enter("Where", shapes.broadcast, "where", 1)
# Along axes.
enter("Max Min Amax Amin Ptp Nanmax Nanmin", shapes.reduced, "same", None)
enter("Sum Nansum Prod Nanprod", shapes.reduced, "total", None)
enter("Mean Std Var Median Average Logsumexp Norm Nanmean Nanstd Nanvar Nanmedian", shapes.reduced, "float", None)
enter("All Any", shapes.reduced, "bool", None)
enter("Argmax Argmin Nanargmax Nanargmin CountNonzero", shapes.reduced, "int32", None)
enter("Moments", shapes.moments, "float", None)
enter("Cumsum Cumprod Nancumsum Nancumprod", shapes.scan, "number", 1)
enter("Sort", shapes.same, "same", None)
enter("Shape", shapes.shape_as_tensor, "int32", 0)
enter("Argsort Argpartition", shapes.same, "int32", None)
enter("TopK", indices.top_k, "topk", None)
enter("Diff", shapes.diff, "same", 1)
# Elements moved, none computed.
enter("Flip Fliplr Flipud Roll Tril Triu", shapes.same, "same", 0)
for _name, _rule in {
    "Reshape": moves.reshape, "Ravel": moves.flat, "Transpose": moves.transpose, "Moveaxis": moves.moveaxis,
    "Swapaxes": moves.swapaxes, "ExpandDims": moves.expand_dims, "Squeeze": moves.squeeze, "Split": moves.split,
    "Unstack": moves.unstack, "Tile": moves.tile, "Repeat": moves.repeat, "Pad": moves.pad, "GetItem": indices.getitem,
    "Take": indices.take, "TakeAlongAxis": indices.take_along_axis, "Slice": indices.slice_of,
    "BroadcastTo": moves.broadcast_to, "DepthToSpace": windows.depth_to_space, "SpaceToDepth": windows.space_to_depth,
}.items():  # fmt: skip
    enter(_name, _rule, "same", 0)
for _name, _rule in {
    "Concatenate": moves.concatenate, "Stack": moves.stack, "Hstack": moves.hstack, "Vstack": moves.vstack,
}.items():  # fmt: skip
    enter(_name, _rule, "promote", 0)
for _name, _rule in {
    "FFT": spectra.transformed, "FFT2": spectra.transformed_twice, "IFFT2": spectra.transformed_twice,
    "RFFT": spectra.half_spectrum, "IRFFT": spectra.from_half_spectrum, "STFT": spectra.short_time_spectrum,
    "ISTFT": spectra.from_short_time_spectrum,
}.items():  # fmt: skip
    enter(_name, _rule, "same", None)
enter("ExtractSequences", spectra.sequences, "same", 0)
enter("OneHot", indices.one_hot, "cast", 0)
enter("MultiHot", indices.multi_hot, "same", 0)
# Matrix products, windows, images.
enter("Matmul", products.matmul, "promote", 0)
enter("Dot", products.dot, "promote", 0)
enter("Tensordot", products.tensordot, "promote", 0)
enter("Einsum", products.einsum, "promote", 0)
enter("Outer", products.outer, "promote", 0)
enter("Conv", windows.convolved, "promote", 0)
enter("DepthwiseConv", windows.depthwise, "promote", 0)
enter("SeparableConv", windows.separable, "promote", None)
enter("DotProductAttention", windows.attention, "promote", None)
enter("MaxPool AveragePool", windows.pooled, "same", None)
enter("AdaptiveMaxPool AdaptiveAveragePool", windows.adaptive, "same", None)
enter("Resize", windows.resized, "same", None)
enter("RGBToGrayscale", windows.grayscale, "same", 5)
enter("RGBToHSV HSVToRGB", shapes.same, "same", None)
