"""Convolutions: plain, depthwise, transposed."""

from __future__ import annotations

import itertools
import math
from typing import Any

import keras
import numpy as np

from kernel_calls import Array, Family, draw

# (input shape, kernel size, filters, strides, padding, dilation, groups)
CONVS = [
    ((2, 7, 3), (3,), 4, (1,), "valid", (1,), 1),
    ((1, 8, 2), (4,), 3, (3,), "same", (1,), 1),
    ((2, 9, 2), (3,), 3, (1,), "causal", (2,), 1),
    ((1, 8, 4), (5,), 2, (2,), "causal", (1,), 2),
    ((1, 1, 3), (3,), 2, (1,), "same", (1,), 1),
    ((1, 10, 4), (2,), 6, (1,), "same", (3,), 2),
    ((2, 7, 6, 3), (3, 3), 5, (1, 1), "same", (1, 1), 1),
    ((1, 7, 8, 3), (3, 3), 4, (2, 2), "same", (1, 1), 1),
    ((1, 8, 8, 2), (3, 3), 4, (2, 2), "same", (1, 1), 1),
    ((1, 9, 7, 2), (5, 2), 4, (2, 3), "valid", (1, 1), 1),
    ((1, 9, 9, 2), (3, 2), 3, (1, 1), "same", (2, 3), 1),
    ((1, 9, 9, 2), (3, 3), 3, (1, 1), "valid", (2, 2), 1),
    ((2, 5, 5, 6), (3, 3), 4, (1, 1), "same", (1, 1), 2),
    ((2, 5, 5, 6), (1, 1), 9, (1, 1), "valid", (1, 1), 3),
    ((1, 5, 5, 4), (3, 3), 8, (2, 2), "same", (1, 1), 4),
    ((2, 5, 6, 4), (1, 1), 8, (1, 1), "valid", (1, 1), 1),
    ((2, 5, 6, 4), (1, 1), 8, (2, 2), "same", (1, 1), 1),
    ((1, 1, 1, 3), (3, 3), 2, (1, 1), "same", (1, 1), 1),
    ((1, 2, 3, 2), (7, 7), 2, (2, 2), "same", (1, 1), 1),
    ((1, 12, 13, 8), (3, 3), 8, (1, 1), "same", (1, 1), 1),
    ((1, 4, 5, 4, 2), (3, 3, 3), 3, (1, 1, 1), "same", (1, 1, 1), 1),
    ((1, 5, 4, 6, 2), (2, 3, 1), 3, (2, 1, 2), "same", (1, 1, 1), 1),
    ((1, 5, 4, 6, 2), (2, 2, 2), 4, (1, 1, 1), "valid", (1, 2, 3), 2),
    ((2, 3, 4, 3, 2), (1, 1, 1), 3, (1, 1, 1), "valid", (1, 1, 1), 1),
]


def wide_convs() -> list[Any]:
    many = []
    for rank in (1, 2, 3):
        sizes = [(1, 2, 5, 8, 13), (1, 4, 7, 12), (2, 3, 6)][rank - 1]
        for n, k, s, d in itertools.product(sizes, (1, 2, 3, 5), (1, 2, 3), (1, 2)):
            for padding, groups in itertools.product(("valid", "same"), (1, 2, 4)):
                ks = tuple(max(1, k - axis) for axis in range(rank))
                ss = tuple(max(1, s - axis) for axis in range(rank))
                ds = tuple(d + axis if d > 1 else 1 for axis in range(rank))
                ns = tuple(n + axis for axis in range(rank))
                if padding == "valid" and any((kk - 1) * dd + 1 > nn for kk, dd, nn in zip(ks, ds, ns, strict=True)):
                    continue
                many.append(((2, *ns, 4), ks, 8, ss, padding, ds, groups))
    # Sizes at which another way of computing may be chosen.
    for n, c, f, k, s in [
        (56, 64, 64, 3, 1),
        (57, 32, 48, 3, 1),
        (28, 128, 128, 3, 1),
        (30, 128, 96, 3, 2),
        (56, 128, 192, 3, 1),
        (31, 64, 64, 5, 1),
        (60, 3, 64, 7, 2),
        (112, 3, 32, 3, 1),
        (14, 256, 256, 3, 1),
        (17, 192, 224, 1, 1),
        (33, 64, 128, 1, 2),
    ]:
        many += [((1, n, n + 1, c), (k, k), f, (s, s), padding, (1, 1), 1) for padding in ("same", "valid")]
    many += [((1, 17, 17, 128), (1, 7), 128, (1, 1), "same", (1, 1), 1)]
    many += [((1, 17, 18, 128), (7, 1), 192, (1, 1), "same", (1, 1), 1)]
    many += [((2, 40, 40, 64), (3, 3), 64, (1, 1), "same", (2, 2), 1)]
    many += [((2, 40, 40, 64), (3, 3), 64, (1, 1), "same", (1, 1), 32)]
    many += [
        ((1, 200, 64), (3,), 96, (1,), "causal", (4,), 1),
        ((1, 14, 20, 20, 16), (3, 3, 3), 32, (1, 1, 1), "same", (1, 1, 1), 1),
    ]
    return many


