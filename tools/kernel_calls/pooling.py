"""Pooling and resizing."""

from __future__ import annotations

import itertools
from typing import Any

import keras
import numpy as np

from kernel_calls import Array, Family, draw


def mean_of_real_pixels(x: Array, pool: Any, strides: Any, padding: str) -> Any:
    """Average pooling as sums divided by counts, for torch's own repeats border pixels when padding is lopsided."""
    channels = x.shape[-1]
    ones = np.ones((*pool, channels, 1), np.float32)
    total = keras.ops.depthwise_conv(x, ones, strides, padding, "channels_last")
    return total / keras.ops.depthwise_conv(np.ones_like(x), ones, strides, padding, "channels_last")


def ask_pool(family: Family, x: Array, pool: Any, strides: Any) -> None:
    for padding in ("valid", "same"):
        if padding == "valid" and any(k > n for k, n in zip(pool, x.shape[1:-1], strict=True)):
            continue
        options = {"pool_size": pool, "strides": strides, "padding": padding}
        family.add("max_pool", {"x": x}, options, keras.ops.max_pool(x, pool, strides, padding, "channels_last"))
        if padding == "valid":
            answer = keras.ops.average_pool(x, pool, strides, padding, "channels_last")
        elif len(pool) < 3:
            answer = mean_of_real_pixels(x, pool, strides, padding)
        else:
            continue
        family.add("average_pool", {"x": x}, options, answer)


def record_pool(wide: bool) -> Family:
    family = Family()
    questions = [
        ((2, 7, 3), (2,), (2,)),
        ((1, 8, 2), (3,), (1,)),
        ((2, 7, 8, 3), (2, 2), (2, 2)),
        ((1, 8, 7, 2), (3, 3), (2, 2)),
        ((1, 5, 5, 2), (3, 2), (1, 3)),
        ((1, 3, 3, 2), (1, 1), (2, 2)),
        ((1, 1, 1, 2), (1, 1), (1, 1)),
        ((1, 4, 5, 4, 2), (2, 3, 2), (2, 1, 2)),
    ]
    if wide:
        questions = [
            ((2, *(n + a for a in range(rank)), 5), (k,) * rank, (s,) * rank)
            for rank in (1, 2, 3)
            for n in (1, 2, 5, 12)
            for k in (1, 2, 3, 5)
            for s in (1, 2, 3)
        ]
        questions += [((1, 112, 112, 64), (3, 3), (2, 2)), ((1, 35, 35, 192), (3, 3), (1, 1))]
    for shape, pool, strides in questions:
        ask_pool(family, draw(*shape), pool, strides)
    adaptive = [((2, 7, 3), (3,)), ((1, 5, 7, 2), (2, 3)), ((1, 2, 3, 2), (4, 5)), ((1, 4, 5, 3, 2), (2, 3, 1))]
    for shape, size in adaptive:
        x = draw(*shape)
        for kind in ("average", "max"):
            answer = getattr(keras.ops, f"adaptive_{kind}_pool")(x, size, data_format="channels_last")
            family.add(f"adaptive_{kind}_pool", {"x": x}, {"output_size": size}, answer)
    for shape in ((2, 5, 3), (2, 3, 4, 3), (1, 2, 3, 2, 2)):
        x, rank = draw(*shape), len(shape) - 2
        for kind, op in (("Average", "global_average_pool"), ("Max", "global_max_pool")):
            for keepdims in (False, True):
                layer = getattr(keras.layers, f"Global{kind}Pooling{rank}D")(
                    data_format="channels_last", keepdims=keepdims
                )
                family.add(op, {"x": x}, {"keepdims": keepdims}, layer(x))
    return family


def record_resize(wide: bool) -> Family:
    family = Family()
    for shape, factors in (((2, 3, 2), 2), ((1, 3, 2, 2), (2, 3)), ((1, 2, 3, 2, 2), (2, 1, 3))):
        x = draw(*shape)
        layer = getattr(keras.layers, f"UpSampling{len(shape) - 2}D")(factors)
        family.add("upsample", {"x": x}, {"factors": factors if isinstance(factors, tuple) else (factors,)}, layer(x))
    for interpolation in ("nearest", "bilinear", "bicubic"):
        x = draw(1, 3, 4, 2)
        layer = keras.layers.UpSampling2D((2, 3), interpolation=interpolation, data_format="channels_last")
        family.add("upsample", {"x": x}, {"factors": (2, 3), "interpolation": interpolation}, layer(x))
        sizes = itertools.product((1, 2, 3, 5, 11), (1, 4, 7, 16)) if wide else ((5, 3), (2, 9), (1, 1))
        for size, antialias in itertools.product(sizes, (False, True)):
            x = draw(1, 4, 7, 2)
            answer = keras.ops.image.resize(x, size, interpolation, antialias, data_format="channels_last")
            family.add(
                "resize", {"x": x}, {"size": size, "interpolation": interpolation, "antialias": antialias}, answer
            )
    return family
