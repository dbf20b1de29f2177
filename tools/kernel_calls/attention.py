"""Attention."""

from __future__ import annotations

import itertools

import keras
import numpy as np

from kernel_calls import RNG, Family, draw


def record_attention(wide: bool) -> Family:
    family = Family()
    for batch, t, s, heads, kv_heads, dim, value_dim in (
        [(1, 1, 1, 1, 1, 2, 3), (2, 70, 90, 8, 8, 16, 16), (2, 64, 64, 8, 2, 8, 8)]
        if wide
        else [(2, 3, 4, 2, 2, 3, 3), (1, 4, 4, 4, 2, 2, 2)]
    ):
        for masked, causal in itertools.product((False, True), repeat=2):
            inputs = {
                "q": draw(batch, t, heads, dim),
                "k": draw(batch, s, kv_heads, dim),
                "v": draw(batch, s, kv_heads, value_dim),
            }
            if masked:
                inputs["mask"] = RNG.random((batch, 1, t, s)) < 0.7
                inputs["mask"][..., 0] = True
            answer = keras.ops.dot_product_attention(
                inputs["q"], inputs["k"], inputs["v"], mask=inputs.get("mask"), is_causal=causal
            )
            family.add("scaled_dot_product_attention", inputs, {"causal": causal}, answer)
    for kind, mode, scaled in (
        ("Attention", "dot", True),
        ("Attention", "dot", False),
        ("Attention", "concat", True),
        ("Attention", "concat", False),
        ("AdditiveAttention", "concat", True),
    ):
        for masked, causal in ((False, False), (True, False), (True, True)):
            q, v, k = draw(2, 3, 4), draw(2, 5, 4), draw(2, 5, 4)
            layer = getattr(keras.layers, kind)(
                use_scale=scaled, **({"score_mode": mode} if kind == "Attention" else {})
            )
            layer.build([q.shape, v.shape, k.shape])
            weights = {w.name: np.asarray(draw(*w.shape), np.float32) for w in layer.weights}
            layer.set_weights(list(weights.values()))
            inputs = {"q": q, "v": v, "k": k} | weights
            masks = None
            if masked:
                inputs |= {"query_mask": RNG.random((2, 3)) < 0.6, "mask": RNG.random((2, 5)) < 0.6}
                inputs["mask"][:, 0] = True
                masks = [inputs["query_mask"], inputs["mask"]]
            answers = layer([q, v, k], mask=masks, return_attention_scores=True, use_causal_mask=causal)
            family.add(kind, inputs, {"mode": mode, "causal": causal}, list(answers))
    return family
