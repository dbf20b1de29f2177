"""Worked examples: what is printed comes out at the element that the forward pass computed, whose numbers are Keras' own."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import Any, NamedTuple

import pytest

from densecli import kernels
from densecli.arithmetic import Leaf, Product, Step, numbers, value
from densecli.graph.forward import arguments, call_layer
from densecli.run.example import example, hold_together
from densecli.run.record import Recorded
from support.answers import CASES, answers, make
from support.forward_pass import prepared
from support.intervals import UnknownFunctionError, holds

POSITIONAL_OR_KEYWORD, VAR_POSITIONAL, VAR_KEYWORD = (
    Parameter.POSITIONAL_OR_KEYWORD,
    Parameter.VAR_POSITIONAL,
    Parameter.VAR_KEYWORD,
)
ANSWERS = answers()
RUNNABLE = [case for case in CASES if "values" in ANSWERS.get(case.id, {})]
# Layers that have an example for (nearly) every case that Keras runs.
TOLD = (
    "Dense", "Conv1D", "Conv2D", "Conv3D", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D",
    "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D",
    "GlobalMaxPooling2D", "GlobalAveragePooling1D", "BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization",
    "UnitNormalization", "Embedding", "SimpleRNN", "LSTM", "GRU", "Bidirectional", "TimeDistributed", "Attention", "AdditiveAttention",
    "MultiHeadAttention", "GroupedQueryAttention", "EinsumDense", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "RNN", "StackedRNNCells", "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D", "AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D", "MaxPooling3D",
    "AveragePooling3D", "Normalization", "Discretization", "CategoryEncoding", "StringLookup", "IntegerLookup", "TextVectorization", "Resizing", "UpSampling2D",
    "CenterCrop", "Masking", "Pipeline", "SpectralNormalization", "ReversibleEmbedding", "Multiply", "Maximum", "Add", "Concatenate", "Flatten", "Reshape", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Dot", "Activation",
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
    assert sum(bool(each.steps) for each in found) >= 0.6 * len(found), without


KINDS = sorted({type(make(case.layer, case.config)) for case in RUNNABLE}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_example_takes_whatever_the_forward_pass_takes(kind):
    """By position and by name."""
    given = list(signature(kind.forward).parameters.values())[3:]
    taken = list(signature(kind.worked).parameters.values())[5:]
    any_place, any_name = (any(each.kind is wanted for each in taken) for wanted in (VAR_POSITIONAL, VAR_KEYWORD))
    by_place = [each.name for each in taken if each.kind is POSITIONAL_OR_KEYWORD]
    for index, each in enumerate(given):
        assert any_place or each.kind is VAR_KEYWORD or by_place[index : index + 1] == [each.name], each
        assert any_name or each.kind is VAR_POSITIONAL or each.name in by_place, each


def test_no_example_is_told_whose_lines_contradict_each_other():
    right = Step("i", Product((Leaf(2.0, "x"), Leaf(3.0, "w")))), Step("y", Product((Leaf(6.0, "i"), Leaf(0.5, "o"))))
    wrong = right[0], right[1]._replace(term=Product((Leaf(6.1, "i"), Leaf(0.5, "o"))))
    assert hold_together(right, "float32")
    assert not hold_together(wrong, "float32")
