"""Enlarge or shrink images along their spatial axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.kernels.layout import Array, Ints


def upsample(x: Array, factors: Ints, interpolation: str = "nearest") -> Array:
    """Enlarge `x` (batch, *spatial, channels) by whole factors; all but `nearest` need two dimensions."""
    if interpolation == "nearest":
        return repeat(x, factors)
    height, width = (n * factor for n, factor in zip(x.shape[1:-1], factors, strict=True))
    return resize(x, (height, width), interpolation)


def repeat(x: Array, factors: Ints) -> Array:
    """Repeat each pixel `factors` times along the spatial axes, in one copy."""
    spatial = [side for n in x.shape[1:-1] for side in (n, 1)]
    larger = [side for n, factor in zip(x.shape[1:-1], factors, strict=True) for side in (n, factor)]
    source = x.reshape(x.shape[0], *spatial, x.shape[-1])
    y = np.empty((x.shape[0], *larger, x.shape[-1]), x.dtype)
    y[...] = source
    return y.reshape(x.shape[0], *(n * f for n, f in zip(x.shape[1:-1], factors, strict=True)), x.shape[-1])


def resize(images: Array, size: tuple[int, int], interpolation: str = "bilinear", antialias: bool = False) -> Array:
    """Resample `images` (batch, height, width, channels) to `size`.

    nearest, bilinear and bicubic match Keras 3.15.1 on torch; lanczos3 and lanczos5, which torch lacks, are
    windowed sincs with weights that sum to 1. `antialias` widens the filters when the image shrinks.
    """
    resized = images
    for axis, length in enumerate(size, start=1):
        if length != images.shape[axis]:
            resized = resample(resized, axis, length, interpolation, antialias)
    return images.copy() if resized is images else resized


def resample(images: Array, axis: int, length: int, interpolation: str, antialias: bool) -> Array:
    """Resample one axis."""
    if interpolation == "nearest":
        return np.take(images, nearest(images.shape[axis], length), axis)
    weights = filter_matrix(images.shape[axis], length, interpolation, antialias).astype(images.dtype)
    if axis == 1:
        batch, height, *rest = images.shape
        return np.asarray(np.matmul(weights, images.reshape(batch, height, -1))).reshape(batch, length, *rest)
    return np.asarray(np.matmul(weights, images))


def nearest(size: int, length: int) -> Array:
    """Index of the source pixel under the center of each new one."""
    centres = (np.arange(length) + 0.5) * (size / length)
    return np.minimum(centres.astype(np.intp), size - 1)


def filter_matrix(size: int, length: int, interpolation: str, antialias: bool) -> Array:
    """Weights (length, size) of the old pixels in each new one; rows sum to 1. In double precision."""
    shrink = size / length
    stretch = max(shrink, 1.0) if antialias else 1.0
    support, curve = filters(antialias)[interpolation]
    centres = (np.arange(length) + 0.5) * shrink - 0.5
    weights = np.zeros((length, size))
    rows = np.arange(length)
    reach = int(np.ceil(support * stretch))
    for offset in range(-reach, reach + 1):
        pixels = np.floor(centres) + offset
        values = curve(np.abs(pixels - centres) / stretch)
        inside = (pixels >= 0) & (pixels < size)
        if border_repeats(interpolation, antialias):
            np.add.at(weights, (rows, np.clip(pixels, 0, size - 1).astype(np.intp)), values)
        else:
            weights[rows[inside], pixels[inside].astype(np.intp)] += values[inside]
    weights /= weights.sum(1, keepdims=True)
    return weights


def border_repeats(interpolation: str, antialias: bool) -> bool:
    """Whether the edge pixel repeats beyond the edge: in torch's plain filters, not its antialiased ones."""
    return interpolation in ("bilinear", "bicubic") and not antialias


def filters(antialias: bool) -> dict[str, tuple[float, Callable[[Array], Array]]]:
    """Half width and shape of each filter, as a function of the distance in pixels."""
    sharpness = -0.5 if antialias else -0.75  # torch has Pillow's cubic when antialiasing and OpenCV's otherwise
    return {
        "bilinear": (1.0, lambda distance: np.maximum(1.0 - distance, 0.0)),
        "bicubic": (2.0, lambda distance: cubic(distance, sharpness)),
        "lanczos3": (3.0, lambda distance: lanczos(distance, 3.0)),
        "lanczos5": (5.0, lambda distance: lanczos(distance, 5.0)),
    }


def cubic(distance: Array, a: float) -> Array:
    """Source: Keys 1981, cubic convolution with free parameter `a`."""
    near = ((a + 2.0) * distance - (a + 3.0)) * distance**2 + 1.0
    far = ((distance - 5.0) * distance + 8.0) * distance * a - 4.0 * a
    return np.asarray(np.where(distance <= 1.0, near, np.where(distance < 2.0, far, 0.0)))


def lanczos(distance: Array, radius: float) -> Array:
    return np.asarray(np.where(distance < radius, np.sinc(distance) * np.sinc(distance / radius), 0.0))
