"""Matrix products of dense layers, finished while the outputs are in cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from densecli.kernels.finish import Finish
from densecli.kernels.layout import Array, blocks

if TYPE_CHECKING:
    from collections.abc import Callable

PRODUCT_BYTES = 6 << 20
"""Outputs of one product. Each product packs the kernel anew, so smaller blocks, nearer to the processor, are slower."""


def dense(
    x: Array, kernel: Array, *, bias: Array | None = None, activation: Callable[..., Array] | None = None
) -> Array:
    """`activation(x @ kernel + bias)` on the last axis of `x`; `kernel` is (channels, units)."""
    return multiply_rows(x, kernel, Finish(None, bias, activation))


def multiply_rows(x: Array, kernel: Array, finish: Finish) -> Array:
    """Multiply every vector on the last axis of `x` by `kernel` (channels, units)."""
    rows = x.reshape(-1, x.shape[-1])
    out = np.empty((len(rows), kernel.shape[1]), x.dtype)
    for (block,) in blocks((len(rows),), max(1, PRODUCT_BYTES // max(1, kernel.shape[1] * x.itemsize))):
        part = out[block]
        np.matmul(rows[block], kernel, out=part)
        finish(part)
    return out.reshape(*x.shape[:-1], kernel.shape[1])


def einsum(equation: str, x: Array, kernel: Array, *, bias: Array | None = None) -> Array:
    """Einstein sum of `x` and `kernel` in the kernel's dtype, by matrix products where the equation allows it."""
    y = np.asarray(np.einsum(equation, x.astype(kernel.dtype, copy=False), kernel, optimize=True))
    return y if bias is None else y + bias
