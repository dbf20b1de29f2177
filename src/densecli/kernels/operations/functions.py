"""Functions on tensors by the names of keras.ops classes: what a graph calls besides layers.

Each takes the arguments of the call (arrays, numbers, config values) and the named ones, as the shape rules do.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from densecli.kernels.activations import ACTIVATIONS
from densecli.kernels.erf import inverse_erf, normal_tail
from densecli.kernels.operations import moves, products, spectra
from densecli.kernels.operations.table import OPERATIONS, Args, Named, argument, axes, enter, floats

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.kernels.layout import Array


def element_wise(function: Callable[..., Any], *, as_float: bool = False) -> Callable[[Args, Named], Any]:
    """An operation on all positional arguments."""
    return lambda args, _: function(*(floats(each) if as_float else each for each in args))


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
    """The error function, from the tail of the normal distribution."""
    return np.copysign(1.0 - 2.0 * normal_tail(np.abs(x) * x.dtype.type(math.sqrt(2.0))), x).astype(x.dtype, copy=False)


_FUNCTIONS = {
    "Arccos": np.arccos, "Arccosh": np.arccosh, "Arcsin": np.arcsin, "Arcsinh": np.arcsinh, "Arctan": np.arctan,
    "Arctanh": np.arctanh, "Cbrt": np.cbrt, "Cos": np.cos, "Cosh": np.cosh, "Deg2rad": np.deg2rad, "Exp": np.exp,
    "Exp2": np.exp2, "Expm1": np.expm1, "Log": np.log, "Log10": np.log10, "Log1p": np.log1p, "Log2": np.log2,
    "Rad2deg": np.rad2deg, "Reciprocal": lambda x: 1 / x, "Rsqrt": lambda x: 1 / np.sqrt(x), "Sin": np.sin,
    "Sinc": np.sinc, "Sinh": np.sinh, "Sqrt": np.sqrt, "Tan": np.tan, "Erf": erf, "Erfinv": inverse_erf, "Divide TrueDivide": np.true_divide,
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


def operation(rule: str, args: Args, named: Named) -> Any:
    """Call the function of that name. Raises KeyError for a function or an argument that is not in the table."""
    with np.errstate(all="ignore"):
        return OPERATIONS[rule](tuple(map(constant, args)), named)


def constant(value: Any) -> Any:
    """The array that a config describes by its numbers and dtype."""
    if isinstance(value, list | tuple):
        return type(value)(map(constant, value))
    if hasattr(value, "value") and hasattr(value, "dtype") and not isinstance(value, np.ndarray | np.generic):
        return np.asarray(value.value, value.dtype)
    return value


__all__ = ["OPERATIONS", "moves", "operation", "products", "spectra"]
