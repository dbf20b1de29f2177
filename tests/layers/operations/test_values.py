"""Functions on tensors compute what Keras computed (tools/record_operation_values.py)."""

from __future__ import annotations

import numpy as np
import pytest

from densecli import kernels
from densecli.errors import Source
from densecli.graph.forward import Value, forward
from densecli.read.keras.model import read_config
from densecli.run.data import input_tensors
from support.model_values import operation_inputs
from support.recorded import FIXTURES, load

RECORDS = load("operations")
# Shapes are known, numbers are not computed.
WITHOUT = {"ISTFT", "Inv"}
# Keras 3.15.1 on torch repeats the border pixel in one, and transposes the result of the other; other backends do not.
ONLY_TORCH = ("ops.average_pool(a, 3, strides=2, padding='same')", "ops.count_nonzero(a, axis=1)")


def values():
    with np.load(FIXTURES / "operation_values.npz") as held:
        return {key: held[key] for key in held}


VALUES = values()
RECORDED = [
    index
    for index, record in enumerate(RECORDS)
    if f"{index}.0" in VALUES and not any(code in record["id"] for code in ONLY_TORCH)
]


@pytest.mark.parametrize("index", RECORDED, ids=lambda index: RECORDS[index]["id"])
def test_values_are_those_of_keras(index):
    graph = read_config(RECORDS[index]["config"], Source("recorded", ""))
    rules = {getattr(node.layer, "rule", None) for node in graph.nodes} - {None}
    if rules & WITHOUT:
        assert not rules & kernels.OPERATIONS.keys()
        return
    named = [
        (graph.nodes[ref.node].name, tensor.shape, tensor.dtype)
        for ref, tensor in zip(graph.inputs, input_tensors(graph), strict=True)
    ]
    inputs = [Value(array) for array in operation_inputs(named, index).values()]
    outputs = [value.array for value in forward(graph, kernels, [{} for _ in graph.nodes], inputs)]
    for place, ours in enumerate(outputs):
        theirs = VALUES[f"{index}.{place}"]
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6, equal_nan=True)


def test_the_table_has_only_functions_with_a_shape_rule():
    from densecli.layers.operations.table import OPERATIONS

    assert kernels.OPERATIONS.keys() <= OPERATIONS.keys()
