"""Feature preprocessing: standardize, bin numbers, encode categories as vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.kernels.layout import Array

SMALLEST = 1e-7
"""No feature is divided by less than this (Keras' epsilon)."""


def standardize(x: Array, mean: Any, variance: Any, axes: Sequence[int], *, invert: bool = False) -> Array:
    """Shift and scale `x` by the statistics of the indices along `axes`, which may broadcast from the right."""
    mean, variance = (spread(np.asarray(part, np.float32), axes, x.ndim) for part in (mean, variance))
    deviation = np.maximum(np.sqrt(variance), np.float32(SMALLEST))
    return np.asarray(x * deviation + mean if invert else (x - mean) / deviation, x.dtype)


def spread(statistics: Array, axes: Sequence[int], rank: int) -> Array:
    """Statistics in `rank` axes, the last ones aligned with the last of `axes`."""
    shape = [1] * rank
    for back in range(1, statistics.ndim + 1):
        shape[axes[-back]] = statistics.shape[-back]
    return statistics.reshape(shape)


def affine(x: Array, scale: Any, offset: Any) -> Array:
    """`x * scale + offset`, in the precision of `x`."""
    return np.asarray(x * np.asarray(scale, x.dtype) + np.asarray(offset, x.dtype))


def bins(x: Array, boundaries: Any) -> Array:
    """How many of the rising `boundaries` are at or below each number."""
    found = np.searchsorted(np.asarray(boundaries, np.float32), x.astype(np.float32), side="right")
    return np.asarray(found, np.int32)


def encode(indices: Array, depth: int, mode: str, weights: Array | None = None) -> Array:
    """Category numbers as they are (int) or as vectors of `depth`: one_hot, multi_hot, count (of `weights` each).

    Numbers outside 0 … depth - 1 are ignored. Vectors of several numbers merge axis 1, which is the last axis of
    an input (batch, numbers); one_hot drops a trailing axis of 1.
    """
    if mode == "int":
        return indices
    indices = indices.reshape(1) if indices.ndim == 0 else indices
    if mode == "one_hot" and indices.ndim > 1 and indices.shape[-1] == 1:
        indices = indices[..., 0]
    hot = np.asarray(indices.astype(np.int64)[..., None] == np.arange(depth), np.float32)
    if mode == "one_hot":
        return hot
    axis = 1 if indices.ndim > 1 else 0
    if mode == "multi_hot":
        return np.asarray(hot.max(axis, initial=0))
    return np.asarray((hot if weights is None else hot * weights[..., None]).sum(axis))
