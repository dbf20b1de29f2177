"""Normalizing along an axis: softmax, its logarithm and its sparse kin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from densecli.kernels.layout import Array

Axes = int | tuple[int, ...] | None


def softmax(x: Array, out: Array | None = None, *, axis: Axes = -1, mask: Array | None = None) -> Array:
    """exp(x) divided by its sum along `axis` (all of the array for None), without overflow.

    Where the boolean `mask` is False the result is 0, even if the whole axis is masked.
    """
    if mask is not None:
        x = np.where(mask, x, x.dtype.type(-3e4 if x.dtype == np.float16 else -1e9))
    y: Array = np.subtract(x, x.max(axis, keepdims=True), out=out)
    np.exp(y, out=y)
    y /= y.sum(axis, keepdims=True)
    if mask is not None:
        y *= mask
    return y


def log_softmax(x: Array, out: Array | None = None, *, axis: Axes = -1) -> Array:
    """Logarithm of the softmax along `axis`."""
    y: Array = np.subtract(x, x.max(axis, keepdims=True), out=out)
    y -= np.log(np.exp(y).sum(axis, keepdims=True))
    return y


def sparsemax(x: Array, out: Array | None = None, *, axis: int = -1) -> Array:
    """Keras' sparsemax along `axis`: `x` less a threshold, but at least 0.

    Keras 3.15.1 takes the threshold from the sum of all partial sums of the support, not from the last of them as
    Martins and Astudillo 2016 do, on every backend; so the results need not sum to 1.
    """
    falling = -np.sort(-x, axis)
    ranks = np.arange(1, x.shape[axis] + 1).astype(x.dtype).reshape(-1, *(1,) * (x.ndim - 1 - axis % x.ndim))
    sums = np.cumsum(falling, axis, dtype=x.dtype)
    support = ranks * falling > sums - 1.0
    total = np.where(support, sums, x.dtype.type(0)).sum(axis, keepdims=True)
    y: Array = np.subtract(x, (total - 1.0) / support.sum(axis, keepdims=True).astype(x.dtype), out=out)
    np.maximum(y, 0.0, out=y)
    return y
