"""Kernels give what Keras 3.15.1 (torch) recorded; tools/record_kernels.py rewrites the records."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from densecli import kernels

RECORDS = Path(os.environ.get("DENSECLI_KERNEL_RECORDS", Path(__file__).parent))


def recorded():
    for path in sorted(RECORDS.glob("*.json")):
        calls = json.loads(path.read_text(encoding="utf-8"))
        with np.load(path.with_suffix(".npz")) as file:
            arrays = dict(file)
        for number, call in enumerate(calls):
            inputs = {name: arrays[f"{number}.{name}"] for name in call["inputs"]}
            answers = [arrays[f"{number}.answer{place}"] for place in range(call["answers"])]
            options = {name: tuple(v) if isinstance(v, list) else v for name, v in call["options"].items()}
            yield pytest.param(call["op"], inputs, options, answers, id=f"{path.stem}-{number}-{call['op']}")


def run_recurrent(op, inputs, options):
    names = ("go_backwards", "zero_output_for_mask")
    steps = kernels.Steps(inputs.pop("mask", None), **{name: options.pop(name) for name in names if name in options})
    states = tuple(inputs.pop(f"state{place}") for place in range(2) if f"state{place}" in inputs) or None
    for name in ("activation", "recurrent_activation"):
        if name in options:
            options[name] = kernels.ACTIVATIONS[options[name]]
    x = inputs.pop("x")
    outputs, final = getattr(kernels, op)(x, kernels.Weights(**inputs), states, steps=steps, **options)
    return [outputs, *final]


def run_attention(op, inputs, options):
    q, k, v = inputs["q"], inputs["k"], inputs["v"]
    scale = inputs.get("scale")
    if op == "AdditiveAttention":
        scores = kernels.additive_scores(q, k, scale)
    elif options["mode"] == "concat":
        scores = kernels.additive_scores(q, k, inputs["concat_score_weight"], scale)
    else:
        scores = kernels.dot_scores(q, k, scale)
    masks = {name: inputs.get(name) for name in ("mask", "query_mask")}
    return list(kernels.attend(scores, v, causal=options["causal"], **masks))


def run_spread(_, __, options):
    values = kernels.initialize(options["initializer"], options["shape"], np.random.default_rng(3))
    assert values.dtype == np.float32
    assert abs(values.mean()) < 0.02 * abs(values).max()
    return [np.array([values.std(), np.quantile(abs(values), 0.99)])]


def run_activation(_, inputs, options):
    return [kernels.ACTIVATIONS[options.pop("name")](inputs["x"], **options)]


RUNNERS = {
    "activation": run_activation,
    "spread": run_spread,
    "Attention": run_attention,
    "AdditiveAttention": run_attention,
    "simple_rnn": run_recurrent,
    "lstm": run_recurrent,
    "gru": run_recurrent,
    "conv_lstm": run_recurrent,
}


def run_plain(op, inputs, options):
    named = {name: inputs.pop(name) for name in ("mask",) if name in inputs}
    return [getattr(kernels, op)(*inputs.values(), **named, **options)]


@pytest.mark.parametrize(("op", "inputs", "options", "answers"), list(recorded()))
def test_kernel_gives_what_keras_gives(op, inputs, options, answers):
    before = {name: value.copy() for name, value in inputs.items()}
    given = RUNNERS.get(op, run_plain)(op, dict(inputs), dict(options))
    for value, answer in zip(given, answers, strict=True):
        assert value.shape == answer.shape
        if op == "spread":
            np.testing.assert_allclose(value, answer, rtol=0.05)
            continue
        assert value.dtype == (np.float64 if op == "stft_kernel" else np.float32)
        np.testing.assert_allclose(value, answer, rtol=1e-4, atol=1e-5 * max(1.0, abs(answer).max(initial=0)))
    for name, value in inputs.items():
        np.testing.assert_array_equal(value, before[name])


# Each of these takes arrays of any float dtype.
CALLS = {
    "conv": lambda x, w: kernels.conv(x, w, strides=(1, 2), padding="same", dilation=(1, 1), bias=w[0, 0, 0]),
    "depthwise": lambda x, w: kernels.depthwise_conv(x, w[..., :1], strides=(1, 1), padding="same", dilation=(2, 1)),
    "transposed": lambda x, w: kernels.conv_transpose(
        x, w.swapaxes(2, 3), strides=(2, 2), padding="same", dilation=(1, 1), bias=w[0, 0, 0]
    ),
    "max_pool": lambda x, _: kernels.max_pool(x, pool_size=(2, 3), strides=(1, 1), padding="same"),
    "average_pool": lambda x, _: kernels.average_pool(x, pool_size=(2, 3), strides=(1, 1), padding="same"),
    "adaptive": lambda x, _: kernels.adaptive_average_pool(x, (2, 3)),
    "global": lambda x, _: kernels.global_average_pool(x),
    "bilinear": lambda x, _: kernels.resize(x, (7, 3), "bilinear"),
    "upsample": lambda x, _: kernels.upsample(x, (2, 1)),
    "batch_norm": lambda x, w: kernels.batch_norm(x, *(abs(w[0, 0, :, each]) for each in range(4))),
    "layer_norm": lambda x, w: kernels.layer_norm(x, w[0, 0, :, 0], w[0, 0, :, 1]),
    "group_norm": lambda x, w: kernels.group_norm(x, w[0, 0, :, 0], groups=2),
    "rms_norm": lambda x, w: kernels.rms_norm(x, w[0, 0, :, 0]),
    "unit_norm": lambda x, _: kernels.unit_norm(x),
    "attention": lambda x, _: kernels.scaled_dot_product_attention(x, x, x, causal=True),
    "additive": lambda x, _: kernels.additive_scores(x[:, 0], x[:, 1]),
    "lstm": lambda x, w: kernels.lstm(x[:, 0], kernels.Weights(w[0, 0], w[0, 0, :1], w[0, 0, 0]))[0],
    "gru": lambda x, w: kernels.gru(x[:, 0], kernels.Weights(w[0, 0, :, :3], w[0, 0, :1, :3]))[0],
    **{
        name: (lambda x, _, activation=activation: activation(x))
        for name, activation in kernels.ACTIVATIONS.items()
        if name != "threshold"
    },
}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", CALLS)
def test_kernel_keeps_the_dtype_and_its_inputs(name, dtype):
    rng = np.random.default_rng(5)
    x, w = rng.standard_normal((2, 5, 6, 4)), rng.standard_normal((3, 3, 4, 4)) / 6
    exact = CALLS[name](x, w)
    given = x.astype(dtype), w.astype(dtype)
    for array in given:
        array.flags.writeable = False
    y = CALLS[name](*given)
    assert y.dtype == dtype
    np.testing.assert_allclose(
        y, exact, rtol={"float16": 3e-2}.get(dtype, 1e-4), atol={"float16": 3e-2}.get(dtype, 1e-5)
    )


@pytest.mark.parametrize("name", sorted(set(kernels.ACTIVATIONS) - {"threshold", "glu"}))
@pytest.mark.parametrize("size", [7, 200_000])
def test_activation_works_in_place(name, size):
    activation = kernels.ACTIVATIONS[name]
    x = np.random.default_rng(1).standard_normal((2, size)).astype(np.float32)
    fresh = activation(x.copy())
    for y in (x.copy(), np.ascontiguousarray(x.T).T):
        assert activation(y, out=y) is y
        np.testing.assert_allclose(y, fresh, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize(
    "name", sorted(set(kernels.ACTIVATIONS) - {"threshold", "glu", "softmax", "log_softmax", "sparsemax"})
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activation_reads_and_writes_columns(name, dtype):
    """Gates of a recurrent layer are columns; numpy.negative of NumPy 2.4.6 gets columns of 4 or 8 numbers wrong."""
    activation = kernels.ACTIVATIONS[name]
    for width in (2, 4, 8):
        x = np.random.default_rng(1).standard_normal((9, width)).astype(dtype)
        y = x.copy()
        column = y[:, 1:2]
        activation(column, out=column)
        np.testing.assert_allclose(column, activation(x[:, 1:2].copy()), rtol=1e-6, atol=1e-7)
        y[:, 1] = x[:, 1]
        np.testing.assert_array_equal(y, x)


@pytest.mark.parametrize("shape", [(3, 3, 8, 8), (1, 1, 8, 8), (3, 3, 1, 8)])
@pytest.mark.parametrize("side", [4, 40])
def test_conv_finishes_with_scale_bias_and_activation(shape, side):
    rng = np.random.default_rng(2)
    x, kernel = rng.standard_normal((2, side, side, 8)), rng.standard_normal(shape)
    scale, bias = rng.standard_normal((2, 8))
    options = {"strides": (1, 1), "padding": "same", "dilation": (1, 1), "groups": 8 // shape[2]}
    plain = kernels.conv(x, kernel, **options)
    finished = kernels.conv(x, kernel, scale=scale, bias=bias, activation=kernels.relu, **options)
    np.testing.assert_allclose(finished, np.maximum(plain * scale + bias, 0))


def test_dense_multiplies_the_last_axis_and_finishes():
    rng = np.random.default_rng(6)
    x, kernel, bias = rng.standard_normal((3, 2, 5)), rng.standard_normal((5, 4)), rng.standard_normal(4)
    plain = [
        [[sum(a * b for a, b in zip(row, column, strict=True)) for column in kernel.T] for row in rows] for rows in x
    ]
    np.testing.assert_allclose(kernels.dense(x, kernel), plain)
    y = kernels.dense(x, kernel, bias=bias, activation=kernels.relu)
    np.testing.assert_allclose(y, np.maximum(plain + bias, 0))
    np.testing.assert_allclose(kernels.einsum("abc,cd->abd", x, kernel), plain)


@pytest.mark.parametrize("size", [0.1, 1.0, 1e2, 1e4])
def test_attention_to_scores_of_any_size(size):
    """Small scores skip a pass that large ones need; both are the mean weighted by the softmax."""
    rng = np.random.default_rng(9)
    q, k, v = rng.standard_normal((3, 1, 7, 1, 4))
    weights = kernels.softmax(size * np.einsum("btd,bsd->bts", q[:, :, 0], k[:, :, 0]))
    y = kernels.scaled_dot_product_attention(*(x.astype(np.float32) for x in (q, k, v)), scale=size)
    np.testing.assert_allclose(y[:, :, 0], weights @ v[:, :, 0], rtol=2e-3, atol=1e-4)


def test_batch_norm_scale_folds_into_a_convolution():
    rng = np.random.default_rng(4)
    x, kernel = rng.standard_normal((1, 9, 9, 3)), rng.standard_normal((3, 3, 3, 5))
    moments = rng.random((4, 5)) + 0.5
    options = {"strides": (2, 2), "padding": "same", "dilation": (1, 1)}
    apart = kernels.batch_norm(kernels.conv(x, kernel, **options), *moments, epsilon=0.01)
    scale, bias = kernels.batch_norm_scale(*moments, 0.01)
    np.testing.assert_allclose(kernels.conv(x, kernel, scale=scale, bias=bias, **options), apart)


@pytest.mark.parametrize(
    ("name", "call"),
    {
        "conv": lambda x: kernels.conv(
            x, np.ones((3, 3, 64, 64), np.float32), strides=(1, 1), padding="same", dilation=(1, 1)
        ),
        "depthwise": lambda x: kernels.depthwise_conv(
            x, np.ones((5, 5, 64, 1), np.float32), strides=(1, 1), padding="same", dilation=(1, 1)
        ),
        "max_pool": lambda x: kernels.max_pool(x, pool_size=(3, 3), strides=(1, 1), padding="same"),
        "batch_norm": lambda x: kernels.batch_norm(x, *np.ones((4, 64), np.float32)),
        "silu": kernels.silu,
        "gelu": kernels.gelu,
    }.items(),
)
def test_temporaries_stay_small(name, call):
    x = np.zeros((1, 200, 200, 64), np.float32)
    tracemalloc.start()
    y = call(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - y.nbytes < 8 << 20, name


def test_masked_attention_rows_stay_finite():
    x = np.random.default_rng(0).standard_normal((1, 3, 2, 4)).astype(np.float32)
    mask = np.zeros((1, 1, 3, 3), np.bool_)
    assert np.isfinite(kernels.scaled_dot_product_attention(x, x, x, mask=mask)).all()


# What Pillow 13.0.0 makes of this row with Image.LANCZOS; shrinking always widens its filter.
PILLOW_ROW = [3, -1, 4, 1, -5, 9, 2]
PILLOW = {
    14: [
        3.71328,
        1.94232,
        -0.54942,
        -0.32317,
        2.83315,
        4.4721,
        3.00433,
        -1.62271,
        -5.61146,
        -2.18974,
        6.57277,
        8.74343,
        4.14445,
        0.55155,
    ],
    5: [1.31726, 2.19247, -0.26132, 1.04573, 5.40747],
    4: [1.30055, 1.81881, -0.51005, 5.10585],
}


@pytest.mark.parametrize("width", PILLOW)
def test_lanczos3_gives_what_pillow_gives(width):
    image = np.broadcast_to(np.array(PILLOW_ROW, np.float32)[None, None, :, None], (1, 2, 7, 1))
    y = kernels.resize(image, (2, width), "lanczos3", antialias=True)
    np.testing.assert_allclose(y[0, 1, :, 0], PILLOW[width], atol=1e-5)


@pytest.mark.parametrize("interpolation", ["lanczos3", "lanczos5"])
def test_lanczos_keeps_constants_and_follows_a_slope(interpolation):
    slope = np.broadcast_to(np.arange(24.0)[None, :, None, None], (1, 24, 5, 1))
    y = kernels.resize(slope, (48, 10), interpolation)
    np.testing.assert_allclose(kernels.resize(np.ones_like(slope), (48, 10), interpolation), 1.0)
    np.testing.assert_allclose(y[0, 12:-12, 3, 0], (np.arange(12, 36) + 0.5) / 2 - 0.5, atol=0.02)


def test_orthogonal_rows_or_columns():
    for shape in ((6, 4), (4, 6), (2, 3, 5)):
        q = kernels.initialize({"class_name": "Orthogonal", "config": {"gain": 2.0}}, shape, np.random.default_rng(8))
        flat = q.reshape(-1, shape[-1]) / 2.0
        small = flat.T @ flat if flat.shape[0] >= flat.shape[1] else flat @ flat.T
        np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-5)


def test_fixed_initializers():
    rng = np.random.default_rng(0)
    assert (kernels.initialize("Ones", (2, 3), rng) == 1).all()
    assert (kernels.initialize(None, (2,), rng) == 0).all()
    assert (kernels.initialize({"class_name": "Constant", "config": {"value": 3}}, (2,), rng) == 3).all()
    np.testing.assert_array_equal(
        kernels.initialize({"class_name": "Identity", "config": {"gain": 2}}, (2, 3), rng), [[2, 0, 0], [0, 2, 0]]
    )


def test_same_seed_draws_the_same_weights():
    first, again = (kernels.initialize("he_normal", (3, 3, 4, 8), np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
