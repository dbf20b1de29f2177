"""Attention: each query takes a mean of the values, weighted by how well their keys match it."""

from __future__ import annotations

import math

import numpy as np

from densecli.kernels.elementary import of_one_batch
from densecli.kernels.layout import Array, blocks
from densecli.kernels.notes import note, noted
from densecli.kernels.softmax import softmax

SCORE_BYTES = 1 << 20
"""Scores that are held at once: they are walked over four times, so they should stay in cache."""

SAFE_EXPONENT = 30.0
"""Scores of at most this size need no shift before exp: e^30 is 1e13, and single precision reaches 3e38."""

FAR_BELOW = 1e9
"""Keras subtracts this from masked scores (3e4 in half precision), so that a wholly masked row stays finite."""


def scaled_dot_product_attention(
    q: Array,
    k: Array,
    v: Array,
    *,
    mask: Array | None = None,
    causal: bool = False,
    scale: float | None = None,
) -> Array:
    """Attend with `q` (batch, T, heads, key_dim) to `k` (batch, S, heads, key_dim) and `v` (batch, S, heads, value_dim).

    If there are fewer key heads than query heads, equal runs of query heads share one. `mask`, True where a key may be seen,
    broadcasts to (batch, heads, T, S); `causal` hides later keys; `scale` is 1 / sqrt(key_dim) unless given. Returns
    (batch, T, heads, value_dim).
    """
    batch, steps, heads, depth = q.shape
    scale = 1.0 / math.sqrt(depth) if scale is None else scale
    keys = share_heads(k, heads).transpose(0, 2, 3, 1)
    values = share_heads(v, heads).transpose(0, 2, 1, 3)
    queries = np.multiply(q.transpose(0, 2, 1, 3), scale, order="C")
    allowed = visible(mask, causal, steps, k.shape[1])
    small = allowed is None and q.dtype != np.float16 and longest(queries) * longest(k) < SAFE_EXPONENT
    out = np.empty((batch, steps, heads, v.shape[-1]), q.dtype)
    for block in blocks((batch, heads, steps), max(1, SCORE_BYTES // (k.shape[1] * q.itemsize))):
        scores = np.matmul(queries[block], keys[block[:2]])
        note("scores", scores)
        if allowed is not None:
            hide(scores, np.broadcast_to(allowed, (batch, heads, steps, k.shape[1]))[block])
        if not small:
            scores -= scores.max(-1, keepdims=True)
        take_mean(scores, values[block[:2]], out.transpose(0, 2, 1, 3)[block])
    note("heads", out)
    return out


def longest(x: Array) -> float:
    """Euclidean length of the longest vector on the last axis; a score is at most its query's times its key's."""
    return math.sqrt(np.einsum("...i,...i->...", x, x).max(initial=0.0))


def take_mean(scores: Array, values: Array, out: Array) -> None:
    """Mean of `values` (..., S, dim) weighted by exp of `scores` (..., T, S), which it overwrites.

    Dividing by the sum of the weights afterward saves a pass over the scores.
    """
    np.exp(scores, out=scores)
    np.matmul(scores, values, out=out)
    sums = scores.sum(-1, keepdims=True)
    out /= sums
    if noted():
        note("weights", scores / sums)


def share_heads(x: Array, heads: int) -> Array:
    """Repeat the heads of (batch, S, fewer heads, dim) until there are `heads`."""
    return x if x.shape[2] == heads else np.repeat(x, heads // x.shape[2], axis=2)


def visible(mask: Array | None, causal: bool, steps: int, keys: int) -> Array | None:
    """The mask combined with the causal triangle; None if every key may be seen."""
    if not causal:
        return mask
    triangle = causal_mask(steps, keys)
    return triangle if mask is None else np.logical_and(mask, triangle)


def causal_mask(steps: int, keys: int) -> Array:
    """Boolean (steps, keys): query i may see the keys 0 to i."""
    return np.tri(steps, keys, dtype=np.bool_)


def hide(scores: Array, allowed: Array) -> None:
    """Push the scores where `allowed` is False far below all others, in place."""
    drop = 3e4 if scores.dtype == np.float16 else FAR_BELOW
    np.subtract(scores, scores.dtype.type(drop), out=scores, where=np.logical_not(allowed))


def dot_scores(q: Array, k: Array, scale: Array | float | None = None) -> Array:
    """Scores (batch, T, S) of `q` (batch, T, dim) against `k` (batch, S, dim): products, times `scale`."""
    scores: Array = np.matmul(q, k.swapaxes(-1, -2))
    if scale is not None:
        scores *= scale
    return scores


def additive_scores(q: Array, k: Array, weight: Array | float = 1.0, inner_scale: Array | float | None = None) -> Array:
    """Scores (batch, …, T, S) of `q` (batch, …, T, dim): sum over the last axis of `weight * tanh(inner_scale * (q + k))`.

    Attention with score_mode concat gives a scalar weight, AdditiveAttention one per feature.
    """
    q, k = of_one_batch([q, k])
    if q.ndim != 3:  # more axes before the steps, or none: each sequence by itself
        lead = np.broadcast_shapes(q.shape[:-2], k.shape[:-2])
        q, k = (np.broadcast_to(each, (*lead, *each.shape[-2:])).reshape(-1, *each.shape[-2:]) for each in (q, k))
        return additive_scores(q, k, weight, inner_scale).reshape(*lead, q.shape[-2], k.shape[-2])
    batch, steps, dim = q.shape
    scores = np.empty((batch, steps, k.shape[1]), q.dtype)
    weights = np.broadcast_to(np.asarray(weight, q.dtype), (dim,))
    limit = max(1, SCORE_BYTES // (k.shape[1] * dim * q.itemsize))
    for block in blocks((batch, steps), limit):
        sums = q[block][:, :, None, :] + k[block[0]][:, None, :, :]
        if inner_scale is not None:
            sums *= inner_scale
        np.matmul(np.tanh(sums, out=sums), weights, out=scores[block])
    return scores


def for_each_query(mask: Array | None) -> Array | None:
    """A mask (batch, S) with an axis for the queries; others as they are."""
    return mask[:, None, :] if mask is not None and mask.ndim == 2 else mask


def keys_in_sight(mask: Array | None, query: tuple[int, ...], shape: tuple[int, ...], *, causal: bool) -> list[int]:
    """The keys that the query at an index (batch, ...) may see, of scores of this shape."""
    allowed = visible(for_each_query(mask), causal, *shape[-2:])
    everything: Array = np.broadcast_to(True if allowed is None else allowed, shape)
    return [int(key) for key in np.flatnonzero(everything[query])]


def attend(
    scores: Array, v: Array, *, mask: Array | None = None, causal: bool = False, query_mask: Array | None = None
) -> tuple[Array, Array]:
    """Softmax the `scores` (batch, T, S) of Keras' Attention layers and average `v` (batch, S, dim) with them.

    `mask` (batch, S) or broadcastable to the scores is True where a value counts; rows where `query_mask` (batch, T) is
    False become 0. Returns the outputs (batch, T, dim) and the weights (batch, T, S).
    """
    allowed = visible(for_each_query(mask), causal, *scores.shape[-2:])
    note("scores", scores)
    weights = scores.copy()
    if allowed is not None:
        hide(weights, np.broadcast_to(allowed, weights.shape))
    softmax(weights, out=weights)
    note("weights", weights)
    out = np.matmul(weights, v)
    if query_mask is not None:
        out *= query_mask[..., None]
    return out, weights
