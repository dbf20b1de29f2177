"""Multi-head attention along any axes, with the masks of Keras' multi-head layers."""

from __future__ import annotations

import math
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from densecli.kernels.attention import causal_mask, scaled_dot_product_attention, share_heads
from densecli.kernels.notes import note
from densecli.kernels.softmax import softmax

if TYPE_CHECKING:
    from densecli.kernels.layout import Array


def heads_attention(
    q: Array, k: Array, v: Array, *, axes: tuple[int, ...], mask: Array | None = None, scores: bool = False
) -> tuple[Array, Array | None]:
    """Attend with `q` (batch, ..., heads, dim) along `axes`; `k` and `v` may differ in size there, and have fewer heads.

    `mask` is True where a key may be seen; missing axes go before those of queries and keys. Returns the outputs,
    shaped as `q` but for the values' last axis, and (with `scores`) the softmax (batch, other axes, heads, queries,
    keys). As in Keras, a query that may see nothing gets 0 with `scores`, the mean of the values without.
    """
    mask = mask if mask is None else expand_mask(mask, q.ndim + len(axes) - 1, 2 * len(axes) + 1)
    for name, projected in ("query", q), ("key", k), ("value", v):
        note(name, projected)
    if not scores and q.ndim == 4:
        return scaled_dot_product_attention(q, k, v, mask=mask), None
    if q.ndim == 4:
        k, v = share_heads(k, q.shape[2]), share_heads(v, q.shape[2])
    order = [axis for axis in range(q.ndim - 1) if axis not in axes] + [*axes]
    keys, values, queries = (flat_axes(x, order, len(axes)) for x in (k, v, q))
    found = np.matmul(queries * q.dtype.type(1.0 / math.sqrt(q.shape[-1])), keys.swapaxes(-1, -2))
    note("scores", found)
    lengths = [x.shape[axis] for x in (q, k) for axis in axes]
    found = found.reshape(*found.shape[:-2], *lengths)
    weights = softmax(found, axis=tuple(range(-len(axes), 0)), mask=mask)
    note("weights", weights)
    out = np.matmul(weights.reshape(*queries.shape[:-1], keys.shape[-2]), values)
    out = out.reshape(*(q.shape[axis] for axis in order), v.shape[-1])
    out = out.transpose(*np.argsort(order), q.ndim - 1)
    note("heads", out)
    return out, weights


def flat_axes(x: Array, order: list[int], count: int) -> Array:
    """`x` with its axes in that order, the last one kept and the `count` before it flattened to one."""
    y = x.transpose(*order, x.ndim - 1)
    return y.reshape(*y.shape[: -count - 1], -1, y.shape[-1])


def expand_mask(mask: Array, rank: int, place: int) -> Array:
    """Insert axes of size 1 at `place` from the end, up to `rank` axes."""
    for _ in range(rank - mask.ndim):
        mask = np.expand_dims(mask, -place)
    return mask


def seen_by(mask: Array | None, query: tuple[int, ...], axes: tuple[int, ...], keys: tuple[int, ...]) -> list[bool]:
    """Whether the query at an index (batch, ...) may see each key in head 0, along all `axes` one after the other."""
    if mask is None:
        return [True] * math.prod(keys)
    full = expand_mask(mask, len(query) + 1 + len(axes), 2 * len(axes) + 1)
    others = [index for axis, index in enumerate(query) if axis not in axes]
    place = (*others, 0, *(query[axis] for axis in axes))
    row = full[tuple(min(index, size - 1) for index, size in zip(place, full.shape, strict=False))]
    return [bool(each) for each in np.broadcast_to(row, keys).ravel()]


def heads_mask(
    query: Array, value: Array, masks: list[Array | None], causal: bool = False, window: int | None = None
) -> Array | None:
    """Combine all masks of Keras' multi-head layers, broadcastable to (batch, queries, keys); None if there is none.

    `masks` are those of query, value and key (batch, steps), and one for query-key pairs.
    """
    of_query, of_value, of_key, of_pairs = masks
    lengths = query.shape[1], value.shape[1]
    given = [
        None if of_query is None else of_query[..., None],
        *(None if mask is None else mask[..., None, :] for mask in (of_value, of_key)),
        causal_mask(*lengths)[None] if causal else None,
        None if window is None else band_mask(*lengths, window)[None],
        of_pairs,
    ]
    present = [mask.astype(np.bool_) for mask in given if mask is not None]
    return reduce(np.logical_and, present) if present else None


def band_mask(steps: int, keys: int, window: int) -> Array:
    """Boolean (steps, keys): query i may see the keys less than `window` away."""
    band: Array = np.abs(np.arange(steps)[:, None] - np.arange(keys)) < window
    return band