def answer_conv(x: Array, kernel: Array, strides: Any, padding: str, dilation: Any) -> Any:
    if padding == "causal":
        x = np.pad(x, [(0, 0), (dilation[0] * (kernel.shape[0] - 1), 0), (0, 0)])
        padding = "valid"
    return keras.ops.conv(x, kernel, strides, padding, "channels_last", dilation)


def record_conv(wide: bool) -> Family:
    family = Family()
    for shape, size, filters, strides, padding, dilation, groups in wide_convs() if wide else CONVS:
        x = draw(*shape)
        kernel = draw(*size, shape[-1] // groups, filters, scale=1 / math.sqrt(math.prod(size) * shape[-1] / groups))
        options = {"strides": strides, "padding": padding, "dilation": dilation, "groups": groups}
        family.add("conv", {"x": x, "kernel": kernel}, options, answer_conv(x, kernel, strides, padding, dilation))
    return family


def record_depthwise(wide: bool) -> Family:
    family = Family()
    questions = [
        ((2, 7, 3), (3,), 2, (1,), "same", (1,)),
        ((1, 8, 3), (4,), 1, (2,), "valid", (1,)),
        ((1, 6, 7, 3), (3, 3), 1, (1, 1), "same", (1, 1)),
        ((2, 6, 7, 3), (3, 3), 2, (2, 2), "same", (1, 1)),
        ((1, 7, 7, 4), (5, 5), 1, (2, 2), "valid", (1, 1)),
        ((1, 9, 9, 4), (3, 3), 1, (1, 1), "same", (2, 2)),
        ((1, 1, 1, 2), (3, 3), 3, (1, 1), "same", (1, 1)),
    ]
    if wide:
        questions = [
            ((2, n, n + 3, c), (k, k2), m, (s, s), padding, (d, d))
            for n, c in ((6, 3), (14, 96), (33, 40), (64, 32))
            for k, k2 in ((3, 3), (5, 5), (3, 1), (1, 2), (7, 7))
            for m in (1, 2)
            for s in (1, 2, 3)
            for d in (1, 2)
            for padding in ("same", "valid")
            if padding == "same" or (k - 1) * d < n
        ]
    for shape, size, multiplier, strides, padding, dilation in questions:
        x, kernel = draw(*shape), draw(*size, shape[-1], multiplier, scale=1 / math.sqrt(math.prod(size)))
        answer = keras.ops.depthwise_conv(x, kernel, strides, padding, "channels_last", dilation)
        options = {"strides": strides, "padding": padding, "dilation": dilation}
        family.add("depthwise_conv", {"x": x, "kernel": kernel}, options, answer)
    return family


def record_transposed(wide: bool) -> Family:
    family = Family()
    questions = [
        ((2, 4, 3), (3,), 2, (2,), "valid", None, (1,)),
        ((1, 5, 2), (4,), 3, (3,), "same", None, (1,)),
        ((1, 5, 2), (2,), 3, (4,), "valid", None, (1,)),
        ((1, 5, 2), (5,), 3, (2,), "same", (0,), (1,)),
        ((1, 5, 2), (3,), 3, (1,), "same", None, (2,)),
        ((2, 4, 5, 3), (3, 3), 2, (2, 2), "same", None, (1, 1)),
        ((1, 4, 5, 3), (4, 4), 2, (2, 2), "same", None, (1, 1)),
        ((1, 4, 5, 3), (2, 2), 2, (2, 2), "valid", None, (1, 1)),
        ((1, 3, 3, 2), (5, 3), 2, (3, 2), "same", (1, 0), (1, 1)),
        ((1, 3, 3, 2), (3, 3), 2, (2, 2), "valid", (1, 1), (1, 1)),
        ((1, 1, 1, 2), (3, 3), 2, (1, 1), "same", None, (1, 1)),
        ((1, 2, 3, 2, 2), (3, 2, 3), 2, (2, 1, 2), "same", None, (1, 1, 1)),
    ]
    if wide:
        questions = [
            (
                (2, *(n + a for a in range(rank)), 3),
                (k,) * rank,
                4,
                (s,) * rank,
                padding,
                p and (p,) * rank,
                (d,) * rank,
            )
            for rank in (1, 2, 3)
            for n in (1, 2, 5)
            for k in (1, 2, 3, 4, 5)
            for s in (1, 2, 3, 4)
            for d in (1, 2)
            for padding in ("same", "valid")
            for p in (None, 1)
            if p is None or p < s
            if rank < 3 or n < 5
        ]
        questions += [((1, 28, 30, 96), (3, 3), 64, (2, 2), "same", None, (1, 1))]
        questions += [((1, 28, 30, 96), (3, 3), 64, (1, 1), "same", None, (1, 1))]
    for shape, size, filters, strides, padding, extra, dilation in questions:
        x, kernel = draw(*shape), draw(*size, filters, shape[-1], scale=0.5)
        try:
            answer = keras.ops.conv_transpose(x, kernel, strides, padding, extra, "channels_last", dilation)
        except Exception as error:  # noqa: BLE001
            print("no answer", shape, size, strides, padding, extra, dilation, type(error).__name__, str(error)[:80])
            continue
        options = {"strides": strides, "padding": padding, "output_padding": extra, "dilation": dilation}
        family.add("conv_transpose", {"x": x, "kernel": kernel}, options, answer)
    return family
