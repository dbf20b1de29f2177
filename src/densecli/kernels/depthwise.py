"""Depthwise convolution: each channel slides its own little windows, by shifted multiply-adds over blocks."""

from __future__ import annotations

from itertools import product

import numpy as np

from .layout import BLOCK_BYTES, Array, Ints, blocks, pad, padding_of, reach, windows


def depthwise_conv(x: Array, kernel: Array, *, strides: Ints, padding: str, dilation: Ints) -> Array:
    """Convolve each channel of `x` (batch, *spatial, channels) with its own `kernel` (*size, channels, multiplier).

    Returns (batch, *out, channels * multiplier), the outputs of one channel side by side.
    """
    *size, channels, multiplier = kernel.shape
    spans = [reach(k, d) for k, d in zip(size, dilation, strict=True)]
    pads = tuple(padding_of(n, w, s, padding) for n, w, s in zip(x.shape[1:-1], spans, strides, strict=True))
    view = windows(pad(x, pads), tuple(size), strides, dilation)
    extents = view.shape[: len(size) + 1]
    out = np.empty((*extents, channels, multiplier), x.dtype)
    limit = max(1, BLOCK_BYTES // (8 * channels * multiplier * x.itemsize))
    for block in blocks(extents, limit):
        add_taps(out[block], view[block], kernel)
    return out.reshape(*extents, channels * multiplier)


def add_taps(out: Array, view: Array, kernel: Array) -> None:
    """Sum over the taps of one block: `out` (..., channels, multiplier), `view` (..., *size, channels)."""
    scratch = np.empty_like(out)
    taps = list(product(*(range(k) for k in kernel.shape[:-2])))
    for number, tap in enumerate(taps):
        target = scratch if number else out
        np.multiply(view[(Ellipsis, *tap, slice(None), None)], kernel[tap], out=target)
        if number:
            out += scratch
