"""Kernels give what Keras 3.15.1 (torch) recorded; tools/record_kernels.py rewrites the records."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from densecli import kernels

RECORDS = Path(os.environ.get("DENSECLI_KERNEL_RECORDS", Path(__file__).parent / "kernels"))


def recorded():
    for path in sorted(RECORDS.glob("*.json")):
        calls = json.loads(path.read_text())
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
