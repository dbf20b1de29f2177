"""The forward pass gives Keras' numbers for the recorded inputs and weights, in the shape that was inferred."""

from __future__ import annotations

import numpy as np
import pytest

from densecli import kernels
from densecli.forward import Value, call_layer
from densecli.graph import Call, Ref, map_refs
from densecli.infer import layer_weights
from densecli.run import nested_weights
from support import CASES, answers, as_shapes, call_case, make
from values import draw_inputs, draw_masks, draw_weight

ANSWERS = answers()
RUNNABLE = [case for case in CASES if "values" in ANSWERS.get(case.id, {})]


def call_forward(case, layer):
    """The arrays and masks that come out, with the case's inputs, masks and weights."""
    count = iter(range(10**6))
    structure = [indexed(as_shapes(item), count) for item in case.inputs]
    named = {key: indexed(as_shapes(item), count) for key, item in case.call.get("tensors", {}).items()}
    constants = {key: value for key, value in case.call.items() if key != "tensors"}
    arrays = draw_inputs(case)
    masks = dict(enumerate(draw_masks(case)))
    shapes, kwargs_shapes = map_refs((tuple(structure), named), lambda ref: tuple(arrays[ref.node].shape))
    places = {owned.weight.name: place for place, owned in enumerate(layer_weights(layer, call_case(case, layer)))}
    weights = nested_weights(
        layer, shapes, kwargs_shapes | constants,
        lambda weight, dtype, path: draw_weight(case.id, places[path], path, weight.shape, dtype),
    )  # fmt: skip
    values = {Ref(index): Value(array, masks.get(index)) for index, array in enumerate(arrays)}
    return call_layer(layer, kernels, weights, Call(tuple(structure), named | constants), values)


def indexed(shapes, count):
    return [indexed(item, count) for item in shapes] if isinstance(shapes, list) else Ref(next(count))


@pytest.mark.parametrize("case", RUNNABLE, ids=lambda case: case.id)
def test_values_are_those_of_keras(case):
    layer = make(case.layer, case.config)
    result = call_case(case, layer)
    values = call_forward(case, layer)
    for (array, _), tensor, answer in zip(values, result.tensors, ANSWERS[case.id]["values"], strict=True):
        assert list(array.shape) == answer["shape"]
        known = zip(array.shape, tensor.shape, strict=True) if tensor.shape is not None else ()
        assert all(size == inferred for size, inferred in known if inferred is not None)
        compare(np.asarray(array).reshape(-1)[:: answer["step"]], answer["numbers"])


@pytest.mark.parametrize("case", [case for case in RUNNABLE if "macs" in ANSWERS[case.id]], ids=lambda case: case.id)
def test_macs_are_those_that_torch_counts(case):
    concrete = iter(tuple(array.shape) for array in draw_inputs(case))
    shapes = [
        [next(concrete) for _ in item] if isinstance(item, list) else next(concrete)
        for item in map(as_shapes, case.inputs)
    ]
    layer = make(case.layer, case.config)
    assert layer.macs(layer.output(*shapes), *shapes) == ANSWERS[case.id]["macs"]


@pytest.mark.parametrize("case", [case for case in RUNNABLE if case.masks], ids=lambda case: case.id)
def test_masks_go_on_as_in_keras(case):
    for (_, mask), answer in zip(
        call_forward(case, make(case.layer, case.config)), ANSWERS[case.id]["masks"], strict=True
    ):
        assert (mask is None) == (answer is None)
        if mask is not None:
            assert list(mask.shape) == answer["shape"]
            compare(np.asarray(mask).reshape(-1)[:: answer["step"]], answer["numbers"])


def compare(numbers, expected):
    if numbers.dtype.kind == "f":
        np.testing.assert_allclose(numbers.astype("float64"), expected, rtol=1e-4, atol=2e-5)
    else:
        assert numbers.tolist() == expected
