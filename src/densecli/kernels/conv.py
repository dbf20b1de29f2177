"""Convolution as matrix products over blocks that stay in cache.

A window of the input laid flat, times the kernel laid flat, is one output pixel. Laying out every window of a large
image at once would take kernel-size times its memory, so blocks of pixels are gathered, multiplied and forgotten.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from densecli import threads

from .depthwise import weigh_channels
from .finish import Finish
from .layout import Array, Ints, Slices, Window, bands, blocks, pad, under, windows
from .products import LEAST_MACS, multiply_columns, multiply_rows
from .workers import even, share

if TYPE_CHECKING:
    from collections.abc import Callable

GATHER_BYTES = 6 << 20
"""Size of a block of gathered windows. Each product packs the kernel anew, so smaller blocks, which stay nearer to the
processor, are slower: on two cores 3x3 kernels reach 150 GFLOP/s with 2 MB, 230 with 6 MB."""

FOLD_PIXELS = 4
"""A scale is folded into a kernel that has this many times fewer numbers than the outputs."""


def conv(  # noqa: PLR0913 - as many as the operation has
    x: Array,
    kernel: Array,
    *,
    strides: Ints,
    padding: str,
    dilation: Ints,
    groups: int = 1,
    scale: Array | None = None,
    bias: Array | None = None,
    activation: Callable[..., Array] | None = None,
) -> Array:
    """Convolve `x` (batch, *spatial, channels) with `kernel` (*size, channels // groups, filters), rank 1 to 3.

    `padding` is valid, same (TensorFlow's) or causal. Each filter's outputs are multiplied by `scale`, raised by `bias`
    and passed through `activation` (called with `out=`) while they are in cache; a batch normalisation behind the
    convolution is such a scale and bias. Returns (batch, *out, filters).
    """
    *size, _, filters = kernel.shape
    window = Window(tuple(size), strides, dilation, padding)
    if groups == x.shape[-1] > 1:
        depths = kernel.reshape(*size, groups, filters // groups)
        return weigh_channels(x, depths, window, Finish(scale, bias, activation))
    if scale is not None and FOLD_PIXELS * kernel[..., 0].size < prod(window.outputs(x.shape[1:-1])):
        kernel, scale = kernel * scale, None
    finish = Finish(scale, bias, activation)
    if groups == 1 and max(size) == 1:
        pixels = x[(slice(None), *(slice(None, None, s) for s in strides))]
        return multiply_rows(pixels, kernel.reshape(-1, filters), finish)
    return multiply_windows(x, kernel, window, groups, finish)


def multiply_windows(x: Array, kernel: Array, window: Window, groups: int, finish: Finish) -> Array:
    """Multiply every window of `x` with a kernel (*size, channels / groups, filters)."""
    filters = kernel.shape[-1]
    out = np.empty((x.shape[0], *window.outputs(x.shape[1:-1]), filters), x.dtype)
    pixels = prod(out.shape[:-1])
    taps = prod(kernel.shape[:-1]) * groups
    most = GATHER_BYTES // threads.count // (taps * x.itemsize)
    if groups == 1 and pixels < filters and pixels <= most:
        view = windows(pad(x, window.pads(x.shape[1:-1])), window)
        rows = gather(view, 1, np.empty(pixels * taps, x.dtype))[0]
        multiply_columns(rows, kernel.reshape(taps, filters), out.reshape(pixels, filters), finish)
    else:
        weights = kernel.reshape(-1, groups, filters // groups).transpose(1, 0, 2)
        multiply_bands(x, weights, window, finish, out, even(pixels, most, LEAST_MACS // (taps * filters)))
    return out


def multiply_bands(x: Array, weights: Array, window: Window, finish: Finish, out: Array, limit: int) -> None:
    """Gather, multiply and finish at most `limit` pixels at a time; `weights` are (groups, taps / group, filters / group)."""
    groups, taps = len(weights), weights[..., 0].size
    spare: list[Array] = []

    def multiply(band: Slices) -> None:
        view, target = windows(under(band, x, window), window), out[band]
        buffer = spare.pop() if spare else np.empty(min(limit, prod(out.shape[:-1])) * taps, x.dtype)
        for block in blocks(target.shape[:-1], limit):
            np.matmul(gather(view[block], groups, buffer), weights, out=split_groups(target[block], groups))
            finish(target[block])
        spare.append(buffer)

    share(multiply, bands(x, window, max(1, limit // prod(out.shape[2:-1]))))


def gather(view: Array, groups: int, buffer: Array) -> Array:
    """Lay the windows of one block flat in `buffer`: (groups, pixels, taps)."""
    rank = (view.ndim - 2) // 2
    pixels, size = view.shape[: rank + 1], view.shape[rank + 1 : -1]
    shape = (groups, *pixels, *size, view.shape[-1] // groups)
    rows = buffer[: prod(shape)].reshape(shape)
    np.copyto(rows, np.moveaxis(view.reshape(*view.shape[:-1], groups, -1), -2, 0))
    return rows.reshape(groups, prod(pixels), -1)


def split_groups(block: Array, groups: int) -> Array:
    """View a contiguous block of outputs as (groups, pixels, filters / groups), for a product to write into."""
    return block.reshape(-1, groups, block.shape[-1] // groups).transpose(1, 0, 2)
