"""Transposed convolution: every input pixel paints a scaled copy of the kernel on a larger canvas."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from densecli.kernels.finish import Finish
from densecli.kernels.layout import Array, Ints, Slices, Window, blocks

if TYPE_CHECKING:
    from collections.abc import Callable

COPY_BYTES = 4 << 20
"""Size of a block of scaled kernels; smaller ones pack the kernel too often."""


def conv_transpose(  # noqa: PLR0913 - as many as the operation has
    x: Array,
    kernel: Array,
    *,
    strides: Ints,
    padding: str,
    output_padding: tuple[int | None, ...] | None = None,
    dilation: Ints,
    bias: Array | None = None,
    activation: Callable[..., Array] | None = None,
) -> Array:
    """Transpose of a convolution: `x` (batch, *spatial, channels), `kernel` (*size, filters, channels), rank 1 to 3.

    Sizes and alignment are those of Keras 3.15.1. Returns (batch, *out, filters).
    """
    *size, filters, _ = kernel.shape
    extras = output_padding or (None,) * len(size)
    spans = Window(tuple(size), strides, dilation, padding).reach
    sizes = [(n - 1) * s + w for n, s, w in zip(x.shape[1:-1], strides, spans, strict=True)]
    outs = [
        transposed_size(n, w, s, padding, extra)
        for n, w, s, extra in zip(x.shape[1:-1], spans, strides, extras, strict=True)
    ]
    crops = [0 if padding == "valid" else max(0, (n - out) // 2) for n, out in zip(sizes, outs, strict=True)]
    ends = [crop + out for crop, out in zip(crops, outs, strict=True)]
    canvas = np.zeros((x.shape[0], *(max(n, end) for n, end in zip(sizes, ends, strict=True)), filters), x.dtype)
    paint(canvas, x, kernel, strides, dilation)
    y = np.ascontiguousarray(canvas[(slice(None), *(slice(a, b) for a, b in zip(crops, ends, strict=True)))])
    Finish(None, bias, activation)(y)
    return y


def transposed_size(size: int, window: int, stride: int, padding: str, extra: int | None) -> int:
    """Output extent of one axis; `window` is the reach of the kernel, `extra` Keras' output_padding."""
    if padding == "valid":
        return (size - 1) * stride + (max(window, stride) if extra is None else window + extra)
    return size * stride if extra is None else (size - 1) * stride + window % 2 + extra


def paint(canvas: Array, x: Array, kernel: Array, strides: Ints, dilation: Ints) -> None:
    """Add each pixel's copy of the kernel to the canvas, block by block."""
    *size, filters, channels = kernel.shape
    weights = np.ascontiguousarray(kernel.reshape(-1, channels).T)
    limit = max(1, COPY_BYTES // (weights.shape[1] * x.itemsize))
    for block in blocks(x.shape[:-1], limit):
        pixels = x[block]
        copies = (pixels.reshape(-1, channels) @ weights).reshape(*pixels.shape[:-1], prod(size), filters)
        for number, tap in enumerate(product(*(range(k) for k in size))):
            canvas[touched(block, tap, strides, dilation)] += copies[..., number, :]


def touched(block: Slices, tap: Ints, strides: Ints, dilation: Ints) -> Slices:
    """Canvas pixels that one tap of the kernel reaches from the input pixels of `block`."""
    spans = (
        slice(part.start * s + t * d, (part.stop - 1) * s + t * d + 1, s)
        for part, t, s, d in zip(block[1:], tap, strides, dilation, strict=True)
    )
    return (block[0], *spans)
