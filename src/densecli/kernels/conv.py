"""Convolution as matrix products over blocks that stay in cache.

One output pixel is a flattened input window times the flattened kernel. Flattening every window of a large
image at once would take kernel-size times its memory, so blocks of pixels are gathered, multiplied and discarded.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from densecli.kernels.depthwise import weigh_channels
from densecli.kernels.finish import Finish
from densecli.kernels.layout import Array, Ints, Window, bands, blocks, windows
from densecli.kernels.products import multiply_rows

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

    `padding` is valid, same (TensorFlow's) or causal. Each filter's outputs are multiplied by `scale`, shifted by `bias`
    and passed through `activation` (called with `out=`) while they are in cache; a batch normalization after the
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
    """Multiply every window of `x` by a kernel (*size, channels / groups, filters)."""
    *_, share, filters = kernel.shape
    outputs = window.outputs(x.shape[1:-1])
    out = np.empty((x.shape[0], *outputs, filters), x.dtype)
    weights = kernel.reshape(-1, groups, filters // groups).transpose(1, 0, 2)
    limit = max(1, GATHER_BYTES // (prod(window.size) * share * groups * x.itemsize))
    buffer = np.empty(min(limit, prod(out.shape[:-1])) * prod(window.size) * share * groups, x.dtype)
    for band, piece in bands(x, window, max(1, limit // prod(outputs[1:]))):
        view, target = windows(piece, window), out[band]
        for block in blocks(target.shape[:-1], limit):
            np.matmul(gather(view[block], groups, buffer), weights, out=split_groups(target[block], groups))
            finish(target[block])
    return out


def gather(view: Array, groups: int, buffer: Array) -> Array:
    """Copy the flattened windows of one block into `buffer`: (groups, pixels, taps)."""
    rank = (view.ndim - 2) // 2
    pixels, size = view.shape[: rank + 1], view.shape[rank + 1 : -1]
    shape = (groups, *pixels, *size, view.shape[-1] // groups)
    rows = buffer[: prod(shape)].reshape(shape)
    np.copyto(rows, np.moveaxis(view.reshape(*view.shape[:-1], groups, -1), -2, 0))
    return rows.reshape(groups, prod(pixels), -1)


def split_groups(block: Array, groups: int) -> Array:
    """View a contiguous block of outputs as (groups, pixels, filters / groups), for a product to write into."""
    return block.reshape(-1, groups, block.shape[-1] // groups).transpose(1, 0, 2)
