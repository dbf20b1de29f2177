"""The small operations that layers are built from, by the names that layers use."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from densecli.kernels.activations import as_activation
from densecli.kernels.layout import to_channels_first, to_channels_last

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[Any]


def activate(x: Array, activation: Any, *, fresh: bool = False) -> Array:
    """Apply the activation of that name (or layer), in place if `fresh` says that nothing else refers to `x`."""
    if activation == "linear":
        return x
    function = in_place(activation) if fresh else None
    return as_activation(activation)(x) if function is None else function(x, out=x)


LOOKING_AROUND = {"glu", "log_softmax", "softmax", "sparsemax", "Softmax"}
"""Activations in which an element depends on others, so that they cannot be applied piece by piece."""


def in_place(activation: Any) -> Callable[..., Array] | None:
    """The activation function that a kernel can apply block by block; None if it needs all outputs at once."""
    name = activation if isinstance(activation, str) else activation.class_name
    return None if name == "linear" or name in LOOKING_AROUND else as_activation(activation)


def fits(x: Any, dtype: str) -> bool:
    """Whether Keras would pass `x` to a layer of that floating-point dtype uncast (bfloat16 counts as float32)."""
    kind = getattr(getattr(x, "dtype", None), "kind", "")
    return kind != "f" or x.dtype == number_type(dtype)


def in_float(x: Array, dtype: str) -> Array:
    """Cast a floating-point array to that dtype, no other."""
    return x.astype(number_type(dtype), copy=False) if x.dtype.kind == "f" else x


def number_type(dtype: str) -> np.dtype[Any]:
    """NumPy's dtype of that name; float32 for bfloat16, which NumPy lacks."""
    return np.dtype("float32" if dtype == "bfloat16" else dtype)


def to_half(x: Array) -> Array:
    """A floating-point array as float16; values too large become infinite, as in Keras."""
    with np.errstate(over="ignore"):
        return x.astype(np.float16, copy=False) if x.dtype.kind == "f" else x


def rounded_to_half(x: Array) -> Array:
    """A floating-point array rounded to float16, stored as float32."""
    return to_half(x).astype(np.float32) if x.dtype.kind == "f" else x


def array_of(numbers: Any, dtype: str) -> Array:
    """Numbers in nested lists, or a range of them, as an array."""
    return np.asarray(list(numbers) if isinstance(numbers, range) else numbers, number_type(dtype))


def as_input(x: Array, rank: int, dtype: str) -> Array:
    """`x` as a model takes it: in its dtype, a last axis of 1 added or dropped (Keras 3.15.1, Functional)."""
    if x.ndim == rank + 1 and x.shape[-1] == 1:
        x = x[..., 0]
    elif x.ndim == rank - 1:
        x = x[..., None]
    return x if dtype == "string" else x.astype(number_type(dtype), copy=False)


