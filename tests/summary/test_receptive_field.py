"""Receptive fields: published ones, and what really changes when one input value does."""

from __future__ import annotations

import json

import numpy as np
import pytest

from densecli import kernels
from densecli.graph.forward import Value, forward
from densecli.graph.trace import trace
from densecli.read.specs import Spec, read
from densecli.run.weights.initial import fill
from densecli.summary.infer import infer
from densecli.summary.receptive_field import Seen, receptive_fields
from support.folders import FIXTURES

PUBLISHED = json.loads((FIXTURES / "receptive_fields.json").read_text(encoding="utf-8"))["models"]


def fields(stack):
    report = infer(read(Spec("<argument>", stack)))
    found = receptive_fields(report)
    return {row.name: found.get(id(row)) for row in report.rows}


@pytest.mark.parametrize("model", PUBLISHED, ids=lambda model: model[:20])
def test_published_fields_and_strides(model):
    found = fields(model)
    shown = {name: [*found[name].sizes, *(axis.stride for axis in found[name].axes)] for name in PUBLISHED[model]}
    assert shown == {name: [size, size, stride, stride] for name, (size, stride) in PUBLISHED[model].items()}


@pytest.mark.parametrize(
    ("stack", "field"),
    [
        ("Dense(4)@(3,)", ()),
        ("Conv2D(4, (3, 5))@(9,9,1)", (3, 5)),
        ("Conv2D(4, 3)@(9,9,1) -> Flatten", (3, 3)),
        ("Conv2D(4, 3)@(9,9,1) -> Flatten -> Dropout(0.5)", (3, 3)),
        ("Conv2D(4, 3)@(9,9,1) -> Flatten -> Dense(2)", "all"),
        ("Conv2D(4, 3)@(9,9,1) -> Dense(2)", (3, 3)),
        ("Conv2D(4, 3)@(9,9,1) -> GlobalMaxPooling2D -> Dense(2)", "all"),
        ("Conv2D(4, 3)@(9,9,1) -> LayerNormalization", (3, 3)),
        ("Conv2D(4, 3)@(9,9,1) -> LayerNormalization(axis=[1,2,3])", "all"),
        ("Conv2D(4, 3)@(9,9,1) -> GroupNormalization(2)", "all"),
        ("Embedding(9, 4)@(20,) -> Conv1D(4, 3)", (3,)),
        ("Conv1D(4, 3)@(9,2) -> LSTM(3, return_sequences=true)", "all"),
        ("Conv2D(4, 3)@(9,9,1) -> UpSampling2D -> ReLU", "?"),
        ("Conv2D(4, 3)@(9,9,1) -> Conv2DTranspose(4, 3)", "?"),
        ("Conv2D(4, 3)@(9,9,1) -> Permute((2,1,3))", "?"),
        ("Conv2D(4, 3)@(9,9,1) -> [_ | GlobalAveragePooling2D(keepdims=true)] -> Multiply", "all"),
        ("Conv2D(4, 3, padding=same)@(9,9,1) -> [_ | Conv2D(4, 5, padding=same)] -> Add", (7, 7)),
        ("Conv2D(4, 3, padding=same)@(9,9,1) -> [_ | Conv2D(4, 5, padding=same)] -> Concatenate", (7, 7)),
        ("Conv2D(4, 3, padding=same)@(9,9,1) -> [_ | Conv2D(4, 5, padding=same)] -> Concatenate(axis=1)", "?"),
        ("Conv2D(4, 3)@(9,9,1) -> [MaxPooling2D(2) | MaxPooling2D(2, strides=1) -> Cropping2D(((1,2),(1,2)))] -> Add", "?"),
        ("Conv2D(4, 3, data_format=channels_first)@(1,9,8) -> MaxPooling2D(2, data_format=channels_first)", (4, 4)),
        ("Conv2D(4, 3, padding=same, strides=2)@(none,none,1) -> MaxPooling2D(3, padding=same)", (7, 7)),
        ("(Conv2D(4, 3) -> Conv2D(4, 3))@(9,9,1) -> Conv2D(4, 3)", (7, 7)),
        ("VGG16(include_top=false)@(64,64,3) -> Conv2D(4, 1)", (212, 212)),
    ],
)  # fmt: skip
def test_rules(stack, field):
    found = [*fields(stack).values()][-1]
    assert (found.sizes if isinstance(found, Seen) else found) == field


# -- what changes -----------------------------------------------------------------------------
STACKS = [
    "Conv1D(1, 3)@(40,1)",
    "Conv1D(1, 4, padding=same)@(40,1) -> Conv1D(1, 3, strides=2, padding=same)",
    "Conv1D(1, 3, padding=causal)@(40,1) -> Conv1D(1, 2, dilation_rate=3, padding=causal)",
    "AveragePooling1D(3, strides=2, padding=same)@(40,1) -> Conv1D(1, 5, padding=same)",
    "ZeroPadding1D((3,1))@(40,1) -> Conv1D(1, 5, strides=3) -> Cropping1D((2,1)) -> Conv1D(1, 2)",
    "Conv1D(1, 3, padding=same)@(40,1) -> [Conv1D(1, 2, strides=2, padding=same) | Conv1D(1, 5, strides=2, padding=same)] -> Add",
    "Conv1D(1, 2)@(40,1) -> [ZeroPadding1D((4,0)) | ZeroPadding1D((0,4))] -> Add -> Conv1D(1, 2)",
    "DepthwiseConv1D(5)@(40,1) -> SeparableConv1D(1, 3, strides=2) -> Activation(linear)",
]


def influence(graph):
    """For each place of the output, the places of the input that change it: all weights and values are positive."""
    weights = fill(
        graph, trace(graph), lambda weight, dtype, path: np.ones(weight.shape, dtype), set(range(len(graph.nodes)))
    )
    plain = np.ones((1, 40, 1), "float32")
    changed = {}
    for place in range(40):
        moved = plain.copy()
        moved[0, place] += 1
        before, after = (forward(graph, kernels, weights, [Value(each)])[0].array for each in (plain, moved))
        for output in np.flatnonzero((before != after).any(axis=(0, 2))):
            changed.setdefault(int(output), []).append(place)
    return changed


@pytest.mark.parametrize("stack", STACKS)
def test_an_output_changes_with_exactly_the_inputs_that_it_sees(stack):
    graph = read(Spec("<argument>", stack))
    report = infer(graph)
    (axis,) = [*receptive_fields(report).values()][-1].axes
    reached = influence(graph)
    middle = len(reached) // 2
    want = set(range(axis.stride * middle + axis.first, axis.stride * middle + axis.last + 1))
    assert set(reached[middle]) <= want
    assert {min(reached[middle]), max(reached[middle])} == {min(want), max(want)}
