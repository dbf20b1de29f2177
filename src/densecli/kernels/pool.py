"""Pooling: the largest or the mean value of each window, one axis after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .layout import Array, Ints, pad, padding_of

if TYPE_CHECKING:
    from collections.abc import Callable


def max_pool(x: Array, *, pool_size: Ints, strides: Ints, padding: str) -> Array:
    """Largest value of each window of `x` (batch, *spatial, channels), rank 1 to 3; padding never wins."""
    return fold_windows(np.maximum, padded_for_pooling(x, pool_size, strides, padding, -np.inf), pool_size, strides)


def average_pool(x: Array, *, pool_size: Ints, strides: Ints, padding: str) -> Array:
    """Mean of each window of `x` (batch, *spatial, channels), rank 1 to 3.

    Padding does not count, as on Keras' TensorFlow and JAX backends. (Keras 3.15.1 on torch repeats the border pixel
    instead where `same` adds more at one end than at the other.)
    """
    sums = fold_windows(np.add, padded_for_pooling(x, pool_size, strides, padding, 0.0), pool_size, strides)
    for axis, (size, window, stride) in enumerate(zip(x.shape[1:-1], pool_size, strides, strict=True), start=1):
        counts = real_pixels(size, window, stride, padding, sums.shape[axis])
        sums /= counts.astype(x.dtype).reshape(-1, *(1,) * (x.ndim - 1 - axis))
    return sums


def padded_for_pooling(x: Array, pool_size: Ints, strides: Ints, padding: str, value: float) -> Array:
    pads = tuple(padding_of(n, w, s, padding) for n, w, s in zip(x.shape[1:-1], pool_size, strides, strict=True))
    return pad(x, pads, value)


def real_pixels(size: int, window: int, stride: int, padding: str, outputs: int) -> Array:
    """How many pixels of each window lie inside an axis of `size`."""
    before, _ = padding_of(size, window, stride, padding)
    starts = np.arange(outputs) * stride - before
    return np.minimum(starts + window, size) - np.maximum(starts, 0)


def fold_windows(merge: Callable[..., Array], x: Array, pool_size: Ints, strides: Ints) -> Array:
    """Merge the pixels of each window along one axis after the other; always a fresh array."""
    folded = x
    for axis, (window, stride) in enumerate(zip(pool_size, strides, strict=True), start=1):
        folded = fold_axis(merge, folded, axis, window, stride)
    return folded.copy() if np.may_share_memory(folded, x) else folded


def fold_axis(merge: Callable[..., Array], x: Array, axis: int, window: int, stride: int) -> Array:
    """Merge each `window` neighbours along `axis`, every `stride` pixels."""
    outputs = (x.shape[axis] - window) // stride + 1
    shifted = [
        x[(slice(None),) * axis + (slice(tap, tap + (outputs - 1) * stride + 1, stride),)] for tap in range(window)
    ]
    if window == 1:
        return shifted[0]
    folded = merge(shifted[0], shifted[1])
    for later in shifted[2:]:
        merge(folded, later, out=folded)
    return folded


def adaptive_average_pool(x: Array, output_size: Ints) -> Array:
    """Mean over `output_size` nearly equal parts of each spatial axis of `x` (batch, *spatial, channels)."""
    return fold_parts(lambda part, axis: part.mean(axis, dtype=part.dtype), x, output_size)


def adaptive_max_pool(x: Array, output_size: Ints) -> Array:
    """Largest value over `output_size` nearly equal parts of each spatial axis of `x` (batch, *spatial, channels)."""
    return fold_parts(lambda part, axis: part.max(axis), x, output_size)


def fold_parts(reduce: Callable[[Array, int], Array], x: Array, output_size: Ints) -> Array:
    """Reduce part i of an axis, from floor(i * size / parts) up to ceil((i + 1) * size / parts)."""
    for axis, parts in enumerate(output_size, start=1):
        size = x.shape[axis]
        bounds = [(part * size // parts, -(-(part + 1) * size // parts)) for part in range(parts)]
        sides = [reduce(x[(slice(None),) * axis + (slice(a, b),)], axis) for a, b in bounds]
        x = np.stack(sides, axis)
    return x


def global_average_pool(x: Array, keepdims: bool = False) -> Array:
    """Mean over the spatial axes of `x` (batch, *spatial, channels)."""
    return np.asarray(x.mean(tuple(range(1, x.ndim - 1)), dtype=x.dtype, keepdims=keepdims))


def global_max_pool(x: Array, keepdims: bool = False) -> Array:
    """Largest value over the spatial axes of `x` (batch, *spatial, channels)."""
    return np.asarray(x.max(tuple(range(1, x.ndim - 1)), keepdims=keepdims))
