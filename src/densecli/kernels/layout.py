"""Memory layout: channel order, padding, windows, and blocks small enough to stay in cache.

Kernels work on channels_last arrays (batch, *spatial, channels); layers convert other orders with two cheap views.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

Array = NDArray[Any]
Ints = tuple[int, ...]
Slices = tuple[slice, ...]
Pads = tuple[tuple[int, int], ...]

BLOCK_BYTES = 1 << 18
"""One array of a block of element-wise work: a few of them fit in a second-level cache of 1 MiB."""


def to_channels_last(x: Array) -> Array:
    """View (batch, channels, *spatial) as (batch, *spatial, channels)."""
    return np.moveaxis(x, 1, -1)


def to_channels_first(x: Array) -> Array:
    """View (batch, *spatial, channels) as (batch, channels, *spatial)."""
    return np.moveaxis(x, -1, 1)


class Window(Record):
    """A window that slides over the spatial axes: one number per axis, and the padding valid, same or causal."""

    size: Ints
    strides: Ints
    dilation: Ints
    padding: str

    @property
    def reach(self) -> Ints:
        """Pixels from the first to the last tap."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.size, self.dilation, strict=True))

    def pads(self, sizes: Ints) -> Pads:
        """Pixels to add before and after each axis of an input of `sizes`."""
        each = zip(sizes, self.reach, self.strides, strict=True)
        return tuple(padding_of(n, reach, stride, self.padding) for n, reach, stride in each)

    def outputs(self, sizes: Ints) -> Ints:
        """Number of positions along each axis of an input of `sizes`."""
        each = zip(sizes, self.pads(sizes), self.reach, self.strides, strict=True)
        return tuple((n + sum(pads) - reach) // stride + 1 for n, pads, reach, stride in each)


def padding_of(size: int, reach: int, stride: int, padding: str) -> tuple[int, int]:
    """Pixels to add before and after one axis.

    `same` is TensorFlow's: ceil(size / stride) outputs, the odd pixel at the end.
    """
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return reach - 1, 0
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


def pad(x: Array, pads: Pads, value: float = 0.0) -> Array:
    """Surround the spatial axes of `x` (batch, *spatial, channels) with `value`; `x` itself if nothing is added."""
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


def bands(x: Array, window: Window, limit: int, value: float = 0.0) -> Iterator[tuple[Slices, Array]]:
    """Cut the outputs of a sliding window into bands, and yield the padded piece of `x` that each needs.

    A band is some of the batch and some places along the first spatial axis, at most `limit` of them together (but one
    at least). So padding never costs a second copy of a large image.
    """
    first, *others = window.pads(x.shape[1:-1])
    places = window.outputs(x.shape[1:-1])[0]
    for batch, band in blocks((x.shape[0], places), limit):
        start = band.start * window.strides[0] - first[0]
        stop = (band.stop - 1) * window.strides[0] + window.reach[0] - first[0]
        low, high = (min(max(edge, 0), x.shape[1]) for edge in (start, stop))
        before = min(low - start, stop - start)
        after = stop - start - before - (high - low)
        yield (batch, band), pad(x[batch, low:high], ((before, after), *others), value)


def windows(x: Array, window: Window) -> Array:
    """View a padded `x` (batch, *spatial, channels) as its windows (batch, *out, *size, channels), without a copy."""
    each = zip(x.shape[1:-1], window.reach, window.strides, strict=True)
    out = [(n - reach) // stride + 1 for n, reach, stride in each]
    batch, *pixels, channel = x.strides
    moves = [pixel * stride for pixel, stride in zip(pixels, window.strides, strict=True)]
    taps = [pixel * dilation for pixel, dilation in zip(pixels, window.dilation, strict=True)]
    shape = (x.shape[0], *out, *window.size, x.shape[-1])
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
