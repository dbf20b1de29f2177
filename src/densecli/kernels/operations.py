"""Functions on tensors by the names of keras.ops classes: what a graph calls beside its layers.

Each takes the arguments of the call (arrays, numbers, what a config holds) and the named ones, as the shape rules do.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .activations import ACTIVATIONS
from .attention import scaled_dot_product_attention
from .conv import conv
from .depthwise import depthwise_conv
from .erf import normal_tail
from .layout import to_channels_first, to_channels_last
from .pool import adaptive_average_pool, adaptive_max_pool, average_pool, max_pool
from .resize import resize

if TYPE_CHECKING:
    from collections.abc import Callable

    from .layout import Array

Args = tuple[Any, ...]
Named = dict[str, Any]
OPERATIONS: dict[str, Callable[[Args, Named], Any]] = {}


def argument(args: Args, named: Named, place: int, *names: str, default: Any = None) -> Any:
    """An argument that may come by its place or under one of several names."""
    found = next((named[name] for name in names if name in named), args[place] if len(args) > place else None)
    return default if found is None else found


def floats(x: Any) -> Array:
    x = np.asarray(x)
    found: Array = x if x.dtype.kind in "fc" else x.astype(np.float32)
    return found


def enter(names: str, function: Callable[[Args, Named], Any]) -> None:
    OPERATIONS.update(dict.fromkeys(names.split(), function))


def element_wise(function: Callable[..., Any], *, as_float: bool = False) -> Callable[[Args, Named], Any]:
    """An operation on all positional arguments."""
    return lambda args, _: function(*(floats(each) if as_float else each for each in args))


def axes(named: Named, args: Args, default: Any = None) -> Any:
    """The axes of an operation: one, several or all (None)."""
    found = argument(args, named, 1, "axis", "axes", default=default)
    return tuple(found) if isinstance(found, list | tuple) else found


def reduced(function: Callable[..., Any], *, as_float: bool = False) -> Callable[[Args, Named], Any]:
    """An operation over axes, which it drops or keeps as 1."""

    def operation(args: Args, named: Named) -> Any:
        x = floats(args[0]) if as_float else np.asarray(args[0])
        return function(x, axis=axes(named, args), keepdims=bool(named.get("keepdims")))

    return operation


def along(function: Callable[..., Any], default: Any = None) -> Callable[[Args, Named], Any]:
    """An operation along one axis that keeps it."""
    return lambda args, named: function(np.asarray(args[0]), axis=axes(named, args, default))


def activation(name: str) -> Callable[[Args, Named], Any]:
    """An activation, with the arguments of keras.ops."""

    def operation(args: Args, named: Named) -> Any:
        options = {ALIASES.get(key, key): value for key, value in named.items() if ALIASES.get(key, key) in OPTIONS}
        return ACTIVATIONS[name](floats(args[0]), **options)

    return operation


ALIASES = {"threshold_value": "threshold"}
OPTIONS = {"axis", "alpha", "negative_slope", "approximate", "threshold", "lower_bound", "upper_bound", "b"}
for _name, _of in {
    "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "SparseSigmoid": "sparse_sigmoid", "Softplus": "softplus",
    "Softsign": "softsign", "SoftShrink": "soft_shrink", "SparsePlus": "sparse_plus", "Silu": "silu",
    "Squareplus": "squareplus", "LogSigmoid": "log_sigmoid", "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu",
    "Elu": "elu", "Selu": "selu", "Gelu": "gelu", "Celu": "celu", "TanhShrink": "tanh_shrink", "HardTanh": "hard_tanh",
    "HardShrink": "hard_shrink", "LeakyRelu": "leaky_relu", "Softmax": "softmax", "LogSoftmax": "log_softmax",
    "Sparsemax": "sparsemax", "Glu": "glu", "Tanh": "tanh",
}.items():  # fmt: skip
    enter(_name, activation(_of))

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Absolute Abs Fabs": np.abs, "Negative": np.negative, "Sign": np.sign, "Square": np.square, "Conjugate Conj": np.conj,
    "Floor": np.floor, "Ceil": np.ceil, "Trunc": np.trunc, "NanToNum": np.nan_to_num, "LogicalNot": np.logical_not,
    "BitwiseNot BitwiseInvert": np.invert, "Isfinite": np.isfinite, "Isinf": np.isinf, "Isnan": np.isnan,
    "Signbit": np.signbit, "Add": np.add, "Subtract": np.subtract, "Multiply": np.multiply, "Maximum Fmax": np.maximum,
    "Minimum Fmin": np.minimum, "Power": np.power, "Mod": np.mod, "Fmod": np.fmod, "FloorDivide": np.floor_divide,
    "BitwiseAnd": np.bitwise_and, "BitwiseOr": np.bitwise_or, "BitwiseXor": np.bitwise_xor, "Equal": np.equal,
    "NotEqual": np.not_equal, "Greater": np.greater, "GreaterEqual": np.greater_equal, "Less": np.less,
    "LessEqual": np.less_equal, "LogicalAnd": np.logical_and, "LogicalOr": np.logical_or, "LogicalXor": np.logical_xor,
    "Where": np.where, "Ravel": np.ravel, "Outer": np.outer, "Dot": np.dot, "Matmul": np.matmul,
    "SquaredDifference": lambda a, b: np.square(a - b),
}  # fmt: skip
for _name, _function in _FUNCTIONS.items():
    enter(_name, element_wise(_function))


def erf(x: Array) -> Array:
    """The error function, by the tail of the normal distribution."""
    return np.copysign(1.0 - 2.0 * normal_tail(np.abs(x) * x.dtype.type(math.sqrt(2.0))), x).astype(x.dtype, copy=False)


_FUNCTIONS = {
    "Arccos": np.arccos, "Arccosh": np.arccosh, "Arcsin": np.arcsin, "Arcsinh": np.arcsinh, "Arctan": np.arctan,
    "Arctanh": np.arctanh, "Cbrt": np.cbrt, "Cos": np.cos, "Cosh": np.cosh, "Deg2rad": np.deg2rad, "Exp": np.exp,
    "Exp2": np.exp2, "Expm1": np.expm1, "Log": np.log, "Log10": np.log10, "Log1p": np.log1p, "Log2": np.log2,
    "Rad2deg": np.rad2deg, "Reciprocal": lambda x: 1 / x, "Rsqrt": lambda x: 1 / np.sqrt(x), "Sin": np.sin,
    "Sinc": np.sinc, "Sinh": np.sinh, "Sqrt": np.sqrt, "Tan": np.tan, "Erf": erf, "Divide TrueDivide": np.true_divide,
    "Arctan2": np.arctan2, "Hypot": np.hypot, "Logaddexp": np.logaddexp, "Logaddexp2": np.logaddexp2,
}  # fmt: skip
for _name, _function in _FUNCTIONS.items():
    enter(_name, element_wise(_function, as_float=True))
_FUNCTIONS = {
    "Max Amax": np.max, "Min Amin": np.min, "Prod": np.prod, "Sum": np.sum, "Ptp": np.ptp, "Nanmax": np.nanmax,
    "Nanmin": np.nanmin, "Nansum": np.nansum, "Nanprod": np.nanprod, "All": np.all, "Any": np.any, "Argmax": np.argmax,
    "Argmin": np.argmin, "CountNonzero": np.count_nonzero,
}  # fmt: skip
for _name, _function in _FUNCTIONS.items():
    enter(_name, reduced(_function))
_FUNCTIONS = {
    "Mean": np.mean, "Std": np.std, "Var": np.var, "Median": np.median, "Nanmean": np.nanmean, "Nanstd": np.nanstd,
    "Nanvar": np.nanvar, "Nanmedian": np.nanmedian,
}  # fmt: skip
for _name, _function in _FUNCTIONS.items():
    enter(_name, reduced(_function, as_float=True))
_FUNCTIONS = {"Cumsum": np.cumsum, "Cumprod": np.cumprod, "Nancumsum": np.nancumsum}
for _name, _function in _FUNCTIONS.items():
    enter(_name, along(_function))
enter("Sort", along(np.sort, -1))
enter("Argsort", along(partial(np.argsort, kind="stable"), -1))
enter("Flip", along(np.flip))


def logsumexp(x: Array, axis: Any, keepdims: bool) -> Any:
    top = x.max(axis, keepdims=True)
    found = np.log(np.exp(x - top).sum(axis, keepdims=True)) + top
    return found if keepdims else np.squeeze(found, tuple(range(x.ndim)) if axis is None else axis)


enter("Logsumexp", reduced(logsumexp, as_float=True))


def divide_no_nan(args: Args, _: Named) -> Array:
    a, b = floats(args[0]), floats(args[1])
    return np.where(b == 0, np.zeros((), b.dtype), a / np.where(b == 0, np.ones((), b.dtype), b))


def clip(args: Args, named: Named) -> Any:
    low = argument(args, named, 1, "x_min", "clip_value_min", "min_value")
    return np.clip(args[0], low, argument(args, named, 2, "x_max", "clip_value_max", "max_value"))


def cast(args: Args, named: Named) -> Array:
    dtype = str(argument(args, named, 1, "dtype", default=np.asarray(args[0]).dtype))
    return np.asarray(args[0]).astype("float32" if dtype == "bfloat16" else dtype, copy=False)


def full_like(value: Any) -> Callable[[Args, Named], Any]:
    def operation(args: Args, named: Named) -> Array:
        filled = argument(args, named, 1, "fill_value", default=0) if value is None else value
        return np.full_like(np.asarray(args[0]), filled)

    return operation


enter("DivideNoNan", divide_no_nan)
enter("Clip", clip)
enter("Cast SaturateCast", cast)
enter("Copy StopGradient Array ConvertToTensor Real", lambda args, _: np.asarray(args[0]))
enter("ZerosLike", full_like(0))
enter("OnesLike", full_like(1))
enter("FullLike", full_like(None))
enter("Round", lambda args, named: np.round(args[0], int(argument(args, named, 1, "decimals", default=0))))
enter("Moments", lambda args, named: [OPERATIONS["Mean"](args, named), OPERATIONS["Var"](args, named)])


# -- elements moved ---------------------------------------------------------------------
def numbers(value: Any) -> tuple[int, ...]:
    """A shape or list of axes that a config holds."""
    items = value if isinstance(value, list | tuple) else np.asarray(value).reshape(-1).tolist()
    return tuple(-1 if item is None else int(item) for item in items)


def reshaped(args: Args, named: Named) -> Array:
    x, wanted = np.asarray(args[0]), numbers(argument(args, named, 1, "newshape", "shape"))
    if wanted.count(-1) > 1:  # the batch and one more: the first axis stays
        wanted = (len(x), *wanted[1:])
    return x.reshape(wanted)


def transposed(args: Args, named: Named) -> Array:
    order = argument(args, named, 1, "axes", "perm")
    return np.asarray(args[0]).transpose(None if order is None else numbers(order))


def expanded(args: Args, named: Named) -> Array:
    axis = argument(args, named, 1, "axis", default=0)
    return np.expand_dims(args[0], numbers(axis) if isinstance(axis, list | tuple) else int(axis))


def squeezed(args: Args, named: Named) -> Array:
    axis = axes(named, args)
    return np.asarray(np.squeeze(args[0], None if axis == () else axis))


def parts(args: Args, named: Named) -> list[Array]:
    sections = argument(args, named, 1, "indices_or_sections", default=1)
    sections = numbers(sections) if isinstance(sections, list | tuple) else int(sections)
    return list(np.split(args[0], sections, axis=int(argument(args, named, 2, "axis", default=0))))


def unstacked(args: Args, named: Named) -> list[Array]:
    axis = int(named.get("axis") or 0)
    return [np.take(args[0], index, axis) for index in range(np.shape(args[0])[axis])]


def repeated(args: Args, named: Named) -> Array:
    counts = numbers(argument(args, named, 1, "repeats", default=1))
    return np.repeat(args[0], counts if len(counts) > 1 else counts[0], axis=argument(args, named, 2, "axis"))


MODES = {"constant": "constant", "reflect": "reflect", "symmetric": "symmetric"}


def padded(args: Args, named: Named) -> Array:
    width = argument(args, named, 1, "pad_width", "paddings", default=0)
    mode = MODES[str(argument(args, named, 2, "mode", default="constant")).lower()]
    value = argument(args, named, 3, "constant_values", default=0)
    pairs = width if isinstance(width, int) else np.asarray(width).tolist()
    found: Array = np.pad(args[0], pairs, mode, **({"constant_values": value} if mode == "constant" else {}))  # type: ignore[call-overload]
    return found


def indexed(args: Args, named: Named) -> Any:
    key = argument(args, named, 1, "key")
    items = key if isinstance(key, list | tuple) else [key]
    return np.asarray(args[0])[tuple(items)]


def taken(args: Args, named: Named) -> Array:
    indices = np.asarray(argument(args, named, 1, "indices")).astype(np.int64)
    return np.take(args[0], indices, axis=argument(args, named, 2, "axis"))


def taken_along(args: Args, named: Named) -> Array:
    indices, axis = np.asarray(argument(args, named, 1, "indices")).astype(np.int64), named.get("axis")
    return np.take_along_axis(np.asarray(args[0]), indices, axis=axis)


def sliced(args: Args, named: Named) -> Any:
    starts = numbers(argument(args, named, 1, "start_indices"))
    sizes = numbers(argument(args, named, 2, "shape"))
    return args[0][tuple(slice(i, None if n == -1 else i + n) for i, n in zip(starts, sizes, strict=True))]


def tensors(args: Args) -> list[Any]:
    return list(args[0]) if len(args) == 1 and isinstance(args[0], list) else list(args)


def one_axis(args: Args, named: Named, default: int = 0) -> int:
    return int(argument(args, named, 1, "axis", default=default))


enter("Reshape", reshaped)
enter("Transpose", transposed)
enter("ExpandDims", expanded)
enter("Squeeze", squeezed)
enter("Split", parts)
enter("Unstack", unstacked)
enter("Repeat", repeated)
enter("Pad", padded)
enter("GetItem", indexed)
enter("Take", taken)
enter("TakeAlongAxis", taken_along)
enter("Slice", sliced)
enter("Moveaxis", lambda args, named: np.moveaxis(args[0], named["source"], named["destination"]))
enter("Swapaxes", lambda args, named: np.swapaxes(args[0], named["axis1"], named["axis2"]))
enter("Tile", lambda args, named: np.tile(args[0], numbers(argument(args, named, 1, "repeats", "multiples"))))
enter("BroadcastTo", lambda args, named: np.broadcast_to(args[0], numbers(argument(args, named, 1, "shape"))))
enter("Concatenate", lambda args, named: np.concatenate(args[0], one_axis(args, named)))
enter("Stack", lambda args, named: np.stack(args[0], one_axis(args, named)))
enter("Hstack", lambda args, _: np.hstack(tensors(args)))
enter("Vstack", lambda args, _: np.vstack(tensors(args)))
enter("Roll", lambda args, named: np.roll(args[0], named["shift"], axes(named, (), None)))
enter("Tril", lambda args, named: np.tril(args[0], named.get("k", 0)))
enter("Triu", lambda args, named: np.triu(args[0], named.get("k", 0)))
enter("Diff", lambda args, named: np.diff(args[0], named.get("n", 1), axis=named.get("axis", -1)))


# -- products, windows, images ----------------------------------------------------------
def one_hot(args: Args, named: Named) -> Array:
    x = np.asarray(args[0]).astype(np.int64)
    classes = int(argument(args, named, 1, "num_classes", "depth"))
    found = (x[..., None] == np.arange(classes)).astype(np.float32)
    return np.moveaxis(found, -1, -1 if named.get("axis") is None else int(named["axis"]))


def multi_hot(args: Args, named: Named) -> Array:
    return np.asarray(one_hot(args, {"num_classes": named["num_classes"]}).max(-2))


def top_k(args: Args, named: Named) -> list[Array]:
    count = int(argument(args, named, 1, "k", default=1))
    order = np.argsort(-np.asarray(args[0]), axis=-1, kind="stable")[..., :count]
    return [np.take_along_axis(np.asarray(args[0]), order, -1), order]


def einsum(args: Args, named: Named) -> Array:
    equation = named.get("subscripts", named.get("equation"))
    operands = args if isinstance(equation, str) else args[1:]
    return np.asarray(np.einsum(equation if isinstance(equation, str) else args[0], *operands, optimize=True))


def tensordot(args: Args, named: Named) -> Array:
    summed = argument(args, named, 2, "axes", default=2)
    return np.tensordot(args[0], args[1], summed)


def length(x: Array, named: Named, args: Args) -> Array:
    return np.asarray(np.sqrt(np.square(x).sum(axes(named, args), keepdims=True)))


def norm(args: Args, named: Named) -> Array:
    """Euclidean; other orders have no forward pass here."""
    order = named.get("ord")
    if order not in (None, 2, "euclidean", "fro"):
        raise KeyError(order)
    x = floats(args[0])
    found = length(x, {"axis": named.get("axis")}, args[:1])
    return found if named.get("keepdims") else found.reshape(found.sum(axes(named, args[:1])).shape)


def normalized(args: Args, named: Named) -> Array:
    x = floats(args[0])
    axis = axes(named, args, -1)
    if named.get("order", 2) != 2:
        raise KeyError(named["order"])
    return np.asarray(x / np.maximum(length(x, {"axis": axis}, ()), x.dtype.type(named.get("epsilon") or 1e-12)))


def images(operation: Callable[[Array, Args, Named], Array]) -> Callable[[Args, Named], Array]:
    """An operation on channels_last images, for either order of axes."""

    def ordered(args: Args, named: Named) -> Array:
        if named.get("data_format") != "channels_first":
            return operation(floats(args[0]), args, named)
        return to_channels_first(operation(to_channels_last(floats(args[0])), args, named))

    return ordered


def per_axis(value: Any, rank: int) -> tuple[int, ...]:
    return (int(value),) * rank if isinstance(value, int | float) else numbers(value)


def pooled(kernel: Callable[..., Array]) -> Callable[[Array, Args, Named], Array]:
    def operation(x: Array, args: Args, named: Named) -> Array:
        size = per_axis(argument(args, named, 1, "pool_size"), x.ndim - 2)
        strides = named.get("strides")
        steps = size if strides is None else per_axis(strides, x.ndim - 2)
        return kernel(x, pool_size=size, strides=steps, padding=str(named.get("padding", "valid")).lower())

    return operation


def convolved(kernel: Callable[..., Array]) -> Callable[[Array, Args, Named], Array]:
    def operation(x: Array, args: Args, named: Named) -> Array:
        rank = x.ndim - 2
        return kernel(
            x, args[1], strides=per_axis(named.get("strides") or 1, rank), padding=str(named.get("padding", "valid")).lower(),
            dilation=per_axis(named.get("dilation_rate") or 1, rank), **groups(kernel, x, args[1]),
        )  # fmt: skip

    return operation


def groups(kernel: Callable[..., Array], x: Array, weights: Array) -> dict[str, int]:
    return {"groups": x.shape[-1] // weights.shape[-2]} if kernel is conv else {}


def separable(x: Array, args: Args, named: Named) -> Array:
    inner = convolved(depthwise_conv)(x, args, named)
    return np.asarray(inner @ args[2].reshape(args[2].shape[-2:]))


def resized(x: Array, args: Args, named: Named) -> Array:
    size = argument(args, named, 1, "size")
    height, width = (size, size) if isinstance(size, int) else numbers(size)
    method = str(named.get("interpolation") or named.get("method") or "bilinear")
    whole = x if x.ndim == 4 else x[None]
    found = resize(whole, (height, width), interpolation=method)
    return found if x.ndim == 4 else found[0]


def grayscale(x: Array, _: Args, __: Named) -> Array:
    weights = np.array([0.2989, 0.5870, 0.1140], x.dtype)
    return np.asarray((x * weights).sum(-1, keepdims=True))


def depth_to_space(x: Array, _: Args, named: Named) -> Array:
    block = int(named["block_size"])
    batch, height, width, depth = x.shape
    split = x.reshape(batch, height, width, block, block, depth // block**2).transpose(0, 1, 3, 2, 4, 5)
    return split.reshape(batch, height * block, width * block, depth // block**2)


def space_to_depth(x: Array, _: Args, named: Named) -> Array:
    block = int(named["block_size"])
    batch, height, width, depth = x.shape
    split = x.reshape(batch, height // block, block, width // block, block, depth).transpose(0, 1, 3, 2, 4, 5)
    return split.reshape(batch, height // block, width // block, depth * block**2)


def attention(args: Args, named: Named) -> Array:
    mask = argument(args, named, 4, "mask")
    if argument(args, named, 3, "bias") is not None or named.get("is_causal"):
        raise KeyError("bias")
    scale = argument(args, named, 5, "scale")
    factor = 1.0 if scale is None else float(scale) * math.sqrt(args[0].shape[-1])
    return scaled_dot_product_attention(args[0] * args[0].dtype.type(factor), args[1], args[2], mask=mask)


enter("OneHot", one_hot)
enter("MultiHot", multi_hot)
enter("TopK", top_k)
enter("Einsum", einsum)
enter("Tensordot", tensordot)
enter("Norm", norm)
enter("Normalize", normalized)
enter("MaxPool", images(pooled(max_pool)))
enter("AveragePool", images(pooled(average_pool)))
enter("AdaptiveMaxPool", images(lambda x, _, named: adaptive_max_pool(x, per_axis(named["output_size"], x.ndim - 2))))
enter("AdaptiveAveragePool", images(lambda x, _, named: adaptive_average_pool(x, per_axis(named["output_size"], x.ndim - 2))))  # fmt: skip
enter("Conv", images(convolved(conv)))
enter("DepthwiseConv", images(convolved(depthwise_conv)))
enter("SeparableConv", images(separable))
enter("Resize", images(resized))
enter("RGBToGrayscale", images(grayscale))
enter("DepthToSpace", images(depth_to_space))
enter("SpaceToDepth", images(space_to_depth))
enter("DotProductAttention", attention)


def operation(rule: str, args: Args, named: Named) -> Any:
    """What the function of that name gives. Raises KeyError for one that is not in the table, or an argument of it."""
    with np.errstate(all="ignore"):
        return OPERATIONS[rule](tuple(map(constant, args)), named)


def constant(value: Any) -> Any:
    """An array that a config holds (its numbers and dtype), as an array."""
    if isinstance(value, list | tuple):
        return type(value)(map(constant, value))
    if hasattr(value, "value") and hasattr(value, "dtype") and not isinstance(value, np.ndarray | np.generic):
        return np.asarray(value.value, value.dtype)
    return value


__all__ = ["OPERATIONS", "operation"]
