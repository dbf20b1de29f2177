"""Where the numbers lie: channel order, padding, windows, and blocks small enough to stay in cache.

Kernels work on channels_last arrays (batch, *spatial, channels); layers turn other orders round with two cheap views.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

Array = NDArray[Any]
Ints = tuple[int, ...]
Slices = tuple[slice, ...]

BLOCK_BYTES = 1 << 18
"""One array of a block of element-wise work: a few of them fit in a second-level cache of 1 MiB."""


def to_channels_last(x: Array) -> Array:
    """View (batch, channels, *spatial) as (batch, *spatial, channels)."""
    return np.moveaxis(x, 1, -1)


def to_channels_first(x: Array) -> Array:
    """View (batch, *spatial, channels) as (batch, channels, *spatial)."""
    return np.moveaxis(x, -1, 1)


def reach(kernel: int, dilation: int) -> int:
    """Extent of the input that a window of `kernel` taps, `dilation` apart, covers."""
    return (kernel - 1) * dilation + 1


def padding_of(size: int, window: int, stride: int, padding: str) -> tuple[int, int]:
    """Pixels to add before and after one axis; `window` is its reach.

    `same` is TensorFlow's: ceil(size / stride) outputs, the odd pixel at the end.
    """
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return window - 1, 0
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def pad(x: Array, pads: tuple[tuple[int, int], ...], value: float = 0.0) -> Array:
    """Surround the spatial axes of `x` (batch, *spatial, channels) with `value`; `x` itself where nothing is added."""
    if not any(before or after for before, after in pads):
        return x
    sizes = [n + before + after for n, (before, after) in zip(x.shape[1:-1], pads, strict=True)]
    padded = np.empty((x.shape[0], *sizes, x.shape[-1]), x.dtype)
    inner = [slice(before, before + n) for n, (before, _) in zip(x.shape[1:-1], pads, strict=True)]
    fill_border(padded, inner, value)
    padded[(slice(None), *inner)] = x
    return padded


def fill_border(padded: Array, inner: list[slice], value: float) -> None:
    """Write `value` around the part `inner` of the spatial axes, touching no pixel inside it."""
    for axis, part in enumerate(inner):
        whole = (slice(None),) * (1 + axis)
        padded[(*whole, slice(None, part.start))] = value
        padded[(*whole, slice(part.stop, None))] = value


def windows(x: Array, kernel: Ints, strides: Ints, dilation: Ints) -> Array:
    """View `x` (batch, *spatial, channels) as its windows (batch, *out, *kernel, channels), without a copy."""
    spans = [reach(k, d) for k, d in zip(kernel, dilation, strict=True)]
    out = [(n - span) // s + 1 for n, span, s in zip(x.shape[1:-1], spans, strides, strict=True)]
    batch, *steps, channel = x.strides
    moves = [step * s for step, s in zip(steps, strides, strict=True)]
    taps = [step * d for step, d in zip(steps, dilation, strict=True)]
    shape = (x.shape[0], *out, *kernel, x.shape[-1])
    return as_strided(x, shape, (batch, *moves, *taps, channel), writeable=False)


def blocks(extents: Ints, limit: int) -> Iterator[Slices]:
    """Cut a box of `extents` into boxes of at most `limit` cells, whole along the trailing axes, in memory order.

    Boxes are nearly equal: a small last one would cost a product nearly as much as a full one.
    """
    sizes = list(extents)
    cells = 1
    for axis in reversed(range(len(sizes))):
        most = max(1, min(extents[axis], limit // max(cells, 1)))
        sizes[axis] = -(-extents[axis] // -(-extents[axis] // most)) if extents[axis] else 1
        cells *= sizes[axis]
        if sizes[axis] < extents[axis]:
            sizes[:axis] = [1] * axis
            break
    starts = [range(0, extent, size) for extent, size in zip(extents, sizes, strict=True)]
    for corner in product(*starts):
        yield tuple(slice(a, min(a + size, n)) for a, size, n in zip(corner, sizes, extents, strict=True))
