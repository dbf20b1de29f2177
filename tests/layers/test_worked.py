"""Worked examples: what is printed comes out at the element that the forward pass computed, whose numbers are Keras' own."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from densecli import kernels
from densecli.arithmetic import numbers, value
from densecli.graph.forward import arguments, call_layer
from densecli.run.example import example
from densecli.run.record import Recorded
from support.answers import CASES, answers, make
from support.forward_pass import prepared
from support.intervals import UnknownFunctionError, holds

ANSWERS = answers()
RUNNABLE = [case for case in CASES if "values" in ANSWERS.get(case.id, {})]
# Layers that have an example for (nearly) every case that Keras runs.
TOLD = (
    "Dense", "Conv1D", "Conv2D", "Conv3D", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D",
    "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D",
    "GlobalMaxPooling2D", "GlobalAveragePooling1D", "BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization",
    "UnitNormalization", "Embedding", "SimpleRNN", "LSTM", "GRU", "Bidirectional", "TimeDistributed", "Attention", "AdditiveAttention",
    "MultiHeadAttention", "GroupedQueryAttention", "EinsumDense", "Add", "Concatenate", "Flatten", "Reshape", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Dot", "Activation",
)  # fmt: skip


class Found(NamedTuple):
    y: Any
    example: Any


def worked(case, at=None):
    layer = make(case.layer, case.config)
    weights, call, values = prepared(case, layer)
    outputs = tuple(each.array for each in call_layer(layer, kernels, weights, call, values))
    args, kwargs, _ = arguments(layer, call, values)
    return Found(outputs[0], example(Recorded("x", layer, 0, args, kwargs, weights, outputs), "x", at))


def places(y):
    """The first, the last and one in between."""
    last = tuple(size - 1 for size in y.shape)
    return [None, last, tuple(index // 2 for index in last)]


@pytest.mark.parametrize("case", RUNNABLE, ids=lambda case: case.id)
def test_every_step_comes_out_as_printed(case):
    for at in places(worked(case).y):
        y, found = worked(case, at)
        assert "does not come out" not in found.why
        for step in found.steps:
            check(step, float(y[found.at]) if step is found.steps[-1] else value(step.term))


def check(step, wanted):
    """The printed formula, with 4 digits and with enough to tell a wrong term."""
    for digits in (4, 8):
        try:
            assert holds(numbers(step.term, digits), wanted, digits), numbers(step.term, digits)
        except UnknownFunctionError:
            return


@pytest.mark.parametrize("kind", TOLD)
def test_most_cases_have_an_example(kind):
    found = [worked(case).example for case in RUNNABLE if case.layer == kind]
    without = {each.why for each in found if not each.steps}
    assert any(each.steps for each in found), without
    assert sum(bool(each.steps) or "mask" in each.why for each in found) >= 0.6 * len(found), without
