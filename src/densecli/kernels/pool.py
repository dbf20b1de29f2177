"""Pooling: the largest or the mean value of each window, one axis after the other."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from densecli.kernels.layout import Array, Ints, Window, bands, padding_of

if TYPE_CHECKING:
    from collections.abc import Callable


BAND_BYTES = 1 << 20
"""Inputs of one band, few enough that the passes over its taps find them in cache."""


def max_pool(x: Array, *, pool_size: Ints, strides: Ints, padding: str) -> Array:
    """Largest value of each window of `x` (batch, *spatial, channels), rank 1 to 3; padding never wins."""
    return pool(np.maximum, x, Window(pool_size, strides, (1,) * len(pool_size), padding), -np.inf)


def average_pool(x: Array, *, pool_size: Ints, strides: Ints, padding: str) -> Array:
    """Mean of each window of `x` (batch, *spatial, channels), rank 1 to 3.

    Padding does not count, as on Keras' TensorFlow and JAX backends. (Keras 3.15.1 on torch repeats the border pixel
    instead where `same` adds more at one end than at the other.)
    """
    sums = pool(np.add, x, Window(pool_size, strides, (1,) * len(pool_size), padding), 0.0)
    if padding == "valid":
        sums *= 1.0 / prod(pool_size)
        return sums
    for axis, (size, reach, stride) in enumerate(zip(x.shape[1:-1], pool_size, strides, strict=True), start=1):
        counts = real_pixels(size, reach, stride, padding, sums.shape[axis])
        sums /= counts.astype(x.dtype).reshape(-1, *(1,) * (x.ndim - 1 - axis))
    return sums


def pool(merge: Callable[..., Array], x: Array, window: Window, value: float) -> Array:
    """Merge the pixels of each window, padded with `value`, band by band."""
    outputs = window.outputs(x.shape[1:-1])
    out = np.empty((x.shape[0], *outputs, x.shape[-1]), x.dtype)
    row_bytes = prod(x.shape[2:]) * x.itemsize * window.strides[0]
    for band, piece in bands(x, window, max(1, BAND_BYTES // max(1, row_bytes)), value):
        folded = piece
        for axis, (reach, stride) in enumerate(zip(window.size, window.strides, strict=True), start=1):
            folded = fold_axis(merge, folded, axis, reach, stride)
        out[band] = folded
    return out


def real_pixels(size: int, window: int, stride: int, padding: str, outputs: int) -> Array:
    """How many pixels of each window lie inside an axis of `size`."""
    before, _ = padding_of(size, window, stride, padding)
    starts = np.arange(outputs) * stride - before
    return np.minimum(starts + window, size) - np.maximum(starts, 0)


def fold_axis(merge: Callable[..., Array], x: Array, axis: int, window: int, stride: int) -> Array:
    """Merge each `window` neighbors along `axis`, every `stride` pixels."""
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
    return fold_parts(lambda part, axis: part.mean(axis), x, output_size)


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
    return np.asarray(x.mean(tuple(range(1, x.ndim - 1)), keepdims=keepdims))


def global_max_pool(x: Array, keepdims: bool = False) -> Array:
    """Largest value over the spatial axes of `x` (batch, *spatial, channels)."""
    return np.asarray(x.max(tuple(range(1, x.ndim - 1)), keepdims=keepdims))
