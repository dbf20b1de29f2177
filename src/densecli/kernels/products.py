"""Matrix products of dense layers, with what follows them done while the outputs are in cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from densecli import threads

from .finish import Finish
from .layout import Array, Slices, blocks
from .workers import even, share

if TYPE_CHECKING:
    from collections.abc import Callable

PRODUCT_BYTES = 6 << 20
"""Outputs of one product. Each product packs the kernel anew, so smaller blocks, nearer to the processor, are slower."""

LEAST_MACS = 1 << 22
"""A product with fewer multiplications is not worth handing to another thread."""

LEAST_BYTES = 1 << 18
"""Bytes of a kernel to read, or of outputs to finish, that are worth another thread."""


def dense(
    x: Array, kernel: Array, *, bias: Array | None = None, activation: Callable[..., Array] | None = None
) -> Array:
    """`activation(x @ kernel + bias)` on the last axis of `x`; `kernel` is (channels, units)."""
    return multiply_rows(x, kernel, Finish(None, bias, activation))


def multiply_rows(x: Array, kernel: Array, finish: Finish) -> Array:
    """Multiply every vector on the last axis of `x` with `kernel` (channels, units)."""
    channels, units = kernel.shape
    rows = x.reshape(-1, channels)
    out = np.empty((len(rows), units), x.dtype)
    if len(rows) < units:
        multiply_columns(rows, kernel, out, finish)
        return out.reshape(*x.shape[:-1], units)

    def multiply(block: Slices) -> None:
        part = out[block]
        np.matmul(rows[block], kernel, out=part)
        finish(part)

    limit = PRODUCT_BYTES // threads.count // max(1, units * x.itemsize)
    share(multiply, blocks((len(rows),), even(len(rows), limit, LEAST_MACS // max(1, kernel.size))))
    return out.reshape(*x.shape[:-1], units)


def multiply_columns(rows: Array, kernel: Array, out: Array, finish: Finish) -> None:
    """A product of few rows, which takes nearly as long as reading its kernel does: each thread reads some columns."""

    def multiply(block: Slices) -> None:
        columns = block[0]
        np.matmul(rows, kernel[:, columns], out=out[:, columns])

    count, units = out.shape
    share(multiply, blocks((units,), even(units, units, LEAST_BYTES // max(1, len(kernel) * kernel.itemsize))))
    share(
        lambda block: finish(out[block]),
        blocks((count,), even(count, count, LEAST_BYTES // max(1, units * out.itemsize))),
    )


def einsum(equation: str, x: Array, kernel: Array, *, bias: Array | None = None) -> Array:
    """Einstein sum of `x` and `kernel` in the kernel's dtype, by matrix products where the equation allows it."""
    y = np.asarray(np.einsum(equation, x.astype(kernel.dtype, copy=False), kernel, optimize=True))
    return y if bias is None else y + bias
