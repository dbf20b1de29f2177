"""Depthwise convolution: each channel has kernels of its own.

No matrix product helps here. numpy.einsum, given the windows as a view, multiplies and adds whole runs of channels in one
pass, twice as fast as separate products and sums and without an array for either.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from densecli.kernels.finish import Finish
from densecli.kernels.layout import Array, Ints, Window, bands, windows

if TYPE_CHECKING:
    from collections.abc import Callable

BAND_BYTES = 1 << 20
"""Outputs of one band, few enough that its inputs are still in cache when the next tap needs them."""

SHORT_RUN = 128
"""Below this many channels the runs are too short to be fast; rows of pixels side by side make them longer."""


def depthwise_conv(  # noqa: PLR0913 - as many as the operation has
    x: Array,
    kernel: Array,
    *,
    strides: Ints,
    padding: str,
    dilation: Ints,
    scale: Array | None = None,
    bias: Array | None = None,
    activation: Callable[..., Array] | None = None,
) -> Array:
    """Convolve each channel of `x` (batch, *spatial, channels) with its own `kernel` (*size, channels, multiplier).

    `scale`, `bias` and `activation` finish the outputs as in `conv`. Returns (batch, *out, channels * multiplier), the
    outputs of one channel side by side.
    """
    window = Window(kernel.shape[:-2], strides, dilation, padding)
    return weigh_channels(x, kernel, window, Finish(scale, bias, activation))


def weigh_channels(x: Array, kernel: Array, window: Window, finish: Finish) -> Array:
    """Depthwise convolution, band by band."""
    channels, multiplier = kernel.shape[-2:]
    outputs = window.outputs(x.shape[1:-1])
    out = np.empty((x.shape[0], *outputs, channels * multiplier), x.dtype)
    row_bytes = prod(outputs[1:]) * channels * x.itemsize
    for band, piece in bands(x, window, max(1, BAND_BYTES // max(1, row_bytes))):
        for each in range(multiplier):
            weigh_windows(windows(piece, window), kernel[..., each], out[band][..., each::multiplier])
        finish(out[band])
    return out


def weigh_windows(view: Array, kernel: Array, out: Array) -> None:
    """Sum over the taps of `view` (batch, *out, *size, channels), each times its `kernel` (*size, channels)."""
    rank = kernel.ndim - 1
    if kernel.shape[-1] < SHORT_RUN and rows_are_runs(view, out, rank):
        view, kernel, out = by_rows(view, kernel, out, rank)
    places, taps = list(range(out.ndim - 1)), list(range(out.ndim, out.ndim + rank))
    channel = out.ndim - 1
    np.einsum(view, [*places, *taps, channel], kernel, [*taps, channel], [*places, channel], out=out)


def rows_are_runs(view: Array, out: Array, rank: int) -> bool:
    """Whether the pixels of one row of outputs, and their inputs, are adjacent in memory."""
    pixel = view.shape[-1] * view.itemsize
    return view.strides[rank] == pixel == out.strides[rank] and view.strides[-1] == out.strides[-1] == view.itemsize


def by_rows(view: Array, kernel: Array, out: Array, rank: int) -> tuple[Array, Array, Array]:
    """Join the last spatial axis with the channels: views of `view` and `out`, and the kernel repeated for each pixel."""
    width, channels = view.shape[rank], view.shape[-1]
    run = width * channels
    shape = (*view.shape[:rank], *view.shape[rank + 1 : -1], run)
    strides = (*view.strides[:rank], *view.strides[rank + 1 :])
    joined = np.lib.stride_tricks.as_strided(view, shape, strides, writeable=False)
    return joined, np.tile(kernel, width), out.reshape(*out.shape[:rank], run)
