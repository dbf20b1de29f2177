"""The small operations that layers are made of, by the names that layers call them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .activations import as_activation
from .layout import to_channels_first, to_channels_last

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[Any]


def activate(x: Array, activation: Any, *, fresh: bool = False) -> Array:
    """The activation of that name (or that layer); in place when `fresh` says that nobody else holds `x`."""
    if activation == "linear":
        return x
    function = as_activation(activation)
    return function(x, out=x) if fresh and activation in IN_PLACE else function(x)


IN_PLACE = {"relu", "relu6", "sigmoid", "tanh", "silu", "swish", "leaky_relu", "elu", "hard_sigmoid", "hard_silu"}


def channels_last(x: Array, data_format: str) -> Array:
    """A view with the channels at the end."""
    return to_channels_last(x) if data_format == "channels_first" else x


def from_channels_last(x: Array, data_format: str) -> Array:
    """The channels back where `data_format` wants them."""
    return to_channels_first(x) if data_format == "channels_first" else x


def floating(x: Array) -> Array:
    """`x`, whole numbers and booleans as float32."""
    return x if x.dtype.kind == "f" else x.astype(np.float32)


def cast_like(x: Array, other: Array) -> Array:
    """`x` in the dtype of `other`."""
    return x.astype(other.dtype, copy=False)


def flatten(x: Array) -> Array:
    """One row for each sample: (batch, a, b, ...) to (batch, a * b * ...)."""
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def reshape(x: Array, shape: tuple[int, ...]) -> Array:
    """`x` in another shape; one size may be -1."""
    return x.reshape(shape)


def transpose(x: Array, axes: tuple[int, ...]) -> Array:
    """`x` with its axes in that order."""
    return x.transpose(axes)


def crop(x: Array, borders: tuple[tuple[int, int], ...]) -> Array:
    """Cut (before, after) off each spatial axis of `x` (batch, *spatial, channels)."""
    inner = (slice(before, n - after) for n, (before, after) in zip(x.shape[1:-1], borders, strict=True))
    return x[(slice(None), *inner)]


def merge_ways(mode: str, ahead: Array, back: Array) -> Array:
    """What Bidirectional makes of its two outputs: concat, sum, mul or ave."""
    if mode == "concat":
        return np.concatenate((ahead, back), axis=-1)
    y: Array = np.multiply(ahead, back) if mode == "mul" else np.add(ahead, back)
    return y / y.dtype.type(2) if mode == "ave" else y


def take_rows(table: Array, indices: Array) -> Array:
    """Rows of a table by integer index."""
    return np.take(table, indices.astype(np.int64), axis=0)


def not_equal(x: Array, value: float) -> Array:
    return np.asarray(np.not_equal(x, value))


def steps_that_differ(x: Array, value: float) -> Array:
    """Boolean (batch, steps): whether any feature of the step is not `value`."""
    return np.asarray(np.any(np.not_equal(x, value), axis=-1))


def masked(x: Array, value: float) -> Array:
    """`x` with the steps whose features all equal `value` set to 0."""
    return np.asarray(x * steps_that_differ(x, value)[..., None].astype(x.dtype))


def average_of_steps(x: Array, mask: Array, *, keepdims: bool = False) -> Array:
    """Mean over the steps of `x` (batch, steps, channels) that the boolean `mask` (batch, steps) lets count."""
    counting = mask.astype(x.dtype)[..., None]
    total = np.where(mask[..., None], x, x.dtype.type(0)).sum(1, keepdims=keepdims)
    with np.errstate(invalid="ignore"):  # nothing counts: Keras divides 0 by 0 too
        return np.asarray(total / counting.sum(1, keepdims=keepdims))


def each_step(function: Callable[[Array], Array], x: Array) -> Array:
    """`function` at every step of axis 1, all steps at once as a larger batch."""
    y = function(x.reshape(-1, *x.shape[2:]))
    return y.reshape(*x.shape[:2], *y.shape[1:])


def generator(seed: int) -> np.random.Generator:
    """NumPy's random numbers from a seed."""
    return np.random.default_rng(seed)


def all_finite(x: Array) -> bool:
    return bool(np.isfinite(x).all())
