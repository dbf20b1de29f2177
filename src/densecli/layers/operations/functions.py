"""Functions on tensors as nodes of a graph: keras.ops in Keras 3 models, and what tf.keras wrapped of TensorFlow.

One class and one table: name -> (shape rule, dtype rule, FLOPs per output element).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.layer import Constant, Layer
from densecli.layers.operations import products, shapes, spectra, windows
from densecli.layers.operations.shapes import shape_of
from densecli.names import ACTIVATION_FLOPS, DTYPE_BYTES, snake_case
from densecli.shape import product, size, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from densecli.shape import Shape

__all__ = ["ODD", "OPERATIONS", "Operation"]

# What a rule raises on arguments that it was not made for.
ODD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
Rule = tuple["Callable[..., Any]", str, int | None]
OPERATIONS: dict[str, Rule] = {}


def _enter(names: str, rule: Callable[..., Any], dtype: str, flops: int | None) -> None:
    """Enter operations with one rule; those that are activations cost what these cost everywhere."""
    OPERATIONS.update({name: (rule, dtype, ACTIVATION_FLOPS.get(snake_case(name), flops)) for name in names.split()})


# Element by element. `float` makes floats of integers, `same` keeps the dtype, `promote` joins those of the operands.
_enter(
    "Absolute Abs Fabs Negative Sign Square Conjugate Conj Relu Relu6 HardTanh HardShrink Threshold",
    shapes.same,
    "same",
    1,
)
_enter("Clip NanToNum Round Copy Real BitwiseInvert BitwiseNot LeakyRelu", shapes.same, "same", 2)
_enter("StopGradient Array ConvertToTensor Cast SaturateCast View", shapes.same, "cast", 0)
_enter("ZerosLike OnesLike EmptyLike FullLike", shapes.same, "cast", 0)
_enter(
    "Arccos Arccosh Arcsin Arcsinh Arctan Arctanh Cbrt Ceil Cos Cosh Deg2rad Exp Exp2 Expm1 Floor Log Log10 Log1p Log2 "
    "Rad2deg Reciprocal Rsqrt Sin Sinc Sinh Sqrt Tan Tanh Trunc Erf Erfc Erfinv I0 Imag Angle",
    shapes.same, "float", 1,
)  # fmt: skip
_enter(
    "Sigmoid SparseSigmoid Softplus Softsign SoftShrink SparsePlus Silu Squareplus LogSigmoid HardSigmoid HardSilu Elu Selu "
    "Gelu Celu TanhShrink Softmax LogSoftmax Sparsemax",
    shapes.same, "float", None,
)  # fmt: skip
for _name, _cost in {"BatchNorm": 4, "Normalize": 3, "RMSNorm": 4, "LayerNorm": 8}.items():
    _enter(_name, shapes.same, "float", _cost)
_enter("Glu", shapes.glu, "float", None)
_enter("Isfinite Isinf Isnan Isneginf Isposinf Isreal LogicalNot Signbit", shapes.same, "bool", 1)
_enter(
    "Add Subtract Multiply Maximum Minimum Fmax Fmin Power Mod Fmod FloorDivide DivideNoNan",
    shapes.broadcast,
    "promote",
    1,
)
_enter(
    "BitwiseAnd BitwiseOr BitwiseXor BitwiseLeftShift BitwiseRightShift LeftShift RightShift Gcd Lcm",
    shapes.broadcast,
    "promote",
    1,
)
_enter("Divide TrueDivide Arctan2 Hypot Logaddexp Logaddexp2 Heaviside Nextafter Ldexp", shapes.broadcast, "float", 1)
_enter("SquaredDifference", shapes.broadcast, "promote", 2)
_enter(
    "Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr LogicalXor Isclose", shapes.broadcast, "bool", 1
)  # fmt: skip
_enter("Where", shapes.broadcast, "where", 1)
# Along axes.
_enter("Max Min Amax Amin Ptp Nanmax Nanmin", shapes.reduced, "same", None)
_enter("Sum Nansum Prod Nanprod", shapes.reduced, "total", None)
_enter("Mean Std Var Median Average Logsumexp Norm Nanmean Nanstd Nanvar Nanmedian", shapes.reduced, "float", None)
_enter("All Any", shapes.reduced, "bool", None)
_enter("Argmax Argmin Nanargmax Nanargmin CountNonzero", shapes.reduced, "int32", None)
_enter("Moments", shapes.moments, "float", None)
_enter("Cumsum Cumprod Nancumsum Nancumprod", shapes.scan, "number", 1)
_enter("Sort", shapes.same, "same", None)
_enter("Shape", shapes.shape_as_tensor, "int32", 0)
_enter("Argsort Argpartition", shapes.same, "int32", None)
_enter("TopK", shapes.top_k, "topk", None)
_enter("Diff", shapes.diff, "same", 1)
# Elements moved, none computed.
_enter("Flip Fliplr Flipud Roll Tril Triu", shapes.same, "same", 0)
for _name, _rule in {
    "Reshape": shapes.reshape, "Ravel": shapes.flat, "Transpose": shapes.transpose, "Moveaxis": shapes.moveaxis,
    "Swapaxes": shapes.swapaxes, "ExpandDims": shapes.expand_dims, "Squeeze": shapes.squeeze, "Split": shapes.split,
    "Unstack": shapes.unstack, "Tile": shapes.tile, "Repeat": shapes.repeat, "Pad": shapes.pad, "GetItem": shapes.getitem,
    "Take": shapes.take, "TakeAlongAxis": shapes.take_along_axis, "Slice": shapes.slice_of,
    "BroadcastTo": shapes.broadcast_to, "DepthToSpace": windows.depth_to_space, "SpaceToDepth": windows.space_to_depth,
}.items():  # fmt: skip
    _enter(_name, _rule, "same", 0)
for _name, _rule in {
    "Concatenate": shapes.concatenate, "Stack": shapes.stack, "Hstack": shapes.hstack, "Vstack": shapes.vstack,
}.items():  # fmt: skip
    _enter(_name, _rule, "promote", 0)
for _name, _rule in {
    "FFT": spectra.transformed, "FFT2": spectra.transformed_twice, "IFFT2": spectra.transformed_twice,
    "RFFT": spectra.half_spectrum, "IRFFT": spectra.from_half_spectrum, "STFT": spectra.short_time_spectrum,
    "ISTFT": spectra.from_short_time_spectrum,
}.items():  # fmt: skip
    _enter(_name, _rule, "same", None)
_enter("ExtractSequences", spectra.sequences, "same", 0)
_enter("OneHot", shapes.one_hot, "cast", 0)
_enter("MultiHot", shapes.multi_hot, "same", 0)
# Matrix products, windows, images.
_enter("Matmul", products.matmul, "promote", 0)
_enter("Dot", products.dot, "promote", 0)
_enter("Tensordot", products.tensordot, "promote", 0)
_enter("Einsum", products.einsum, "promote", 0)
_enter("Outer", products.outer, "promote", 0)
_enter("Conv", windows.convolved, "promote", 0)
_enter("DepthwiseConv", windows.depthwise, "promote", 0)
_enter("SeparableConv", windows.separable, "promote", None)
_enter("DotProductAttention", windows.attention, "promote", None)
_enter("MaxPool AveragePool", windows.pooled, "same", None)
_enter("AdaptiveMaxPool AdaptiveAveragePool", windows.adaptive, "same", None)
_enter("Resize", windows.resized, "same", None)
_enter("RGBToGrayscale", windows.grayscale, "same", 5)
_enter("RGBToHSV HSVToRGB", shapes.same, "same", None)

MATRIX = (
    "Matmul",
    "Dot",
    "Tensordot",
    "Conv",
    "DepthwiseConv",
    "Einsum",
    "Outer",
    "SeparableConv",
    "DotProductAttention",
)


class Operation(Layer, abstract=True):
    """A function on tensors. What is not in the table is shown with the shape that its file tells, if it does."""

    takes = "any"
    family = "operations"
    weightless = True
    keeps_integers = True
    defaults = {"trainable": True, "dtype": "float32", "autocast": False, "activity_regularizer": None}  # noqa: RUF012  # as every layer's

    def __init__(self, rule: str, config: dict[str, Any], type_name: str = "") -> None:
        super().__init__()
        self.rule, self.type_name = rule, type_name or rule
        self.config = {key: value for key, value in config.items() if key not in ("name", "trainable")}

    def named(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return self.config | kwargs

    def entry(self) -> Rule | None:
        """The rules of the function; None where there are none for it."""
        return OPERATIONS.get(self.rule)

    def output(self, *args: Any, **kwargs: Any) -> Any:
        """The rule's answer; None where the arguments are none that the rule knows."""
        known = self.entry()
        if known is None or not (args or kwargs):
            return None
        try:
            found = known[0](*self.arguments(args, kwargs))
        except ODD:
            return None
        return found if _sound(found) else None

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """A call's arguments as keras.ops has them: tensors by position, the rest by name."""
        return args or tuple(kwargs.values()), self.named(kwargs)

    def forward(self, ops: ModuleType, weights: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        found = ops.operation(self.rule, *self.arguments(args, kwargs))
        arrays = found if isinstance(found, list) else [found]
        inputs = [str(each.dtype) for each in ops.arrays_in([args, kwargs])]
        dtypes = self.call_dtype(args, kwargs, tuple(inputs))
        each = dtypes if isinstance(dtypes, list) else [dtypes] * len(arrays)
        cast = [ops.in_dtype(array, dtype) for array, dtype in zip(arrays, each, strict=True)]
        return cast if isinstance(found, list) else cast[0]

    def output_dtype(self, *dtypes: str) -> str | list[str]:
        kind = (self.entry() or OPERATIONS[self.rule])[1]
        first = dtypes[0] if dtypes else "float32"
        if kind == "cast":
            wanted = self.config.get("dtype")
            return wanted if isinstance(wanted, str) and wanted in DTYPE_BYTES else first
        if kind == "float":
            joined = promoted(dtypes)
            return joined if "float" in joined or "complex" in joined else "float32"
        if kind == "total" and "float" not in first:  # as Keras 3.15.1, which makes int64 sums int32, but not products
            return "int64" if first == "int64" and self.rule in ("Prod", "Nanprod") else "int32"
        if kind == "topk":
            return [first, "int32"]
        number = "int32" if first == "bool" else first
        return {"same": first, "total": first, "number": number, "promote": promoted(dtypes)}.get(kind, kind)

    def call_dtype(self, args: tuple[Any, ...], kwargs: dict[str, Any], dtypes: tuple[str, ...]) -> str | list[str]:
        """Arrays and numbers beside the tensors count as operands."""
        rule, kind, _ = self.entry() or (None, None, None)
        if rule is not shapes.broadcast or kind not in ("promote", "where"):
            return super().call_dtype(args, kwargs, dtypes)
        operands = [*args, *kwargs.values()][kind == "where" :]
        held = tuple(each.dtype for each in operands if isinstance(each, Constant))
        numbers = [each for each in operands if isinstance(each, int | float)]
        tensors = dtypes[kind == "where" :] + held
        return beside_numbers(tensors, numbers) if numbers else promoted(tensors)

    def macs(self, output: Any, *args: Any, **kwargs: Any) -> int | None:
        if self.rule not in MATRIX:
            return 0
        tensors = [shape_of(each) for each in args if not isinstance(each, str)]
        if self.rule == "Einsum":
            equation = self.config.get("subscripts", next((each for each in args if isinstance(each, str)), ""))
            return products.einsum_macs(equation, tensors)
        if self.rule in ("Matmul", "Dot") and len(tensors[0]) > 0:
            return times(size(output), tensors[0][-1])
        if self.rule == "Conv":
            return times(size(output), product(tensors[1][:-1]))
        if self.rule == "DepthwiseConv":
            return times(size(output), product(tensors[1][:-2]))
        return None

    def elementwise(self, output: Any, *args: Any, **kwargs: Any) -> int | None:
        flops = (self.entry() or OPERATIONS[self.rule])[2]
        if flops == 0:
            return 0
        counted = self.reduced_size(args) if flops is None else _total(output)
        return times(1 if flops is None else flops, counted)

    def reduced_size(self, args: tuple[Any, ...]) -> int | None:
        """One FLOP for each element that a reduction takes in."""
        rule = (self.entry() or OPERATIONS[self.rule])[0]
        return size(shape_of(args[0])) if rule in (shapes.reduced, shapes.moments) else None


def _sound(output: Any) -> bool:
    """Whether a rule gave sizes only: odd arguments may have led it astray."""
    if isinstance(output, list):
        return all(map(_sound, output))
    return output is None or all(each is None or isinstance(each, int) for each in output)


def _total(output: Any) -> int | None:
    if isinstance(output, list):
        sizes = [_total(each) for each in output]
        return None if any(each is None for each in sizes) else sum(each for each in sizes if each is not None)
    return size(output)


def promoted(dtypes: tuple[str, ...]) -> str:
    """The dtype of an element-wise result: floats win over integers, wider over narrower."""
    if not dtypes:
        return "float32"
    floats = [dtype for dtype in dtypes if "float" in dtype or "complex" in dtype]
    pool = floats or [dtype for dtype in dtypes if dtype != "bool"] or list(dtypes)
    if {"float16", "bfloat16"} <= set(pool):
        return "float32"
    return max(pool, key=lambda dtype: DTYPE_BYTES.get(dtype, 0))


def beside_numbers(dtypes: tuple[str, ...], numbers: list[int | float]) -> str:
    """The dtype of tensors with Python's numbers, which have no width: they bring in a kind and, in Keras 3.15.1, 32 bits."""
    kind = "float32" if any(isinstance(number, float) for number in numbers) else "int32"
    found = promoted(dtypes) if dtypes else kind
    if found == "bool" or (kind == "float32" and "int" in found):
        return kind
    return found.replace("64", "32")


def activation_of(name: str) -> str | None:
    """The operation that an activation of this name is."""
    return (
        next((rule for rule in OPERATIONS if rule.lower() == name.replace("_", "")), None)
        if name in ACTIVATION_FLOPS
        else None
    )


def inputs_of(args: tuple[Any, ...]) -> Iterator[Shape]:
    """Every shape among the arguments."""
    for each in args:
        if isinstance(each, tuple):
            yield each
        elif isinstance(each, list):
            yield from inputs_of(tuple(each))
