"""The forward pass gives Keras' numbers for the recorded inputs and weights, in the shapes that the layer infers."""

from __future__ import annotations

import numpy as np
import pytest

from densecli.graph.trace import flat_shapes
from densecli.summary.rows import call_cost
from support.answers import CASES, answers, as_shapes, call_case, make
from support.case_values import draw_inputs
from support.forward_pass import call_forward

ANSWERS = answers()
RUNNABLE = [case for case in CASES if "values" in ANSWERS.get(case.id, {})]


@pytest.mark.parametrize("case", RUNNABLE, ids=lambda case: case.id)
def test_values_are_those_of_keras(case):
    layer = make(case.layer, case.config)
    result = call_case(case, layer)
    values = call_forward(case, layer)
    shapes = flat_shapes(layer.computed(*result.args, **result.kwargs))
    for (array, _), shape, answer in zip(values, shapes, ANSWERS[case.id]["values"], strict=True):
        assert list(array.shape) == answer["shape"]
        known = zip(array.shape, shape, strict=True) if shape is not None else ()
        assert all(size == inferred for size, inferred in known if inferred is not None)
        compare(np.asarray(array).reshape(-1)[:: answer["step"]], answer["numbers"])


@pytest.mark.parametrize("case", [case for case in RUNNABLE if "macs" in ANSWERS[case.id]], ids=lambda case: case.id)
def test_macs_are_those_that_torch_counts(case):
    """Of the whole batch that was drawn; torch's FlopCounterMode counts a multiply-accumulate as 2."""
    drawn = iter(array.shape for array in draw_inputs(case))
    inputs = tuple(with_sizes(item, drawn) for item in map(as_shapes, case.inputs))
    tensors = {name: with_sizes(as_shapes(item), drawn) for name, item in case.call.get("tensors", {}).items()}
    concrete = case._replace(inputs=inputs, call=case.call | ({"tensors": tensors} if tensors else {}))
    layer = make(case.layer, case.config)
    assert call_cost(layer, call_case(concrete, layer)).row.macs == ANSWERS[case.id]["macs"]


def with_sizes(item, drawn):
    """The shapes of a structure with the sizes that were drawn, as lists (a tuple would be a structure)."""
    return [with_sizes(each, drawn) for each in item] if isinstance(item, list) else list(next(drawn))


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
