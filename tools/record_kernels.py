"""Record what Keras answers for small kernel calls: tests/kernels/<family>.npz beside <family>.json.

Run with a Python that has Keras 3.15.1, on its torch backend:

    KERAS_BACKEND=torch python tools/record_kernels.py [--wide] [FOLDER]

`--wide` asks many more, larger questions, for a comparison that is not kept.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras.src.activations import ALL_OBJECTS_DICT as ACTIVATIONS

RNG = np.random.default_rng(20260)
Array = np.ndarray[Any, Any]


def draw(*shape: int, scale: float = 1.0) -> Array:
    return (RNG.standard_normal(shape) * scale).astype(np.float32)


class Family:
    """The recorded calls of one file."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.arrays: dict[str, Array] = {}

    def add(self, op: str, inputs: dict[str, Array], options: dict[str, Any], answers: Any) -> None:
        number = len(self.calls)
        outputs = answers if isinstance(answers, (tuple, list)) else [answers]
        for name, value in inputs.items():
            self.arrays[f"{number}.{name}"] = value
        for place, value in enumerate(outputs):
            self.arrays[f"{number}.answer{place}"] = keras.ops.convert_to_numpy(value)
        self.calls.append({"op": op, "inputs": list(inputs), "options": options, "answers": len(outputs)})

    def save(self, folder: Path, name: str) -> None:
        np.savez_compressed(folder / f"{name}.npz", **self.arrays)
        lines = ",\n".join(json.dumps(call) for call in self.calls)
        (folder / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
        print(name, len(self.calls), (folder / f"{name}.npz").stat().st_size)


# --- convolution ------------------------------------------------------------------------
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


# --- pooling and resizing ----------------------------------------------------------------
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


# --- recurrence --------------------------------------------------------------------------
def record_recurrent(wide: bool) -> Family:
    family = Family()
    cells = [
        ("simple_rnn", "SimpleRNN", {}),
        ("simple_rnn", "SimpleRNN", {"activation": "relu", "use_bias": False}),
        ("lstm", "LSTM", {}),
        ("lstm", "LSTM", {"activation": "softsign", "recurrent_activation": "hard_sigmoid"}),
        ("gru", "GRU", {}),
        ("gru", "GRU", {"reset_after": False}),
        ("gru", "GRU", {"reset_after": True, "use_bias": False, "activation": "elu"}),
    ]
    walks = [{}, {"mask": True}, {"go_backwards": True}, {"mask": True, "zero_output_for_mask": True, "states": True}]
    walks += [{"mask": True, "go_backwards": True}]
    shapes = [(1, 1, 3, 2), (1, 9, 5, 7), (4, 6, 3, 16), (3, 30, 40, 33)] if wide else [(3, 5, 2, 4)]
    for (op, kind, config), walk, (batch, time, channels, units) in itertools.product(cells, walks, shapes):
        x = draw(batch, time, channels)
        steps = {name: walk[name] for name in ("go_backwards", "zero_output_for_mask") if name in walk}
        layer = getattr(keras.layers, kind)(units, return_sequences=True, return_state=True, **config, **steps)
        layer.build(x.shape)
        weights = [draw(*w.shape, scale=w.shape[0] ** -0.5) for w in layer.weights if "seed" not in w.path]
        layer.set_weights(weights)
        names = ("kernel", "recurrent_kernel", "bias")
        inputs = {"x": x} | dict(zip(names, weights, strict=False))
        initial = None
        if walk.get("states"):
            initial = [draw(batch, units) for _ in range(2 if op == "lstm" else 1)]
            inputs |= {f"state{place}": state for place, state in enumerate(initial)}
        if walk.get("mask"):
            inputs["mask"] = RNG.random((batch, time)) < 0.6
        answers = layer(x, initial_state=initial, mask=inputs.get("mask"))
        options = {name: value for name, value in config.items() if name != "use_bias"} | steps
        family.add(op, inputs, options, list(answers))
    for rank, strides, padding, dilation in (
        (1, (2,), "same", (1,)),
        (2, (1, 1), "valid", (2, 1)),
        (3, (1, 1, 1), "same", (1, 1, 1)),
    ):
        spatial = (5, 6, 4)[:rank]
        x = draw(2, 3, *spatial, 2)
        layer = getattr(keras.layers, f"ConvLSTM{rank}D")(
            3,
            (2, 3, 2)[:rank],
            strides,
            padding,
            dilation_rate=dilation,
            return_sequences=True,
            return_state=True,
            go_backwards=rank == 2,
        )
        layer.build(x.shape)
        weights = [draw(*w.shape, scale=w.shape[0] ** -0.5) for w in layer.weights if "seed" not in w.path]
        layer.set_weights(weights)
        inputs = {"x": x} | dict(zip(("kernel", "recurrent_kernel", "bias"), weights, strict=True))
        inputs["mask"] = RNG.random((2, 3)) < 0.7
        options = {"strides": strides, "padding": padding, "dilation": dilation, "recurrent_activation": "hard_sigmoid"}
        options |= {"go_backwards": rank == 2}
        layer.cell.recurrent_activation = keras.activations.hard_sigmoid
        family.add("conv_lstm", inputs, options, list(layer(x, mask=inputs["mask"])))
    return family


# --- attention, normalisation, activations -------------------------------------------------
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


def record_norm(wide: bool) -> Family:
    family = Family()

    def ask(op: str, layer: Any, x: Array, names: list[str], options: dict[str, Any]) -> None:
        layer.build(x.shape)
        weights = [abs(draw(*w.shape)) + 0.1 for w in layer.weights]
        layer.set_weights(weights)
        given = dict(zip([w.name for w in layer.weights], weights, strict=True))
        family.add(op, {"x": x} | {name: given[name] for name in names if name in given}, options, layer(x))

    moments = ["moving_mean", "moving_variance", "gamma", "beta"]
    layers = keras.layers
    ask("batch_norm", layers.BatchNormalization(), draw(2, 3, 4, 5), moments, {"epsilon": 1e-3})
    ask(
        "batch_norm",
        layers.BatchNormalization(axis=1, epsilon=0.1),
        draw(2, 3, 4),
        moments,
        {"axis": 1, "epsilon": 0.1},
    )
    ask("layer_norm", layers.LayerNormalization(), draw(2, 3, 8), ["gamma", "beta"], {"epsilon": 1e-3})
    ask("layer_norm", layers.LayerNormalization(axis=(1, 2)), draw(2, 3, 8), ["gamma", "beta"], {"axis": (1, 2)})
    ask("layer_norm", layers.LayerNormalization(axis=(1, 3)), draw(2, 3, 4, 5), ["gamma", "beta"], {"axis": (1, 3)})
    ask("variance_scaled", layers.LayerNormalization(rms_scaling=True), draw(2, 3, 8) + 1, ["gamma"], {})
    ask("rms_norm", layers.RMSNormalization(), draw(2, 3, 8), ["scale"], {"epsilon": 1e-6})
    ask("rms_norm", layers.RMSNormalization(axis=1), draw(2, 3), ["scale"], {"axis": 1})
    ask("group_norm", layers.GroupNormalization(2), draw(2, 3, 4, 6), ["gamma", "beta"], {"groups": 2})
    ask("group_norm", layers.GroupNormalization(3, axis=1), draw(2, 6, 4), ["gamma", "beta"], {"groups": 3, "axis": 1})
    ask("unit_norm", layers.UnitNormalization(), draw(2, 3, 4), [], {})
    ask("unit_norm", layers.UnitNormalization(axis=(1, 2)), draw(2, 3, 4), [], {"axis": (1, 2)})
    ask("unit_norm", layers.UnitNormalization(), np.zeros((1, 3), np.float32), [], {})
    return family


def record_activations(wide: bool) -> Family:
    family = Family()
    line = np.concatenate([np.linspace(-8, 8, 2001 if wide else 65), [-100, -20, -0.5, 0.5, 3, -3, 20, 100]])
    x = np.resize(line, (len(line) // 2, 2)).astype(np.float32)
    for name in sorted(ACTIVATIONS):
        if name != "threshold":
            family.add("activation", {"x": x}, {"name": name}, keras.activations.get(name)(x))
    for name, options in [
        ("relu", {"negative_slope": 0.1}),
        ("relu", {"max_value": 2.0}),
        ("relu", {"negative_slope": 0.3, "max_value": 2.0, "threshold": 0.7}),
        ("relu", {"threshold": 1.0}),
        ("leaky_relu", {"negative_slope": 0.05}),
        ("elu", {"alpha": 0.4}),
        ("celu", {"alpha": 2.0}),
        ("gelu", {"approximate": True}),
        ("squareplus", {"b": 1.0}),
        ("soft_shrink", {"threshold": 0.25}),
        ("hard_shrink", {"threshold": 1.25}),
        ("threshold", {"threshold": 0.6, "default_value": -7.0}),
        ("softmax", {"axis": 0}),
        ("log_softmax", {"axis": 0}),
        ("sparsemax", {"axis": 0}),
        ("glu", {"axis": 1}),
    ]:
        family.add("activation", {"x": x}, {"name": name} | options, getattr(keras.activations, name)(x, **options))
    y = draw(2, 3, 4)
    family.add("softmax", {"x": y}, {"axis": (1, 2)}, keras.layers.Softmax(axis=(1, 2))(y))
    mask = RNG.random((2, 3, 4)) < 0.5
    mask[0, 0] = False
    family.add("softmax", {"x": y, "mask": mask}, {}, keras.layers.Softmax()(y, mask=mask))
    alpha = abs(draw(3, 4))
    layer = keras.layers.PReLU()
    layer.build(y.shape)
    layer.set_weights([alpha])
    family.add("prelu", {"x": y, "alpha": alpha}, {}, layer(y))
    return family


def spread(values: Array) -> Array:
    """Standard deviation and size of the one value in a hundred."""
    return np.array([values.std(), np.quantile(abs(values), 0.99)])


def record_initializers(wide: bool) -> Family:
    """The spreads of the random ones come out of 40,000 draws; the others are recorded whole."""
    family = Family()
    for name, shape in itertools.product(
        [
            "glorot_normal",
            "glorot_uniform",
            "he_normal",
            "he_uniform",
            "lecun_normal",
            "lecun_uniform",
            "random_normal",
            "random_uniform",
            "truncated_normal",
        ],
        [(40000,), (400, 100), (2, 5, 40, 100)],
    ):
        values = keras.ops.convert_to_numpy(keras.initializers.get(name)(shape))
        family.add("spread", {}, {"initializer": name, "shape": shape}, [spread(values)])
    for config in (
        {"scale": 3.0, "mode": "fan_out", "distribution": "untruncated_normal"},
        {"scale": 0.5, "mode": "fan_avg", "distribution": "uniform"},
        {"scale": 0.5, "mode": "fan_in", "distribution": "uniform", "input_axes": [0], "output_axes": [1, 2]},
    ):
        values = keras.ops.convert_to_numpy(keras.initializers.VarianceScaling(**config)((20, 40, 50)))
        initializer = {"class_name": "VarianceScaling", "config": config | {"seed": None}}
        family.add("spread", {}, {"initializer": initializer, "shape": (20, 40, 50)}, [spread(values)])
    windows = "barthann bartlett blackman blackmanharris bohman boxcar cosine exponential flattop hamming hann lanczos nuttall parzen triang tukey"
    for window, side, scaling, periodic in [
        *((name, "real", "density", False) for name in windows.split()),
        ("hann", "imag", "spectrum", True),
        ("hamming", "imag", None, False),
        (None, "real", None, False),
    ]:
        config = {"side": side, "window": window, "scaling": scaling, "periodic": periodic}
        for frame in (8, 7):
            family.add(
                "stft_kernel", {}, {"shape": (frame, 1, 5), **config}, keras.initializers.STFT(**config)((frame, 1, 5))
            )
    return family


FAMILIES = {
    "conv": record_conv,
    "depthwise": record_depthwise,
    "transposed": record_transposed,
    "pool": record_pool,
    "resize": record_resize,
    "recurrent": record_recurrent,
    "attention": record_attention,
    "norm": record_norm,
    "activations": record_activations,
    "initializers": record_initializers,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parent.parent / "tests" / "kernels")
    parser.add_argument("--wide", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, record in FAMILIES.items():
        record(options.wide).save(options.folder, name)


if __name__ == "__main__":
    main()
