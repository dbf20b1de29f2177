"""The activation functions of keras.activations 3.15.1, by name.

Each takes an array and returns a new one of the same dtype; `out=`, which may be the input itself, saves the allocation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import numpy as np

from densecli.kernels.erf import normal_tail
from densecli.kernels.layout import BLOCK_BYTES, Array
from densecli.kernels.softmax import log_softmax, softmax, sparsemax
from densecli.names import OldName

Activation = Callable[..., Array]


def in_blocks(activation: Activation) -> Activation:
    """Run a multi-pass element-wise `activation` on one cache-sized piece of a large array at a time."""

    @wraps(activation)
    def blocked(x: Array, out: Array | None = None, **options: float) -> Array:
        if x.nbytes <= BLOCK_BYTES or not x.flags.c_contiguous or (out is not None and not out.flags.c_contiguous):
            return activation(x, out, **options)
        y = np.empty_like(x) if out is None else out
        source, target = x.reshape(-1), y.reshape(-1)
        step = BLOCK_BYTES // x.itemsize
        for start in range(0, x.size, step):
            activation(source[start : start + step], target[start : start + step], **options)
        return y

    return blocked


SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


def linear(x: Array, out: Array | None = None) -> Array:
    """Return `x`; the only activation that may return its input."""
    if out is None or out is x:
        return x
    np.copyto(out, x)
    return out


def relu(
    x: Array,
    out: Array | None = None,
    *,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> Array:
    """`x` above `threshold`, at most `max_value`; below it `negative_slope * (x - threshold)`."""
    if threshold == 0.0 and negative_slope == 0.0:
        return np.maximum(x, 0.0, out=out) if max_value is None else np.clip(x, 0.0, max_value, out=out)
    below = np.minimum(x - threshold, 0.0)
    below *= negative_slope
    y = np.where(x > threshold, x, x.dtype.type(0))
    if max_value is not None:
        np.clip(y, 0.0, max_value, out=y)
    return np.add(y, below, out=out)


def relu6(x: Array, out: Array | None = None) -> Array:
    return relu(x, out, max_value=6.0)


@in_blocks
def leaky_relu(x: Array, out: Array | None = None, *, negative_slope: float = 0.2) -> Array:
    below = np.minimum(x, 0.0)
    below *= negative_slope
    y = np.maximum(x, 0.0, out=out)
    y += below
    return y


def prelu(x: Array, alpha: Array, out: Array | None = None) -> Array:
    """`x` above 0, `alpha * x` below it; `alpha` broadcasts."""
    below = np.minimum(x, 0.0)
    below *= alpha
    y = np.maximum(x, 0.0, out=out)
    y += below
    return y


@in_blocks
def elu(x: Array, out: Array | None = None, *, alpha: float = 1.0) -> Array:
    below = np.expm1(np.minimum(x, 0.0))
    below *= alpha
    y = np.maximum(x, 0.0, out=out)
    y += below
    return y


@in_blocks
def selu(x: Array, out: Array | None = None) -> Array:
    y = elu(x, out, alpha=SELU_ALPHA)
    y *= SELU_SCALE
    return y


@in_blocks
def celu(x: Array, out: Array | None = None, *, alpha: float = 1.0) -> Array:
    below = np.minimum(x, 0.0)
    below /= alpha
    np.expm1(below, out=below)
    below *= alpha
    y = np.maximum(x, 0.0, out=out)
    y += below
    return y


def exponential(x: Array, out: Array | None = None) -> Array:
    return np.exp(x, out=out)


@in_blocks
def sigmoid(x: Array, out: Array | None = None) -> Array:
    y: Array = np.multiply(x, -1.0, out=out)  # NumPy 2.4's negative is wrong on float32 that has a stride of 16 bytes
    with np.errstate(over="ignore"):  # exp overflows to inf, whose reciprocal is the right 0
        np.exp(y, out=y)
    y += 1.0
    return np.reciprocal(y, out=y)


@in_blocks
def silu(x: Array, out: Array | None = None) -> Array:
    return np.multiply(x, sigmoid(x), out=out)


def tanh(x: Array, out: Array | None = None) -> Array:
    return np.tanh(x, out=out)


@in_blocks
def softplus(x: Array, out: Array | None = None) -> Array:
    """log(1 + exp(x)), without overflow."""
    tail = np.abs(x)
    tail *= -1.0
    np.exp(tail, out=tail)
    np.log1p(tail, out=tail)
    y = np.maximum(x, 0.0, out=out)
    y += tail
    return y


@in_blocks
def log_sigmoid(x: Array, out: Array | None = None) -> Array:
    y = softplus(np.multiply(x, -1.0, out=out), out)
    y *= -1.0
    return y


@in_blocks
def softsign(x: Array, out: Array | None = None) -> Array:
    below = np.abs(x)
    below += 1.0
    return np.divide(x, below, out=out)


@in_blocks
def squareplus(x: Array, out: Array | None = None, *, b: float = 4.0) -> Array:
    """(x + sqrt(x^2 + b)) / 2."""
    root = np.square(x)
    root += b
    np.sqrt(root, out=root)
    y = np.add(x, root, out=out)
    y *= 0.5
    return y


@in_blocks
def mish(x: Array, out: Array | None = None) -> Array:
    gate = softplus(x)
    np.tanh(gate, out=gate)
    return np.multiply(x, gate, out=out)


@in_blocks
def gelu(x: Array, out: Array | None = None, *, approximate: bool = False) -> Array:
    """`x` times the probability that a standard normal value is below it; `approximate` uses the tanh formula."""
    if not approximate:
        size = np.abs(x)
        below = normal_tail(size)
        below *= size
        y = np.maximum(x, 0.0, out=out)
        y -= below
        return y
    gate = np.square(x)
    gate *= 0.044715
    gate += 1.0
    gate *= x
    gate *= math.sqrt(2.0 / math.pi)
    np.tanh(gate, out=gate)
    gate += 1.0
    gate *= 0.5
    return np.multiply(x, gate, out=out)


def glu(x: Array, out: Array | None = None, *, axis: int = -1) -> Array:
    """First half of `axis` times the sigmoid of its second half; half as many values along `axis`."""
    first, second = np.split(x, 2, axis)
    return np.asarray(np.multiply(first, sigmoid(second), out=out))


@in_blocks
def hard_sigmoid(x: Array, out: Array | None = None) -> Array:
    y = np.multiply(x, 1.0 / 6.0, out=out)
    y += 0.5
    return np.clip(y, 0.0, 1.0, out=y)


@in_blocks
def hard_sigmoid_of_keras_2(x: Array, out: Array | None = None) -> Array:
    y = np.multiply(x, 0.2, out=out)
    y += 0.5
    return np.clip(y, 0.0, 1.0, out=y)


@in_blocks
def hard_silu(x: Array, out: Array | None = None) -> Array:
    return np.multiply(x, hard_sigmoid(x), out=out)


def hard_tanh(x: Array, out: Array | None = None) -> Array:
    return np.clip(x, -1.0, 1.0, out=out)


@in_blocks
def hard_shrink(x: Array, out: Array | None = None, *, threshold: float = 0.5) -> Array:
    """`x` where its absolute value exceeds `threshold`, else 0."""
    return np.multiply(x, np.abs(x) > threshold, out=out)


@in_blocks
def soft_shrink(x: Array, out: Array | None = None, *, threshold: float = 0.5) -> Array:
    """`x` shrunk toward 0 by `threshold`."""
    return np.asarray(np.subtract(x, np.clip(x, -threshold, threshold), out=out))


@in_blocks
def tanh_shrink(x: Array, out: Array | None = None) -> Array:
    return np.subtract(x, np.tanh(x), out=out)


def threshold(x: Array, out: Array | None = None, *, threshold: float, default_value: float) -> Array:
    """`x` above `threshold`, else `default_value`."""
    y = np.where(x > threshold, x, x.dtype.type(default_value))
    return linear(y, out)


@in_blocks
def sparse_sigmoid(x: Array, out: Array | None = None) -> Array:
    y = np.clip(x, -1.0, 1.0, out=out)
    y += 1.0
    y *= 0.5
    return y


@in_blocks
def sparse_plus(x: Array, out: Array | None = None) -> Array:
    """0 below -1, `x` above 1, a parabola between."""
    above = np.maximum(x, 1.0)
    above -= 1.0
    y = np.clip(x, -1.0, 1.0, out=out)
    y += 1.0
    np.square(y, out=y)
    y *= 0.25
    y += above
    return y


def as_activation(activation: Any) -> Activation:
    """The activation of that name, or a layer without weights used as one (a class name and its config)."""
    if isinstance(activation, OldName):
        return OLD_ACTIVATIONS[activation]
    if isinstance(activation, str):
        return ACTIVATIONS[activation]
    function, defaults = LAYERS[activation.class_name]
    options = {name: activation.config.get(name, value) for name, value in defaults.items()}
    return partial(
        function, **{name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
    )


LAYERS: dict[str, tuple[Activation, dict[str, Any]]] = {
    "ELU": (elu, {"alpha": 1.0}),
    "LeakyReLU": (leaky_relu, {"negative_slope": 0.3}),
    "ReLU": (relu, {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}),
    "Softmax": (softmax, {"axis": -1}),
}
"""Keras' layers that are mostly used as activations, with the defaults of their arguments."""

