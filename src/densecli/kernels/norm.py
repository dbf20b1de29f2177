"""Normalization: shift and scale so that means are 0 and variances 1.

Half precision is promoted to single for the statistics, as Keras does; the result keeps the dtype of `x`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from densecli.kernels.layout import BLOCK_BYTES, blocks

if TYPE_CHECKING:
    from densecli.kernels.layout import Array

Axes = int | tuple[int, ...]


def batch_norm_scale(
    mean: Array, variance: Array, gamma: Array | None, beta: Array | None, epsilon: float
) -> tuple[Array, Array]:
    """Batch normalization at inference is `x * scale + offset`; returns (scale, offset), one value per channel."""
    scale = 1.0 / np.sqrt(variance + variance.dtype.type(epsilon))
    if gamma is not None:
        scale = scale * gamma
    offset = -mean * scale
    return scale, offset if beta is None else offset + beta


def batch_norm(  # noqa: PLR0913 - as many as the operation has
    x: Array,
    mean: Array,
    variance: Array,
    gamma: Array | None = None,
    beta: Array | None = None,
    *,
    epsilon: float = 1e-3,
    axis: int = -1,
    out: Array | None = None,
) -> Array:
    """Normalize `x` along `axis` by moving statistics, as one scale and one offset for each of its indices.

    `out`, which may be `x` itself, is a contiguous array of the shape and dtype of `x`.
    """
    scale, offset = batch_norm_scale(mean, variance, gamma, beta, epsilon)
    if x.dtype != scale.dtype:
        wide = batch_norm(x.astype(scale.dtype), mean, variance, gamma, beta, epsilon=epsilon, axis=axis)
        return np.asarray(wide, x.dtype)
    if axis % x.ndim != x.ndim - 1:
        shape = along(axis, x)
        y = np.multiply(x, scale.reshape(shape), out=out)
        y += offset.reshape(shape)
        return y
    return scale_pixels(x, scale, offset, np.empty(x.shape, x.dtype) if out is None else out)


def scale_pixels(x: Array, scale: Array, offset: Array, out: Array) -> Array:
    """`x * scale + offset` along the last axis, block by block into `out`."""
    source, target = x.reshape(-1, x.shape[-1]), out.reshape(-1, x.shape[-1])
    for (block,) in blocks((len(source),), max(1, BLOCK_BYTES // max(1, scale.nbytes))):
        part = target[block]
        np.multiply(source[block], scale, out=part)
        part += offset
    return out


def along(axis: int, x: Array) -> tuple[int, ...]:
    """Shape that lets one value per index of `axis` broadcast over `x`."""
    return (-1, *(1,) * (x.ndim - 1 - axis % x.ndim))


def lift(x: Array) -> Array:
    return x.astype(np.float32) if x.dtype == np.float16 else x


def layer_norm(
    x: Array, gamma: Array | None = None, beta: Array | None = None, *, axis: Axes = -1, epsilon: float = 1e-3
) -> Array:
    """Normalize each sample over `axis`; `gamma` and `beta` have the sizes of those axes, in ascending order."""
    axes = ascending(axis, x)
    wide = lift(x)
    y = wide - wide.mean(axes, keepdims=True)
    variance = mean_square(y, axes)
    y *= 1.0 / np.sqrt(variance + y.dtype.type(epsilon))
    if gamma is not None:
        y *= spread(gamma, x, axes)
    if beta is not None:
        y += spread(beta, x, axes)
    return np.asarray(y, x.dtype)


def ascending(axis: Axes, x: Array) -> tuple[int, ...]:
    axes = (axis,) if isinstance(axis, int) else axis
    return tuple(sorted(each % x.ndim for each in axes))


def spread(weight: Array, x: Array, axes: tuple[int, ...]) -> Array:
    """Reshape `weight`, which has the sizes of `axes`, so that it broadcasts over `x`."""
    return weight.reshape([n if axis in axes else 1 for axis, n in enumerate(x.shape)])


def mean_square(x: Array, axes: tuple[int, ...]) -> Array:
    """Mean of the squares over `axes`, kept as axes of 1; allocates no squares for the last axis."""
    if axes == (x.ndim - 1,):
        total = np.matmul(x[..., None, :], x[..., :, None])[..., 0]
    else:
        total = np.square(x).sum(axes, keepdims=True)
    total /= math.prod(x.shape[axis] for axis in axes)
    return np.asarray(total)


def variance_scaled(x: Array, gamma: Array | None = None, *, axis: Axes = -1, epsilon: float = 1e-3) -> Array:
    """Keras' LayerNormalization with rms_scaling: divided by the standard deviation, but the mean stays."""
    axes = ascending(axis, x)
    wide = lift(x)
    y = wide / np.sqrt(mean_square(wide - wide.mean(axes, keepdims=True), axes) + wide.dtype.type(epsilon))
    if gamma is not None:
        y *= spread(gamma, x, axes)
    return np.asarray(y, x.dtype)


def rms_norm(x: Array, gamma: Array | None = None, *, axis: Axes = -1, epsilon: float = 1e-6) -> Array:
    """Divide each sample by its root mean square over `axis`, then scale by `gamma`."""
    axes = ascending(axis, x)
    wide = lift(x)
    y = wide * (1.0 / np.sqrt(mean_square(wide, axes) + wide.dtype.type(epsilon)))
    if gamma is not None:
        y *= spread(gamma, x, axes)
    return np.asarray(y, x.dtype)


def group_norm(
    x: Array,
    gamma: Array | None = None,
    beta: Array | None = None,
    *,
    groups: int,
    axis: int = -1,
    epsilon: float = 1e-3,
) -> Array:
    """Normalize each sample over `groups` runs of channels (`axis`) and all other axes but the first."""
    axis %= x.ndim
    split = x.reshape(*x.shape[:axis], groups, -1, *x.shape[axis + 1 :])
    axes = tuple(each for each in range(1, split.ndim) if each != axis)
    y = layer_norm(split, axis=axes, epsilon=epsilon).reshape(x.shape)
    shape = along(axis, x)
    if gamma is not None:
        y *= gamma.reshape(shape)
    if beta is not None:
        y += beta.reshape(shape)
    return y


def unit_norm(x: Array, *, axis: Axes = -1, epsilon: float = 1e-12) -> Array:
    """Divide by the Euclidean length over `axis`; a zero vector stays zero."""
    length = np.sqrt(np.square(x).sum(axis, keepdims=True))
    return np.asarray(x / np.maximum(length, x.dtype.type(epsilon)))