def arrays_in(tree: Any) -> list[Array]:
    """Every array in nested lists, tuples and dicts."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list | tuple):
        return [array for item in tree for array in arrays_in(item)]
    return [tree] if isinstance(tree, np.ndarray) else []


def silence() -> np.errstate:
    """Silence warnings of overflow, division by zero and invalid values."""
    return np.errstate(all="ignore")


def empty(shape: tuple[int, ...], dtype: str) -> Array:
    """Allocate an array."""
    return np.empty(shape, number_type(dtype))


def positions(shape: tuple[int, ...]) -> Array:
    """1, 2, 3, … in order: sent through a layer that only moves values, they tell where each came from."""
    return np.arange(1, math.prod(shape) + 1, dtype=np.float64).reshape(shape)


def same(x: Array, y: Array) -> bool:
    return bool(np.array_equal(x, y))


def largest_difference(x: Array, y: Array) -> tuple[float, tuple[int, ...], float]:
    """The largest difference between two arrays of one shape, its index, and the largest finite number among them.

    NaN beside NaN and infinity beside the same infinity are no difference; beside anything else, an infinite one.
    """
    a, b = x.astype(np.float64), y.astype(np.float64)
    if not a.size:
        return 0.0, (0,) * a.ndim, 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(a - b)
    equal = (a == b) | (np.isnan(a) & np.isnan(b))
    apart = np.where(equal, 0.0, np.where(np.isnan(apart), np.inf, apart))
    at = tuple(int(place) for place in np.unravel_index(int(np.argmax(apart)), apart.shape))
    finite = np.abs(np.concatenate([a[np.isfinite(a)], b[np.isfinite(b)]]))
    return float(apart[at]), at, float(finite.max(initial=0.0))


def full(shape: tuple[int, ...], value: float, dtype: str) -> Array:
    """Allocate an array whose elements have one value."""
    return np.full(shape, value, number_type(dtype))


def channels_last(x: Array, data_format: str) -> Array:
    """A view with the channels at the end."""
    return to_channels_last(x) if data_format == "channels_first" else x


def from_channels_last(x: Array, data_format: str) -> Array:
    """A view with the channels where `data_format` puts them."""
    return to_channels_first(x) if data_format == "channels_first" else x


def floating(x: Array) -> Array:
    """`x`, with integers and booleans as float32."""
    return x if x.dtype.kind == "f" else x.astype(np.float32)


def of_one_batch(arrays: list[Array]) -> list[Array]:
    """The arrays with equal batch sizes; a batch of 1 fits any other."""
    batch = max(array.shape[0] for array in arrays)
    return [np.broadcast_to(array, (batch, *array.shape[1:])) for array in arrays]


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
    """Combine the two outputs of Bidirectional: concat, sum, mul or ave."""
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
    """Mean over the steps of `x` (batch, steps, channels) where the boolean `mask` (batch, steps) is True."""
    counting = mask.astype(x.dtype)[..., None]
    total = np.where(mask[..., None], x, x.dtype.type(0)).sum(1, keepdims=keepdims)
    with np.errstate(invalid="ignore"):  # all masked: Keras divides 0 by 0 too
        return np.asarray(total / counting.sum(1, keepdims=keepdims))


def each_step(function: Callable[[Array], Array], x: Array) -> Array:
    """`function` at every step of axis 1, all steps at once as a larger batch."""
    y = function(x.reshape(-1, *x.shape[2:]))
    return y.reshape(*x.shape[:2], *y.shape[1:])


def in_dtype(x: Array, dtype: str, *, copy: bool = True) -> Array:
    """`x` in the dtype of that name, as a copy unless `copy` is false."""
    return x.astype(number_type(dtype), copy=copy)


def random_words(shape: tuple[int, ...], random: np.random.Generator) -> Array:
    """Random lower-case letters, one per element, for text inputs."""
    codes = random.integers(97, 123, math.prod(shape)).astype(np.uint32)
    return np.asarray(codes.view("U1").reshape(shape))


def statistics(x: Array) -> tuple[float, float, float, float]:
    """Minimum, maximum, mean and standard deviation in float64, without copying the whole array."""
    flat = x.reshape(-1)
    least, most = float(flat.min()), float(flat.max())
    largest = max(abs(least), abs(most))
    if largest > MOST_SQUARED:
        _, _, mean, deviation = statistics(flat / largest)
        return least, most, mean * largest, deviation * largest
    pieces = [flat[start : start + STATISTICS_SIZE] for start in range(0, flat.size, STATISTICS_SIZE)]
    mean = sum(float(piece.sum(dtype=np.float64)) for piece in pieces) / flat.size
    squares = sum(float(np.square(piece.astype(np.float64) - mean).sum()) for piece in pieces)
    return least, most, mean, math.sqrt(squares / flat.size)


STATISTICS_SIZE = 1 << 18
MOST_SQUARED = 1e150  # sums of squares of larger numbers than this are infinite


def generator(seed: int | list[int]) -> np.random.Generator:
    """NumPy's random numbers from a seed."""
    return np.random.default_rng(seed)


def all_finite(x: Array) -> bool:
    """Whether there is no NaN or infinity, without allocating an array of the size of `x`."""
    if x.dtype.kind not in "fc" or not x.size:
        return True
    return bool(np.isfinite(x.min()) and np.isfinite(x.max()))