ACTIVATIONS: dict[str, Activation] = {
    "celu": celu,
    "elu": elu,
    "exponential": exponential,
    "gelu": gelu,
    "glu": glu,
    "hard_shrink": hard_shrink,
    "hard_sigmoid": hard_sigmoid,
    "hard_silu": hard_silu,
    "hard_swish": hard_silu,
    "hard_tanh": hard_tanh,
    "leaky_relu": leaky_relu,
    "linear": linear,
    "log_sigmoid": log_sigmoid,
    "log_softmax": log_softmax,
    "mish": mish,
    "relu": relu,
    "relu6": relu6,
    "selu": selu,
    "sigmoid": sigmoid,
    "silu": silu,
    "soft_shrink": soft_shrink,
    "softmax": softmax,
    "softplus": softplus,
    "softsign": softsign,
    "sparse_plus": sparse_plus,
    "sparse_sigmoid": sparse_sigmoid,
    "sparsemax": sparsemax,
    "squareplus": squareplus,
    "swish": silu,
    "tanh": tanh,
    "tanh_shrink": tanh_shrink,
    "threshold": threshold,
}
"""Every name that keras.activations.get understands; `threshold` alone can't be called with one argument."""

OLD_ACTIVATIONS: dict[str, Activation] = {"hard_sigmoid": hard_sigmoid_of_keras_2}
"""What the names meant in Keras 1 and 2 that mean something else since."""
