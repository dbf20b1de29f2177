"""Merge arrays: element by element, by concatenation, or by products along an axis."""

from __future__ import annotations

import math
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from densecli.kernels.norm import unit_norm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.kernels.layout import Array

MERGES: dict[str, Callable[[Array, Array], Array]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "maximum": np.maximum,
    "minimum": np.minimum,
}
Masks = "Sequence[Array | None]"


def merge(operation: str, xs: Sequence[Array], masks: Sequence[Array | None] | None = None) -> Array:
    """Fold arrays with an element-wise operation, broadcasting missing leading axes after the batch as Keras does.

    Where Keras carries masks (batch, steps), masked steps don't count in a product, maximum or minimum; arrays of
    different ranks lose their masks.
    """
    rank = max(x.ndim for x in xs)
    same = [x.reshape(x.shape[0], *(1,) * (rank - x.ndim), *x.shape[1:]) for x in xs]
    if operation == "average":
        total = reduce(np.add, same)
        return np.asarray(total / np.asarray(len(xs), total.dtype))
    if masks is None or any(x.ndim != rank for x in xs):
        return reduce(MERGES[operation], same)
    wide = [None if mask is None else mask[..., None].astype(bool) for mask in masks]
    if operation == "multiply":
        return masked_product(same, wide)
    return (
        reduce(MERGES[operation], same)
        if operation in ("add", "subtract")
        else masked_extreme(MERGES[operation], same, wide)
    )


def masked_product(xs: Sequence[Array], masks: Sequence[Array | None]) -> Array:
    """Masked factors are 1; where all are masked the product is 0 (only if every array has a mask)."""
    ones = [x if mask is None else np.where(mask, x, x.dtype.type(1)) for x, mask in zip(xs, masks, strict=True)]
    y = reduce(np.multiply, ones)
    known = [mask for mask in masks if mask is not None]
    return np.where(reduce(np.logical_or, known), y, y.dtype.type(0)) if len(known) == len(masks) else y


def masked_extreme(fold: Callable[[Array, Array], Array], xs: Sequence[Array], masks: Sequence[Array | None]) -> Array:
    """Fold from the left; a masked value yields to the other (Keras 3.15.1, Maximum and Minimum)."""
    y, so_far = xs[0], masks[0]
    for x, mask in zip(xs[1:], masks[1:], strict=True):
        other = x if mask is None else np.where(mask, x, y)
        y = fold(y if so_far is None else np.where(so_far, y, other), other)
        so_far = None if so_far is None or mask is None else so_far | mask
    return y


def as_mask(mask: Array) -> Array:
    """The mask of the queries, unchanged."""
    return np.asarray(mask)


def any_mask(masks: Sequence[Array]) -> Array:
    """True where any mask includes the step."""
    return np.asarray(reduce(np.logical_or, masks))


def every_mask(masks: Sequence[Array]) -> Array:
    """True where all masks include the step."""
    return np.asarray(reduce(np.logical_and, masks))


def concatenate(xs: Sequence[Array], axis: int) -> Array:
    return np.concatenate(xs, axis)


def concatenated_mask(xs: Sequence[Array], masks: Sequence[Array | None], axis: int, *, every: bool = False) -> Array:
    """The steps of the concatenated arrays that count in any of them (or in `every` one); without a mask all do."""
    whole = [
        np.ones(x.shape, bool)
        if mask is None
        else mask
        if mask.ndim == x.ndim
        else mask[..., None] | np.zeros(x.shape, bool)
        for x, mask in zip(xs, masks, strict=True)
    ]
    joined = np.concatenate(whole, axis)
    return np.asarray(joined.all(-1) if every else joined.any(-1))


def batch_dot(a: Array, b: Array, axes: tuple[int, int], *, normalize: bool = False) -> Array:
    """Sum of products along one axis of each array, sample by sample.

    Returns (batch, other axes of `a`, other axes of `b`), or (batch, 1) where none are left. `normalize` makes both
    unit vectors along the axis first.
    """
    if normalize:
        a, b = (unit_norm(x, axis=axis, epsilon=1e-7) for x, axis in zip((a, b), axes, strict=True))
    left, right = np.moveaxis(a, axes[0], -1), np.moveaxis(b, axes[1], 1)
    batch, *rows, inner = left.shape
    columns = right.shape[2:]
    product = left.reshape(batch, math.prod(rows), inner) @ right.reshape(batch, inner, math.prod(columns))
    return product.reshape(batch, *rows, *columns) if rows or columns else product.reshape(batch, 1)
