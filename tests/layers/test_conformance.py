"""Every case in the table gives the results recorded from Keras 3.15.1; runs without Keras."""

from __future__ import annotations

import re

import pytest

from densecli.errors import ConfigError, ShapeError
from densecli.shape import product
from densecli.summary.parameters import layer_weights
from support.answers import CASES, answers, call_case, make

ANSWERS = answers()


def plain(path: str) -> str:
    """A weight's path without the numbers that Keras adds to automatic names."""
    return re.sub(r"_\d+(?=/|$)", "", path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_shapes_dtypes_and_weights_are_those_of_keras(case):
    answer = ANSWERS[case.id]
    if "raises" in answer:
        with pytest.raises((ConfigError, ShapeError)):
            call_case(case, make(case.layer, case.config))
        return
    layer = make(case.layer, case.config)
    result = call_case(case, layer)
    weights = [owned.weight for owned in layer_weights(layer, result)]
    assert [list(tensor.shape) for tensor in result.tensors] == answer["output_shapes"]
    assert [tensor.dtype for tensor in result.tensors] == answer["output_dtypes"]
    assert [[plain(weight.name), list(weight.shape), weight.dtype, weight.trainable] for weight in weights] == [
        [plain(name), shape, dtype, trainable] for name, shape, dtype, trainable in answer["weights"]
    ]
    assert sum(product(weight.shape) for weight in weights) == answer["params"]


def test_every_record_has_its_case():
    assert ANSWERS.keys() == {case.id for case in CASES}
